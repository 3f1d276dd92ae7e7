"""One mail of an import into the ledger, and from there into an incident; nobody is told, for it is history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from helpdesk.errands import leaving_out
from helpdesk.house import House
from helpdesk.mailboxes.mailbox import own_addresses, without_tag
from helpdesk.reactions import AUTOMATE, NOTIFY
from intake.filing import file_row
from intake.importing.catalogue import Found, content_hash
from intake.importing.job import ImportJob, SentMail
from intake.importing.sent import file_sent
from intake.importing.tally import count_of
from intake.ledger import LedgerRow, LedgerState, Source
from intake.mail.addresses import read_field
from intake.mail.headers import read_headers
from intake.mail.limits import Allowance, Limits

OURS = "sent_by_us"
TOO_LARGE = "It has {size:,} bytes and the desk takes {most:,}. It is still at {place}."
LEFT_MAX = 1000
HEADER_BYTES = 64 * 1024

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """What an import was told, apart from its counts; see `ImportJob`."""

    job_id: int
    paths: tuple[Path, ...]
    mailbox_id: int | None
    dry_run: bool
    closes: bool
    sent_mail: SentMail
    started_at: datetime


def read_all(batch: Sequence[Found], most: int) -> tuple[list[bytes | None], list[str]]:
    """The bytes of these mails, and the key of each, which is the same whatever kind of file it was in.

    One that is larger than `most` bytes is known by its place, and never read as a whole. Raises OSError."""
    raws = [one.read() if one.size <= most else None for one in batch]
    hashes = [content_hash(raw) if raw is not None else None for raw in raws]
    return raws, [f"import:{found or one.place}" for one, found in zip(batch, hashes, strict=True)]


def record(session: Session, house: House, terms: Terms, batch: Sequence[Found]) -> list[int]:
    """Stores what is new of these mails, commits, and returns the rows to file, in order. Raises OSError."""
    raws, keys = read_all(batch, house.settings.message_bytes_max)
    known = set(session.scalars(select(LedgerRow.key).where(LedgerRow.key.in_(keys))))
    ours = own_addresses(session)
    session.rollback()
    fresh: dict[str, LedgerRow] = {}
    for one, raw, key in zip(batch, raws, keys, strict=True):
        if key not in known and key not in fresh:
            fresh[key] = _row(house, terms, one, raw, key, ours)
    session.add_all(fresh.values())
    session.commit()
    return [row.id for row in fresh.values()]


def _row(house: House, terms: Terms, one: Found, raw: bytes | None, key: str, ours: frozenset[str]) -> LedgerRow:
    at = min(one.at, terms.started_at) if one.at else terms.started_at
    most = house.settings.message_bytes_max
    return LedgerRow(
        source=Source.IMPORT.value,
        key=key,
        mailbox_id=terms.mailbox_id,
        # Bytes first: a row must never name bytes that are not there.
        sha256=house.store.put(raw) if raw is not None else None,
        size_bytes=one.size,
        hints={"old": True, "at": at.isoformat(), "place": one.place, OURS: _is_ours(one, raw, ours)},
        internal_date=at,
        # When it came to us in truth: a mailbox is no less silent for an import.
        received_at=at,
        import_id=terms.job_id,
        reason="" if raw is not None else TOO_LARGE.format(size=one.size, most=most, place=one.place),
    )


def _is_ours(one: Found, raw: bytes | None, ours: frozenset[str]) -> bool:
    if one.sent or raw is None:
        return one.sent
    headers, _ = read_headers(raw[:HEADER_BYTES], 0, Allowance(Limits()))
    writers = read_field(headers, "from", Allowance(Limits()))
    return any(without_tag(writer.address.lower()) in ours for writer in writers[:1])


def file_one(session: Session, house: House, terms: Terms, row_id: int) -> str:
    """Files one row and returns the name of the count it belongs to. What breaks is logged, and stops no other."""
    try:
        with leaving_out(session, NOTIFY, AUTOMATE):
            ours = bool(session.get_one(LedgerRow, row_id).hints.get(OURS))
            session.rollback()
            if ours:
                file_sent(session, house, row_id, terms.sent_mail)
            else:
                file_row(session, house, row_id)
    except (OperationalError, InterfaceError, OSError):
        raise  # the database is away, or the disk is full: no fault of this mail
    except Exception:
        session.rollback()
        log.exception("imported mail not filed", row=row_id)
    row = session.get_one(LedgerRow, row_id, populate_existing=True)
    became = count_of(row.state, str(row.decision.get("outcome", "")))
    session.rollback()
    return became


def leftovers(session: Session, job_id: int) -> list[int]:
    """Rows of an import that are stored and were not filed, oldest first."""
    query = select(LedgerRow.id).where(LedgerRow.import_id == job_id, LedgerRow.state == LedgerState.FETCHED.value)
    found = list(session.scalars(query.order_by(LedgerRow.id).limit(LEFT_MAX)))
    session.rollback()
    return found


def terms_of(job: ImportJob) -> Terms:
    """Of a job that has begun."""
    return Terms(
        job_id=job.id,
        paths=tuple(Path(path) for path in job.paths),
        mailbox_id=job.mailbox_id,
        dry_run=job.dry_run,
        closes=job.closes,
        sent_mail=SentMail(job.sent_mail),
        started_at=job.started_at or job.made_at,
    )
