"""How each mailbox is doing, in one look: what the server has and we have of each folder, when mail last came and
left, when it is looked at next. For the ledger page and `helpdesk doctor`."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, func, or_, select
from sqlalchemy.orm import Session, joinedload

from helpdesk.letters.delivery import Delivery
from helpdesk.mailboxes.mailbox import Mailbox, MailboxFolder
from helpdesk.people.agent import Team, Viewer
from intake.ledger import LedgerRow


@dataclass(frozen=True, slots=True)
class FolderCount:
    """One folder as it was last counted. `missing` mails are on the server and not in the ledger."""

    name: str
    server: int
    known: int
    skipped: int
    counted_at: datetime
    gap_since: datetime | None

    @property
    def missing(self) -> int:
        return max(0, self.server - self.known - self.skipped)


@dataclass(frozen=True, slots=True)
class MailboxOverview:
    mailbox: Mailbox
    folders: tuple[FolderCount, ...]
    last_in_at: datetime | None
    last_out_at: datetime | None


def mailbox_overviews(session: Session, viewer: Viewer, *, all_of_them: bool) -> list[MailboxOverview]:
    """Every mailbox in use; those of private teams only for their members, unless `all_of_them`."""
    where: list[ColumnElement[bool]] = [Mailbox.active.is_(True)]
    if not all_of_them:
        private = select(Team.id).where(Team.private, Team.id.not_in(viewer.team_ids))
        where.append(or_(Mailbox.team_id.is_(None), Mailbox.team_id.not_in(private)))
    last_out = select(func.max(Delivery.sent_at)).where(Delivery.mailbox_id == Mailbox.id).scalar_subquery()
    query = select(Mailbox, _newest_in(), last_out).options(joinedload(Mailbox.health)).where(*where)
    rows = session.execute(query.order_by(Mailbox.name)).unique().all()
    folders = _folders(session, [mailbox.id for mailbox, _, _ in rows])
    return [
        MailboxOverview(mailbox, tuple(folders.get(mailbox.id, ())), _last_in(mailbox, came), left)
        for mailbox, came, left in rows
    ]


def _newest_in() -> ScalarSelect[datetime]:
    return (
        select(LedgerRow.received_at)
        .where(LedgerRow.mailbox_id == Mailbox.id)
        .order_by(LedgerRow.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _last_in(mailbox: Mailbox, came: datetime | None) -> datetime | None:
    known = [at for at in (came, mailbox.health.last_mail_in_at if mailbox.health else None) if at]
    return max(known, default=None)


def _folders(session: Session, mailbox_ids: list[int]) -> dict[int, list[FolderCount]]:
    found: dict[int, list[FolderCount]] = {}
    query = select(MailboxFolder).where(MailboxFolder.mailbox_id.in_(mailbox_ids)).order_by(MailboxFolder.name)
    for row in session.scalars(query):
        made = FolderCount(
            row.name, row.server_count, row.known_count, row.skipped_count, row.counted_at, row.gap_since
        )
        found.setdefault(row.mailbox_id, []).append(made)
    return found
