"""One incident for its requester, opened by the signed link of our letters: its public thread and nothing else."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from helpdesk.attachments import Attachment
from helpdesk.db import commit, session
from helpdesk.errors import Invalid
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import State
from helpdesk.incidents.reopening import is_too_late
from helpdesk.incidents.statuses import requester_label
from helpdesk.incidents.thread import Entry, EntryKind, Words
from helpdesk.journal import EventKind, history
from helpdesk.letters.links import Answer, confirm_url, read_tracking, tracking_url
from helpdesk.letters.markdown import render
from helpdesk.policies import MailPolicy, policy
from helpdesk.web.access import house
from helpdesk.web.downloads import download
from helpdesk.web.enclosures import enclosed, references
from helpdesk.web.forms.tracking import MessageForm
from helpdesk.web.limits import REPORT, limiter
from helpdesk.web.portal.blueprint import blueprint
from helpdesk.web.portal.merged import goes_on_in, read_by_requester
from helpdesk.web.portal.promises import promises_told

SAME_MESSAGE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class PublicEntry:
    """An entry of the thread as its requester sees it. `html` is sanitised; where it is "", `text` is shown."""

    entry: Entry
    kind: str
    html: Markup


@blueprint.after_request
def keep_to_ourselves(response: Response) -> Response:
    """The address of a tracking page is its key: no search engine and no other site may learn it."""
    if request.path.startswith(("/track/", "/support/sent/")):
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        # Not no-referrer: over HTTPS the CSRF check of the forms on these pages asks for a Referer of ours.
        response.headers["Referrer-Policy"] = "same-origin"
    return response


@blueprint.get("/track/<token>")
def track(token: str) -> ResponseReturnValue:
    incident = tracked(token)
    if incident is None:
        return no_such_link()
    whole = goes_on_in(incident)
    if whole is not incident and whole.requester_id == incident.requester_id:
        return redirect(request.script_root + tracking_url("", house().signing_key, whole.id, whole.requester_id))
    return _page(incident, token, MessageForm())


@blueprint.post("/track/<token>/messages")
@limiter.limit(REPORT)
def add_message(token: str) -> ResponseReturnValue:
    incident = tracked(token)
    if incident is None:
        return no_such_link()
    form, files = MessageForm(request.form), enclosed()
    whole = goes_on_in(incident)
    if _is_over(whole):
        return _page(incident, token, form, files), 409
    if not form.validate():
        return _page(incident, token, form, files), 422
    if not files and _is_said_already(whole, form.text.data or ""):
        return redirect(url_for("portal.track", token=token, _anchor="thread-end"), 303)
    words = Words(text=form.text.data or "", attachments=files)
    try:
        whole.receive(words, by=incident.requester.actor(), at=house().clock.now())
    except Invalid as error:
        session().rollback()
        form.refuse(error)
        return _page(tracked(token) or incident, token, form, files), 422
    commit()
    return redirect(url_for("portal.track", token=token, _anchor="thread-end"), 303)


@blueprint.get("/track/<token>/attachments/<int:number>")
def tracked_attachment(token: str, number: int) -> ResponseReturnValue:
    incident = tracked(token)
    public = read_by_requester(incident) if incident else []
    found = next((file for entry in public for file in entry.attachments if file.id == number), None)
    if found is None:
        return no_such_link()
    return download(house().store.get(found.sha256), found.filename)


def tracked(token: str) -> Incident | None:
    """The incident a tracking link opens; None for a forged or damaged one, and when it is somebody else's now."""
    said = read_tracking(house().signing_key, token)
    return requesters_incident(said.incident_id, said.requester_id) if said else None


def requesters_incident(incident_id: int, requester_id: int) -> Incident | None:
    query = (
        select(Incident)
        .where(Incident.id == incident_id, Incident.requester_id == requester_id)
        .options(
            joinedload(Incident.requester),
            joinedload(Incident.service),
            selectinload(Incident.entries).selectinload(Entry.attachments),
        )
    )
    return session().scalars(query).unique().first()


def no_such_link() -> ResponseReturnValue:
    return render_template("portal/no_such_link.html"), 404


def latest_resolution(incident: Incident) -> int:
    """The number, within the incident, of the event that resolved it last; 0 when there is none."""
    events = history(session(), Incident.record_kind, incident.id)
    return max((event.sequence for event in events if event.kind == EventKind.RESOLVED.value), default=0)


def _page(incident: Incident, token: str, form: MessageForm, files: tuple[Attachment, ...] = ()) -> str:
    entries, whole = [_public(one) for one in read_by_requester(incident)], goes_on_in(incident)
    return render_template(
        "portal/track.html",
        incident=incident,
        entries=entries,
        form=form,
        kept=references(files),
        token=token,
        state=whole.current,
        wording=requester_label(whole),
        promises=promises_told(incident) if whole is incident else [],
        is_merged=whole is not incident,
        is_over=_is_over(whole),
        answer_url=_answer_url(incident) if incident.current is State.RESOLVED else "",
    )


def _is_over(incident: Incident) -> bool:
    return is_too_late(incident, policy(session(), MailPolicy).reopen_days, now=house().clock.now())


def _public(entry: Entry) -> PublicEntry:
    if entry.kind == EntryKind.REPLY.value:
        html = Markup(render(entry.text, keep_line_breaks=True))  # noqa: S704 - rendered and sanitised
        return PublicEntry(entry, "reply", html)
    return PublicEntry(entry, "automatic" if entry.automatic else "message", Markup(""))


def _answer_url(incident: Incident) -> str:
    made = confirm_url(
        "", house().signing_key, incident.id, incident.requester_id, latest_resolution(incident), Answer.YES
    )
    return request.script_root + made


def _is_said_already(incident: Incident, text: str) -> bool:
    """Whether this is the same message again: a second click, or a page loaded anew."""
    last = next((one for one in reversed(incident.entries) if one.kind == EntryKind.MESSAGE.value), None)
    clean = text.replace("\0", "").strip()
    return last is not None and last.text == clean != "" and house().clock.now() - last.at < SAME_MESSAGE
