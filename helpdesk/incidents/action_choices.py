"""The rows that actions are chosen from (agents, teams, statuses ...), and whether a stored choice is still there."""

from typing import Any

from sqlalchemy import null, select
from sqlalchemy.orm import Session

from helpdesk.base import Base
from helpdesk.errors import Invalid
from helpdesk.incidents.action_kind import ActionKind, Doing, FieldType, Values
from helpdesk.incidents.choices import Choice, choices
from helpdesk.incidents.custom_fields import CustomField, all_fields
from helpdesk.incidents.lifecycle import State
from helpdesk.incidents.statuses import Status, statuses
from helpdesk.people.agent import Agent, Team, Viewer
from helpdesk.services import Category, Service
from helpdesk.services.causes import Cause

# The choice of an agent that is settled when it is done.
ME = ("me", "Whoever does this")

# What is chosen from: each source and its table.
_ROWS: dict[str, type[Base]] = {
    "agents": Agent,
    "teams": Team,
    "services": Service,
    "categories": Category,
    "causes": Cause,
    "statuses": Status,
    "fields": CustomField,
}


def offered(session: Session, viewer: Viewer) -> dict[str, tuple[Choice, ...]]:
    """What this viewer may choose from, (number, name) of each row, by source. Four statements."""
    known = choices(session, viewer)
    named = [one for one in statuses(session) if one.retired_at is None]
    causes = select(Cause.id, Cause.path).where(Cause.retired_at.is_(null())).order_by(Cause.path)
    return {
        "agents": known.agents,
        "teams": known.teams,
        "services": known.services,
        "categories": known.categories,
        "causes": tuple((number, path) for number, path in session.execute(causes)),
        "fields": tuple((one.id, one.label) for one in all_fields(session) if one.retired_at is None),
        "statuses": tuple((one.id, f"{one.name} ({State(one.state).label})") for one in named),
    }


def check_rows(session: Session, kind: ActionKind, values: Values) -> None:
    """Raises Invalid, naming the field, for a row that was deleted, retired or has left since it was chosen."""
    for field in kind.fields:
        value = values.get(field.name)
        if field.type is not FieldType.CHOICE or not field.source or not isinstance(value, int):
            continue
        row = session.get(_ROWS[field.source], value)
        if row is None or _is_gone(row):
            raise Invalid(
                f"{kind.label}: the {field.label.lower()} chosen here is not there any more. Choose another one.",
                field=field.name,
            )


def agent_chosen(doing: Doing, value: object) -> Agent:
    """The agent of a choice; `ME` is whoever does it. Raises Invalid for one who is not there."""
    number = doing.by.id if value == ME[0] and doing.by.kind == "agent" else value
    found = doing.session.get(Agent, number) if isinstance(number, int) else None
    if found is None:
        raise Invalid("Nobody is there of that name. Choose an agent.", field="agent")
    return found


def _is_gone(row: Any) -> bool:
    return not getattr(row, "active", True) or getattr(row, "retired_at", None) is not None
