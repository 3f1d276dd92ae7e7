"""What happened, once and for ever: append-only Event rows, hash-chained within each record.

Timeline, audit, clocks, live pages and reports are read from here. Verbs of the aggregates write through
`Journaled._record`; nobody changes an event afterwards. A daily seal binds all chains together, so that
writers of different records never wait for each other and yet a removed chain is noticed."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import Index, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session

from helpdesk.base import Base

NO_HASH = "0" * 64


class EventKind(StrEnum):
    """Each kind of event; the comment is what the handbook says of it."""

    OPENED = "opened"  # an incident was logged
    RECEIVED = "received"  # the requester (or somebody copied) wrote
    REPLIED = "replied"  # an agent wrote to the requester
    NOTED = "noted"  # an agent wrote to colleagues only
    ASSIGNED = "assigned"  # the incident went to an agent, to a team or back to nobody
    CATEGORIZED = "categorized"  # category or service was set
    PRIORITIZED = "prioritized"  # impact, urgency and so priority were set
    STATE_CHANGED = "state_changed"  # any move through the table of states that has no kind of its own
    WOKEN = "woken"  # a pending incident's time had come
    RESOLVED = "resolved"  # a fix was recorded
    CONFIRMED = "confirmed"  # the requester said that it is fixed
    REOPENED = "reopened"  # it is not fixed after all
    CLOSED = "closed"  # the record is done with
    LINKED = "linked"  # two incidents were tied together
    UNLINKED = "unlinked"  # and untied
    MERGED = "merged"  # what belongs together became one incident
    UNMERGED = "unmerged"  # and was taken apart again
    CONSULTED = "consulted"  # an agent asked a third party, unseen by the requester
    ADVISED = "advised"  # the third party answered, unseen by the requester
    WITHDRAWN = "withdrawn"  # a letter was called back before it left
    SCHEDULED = "scheduled"  # the time at which a letter leaves was changed
    RESENT = "resent"  # a letter that had not arrived was sent once more
    REQUESTER_CHANGED = "requester_changed"  # the incident is somebody else's
    PARTICIPANT_ADDED = "participant_added"  # somebody more reads along
    PARTICIPANT_REMOVED = "participant_removed"  # and does so no longer
    RENAMED = "renamed"  # the subject was put into better words
    RESTORED = "restored"  # the service works again, though the incident may go on
    RESTORATION_WITHDRAWN = "restoration_withdrawn"  # it does not work after all
    RECLASSIFIED = "reclassified"  # an incident was made a request, or the other way round
    AFFECTED = "affected"  # how many people are hit was counted anew
    ESCALATED = "escalated"  # it went to another team, or up the chain of managers
    ESCALATION_ACKNOWLEDGED = "escalation_acknowledged"  # whom it went to looks after it
    SERVICE_LEVEL_WARNED = "service_level_warned"  # a part of the time for a target has gone by
    SERVICE_LEVEL_BREACHED = "service_level_breached"  # a target was missed
    SERVICE_LEVEL_JUDGED = "service_level_judged"  # what became of each target, frozen when the record was closed
    WATCHED = "watched"  # an agent follows the incident
    UNWATCHED = "unwatched"  # and does so no longer
    MENTIONED = "mentioned"  # a colleague was called by name in a note
    TAGGED = "tagged"  # tags were put on or taken off
    FIELDS_CHANGED = "fields_changed"  # the site's own fields were filled in
    TASK_ADDED = "task_added"  # something is to be done
    TASK_CHANGED = "task_changed"  # it was reworded, given to somebody or put off
    TASK_DONE = "task_done"  # it was done
    TASK_REOPENED = "task_reopened"  # it was not done after all
    TASK_REMOVED = "task_removed"  # nobody needs to do it
    TIME_SPENT = "time_spent"  # minutes of work were written down
    TIME_REMOVED = "time_removed"  # and crossed out again
    SPLIT = "split"  # a part of the thread became an incident of its own
    UNSPLIT = "unsplit"  # and came back
    OPERATION_APPLIED = "operation_applied"  # a bulk change, a macro or a rule changed it
    OPERATION_UNDONE = "operation_undone"  # and that was taken back
    RATED = "rated"  # the requester said how it went
    EXPORTED = "exported"  # the record was handed out as a sealed file
    PERSON_ERASED = "person_erased"  # what tells of a person was deleted
    SETTING_ADDED = "setting_added"  # an administrator set something up
    SETTING_CHANGED = "setting_changed"  # changed it
    SETTING_REMOVED = "setting_removed"  # or took it away
    FIX_REUSED = "fix_reused"  # a suggested fix was put into a reply
    FIX_REJECTED = "fix_rejected"  # a suggested fix was marked as not this
    DELIVERED = "delivered"  # a letter was taken over by the next mail server
    DELIVERY_FAILED = "delivery_failed"  # a letter will not reach its reader
    DELIVERY_UNCERTAIN = "delivery_uncertain"  # nobody can tell whether a letter arrived
    BOUNCED = "bounced"  # a delivery report came back for a letter of ours
    MAIL_HELD = "mail_held"  # a mail that would have joined was held instead
    MAIL_ACCEPTED = "mail_accepted"  # an agent filed a mail that had been held
    MAIL_DISCARDED = "mail_discarded"  # an agent put away a mail that had been held
    ALARM_RAISED = "alarm_raised"  # something was wrong with the mail for too long
    ALARM_REMINDED = "alarm_reminded"  # and still was, a day later
    ALARM_OVER = "alarm_over"  # and was mended
    LETTER_REWORDED = "letter_reworded"  # the words of a kind of letter were changed, or set back
    LETTER_TRIED = "letter_tried"  # an administrator had a letter sent to themselves
    ARTICLE_WRITTEN = "article_written"  # an article was begun
    ARTICLE_EDITED = "article_edited"  # a new version was saved
    ARTICLE_PUBLISHED = "article_published"  # readers may see it
    ARTICLE_WITHDRAWN = "article_withdrawn"  # back to agents only
    ARTICLE_ARCHIVED = "article_archived"  # kept, no longer found


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: `kind` is agent, requester or system; `id` is the number in that kind's table. `via` names what
    acted for them, such as an API token: events tell, letters don't."""

    kind: str
    name: str
    id: int | None = None
    permissions: frozenset[str] = frozenset()
    via: str = ""

    def may(self, permission: str) -> bool:
        return permission in self.permissions


class Event(Base):
    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("record_kind", "record_id", "sequence"),
        Index("ix_events_kind_at", "kind", "at"),
        Index("ix_events_recorded_at", "recorded_at"),
    )

    record_kind: Mapped[str]
    record_id: Mapped[int]
    sequence: Mapped[int]
    kind: Mapped[str]
    at: Mapped[datetime]
    # When the row was made: later than `at` where somebody acted first and logged after.
    recorded_at: Mapped[datetime] = mapped_column(default=lambda: datetime.now(UTC))
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    data: Mapped[dict[str, Any]]
    previous_hash: Mapped[str]
    hash: Mapped[str]

    def digest(self) -> str:
        """SHA-256 over everything that was said, and over the event before it."""
        said = [
            self.record_kind, self.record_id, self.sequence, self.kind, self.at.isoformat(),
            self.actor_kind, self.actor_id, self.actor_name, self.data, self.previous_hash,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


class Seal(Base):
    """One row a day over the heads of all chains that grew that day, bound to the seal before."""

    __tablename__ = "seals"

    day: Mapped[date] = mapped_column(unique=True)
    events: Mapped[int]
    previous_hash: Mapped[str]
    hash: Mapped[str]


class Journaled:
    """Mixed into an aggregate: gives its verbs `_record`."""

    record_kind: ClassVar[str]
    id: Any

    def _record(self, kind: EventKind, *, by: Actor, at: datetime, **data: Any) -> Event:
        session = object_session(self)
        if session is None:
            raise RuntimeError(f"{type(self).__name__} must be in a session before something can happen to it")
        return record(session, self.record_kind, self.id, kind, by=by, at=at, **data)


def record(
    session: Session,
    record_kind: str,
    record_id: int,
    kind: EventKind,
    *,
    by: Actor,
    at: datetime,
    begins: bool = False,
    **data: Any,
) -> Event:
    """Appends one event to a record's chain. Two writers of one record meet at the unique constraint.

    `begins`: the record was made just now, so there is no chain to look for yet."""
    head = None if begins else _head(session, record_kind, record_id)
    event = Event(
        record_kind=record_kind,
        record_id=record_id,
        sequence=head.sequence + 1 if head else 1,
        kind=kind.value,
        at=at.astimezone(UTC),
        actor_kind=by.kind,
        actor_id=by.id,
        actor_name=f"{by.name} ({by.via})" if by.via else by.name,
        data=data,
        previous_hash=head.hash if head else NO_HASH,
    )
    event.hash = event.digest()
    session.info.setdefault("journal_heads", {})[record_kind, record_id] = event
    session.add(event)
    return event


def _head(session: Session, record_kind: str, record_id: int) -> Event | None:
    # Several events of one transaction chain without asking the database again.
    known: Event | None = session.info.get("journal_heads", {}).get((record_kind, record_id))
    if known is not None and known in session:
        return known
    query = select(Event).where(Event.record_kind == record_kind, Event.record_id == record_id)
    with session.no_autoflush:
        return session.scalars(query.order_by(Event.sequence.desc()).limit(1)).first()


def history(session: Session, record_kind: str, record_id: int) -> list[Event]:
    """Everything that happened to one record, oldest first."""
    query = select(Event).where(Event.record_kind == record_kind, Event.record_id == record_id)
    return list(session.scalars(query.order_by(Event.sequence)))


def seal(session: Session, day: date) -> Seal:
    """Seals a day (UTC): a hash over the head of every chain that grew on it. Idempotent; the door commits."""
    existing = session.scalars(select(Seal).where(Seal.day == day)).first()
    if existing:
        return existing
    before = session.scalars(select(Seal).where(Seal.day < day).order_by(Seal.day.desc()).limit(1)).first()
    previous = before.hash if before else NO_HASH
    count, digest = _day_digest(session, day, previous)
    made = Seal(day=day, events=count, previous_hash=previous, hash=digest)
    session.add(made)
    return made


def unsealed_days(session: Session, *, before: date) -> list[date]:
    """Days (UTC) before this one on which something was recorded and which have no seal, oldest first."""
    first = session.scalar(select(func.min(Event.recorded_at)))
    if first is None:
        return []
    sealed = session.scalar(select(func.max(Seal.day)))
    start = sealed.toordinal() + 1 if sealed else first.date().toordinal()
    return [date.fromordinal(number) for number in range(start, before.toordinal())]


def _day_digest(session: Session, day: date, previous: str) -> tuple[int, str]:
    start = datetime.fromisoformat(f"{day.isoformat()}T00:00:00+00:00")
    end = datetime.fromordinal(day.toordinal() + 1).replace(tzinfo=start.tzinfo)
    rows = session.execute(
        select(Event.record_kind, Event.record_id, Event.sequence, Event.hash)
        .where(Event.recorded_at >= start, Event.recorded_at < end)
        .order_by(Event.record_kind, Event.record_id, Event.sequence)
    )
    running, count = hashlib.sha256(previous.encode()), 0
    for row in rows:
        running.update("|".join(map(str, row)).encode())
        count += 1
    return count, running.hexdigest()


def breaks(session: Session) -> Iterator[str]:
    """What does not hold: a changed or missing event, a changed seal. Nothing yielded means all is well."""
    previous: Event | None = None
    events = select(Event).order_by(Event.record_kind, Event.record_id, Event.sequence).execution_options(yield_per=500)
    for event in session.scalars(events):
        same = previous and (previous.record_kind, previous.record_id) == (event.record_kind, event.record_id)
        expected = (previous.sequence + 1, previous.hash) if same and previous else (1, NO_HASH)
        if (event.sequence, event.previous_hash) != expected:
            yield f"{event.record_kind} {event.record_id}: an event is missing before number {event.sequence}"
        if event.hash != event.digest():
            yield f"{event.record_kind} {event.record_id}: event {event.sequence} was changed after it was written"
        previous = event
    before = NO_HASH
    for made in session.scalars(select(Seal).order_by(Seal.day)):
        count, digest = _day_digest(session, made.day, before)
        if (made.previous_hash, made.events, made.hash) != (before, count, digest):
            yield f"the seal of {made.day} does not match its events"
        before = made.hash


def newest_id(session: Session) -> int:
    """The highest event number there is; 0 for an empty journal."""
    return session.scalar(select(func.max(Event.id))) or 0
