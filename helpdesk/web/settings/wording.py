"""One letter to requesters, in one language, for the whole desk or one mailbox: reword, try, set back."""

from flask import Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from helpdesk.db import commit, session
from helpdesk.errors import Conflict, Invalid, Stale
from helpdesk.letters.drafts import draft_for
from helpdesk.letters.wordings import Phrasing, Place, reset, reword, versions, words_for
from helpdesk.people.permissions import Permission
from helpdesk.reactions.trial import send_trial
from helpdesk.web import web
from helpdesk.web.access import actor, house, needs, the_agent
from helpdesk.web.forms.letters import WordingForm
from helpdesk.web.settings.wording_page import (
    address_of,
    incident_to_show,
    keep_typed,
    letter_with,
    mailbox_of,
    newest_number,
    place_of,
    preview,
    stored_page,
    typed,
    typed_page,
)

# The letter is ours, yet what people wrote is in it: nothing runs, nothing is fetched, nothing is followed.
FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)


@web.get("/settings/letters/<letter>")
@needs(Permission.ADMINISTER)
def settings_letter(letter: str) -> ResponseReturnValue:
    """`version` asks for an earlier one, `incident` for the number of one to show it with."""
    place, version = place_of(letter), request.args.get("version", type=int)
    words = _stored(place, version)
    form = WordingForm(subject=words.subject, body=words.body, seen=str(newest_number(place)))
    form.incident.data = request.args.get("incident", "")[:20]
    return stored_page(form, place, version)


@web.post("/settings/letters/<letter>")
@needs(Permission.ADMINISTER)
def settings_reword(letter: str) -> ResponseReturnValue:
    place, form, now = place_of(letter), WordingForm(request.form), house().clock.now()
    words = typed(form)
    if not form.validate():
        return typed_page(form, place), 422
    try:
        reword(session(), place, words.subject, words.body, seen=form.seen_version, by=actor(), at=now)
        commit()
    except Invalid as error:
        session().rollback()
        form.refuse(error)
        return typed_page(form, place), 422
    except Stale as error:
        session().rollback()
        form.seen.data = str(newest_number(place))
        return typed_page(form, place, said=str(error), saved=words_for(session(), place)), 409
    flash("Saved. Letters have these words from now on.", "success")
    return redirect(address_of(place), 303)


@web.post("/settings/letters/<letter>/reset")
@needs(Permission.ADMINISTER)
def settings_reset_letter(letter: str) -> ResponseReturnValue:
    place, form = place_of(letter), WordingForm(request.form)
    try:
        reset(session(), place, seen=form.seen_version, by=actor(), at=house().clock.now())
        commit()
    except (Invalid, Stale) as error:
        session().rollback()
        flash(str(error), "warning")
    else:
        flash("Your words are put away. They stay among the versions.", "success")
    return redirect(address_of(place), 303)


@web.post("/settings/letters/<letter>/preview")
@needs(Permission.ADMINISTER)
def settings_preview_letter(letter: str) -> ResponseReturnValue:
    """Shows what is typed: the part of the page for htmx, else the whole page. Nothing is saved by it."""
    place, form = place_of(letter), WordingForm(request.form)
    if not request.headers.get("HX-Request"):
        return typed_page(form, place)
    keep_typed(form, place)
    return render_template("settings/_letter_preview.html", **preview(form, place))


@web.get("/settings/letters/<letter>/preview")
@needs(Permission.ADMINISTER)
def settings_letter_frame(letter: str) -> ResponseReturnValue:
    """The HTML of the letter for the frame: as it was typed last when `draft` is asked for, else as it is stored."""
    place = place_of(letter)
    draft = draft_for(session(), the_agent(), place) if "draft" in request.args else None
    words, incident_id = draft or (
        _stored(place, request.args.get("version", type=int)),
        request.args.get("incident", type=int),
    )
    written, trouble = letter_with(place, words, incident_to_show(incident_id))
    html = written.html if written else render_template("settings/_letter_trouble.html", trouble=trouble)
    return Response(html, headers={"Content-Security-Policy": FRAME_POLICY})


@web.post("/settings/letters/<letter>/trial")
@needs(Permission.ADMINISTER)
def settings_try_letter(letter: str) -> ResponseReturnValue:
    """Sends what stands in the form to the administrator. Nothing else is saved by it."""
    place, form, desk = place_of(letter), WordingForm(request.form), house()
    written, trouble = letter_with(place, typed(form), incident_to_show(form.incident_number()))
    try:
        if written is None:
            raise trouble
        send_trial(
            session(), the_agent(), place, written, mailbox_of(place), stationery=desk.stationery, now=desk.clock.now()
        )
        commit()
    except (Conflict, Invalid) as error:
        session().rollback()
        form.refuse(error if isinstance(error, Invalid) else Invalid(str(error)))
        return typed_page(form, place), 422
    flash(f"A test letter is on its way to {the_agent().email}. What stands in the form is not saved.", "success")
    return typed_page(form, place)


def _stored(place: Place, version: int | None) -> Phrasing:
    """An earlier version, or the words in use."""
    found = next((one for one in versions(session(), place) if one.number == version and not one.built_in), None)
    return Phrasing(found.subject, found.body) if found else words_for(session(), place)
