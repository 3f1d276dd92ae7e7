"""Saved views: what the queue was narrowed down to, with a name, for oneself, a team or everybody.

A view holds what stands in the queue's address and nothing of what it finds: each who opens it sees what they may see.
Doors call the verbs; the queue asks `saved_views`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, delete, func, select
from sqlalchemy.orm import Mapped, Session, joinedload, mapped_column

from helpdesk.base import Base
from helpdesk.errors import Invalid
from helpdesk.incidents.sharing import OF_ONE_AGENT_MAX, Audience, Shared, checked_name, shared_with
from helpdesk.people.agent import Viewer

SHOWN_MAX = 60
ARGUMENTS_MAX, ARGUMENT_LENGTH_MAX = 40, 200
PLACE_MAX = 999


class SavedView(Shared, Base):
    """`arguments` are those of the queue's address. Views stand in the order of `place`, then of their names."""

    __tablename__ = "saved_views"

    arguments: Mapped[dict[str, Any]] = mapped_column(default=dict)
    place: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime]


class FirstView(Base):
    """The view with which the queue opens for an agent."""

    __tablename__ = "first_views"

    agent_id: Mapped[int] = mapped_column(ForeignKey("agents.id"), unique=True)
    view_id: Mapped[int] = mapped_column(ForeignKey("saved_views.id", ondelete="CASCADE"), index=True)


@dataclass(frozen=True, slots=True)
class ViewOfQueue:
    """A saved view as its viewer has it."""

    view: SavedView
    is_first: bool


_ORDER = {Audience.ME.value: 0, Audience.TEAM.value: 1, Audience.ALL.value: 2}


def saved_views(session: Session, viewer: Viewer) -> list[ViewOfQueue]:
    """All that this viewer has, in one statement: their own first, then those of teams, then everybody's."""
    query = (
        select(SavedView, FirstView.id)
        .outerjoin(FirstView, (FirstView.view_id == SavedView.id) & (FirstView.agent_id == viewer.agent_id))
        .where(shared_with(SavedView, viewer))
        .options(joinedload(SavedView.team), joinedload(SavedView.owner))
    )
    found = [ViewOfQueue(view, first is not None) for view, first in session.execute(query)]
    found.sort(key=lambda one: (_ORDER[one.view.audience], one.view.place, one.view.name.casefold(), one.view.id))
    return found


def save(session: Session, view: SavedView, *, name: str, place: int, at: datetime) -> None:
    """Puts a new one or a changed one into shape; see also `narrow` and `sharing.share`. Raises Invalid."""
    view.name = checked_name(name)
    if not 0 <= place <= PLACE_MAX:
        raise Invalid(f"A place is a number from 0 to {PLACE_MAX}.", field="place")
    view.place = place
    if view not in session:
        query = select(func.count()).select_from(SavedView).where(SavedView.owner_id == view.owner.id)
        with session.no_autoflush:
            if (session.scalar(query) or 0) >= OF_ONE_AGENT_MAX:
                raise Invalid(f"You have {OF_ONE_AGENT_MAX} saved views. Delete some first.")
        view.made_at = at
    session.add(view)


def narrow(view: SavedView, arguments: Mapping[str, str]) -> None:
    """What it shows from now on. Raises Invalid for more than an address holds."""
    given = {name: value for name, value in arguments.items() if value}
    if len(given) > ARGUMENTS_MAX or any(len(value) > ARGUMENT_LENGTH_MAX for value in given.values()):
        raise Invalid("That is too much for a view. Narrow the queue down to less first.")
    if view.arguments != given:
        view.arguments = given


def open_with(session: Session, view: SavedView | None, agent_id: int) -> None:
    """With which view the queue opens for this agent; None is the plain queue."""
    session.execute(delete(FirstView).where(FirstView.agent_id == agent_id))
    if view is not None:
        session.flush()
        session.add(FirstView(agent_id=agent_id, view_id=view.id))


def remove(session: Session, view: SavedView) -> None:
    session.execute(delete(FirstView).where(FirstView.view_id == view.id))
    session.delete(view)
