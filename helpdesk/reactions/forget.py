"""Removes bytes that were erased: attachments, raw mail and sent letters that nothing refers to any more.

Bytes are kept once for all who sent them, so each is looked for in every place first. Run by the worker; idempotent."""

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.attachments.store import BlobStore
from helpdesk.base import Base
from helpdesk.errands import TryLater
from helpdesk.letters.captured import forget_captured

WAIT_SECONDS = 900
# Columns that name bytes in the store.
_NAMING = ("sha256", "raw_sha256")


def forget(session: Session, store: BlobStore, outbox: Path, sha256s: Iterable[str], letters: Iterable[str]) -> None:
    """Raises TryLater for bytes that somebody stored just now: their row may not be committed yet."""
    for name in letters:
        forget_captured(outbox, name)
    fresh = [one for one in sha256s if not _is_named(session, one) and not store.remove(one)]
    if fresh:
        raise TryLater(f"{len(fresh)} of the files were stored again just now", WAIT_SECONDS)


def _is_named(session: Session, sha256: str) -> bool:
    columns = [column for table in Base.metadata.sorted_tables for column in table.c if column.name in _NAMING]
    return any(session.scalar(select(column).where(column == sha256).limit(1)) for column in columns)
