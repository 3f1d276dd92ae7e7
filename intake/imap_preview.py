"""The first look into a mailbox: how many mails, how old, how large. Folders are opened read-only (EXAMINE).

For the listener of a mailbox that waits for an administrator's decision, and for `helpdesk setup`."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from intake.imap import ImapSession
from intake.imap_fetch import Listed, headers_of, listed
from intake.mail.parse import parse
from intake.source import Found, ServerRefused

NEWEST = 5
TEXT_MAX = 200


def look(session: ImapSession, tick: Callable[[], None] = lambda: None) -> list[Found]:
    """Every folder of the account, in their order. `tick` is called every few hundred mails, and may raise."""
    return [_look(session, name, tick) for name in session.account.folders]


def _look(session: ImapSession, name: str, tick: Callable[[], None]) -> Found:
    try:
        folder = session.select(name, only_look=True)
        mails: list[Listed] = []
        for mail in listed(session, session.uids(folder)):
            if len(mails) % 500 == 0:
                tick()
            mails.append(mail)
    except ServerRefused as error:
        return Found(name, problem=str(error))
    dated = [mail.internal_date for mail in mails if mail.internal_date]
    return Found(
        folder=name,
        mails=len(mails),
        size=sum(mail.size for mail in mails),
        oldest=min(dated, default=None),
        newest=max(dated, default=None),
        by_year=dict(sorted(Counter(moment.year for moment in dated).items())),
        newest_mails=_newest(session, mails),
    )


def _newest(session: ImapSession, mails: list[Listed]) -> tuple[tuple[str, str, datetime | None], ...]:
    ordered = sorted(mails, key=lambda mail: (mail.internal_date is not None, mail.internal_date, mail.uid))
    latest = ordered[: -NEWEST - 1 : -1]
    headers = headers_of(session, [mail.uid for mail in latest])
    return tuple((*_read(headers.get(mail.uid, b"")), mail.internal_date) for mail in latest)


def _read(block: bytes) -> tuple[str, str]:
    mail = parse(block)
    sender = f"{mail.sender.name} <{mail.sender.address}>" if mail.sender else ""
    return mail.subject[:TEXT_MAX], sender.strip()[:TEXT_MAX]
