"""Selects over the ledger for its page: what happened to each mail, filtered and by keyset, as quick on the last page
as on the first. Every one of them is limited to what the viewer may see, inside the statement."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Subquery, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from helpdesk.incidents.incident import Incident
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.people.agent import Team, Viewer
from intake.ledger import LedgerRow, LedgerState

COUNT_MAX = 1000
# Words are looked for in so many rows at once; the next page goes on below them.
SCAN_MAX = 50_000
_INCIDENT = re.compile(r"#?inc[-\s]?(\d{1,15})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """`text` is words of subject, sender or reason; INC-42 and a Message-ID in <> are looked up instead.
    `until`: only what came before. `before` is the cursor: rows below this number.
    `is_kept` False: only what was left on the server."""

    state: str = ""
    rules: tuple[str, ...] = ()
    is_kept: bool | None = None
    mailbox_id: int | None = None
    text: str = ""
    until: datetime | None = None
    before: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One mail as the list shows it."""

    id: int
    received_at: datetime
    sender: str
    subject: str
    state: str
    rule: str
    reason: str
    size_bytes: int
    source: str
    is_kept: bool
    incident_id: int | None
    dealt_with_by: str | None
    mailbox: str | None


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """`before` is the cursor of the next page, None on the last. `searched_to`: words were looked for down to this
    row only, and older ones may follow."""

    lines: tuple[LedgerLine, ...]
    before: int | None
    searched_to: int | None = None


def may_see(viewer: Viewer) -> ColumnElement[bool]:
    """Rows this viewer may see: not those about a private team's incident, nor what a private team's mailbox got
    and no incident has."""
    private = select(Team.id).where(Team.private, Team.id.not_in(viewer.team_ids))
    named = func.coalesce(LedgerRow.incident_id, LedgerRow.concerns_id)
    hidden_incident = select(Incident.id).where(Incident.id == named, Incident.team_id.in_(private)).exists()
    theirs = select(Mailbox.id).where(Mailbox.team_id.in_(private))
    in_theirs = and_(LedgerRow.mailbox_id.is_not(None), LedgerRow.mailbox_id.in_(theirs))
    return and_(not_(hidden_incident), or_(named.is_not(None), not_(func.coalesce(in_theirs, False))))


def search_ledger(session: Session, viewer: Viewer, asked: LedgerFilter) -> LedgerPage:
    """One page, newest first."""
    asked = _up_to(session, asked)
    where, floor = _conditions(asked), 0
    if asked.text and _exactly(asked.text) is None:
        floor = _floor(session, asked.before)
        where.append(LedgerRow.id > floor)
    query = select(*_COLUMNS).outerjoin(Mailbox, Mailbox.id == LedgerRow.mailbox_id).where(may_see(viewer), *where)
    rows = session.execute(query.order_by(LedgerRow.id.desc()).limit(asked.limit + 1)).all()
    lines = tuple(LedgerLine(*row) for row in rows[: asked.limit])
    if len(rows) > asked.limit:
        return LedgerPage(lines, lines[-1].id)
    return LedgerPage(lines, floor + 1, floor + 1) if floor else LedgerPage(lines, None)


def state_counts(session: Session, viewer: Viewer) -> dict[str, int]:
    """How many rows are in each state, up to COUNT_MAX + 1 each, in one statement."""
    counts = [
        select(func.count()).select_from(_up_to_max(LedgerRow.state == state, may_see(viewer))).scalar_subquery()
        for state in LedgerState
    ]
    return dict(zip(map(str, LedgerState), session.execute(select(*counts)).one(), strict=True))


def row_for(session: Session, viewer: Viewer, number: int) -> LedgerRow | None:
    """One row with its incident and mailbox, or None when there is none that this viewer may see."""
    return session.scalars(select(LedgerRow).where(LedgerRow.id == number, may_see(viewer))).first()


def same_mail(session: Session, viewer: Viewer, row: LedgerRow, limit: int = 10) -> list[LedgerLine]:
    """Other rows of the very same mail: it came to several mailboxes, or twice."""
    same = LedgerRow.message_id == row.message_id if row.message_id else LedgerRow.sha256 == row.sha256
    if not (row.message_id or row.sha256):
        return []
    query = select(*_COLUMNS).outerjoin(Mailbox, Mailbox.id == LedgerRow.mailbox_id)
    query = query.where(same, LedgerRow.id != row.id, may_see(viewer))
    return [LedgerLine(*line) for line in session.execute(query.order_by(LedgerRow.id).limit(limit))]


_COLUMNS: tuple[Any, ...] = (
    LedgerRow.id, LedgerRow.received_at, LedgerRow.sender, LedgerRow.subject, LedgerRow.state, LedgerRow.rule,
    LedgerRow.reason, LedgerRow.size_bytes, LedgerRow.source, LedgerRow.sha256.is_not(None), LedgerRow.incident_id,
    LedgerRow.dealt_with_by, Mailbox.name,
)  # fmt: skip


def held_rules(session: Session, viewer: Viewer) -> list[tuple[str, bool, int]]:
    """(rule, whether its bytes are here, how many) of what is held, among the newest COUNT_MAX + 1."""
    held = select(LedgerRow.rule, LedgerRow.sha256.is_not(None).label("is_kept"))
    held = held.where(LedgerRow.state == LedgerState.HELD.value, may_see(viewer))
    newest = held.order_by(LedgerRow.id.desc()).limit(COUNT_MAX + 1).subquery()
    query = select(newest.c.rule, newest.c.is_kept, func.count()).group_by(newest.c.rule, newest.c.is_kept)
    return [(rule, bool(is_kept), count) for rule, is_kept, count in session.execute(query)]


def held_waiting(session: Session, viewer: Viewer) -> int:
    """How many this viewer could decide on, up to COUNT_MAX + 1."""
    return session.scalar(select(waiting(viewer))) or 0


def waiting(viewer: Viewer) -> ScalarSelect[int]:
    """The same, to be selected together with other counts."""
    held = _up_to_max(LedgerRow.state == LedgerState.HELD.value, may_see(viewer))
    return select(func.count()).select_from(held).scalar_subquery()


def _up_to_max(*where: ColumnElement[bool]) -> Subquery:
    return select(LedgerRow.id).where(*where).limit(COUNT_MAX + 1).subquery()


def _conditions(asked: LedgerFilter) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if asked.state:
        where.append(LedgerRow.state == asked.state)
    if asked.rules:
        where.append(LedgerRow.rule.in_(asked.rules))
    if asked.is_kept is not None:
        where.append(LedgerRow.sha256.is_not(None) if asked.is_kept else LedgerRow.sha256.is_(None))
    if asked.mailbox_id is not None:
        where.append(LedgerRow.mailbox_id == asked.mailbox_id)
    if asked.before is not None:
        where.append(LedgerRow.id < asked.before)
    if asked.text:
        exactly = _exactly(asked.text)
        where.append(_says(asked.text) if exactly is None else exactly)
    return where


def _exactly(text: str) -> ColumnElement[bool] | None:
    """What an index answers: an incident's number, a Message-ID in <>."""
    if named := _INCIDENT.fullmatch(text):
        return or_(LedgerRow.incident_id == int(named[1]), LedgerRow.concerns_id == int(named[1]))
    if text.startswith("<") and text.endswith(">"):
        return LedgerRow.message_id == text[1:-1]
    return None


def _says(text: str) -> ColumnElement[bool]:
    words = [_like(word) for word in text.split()[:8]]
    said = (LedgerRow.subject, LedgerRow.sender, LedgerRow.reason)
    return and_(*(or_(*(column.ilike(word, escape="\\") for column in said)) for word in words))


def _like(word: str) -> str:
    # Escaped: somebody's "%" is a letter. SQLite folds ASCII only, so any other letter may stand for itself.
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{''.join('_' if not one.isascii() and one.isalpha() else one for one in escaped)}%"


def _up_to(session: Session, asked: LedgerFilter) -> LedgerFilter:
    """`until` as a number, which the list is ordered by: what came before that moment has lower ones."""
    if asked.until is None or asked.before is not None:
        return asked
    later = select(LedgerRow.id).where(LedgerRow.received_at >= asked.until)
    return replace(asked, before=session.scalar(later.order_by(LedgerRow.received_at, LedgerRow.id).limit(1)))


def _floor(session: Session, before: int | None) -> int:
    """The row above which words are looked for this time; 0 when that is all there are."""
    newest = before or (session.scalar(select(func.max(LedgerRow.id))) or 0) + 1
    return max(0, newest - 1 - SCAN_MAX)
