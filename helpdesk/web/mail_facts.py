"""One mail of the ledger as people read it: its headers, where it came from, why it was decided so, its files.

For the pages of the ledger, of held mail, and “why here” on an incident."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, abort

from helpdesk.web.downloads import download
from helpdesk.web.held_reasons import reason_for
from intake.ledger import LedgerRow, Source
from intake.mail.arrival import Address, Arrival

HEADER_BLOCK_MAX = 64 * 1024
SOURCES = {
    Source.IMAP.value: "Mailbox",
    Source.SMTP.value: "SMTP",
    Source.LMTP.value: "LMTP",
    Source.FORM.value: "Web form",
    Source.IMPORT.value: "Import",
}
SETTLEMENTS = {
    "left": "left where it was",
    "flagged": "flagged",
    "moved": "moved to another folder",
    "deleted": "deleted there",
    "gone": "somebody took it out of the folder first",
}
RULES = {
    "copy": "The same mail again",
    "our own letter": "Our own letter",
    "references": "Answers a letter of ours",
    "reply address": "Sent to a signed address",
    "thread": "Answers a known mail",
    "subject": "Number in the subject",
    "no match": "A new incident",
    "consultation": "Answers a consultation",
    "an agent": "An agent decided",
    "agent mail": "An agent's mail",
}


@dataclass(frozen=True, slots=True)
class TrustWords:
    """The verdict on a sender: two words, a sentence, and how it looks."""

    name: str
    means: str
    tone: str
    glyph: str


TRUST = {
    "pass": TrustWords("Sender proven", "The sender's own domain vouches for this mail.", "good", "shield-check"),
    "fail": TrustWords(
        "Sender not genuine", "It does not come from whom it names, or was changed on the way.", "bad", "alert-triangle"
    ),
    "none": TrustWords("Sender unproven", "It was looked at, and nothing proves or disproves it.", "warn", "shield"),
    "": TrustWords("Sender not checked", "Nobody was asked whether the sender is genuine.", "", "shield"),
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a mail is where it is: everything the ledger kept of the decision."""

    rule: str
    evidence: tuple[str, ...]
    sender_check: str
    trust: TrustWords
    trust_evidence: tuple[str, ...]
    acts_as: str
    defects: tuple[str, ...]
    path: tuple[tuple[str, str | datetime], ...]


def explanation(row: LedgerRow, mailbox: str = "") -> Explanation:
    """`mailbox`: the name of the one it was fetched from."""
    return explained(row.decision, row.rule, came_by(row, mailbox))


def explained(decision: dict[str, Any], rule: str, path: tuple[tuple[str, str | datetime], ...] = ()) -> Explanation:
    """The same for a decision that no row keeps, as a dry run has."""
    trust = decision.get("trust") or {}
    return Explanation(
        rule=rule_words(rule),
        evidence=_texts(decision.get("evidence")),
        sender_check=str(decision.get("sender_check") or ""),
        trust=TRUST.get(str(trust.get("verdict") or ""), TRUST[""]),
        trust_evidence=_texts(trust.get("evidence")),
        acts_as=str(decision.get("acts_as") or ""),
        defects=_texts(decision.get("defects")),
        path=path,
    )


def rule_words(rule: str) -> str:
    return RULES.get(rule) or (reason_for(rule).name if rule else "Not decided yet")


def came_by(row: LedgerRow, mailbox: str) -> tuple[tuple[str, str | datetime], ...]:
    """When and how a mail reached the desk, as facts; moments are left for the template to word."""
    place = " › ".join(filter(None, (mailbox, row.folder)))
    on_server = SETTLEMENTS.get(row.settlement or "", "")
    facts: list[tuple[str, str | datetime | None]] = [
        ("Came by", SOURCES.get(row.source, row.source)),
        ("Mailbox", place),
        ("Reached it", row.internal_date),
        ("Taken in", row.received_at),
        ("Envelope from", row.envelope_from or ""),
        ("Envelope to", ", ".join(row.envelope_to)),
        ("On the server", on_server),
    ]
    return tuple((name, value) for name, value in facts if value)


def headers_of(arrival: Arrival) -> list[tuple[str, str]]:
    """The headers that people ask about, decoded; those it does not have are left out."""
    pairs: list[tuple[str, Any]] = [
        ("From", _people([arrival.sender] if arrival.sender else [])),
        ("Reply-To", _people(arrival.reply_to)),
        ("To", _people(arrival.to)),
        ("Cc", _people(arrival.cc)),
        ("Subject", arrival.subject),
        ("Date", arrival.date.strftime("%-d %B %Y, %H:%M UTC") if arrival.date else ""),
        ("Message-ID", arrival.message_id),
        ("In-Reply-To", " ".join(arrival.in_reply_to)),
        ("References", " ".join(arrival.references)),
        ("Return-Path", arrival.return_path),
        ("Delivered to", ", ".join(arrival.delivered_to)),
        ("Automatic", arrival.automatic.evidence if arrival.automatic else ""),
    ]
    return [(name, value) for name, value in pairs if value]


def header_block(raw: bytes) -> str:
    """The headers as they came, undecoded (RFC 5322 section 2.1: up to the first empty line)."""
    lines = raw[:HEADER_BLOCK_MAX].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return lines.decode("utf-8", "replace")


def attachment_of(arrival: Arrival, place: int) -> Response:
    """One file of a mail as a download; 404 when there is none at this place."""
    if place >= len(arrival.attachments):
        abort(404)
    found = arrival.attachments[place]
    name = "".join(character for character in found.filename if character.isprintable())
    return download(found.content, name or "attachment")


def _people(addresses: Iterable[Address]) -> str:
    return ", ".join(f"{one.name} <{one.address}>" if one.name else one.address for one in addresses)


def _texts(values: Any) -> tuple[str, ...]:
    return tuple(str(one) for one in values or ())
