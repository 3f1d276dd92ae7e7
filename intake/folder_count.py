"""Compares a folder with the ledger: which mails are young enough to be taken in, and whether the numbers add up."""

from collections.abc import Set
from datetime import datetime

from intake.imap import LISTING, ImapSession, chunks
from intake.imap_fetch import listed
from intake.source import FolderCount, MailLedger


def young_enough(session: ImapSession, uids: list[int]) -> list[int]:
    """Those of `uids` (ascending) that the server received since the account's `start_from`; all, without one."""
    start = session.account.start_from
    if start is None or not uids:
        return uids
    maybe = [uid for part in chunks(uids, LISTING) for uid in session.uids_since(start, part)]
    return [mail.uid for mail in listed(session, maybe) if mail.internal_date is None or mail.internal_date >= start]


def count(
    session: ImapSession, ledger: MailLedger, name: str, highest_uid: int, too_old: Set[int], now: datetime
) -> FolderCount:
    """The folder as it is now, up to the highest UID that was looked at: what came later is looked at next."""
    folder = session.select(name)
    here = [uid for uid in session.uids(folder) if uid <= highest_uid]
    unknown = set(ledger.unknown(name, folder.uidvalidity, here))
    return FolderCount(folder.uidvalidity, now, len(here), len(here) - len(unknown), len(unknown & too_old))
