"""A rule of escalation as a row: what sets it off, for which incidents, and where it leads.

Run by `helpdesk.incidents.escalation_rules`; the settings make them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.base import Base
from helpdesk.people.agent import Team


class Reason(StrEnum):
    """What sets a rule off."""

    SHARE = "share"  # so many percent of a target have gone by
    AGE = "age"  # open for so many hours
    UNTAKEN = "untaken"  # nobody has taken it for so many minutes
    VIP = "vip"  # reported by somebody, or from somewhere, important


class Goal(StrEnum):
    """Where it goes."""

    MANAGER = "manager"  # up the chain, hierarchical
    NEXT_TEAM = "next_team"  # to the next tier of its team, functional


class EscalationRule(Base):
    """`target` and `percent` belong to SHARE, `minutes` to AGE and UNTAKEN. `priority_max`: for incidents of this
    priority (1 is highest) and above. `team_id` None: for every team."""

    __tablename__ = "escalation_rules"

    name: Mapped[str] = mapped_column(unique=True)
    reason: Mapped[str]
    target: Mapped[str] = mapped_column(default="")
    percent: Mapped[int] = mapped_column(default=0)
    minutes: Mapped[int] = mapped_column(default=0)
    priority_max: Mapped[int] = mapped_column(default=5)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    goal: Mapped[str] = mapped_column(default=Goal.MANAGER.value)
    made_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    team: Mapped[Team | None] = relationship()
