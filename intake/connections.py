"""Trying a mailbox's accounts before they are saved, and from `helpdesk doctor`: in words for an administrator."""

from dataclasses import dataclass

from helpdesk.errors import Refused
from helpdesk.house import House
from helpdesk.letters.smtp import SmtpTransport
from helpdesk.letters.transport import NotSent
from helpdesk.mailboxes.access_tokens import let_go
from helpdesk.mailboxes.mailbox import Mailbox
from intake.accounts import account_of
from intake.imap import ImapSession
from intake.imap_preview import look
from intake.source import Found, MailboxError

TRY_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Entry:
    """How an IMAP server received us: `words` for people, `folders` it has, as `MailboxAccount.folders` takes them."""

    well: bool
    words: str
    folders: tuple[str, ...] = ()


def enter(mailbox: Mailbox, house: House) -> Entry:
    """Signs in by IMAP, lists the folders and looks into those that are to be read; touches nothing."""
    there: tuple[str, ...] = ()
    try:
        account = account_of(mailbox, house)
        let_go(mailbox)
        with ImapSession.connect(account) as session:
            there = tuple(session.folders())
            found = [session.select(folder, only_look=True) for folder in account.folders]
            push = (
                "and tells of new mail at once" if session.can_idle else f"and is asked every {account.poll_seconds} s"
            )
    except (MailboxError, Refused, ValueError) as error:
        return Entry(False, str(error), there)
    counts = ", ".join(f"{folder.exists} in {folder.name}" for folder in found)
    return Entry(True, f"{account.host} lets us in ({counts}), {push}.", there)


def try_incoming(mailbox: Mailbox, house: House) -> tuple[bool, str]:
    """As `enter`: (well, what to tell)."""
    entry = enter(mailbox, house)
    return entry.well, entry.words


def first_look(mailbox: Mailbox, house: House) -> list[Found]:
    """What lies in the folders that are to be read; touches nothing. Raises MailboxError, Refused or ValueError."""
    account = account_of(mailbox, house)
    let_go(mailbox)
    with ImapSession.connect(account) as session:
        return look(session)


def try_outgoing(mailbox: Mailbox, house: House) -> tuple[bool, str]:
    """Signs in by SMTP and asks whether this address may send; sends nothing. (well, what to tell)."""
    if not mailbox.smtp_host:
        return False, "No SMTP server is named, so no letter can leave from this mailbox."
    try:
        let_go(mailbox)
        return True, SmtpTransport(house.signing_key, TRY_SECONDS).check(mailbox)
    except (NotSent, Refused) as error:
        return False, str(error)
