"""Runs rules on an event, or by the clock. Idempotent: a rule acts on an event once, whatever is run twice.

Loops end by themselves: what a rule does sets no rule off, and one rule acts on one incident ten times an hour at
most. The worker calls these and commits."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from helpdesk.errors import Refused
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.operation import OperationKind, Result
from helpdesk.incidents.operations import Wording, operate
from helpdesk.journal import Event
from helpdesk.rules.conditions import Condition, hold
from helpdesk.rules.facts import facts_of
from helpdesk.rules.rule import VIA, Rule, RuleRun, Trigger, active_rules

RUNS_AN_HOUR_MAX = 10
AT_ONCE_MAX = 500
# How many open incidents a rule on a schedule looks at in one go; it goes on from there the next time.
LOOKED_AT_MAX = 5_000


def run_on_event(session: Session, event: Event, *, now: datetime, wording: Wording | None = None) -> list[RuleRun]:
    """Runs every active rule that waits for this kind of event, in their order; returns what acted. `wording` fills
    the variables of what is written."""
    if is_by_rule(event) or event.record_kind != Incident.record_kind:
        return []
    rules = [rule for rule in active_rules(session, Trigger.EVENT) if event.kind in rule.kinds]
    incident = session.get(Incident, event.record_id) if rules else None
    if incident is None or incident.merged_into_id is not None or event.data.get("quiet"):
        return []
    runs: list[RuleRun] = []
    for rule in rules:
        if _ran(session, rule, event) or not _holds(session, rule, incident, event, now):
            continue
        run = act(session, rule, incident, event, now=now, wording=wording)
        runs.append(run)
        if rule.stops and run.operation_id is not None:
            break
    return runs


def is_by_rule(event: Event) -> bool:
    """Whether a rule did this."""
    return event.actor_kind == "system" and event.actor_name.endswith(f"({VIA})")


def run_on_schedule(session: Session, rule: Rule, *, now: datetime) -> list[int]:
    """The numbers of the open incidents on which this rule is to act now, when it is due; else none."""
    if rule.looked_at is not None and now - rule.looked_at < timedelta(minutes=rule.every_minutes):
        return []
    rule.looked_at = now
    return [
        incident.id
        for incident in session.scalars(_candidates(rule, now))
        if _holds(session, rule, incident, None, now)
    ][:AT_ONCE_MAX]


def due_rules(session: Session) -> list[Rule]:
    return active_rules(session, Trigger.SCHEDULE)


def act(
    session: Session,
    rule: Rule,
    incident: Incident,
    event: Event | None,
    *,
    now: datetime,
    wording: Wording | None = None,
) -> RuleRun:
    """Does what the rule says to one incident, as an operation that can be undone; and puts that on record. What
    can't be done is said there, and on the rule."""
    run = RuleRun(rule=rule, incident_id=incident.id, event_id=event.id if event else None, at=now)
    session.add(run)
    if _too_often(session, rule, incident, now):
        run.said = f"It acted here {RUNS_AN_HOUR_MAX} times within an hour, so it stopped: does something answer it?"
        rule.trouble = run.said
        return run
    try:
        made = operate(
            session,
            [incident],
            rule.todo,
            kind=OperationKind.RULE,
            title=rule.name,
            by=rule.actor(),
            at=now,
            source_id=rule.id,
            wording=wording,
        )
    except Refused as error:
        run.said = rule.trouble = str(error)
        return run
    outcome = made.outcomes[0]
    run.operation_id, run.said = made.id, outcome.said
    rule.trouble = outcome.said if outcome.result == Result.REFUSED.value else ""
    return run


def _holds(session: Session, rule: Rule, incident: Incident, event: Event | None, now: datetime) -> bool:
    every, some = rule.conditions
    return hold(every, some, facts_of(session, incident, event, now=now))


def _ran(session: Session, rule: Rule, event: Event) -> bool:
    query = select(RuleRun.id).where(RuleRun.rule_id == rule.id, RuleRun.event_id == event.id)
    return session.scalars(query).first() is not None


def _too_often(session: Session, rule: Rule, incident: Incident, now: datetime) -> bool:
    query = select(func.count(RuleRun.id)).where(
        RuleRun.rule_id == rule.id,
        RuleRun.incident_id == incident.id,
        RuleRun.at > now - timedelta(hours=1),
        RuleRun.operation_id.is_not(None),
    )
    return (session.scalar(query) or 0) >= RUNS_AN_HOUR_MAX


def _candidates(rule: Rule, now: datetime) -> Select[Incident]:
    """Open incidents that the rule may act on again, as far as the database can tell."""
    acted = select(RuleRun.incident_id).where(RuleRun.rule_id == rule.id)
    if rule.again_hours:
        acted = acted.where(RuleRun.at > now - timedelta(hours=rule.again_hours))
    every, _ = rule.conditions
    query = select(Incident).where(
        Incident.is_open.is_(True),
        Incident.merged_into_id.is_(None),
        Incident.id.not_in(acted),
        *(narrowed for one in every if (narrowed := _as_sql(one, now)) is not None),
    )
    return query.order_by(Incident.updated_at, Incident.id).limit(LOOKED_AT_MAX)


_COLUMNS = {
    "state": Incident.state,
    "record_type": Incident.record_type,
    "source": Incident.source,
    "priority": Incident.priority,
    "service": Incident.service_id,
    "team": Incident.team_id,
    "assignee": Incident.assignee_id,
    "mailbox": Incident.mailbox_id,
    "status": Incident.status_id,
}
_TEXTS = frozenset({"state", "record_type", "source"})


def _as_sql(condition: Condition, now: datetime) -> ColumnElement[bool] | None:
    """What narrows the candidates down in the database; None where only the facts can tell. Never narrower."""
    column = _COLUMNS.get(condition.fact)
    if column is not None and condition.operator == "is":
        if condition.fact in _TEXTS:
            return column.in_([one.casefold() for one in condition.values])
        return column.in_([int(one) for one in condition.values if one.isascii() and one.isdecimal()])
    if column is not None and condition.operator == "empty":
        return column.is_(None)
    if condition.operator == "at_least" and condition.fact in ("hours_open", "hours_quiet"):
        moment = now - timedelta(hours=float(condition.values[0]))
        return (Incident.opened_at if condition.fact == "hours_open" else Incident.updated_at) <= moment
    return None
