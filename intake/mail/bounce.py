"""Is this message a delivery report, about whom, and why? RFC 3464 first, then what mail systems write instead."""

import re
from email import message_from_bytes
from email.message import Message

from flufl.bounce import all_failures

from intake.mail.arrival import Address, Bounce, RecipientReport
from intake.mail.bounce_patterns import BODY, DAEMON, ENHANCED, FORWARDED_SUBJECT, RETURNED_HEADER, SUBJECT
from intake.mail.bounce_prose import action_in, enhanced_in, line_with, recipients_in, split_returned, status_in
from intake.mail.bounce_recipients import told_in_prose, told_of_each
from intake.mail.delivery_status import BAD_ACTIONS, Report, read_reports
from intake.mail.headers import Headers, read_headers
from intake.mail.limits import Allowance
from intake.mail.mime import Part
from intake.mail.threads import message_id

_RETURNED_TYPES = frozenset({"message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global"})
_STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_MESSAGE_ID = re.compile(r"^[ \t>]*message-id[ \t]*:[ \t]*<([^<>\s]{1,250})>", re.IGNORECASE | re.MULTILINE)
_OWN_WORDS_CHARACTERS = 20_000


def find_bounce(root: Part, sender: Address | None, subject: str, text: str, allowance: Allowance) -> Bounce | None:
    """The delivery report in this message, None when it is none.

    Reports of success and abuse reports (RFC 5965) are none; neither is mail that only quotes a report.
    """
    if root.parameters.get("report-type", "").lower() in {"feedback-report", "disposition-notification"}:
        return None
    reports = [one for part in root.walk() if part.content_type in _STATUS_TYPES for one in _reports(part, allowance)]
    head, tail = split_returned(text)
    is_daemon = _is_from_daemon(root.headers, sender)
    if reports and not is_daemon and root.content_type != "multipart/report":
        return None  # somebody hands a report on
    if not reports and not _is_told_in_prose(root.headers, subject, head, tail, is_daemon=is_daemon):
        return None
    reports = reports or read_reports(head) or read_reports(tail[:_OWN_WORDS_CHARACTERS])
    if reports and not any(one.action in BAD_ACTIONS or (not one.action and one.status[:1] != "2") for one in reports):
        return None
    return _bounce(root, reports, subject, head, tail, allowance)


def _reports(part: Part, allowance: Allowance) -> list[Report]:
    return read_reports(part.content(allowance).decode("utf-8", "replace")[:_OWN_WORDS_CHARACTERS])


def _is_from_daemon(headers: Headers, sender: Address | None) -> bool:
    origin = f"{sender.name} {sender.address}" if sender else headers.text("from")
    return bool(DAEMON.search(origin)) or headers.text("return-path") in {"<>", "<MAILER-DAEMON>"}


def _is_told_in_prose(headers: Headers, subject: str, head: str, tail: str, *, is_daemon: bool) -> bool:
    """A report without its machine-read part. People ask a desk about lost mail, and forward reports to it:

    what comes from an ordinary sender must carry the returned headers, and be no answer and no forward.
    """
    if headers.has("x-failed-recipients"):
        return True
    if headers.text("auto-submitted").lower().startswith("auto-replied") and headers.has("in-reply-to"):
        return False
    is_subject, is_body = bool(SUBJECT.search(subject)), bool(BODY.search(head))
    if is_daemon:
        return is_subject or is_body
    is_conversation = FORWARDED_SUBJECT.match(subject) is not None or headers.has("in-reply-to")
    return is_subject and is_body and not is_conversation and RETURNED_HEADER.search(tail) is not None


def _bounce(root: Part, reports: list[Report], subject: str, head: str, tail: str, allowance: Allowance) -> Bounce:
    bad = [one for one in reports if one.action in BAD_ACTIONS] or reports
    recipients = tuple(dict.fromkeys(name for one in bad for name in one.recipients))
    if not recipients:
        recipients = tuple(_recipients(root, head, tail, allowance))
    status = next((one.status for one in bad if one.status), "")
    action = next((one.action for one in bad if one.action), "") or action_in(head, subject)
    diagnostic = next((one.diagnostic for one in bad if one.diagnostic), "")
    if status.endswith(".0.0") and not ENHANCED.search(diagnostic):
        status = enhanced_in(head, status[0]) or status
    status = status or status_in(head) or ("4.0.0" if action == "delayed" else "5.0.0")
    diagnostic = diagnostic or line_with(head, status) or line_with(head, recipients[0] if recipients else "")
    summary = RecipientReport("", action, status, diagnostic)
    told = told_of_each(bad, head, summary) or told_in_prose(recipients, head, summary)
    return Bounce(recipients, status, action, diagnostic, _original_id(root, tail, allowance), told)


def _recipients(root: Part, head: str, tail: str, allowance: Allowance) -> list[str]:
    named = root.headers.text("x-failed-recipients")
    if named:
        return list(dict.fromkeys(one.strip(" <>\t") for one in named.split(",") if "@" in one))
    strangers = {one.lower() for name in ("from", "to", "return-path") for one in _addresses(root.headers, name)}
    found = [name for name in _flufl(root, allowance) if name.lower() in head.lower()]  # not in the returned mail
    found = found or recipients_in(head, frozenset(strangers))
    if found:
        return found
    to_line = re.search(r"^[ \t>]*to[ \t]*:[^\n]*?([^\s<>,:;\"]+@[^\s<>,;\"]+)", tail, re.IGNORECASE | re.MULTILINE)
    return [to_line[1]] if to_line else []


def _addresses(headers: Headers, name: str) -> list[str]:
    return re.findall(r"[^\s<>,;\"()]+@[^\s<>,;\"()]+", headers.text(name)[:2000])


def _flufl(root: Part, allowance: Allowance) -> list[str]:
    """What flufl.bounce recognises. It gets a flat message of the first text only: it walks by recursion."""
    if not allowance.in_time("the recipients of the delivery report"):
        return []
    first = next((part for part in root.walk() if part.content_type == "text/plain" and not part.children), None)
    if first is None:
        return []
    temporary, permanent = all_failures(_flat(root.headers, first.content(allowance)[:_OWN_WORDS_CHARACTERS]))
    names = (one.decode("utf-8", "replace") for one in (*sorted(permanent), *sorted(temporary)))
    return [name for name in names if "@" in name]


def _flat(headers: Headers, content: bytes) -> Message:
    head = b"".join(
        name.encode() + b": " + b" ".join(value.split()) + b"\n"
        for name, value in headers.fields
        if name in {"from", "to", "subject", "x-failed-recipients"}
    )
    return message_from_bytes(head + b"Content-Type: text/plain\n\n" + content)


def _original_id(root: Part, tail: str, allowance: Allowance) -> str | None:
    for part in root.walk():
        if part.content_type in _RETURNED_TYPES:
            return message_id(read_headers(part.content(allowance), 0, allowance)[0])
    found = _MESSAGE_ID.search(tail)
    return found[1] if found else None
