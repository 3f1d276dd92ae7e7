"""The incident: one record, from the first report to the lesson learnt.

Its verbs take who acts and when, check the table of states, change the record and append an Event. They
never commit: the door does."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from helpdesk.base import Base
from helpdesk.errors import Conflict, Invalid, NotAllowed
from helpdesk.incidents.lifecycle import PENDING, UNRESOLVED, ResolutionCode, State, Verb, transition
from helpdesk.incidents.priority import Impact, Urgency, priority_of
from helpdesk.incidents.recipients import addressed
from helpdesk.incidents.statuses import Status
from helpdesk.incidents.thread import Entry, EntryKind, Participant, Words, entry_of, references_of
from helpdesk.incidents.waiting_letters import stop_if_answered
from helpdesk.journal import Actor, Event, EventKind, Journaled
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.people.agent import Agent, Team
from helpdesk.people.permissions import Permission
from helpdesk.people.requester import Requester
from helpdesk.services import Category, Service
from helpdesk.services.causes import Cause

SUBJECT_LENGTH_MAX = 250
NUMBER_PREFIX = "INC-"


class Incident(Base, Journaled):
    __tablename__ = "incidents"
    __table_args__ = (
        Index("ix_incidents_open_updated", "is_open", "updated_at", "id"),
        Index("ix_incidents_open_opened", "is_open", "opened_at", "id"),
        Index("ix_incidents_open_priority", "is_open", "priority", "updated_at", "id"),
        Index("ix_incidents_updated", "updated_at", "id"),
        Index("ix_incidents_opened", "opened_at", "id"),
        Index("ix_incidents_priority", "priority", "updated_at", "id"),
        Index("ix_incidents_assignee", "assignee_id", "is_open", "updated_at"),
        Index("ix_incidents_team", "team_id", "is_open", "updated_at"),
        Index("ix_incidents_state_wake", "state", "wake_at"),
    )
    record_kind: ClassVar[str] = "incident"

    subject: Mapped[str]
    record_type: Mapped[str] = mapped_column(default="incident")
    state: Mapped[str] = mapped_column(default=State.NEW.value)
    # None: the default status of its state.
    status_id: Mapped[int | None] = mapped_column(ForeignKey("statuses.id"))
    is_open: Mapped[bool] = mapped_column(default=True)
    source: Mapped[str]
    impact: Mapped[int] = mapped_column(default=Impact.LOW.value)
    urgency: Mapped[int] = mapped_column(default=Urgency.MEDIUM.value)
    priority: Mapped[int]
    # Somebody chose otherwise than the desk proposed, and said why.
    is_overridden: Mapped[bool] = mapped_column(default=False)
    affected_people: Mapped[int] = mapped_column(default=1)
    requester_id: Mapped[int] = mapped_column(ForeignKey("requesters.id"), index=True)
    mailbox_id: Mapped[int | None] = mapped_column(ForeignKey("mailboxes.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"), index=True)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"), index=True)
    opened_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    wake_at: Mapped[datetime | None]
    # The service works again, perhaps by a workaround; the record may still be open.
    restored_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    resolution_code: Mapped[str | None]
    cause_id: Mapped[int | None] = mapped_column(ForeignKey("causes.id"), index=True)
    cause: Mapped[str] = mapped_column(default="")
    resolution: Mapped[str] = mapped_column(default="")
    # The incident that this one became part of; nothing is written here any more.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"), index=True)
    # Values of the site's own fields, by the key of the field.
    custom: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column()

    requester: Mapped[Requester] = relationship()
    mailbox: Mapped[Mailbox | None] = relationship()
    team: Mapped[Team | None] = relationship()
    assignee: Mapped[Agent | None] = relationship()
    service: Mapped[Service | None] = relationship()
    category: Mapped[Category | None] = relationship()
    status: Mapped[Status | None] = relationship()
    cause_chosen: Mapped[Cause | None] = relationship()
    entries: Mapped[list[Entry]] = relationship(
        back_populates="incident", order_by=(Entry.at, Entry.id), cascade="all, delete-orphan"
    )
    participants: Mapped[list[Participant]] = relationship(order_by=Participant.id, cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}

    @property
    def number(self) -> str:
        return f"{NUMBER_PREFIX}{self.id}"

    @property
    def current(self) -> State:
        return State(self.state)

    # What is written in the thread

    def receive(self, words: Words, *, by: Actor, at: datetime, quiet: str = "") -> Entry:
        """The requester, or somebody copied, wrote. A person's words wake a pending or resolved incident; a
        machine's (an out-of-office notice) are kept and change nothing. `quiet` says why nothing happens and nobody
        is told: old mail."""
        entry = self._write(EntryKind.MESSAGE, words, by, at)
        data = {"quiet": quiet} if quiet else {}
        self._record(EventKind.RECEIVED, by=by, at=at, entry_id=entry.id, automatic=words.automatic, **data)
        if words.automatic or quiet or self.merged_into_id is not None:
            return entry
        stop_if_answered(self, by=by, at=at)
        if self.current in PENDING:
            self._move(Verb.RESUME, EventKind.STATE_CHANGED, by=by, at=at)
        elif self.current not in UNRESOLVED:
            self.reopen("The requester wrote again.", by=by, at=at)
        return entry

    def reply(
        self, words: Words, *, by: Actor, at: datetime, send_at: datetime | None = None, unless_answered: bool = False
    ) -> Entry:
        """An agent answers: sent as a letter to `words.to` and `words.cc`, without those to the people of the mail
        answered. It leaves at `send_at`, or at once. The first answer opens a new incident."""
        self._worker(by)
        entry = self._write(EntryKind.REPLY, addressed(self, words, by=by, at=at), by, at)
        entry.send_at, entry.unless_answered = send_at, unless_answered
        self._record(EventKind.REPLIED, by=by, at=at, entry_id=entry.id)
        if self.current is State.NEW:
            self._move(Verb.START, EventKind.STATE_CHANGED, by=by, at=at)
        return entry

    def note(self, words: Words, *, by: Actor, at: datetime) -> Entry:
        """For colleagues only; never sent to the requester."""
        self._worker(by)
        entry = self._write(EntryKind.NOTE, words, by, at)
        self._record(EventKind.NOTED, by=by, at=at, entry_id=entry.id)
        return entry

    def advise(self, words: Words, *, by: Actor, at: datetime) -> Entry:
        """A third party answered a consultation: for agents only. It wakes an incident that waits for others."""
        entry = self._write(EntryKind.ADVICE, words, by, at)
        self._record(EventKind.ADVISED, by=by, at=at, entry_id=entry.id, automatic=words.automatic)
        if self.current is State.PENDING_OTHER and not words.automatic:
            self._move(Verb.RESUME, EventKind.STATE_CHANGED, by=by, at=at)
        return entry

    # Triage

    def assign(self, assignee: Agent | None, team: Team | None, *, by: Actor, at: datetime) -> None:
        """Gives it to an agent, a team, both, or back to nobody. Who gets it must be able to see it."""
        self._worker(by)
        if assignee and not assignee.active:
            raise Invalid(f"{assignee.name} has left the desk. Choose somebody else.", field="assignee")
        if assignee and team and team.private and assignee not in team.members:
            raise Invalid(f"{assignee.name} is not in {team.name}, whose work is private.", field="assignee")
        if (assignee, team) == (self.assignee, self.team):
            return
        before = _names(self.assignee, self.team)
        self.assignee, self.team, self.updated_at = assignee, team, at
        self._flush()
        self._record(
            EventKind.ASSIGNED,
            by=by,
            at=at,
            before=before,
            after=_names(assignee, team),
            assignee_id=self.assignee_id,
            team_id=self.team_id,
        )
        if assignee and self.current is State.NEW:
            self._move(Verb.START, EventKind.STATE_CHANGED, by=by, at=at)

    def categorize(self, category: Category | None, service: Service | None, *, by: Actor, at: datetime) -> None:
        self._worker(by)
        if (category, service) == (self.category, self.service):
            return
        before = _sorted_as(self.category, self.service)
        self.category, self.service, self.updated_at = category, service, at
        self._flush()
        after = _sorted_as(category, service)
        self._record(EventKind.CATEGORIZED, by=by, at=at, before=before, after=after)

    def prioritize(self, impact: int, urgency: int, *, by: Actor, at: datetime) -> None:
        """Sets both sides of the matrix; priority follows."""
        self._worker(by)
        priority = priority_of(impact, urgency)
        if (impact, urgency) == (self.impact, self.urgency):
            return
        before = {"impact": self.impact, "urgency": self.urgency, "priority": self.priority}
        self.impact, self.urgency, self.priority, self.updated_at = impact, urgency, priority.value, at
        after = {"impact": impact, "urgency": urgency, "priority": priority.value}
        self._record(EventKind.PRIORITIZED, by=by, at=at, before=before, after=after)

    def change_requester(self, requester: Requester, *, by: Actor, at: datetime, reason: str = "") -> None:
        """It is somebody else's: answers and questions go to them from now on."""
        self._worker(by)
        if requester is self.requester:
            return
        before, self.requester, self.updated_at = self.requester, requester, at
        self._record(
            EventKind.REQUESTER_CHANGED,
            by=by,
            at=at,
            before=_whose(before),
            after=_whose(requester),
            reason=reason,
        )

    def rename(self, subject: str, *, by: Actor, at: datetime) -> None:
        self._worker(by)
        subject = checked_subject(subject)
        if subject != self.subject:
            before, self.subject, self.updated_at = self.subject, subject, at
            self._record(EventKind.RENAMED, by=by, at=at, before=before, after=subject)

    # The states

    def start(self, *, by: Actor, at: datetime) -> None:
        self._move(Verb.START, EventKind.STATE_CHANGED, by=by, at=at)

    def wait_for_requester(self, *, by: Actor, at: datetime) -> None:
        self._move(Verb.WAIT_FOR_REQUESTER, EventKind.STATE_CHANGED, by=by, at=at)

    def wait_for_other(self, until: datetime, reason: str = "", *, by: Actor, at: datetime) -> None:
        """Waits for somebody else, or for a day to come; wakes by itself at `until`."""
        if until <= at:
            raise Invalid("Choose a wake-up time that is still to come.", field="until")
        self._move(Verb.WAIT_FOR_OTHER, EventKind.STATE_CHANGED, by=by, at=at, until=until.isoformat(), reason=reason)
        self.wake_at = until

    def resume(self, *, by: Actor, at: datetime) -> None:
        self._move(Verb.RESUME, EventKind.STATE_CHANGED, by=by, at=at)

    def wake(self, *, by: Actor, at: datetime) -> None:
        """The wake-up time has come."""
        if self.wake_at is None or self.wake_at > at:
            raise Conflict(f"{self.number} has no wake-up time that has come.")
        self._move(Verb.WAKE, EventKind.WOKEN, by=by, at=at)

    def resolve(self, code: ResolutionCode, cause: str, text: str, *, by: Actor, at: datetime) -> None:
        """The service is restored: how it ended, why it happened, what fixed it. All three are required,
        since the next incident like this one is answered from them."""
        if not cause.strip():
            raise Invalid("Say why it happened. “Not known” is an answer too.", field="cause")
        if not text.strip():
            raise Invalid(
                "Say what fixed it: the next person with this problem will be shown your words.", field="text"
            )
        if max(len(cause), len(text)) > 100_000:
            raise Invalid("Shorten cause and fix to 100,000 characters.", field="text")
        self._goes_on()
        move = transition(self.current, Verb.RESOLVE, by)
        self.resolution_code, self.cause, self.resolution = code.value, cause.strip(), text.strip()
        self.resolved_at = at
        self._enter(move.next_state, at)
        self._record(
            EventKind.RESOLVED,
            by=by,
            at=at,
            before=move.state.value,
            after=move.next_state.value,
            code=code.value,
            cause=self.cause,
            resolution=self.resolution,
        )

    def confirm(self, *, by: Actor, at: datetime) -> None:
        """The requester says that it is fixed."""
        self._move(Verb.CONFIRM, EventKind.CONFIRMED, by=by, at=at)
        stop_if_answered(self, by=by, at=at)
        self.closed_at = at

    def reopen(self, reason: str = "", *, by: Actor, at: datetime) -> None:
        """It is not fixed after all. The resolution that did not hold stays in the journal."""
        self._move(Verb.REOPEN, EventKind.REOPENED, by=by, at=at, reason=reason)
        if by.kind == "requester":
            stop_if_answered(self, by=by, at=at)
        self.resolved_at = self.closed_at = self.resolution_code = None
        self.cause = self.resolution = ""

    def close(self, *, by: Actor, at: datetime) -> None:
        self._move(Verb.CLOSE, EventKind.CLOSED, by=by, at=at)
        self.closed_at = at

    # Below: what the verbs share

    def _worker(self, by: Actor) -> None:
        self._goes_on()
        must_work(by)

    def _goes_on(self) -> None:
        if self.merged_into_id is not None:
            raise Conflict(f"{self.number} was merged into {NUMBER_PREFIX}{self.merged_into_id}. Work on that one.")

    def _move(self, verb: Verb, kind: EventKind, *, by: Actor, at: datetime, **data: object) -> Event:
        self._goes_on()
        move = transition(self.current, verb, by)
        self._enter(move.next_state, at)
        return self._record(
            kind, by=by, at=at, verb=verb.value, before=move.state.value, after=move.next_state.value, **data
        )

    def _enter(self, state: State, at: datetime) -> None:
        self.state, self.is_open, self.updated_at, self.wake_at = state.value, state in UNRESOLVED, at, None

    def _write(self, kind: EntryKind, words: Words, by: Actor, at: datetime) -> Entry:
        entry = entry_of(kind, words.checked(), by, at)
        entry.incident = self
        session = object_session(self)
        if session is None:
            raise RuntimeError("an incident must be in a session before something is written to it")
        session.add(entry)
        # An old mail that is imported into a live incident doesn't make that older.
        self.updated_at = max(at, self.updated_at)
        session.flush()
        session.add_all(references_of(words, entry))
        return entry

    def _flush(self) -> None:
        session = object_session(self)
        if session is not None:
            session.flush()


def must_work(by: Actor) -> None:
    """Raises NotAllowed unless this actor works on incidents."""
    if by.kind not in ("agent", "system") or (by.kind == "agent" and not by.may(Permission.WORK_INCIDENTS)):
        raise NotAllowed(f"{by.name} may not work on incidents.")


def checked_subject(subject: str) -> str:
    """One line, not empty, cut at a length that a list can show (the mail keeps the whole)."""
    line = " ".join("".join(c if c.isprintable() else " " for c in subject).split())
    if not line:
        return "(no subject)"
    return line if len(line) <= SUBJECT_LENGTH_MAX else line[: SUBJECT_LENGTH_MAX - 1] + "…"


def _names(assignee: Agent | None, team: Team | None) -> dict[str, str | None]:
    return {"assignee": assignee.name if assignee else None, "team": team.name if team else None}


def _sorted_as(category: Category | None, service: Service | None) -> dict[str, Any]:
    return {
        "category": category and category.path,
        "category_id": category and category.id,
        "service": service and service.name,
        "service_id": service and service.id,
    }


def _whose(requester: Requester) -> dict[str, Any]:
    return {
        "id": requester.id,
        "name": requester.name,
        "address": requester.address,
        "organization_id": requester.organization_id,
    }
