"""Moves mails on servers without MOVE (RFC 6851): COPY, then EXPUNGE, and not twice when killed in between.

Before it is copied, a mail gets our keyword. One that has it already, and isn't settled yet, was interrupted: then
the target is searched for its copy, byte by byte the same, before it is copied again."""

from datetime import datetime
from typing import Any

from intake.imap import ImapSession
from intake.source import Unreachable

FILED_KEYWORD = b"$HelpdeskFiled"
ANY_KEYWORD = rb"\*"
DELETED = rb"\Deleted"

Key = tuple[int, datetime | None]  # size in bytes, and when the server received it, which a copy keeps


def keeps(session: ImapSession, mark: bytes) -> bool:
    """Whether the open folder keeps this flag or keyword for good."""
    allowed = session.permanent_flags
    return mark in allowed or (not mark.startswith(b"\\") and ANY_KEYWORD in allowed)


def copy_and_expunge(session: ImapSession, uids: list[int], target: str) -> None:
    """Needs UIDPLUS. Raises what imapclient raises."""
    there = _copied_before(session, _interrupted(session, uids), target)
    rest = [uid for uid in uids if uid not in there]
    if rest:
        if keeps(session, FILED_KEYWORD):
            session.client.add_flags(rest, [FILED_KEYWORD], silent=True)
        session.client.copy(rest, target)
    expunge(session, uids)


def expunge(session: ImapSession, uids: list[int]) -> None:
    # A bare EXPUNGE would also remove what other people marked as deleted; UID EXPUNGE names ours (RFC 4315).
    session.client.add_flags(uids, [DELETED], silent=True)
    session.client.uid_expunge(uids)


def _interrupted(session: ImapSession, uids: list[int]) -> list[int]:
    """Those that may have been copied already; all of them where no keyword can tell."""
    if not keeps(session, FILED_KEYWORD):
        return uids
    return [uid for uid, answer in session.client.fetch(uids, ["FLAGS"]).items() if FILED_KEYWORD in answer[b"FLAGS"]]


def _copied_before(session: ImapSession, uids: list[int], target: str) -> set[int]:
    if not uids or not session.client.folder_exists(target):
        return set()
    wanted = _keys(session, uids)
    source, flags = session.selected, session.permanent_flags
    session.client.select_folder(target, readonly=True)
    try:
        copies = {uid: found for uid, key in wanted.items() if (found := _alike(session, key))}
        bodies = {copy: _body(session, copy) for found in copies.values() for copy in found}
    finally:
        session.client.select_folder(source)
        session.permanent_flags = flags
    return _paired(session, copies, bodies)


def _paired(session: ImapSession, copies: dict[int, list[int]], bodies: dict[int, bytes]) -> set[int]:
    """Each copy stands for one mail only."""
    there = set()
    for uid, found in copies.items():
        mail = _body(session, uid)
        match = next((copy for copy in found if bodies.get(copy) == mail), None)
        if match is not None:
            del bodies[match]
            there.add(uid)
    return there


def _keys(session: ImapSession, uids: list[int]) -> dict[int, Key]:
    answers = session.client.fetch(uids, ["RFC822.SIZE", "INTERNALDATE"])
    return {uid: (answer[b"RFC822.SIZE"], answer.get(b"INTERNALDATE")) for uid, answer in answers.items()}


def _alike(session: ImapSession, key: Key) -> list[int]:
    """Mails of the open folder with the same size and date: no header is trusted, and none needed."""
    size, _ = key
    same_size = session.client.search(f"LARGER {size - 1} SMALLER {size + 1}" if size else "SMALLER 1")
    return [uid for uid, found in _keys(session, same_size).items() if found == key] if same_size else []


def _body(session: ImapSession, uid: int) -> bytes:
    answer: dict[bytes, Any] = session.client.fetch([uid], ["BODY.PEEK[]"]).get(uid, {})
    body = answer.get(b"BODY[]")
    if not isinstance(body, bytes):
        raise Unreachable(f"{session.account.host} didn't hand out a mail that is to be moved; it is tried again")
    return body
