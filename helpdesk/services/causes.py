"""Why things fail: the taxonomy that is chosen at closure, apart from the category that was reported."""

from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from helpdesk.base import Base


class Cause(Base):
    """One node of the tree; `path` spells the way from the root, as with `helpdesk.services.Category`."""

    __tablename__ = "causes"

    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("causes.id"), index=True)
    path: Mapped[str] = mapped_column(unique=True)
    retired_at: Mapped[datetime | None]

    parent: Mapped["Cause | None"] = relationship(remote_side="Cause.id")


def current_causes(session: Session) -> list[Cause]:
    return list(session.scalars(select(Cause).where(Cause.retired_at.is_(None)).order_by(Cause.path)))
