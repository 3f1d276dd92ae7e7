"""Escalation (ITIL): functional, to a team that knows more, with a hand-over note; and hierarchical, up the chain of
managers, for those who must know and decide. Both are recorded apart, and each waits for somebody to acknowledge it.

Doors call the verbs; the worker calls `tell_next` when nobody answered; see `helpdesk.incidents.escalation_rules`."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from helpdesk.base import Base, Json
from helpdesk.errors import Conflict, Invalid, NotAllowed
from helpdesk.incidents.escalation_rule import EscalationRule
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.thread import Entry, EntryKind, Words
from helpdesk.journal import Actor, EventKind
from helpdesk.people.agent import Agent, Team
from helpdesk.people.on_call import managers_of, on_call_order
from helpdesk.people.permissions import Role

NOTE_LENGTH_MAX = 20_000
# A manager has other things to do than the person on call.
MANAGER_MINUTES = 60


class EscalationKind(StrEnum):
    FUNCTIONAL = "functional"
    HIERARCHICAL = "hierarchical"


class Escalation(Base):
    """One escalation. `told` are the numbers of the agents who were told so far; `next_at` is when the next one is,
    None once it was acknowledged, or nobody is left. `why` says what set it off: "" is by hand."""

    __tablename__ = "escalations"
    __table_args__ = (Index("ix_escalations_next", "next_at"),)

    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    kind: Mapped[str]
    level: Mapped[int]
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    rule_id: Mapped[int | None] = mapped_column(ForeignKey(EscalationRule.id), index=True)
    why: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    told: Mapped[list[int]] = mapped_column(Json, default=list)
    next_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))

    incident: Mapped[Incident] = relationship()
    team: Mapped[Team | None] = relationship()


def escalate_to_team(
    session: Session,
    incident: Incident,
    team: Team,
    note: str,
    *,
    by: Actor,
    at: datetime,
    why: str = "",
    rule_id: int | None = None,
) -> Escalation:
    """Hands the incident over to another team, with a note that says how far it got. Whoever of them is on call is
    told; nobody has it until one of them takes it.

    Raises Invalid without a note or for the team that has it already."""
    incident._worker(by)
    if incident.team_id == team.id:
        raise Invalid(f"{team.name} has it already. Choose another team.", field="team")
    _hand_over_note(incident, note, by, at)
    before = incident.team.name if incident.team else None
    incident.assign(None, team, by=by, at=at)
    level = 1 + _highest(session, incident, EscalationKind.FUNCTIONAL)
    made = Escalation(incident=incident, kind=EscalationKind.FUNCTIONAL.value, level=level, team=team)
    order = on_call_order(session, team, at=at)
    return _begun(session, made, order, by, at, why, rule_id, before=before, after=team.name)


def escalate_to_manager(
    session: Session,
    incident: Incident,
    note: str,
    *,
    by: Actor,
    at: datetime,
    why: str = "",
    rule_id: int | None = None,
) -> Escalation:
    """Tells the next manager up the chain; the incident stays where it is.

    Raises Invalid without a note, Conflict when nobody is left above."""
    incident._worker(by)
    level = 1 + _highest(session, incident, EscalationKind.HIERARCHICAL)
    chain = managers_above(session, incident, at=at)
    if len(chain) < level:
        raise Conflict(_NOBODY_ABOVE if not chain else f"{chain[-1].name} knows already, and nobody is above them.")
    _hand_over_note(incident, note, by, at)
    made = Escalation(incident=incident, kind=EscalationKind.HIERARCHICAL.value, level=level, team=incident.team)
    told = chain[level - 1]
    return _begun(session, made, [told], by, at, why, rule_id, after=told.name)


_NOBODY_ABOVE = "Nobody is known to be above this incident: its agent has no manager, and its team no lead."


def managers_above(session: Session, incident: Incident, *, at: datetime) -> list[Agent]:
    """Whom a hierarchical escalation goes to, level by level: the assignee's managers; without one, the lead of the
    team and their managers."""
    if incident.assignee is not None and (chain := managers_of(session, incident.assignee)):
        return chain
    on_call = on_call_order(session, incident.team, at=at) if incident.team else []
    lead = next((one for one in on_call if one.role != Role.AGENT.value and one is not incident.assignee), None)
    if lead is not None:
        return [lead, *managers_of(session, lead)]
    return managers_of(session, on_call[0]) if on_call else []


def acknowledge(escalation: Escalation, *, by: Actor, at: datetime) -> None:
    """Somebody looks after it; nobody else is told any more. Raises Conflict when somebody did before."""
    escalation.incident._worker(by)
    if escalation.acknowledged_at is not None:
        raise Conflict("Somebody acknowledged it before you.")
    if by.kind != "agent" or by.id is None:
        raise NotAllowed("Only an agent can acknowledge an escalation.")
    escalation.acknowledged_at, escalation.acknowledged_by_id, escalation.next_at = at, by.id, None
    escalation.incident.updated_at = at
    escalation.incident._record(
        EventKind.ESCALATION_ACKNOWLEDGED,
        by=by,
        at=at,
        escalation_id=escalation.id,
        escalation=escalation.kind,
        after_minutes=round((at - escalation.at).total_seconds() / 60),
    )


def note_dead_end(
    session: Session, incident: Incident, kind: EscalationKind, why: str, rule_id: int, *, by: Actor, at: datetime
) -> Escalation:
    """A rule wanted to escalate and there was nobody to escalate to: that stands on record, and is told to nobody."""
    made = Escalation(incident=incident, kind=kind.value, level=0)
    return _begun(session, made, [], by, at, why, rule_id)


def tell_next(session: Session, escalation: Escalation, *, by: Actor, at: datetime) -> Agent | None:
    """Nobody acknowledged it in time: tells the next one, whom it returns. None when nobody is left."""
    escalation.next_at = None
    incident = escalation.incident
    if not incident.is_open or incident.merged_into_id is not None or escalation.acknowledged_at is not None:
        return None
    following = _following(session, escalation, at)
    if following is None:
        return None
    escalation.told = [*escalation.told, following.id]
    escalation.next_at = at + timedelta(minutes=_patience_minutes(escalation))
    _record(escalation, following, by, at, step=len(escalation.told))
    return following


def due_for_telling(session: Session, *, now: datetime, limit: int = 200) -> list[int]:
    """The numbers of escalations that somebody should have acknowledged by now."""
    query = select(Escalation.id).where(Escalation.next_at <= now).order_by(Escalation.next_at, Escalation.id)
    return list(session.scalars(query.limit(limit)))


def latest_note(session: Session, incident: Incident, at: datetime) -> str:
    """The last note that was written until then: how far those before got. "" when there is none."""
    query = select(Entry.text).where(
        Entry.incident_id == incident.id, Entry.kind == EntryKind.NOTE.value, Entry.at <= at
    )
    return session.scalars(query.order_by(Entry.at.desc(), Entry.id.desc()).limit(1)).first() or ""


def _following(session: Session, escalation: Escalation, at: datetime) -> Agent | None:
    if escalation.kind == EscalationKind.FUNCTIONAL.value:
        order = on_call_order(session, escalation.team, at=at) if escalation.team else []
    else:
        order = managers_above(session, escalation.incident, at=at)[escalation.level - 1 :]
    return next((agent for agent in order if agent.id not in escalation.told), None)


def _patience_minutes(escalation: Escalation) -> int:
    if escalation.kind == EscalationKind.HIERARCHICAL.value:
        return MANAGER_MINUTES
    return escalation.team.acknowledge_minutes if escalation.team else MANAGER_MINUTES


def _begun(
    session: Session,
    made: Escalation,
    order: list[Agent],
    by: Actor,
    at: datetime,
    why: str,
    rule_id: int | None,
    **places: str | None,
) -> Escalation:
    made.at, made.why, made.rule_id = at, why, rule_id
    first = order[0] if order else None
    made.told = [first.id] if first else []
    made.next_at = at + timedelta(minutes=_patience_minutes(made)) if first else None
    session.add(made)
    made.incident.updated_at = at
    session.flush()
    _record(made, first, by, at, step=1, why=why, **places)
    return made


def _record(made: Escalation, told: Agent | None, by: Actor, at: datetime, **data: object) -> None:
    made.incident._record(
        EventKind.ESCALATED,
        by=by,
        at=at,
        escalation_id=made.id,
        escalation=made.kind,
        level=made.level,
        agent_id=told.id if told else None,
        agent=told.name if told else None,
        **data,
    )


def _hand_over_note(incident: Incident, note: str, by: Actor, at: datetime) -> None:
    if not note.strip():
        raise Invalid("Say how far you got and what is needed: whoever takes over starts from it.", field="note")
    if len(note) > NOTE_LENGTH_MAX:
        raise Invalid(f"Shorten the note to {NOTE_LENGTH_MAX:,} characters.", field="note")
    incident.note(Words(text=note), by=by, at=at)


def _highest(session: Session, incident: Incident, kind: EscalationKind) -> int:
    """The highest level reached; hierarchical ones count whom `tell_next` went on to."""
    rows = session.execute(
        select(Escalation.level, Escalation.told).where(
            Escalation.incident_id == incident.id, Escalation.kind == kind.value
        )
    )
    if kind is EscalationKind.FUNCTIONAL:
        return max((level for level, _ in rows), default=0)
    return max((level + max(len(told), 1) - 1 for level, told in rows), default=0)
