"""Takes mails out of the selected folder in batches, without marking them as read. Used by the listener."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from intake.imap import ImapSession, explained
from intake.source import Fetched, MailboxAccount, Unreachable

LISTED_AT_ONCE = 500
HEADER_BYTES_MAX = 64 * 1024
TOO_LARGE = "larger than this mailbox takes ({size} of {cap} bytes); the mail is still on the server"
WITHHELD = "the server doesn't hand out this mail ({reason}); look at it with a mail program"

Answer = dict[bytes, Any]


@dataclass(frozen=True)
class Listed:
    """What is known of a mail before its body is fetched."""

    uid: int
    size: int  # bytes, as the server says; 0 when it doesn't
    internal_date: datetime | None


def batches(session: ImapSession, uids: Sequence[int], alone: Set[int] = frozenset()) -> Iterator[list[Listed]]:
    """Cuts `uids` into batches bounded by count and bytes. What is gone is left out; `alone` get one each."""
    batch: list[Listed] = []
    filled = 0
    for mail in listed(session, uids, alone):
        weight = _weight(mail, session.account)
        full = len(batch) >= session.account.batch or filled + weight > session.account.batch_bytes
        if batch and (full or mail.uid in alone):
            yield batch
            batch, filled = [], 0
        if mail.uid in alone:
            yield [mail]
            continue
        batch.append(mail)
        filled += weight
    if batch:
        yield batch


def fetch(session: ImapSession, mails: Sequence[Listed]) -> list[Fetched]:
    """One batch. Mails that vanished meanwhile are left out; one that can't be had comes with its problem."""
    cap = session.account.message_bytes_max
    wanted = [mail.uid for mail in mails if mail.size <= cap]
    bodies = _bodies(session, wanted)
    if missing := [uid for uid in wanted if uid not in bodies]:
        bodies |= _bodies(session, missing)
    missing = [uid for uid in missing if uid not in bodies]
    gone = set(missing) - session.still_here(missing)
    return [_fetched(session, mail, bodies.get(mail.uid)) for mail in mails if mail.uid not in gone]


def _bodies(session: ImapSession, uids: list[int]) -> dict[int, bytes]:
    answers = _answers(session, uids, ["BODY.PEEK[]"])
    return {uid: body for uid, answer in answers.items() if (body := _body(answer)) is not None}


def headers_of(session: ImapSession, uids: Sequence[int]) -> dict[int, bytes]:
    """Subject and sender of each, as header lines; without those that have none to give."""
    answers = _answers(session, list(uids), ["BODY.PEEK[HEADER.FIELDS (SUBJECT FROM)]"]) if uids else {}
    return {uid: body for uid, answer in answers.items() if (body := _body(answer)) is not None}


def withheld(uid: int, reason: str, listed: Listed | None = None) -> Fetched:
    """A mail whose body can't be had; recorded, so that somebody sees it and it stops no other."""
    known = listed or Listed(uid, 0, None)
    return Fetched(uid, known.internal_date, None, known.size, problem=WITHHELD.format(reason=reason))


def _fetched(session: ImapSession, mail: Listed, raw: bytes | None) -> Fetched:
    cap = session.account.message_bytes_max
    size = max(mail.size, len(raw or b""))  # RFC822.SIZE is an estimate on some servers
    if raw is not None and len(raw) <= cap:
        return Fetched(mail.uid, mail.internal_date, raw, size)
    if size <= cap:
        return withheld(mail.uid, "it is listed, but has no body", mail)
    problem = TOO_LARGE.format(size=size, cap=cap)
    return Fetched(mail.uid, mail.internal_date, None, size, _header(session, mail.uid), problem)


def _header(session: ImapSession, uid: int) -> bytes | None:
    answers = _answers(session, [uid], [f"BODY.PEEK[HEADER]<0.{HEADER_BYTES_MAX}>"])
    return _body(answers.get(uid, {}))


def listed(session: ImapSession, uids: Sequence[int], alone: Set[int] = frozenset()) -> Iterator[Listed]:
    """Size and date of each, ascending. What is gone is left out; `alone` are asked for one by one."""
    for part in _parts(uids, alone):
        for uid, answer in sorted(_answers(session, part, ["RFC822.SIZE", "INTERNALDATE"]).items()):
            yield Listed(uid, _size(answer), _moment(answer))


def _parts(uids: Sequence[int], alone: Set[int]) -> Iterator[list[int]]:
    part: list[int] = []
    for uid in uids:
        if part and (len(part) == LISTED_AT_ONCE or {uid, part[-1]} & alone):
            yield part
            part = []
        part.append(uid)
    if part:
        yield part


def _answers(session: ImapSession, uids: list[int], items: list[str]) -> dict[int, Answer]:
    """FETCH for all at once, and one by one when that is refused, so that one bad mail stops no other."""
    with explained(session.account, "hand out mails"):
        try:
            session.asking_for = uids
            return dict(session.client.fetch(uids, items))
        except IMAPClientAbortError:
            raise
        except (IMAPClientError, ValueError) as error:
            if "got more than" in str(error):
                # imaplib gave up in the middle of a line: what follows on this connection makes no sense.
                raise Unreachable(f"{session.account.host} answers in too long a line ({error})") from error
    if len(uids) == 1:
        return {uids[0]: {}}
    return {uid: answer for one in uids for uid, answer in _answers(session, [one], items).items()}


def _weight(mail: Listed, account: MailboxAccount) -> int:
    # Of a mail over the cap only the header will come.
    return mail.size if mail.size <= account.message_bytes_max else HEADER_BYTES_MAX


def _size(answer: Answer) -> int:
    size = answer.get(b"RFC822.SIZE")
    return size if isinstance(size, int) else 0


def _moment(answer: Answer) -> datetime | None:
    moment = answer.get(b"INTERNALDATE")
    return moment if isinstance(moment, datetime) and moment.tzinfo else None


def _body(answer: Answer) -> bytes | None:
    # Only one section is ever asked for; a part of it is answered as "BODY[HEADER]<0>", or without the "<0>".
    found = next((value for key, value in answer.items() if key.upper().startswith(b"BODY[")), None)
    return found if isinstance(found, bytes) else None
