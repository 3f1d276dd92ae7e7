"""Logging an incident: the one way in which any door makes one."""

from datetime import datetime

from sqlalchemy.orm import Session

from helpdesk.incidents.affected import checked_people
from helpdesk.incidents.back_dating import check_past, logged
from helpdesk.incidents.checklists import follow_category
from helpdesk.incidents.incident import Incident, checked_subject
from helpdesk.incidents.lifecycle import State
from helpdesk.incidents.prioritization import facts_at_opening, proposal
from helpdesk.incidents.record_types import RecordType, checked_record_type
from helpdesk.incidents.statuses import default_status
from helpdesk.incidents.thread import Entry, EntryKind, Participant, Words, entry_of, references_of
from helpdesk.incidents.written import written
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
    impact: int | None = None,
    urgency: int | None = None,
    affected_people: int = 1,
    record_type: str = RecordType.INCIDENT.value,
    reason: str = "",
    quiet: str = "",
    logged_at: datetime | None = None,
) -> tuple[Incident, Entry]:
    """A new incident with its first message. `source` is mail, form, agent or api.

    Without a team it goes to the service's, else to the mailbox's. Impact and urgency are what a requester reported:
    evidence for what the desk proposes, which then holds. Of anybody else the impact is a choice, and where it is not
    the proposed one `reason` says why. `quiet` says why nobody is told of it: old mail. `logged_at` is later than
    `at` where it is written down after it was reported. Raises Invalid for an empty report."""
    check_past(at, logged_at)
    reported = impact if by.kind == "requester" else None
    facts = facts_at_opening(requester, service, checked_people(affected_people), reported, urgency)
    proposed = proposal(session, facts)
    entry = entry_of(EntryKind.MESSAGE, words.checked(), by, at)
    entry.features |= logged(at, logged_at)
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
        record_type=checked_record_type(record_type).value,
        impact=proposed.impact,
        urgency=proposed.urgency,
        priority=proposed.priority,
        affected_people=affected_people,
        opened_at=at,
        updated_at=logged_at or at,
        status=default_status(session, State.NEW),
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
        written=written(entry),
        entry_id=entry.id,
        source=source,
        automatic=words.automatic,
        **proposed.data,
        service_id=incident.service_id,
        category_id=incident.category_id,
        requester_id=incident.requester_id,
        organization_id=requester.organization_id,
        team=incident.team.name if incident.team else None,
        team_id=incident.team_id,
        record_type=incident.record_type,
        reported=_reported(reported, urgency),
        affected_people=affected_people,
        evidence=list(proposed.evidence),
        **(incident.status.said if incident.status else {}),
        **logged(at, logged_at),
        **({"quiet": quiet} if quiet else {}),
    )
    if by.kind != "requester" and impact is not None:
        incident._prioritize(impact, proposed.urgency, proposed, reason, by=by, at=at)
    follow_category(incident, at=at)
    return incident, entry


def _reported(impact: int | None, urgency: int | None) -> dict[str, int]:
    """What was said of how much is hit and how soon it hurts; a side that nobody asked for is left out."""
    return {side: level for side, level in (("impact", impact), ("urgency", urgency)) if level is not None}
