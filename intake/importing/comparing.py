"""A dry run: how many mails of an import are here already. Nothing is stored."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.importing.catalogue import Found
from intake.importing.placing import HEADER_BYTES, read_all
from intake.ledger import LedgerRow
from intake.mail.headers import read_headers
from intake.mail.limits import Allowance, Limits
from intake.mail.threads import message_id


def already_here(session: Session, batch: Sequence[Found], most: int) -> int:
    """How many of these were imported before, or came in by another way under the same Message-ID."""
    raws, keys = read_all(batch, most)
    named = [message_id(read_headers((raw or b"")[:HEADER_BYTES], 0, Allowance(Limits()))[0]) for raw in raws]
    known_keys = set(session.scalars(select(LedgerRow.key).where(LedgerRow.key.in_(keys))))
    known_ids = set(session.scalars(select(LedgerRow.message_id).where(LedgerRow.message_id.in_(filter(None, named)))))
    return sum(key in known_keys or one in known_ids for key, one in zip(keys, named, strict=True))
