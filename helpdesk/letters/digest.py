"""One letter with all that happened since the last one, grouped by incident, for an agent who wants no more than that.

What waits are notices; `reactions.digests` makes the letter of them and marks them in the same transaction."""

from collections.abc import Iterable
from datetime import datetime
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.queries import visible
from helpdesk.incidents.statuses import status_label
from helpdesk.incidents.thread import Entry
from helpdesk.letters.addresses import header_address, one_line
from helpdesk.letters.agent_threads import add_list_id
from helpdesk.letters.contents import Stationery, notifications_url
from helpdesk.letters.kinds import Letter
from helpdesk.letters.notices import ByMail, Notice
from helpdesk.letters.rendering import write
from helpdesk.letters.telling import MUST_KNOW
from helpdesk.letters.wire import new_letter
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.people.agent import Agent
from helpdesk.people.notification import MutedIncident, NotificationSetting, Route, Topic

EXCERPT_LENGTH_MAX = 280


def waiting(session: Session, agent_id: int) -> list[Notice]:
    """What this agent's next digest tells, oldest first."""
    query = select(Notice).where(Notice.agent_id == agent_id, Notice.by_mail == ByMail.WAITS.value)
    return list(session.scalars(query.order_by(Notice.at, Notice.id)))


def still_wanted(
    session: Session, agent: Agent, setting: NotificationSetting, notices: Iterable[Notice]
) -> list[Notice]:
    """Those that the agent still wants by mail, and may still see."""
    rows = list(notices)
    if not (agent.active and agent.notify_by_mail):
        return []
    numbers = [one.incident_id for one in rows]
    seen = set(session.scalars(select(Incident.id).where(Incident.id.in_(numbers), visible(agent.viewer()))))
    muted = set(session.scalars(select(MutedIncident.incident_id).where(MutedIncident.agent_id == agent.id)))
    return [one for one in rows if one.incident_id in seen and _is_wanted(one, setting, muted)]


def _is_wanted(notice: Notice, setting: NotificationSetting, muted: set[int]) -> bool:
    topic = Topic(notice.topic)
    return Route.MAIL in setting.routes_of(topic) and (topic in MUST_KNOW or notice.incident_id not in muted)


def compose_digest(
    session: Session,
    agent: Agent,
    setting: NotificationSetting,
    notices: list[Notice],
    mailbox: Mailbox,
    message_id: str,
    *,
    stationery: Stationery,
    now: datetime,
) -> EmailMessage:
    """The letter. Raises Invalid when the agent's address can't be written to."""
    settings = stationery.settings
    written = write(Letter.AGENT_DIGEST, _context(session, setting, notices, stationery))
    letter = new_letter(mailbox.address, agent.email)
    letter["From"] = header_address(mailbox.display_name or settings.site_name, mailbox.address)
    letter["To"] = header_address(agent.name, agent.email)
    letter["Date"] = now
    letter["Message-ID"] = f"<{message_id}>"
    letter["Auto-Submitted"] = Letter.AGENT_DIGEST.auto_submitted
    letter["X-Auto-Response-Suppress"] = "All"
    add_list_id(letter, settings.site_name, settings.mail_domain or mailbox.domain)
    letter["Subject"] = written.subject
    letter.set_content(written.text)
    letter.add_alternative(written.html, subtype="html")
    letter["Content-Language"] = written.language
    return letter


def _context(
    session: Session, setting: NotificationSetting, notices: list[Notice], stationery: Stationery
) -> dict[str, Any]:
    groups: dict[int | None, dict[str, Any]] = {}
    zone = ZoneInfo(setting.time_zone)
    for notice in notices:
        groups.setdefault(notice.incident_id, _heading(notice, stationery))["happenings"].append(
            {
                "at": f"{notice.at.astimezone(zone):%a %H:%M}",
                "text": notice.text,
                "excerpt": _excerpt(session.get(Entry, notice.entry_id) if notice.entry_id else None),
            }
        )
    return {
        "language": "en",
        "number": "",
        "site_name": one_line(stationery.settings.site_name),
        "groups": list(groups.values()),
        "count": len(notices),
        "settings_link": notifications_url(stationery.settings),
    }


def _heading(notice: Notice, stationery: Stationery) -> dict[str, Any]:
    incident = notice.incident
    if incident is None:
        raise LookupError(f"notice {notice.id} waits for a digest and names no incident")
    return {
        "number": incident.number,
        "subject": incident.subject,
        "state": status_label(incident),
        "link": f"{stationery.settings.base_url}/incidents/{incident.id}",
        "happenings": [],
    }


def _excerpt(entry: Entry | None) -> str:
    text = one_line(entry.text) if entry else ""
    return text if len(text) <= EXCERPT_LENGTH_MAX else f"{text[: EXCERPT_LENGTH_MAX - 1]}…"
