"""One mail about to be decided on: what it says, where it came in, and what is known of it beforehand."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.errors import Invalid
from helpdesk.house import House
from helpdesk.mailboxes.mailbox import Mailbox, without_tag
from helpdesk.people.requester import normalized
from intake.ledger import LedgerRow, Source
from intake.mail.arrival import Arrival
from intake.mail.limits import Limits
from intake.mail.parse import parse
from intake.trust import UNKNOWN, Trust, Verdict, authors, by_results


@dataclass(frozen=True, slots=True)
class Judge:
    """The part of a mailbox that says how senders are looked at; see `helpdesk.mailboxes.mailbox`."""

    id: int
    address: str
    authserv_id: str
    checks_signatures: bool


Addressed = TypeVar("Addressed", Mailbox, Judge)


@dataclass(frozen=True, slots=True)
class Incoming:
    """`ours`: all our own addresses, retired ones too. `mailbox`: where answers leave from, None when it was written
    to none of ours. `is_old`: the server had it before we began to listen, or it was imported."""

    arrival: Arrival
    key: str
    now: datetime
    mailboxes: tuple[Mailbox, ...] = ()
    mailbox: Mailbox | None = None
    row_id: int = 0
    fingerprint: str = ""
    envelope_to: tuple[str, ...] = ()
    is_old: bool = False
    is_form: bool = False
    trust: Trust = UNKNOWN

    @property
    def ours(self) -> frozenset[str]:
        return frozenset(mailbox.address.lower() for mailbox in self.mailboxes)

    @property
    def sender(self) -> str:
        """The author's address as addresses are compared; "" when there is none that could be answered."""
        try:
            return normalized(self.arrival.sender.address) if self.arrival.sender else ""
        except Invalid:
            return ""


def read_mail(house: House, raw: bytes) -> Arrival:
    """What the bytes say, within the limits of this desk."""
    return parse(raw, limits=Limits(bytes_max=house.settings.message_bytes_max))


def all_mailboxes(session: Session) -> tuple[Mailbox, ...]:
    return tuple(session.scalars(select(Mailbox).order_by(Mailbox.id)))


def incoming(
    house: House,
    arrival: Arrival,
    mailboxes: tuple[Mailbox, ...],
    row: LedgerRow | None = None,
    *,
    envelope_to: tuple[str, ...] = (),
    mailbox: Mailbox | None = None,
    trust: Trust = UNKNOWN,
) -> Incoming:
    """Puts together what is known of a mail: of a row of the ledger, or of one that is only tried out."""
    written = tuple(row.envelope_to) if row else envelope_to
    found = mailbox or mailbox_of(arrival, written, row.mailbox_id if row else None, mailboxes)
    fingerprint = arrival.fingerprint if arrival.message_id or row is None else row.sha256 or ""
    made = Incoming(
        arrival=arrival,
        key=house.signing_key,
        now=house.clock.now(),
        mailboxes=mailboxes,
        mailbox=found,
        envelope_to=written,
        fingerprint=fingerprint,
        trust=trust,
    )
    if row is None:
        return made
    return replace(made, row_id=row.id, is_old=_is_old(row, found), is_form=row.source == Source.FORM.value)


def mailbox_of(
    arrival: Arrival, envelope_to: Iterable[str], fetched_from: int | None, mailboxes: Iterable[Addressed]
) -> Addressed | None:
    """The mailbox it was fetched from, or that it was written to: answers leave from there."""
    if fetched_from:
        return next((one for one in mailboxes if one.id == fetched_from), None)
    people: list[str] = [person.address for person in (*arrival.to, *arrival.cc)]
    named = (*envelope_to, *arrival.delivered_to, *people)
    wanted = {without_tag(address.strip().lower()) for address in named}
    return next((one for one in mailboxes if one.address.lower() in wanted), None)


def _is_old(row: LedgerRow, mailbox: Mailbox | None) -> bool:
    if row.import_id is not None or row.hints.get("old"):
        return True
    since = mailbox.listening_since if mailbox else None
    return bool(row.mailbox_id and since and row.internal_date and row.internal_date < since)


def judges(session: Session) -> tuple[Judge, ...]:
    """How each mailbox wants senders looked at; a light look, without the mailboxes themselves."""
    rows = session.execute(
        select(Mailbox.id, Mailbox.address, Mailbox.authserv_id, Mailbox.checks_signatures).order_by(Mailbox.id)
    )
    return tuple(Judge(*row) for row in rows)


def trust_in(house: House, raw: bytes, arrival: Arrival, judge: Judge | Mailbox | None) -> Trust:
    """The verdict on the sender, as the mailbox asks for it. May ask the DNS: call it outside transactions."""
    if judge is None or not (judge.authserv_id or judge.checks_signatures):
        return UNKNOWN
    if authors(raw) > 1:
        return Trust(Verdict.NONE, ("It has several From fields, so nobody can say who wrote it.",))
    said = by_results(arrival, judge.authserv_id)
    if said.verdict is not Verdict.UNKNOWN or not judge.checks_signatures:
        return said
    # Only here: the DNS and DKIM libraries are nothing that every process should load at its start.
    from intake.signatures import by_signature, dns_lookup

    return by_signature(raw, arrival, dns_lookup(house.settings.dns_server))
