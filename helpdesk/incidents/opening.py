"""Logging an incident: the one way in which any door makes one."""

from datetime import datetime

from sqlalchemy.orm import Session

from helpdesk.incidents.incident import Incident, checked_subject
from helpdesk.incidents.lifecycle import State
from helpdesk.incidents.priority import Impact, Urgency, priority_of
from helpdesk.incidents.thread import Entry, EntryKind, Participant, Words, entry_of, references_of
from helpdesk.journal import Actor, EventKind
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.people.agent import Team
from helpdesk.people.requester import Requester
from helpdesk.services import Category, Service


def open_incident(
    session: Session,
    requester: Requester,
    subject: str,
    words: Words,
    *,
    source: str,
    by: Actor,
    at: datetime,
    mailbox: Mailbox | None = None,
    team: Team | None = None,
    service: Service | None = None,
    category: Category | None = None,
    impact: int = Impact.LOW.value,
    urgency: int = Urgency.MEDIUM.value,
    quiet: str = "",
) -> tuple[Incident, Entry]:
    """A new incident with its first message. `source` is mail, form, agent or api.

    Without a team it goes to the service's, else to the mailbox's. `quiet` says why nobody is told of it: old mail.
    Raises Invalid for an empty report."""
    entry = entry_of(EntryKind.MESSAGE, words.checked(), by, at)
    incident = Incident(
        requester=requester,
        subject=checked_subject(subject),
        state=State.NEW.value,
        is_open=True,
        source=source,
        mailbox=mailbox,
        team=team or (service.team if service else None) or (mailbox.team if mailbox else None),
        service=service,
        category=category,
        impact=impact,
        urgency=urgency,
        priority=priority_of(impact, urgency).value,
        opened_at=at,
        updated_at=at,
        entries=[entry],
        participants=[Participant(address=address, added_at=at) for address in words.cc],
    )
    session.add(incident)
    session.flush()
    session.add_all(references_of(words, entry))
    incident._record(
        EventKind.OPENED,
        by=by,
        at=at,
        begins=True,
        entry_id=entry.id,
        source=source,
        automatic=words.automatic,
        priority=incident.priority,
        impact=impact,
        urgency=urgency,
        service_id=incident.service_id,
        category_id=incident.category_id,
        requester_id=incident.requester_id,
        organization_id=requester.organization_id,
        team=incident.team.name if incident.team else None,
        **({"quiet": quiet} if quiet else {}),
    )
    return incident, entry
