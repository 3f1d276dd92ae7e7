"""What the first look into a mailbox found, and where an administrator then lets it begin.

Until that is decided nothing is fetched, and nothing on the server is changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpdesk.base import Base, Json
from helpdesk.errors import Conflict
from helpdesk.mailboxes.mailbox import Mailbox


class FolderPreview(Base):
    """One folder as it was found. `by_year`: year -> mails the server received then. `newest`: the latest five as
    {"subject", "sender", "received_at"}, newest first. `problem`: why the folder could not be looked into."""

    __tablename__ = "folder_previews"
    __table_args__ = (UniqueConstraint("mailbox_id", "name"),)

    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailboxes.id"))
    name: Mapped[str]
    mails: Mapped[int]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    oldest_at: Mapped[datetime | None]
    newest_at: Mapped[datetime | None]
    by_year: Mapped[dict[str, Any]] = mapped_column(default=dict)
    newest: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    problem: Mapped[str] = mapped_column(default="")
    looked_at: Mapped[datetime]


def previews(session: Session, mailbox_id: int) -> list[FolderPreview]:
    """In the order in which the folders are read."""
    query = select(FolderPreview).where(FolderPreview.mailbox_id == mailbox_id).order_by(FolderPreview.id)
    return list(session.scalars(query))


def put_previews(session: Session, mailbox_id: int, found: list[FolderPreview]) -> None:
    """In the place of what was found before; the caller commits."""
    session.execute(delete(FolderPreview).where(FolderPreview.mailbox_id == mailbox_id))
    session.add_all(found)


def begin(session: Session, mailbox: Mailbox, *, start_from: datetime | None, at: datetime) -> None:
    """Lets the mailbox be read: everything, or what the server received since `start_from`. What came before now is
    old mail, and nobody is written to on account of it. The caller commits. Raises Conflict when it is decided."""
    if not mailbox.awaits_preview:
        raise Conflict(f"It was decided already where {mailbox.name} begins.")
    mailbox.awaits_preview = False
    mailbox.start_from, mailbox.listening_since = start_from, at
    session.execute(delete(FolderPreview).where(FolderPreview.mailbox_id == mailbox.id))
