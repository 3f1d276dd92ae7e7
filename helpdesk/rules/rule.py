"""A rule as a row: when it looks, what must hold, what it does; and each time that it did something.

Doors make and change rules through `checked_rule`; `helpdesk.rules.running` runs them."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from helpdesk.base import Base, Json
from helpdesk.errors import Invalid
from helpdesk.incidents import actions
from helpdesk.incidents.actions import Action
from helpdesk.incidents.operation import Operation
from helpdesk.incidents.variables import check
from helpdesk.journal import Actor, EventKind
from helpdesk.rules import conditions
from helpdesk.rules.conditions import Condition

NAME_LENGTH_MAX = 100
# The kind of actor that rules are: their events set no rule off.
VIA = "rule"


class Trigger(StrEnum):
    EVENT = "event"
    SCHEDULE = "schedule"


# What a rule can wait for, as forms word it.
KINDS: dict[str, str] = {
    EventKind.OPENED: "An incident is opened",
    EventKind.RECEIVED: "The requester writes",
    EventKind.ADVISED: "A third party answers",
    EventKind.REPLIED: "An agent replies",
    EventKind.NOTED: "A note is written",
    EventKind.ASSIGNED: "It is assigned",
    EventKind.CATEGORIZED: "Service or category is set",
    EventKind.PRIORITIZED: "Impact or urgency is set",
    EventKind.STATE_CHANGED: "Its state changes",
    EventKind.WOKEN: "It wakes up",
    EventKind.RESOLVED: "It is resolved",
    EventKind.CONFIRMED: "The requester confirms",
    EventKind.REOPENED: "It is opened again",
    EventKind.CLOSED: "It is closed",
    EventKind.BOUNCED: "A letter comes back",
    EventKind.ESCALATED: "It is escalated",
    EventKind.SERVICE_LEVEL_WARNED: "A service level is in danger",
    EventKind.SERVICE_LEVEL_BREACHED: "A service level is missed",
    EventKind.RATED: "The requester rates it",
}


class Rule(Base):
    """`position` is the order among all rules. `kinds` for an event, `every_minutes` for a schedule. `every` and
    `some` are conditions, `actions` what is done, both as their `as_json`. `stops`: where it did something, no later
    rule looks at the same event. `again_hours` 0: a schedule acts once on an incident, else again after so many."""

    __tablename__ = "rules"

    name: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int] = mapped_column(default=0)
    trigger: Mapped[str] = mapped_column(default=Trigger.EVENT.value)
    kinds: Mapped[list[str]] = mapped_column(default=list)
    every_minutes: Mapped[int] = mapped_column(default=60)
    again_hours: Mapped[int] = mapped_column(default=0)
    every: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    some: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    actions: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    stops: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=False)
    looked_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    @property
    def conditions(self) -> tuple[list[Condition], list[Condition]]:
        """(all of which must hold, one of which must)."""
        return conditions.from_json(self.every), conditions.from_json(self.some)

    @property
    def todo(self) -> list[Action]:
        return actions.from_json(self.actions)

    def actor(self) -> Actor:
        return Actor(kind="system", name=f"Rule “{self.name}”", id=self.id, via=VIA)


class RuleRun(Base):
    """A rule did something to an incident. `event_id` None: on its schedule."""

    __tablename__ = "rule_runs"
    __table_args__ = (
        UniqueConstraint("rule_id", "event_id"),
        Index("ix_rule_runs_incident", "incident_id", "rule_id", "at"),
    )

    rule_id: Mapped[int] = mapped_column(ForeignKey("rules.id"))
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("events.id"))
    operation_id: Mapped[int | None] = mapped_column(ForeignKey("operations.id"))
    at: Mapped[datetime]
    said: Mapped[str] = mapped_column(default="")

    rule: Mapped[Rule] = relationship()
    operation: Mapped[Operation | None] = relationship()


def active_rules(session: Session, trigger: Trigger) -> list[Rule]:
    """Those that look, in their order."""
    query = select(Rule).where(Rule.active, Rule.retired_at.is_(None), Rule.trigger == trigger.value)
    return list(session.scalars(query.order_by(Rule.position, Rule.id)))


def current_rules(session: Session) -> list[Rule]:
    return list(session.scalars(select(Rule).where(Rule.retired_at.is_(None)).order_by(Rule.position, Rule.id)))


def checked_rule(session: Session, rule: Rule, given: Mapping[str, Any]) -> Rule:
    """The rule with these values: name, trigger, kinds, every_minutes, again_hours, every and some (Conditions),
    todo (Actions), stops. Raises Invalid, naming the field, for what can't be."""
    name = " ".join(str(given["name"]).split())
    if not name or len(name) > NAME_LENGTH_MAX:
        raise Invalid(f"Name the rule, in {NAME_LENGTH_MAX} characters at most.", field="name")
    trigger = Trigger(given["trigger"])
    kinds = [kind for kind in given["kinds"] if kind in KINDS] if trigger is Trigger.EVENT else []
    if trigger is Trigger.EVENT and not kinds:
        raise Invalid("Choose what it waits for.", field="kinds")
    every, some = conditions.checked(given["every"]), conditions.checked(given["some"])
    if trigger is Trigger.SCHEDULE and not (every or some):
        raise Invalid("A rule on a schedule needs a condition: it would touch every open incident.", field="conditions")
    todo = actions.checked(session, given["todo"], by_rule=True)
    for action in todo:
        for field in action.of_kind.fields:
            if field.worded:
                check(str(action.values.get(field.name, "")), field="actions")
    rule.name, rule.trigger, rule.kinds = name, trigger.value, kinds
    rule.every_minutes, rule.again_hours = int(given["every_minutes"]), int(given["again_hours"])
    rule.every, rule.some = [one.as_json() for one in every], [one.as_json() for one in some]
    rule.actions, rule.stops, rule.trouble = [one.as_json() for one in todo], bool(given["stops"]), ""
    return rule
