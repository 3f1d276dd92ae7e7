"""Arrivals as JSON for `helpdesk mail parse --jsonl`: for scripts, and for measuring the parser."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from intake.mail.arrival import Address, Arrival, Attachment, AuthenticationResults, Bounce, Forwarded, Invitation
from intake.mail.bounce_kind import kind_of
from intake.mail.parse import parse


def walk(paths: Iterable[Path | str]) -> Iterator[dict[str, object]]:
    """One JSON object for each file named and each *.eml below a folder named, with its path under "file"."""
    for path in paths:
        start = Path(path)
        files = sorted(start.rglob("*.eml")) if start.is_dir() else [start]
        for file in files:
            yield _read(file)


def to_json(arrival: Arrival) -> dict[str, object]:
    """The arrival with lists and strings only; attachments by digest, without their content."""
    return {
        "from": _address(arrival.sender) if arrival.sender else None,
        "reply_to": [_address(one) for one in arrival.reply_to],
        "to": [_address(one) for one in arrival.to],
        "cc": [_address(one) for one in arrival.cc],
        "delivered_to": list(arrival.delivered_to),
        "return_path": arrival.return_path,
        "subject": arrival.subject,
        "date": arrival.date.isoformat() if arrival.date else None,
        "message_id": arrival.message_id,
        "in_reply_to": list(arrival.in_reply_to),
        "references": list(arrival.references),
        "body_text": arrival.text,
        "body_html": arrival.html,
        "reply_text": arrival.reply_text,
        "quoted_text": arrival.quoted_text,
        "attachments": [_attachment(one) for one in arrival.attachments] + _signature_file(arrival),
        "auto_generated": arrival.automatic is not None,
        "automatic": _automatic(arrival),
        "bounce": _bounce(arrival.bounce) if arrival.bounce else None,
        "authentication": [_authentication(one) for one in arrival.authentication],
        "signature": asdict(arrival.signature) if arrival.signature else None,
        "encrypted": arrival.encrypted,
        "invitation": _invitation(arrival.invitation) if arrival.invitation else None,
        "forwarded": _forwarded(arrival.forwarded) if arrival.forwarded else None,
        "away_until": arrival.away_until.isoformat() if arrival.away_until else None,
        "language": arrival.language,
        "interleaved": arrival.interleaved,
        "defects": list(arrival.defects),
        "fingerprint": arrival.fingerprint,
    }


def _read(file: Path) -> dict[str, object]:
    try:
        raw = file.read_bytes()
    except OSError as error:
        return {"file": str(file), "error": f"cannot be read: {error.strerror}"}
    return {"file": str(file), **to_json(parse(raw))}


def _address(one: Address) -> dict[str, str]:
    return {"name": one.name, "address": one.address}


def _attachment(one: Attachment) -> dict[str, object]:
    return {
        "filename": one.filename,
        "content_type": one.content_type,
        "size": one.size,
        "sha256": one.sha256,
        "inline": one.inline,
        "content_id": one.content_id,
    }


def _signature_file(arrival: Arrival) -> list[dict[str, object]]:
    """The detached signature closes the list, marked as nothing that a person opens."""
    return [_attachment(arrival.signature_file) | {"inline": True}] if arrival.signature_file else []


def _authentication(one: AuthenticationResults) -> dict[str, object]:
    results = [{"method": method, "result": result, **found} for method, result, found in one.results]
    return {"authserv_id": one.authserv_id, "results": results}


def _invitation(one: Invitation) -> dict[str, object]:
    return asdict(one) | {"starts_at": _time(one.starts_at), "ends_at": _time(one.ends_at)}


def _forwarded(one: Forwarded) -> dict[str, object]:
    return asdict(one) | {"date": _time(one.date)}


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _automatic(arrival: Arrival) -> dict[str, str] | None:
    found = arrival.automatic
    return {"kind": found.kind, "evidence": found.evidence} if found else None


def _bounce(one: Bounce) -> dict[str, object]:
    return {
        "recipient": one.recipients[0] if one.recipients else "",
        "recipients": list(one.recipients),
        "status": one.status,
        "action": one.action,
        "diagnostic": one.diagnostic,
        "original_message_id": one.original_message_id,
        "reports": [asdict(report) | {"kind": kind_of(report)} for report in one.reports],
    }
