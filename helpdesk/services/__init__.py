"""What the organization runs and how incidents are sorted: the service catalogue and the category tree."""

from datetime import datetime
from enum import IntEnum

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from helpdesk.base import Base
from helpdesk.people.agent import Agent, Team

BETWEEN = " › "


class Criticality(IntEnum):
    """How much depends on a service; 1 is most."""

    VITAL = 1
    IMPORTANT = 2
    ORDINARY = 3


class Service(Base):
    __tablename__ = "services"

    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str] = mapped_column(default="")
    # Who answers for it: an agent or a team, or somebody else by name.
    owner: Mapped[str] = mapped_column(default="")
    owner_agent_id: Mapped[int | None] = mapped_column(ForeignKey("agents.id"))
    owner_team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    criticality: Mapped[int] = mapped_column(default=Criticality.ORDINARY.value)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    on_public_form: Mapped[bool] = mapped_column(default=True)
    retired_at: Mapped[datetime | None]

    team: Mapped[Team | None] = relationship(foreign_keys=[team_id])
    owner_agent: Mapped[Agent | None] = relationship()
    owner_team: Mapped[Team | None] = relationship(foreign_keys=[owner_team_id])

    @property
    def owner_name(self) -> str:
        """Who answers for it, in words; "" for nobody."""
        known = self.owner_agent or self.owner_team
        return known.name if known else self.owner


class Category(Base):
    """One node of the category tree; `path` spells the way from the root, for showing and sorting."""

    __tablename__ = "categories"

    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"), index=True)
    path: Mapped[str] = mapped_column(unique=True)
    retired_at: Mapped[datetime | None]
    # The one that it goes on as.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"))

    parent: Mapped["Category | None"] = relationship(remote_side="Category.id", foreign_keys=[parent_id])


def make_category(session: Session, name: str, parent: Category | None = None) -> Category:
    category = Category(name=name, parent=parent, path=f"{parent.path}{BETWEEN}{name}" if parent else name)
    session.add(category)
    session.flush()
    return category


def current_services(session: Session) -> list[Service]:
    return list(session.scalars(select(Service).where(Service.retired_at.is_(None)).order_by(Service.name)))


def current_categories(session: Session) -> list[Category]:
    return list(session.scalars(select(Category).where(Category.retired_at.is_(None)).order_by(Category.path)))
