"""Alarms of the mail: what is wrong, since when, who was told, and when it was over.

`intake.trouble` finds out what is wrong; `compare` turns that into alarms, each raised once, reminded of once a day
and ended once, however many workers look at the same moment. `helpdesk.reactions.alarm` writes the letters."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import CursorResult, ForeignKey, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpdesk.base import Base

REMIND_AFTER = timedelta(days=1)


class AlarmKind(StrEnum):
    UNREACHABLE = "unreachable"  # a mailbox can't be read
    GAP = "gap"  # the server has mail that the ledger does not
    CREDENTIAL = "credential"  # a sign-in ends soon, or can't be renewed
    SILENT = "silent"  # a mailbox that usually gets mail gets none
    UNFILED = "unfiled"  # mail is stored and not filed
    UNSENT = "unsent"  # letters wait and do not leave
    MAIL_PROCESS = "mail_process"  # nothing reads mail


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is wrong just now. `patience`: it becomes an alarm only after lasting so long; `place`: a folder,
    where one mailbox can have the same trouble in several."""

    kind: AlarmKind
    since: datetime
    words: str
    remedy: str
    mailbox_id: int | None = None
    place: str = ""
    patience: timedelta = timedelta()

    @property
    def key(self) -> str:
        return key_of(self.kind, self.mailbox_id, self.place)


def key_of(kind: AlarmKind, mailbox_id: int | None, place: str = "") -> str:
    return f"{kind.value}:{mailbox_id or 0}:{place}"


@dataclass(frozen=True, slots=True)
class Findings:
    """All trouble there is. `undecided`: keys of what can't be told just now, which neither begins nor ends."""

    troubles: tuple[Trouble, ...] = ()
    undecided: frozenset[str] = field(default_factory=frozenset)


class Alarm(Base):
    """Noticed at first; raised once it lasted too long; over when mended. `open_key` is unique while it is not over,
    so that two workers can't notice the same thing twice. `untold`: why nobody could be written to."""

    __tablename__ = "alarms"

    kind: Mapped[str]
    mailbox_id: Mapped[int | None] = mapped_column(ForeignKey("mailboxes.id", ondelete="SET NULL"))
    open_key: Mapped[str | None] = mapped_column(unique=True)
    words: Mapped[str]
    remedy: Mapped[str] = mapped_column(default="")
    since: Mapped[datetime]
    raised_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    untold: Mapped[str] = mapped_column(default="")


class Turn(StrEnum):
    """What became of an alarm just now; each is told."""

    RAISED = "raised"
    REMINDED = "reminded"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class News:
    alarm: Alarm
    turn: Turn


def compare(session: Session, findings: Findings, *, now: datetime) -> list[News]:
    """Brings the alarms in step with what was found; the caller tells the news and commits, all in one transaction."""
    there = {alarm.open_key: alarm for alarm in session.scalars(select(Alarm).where(Alarm.open_key.is_not(None)))}
    found = {trouble.key: trouble for trouble in findings.troubles}
    news: list[News] = []
    for key, trouble in found.items():
        alarm = there.get(key) or _notice(session, trouble, now)
        if alarm is not None:
            news += _go_on(session, alarm, trouble, now)
    for alarm in there.values():
        if alarm.open_key not in found and alarm.open_key not in findings.undecided:
            news += _end(session, alarm, now)
    return news


def has_open(session: Session) -> bool:
    """Whether anything is noticed or raised, so that there is something to compare with."""
    return session.scalars(select(Alarm.id).where(Alarm.open_key.is_not(None)).limit(1)).first() is not None


def open_alarms(session: Session) -> list[Alarm]:
    """Those that are raised and not over, the oldest first."""
    query = select(Alarm).where(Alarm.open_key.is_not(None), Alarm.raised_at.is_not(None))
    return list(session.scalars(query.order_by(Alarm.raised_at, Alarm.id)))


def past_alarms(session: Session, limit: int = 20) -> list[Alarm]:
    """Those that are over, the latest first."""
    query = select(Alarm).where(Alarm.ended_at.is_not(None)).order_by(Alarm.ended_at.desc(), Alarm.id.desc())
    return list(session.scalars(query.limit(limit)))


def alarms_of_mailboxes(session: Session, mailbox_ids: list[int]) -> dict[int, list[Alarm]]:
    """The raised alarms of each of these mailboxes."""
    by_mailbox: dict[int, list[Alarm]] = defaultdict(list)
    for alarm in open_alarms(session):
        if alarm.mailbox_id in mailbox_ids:
            by_mailbox[alarm.mailbox_id].append(alarm)
    return dict(by_mailbox)


def _notice(session: Session, trouble: Trouble, now: datetime) -> Alarm | None:
    """A new row; None when another worker was quicker: it goes on from there."""
    alarm = Alarm(
        kind=trouble.kind.value,
        mailbox_id=trouble.mailbox_id,
        open_key=trouble.key,
        words=trouble.words,
        remedy=trouble.remedy,
        since=min(trouble.since, now),
    )
    try:
        with session.begin_nested():
            session.add(alarm)
    except IntegrityError:
        return None
    return alarm


def _go_on(session: Session, alarm: Alarm, trouble: Trouble, now: datetime) -> Iterator[News]:
    if (alarm.words, alarm.remedy) != (trouble.words, trouble.remedy):
        alarm.words, alarm.remedy = trouble.words, trouble.remedy
    if alarm.raised_at is None:
        if now - alarm.since >= trouble.patience and _first(session, alarm, "raised_at", None, now):
            yield News(alarm, Turn.RAISED)
    elif (
        alarm.told_at and now - alarm.told_at >= REMIND_AFTER and _first(session, alarm, "told_at", alarm.told_at, now)
    ):
        yield News(alarm, Turn.REMINDED)


def _first(session: Session, alarm: Alarm, column: str, before: datetime | None, now: datetime) -> bool:
    """Whether it is us who set this moment; another worker may be at the same alarm."""
    session.flush()
    values = {"told_at": now} | {column: now}
    changed: CursorResult[None] = session.execute(  # type: ignore[assignment]
        update(Alarm)
        .where(Alarm.id == alarm.id, getattr(Alarm, column).is_not_distinct_from(before))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    session.refresh(alarm)
    return changed.rowcount == 1


def _end(session: Session, alarm: Alarm, now: datetime) -> Iterator[News]:
    still_open = (Alarm.id == alarm.id, Alarm.open_key.is_not(None))
    if alarm.raised_at is None:
        # It passed before anybody had to hear of it.
        session.execute(
            delete(Alarm).where(*still_open, Alarm.raised_at.is_(None)).execution_options(synchronize_session=False)
        )
        session.expunge(alarm)
        return
    ended: CursorResult[None] = session.execute(  # type: ignore[assignment]
        update(Alarm)
        .where(*still_open)
        .values(ended_at=now, open_key=None)
        .execution_options(synchronize_session=False)
    )
    session.refresh(alarm)
    if ended.rowcount == 1:
        yield News(alarm, Turn.OVER)
