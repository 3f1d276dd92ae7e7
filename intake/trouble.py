"""What is wrong with the mail just now: one function for each kind of alarm, asked every minute by the worker.

Reads what the listeners and the worker wrote down, and asks no server: it must work while the mail process is dead."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from helpdesk import heartbeats
from helpdesk.house import House
from helpdesk.incidents.thread import Entry
from helpdesk.letters.delivery import Delivery, DeliveryState
from helpdesk.mailboxes.alarms import AlarmKind, Findings, Trouble, key_of
from helpdesk.mailboxes.mailbox import Mailbox, MailboxFolder
from helpdesk.mailboxes.oauth import OAuthGrant, SignIn
from helpdesk.policies import MailPolicy, policy
from intake.ledger import LedgerRow, LedgerState
from intake.source import ListenerState

MAIL = "mail"  # the name of the mail process among the heartbeats
UNSENT_AFTER = timedelta(minutes=60)
ENDS_SOON = timedelta(days=7)
WELL = frozenset({ListenerState.IDLE.value, ListenerState.POLLING.value})
# Between two tries: nobody can tell yet whether this one will do.
TRYING = frozenset({ListenerState.CONNECTING.value, ListenerState.FETCHING.value})
TO_MAILBOXES = "Look at Settings › Mailboxes. Mail that nobody fetched waits safely on the server."


@dataclass(frozen=True, slots=True)
class _Look:
    session: Session
    now: datetime
    rules: MailPolicy
    mailboxes: tuple[Mailbox, ...]
    listens: bool
    mail_process_at: datetime | None

    @property
    def patience(self) -> timedelta:
        return timedelta(minutes=self.rules.alarm_minutes)

    @property
    def mail_process_lives(self) -> bool:
        at = self.mail_process_at
        return at is not None and (self.now - at).total_seconds() <= heartbeats.FRESH_SECONDS

    @property
    def read(self) -> list[Mailbox]:
        """The mailboxes that the mail process should be reading."""
        return [one for one in self.mailboxes if one.imap_host and not one.awaits_preview]


def findings(session: Session, house: House) -> Findings:
    """All that is wrong."""
    query = select(Mailbox).where(Mailbox.active).options(joinedload(Mailbox.health)).order_by(Mailbox.id)
    mailboxes = tuple(session.scalars(query).unique())
    doors = house.settings.smtp_door_port is not None or house.settings.lmtp_door_port is not None
    look = _Look(
        session,
        house.clock.now(),
        policy(session, MailPolicy),
        mailboxes,
        doors or any(one.imap_host for one in mailboxes),
        heartbeats.latest(session).get(MAIL),
    )
    return Findings(tuple(one for check in CHECKS for one in check(look)), _undecided(look))


def _undecided(look: _Look) -> frozenset[str]:
    """Without the mail process nobody knows how the mailboxes are; a try that is under way has not ended yet."""
    trying = [one for one in look.read if not look.mail_process_lives or _state(one) in TRYING]
    return frozenset(key_of(AlarmKind.UNREACHABLE, one.id) for one in trying)


def _state(mailbox: Mailbox) -> str:
    return mailbox.health.state if mailbox.health else "unknown"


def _mail_process(look: _Look) -> Iterator[Trouble]:
    if look.listens and not look.mail_process_lives:
        at = look.mail_process_at
        words = "The mail process is silent: no mail is being fetched or taken in."
        remedy = "Start it with “helpdesk run”, or “helpdesk run mail” on its own, and look at its log."
        yield Trouble(AlarmKind.MAIL_PROCESS, at or look.now, words, remedy, patience=look.patience)


def _unreachable(look: _Look) -> Iterator[Trouble]:
    if not look.mail_process_lives:
        return
    for one in look.read:
        problem = _problem(one, look.now)
        if problem:
            words = f"{_named(one)} can't be read: {problem}"
            yield Trouble(AlarmKind.UNREACHABLE, look.now, words, TO_MAILBOXES, one.id, patience=look.patience)


def _problem(mailbox: Mailbox, now: datetime) -> str:
    health = mailbox.health
    if health is None or health.state == "unknown":
        return "no process has looked at it yet."
    if health.state in TRYING or (health.state in WELL and not health.last_error and _is_leased(mailbox, now)):
        return ""
    return health.last_error or "no process listens to it any more."


def _is_leased(mailbox: Mailbox, now: datetime) -> bool:
    # The lease is renewed every few seconds as long as somebody listens.
    until = mailbox.health.lease_until if mailbox.health else None
    return until is not None and until >= now


def _gaps(look: _Look) -> Iterator[Trouble]:
    known = {one.id: one for one in look.read}
    for folder in look.session.scalars(select(MailboxFolder).where(MailboxFolder.gap_since.is_not(None))):
        mailbox = known.get(folder.mailbox_id)
        if mailbox is None or folder.gap_since is None:
            continue
        missing = folder.server_count - folder.known_count - folder.skipped_count
        words = (
            f"{_named(mailbox)}: the server has {folder.server_count:,} mails in {folder.name}, and we have "
            f"{folder.known_count:,} of them; {missing:,} are missing here."
        )
        remedy = "Look at the mail ledger and at the log of the mail process; “helpdesk doctor” signs in and compares."
        yield Trouble(AlarmKind.GAP, folder.gap_since, words, remedy, mailbox.id, folder.name, look.patience)


def _silent(look: _Look) -> Iterator[Trouble]:
    if not look.rules.silent_hours:
        return
    patience = timedelta(hours=look.rules.silent_hours)
    for one in look.read:
        began = one.listening_since or one.created_at
        last = max(filter(None, (began, one.health.last_mail_in_at if one.health else None)))
        if look.now - last >= patience:
            words = f"{_named(one)} has had no mail since {last:%-d %B, %H:%M} UTC."
            remedy = (
                "Write to it from outside. If nothing arrives, look at the forwarding and the spam filter before it."
            )
            yield Trouble(AlarmKind.SILENT, last, words, remedy, one.id)


def _credentials(look: _Look) -> Iterator[Trouble]:
    by_oauth = {one.id: one for one in look.mailboxes if one.sign_in != SignIn.PASSWORD.value}
    if not by_oauth:
        return
    for grant in look.session.scalars(select(OAuthGrant).where(OAuthGrant.mailbox_id.in_(by_oauth))):
        words, patience = _grant_problem(grant, look)
        if words:
            mailbox = by_oauth[grant.mailbox_id]
            remedy = f"Sign in anew for {mailbox.name} under Settings › Mailboxes: mail stops when this ends."
            since = grant.last_renewed_at or grant.consented_at or look.now
            since = since if grant.last_error else look.now
            words = f"The sign-in of {_named(mailbox)} {words}"
            yield Trouble(AlarmKind.CREDENTIAL, since, words, remedy, mailbox.id, patience=patience)


def _grant_problem(grant: OAuthGrant, look: _Look) -> tuple[str, timedelta]:
    if grant.refused:
        return f"was refused for good: {grant.last_error or 'the provider gave no reason'}", timedelta()
    if grant.last_error:
        return f"can't be renewed: {grant.last_error}", look.patience
    ends = grant.refresh_token_expires_at
    if ends is not None and ends - look.now <= ENDS_SOON:
        return f"ends on {ends:%-d %B %Y, %H:%M} UTC.", timedelta()
    return "", timedelta()


def _unfiled(look: _Look) -> Iterator[Trouble]:
    query = select(LedgerRow.received_at).where(LedgerRow.state == LedgerState.FETCHED.value)
    oldest = look.session.scalars(query.order_by(LedgerRow.id).limit(1)).first()
    if oldest is not None and look.now - oldest >= look.patience:
        words = f"Mail is stored and not filed since {oldest:%-d %B, %H:%M} UTC."
        remedy = "The mail process files it; its log says what is in the way."
        yield Trouble(AlarmKind.UNFILED, oldest, words, remedy)


def _unsent(look: _Look) -> Iterator[Trouble]:
    """Letters that should have left long ago, for each mailbox; those that wait for a moment to come are not late."""
    waiting = [DeliveryState.QUEUED.value, DeliveryState.SENDING.value, DeliveryState.DEFERRED.value]
    due_at = func.coalesce(Entry.send_at, Delivery.created_at)
    query = (
        select(Delivery.mailbox_id, func.count(), func.min(Delivery.created_at), func.max(Delivery.answer))
        .outerjoin(Entry, Entry.id == Delivery.entry_id)
        .where(Delivery.state.in_(waiting), Delivery.created_at < look.now - UNSENT_AFTER)
        .where(due_at < look.now - UNSENT_AFTER)
        .group_by(Delivery.mailbox_id)
    )
    known = {one.id: one for one in look.mailboxes}
    for mailbox_id, count, oldest, answer in look.session.execute(query):
        mailbox = known.get(mailbox_id) if mailbox_id else None
        letters = "1 letter has" if count == 1 else f"{count:,} letters have"
        words = f"{letters} waited for more than an hour to leave from {_named(mailbox) if mailbox else 'the desk'}."
        remedy = f"The mail server said: {answer}" if answer else "Look whether the worker runs, and at its log."
        yield Trouble(AlarmKind.UNSENT, oldest, words, remedy, mailbox_id)


def _named(mailbox: Mailbox) -> str:
    return f"The mailbox {mailbox.name} ({mailbox.address})"


CHECKS: tuple[Callable[[_Look], Iterator[Trouble]], ...] = (
    _mail_process,
    _unreachable,
    _gaps,
    _silent,
    _credentials,
    _unfiled,
    _unsent,
)
