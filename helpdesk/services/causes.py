"""Why things fail: the taxonomy that is chosen at closure, apart from the category that was reported."""

from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from helpdesk.base import Base
from helpdesk.services import BETWEEN


class Cause(Base):
    """One node of the tree; `path` spells the way from the root, as with `helpdesk.services.Category`."""

    __tablename__ = "causes"

    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("causes.id"), index=True)
    path: Mapped[str] = mapped_column(unique=True)
    retired_at: Mapped[datetime | None]
    # The one that it goes on as.
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("causes.id"))

    parent: Mapped["Cause | None"] = relationship(remote_side="Cause.id", foreign_keys=[parent_id])


def make_cause(session: Session, name: str, parent: Cause | None = None) -> Cause:
    cause = Cause(name=name, parent=parent, path=f"{parent.path}{BETWEEN}{name}" if parent else name)
    session.add(cause)
    session.flush()
    return cause


def current_causes(session: Session) -> list[Cause]:
    return list(session.scalars(select(Cause).where(Cause.retired_at.is_(None)).order_by(Cause.path)))
