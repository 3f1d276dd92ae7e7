"""Was this message sent by a machine? RFC 3834 first, then the headers and subjects that mail programs use instead."""

from intake.mail.arrival import Automatic, AutomaticKind
from intake.mail.automatic_signs import (
    BULK_HEADERS,
    DENIALS,
    GENERATED_HEADERS,
    REPLY_HEADERS,
    SUPPRESSED,
    VACATION_SUBJECT,
    VACATION_SUBJECT_ENDS,
)
from intake.mail.headers import Headers


def find_automatic(headers: Headers, subject: str, report_type: str, *, is_bounce: bool) -> Automatic | None:
    """The strongest sign and its evidence, None for mail that a person wrote. Keep such mail; never answer it."""
    if is_bounce:
        return Automatic("auto-generated", "delivery report")
    return (
        _auto_submitted(headers)
        or _reply_header(headers)
        or _vacation(subject, headers)
        or _receipt(report_type)
        or _generated_header(headers)
        or _precedence(headers)
        or _suppressed(headers)
        or _list(headers)
        or _null_path(headers)
    )


def _auto_submitted(headers: Headers) -> Automatic | None:
    """RFC 3834 section 5; "no" is what a person's mail may say."""
    value = headers.text("auto-submitted").lower()
    keyword = value.partition(";")[0].partition("(")[0].strip()
    if keyword in {"", "no"}:
        return None
    kind: AutomaticKind = "auto-replied" if keyword.startswith("auto-replied") else "auto-generated"
    return Automatic(kind, f"Auto-Submitted: {value[:80]}")


def _reply_header(headers: Headers) -> Automatic | None:
    for name, meaning in REPLY_HEADERS.items():
        if headers.has(name):
            value = headers.text(name)
            if value.lower() not in DENIALS and meaning.search(value):
                return Automatic("auto-replied", f"{name.title()}: {value[:80]}")
    return None


def _generated_header(headers: Headers) -> Automatic | None:
    for name in GENERATED_HEADERS:
        value = headers.text(name)
        if value and value.lower() not in DENIALS:
            return Automatic("auto-generated", f"{name.title()}: {value[:80]}")
    return None


def _vacation(subject: str, headers: Headers) -> Automatic | None:
    found = VACATION_SUBJECT.match(subject)
    if found is None:
        return None
    is_answer = headers.has("in-reply-to") or headers.has("references")
    is_title = VACATION_SUBJECT_ENDS.match(subject, found.end()) is not None
    return Automatic("auto-replied", f"Subject: {subject[:80]}") if is_title or is_answer else None


def _receipt(report_type: str) -> Automatic | None:
    is_receipt = report_type.lower() == "disposition-notification"  # RFC 8098
    return Automatic("auto-replied", "read receipt") if is_receipt else None


def _precedence(headers: Headers) -> Automatic | None:
    value = headers.text("precedence").lower()
    if value in {"auto_reply", "auto-reply", "autoreply"}:
        return Automatic("auto-replied", f"Precedence: {value}")
    return Automatic("bulk", f"Precedence: {value}") if value in {"bulk", "junk", "list"} else None


def _suppressed(headers: Headers) -> Automatic | None:
    value = headers.text("x-auto-response-suppress")
    return Automatic("auto-generated", f"X-Auto-Response-Suppress: {value[:80]}") if SUPPRESSED.search(value) else None


def _list(headers: Headers) -> Automatic | None:
    name = next((name for name in BULK_HEADERS if headers.has(name)), None)
    return Automatic("bulk", f"{name.title()}: {headers.text(name)[:80]}") if name else None


def _null_path(headers: Headers) -> Automatic | None:
    value = headers.raw("return-path")
    is_null = value is not None and value.strip() in {b"<>", b"<MAILER-DAEMON>"}
    return Automatic("auto-generated", "Return-Path: <>") if is_null else None
