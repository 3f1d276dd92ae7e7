"""Moves, flags or deletes dealt-with mails on the server, nobody else's. Used by the listener.

Says for each mail what really became of it, because servers differ in what they can do with one mail alone.
"""

from collections.abc import Sequence

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from intake.imap import ImapSession, chunks, explained
from intake.imap_copy import FILED_KEYWORD, copy_and_expunge, expunge, keeps
from intake.source import Disposition, ServerRefused, Settlement, Unsettled

FLAGGED = rb"\Flagged"
MAILS_AT_ONCE = 200

Outcome = dict[Settlement, list[int]]


def settle(session: ImapSession, mails: Sequence[Unsettled]) -> Outcome:
    """Applies the mailbox's disposition in the selected folder; returns which mails ended how.

    A mail whose body isn't stored here is never moved or deleted. Raises Unreachable; what was done by then
    shows as GONE at the next attempt.
    """
    outcome: Outcome = {}
    for part in chunks([mail.uid for mail in mails], MAILS_AT_ONCE):
        here = session.still_here(part)
        stored = {mail.uid for mail in mails if mail.stored}
        _note(outcome, Settlement.GONE, [uid for uid in part if uid not in here])
        _dispose(session, [uid for uid in part if uid in here and uid in stored], outcome)
        _keep(session, [uid for uid in part if uid in here and uid not in stored], outcome)
    return outcome


def _dispose(session: ImapSession, uids: list[int], outcome: Outcome) -> None:
    disposition = session.account.disposition
    if not uids:
        return
    if session.read_only or disposition in (Disposition.LEAVE, Disposition.FLAG):
        _keep(session, uids, outcome)
        return
    goal = Settlement.MOVED if disposition is Disposition.MOVE else Settlement.DELETED
    try:
        done = _move(session, uids) if goal is Settlement.MOVED else _delete(session, uids)
    except ServerRefused:
        # MOVE may have moved some before it failed (RFC 6851 section 3.3).
        done = False
    left = session.still_here(uids) if not done else set()
    _note(outcome, goal, [uid for uid in uids if uid not in left])
    _keep(session, [uid for uid in uids if uid in left], outcome)


def _keep(session: ImapSession, uids: list[int], outcome: Outcome) -> None:
    if uids:
        leave = session.account.disposition is Disposition.LEAVE or not _flag(session, uids)
        _note(outcome, Settlement.LEFT if leave else Settlement.FLAGGED, uids)


def _move(session: ImapSession, uids: list[int]) -> bool:
    """True: they are in the target folder and gone from here. False: this server can't do that safely."""
    client = session.client
    if not client.has_capability("MOVE") and not client.has_capability("UIDPLUS"):
        return False
    with explained(session.account, "move mails"):
        target = session.server_name(session.account.move_to)
        try:
            _transfer(session, uids, target)
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            # Asked for only now: most of the time the folder is there (RFC 9051 section 7.1, TRYCREATE).
            if client.folder_exists(target):
                raise
            client.create_folder(target)
            client.subscribe_folder(target)
            _transfer(session, uids, target)
    return True


def _transfer(session: ImapSession, uids: list[int], target: str) -> None:
    if session.client.has_capability("MOVE"):
        session.client.move(uids, target)
        return
    copy_and_expunge(session, uids, target)


def _delete(session: ImapSession, uids: list[int]) -> bool:
    if not session.client.has_capability("UIDPLUS"):
        return False
    with explained(session.account, "delete mails"):
        expunge(session, uids)
    return True


def _flag(session: ImapSession, uids: list[int]) -> bool:
    """True when a lasting mark is set: our keyword where the folder keeps keywords, else \\Flagged."""
    for mark in [mark for mark in (FILED_KEYWORD, FLAGGED) if keeps(session, mark)]:
        try:
            with explained(session.account, "flag mails"):
                session.client.add_flags(uids, [mark], silent=True)
        except ServerRefused:  # some folders promise keywords and then run out of them
            continue
        return True
    return False


def _note(outcome: Outcome, how: Settlement, uids: list[int]) -> None:
    if uids:
        outcome.setdefault(how, []).extend(uids)
