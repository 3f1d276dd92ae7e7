"""Erasing a person: first what there is of them, then, with their name typed by hand, for good."""

from pathlib import Path

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from helpdesk.db import begin_writing, commit, session
from helpdesk.errors import Conflict
from helpdesk.people.agent import Agent
from helpdesk.people.permissions import Permission
from helpdesk.people.requester import Requester
from helpdesk.web import web
from helpdesk.web.access import actor, house, needs
from helpdesk.web.forms.erasure import ErasureForm
from intake.erasure import Erasure, erase, person_of, preview

KINDS: dict[str, type[Requester] | type[Agent]] = {"people": Requester, "agents": Agent}
INCIDENTS_SHOWN = 50


@web.get("/erasure/<any(people, agents):kind>/<int:number>")
@needs(Permission.ADMINISTER)
def erasure(kind: str, number: int) -> ResponseReturnValue:
    return _page(kind, number, ErasureForm())


@web.post("/erasure/<any(people, agents):kind>/<int:number>")
@needs(Permission.ADMINISTER)
def erase_person(kind: str, number: int) -> ResponseReturnValue:
    who, form = _who(kind, number), ErasureForm(request.form)
    if not form.validate() or form.name.data.casefold() != who.name.casefold():
        form.name.errors = [*form.name.errors, f"Type “{who.name}”, exactly: nothing brings them back."][:1]
        return _page(kind, number, form, 422)
    done = erase(session(), who, by=actor(), at=house().clock.now(), outbox=_outbox())
    commit()
    house().wake_worker()
    flash(f"Erased: {done.person.label} is what is left of them.", "success")
    to = url_for("web.person", number=number) if kind == "people" else url_for("web.settings_agents")
    return redirect(to, 303)


def _page(kind: str, number: int, form: ErasureForm, status: int = 200) -> ResponseReturnValue:
    try:
        found = _preview(kind, number)
    except Conflict as refusal:
        return render_template("people/erasure.html", who=_who(kind, number), kind=kind, refusal=str(refusal)), 409
    return render_template(
        "people/erasure.html",
        who=_who(kind, number),
        kind=kind,
        found=found,
        form=form,
        shown=found.incidents[:INCIDENTS_SHOWN],
        refusal="",
    ), status


def _preview(kind: str, number: int) -> Erasure:
    """An erasure that is taken back, so a page that only reads takes the write lock for it."""
    person_of(_who(kind, number))
    by = actor()
    session().rollback()
    begin_writing()
    try:
        return preview(session(), _who(kind, number), by=by, at=house().clock.now(), outbox=_outbox())
    finally:
        session().rollback()


def _who(kind: str, number: int) -> Requester | Agent:
    return session().get(KINDS[kind], number) or abort(404)


def _outbox() -> Path:
    return house().settings.data_folder / "outbox"
