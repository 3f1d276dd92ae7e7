"""What happened, once and for ever: append-only Event rows, hash-chained within each record.

Timeline, audit, clocks, live pages and reports are read from here. Verbs of the aggregates write through
`Journaled._record`; nobody changes an event afterwards, save that erasing a person takes words out of it and leaves
their digests; see `helpdesk.chain`. Seals and proofs are in `helpdesk.seals` and `helpdesk.proof`."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import Index, UniqueConstraint, event, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, object_session
from sqlalchemy.orm.attributes import set_committed_value

from helpdesk.base import Base
from helpdesk.chain.event_hash import NO_HASH, Said, event_hash
from helpdesk.chain.heads import Head, head_of, keep_heads
from helpdesk.chain.leaves import erased_count, without_tombstones
from helpdesk.chain.salts import Salts
from helpdesk.chain.words import REWRITTEN, WRITTEN, WRITTEN_NAME, rewritten_name, words_digest

FLUSHES_MAX = 10


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
    TASK_OVERDUE = "task_overdue"  # the time by which it was to be done has passed
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
    """`salt` is what its leaves are digested with; see `helpdesk.chain.salts`. Where words of it were erased, `data`
    reads "(erased)" in their place; the digests they left are in the row."""

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
    recorded_at: Mapped[datetime]
    actor_kind: Mapped[str]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    data: Mapped[dict[str, Any]]
    salt: Mapped[str] = mapped_column(default="")
    previous_hash: Mapped[str]
    hash: Mapped[str]


@event.listens_for(Event, "load")
def _hide_tombstones(row: Event, _: Any) -> None:
    if row.salt.startswith("{"):
        set_committed_value(row, "data", without_tombstones(row.data))


class Journaled:
    """Mixed into an aggregate: gives its verbs `_record`."""

    record_kind: ClassVar[str]
    id: Any

    def _record(self, kind: EventKind, *, by: Actor, at: datetime, written: Any = None, **data: Any) -> Event:
        session = object_session(self)
        if session is None:
            raise RuntimeError(f"{type(self).__name__} must be in a session before something can happen to it")
        return record(session, self.record_kind, self.id, kind, by=by, at=at, written=written, **data)


def record(
    session: Session,
    record_kind: str,
    record_id: int,
    kind: EventKind,
    *,
    by: Actor,
    at: datetime,
    begins: bool = False,
    written: Any = None,
    rewritten: Any = None,
    **data: Any,
) -> Event:
    """Appends one event to a record's chain. Two writers of one record meet at the unique constraint.

    `begins`: the record was made just now, so there is no chain to look for yet. `written`: the words of the entry, by
    part (see `helpdesk.incidents.written`), that came into the thread with this event; `rewritten`: those of entries,
    by number, that words were taken out of. The chain proves them from now on."""
    if erased_count(data):
        raise ValueError("an object with nothing but a digest as “erased” is what an erased value leaves behind")
    key = record_kind, record_id
    pending: list[Event] = session.info.setdefault("journal", {}).setdefault(key, [])
    previous = _last(session, pending) or (None if begins else _head(session, record_kind, record_id))
    salts = Salts.fresh()
    if written is not None:
        data[WRITTEN] = words_digest(salts, written, WRITTEN_NAME)
    if rewritten:
        data[REWRITTEN] = {
            str(number): words_digest(salts, words, rewritten_name(number)) for number, words in rewritten.items()
        }
    said = Said(
        record_kind=record_kind,
        record_id=record_id,
        sequence=previous.sequence + 1 if previous else 1,
        kind=kind.value,
        at=at.astimezone(UTC),
        recorded_at=datetime.now(UTC),
        actor_kind=by.kind,
        actor_id=by.id,
        actor_name=f"{by.name} ({by.via})" if by.via else by.name,
        data=data,
        previous_hash=previous.hash if previous else NO_HASH,
    )
    made = Event(**said._asdict(), salt=str(salts), hash=event_hash(said, salts))
    pending.append(made)
    session.add(made)
    return made


def _last(session: Session, pending: list[Event]) -> Event | None:
    # Several events of one transaction chain without asking the database again; a savepoint may have taken some back.
    return next((one for one in reversed(pending) if one in session), None)


def _head(session: Session, record_kind: str, record_id: int) -> Head | None:
    known = head_of(session, record_kind, record_id)
    if known is not None:
        return known
    query = select(Event.sequence, Event.hash).where(Event.record_kind == record_kind, Event.record_id == record_id)
    with session.no_autoflush:
        row = session.execute(query.order_by(Event.sequence.desc()).limit(1)).first()
    return Head(*row) if row else None


@event.listens_for(Session, "before_commit")
def write_heads(session: Session) -> None:
    """Keeps the newest event of each chain that this transaction wrote to; done by itself before it commits."""
    if session.in_nested_transaction():
        return
    _flush_all(session)
    if not (chains := session.info.pop("journal", None)):
        return
    # Sorted, so that two who write several records never wait for each other in a circle.
    newest = ((key, _last(session, pending)) for key, pending in sorted(chains.items()))
    keep_heads(
        session.connection(),
        [
            {"record_kind": kind, "record_id": number, "sequence": one.sequence, "hash": one.hash}
            for (kind, number), one in newest
            if one is not None
        ],
    )


def _flush_all(session: Session) -> None:
    # Here, and not in the commit that goes on: a flush may bring events of its own, as that of a changed setting does.
    for _ in range(FLUSHES_MAX):
        if not (session.new or session.dirty or session.deleted):
            break
        session.flush()


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop("journal", None)


def history(session: Session, record_kind: str, record_id: int) -> list[Event]:
    """Everything that happened to one record, oldest first."""
    query = select(Event).where(Event.record_kind == record_kind, Event.record_id == record_id)
    return list(session.scalars(query.order_by(Event.sequence)))


def newest_id(session: Session) -> int:
    """The highest event number there is; 0 for an empty journal."""
    return session.scalar(select(func.max(Event.id))) or 0
