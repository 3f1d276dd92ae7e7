"""Senders about whom agents decided for good: whose mail always comes in, and whose is always held.

Matching asks `sender_rule` of every mail; held mail and its settings page make and take back the rules."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpdesk.base import Base
from helpdesk.errors import Invalid, NotAllowed
from helpdesk.journal import Actor
from helpdesk.mailboxes.mailbox import own_addresses
from helpdesk.people.agent import agent_by_email
from helpdesk.people.permissions import Permission
from helpdesk.people.requester import normalized

NOTE_LENGTH_MAX = 500


class SenderVerdict(StrEnum):
    ALLOW = "allow"  # never held as an automatic answer or a suspected loop
    BLOCK = "block"  # held, whatever it says


class SenderRule(Base):
    """`address` is one address, or "@example.org" for all of a domain (not of what is below it)."""

    __tablename__ = "sender_rules"

    address: Mapped[str] = mapped_column(unique=True)
    verdict: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(default="")


def sender_rule(session: Session, address: str) -> SenderRule | None:
    """What was decided about this address; one about the address itself goes before one about its domain."""
    clean = address.strip().lower()
    domain = f"@{clean.rpartition('@')[2]}"
    query = select(SenderRule).where(SenderRule.address.in_([clean, domain]))
    found = {rule.address: rule for rule in session.scalars(query)}
    return found.get(clean) or found.get(domain)


def decide_on_sender(
    session: Session, address: str, verdict: SenderVerdict, *, by: Actor, at: datetime, note: str = ""
) -> SenderRule:
    """Makes the rule, or changes the one there is; the door commits.

    Raises Invalid for what is no address, and for blocking the desk itself or an agent."""
    _may(by)
    clean = _place(address)
    if verdict is SenderVerdict.BLOCK:
        _check_block(session, clean)
    rule = session.scalars(select(SenderRule).where(SenderRule.address == clean)).first()
    if rule is None:
        rule = SenderRule(address=clean)
        session.add(rule)
    rule.verdict, rule.made_by, rule.made_at, rule.note = verdict.value, by.name, at, note.strip()[:NOTE_LENGTH_MAX]
    session.flush()
    return rule


def forget_sender(session: Session, rule: SenderRule, *, by: Actor) -> None:
    """Its mail is dealt with like anybody's again; the door commits."""
    _may(by)
    session.delete(rule)


def all_sender_rules(session: Session, limit: int = 1000) -> list[SenderRule]:
    """Ordered by domain and address."""
    rules = session.scalars(select(SenderRule).order_by(SenderRule.address).limit(limit))
    return sorted(rules, key=lambda rule: (rule.address.rpartition("@")[2], rule.address))


def _place(address: str) -> str:
    clean = address.strip().lower()
    if clean.count("@") != 1:
        raise Invalid(f"“{clean[:80]}” is neither an address nor a domain such as @example.org.", field="address")
    if clean.startswith("@"):
        return normalized(f"anybody{clean}").removeprefix("anybody")
    return normalized(clean)


def _check_block(session: Session, place: str) -> None:
    ours = own_addresses(session)
    domains = {one.rpartition("@")[2] for one in ours}
    if place in ours or place.removeprefix("@") in domains:
        raise Invalid(f"{place} is where this desk itself writes from. Block single addresses there.", field="address")
    if agent_by_email(session, place):
        raise Invalid(f"{place} belongs to an agent. Take their access away under Settings instead.", field="address")


def _may(by: Actor) -> None:
    if not by.may(Permission.HANDLE_HELD_MAIL):
        raise NotAllowed("You may not decide whose mail comes in. Ask a lead or an administrator.")
