"""Drafts on the server: saved while somebody types, listed, shared, taken over, discarded."""

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired

from helpdesk.db import commit, db, session
from helpdesk.errors import Conflict, Invalid, Refused
from helpdesk.incidents.reply_drafts import (
    NewerDraft,
    ReplyDraft,
    draft_for,
    drafts_here,
    drafts_of,
    edit_shared,
    keep,
    take_over,
)
from helpdesk.people.permissions import Permission
from helpdesk.web import web
from helpdesk.web.access import agents_only, house, needs, the_agent, the_incident, the_viewer
from helpdesk.web.draft_box import kept_fields
from helpdesk.web.forms import Form
from helpdesk.web.submissions import Submission
from helpdesk.web.taken import number_in


class DraftForm(Form):
    text = TextAreaField("Text", validators=[InputRequired("Write the text.")])
    version = HiddenField()


@web.post("/incidents/<int:number>/draft")
@needs(Permission.WORK_INCIDENTS)
def keep_draft(number: int) -> ResponseReturnValue:
    """The composer as it is now. `version` 0 says that no draft is left; 409 brings the newer one, 410 says that this
    box was sent meanwhile."""
    the_incident(number)
    if _is_sent(request.form.get("submission", "")):
        return jsonify(version=0), 410
    try:
        draft = _kept(number)
    except NewerDraft as error:
        newer = error.draft
        said = {"version": newer.version, "text": newer.text, "kind": newer.kind, "writers": newer.writers}
        db.session.rollback()
        return jsonify(said), 409
    except Invalid as error:
        return jsonify(problem=str(error)), 422
    commit()
    return jsonify(version=draft.version if draft else 0, id=draft.id if draft else 0)


@web.post("/incidents/<int:number>/draft/sharing")
@needs(Permission.WORK_INCIDENTS)
def share_draft(number: int) -> ResponseReturnValue:
    """Keeps what the box holds, and shows it to colleagues (`share` 1) or to nobody else any more."""
    the_incident(number)
    try:
        draft = _kept(number)
        if draft is None:
            raise Conflict("Write something first: there is nothing to share yet.")
    except Refused as error:
        db.session.rollback()
        return _back(number, str(error), "warning")
    draft.is_shared = request.form.get("share") == "1"
    commit()
    return _back(
        number,
        "Colleagues see your draft here and can go on with it." if draft.is_shared else "Only you see your draft now.",
    )


@web.post("/incidents/<int:number>/draft/removal")
@needs(Permission.WORK_INCIDENTS)
def discard_draft(number: int) -> ResponseReturnValue:
    the_incident(number)
    own = drafts_here(session(), the_viewer(), number).own
    if own is not None:
        session().delete(own)
    commit()
    flash("Your draft is discarded.", "success")
    return redirect(url_for("web.my_drafts") if request.form.get("list") else _page_of(number), 303)


@web.get("/drafts")
@agents_only
def my_drafts() -> ResponseReturnValue:
    return render_template("drafts/list.html", drafts=drafts_of(session(), the_viewer()))


@web.get("/drafts/<int:number>")
@needs(Permission.WORK_INCIDENTS)
def shared_draft(number: int) -> ResponseReturnValue:
    draft = _colleagues(number)
    form = DraftForm(text=draft.text, version=str(draft.version))
    return render_template("drafts/edit.html", draft=draft, form=form, newer="")


@web.post("/drafts/<int:number>")
@needs(Permission.WORK_INCIDENTS)
def edit_draft(number: int) -> ResponseReturnValue:
    draft, form, newer = _colleagues(number), DraftForm(request.form), ""
    if form.validate():
        try:
            version = number_in(form.version.data)
            edit_shared(session(), draft, form.text.data, version, by=the_agent(), at=house().clock.now())
        except NewerDraft as error:
            # Both are shown; who saves now has seen the other one.
            newer, form.version.data = error.draft.text, str(error.draft.version)
        except Invalid as error:
            form.refuse(error)
        else:
            commit()
            flash(f"Saved. {draft.agent.name} sees it.", "success")
            return redirect(_page_of(draft.incident_id), 303)
    db.session.rollback()
    return render_template("drafts/edit.html", draft=_colleagues(number), form=form, newer=newer), 409 if newer else 422


@web.post("/drafts/<int:number>/owner")
@needs(Permission.WORK_INCIDENTS)
def take_over_draft(number: int) -> ResponseReturnValue:
    draft = _colleagues(number)
    incident_id, name = draft.incident_id, draft.agent.name
    try:
        take_over(session(), draft, by=the_agent(), at=house().clock.now())
    except Conflict as error:
        db.session.rollback()
        return _back(incident_id, str(error), "warning")
    commit()
    return _back(incident_id, f"{name}’s draft is yours now. It stands in the box.")


def _kept(number: int) -> ReplyDraft | None:
    return keep(
        session(),
        the_agent().id,
        number,
        kind="note" if request.form.get("kind") == "note" else "reply",
        text=request.form.get("text", "").replace("\0", ""),
        fields=kept_fields(request.form),
        version=number_in(request.form.get("draft_version")),
        at=house().clock.now(),
    )


def _is_sent(key: str) -> bool:
    """Whether the form of this key was taken: a saving that was under way must not bring its draft back."""
    return bool(key) and session().scalar(select(Submission.id).where(Submission.key == key[:64])) is not None


def _colleagues(number: int) -> ReplyDraft:
    """A colleague's shared draft; one's own is in the box of its incident."""
    draft = draft_for(session(), the_viewer(), number)
    return draft if draft is not None and draft.agent_id != the_agent().id else abort(404)


def _page_of(number: int) -> str:
    return url_for("web.incident", number=number, _anchor="composer")


def _back(number: int, said: str, category: str = "success") -> ResponseReturnValue:
    if request.accept_mimetypes.best == "application/json":
        return jsonify(said=said), 200 if category == "success" else 409
    flash(said, category)
    return redirect(_page_of(number), 303)
