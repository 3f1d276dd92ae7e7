"""Whom an answer goes to: the people of the mail answered, as far as they take part. Nobody else, unless an agent
adds them; and whom an agent has never written to here must be confirmed first."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from helpdesk.errors import Invalid
from helpdesk.incidents.participants import add_participant, copied, third_parties
from helpdesk.incidents.thread import Entry, EntryKind, Words
from helpdesk.journal import Actor
from helpdesk.mailboxes.mailbox import own_addresses
from helpdesk.people.mail_domains import is_public
from helpdesk.people.requester import Address, Requester, normalized

if TYPE_CHECKING:
    from helpdesk.incidents.incident import Incident

RECIPIENTS_MAX = 50


class Mark(StrEnum):
    """What somebody is to this incident."""

    REQUESTER = "requester"
    COPIED = "copied"
    NEW = "new"


class Line(StrEnum):
    """Where they stand on the answer; OFFERED: nowhere, unless an agent says so."""

    TO = "to"
    CC = "cc"
    OFFERED = ""


@dataclass(frozen=True, slots=True)
class Recipient:
    """`outside`: of neither the requester's organisation nor ours. `to_confirm`: nothing leaves before an agent
    has said that they mean it."""

    address: str
    name: str
    mark: Mark
    line: Line
    outside: bool = False
    to_confirm: bool = False


class Unconfirmed(Invalid):
    """Recipients whom an agent has to confirm first."""

    def __init__(self, addresses: list[str]) -> None:
        super().__init__(
            f"Confirm that you mean to write to {', '.join(addresses)}: new in this conversation, or of another "
            "organisation.",
            field="confirmed",
        )
        self.addresses = addresses


def recipients_of(session: Session, incident: "Incident") -> list[Recipient]:
    """Everybody whom the next answer may go to, those it does go to first."""
    people = _People(session, incident)
    found = [people.known(address, line) for address, line in _lines(session, incident, people.ours).items()]
    return sorted(found, key=lambda one: list(Line).index(one.line))


def chosen(session: Session, incident: "Incident", to: Iterable[str], cc: Iterable[str]) -> list[Recipient]:
    """The same with somebody's choice of To and Cc; whoever was not chosen stays offered. Raises Invalid for what
    is no address, for nobody at all, and for a third party."""
    people, hidden = _People(session, incident), third_parties(incident)
    lines = dict.fromkeys(_lines(session, incident, people.ours), Line.OFFERED)
    wanted = {normalized(address): Line.CC for address in cc} | {normalized(address): Line.TO for address in to}
    if not wanted:
        raise Invalid("Choose at least one person to write to.", field="to")
    if Line.TO not in wanted.values():
        wanted[next(iter(wanted))] = Line.TO
    if len(wanted) > RECIPIENTS_MAX:
        raise Invalid(f"Write to {RECIPIENTS_MAX} people at most.", field="cc")
    for address in wanted.keys() & hidden.keys():
        raise Invalid(f"{address} was consulted without the requester's knowledge. Take them out here.", field="cc")
    for address in wanted.keys() & people.ours:
        raise Invalid(f"{address} is a mailbox of this desk. Take it out here.", field="cc")
    return [people.known(address, line) for address, line in (lines | wanted).items()]


def confirm(recipients: Iterable[Recipient], confirmed: Collection[str]) -> None:
    """Raises Unconfirmed when the answer goes to somebody who needs it and was not confirmed."""
    asked = [one.address for one in recipients if one.line and one.to_confirm and one.address not in confirmed]
    if asked:
        raise Unconfirmed(asked)


def on_line(recipients: Iterable[Recipient], line: Line) -> tuple[str, ...]:
    return tuple(one.address for one in recipients if one.line is line)


def addressed(incident: "Incident", words: Words, *, by: Actor, at: datetime) -> Words:
    """The words of a reply with whom they go to. Whoever is new takes part from now on, so that their answer joins."""
    session = object_session(incident)
    if session is None:
        raise RuntimeError("an incident must be in a session before somebody is answered")
    if words.to:
        given = chosen(session, incident, words.to, words.cc)
    else:
        given = recipients_of(session, incident)
        lines = {one.address: one.line for one in given}
        new = [address for one in words.cc if not lines.get(address := normalized(one))]
        given = chosen(session, incident, on_line(given, Line.TO), (*on_line(given, Line.CC), *new)) if new else given
    for one in given:
        if one.line and one.address and one.mark is Mark.NEW:
            add_participant(incident, one.address, one.name, by=by, at=at)
    return replace(words, to=on_line(given, Line.TO), cc=on_line(given, Line.CC))


def _lines(session: Session, incident: "Incident", ours: frozenset[str]) -> dict[str, Line]:
    own, along = {one.address for one in incident.requester.addresses}, copied(incident)
    answered = _answered(incident)
    sender = _sender(session, incident, answered) if answered else ""
    lines = {sender if sender in own or sender in along else _latest_of_requester(incident): Line.TO}
    if not own & lines.keys():
        lines[_latest_of_requester(incident)] = Line.CC  # it is their incident, whoever else writes
    on_mail = _on_mail(answered, ours) if answered else None
    for address in along:
        kept = on_mail is None or address in on_mail
        lines.setdefault(address, Line.CC if kept else Line.OFFERED)
    hidden = third_parties(incident)
    for address in (sender, *(on_mail or ())):
        if address and address not in own and address not in hidden:
            lines.setdefault(address, Line.OFFERED)
    return lines


def _answered(incident: "Incident") -> Entry | None:
    """What an answer answers: the last message of a person, else of a machine."""
    messages = [one for one in incident.entries if one.kind == EntryKind.MESSAGE.value]
    return next((one for one in reversed(messages) if not one.automatic), messages[-1] if messages else None)


def _sender(session: Session, incident: "Incident", entry: Entry) -> str:
    if entry.sender:
        return entry.sender.strip().lower()
    if entry.author_kind != "requester" or entry.author_id in (None, incident.requester_id):
        return incident.requester.address
    writer = session.get(Requester, entry.author_id)
    return writer.address if writer else ""


def _latest_of_requester(incident: "Incident") -> str:
    """The address that the requester wrote from last, for one person may have several."""
    own = [one.address for one in incident.requester.addresses]
    wrote = (one.sender.strip().lower() for one in reversed(incident.entries) if one.kind == EntryKind.MESSAGE.value)
    return next((address for address in wrote if address in own), incident.requester.address)


def _on_mail(entry: Entry, ours: frozenset[str]) -> set[str] | None:
    """Who else was on this mail; None for what came by another way, which names nobody."""
    if not (entry.message_id or entry.sender):
        return None
    return {one.strip().lower() for one in (*entry.to, *entry.cc)} - ours


class _People:
    """What is known of addresses, asked for once."""

    def __init__(self, session: Session, incident: "Incident") -> None:
        self.own = {one.address for one in incident.requester.addresses}
        self.requester_name = incident.requester.name
        self.copied = copied(incident)
        self.ours = own_addresses(session)
        domains = {address.rpartition("@")[2] for address in (*self.ours, *self.own)}
        self.inside = {domain for domain in domains if not is_public(domain)}
        written = (one for one in incident.entries if one.kind == EntryKind.REPLY.value and not one.withdrawn_at)
        self.written_to = {address for one in written for address in (*one.to, *one.cc)}
        self.names = _names(session, self.copied.keys())

    def known(self, address: str, line: Line) -> Recipient:
        if address in self.own:
            return Recipient(address, self.requester_name, Mark.REQUESTER, line)
        mark = Mark.COPIED if address in self.copied else Mark.NEW
        name = self.copied.get(address, "") or self.names.get(address, "")
        outside = address.rpartition("@")[2] not in self.inside
        to_confirm = mark is Mark.NEW or (outside and address not in self.written_to)
        return Recipient(address, name, mark, line, outside, to_confirm)


def _names(session: Session, addresses: Collection[str]) -> dict[str, str]:
    if not addresses:
        return {}
    query = select(Address.address, Requester.name).join(Requester).where(Address.address.in_(addresses))
    return {address: name for address, name in session.execute(query) if name != address}
