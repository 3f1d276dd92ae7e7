"""Macros: named sets of actions that agents run on one incident or on many, for themselves, a team or everybody.

They are carried out by `helpdesk.incidents.operations`, through the same verbs and with the same rights as by hand,
and can be undone as any operation. Doors call these and commit."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column

from helpdesk.base import Base, Json
from helpdesk.errors import Invalid
from helpdesk.incidents.actions import Action, checked, from_json
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.operation import Operation, OperationKind
from helpdesk.incidents.operations import Wording, operate
from helpdesk.incidents.sharing import OF_ONE_AGENT_MAX, Shared, checked_name, shared_with
from helpdesk.incidents.variables import check
from helpdesk.journal import Actor
from helpdesk.people.agent import Viewer

DESCRIPTION_LENGTH_MAX = 300


class Macro(Shared, Base):
    """`actions` are stored as `Action.as_json` gives them."""

    __tablename__ = "macros"

    description: Mapped[str] = mapped_column(default="")
    actions: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    made_at: Mapped[datetime]

    @property
    def todo(self) -> list[Action]:
        """What it does, as it was saved; not checked, see `actions.checked`."""
        return from_json(self.actions)


def macros(session: Session, viewer: Viewer) -> list[Macro]:
    """All that this viewer has, by name, in one statement."""
    query = select(Macro).where(shared_with(Macro, viewer)).options(joinedload(Macro.team), joinedload(Macro.owner))
    return sorted(session.scalars(query), key=lambda one: (one.name.casefold(), one.id))


def save(
    session: Session, macro: Macro, *, name: str, description: str, actions: Iterable[Action], at: datetime
) -> None:
    """Puts a new one or a changed one into shape; `sharing.share` says for whom it is. Raises Invalid for actions
    that can't be meant, and for texts with unknown variables."""
    macro.name = checked_name(name)
    macro.description = " ".join(description.split())[:DESCRIPTION_LENGTH_MAX]
    todo = checked(session, actions)
    for action in todo:
        for field in action.of_kind.fields:
            if field.worded and field.name in action.values:
                check(str(action.values[field.name]), f"{action.kind}-{field.name}")
    macro.actions = [one.as_json() for one in todo]
    if macro not in session:
        query = select(func.count()).select_from(Macro).where(Macro.owner_id == macro.owner.id)
        with session.no_autoflush:
            if (session.scalar(query) or 0) >= OF_ONE_AGENT_MAX:
                raise Invalid(f"You have {OF_ONE_AGENT_MAX} macros. Delete some first.")
        macro.made_at = at
    session.add(macro)


def run(
    session: Session, macro: Macro, incidents: Iterable[Incident], *, by: Actor, at: datetime, wording: Wording
) -> Operation:
    """Does it to each of these. Raises Invalid, naming it, when something in it is gone: a team, an agent."""
    return operate(
        session,
        incidents,
        macro.todo,
        kind=OperationKind.MACRO,
        title=macro.name,
        by=by,
        at=at,
        source_id=macro.id,
        wording=wording,
    )
