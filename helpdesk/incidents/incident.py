"""The incident: one record, from the first report to the lesson learnt.

Its verbs take who acts and when, check the table of states, change the record and append an Event. They
never commit: the door does."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship

from helpdesk.base import Base
from helpdesk.errors import Invalid, NotAllowed
from helpdesk.incidents.affected import checked_people
from helpdesk.incidents.back_dating import check_since, logged
from helpdesk.incidents.lifecycle import PENDING, UNRESOLVED, State, Verb
from helpdesk.incidents.moving import NUMBER_PREFIX as NUMBER_PREFIX
from helpdesk.incidents.moving import Moving
from helpdesk.incidents.prioritization import Proposal, proposal_for
from helpdesk.incidents.priority import Impact, Urgency, priority_of
from helpdesk.incidents.recipients import addressed
from helpdesk.incidents.record_types import checked_record_type
from helpdesk.incidents.statuses import Status
from helpdesk.incidents.thread import Entry, EntryKind, Participant, Words, entry_of, references_of
from helpdesk.incidents.waiting_letters import stop_if_answered
from helpdesk.incidents.written import written
from helpdesk.journal import Actor, EventKind
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.people.agent import Agent, Team
from helpdesk.people.permissions import Permission
from helpdesk.people.requester import Requester
from helpdesk.service_levels.due import ServiceLevelDue
from helpdesk.services import Category, Service
from helpdesk.services.causes import Cause

SUBJECT_LENGTH_MAX = 250
REASON_LENGTH_MAX = 1000


class Incident(Base, Moving):
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
        Index("ix_incidents_status", "status_id", "updated_at", "id"),
        Index("ix_incidents_state_resolved", "state", "resolved_at"),
        Index("ix_incidents_record_type", "record_type", "updated_at", "id"),
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
    # What is due next of what was promised: kept by a reaction, never written from here.
    due: Mapped[ServiceLevelDue | None] = relationship(viewonly=True)
    participants: Mapped[list[Participant]] = relationship(order_by=Participant.id, cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}

    # What is written in the thread

    def receive(
        self, words: Words, *, by: Actor, at: datetime, quiet: str = "", logged_at: datetime | None = None
    ) -> Entry:
        """The requester, or somebody copied, wrote. A person's words wake a pending or resolved incident; a
        machine's (an out-of-office notice) are kept and change nothing. `quiet` says why nothing happens and nobody
        is told: old mail. What was said on the phone is written down at `logged_at` by an agent."""
        check_since(self, at, logged_at)
        entry = self._write(EntryKind.MESSAGE, words, by, at, logged_at)
        data = ({"quiet": quiet} if quiet else {}) | logged(at, logged_at)
        said = {"entry_id": entry.id, "automatic": words.automatic} | data
        self._record(EventKind.RECEIVED, by=by, at=at, written=written(entry), **said)
        if words.automatic or quiet or self.merged_into_id is not None:
            return entry
        at = logged_at or at
        stop_if_answered(self, by=by, at=at)
        if self.current in PENDING:
            self._move(Verb.RESUME, EventKind.STATE_CHANGED, by=by, at=at, follows=True)
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
        leaves = {"leaves_at": send_at.isoformat()} if send_at else {}
        self._record(EventKind.REPLIED, by=by, at=at, written=written(entry), entry_id=entry.id, **leaves)
        if self.current is State.NEW:
            self._move(Verb.START, EventKind.STATE_CHANGED, by=by, at=at, follows=True)
        return entry

    def tell(self, words: Words, *, by: Actor, at: datetime, logged_at: datetime | None = None) -> Entry:
        """An agent told the requester, on the phone or in person: an answer like any other, but nothing is sent."""
        self._worker(by)
        check_since(self, at, logged_at)
        entry = self._write(EntryKind.REPLY, words, by, at, logged_at, spoken=True)
        said = {"entry_id": entry.id, "spoken": True} | logged(at, logged_at)
        self._record(EventKind.REPLIED, by=by, at=at, written=written(entry), **said)
        if self.current is State.NEW:
            self._move(Verb.START, EventKind.STATE_CHANGED, by=by, at=logged_at or at, follows=True)
        return entry

    def note(self, words: Words, *, by: Actor, at: datetime, logged_at: datetime | None = None) -> Entry:
        """For colleagues only; never sent to the requester."""
        self._worker(by)
        check_since(self, at, logged_at)
        entry = self._write(EntryKind.NOTE, words, by, at, logged_at)
        self._record(EventKind.NOTED, by=by, at=at, written=written(entry), entry_id=entry.id, **logged(at, logged_at))
        return entry

    def advise(self, words: Words, *, by: Actor, at: datetime) -> Entry:
        """A third party answered a consultation: for agents only. It wakes an incident that waits for others."""
        entry = self._write(EntryKind.ADVICE, words, by, at)
        said = {"entry_id": entry.id, "automatic": words.automatic}
        self._record(EventKind.ADVISED, by=by, at=at, written=written(entry), **said)
        if self.current is State.PENDING_OTHER and not words.automatic:
            self._move(Verb.RESUME, EventKind.STATE_CHANGED, by=by, at=at, follows=True)
        return entry

    # Triage

    def assign(self, assignee: Agent | None, team: Team | None, *, by: Actor, at: datetime, why: str = "") -> None:
        """Gives it to an agent, a team, both, or back to nobody. Who gets it must be able to see it. `why` is set
        where the desk chose."""
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
            **({"why": why} if why else {}),
        )
        # What the desk gave to somebody is new until they look at it.
        if assignee and self.current is State.NEW and by.kind == "agent":
            self._move(Verb.START, EventKind.STATE_CHANGED, by=by, at=at, follows=True)

    def categorize(self, category: Category | None, service: Service | None, *, by: Actor, at: datetime) -> None:
        """What it is about. The checklists that come with a category come along."""
        from helpdesk.incidents.checklists import follow_category

        self._worker(by)
        if (category, service) == (self.category, self.service):
            return
        before = _sorted_as(self.category, self.service)
        self.category, self.service, self.updated_at = category, service, at
        self._flush()
        after = _sorted_as(category, service)
        self._record(EventKind.CATEGORIZED, by=by, at=at, before=before, after=after)
        follow_category(self, at=at)

    def prioritize(self, impact: int, urgency: int, *, by: Actor, at: datetime, reason: str = "") -> None:
        """Sets both sides of the matrix; priority follows. Another choice than the desk proposes needs a reason."""
        self._worker(by)
        proposed = proposal_for(self._session, self)
        if proposed.is_overridden_by(impact, urgency) and not reason.strip():
            raise Invalid(f"Say why, since the desk proposes otherwise: {' '.join(proposed.evidence)}", field="reason")
        self._prioritize(impact, urgency, proposed, reason, by=by, at=at)

    def _prioritize(
        self, impact: int, urgency: int, proposed: Proposal, reason: str, *, by: Actor, at: datetime
    ) -> None:
        priority = priority_of(impact, urgency, self._session).value
        is_overridden = proposed.is_overridden_by(impact, urgency)
        before, after = self._sides(), {"impact": impact, "urgency": urgency, "priority": priority}
        if (before, self.is_overridden) == (after, is_overridden):
            return
        self.impact, self.urgency, self.priority, self.updated_at = impact, urgency, priority, at
        self.is_overridden = is_overridden
        self._record(
            EventKind.PRIORITIZED,
            by=by,
            at=at,
            before=before,
            after=after,
            reason=reason.strip()[:REASON_LENGTH_MAX],
            proposed=proposed.data,
            evidence=list(proposed.evidence),
            overridden=is_overridden,
        )

    def follow_matrix(self, priority: int, *, by: Actor, at: datetime) -> None:
        """The site changed its matrix, which gives another priority for the same impact and urgency."""
        self._worker(by)
        if priority != self.priority:
            before, self.priority, self.updated_at = self._sides(), int(priority), at
            reason = "The matrix was changed."
            self._record(EventKind.PRIORITIZED, by=by, at=at, before=before, after=self._sides(), reason=reason)

    def _sides(self) -> dict[str, int]:
        return {"impact": self.impact, "urgency": self.urgency, "priority": self.priority}

    def affects(self, people: int, *, by: Actor, at: datetime) -> None:
        """So many people are hit, as somebody counted; those who reported it count by themselves."""
        self._worker(by)
        if checked_people(people) != self.affected_people:
            before, self.affected_people, self.updated_at = self.affected_people, people, at
            self._record(EventKind.AFFECTED, by=by, at=at, before=before, after=people)

    def reclassify(self, record_type: str, *, by: Actor, at: datetime) -> None:
        """It is an incident, or a request: a `record_types.RecordType`."""
        self._worker(by)
        chosen = checked_record_type(record_type).value
        if chosen != self.record_type:
            before, self.record_type, self.updated_at = self.record_type, chosen, at
            self._record(EventKind.RECLASSIFIED, by=by, at=at, before=before, after=chosen)

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

    # Below: what the verbs share

    def _worker(self, by: Actor) -> None:
        self._goes_on()
        must_work(by)

    def _write(
        self,
        kind: EntryKind,
        words: Words,
        by: Actor,
        at: datetime,
        logged_at: datetime | None = None,
        **features: object,
    ) -> Entry:
        entry = entry_of(kind, words.checked(), by, at)
        entry.incident = self
        entry.features |= logged(at, logged_at) | features
        session = object_session(self)
        if session is None:
            raise RuntimeError("an incident must be in a session before something is written to it")
        session.add(entry)
        # An old mail that is imported into a live incident doesn't make that older.
        self.updated_at = max(logged_at or at, self.updated_at)
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
