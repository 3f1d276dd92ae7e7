"""Files that came with a message: their rows here, their bytes in a store."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.attachments.store import BlobStore
from helpdesk.base import Base

FILENAME_LENGTH_MAX = 255


class Attachment(Base):
    """`sha256` names the bytes in the store; `inline` ones are shown inside the HTML by their Content-ID (RFC 2392)."""

    __tablename__ = "attachments"

    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), index=True)
    filename: Mapped[str]
    content_type: Mapped[str]
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(index=True)
    inline: Mapped[bool] = mapped_column(default=False)
    content_id: Mapped[str | None]


def attach(
    store: BlobStore,
    filename: str,
    content_type: str,
    content: bytes,
    *,
    inline: bool = False,
    content_id: str | None = None,
) -> Attachment:
    """Stores the bytes, durably, and returns a row for them that belongs to no entry yet."""
    name = filename.replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(character for character in name if character.isprintable()).strip()
    return Attachment(
        filename=printable[-FILENAME_LENGTH_MAX:] or "attachment",
        content_type=content_type,
        size_bytes=len(content),
        sha256=store.put(content),
        inline=inline,
        content_id=content_id,
    )
