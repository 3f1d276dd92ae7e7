"""What letters are given to say: values for the wordings of requesters' letters, a context for agents' templates."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup
from sqlalchemy.orm import Session

from helpdesk.attachments.store import BlobStore
from helpdesk.incidents.escalation import Escalation, EscalationKind, latest_note
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.survey import Score, ask
from helpdesk.incidents.thread import Entry
from helpdesk.journal import Event
from helpdesk.letters.addresses import greeting_name, one_line
from helpdesk.letters.filling import Value, Values
from helpdesk.letters.happened import happened, told_of_task
from helpdesk.letters.kinds import Letter
from helpdesk.letters.languages import Language
from helpdesk.letters.links import Answer, confirm_url, survey_url, tracking_url
from helpdesk.letters.markdown import render
from helpdesk.letters.message_ids import Side, make_message_id
from helpdesk.letters.promises import due_times
from helpdesk.letters.quoting import as_html, excerpt
from helpdesk.letters.readers import Planned, unreached
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.people.agent import Agent
from helpdesk.policies import LetterPolicy, MailPolicy, policy
from helpdesk.service_levels.telling import told_in_words
from helpdesk.settings import Settings

_NO_CAUSE = {"not known", "unknown", "n/a", "none", "-", "?", ""}
_WRITTEN_BY_AGENTS = {"reply", "consultation"}
_ANSWERING = {
    "reply": "Answer this mail, and the requester gets your answer.",
    "note": "Answer this mail, and colleagues see your answer as a note. The requester does not.",
    "off": "Please answer there, not by mail.",
}


@dataclass(frozen=True, slots=True)
class Stationery:
    """What composing needs of the house."""

    settings: Settings
    signing_key: str
    store: BlobStore

    def message_id(
        self,
        event_id: int,
        recipient: str,
        mailbox: Mailbox | None,
        *,
        incident_id: int | None = None,
        side: Side = Side.AGENT,
    ) -> str:
        """Of the letter about an event to somebody, sent from this mailbox; see `message_ids`."""
        domain = self.settings.mail_domain or (mailbox.domain if mailbox else "localhost")
        return make_message_id(self.signing_key, event_id, recipient, domain=domain, incident_id=incident_id, side=side)


@dataclass(frozen=True, slots=True)
class Occasion:
    """One letter to be written: for whom, and what about."""

    session: Session
    stationery: Stationery
    incident: Incident
    event: Event
    planned: Planned


def link_for(occasion: Occasion) -> str:
    """Agents go to the desk, the requester to their own page; who is only copied has none."""
    incident, planned = occasion.incident, occasion.planned
    base = occasion.stationery.settings.base_url
    if planned.letter.side is Side.AGENT:
        return f"{base}/incidents/{incident.id}"
    if planned.letter.value == "consultation" or not _is_requester(occasion):
        return ""
    return tracking_url(base, occasion.stationery.signing_key, incident.id, incident.requester_id)


def desk_name(settings: Settings, mailbox: Mailbox | None) -> str:
    return one_line((mailbox.display_name if mailbox else "") or settings.site_name)


def written_by_agent(occasion: Occasion) -> Entry | None:
    """The entry that a reply or a consultation is about. Raises LookupError where it is gone."""
    if occasion.planned.letter.value not in _WRITTEN_BY_AGENTS:
        return None
    if occasion.planned.entry is None:
        raise LookupError(f"event {occasion.event.id} of {occasion.incident.number} names no reply that is there")
    return occasion.planned.entry


# To requesters


def values(occasion: Occasion, mailbox: Mailbox, thread_subject: str, language: Language, now: datetime) -> Values:
    """What stands for each placeholder of this letter; see `placeholders`."""
    incident, planned = occasion.incident, occasion.planned
    zone = policy(occasion.session, LetterPolicy).time_zone
    name = greeting_name(planned.name)
    found = {
        "thread_subject": thread_subject,
        "greeting": language.greet(name),
        "name": name,
        "number": incident.number,
        "subject": one_line(incident.subject),
        "service": one_line(incident.service.name) if incident.service else "",
        "opened_on": language.on(incident.opened_at, zone),
        "today": language.on(now, zone),
        "link": link_for(occasion),
        "desk": desk_name(occasion.stationery.settings, mailbox),
        "agent": one_line(occasion.event.actor_name) if occasion.event.actor_kind == "agent" else "",
    }
    if planned.letter is Letter.ACKNOWLEDGEMENT:
        found |= due_times(occasion.session, incident.id, language, now=now)
    more = _resolved(occasion) if planned.letter is Letter.RESOLUTION else _written(occasion, language)
    if planned.letter is Letter.CLOSED:
        more |= _survey(occasion, now)
    return {key: Value(text) for key, text in found.items()} | more


def _written(occasion: Occasion, language: Language) -> Values:
    entry = written_by_agent(occasion)
    if entry is None:
        return {}
    agent = occasion.session.get(Agent, entry.author_id) if entry.author_kind == "agent" else None
    names = ", ".join(one_line(one.filename) for one in entry.attachments)
    return {
        "text": markdown_value(entry.text),
        "agent": Value(one_line(entry.author_name)),
        "signature": signature_value(agent.signature if agent else ""),
        "attachments": Value(f"{language.attached}: {names}" if names else ""),
    }


def _resolved(occasion: Occasion) -> Values:
    data, incident, stationery = occasion.event.data, occasion.incident, occasion.stationery

    def url(answer: Answer) -> Value:
        base, key, sequence = stationery.settings.base_url, stationery.signing_key, occasion.event.sequence
        return Value(confirm_url(base, key, incident.id, incident.requester_id, sequence, answer))

    cause = "" if data["cause"].strip(" .").lower() in _NO_CAUSE else data["cause"]
    return {
        "fix": markdown_value(data["resolution"]),
        "cause": markdown_value(cause),
        "yes_link": url(Answer.YES),
        "no_link": url(Answer.NO),
    }


def _survey(occasion: Occasion, now: datetime) -> Values:
    """Where to say how it went; nothing for who is only copied, and for who was asked not long ago."""
    incident, sequence, stationery = occasion.incident, occasion.event.sequence, occasion.stationery
    asked = ask(occasion.session, incident, sequence, at=now) if _is_requester(occasion) else None

    def url(score: Score) -> Value:
        base, key = stationery.settings.base_url, stationery.signing_key
        made = survey_url(base, key, incident.id, incident.requester_id, sequence, score.value)
        return Value(made if asked else "")

    return {f"{score.value}_link": url(score) for score in Score}


def markdown_value(text: str) -> Value:
    """What an agent wrote: as it is in the text, as Markdown in the HTML."""
    return Value(text, Markup(render(text, keep_line_breaks=True)))  # noqa: S704 - nh3 went over it


def signature_value(signature: str) -> Value:
    """Behind the line by which mail programs know a signature (RFC 3676 section 4.3)."""
    shown = signature.strip()
    html = Markup('<p class="faint" style="color:#5b6672">{}</p>').format(as_html(shown))
    return Value(f"-- \n{shown}", html) if shown else Value("")


def _is_requester(occasion: Occasion) -> bool:
    return occasion.planned.address in {one.address for one in occasion.incident.requester.addresses}


# To agents


def contents(occasion: Occasion) -> dict[str, Any]:
    """Everything the three templates of a letter to an agent may name."""
    incident, planned = occasion.incident, occasion.planned
    name = greeting_name(planned.name)
    site = occasion.stationery.settings
    common = {
        "language": "en",
        "site_name": one_line(site.site_name),
        "greeting": f"Hello {name}," if name else "Hello,",
        "number": incident.number,
        "subject": incident.subject,
        "link": link_for(occasion),
        "requester": one_line(incident.requester.name),
        "actor": one_line(occasion.event.actor_name),
        "service": incident.service.name if incident.service else "",
        "message": "\n".join(excerpt(planned.entry.text)) if planned.entry else "",
        "answering": _ANSWERING[_how_to_answer(occasion)],
        "why": planned.why,
        "settings_link": notifications_url(site),
    }
    more = _MORE.get(planned.letter)
    return common | (more(occasion) if more else {})


def notifications_url(settings: Settings) -> str:
    """Where agents choose what they are told."""
    return f"{settings.base_url}/profile/notifications"


def _how_to_answer(occasion: Occasion) -> str:
    """Answers by mail count only where somebody can prove whose they are."""
    mailbox = occasion.incident.mailbox
    proves = mailbox is not None and bool(mailbox.authserv_id or mailbox.checks_signatures)
    return policy(occasion.session, MailPolicy).agents_by_mail if proves else "off"


def _reopened(occasion: Occasion) -> dict[str, Any]:
    return {"reason": str(occasion.event.data.get("reason", ""))}


def _mail_held(occasion: Occasion) -> dict[str, Any]:
    site, row_id = occasion.stationery.settings.base_url, occasion.event.data.get("row_id")
    return {"reason": one_line(str(occasion.event.data.get("reason", ""))), "held_link": f"{site}/held/{row_id}"}


def _assigned(occasion: Occasion) -> dict[str, Any]:
    incident = occasion.incident
    return {"team": incident.team.name if incident.team and not incident.assignee else ""}


def _escalated(occasion: Occasion) -> dict[str, Any]:
    data, session = occasion.event.data, occasion.session
    escalation = session.get(Escalation, data.get("escalation_id", 0))
    note = latest_note(session, occasion.incident, occasion.event.at)
    return {
        "is_hierarchical": data.get("escalation") == EscalationKind.HIERARCHICAL.value,
        "is_first": data.get("step", 1) == 1,
        "reason": one_line(str(escalation.why if escalation else "")),
        "team": occasion.incident.team.name if occasion.incident.team else "",
        "note": "\n".join(excerpt(note)),
    }


def _undelivered(occasion: Occasion) -> dict[str, Any]:
    data = occasion.event.data
    said = data.get("answer") or f"{data.get('status') or ''} {data.get('diagnostic') or ''}"
    return {
        "recipient": one_line(", ".join(unreached(occasion.event))) or "its reader",
        "answer": one_line(str(said)) or "nothing more",
    }


def _service_level(occasion: Occasion) -> dict[str, Any]:
    incident, data, telling = occasion.incident, occasion.event.data, occasion.planned.telling
    zone = telling.setting.time_zone if telling else policy(occasion.session, LetterPolicy).time_zone
    due = datetime.fromisoformat(data["due_at"]).astimezone(ZoneInfo(zone)) if data.get("due_at") else None
    return {
        "told": told_in_words(data),
        "due": f"{due:%A, %-d %B %Y, %H:%M} ({zone})" if due else "",
        "policy": one_line(str(data.get("policy", ""))),
        "assignee": incident.assignee.name if incident.assignee else "",
        "team": incident.team.name if incident.team else "",
    }


_MORE: dict[Letter, Callable[[Occasion], dict[str, Any]]] = {
    Letter.AGENT_REOPENED: _reopened,
    Letter.AGENT_ASSIGNED: _assigned,
    Letter.AGENT_WATCHED: lambda occasion: {"happened": happened(occasion.event)},
    Letter.AGENT_TASK: lambda occasion: {"told": told_of_task(occasion.event)},
    Letter.AGENT_ESCALATED: _escalated,
    Letter.AGENT_SERVICE_LEVEL: _service_level,
    Letter.AGENT_DELIVERY_FAILED: _undelivered,
    Letter.AGENT_DELIVERY_UNCERTAIN: _undelivered,
    Letter.AGENT_MAIL_HELD: _mail_held,
}
