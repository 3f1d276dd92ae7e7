"""Old mail in files, as other programs leave it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from helpdesk.house import House
from intake.importing.job import ImportJob
from intake.importing.run import run_job
from intake.ledger import LedgerRow
from tests.intake.desk import DESK

LONG_AGO = datetime(2019, 5, 6, 8, 0, tzinfo=UTC)


def old(
    number: int,
    *,
    sender: str = "Ada <ada@example.org>",
    to: str = DESK,
    subject: str = "",
    text: str = "",
    answers: int | None = None,
    days: float | None = None,
    message_id: bool = True,
) -> bytes:
    """The mail with this number, written so many days after LONG_AGO; `number` days unless told."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject or f"Printer {number}"
    mail["Date"] = format_datetime(LONG_AGO + timedelta(days=number if days is None else days))
    if message_id:
        mail["Message-ID"] = f"<old{number}@example.org>"
    if answers is not None:
        mail["In-Reply-To"] = mail["References"] = f"<old{answers}@example.org>"
    mail.set_content(text or f"It smokes since {number}.")
    return mail.as_bytes()


def mbox(*mails: bytes, quote: bool = True) -> bytes:
    """mboxrd; or without quoting, as careless programs write it."""
    return b"".join(b"From ada@example.org Mon May  6 08:00:00 2019\n" + _quoted(mail, quote) + b"\n" for mail in mails)


def _quoted(mail: bytes, quote: bool) -> bytes:
    if not quote:
        return mail
    lines = mail.split(b"\n")
    return b"\n".join(b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in lines)


def maildir(folder: Path, mails: Sequence[bytes], flags: str = "S") -> Path:
    """A Maildir, or a subfolder of one; the first mail is still in "new"."""
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for number, mail in enumerate(mails):
        name = f"155712{number:04d}.M1P{number}.host"
        path = folder / "new" / name if number == 0 else folder / "cur" / f"{name}:2,{flags}"
        path.write_bytes(mail)
    return folder


def new_job(sessions: sessionmaker[Session], house: House, *paths: Path, **columns: object) -> int:
    with sessions() as session:
        job = ImportJob(
            name="old mail", paths=[str(path) for path in paths], made_by="Kim", made_at=house.clock.now(), **columns
        )
        session.add(job)
        session.commit()
        return job.id


def imported(sessions: sessionmaker[Session], house: House, *paths: Path, **columns: object) -> SimpleNamespace:
    """What became of an import of these paths: the columns of its job."""
    house.settings.data_folder.mkdir(parents=True, exist_ok=True)
    return finished(sessions, house, new_job(sessions, house, *paths, **columns))


def finished(sessions: sessionmaker[Session], house: House, number: int) -> SimpleNamespace:
    run_job(sessions, house, number)
    return as_it_is(sessions, number)


def as_it_is(sessions: sessionmaker[Session], number: int) -> SimpleNamespace:
    with sessions() as session:
        job = session.get_one(ImportJob, number)
        return SimpleNamespace(**{column.key: getattr(job, column.key) for column in ImportJob.__table__.columns})


def rows(session: Session) -> list[LedgerRow]:
    session.expire_all()
    return list(session.scalars(select(LedgerRow).order_by(LedgerRow.id)))
