"""Organizations: whom requesters belong to. Service levels, impact and who sees what are chosen by them."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpdesk.base import Base

NAME_LENGTH_MAX = 200


class Organization(Base):
    """`domains` are the mail domains whose writers belong here by themselves; `is_vip` raises what they report."""

    __tablename__ = "organizations"

    name: Mapped[str] = mapped_column(unique=True)
    domains: Mapped[list[str]] = mapped_column(default=list)
    is_vip: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


def all_organizations(session: Session) -> list[Organization]:
    """Those in use, by name."""
    query = select(Organization).where(Organization.retired_at.is_(None)).order_by(Organization.name)
    return list(session.scalars(query))
