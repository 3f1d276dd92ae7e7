"""The page on which one letter is worded, and its preview: asked by every view that shows it."""

from typing import Any

from flask import abort, render_template, request, url_for

from helpdesk.db import commit, session
from helpdesk.errors import Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.queries import incident_for
from helpdesk.letters.drafts import keep_draft
from helpdesk.letters.languages import LANGUAGES
from helpdesk.letters.placeholders import check, placeholders_of, placeholders_of_subject
from helpdesk.letters.rendering import Written
from helpdesk.letters.samples import sample_letter
from helpdesk.letters.wordings import WHOLE_DESK, WORDED, Phrasing, Place, inherited, newest, own_words, versions
from helpdesk.mailboxes.mailbox import Mailbox, active_mailboxes
from helpdesk.policies import LetterPolicy, policy
from helpdesk.web.access import house, the_agent, the_viewer
from helpdesk.web.forms.letters import WordingForm
from helpdesk.web.knowledge.diff import compare

TITLES = {
    "acknowledgement": ("Acknowledgement", "We have your report."),
    "reply": ("Reply", "What stands around an agent’s answer."),
    "resolution": ("Resolution", "What fixed it, and the question whether it did."),
    "reopened": ("Opened again", "We are on it again."),
    "closed": ("Closed", "The record is done with."),
    "consultation": ("Consultation", "What stands around a question to a third party."),
}


def place_of(letter: str) -> Place:
    """What the address of the page names; 404 for a letter, a language or a mailbox that there is not."""
    found = next((one for one in WORDED if one.value == letter), None) or abort(404)
    language = request.args.get("language") or policy(session(), LetterPolicy).default_language
    mailbox_id = request.args.get("mailbox", WHOLE_DESK, int)
    if language not in LANGUAGES or (mailbox_id != WHOLE_DESK and session().get(Mailbox, mailbox_id) is None):
        abort(404)
    return Place(found, language, mailbox_id)


def address_of(place: Place, endpoint: str = "web.settings_letter", **more: Any) -> str:
    """The page of a place, or what it is sent to."""
    mailbox: dict[str, Any] = {"mailbox": place.mailbox_id} if place.mailbox_id != WHOLE_DESK else {}
    return url_for(endpoint, letter=place.letter.value, language=place.language, **mailbox, **more)


def mailbox_of(place: Place) -> Mailbox | None:
    """The one that a letter of this place leaves from; for the whole desk the first there is."""
    if place.mailbox_id != WHOLE_DESK:
        return session().get(Mailbox, place.mailbox_id)
    return next(iter(active_mailboxes(session())), None)


def newest_number(place: Place) -> int:
    row = newest(session(), place)
    return row.number if row else 0


def incident_to_show(number: int | None) -> Incident | None:
    """The incident that a letter is shown with, if its viewer may see it."""
    return incident_for(session(), the_viewer(), number) if number else None


def typed(form: WordingForm) -> Phrasing:
    return Phrasing(form.subject.data or "", form.body.data or "")


def letter_with(place: Place, words: Phrasing, incident: Incident | None) -> tuple[Written | None, Invalid]:
    """The letter as its reader would get it, or what is wrong with the words."""
    try:
        check(place.letter, words.subject, words.body)
        written = sample_letter(
            session(),
            place,
            words,
            agent=the_agent(),
            mailbox=mailbox_of(place),
            settings=house().settings,
            now=house().clock.now(),
            incident=incident,
        )
    except Invalid as error:
        return None, error
    except (KeyError, ValueError) as error:
        return None, Invalid(f"This can't be filled in: {error}", field="body")
    return written, Invalid("")


def stored_page(form: WordingForm, place: Place, version: int | None) -> str:
    """The page as it is opened."""
    incident = incident_to_show(form.incident_number())
    query = {"version": version, "incident": incident.id if incident else None}
    return render_template("settings/letter.html", **_facts(form, place), **preview(form, place, query))


def typed_page(form: WordingForm, place: Place, *, said: str = "", saved: Phrasing | None = None) -> str:
    """The page with what was typed, which is not saved."""
    keep_typed(form, place)
    facts = _facts(form, place)
    return render_template("settings/letter.html", **facts | {"said": said, "saved": saved}, **preview(form, place))


def keep_typed(form: WordingForm, place: Place) -> None:
    """So that the frame of the preview can ask for it; commits."""
    words, incident = typed(form), incident_to_show(form.incident_number())
    now = house().clock.now()
    keep_draft(session(), the_agent(), place, words.subject, words.body, incident.id if incident else None, at=now)
    commit()


def preview(form: WordingForm, place: Place, query: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the preview shows. `query` leads its frame to what is stored; without, to what was typed."""
    incident = incident_to_show(form.incident_number())
    written, trouble = letter_with(place, typed(form), incident)
    # Another address each time, or the frame would not look again.
    query = {"draft": form.digest()} if query is None else query
    return {
        "written": written,
        "trouble": trouble,
        "incident_missed": bool(form.incident.data) and incident is None,
        "frame_url": address_of(place, "web.settings_letter_frame", **query),
    }


def _facts(form: WordingForm, place: Place) -> dict[str, Any]:
    below, own = inherited(session(), place), own_words(session(), place)
    title, meaning = TITLES[place.letter.value]
    return {
        "form": form,
        "place": place,
        "title": title,
        "meaning": meaning,
        "mailbox": session().get(Mailbox, place.mailbox_id) if place.mailbox_id != WHOLE_DESK else None,
        "languages": LANGUAGES,
        "own": own,
        "inherited": below,
        "differences": compare(_whole(below), _whole(own)) if own else [],
        "versions": versions(session(), place),
        "placeholders": placeholders_of(place.letter),
        "subject_placeholders": placeholders_of_subject(place.letter),
        "address_of": address_of,
        "said": "",
        "saved": None,
    }


def _whole(words: Phrasing) -> str:
    return f"{words.subject}\n\n{words.body}"
