"""Trying a mailbox's accounts before they are saved, and from `helpdesk doctor`: in words for an administrator."""

from helpdesk.errors import Refused
from helpdesk.house import House
from helpdesk.letters.smtp import SmtpTransport
from helpdesk.letters.transport import NotSent
from helpdesk.mailboxes.mailbox import Mailbox
from intake.imap import ImapSession
from intake.mailbox_ledger import account_of
from intake.source import MailboxError

TRY_SECONDS = 10.0


def try_incoming(mailbox: Mailbox, house: House) -> tuple[bool, str]:
    """Signs in by IMAP and looks into each folder; touches nothing. (well, what to tell)."""
    try:
        account = account_of(mailbox, house)
        with ImapSession.connect(account) as session:
            found = [session.select(folder) for folder in account.folders]
            push = (
                "and tells of new mail at once" if session.can_idle else f"and is asked every {account.poll_seconds} s"
            )
    except (MailboxError, Refused, ValueError) as error:
        return False, str(error)
    counts = ", ".join(f"{folder.exists} in {folder.name}" for folder in found)
    return True, f"{mailbox.imap_host} lets us in ({counts}), {push}."


def try_outgoing(mailbox: Mailbox, house: House) -> tuple[bool, str]:
    """Signs in by SMTP and asks whether this address may send; sends nothing. (well, what to tell)."""
    if not mailbox.smtp_host:
        return False, "No SMTP server is named, so no letter can leave from this mailbox."
    try:
        return True, SmtpTransport(house.signing_key, TRY_SECONDS).check(mailbox)
    except (NotSent, Refused) as error:
        return False, str(error)
