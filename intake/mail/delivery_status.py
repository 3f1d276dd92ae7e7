"""Delivery status notifications as RFC 3464 writes them, in their own part or pasted into the text."""

import re
from dataclasses import dataclass

from intake.mail.bounce_patterns import ENHANCED, REPLY

_FIELD = re.compile(r"^[ \t]{0,4}([A-Za-z][A-Za-z-]{2,40})[ \t]*:[ \t]*(.*(?:\n[ \t]+\S.*)*)", re.MULTILINE)
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})
BAD_ACTIONS = frozenset({"failed", "delayed"})


@dataclass(frozen=True, slots=True)
class Report:
    """One recipient of a report. `recipients`: original first, then final (they may differ by forwarding)."""

    recipients: tuple[str, ...]
    action: str
    status: str
    diagnostic: str


def read_reports(text: str) -> list[Report]:
    """Every per-recipient group of fields (RFC 3464 section 2.3) in `text`."""
    reports = []
    for block in _BLANK_LINE.split(text.replace("\r\n", "\n")):
        fields: dict[str, str] = {}
        for name, value in _FIELD.findall(block):
            fields.setdefault(name.lower(), " ".join(value.split()))
        report = _report(fields)
        if report is not None:
            reports.append(report)
    return reports


def _report(fields: dict[str, str]) -> Report | None:
    names = [
        fields.get("original-recipient", ""),
        fields.get("final-recipient", ""),
        fields.get("x-actual-recipient", ""),
    ]
    recipients = tuple(dict.fromkeys(address for name in names if (address := _address(name))))
    if not ({"final-recipient", "original-recipient", "action"} & fields.keys()) or not (
        recipients or "status" in fields
    ):
        return None
    action = fields.get("action", "").lower().split(" ")[0].strip("();,")
    action = "failed" if action == "expired" else action  # SendGrid's word
    diagnostic = fields.get("diagnostic-code", "")
    status = _status(fields.get("status", ""), diagnostic)
    return Report(recipients, action if action in ACTIONS else "", status, diagnostic)


def _address(value: str) -> str:
    address = value.rpartition(";")[2] if ";" in value else value
    address = address.strip().split(" (")[0].strip("<> \t\"'") if '"' not in address else address.strip("<> ")
    is_address = "@" in address and (" " not in address or address.startswith('"'))  # not a pipe or a path
    return address if is_address else ""


def _status(declared: str, diagnostic: str) -> str:
    """The other server's own code, which stands last in the diagnostic; relays put their guess in front of it."""
    told = [code for code in ENHANCED.findall(diagnostic) if not code.endswith(".0.0")]
    if told:
        return str(told[-1])
    found = _STATUS.search(declared)
    if found:
        return found[0]
    reply = REPLY.search(diagnostic)
    return f"{reply[1][0]}.0.0" if reply else ""
