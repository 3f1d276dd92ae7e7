"""When the desk escalates by itself: a part of a service-level target has gone by, an incident got old or found
nobody, or somebody important reported it. Each rule acts once on an incident; the worker asks for what is due."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from helpdesk.errors import Conflict, Invalid
from helpdesk.incidents.escalation import (
    Escalation,
    EscalationKind,
    escalate_to_manager,
    escalate_to_team,
    note_dead_end,
)
from helpdesk.incidents.escalation_rule import EscalationRule, Goal, Reason
from helpdesk.incidents.incident import Incident
from helpdesk.journal import Actor
from helpdesk.people.agent import Team
from helpdesk.people.organization import Organization
from helpdesk.people.requester import Requester

AT_ONCE_MAX = 200


def current_rules(session: Session) -> list[EscalationRule]:
    query = select(EscalationRule).where(EscalationRule.retired_at.is_(None)).order_by(EscalationRule.name)
    return list(session.scalars(query))


def incidents_due(session: Session, rule: EscalationRule, *, now: datetime) -> list[int]:
    """Open incidents on which this rule has yet to act, oldest first; none for a rule that waits for an event.

    Only what was opened after the rule was made, or has not been old enough before, so that a new rule on an old desk
    does not set everything in motion at once."""
    condition = _condition(rule, now)
    if condition is None:
        return []
    query = select(Incident.id).where(condition, *_holds_for(rule), ~_done(rule))
    return list(session.scalars(query.order_by(Incident.opened_at, Incident.id).limit(AT_ONCE_MAX)))


def rules_at_share(session: Session, incident: Incident, target: str, percent: int) -> list[EscalationRule]:
    """The rules that this part of a target sets off for this incident, and that have not acted on it in this run."""
    query = select(EscalationRule).where(
        EscalationRule.retired_at.is_(None),
        EscalationRule.reason == Reason.SHARE.value,
        EscalationRule.target == target,
        EscalationRule.percent <= percent,
        EscalationRule.priority_max >= incident.priority,
        or_(EscalationRule.team_id.is_(None), EscalationRule.team_id == incident.team_id),
    )
    found = session.scalars(query.order_by(EscalationRule.percent, EscalationRule.id))
    return [rule for rule in found if not _acted(session, rule, incident)]


def apply_rule(
    session: Session, rule: EscalationRule, incident: Incident, *, by: Actor, at: datetime
) -> Escalation | None:
    """Escalates as the rule says; None when it was settled meanwhile. Where there is no manager or no next tier, that
    is put on record instead, once."""
    if not incident.is_open or incident.merged_into_id is not None or _acted(session, rule, incident):
        return None
    why = f"{rule.name}: {in_words(rule)}"
    note = f"Escalated by the rule “{rule.name}”: {in_words(rule)}."
    try:
        if rule.goal == Goal.MANAGER.value:
            return escalate_to_manager(session, incident, note, by=by, at=at, why=why, rule_id=rule.id)
        return escalate_to_team(
            session, incident, _next_tier(session, incident), note, by=by, at=at, why=why, rule_id=rule.id
        )
    except (Conflict, Invalid) as obstacle:
        return note_dead_end(session, incident, kind_of(rule), f"{why}. {obstacle}", rule.id, by=by, at=at)


def kind_of(rule: EscalationRule) -> EscalationKind:
    return EscalationKind.HIERARCHICAL if rule.goal == Goal.MANAGER.value else EscalationKind.FUNCTIONAL


def in_words(rule: EscalationRule) -> str:
    """What sets it off, as a sentence's middle."""
    match Reason(rule.reason):
        case Reason.SHARE:
            return f"{rule.percent} % of the time for {rule.target.replace('_', ' ')} have gone by"
        case Reason.AGE:
            return f"open for {duration_in_words(rule.minutes)}"
        case Reason.UNTAKEN:
            return f"nobody has taken it for {duration_in_words(rule.minutes)}"
    return "reported by somebody important"


def duration_in_words(minutes: int) -> str:
    """“3 days”, “4 hours”, “90 minutes”: the largest unit that fits."""
    for size, unit in ((1440, "day"), (60, "hour"), (1, "minute")):
        if minutes % size == 0 and minutes >= size:
            count = minutes // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "no time"


def _condition(rule: EscalationRule, now: datetime) -> ColumnElement[bool] | None:
    since = now - timedelta(minutes=rule.minutes)
    not_before = rule.made_at - timedelta(minutes=rule.minutes)
    match Reason(rule.reason):
        case Reason.AGE:
            return (Incident.opened_at <= since) & (Incident.opened_at > not_before)
        case Reason.UNTAKEN:
            aged = (Incident.opened_at <= since) & (Incident.opened_at > not_before)
            return aged & Incident.assignee_id.is_(None)
        case Reason.VIP:
            important = (
                select(Requester.id)
                .outerjoin(Organization, Requester.organization_id == Organization.id)
                .where(or_(Requester.is_vip, Organization.is_vip))
            )
            return (Incident.opened_at > rule.made_at) & Incident.requester_id.in_(important)
    return None


def _holds_for(rule: EscalationRule) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = [
        Incident.is_open.is_(True),
        Incident.merged_into_id.is_(None),
        Incident.priority <= rule.priority_max,
    ]
    if rule.team_id is not None:
        where.append(Incident.team_id == rule.team_id)
    return where


def _done(rule: EscalationRule) -> ColumnElement[bool]:
    return exists().where(Escalation.incident_id == Incident.id, Escalation.rule_id == rule.id)


def _acted(session: Session, rule: EscalationRule, incident: Incident) -> bool:
    query = select(Escalation.id).where(Escalation.incident_id == incident.id, Escalation.rule_id == rule.id)
    return session.scalars(query.limit(1)).first() is not None


def _next_tier(session: Session, incident: Incident) -> Team:
    number = incident.team.escalates_to_id if incident.team else None
    if number is None:
        name = incident.team.name if incident.team else "An incident without a team"
        raise Conflict(f"{name} has no next tier. Choose one on the team's page.")
    return session.get_one(Team, number)
