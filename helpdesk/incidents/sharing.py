"""What agents make for their work and share: canned replies, macros, saved views. For oneself, a team or everybody.

Whoever shares with a team must be in it; more than that, and changing what others shared, needs the permission to
share. What is for one agent alone does not exist for anybody else."""

from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, ForeignKey, and_, or_, select
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column, relationship

from helpdesk.errors import Invalid, NotAllowed
from helpdesk.people.agent import Agent, Team, Viewer
from helpdesk.people.permissions import Permission

NAME_LENGTH_MAX = 80
# More than anybody finds their way in; it bounds what a page has to read.
OF_ONE_AGENT_MAX = 300


class Audience(StrEnum):
    ME = "me"
    TEAM = "team"
    ALL = "all"


class Shared:
    """A mixin for tables. `owner_id` is who made it; `team_id` is set when it is for a team."""

    name: Mapped[str]
    audience: Mapped[str] = mapped_column(default=Audience.ME.value)

    @declared_attr
    def owner_id(cls) -> Mapped[int]:
        return mapped_column(ForeignKey("agents.id"), index=True)

    @declared_attr
    def team_id(cls) -> Mapped[int | None]:
        return mapped_column(ForeignKey("teams.id"), index=True)

    @declared_attr
    def owner(cls) -> Mapped[Agent]:
        return relationship(Agent)

    @declared_attr
    def team(cls) -> Mapped[Team | None]:
        return relationship(Team)

    @property
    def for_whom(self) -> str:
        """“Only me”, “Network”, “Everybody”."""
        if self.audience == Audience.ALL.value:
            return "Everybody"
        return self.team.name if self.team is not None else "Only me"


Kind = TypeVar("Kind", bound=Any)


def shared_with(kind: type[Any], viewer: Viewer) -> ColumnElement[bool]:
    """The condition under which rows of this kind are there for this viewer."""
    return or_(
        kind.owner_id == viewer.agent_id,
        kind.audience == Audience.ALL.value,
        and_(kind.audience == Audience.TEAM.value, kind.team_id.in_(viewer.team_ids)),
    )


def found_for(session: Session, kind: type[Kind], number: int, viewer: Viewer) -> Kind | None:
    """One row; None for one that is not there, or is none of this viewer's business."""
    return session.scalars(select(kind).where(kind.id == number, shared_with(kind, viewer))).first()


def may_change(one: Shared, agent: Agent) -> bool:
    """Its owner; and who may share, what is shared."""
    is_shared = one.audience != Audience.ME.value
    return one.owner_id == agent.id or (is_shared and Permission.SHARE in agent.permissions)


def share(one: Shared, audience: str, team: Team | None, *, by: Agent) -> None:
    """Says for whom it is. Raises Invalid for a choice that can't be, NotAllowed for one that this agent may not
    make. What is so already may stay so."""
    wanted = Audience(audience) if audience in list(Audience) else None
    if wanted is None:
        raise Invalid("Choose for whom this is.", field="audience")
    if wanted is Audience.TEAM and team is None:
        raise Invalid("Choose the team.", field="team_id")
    team = team if wanted is Audience.TEAM else None
    if (one.audience, one.team_id) != (wanted.value, team.id if team else None):
        _check(wanted, team, by)
    one.audience, one.team = wanted.value, team


def checked_name(name: str) -> str:
    """One line. Raises Invalid for none, or one that no list can show."""
    line = " ".join(name.split())
    if not line:
        raise Invalid("Give it a name.", field="name")
    if len(line) > NAME_LENGTH_MAX:
        raise Invalid(f"Shorten the name to {NAME_LENGTH_MAX} characters.", field="name")
    return line


def copy_name(name: str) -> str:
    return f"{name[: NAME_LENGTH_MAX - 7]} (copy)"


def _check(audience: Audience, team: Team | None, by: Agent) -> None:
    if audience is Audience.ME or (team is not None and team in by.teams):
        return
    # Nobody else is told that a private team is there.
    if Permission.SHARE not in by.permissions or (team is not None and team.private):
        whom = "everybody" if team is None else "a team that you are not in"
        raise NotAllowed(f"You may not share with {whom}. Keep it for yourself or share it with your own team.")
