"""What the sample company lets its desk do by itself: two rules, and two incidents that recur."""

from datetime import datetime

from sqlalchemy.orm import Session

from helpdesk.cli.demo_data import Cast
from helpdesk.incidents.actions import Action
from helpdesk.incidents.recurring import OnDaysOff, RecurringIncident, checked, plan
from helpdesk.journal import EventKind
from helpdesk.rules.conditions import Condition
from helpdesk.rules.rule import Rule, Trigger, checked_rule
from helpdesk.sample import company

ZONE = "Europe/Oslo"


def load_rules(session: Session, cast: Cast, *, at: datetime) -> None:
    """The rules are at work, the recurring ones planned; the door commits."""
    tills = Rule(made_at=at, position=1, active=True)
    given = {
        "name": "Tills are urgent",
        "trigger": Trigger.EVENT,
        "kinds": [EventKind.OPENED.value],
        "every_minutes": 60,
        "again_hours": 0,
        "every": [Condition("text", "contains", ("till", "card terminal"))],
        "some": [],
        "todo": [Action("tags", {"add": ["shop"]}), Action("team", {"team": cast.teams["applications"].id})],
        "stops": False,
    }
    forgotten = Rule(made_at=at, position=2, active=True)
    session.add_all(
        [
            checked_rule(session, tills, given),
            checked_rule(
                session,
                forgotten,
                given
                | {
                    "name": "Remind of what was forgotten",
                    "trigger": Trigger.SCHEDULE,
                    "again_hours": 168,
                    "every": [Condition("hours_quiet", "at_least", ("240",)), Condition("state", "is", ("open",))],
                    "todo": [Action("note", {"text": "Nothing happened here for ten days. What is it waiting for?"})],
                },
            ),
        ]
    )
    _recurs(session, cast, "Test the backups", "Restore one file of each server, and write down how long it took.",
            "FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=1", at)  # fmt: skip
    _recurs(session, cast, "Look through the leavers", "Close the accounts of who left last week.",
            "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO", at)  # fmt: skip


def _recurs(session: Session, cast: Cast, subject: str, text: str, recurrence: str, at: datetime) -> None:
    row = checked(
        RecurringIncident(
            subject=subject,
            text=text,
            recurrence=recurrence,
            requester=next(iter(cast.requesters.values())),
            team=cast.teams["workplace"],
            assignee=cast.agents[company.KENJI],
            at="08:00",
            time_zone=ZONE,
            starts_on=at.date(),
            on_days_off=OnDaysOff.NEXT.value,
            made_by=cast.agents[company.TOMASZ].name,
            made_at=at,
        )
    )
    session.add(row)
    plan(session, row, after=at)
