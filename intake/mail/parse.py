"""The way in for every mail: bytes to an Arrival. Raises for no input; what was broken stands in `defects`."""

from datetime import date as date_type
from datetime import datetime

from intake.mail.absence import away_until
from intake.mail.addresses import read_addresses, read_field
from intake.mail.arrival import Address, Arrival, Automatic
from intake.mail.attachments import read_attachments, read_file
from intake.mail.authentication import read_authentication
from intake.mail.automatic import find_automatic
from intake.mail.bodies import read_bodies
from intake.mail.bounce import find_bounce
from intake.mail.fingerprint import fingerprint
from intake.mail.forwarded import find_forwarded
from intake.mail.headers import Headers
from intake.mail.invitation import find_invitation
from intake.mail.language import language_of
from intake.mail.limits import Allowance, Limits
from intake.mail.mime import read_message
from intake.mail.protection import look_into_text, open_envelopes
from intake.mail.quotes import split_reply
from intake.mail.sanitize import as_source, clean_html, is_hostile
from intake.mail.threads import date, identifiers, message_id, received_at
from intake.mail.winmail import unpack_winmail

_DELIVERY_FIELDS = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to")
_SUBJECT_CHARACTERS = 2000


def parse(raw: bytes, *, limits: Limits = Limits()) -> Arrival:  # noqa: B008 - frozen
    """Read one message (RFC 5322, MIME). Pure; costs memory of a few times `raw`.

    Every cap of `limits` that bites is noted in `Arrival.defects` in plain words and the rest is
    still read, so the caller keeps the raw bytes and loses nothing.
    """
    allowance = Allowance(limits)
    if len(raw) > limits.bytes_max:
        allowance.note(f"larger than {limits.bytes_max} bytes: only the beginning read")
        raw = raw[: limits.bytes_max]
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    root = read_message(raw, allowance)
    headers = root.headers
    sender = _sender(headers, allowance)
    sent_at = date(headers, allowance)
    unpack_winmail(root, allowance)
    protection = open_envelopes(root, sender, received_at(headers) or sent_at, allowance)
    bodies = read_bodies(root, allowance)
    look_into_text(protection, bodies.text)
    html = _sanitised(bodies.markup, allowance)
    subject = headers.text("subject")[:_SUBJECT_CHARACTERS]
    bounce = find_bounce(root, sender, subject, bodies.text, allowance)
    split = split_reply(bodies.text, chars_max=limits.text_chars_max)
    identifier = message_id(headers)
    automatic = find_automatic(headers, subject, root.parameters.get("report-type", ""), is_bounce=bounce is not None)
    return Arrival(
        message_id=identifier,
        in_reply_to=identifiers(headers, "in-reply-to", allowance),
        references=identifiers(headers, "references", allowance),
        sender=sender,
        reply_to=read_field(headers, "reply-to", allowance),
        to=read_field(headers, "to", allowance),
        cc=read_field(headers, "cc", allowance),
        delivered_to=_delivered_to(headers),
        return_path=_return_path(headers),
        subject=subject,
        date=sent_at,
        text=bodies.text,
        html=html,
        reply_text=split.reply,
        quoted_text=split.folded,
        attachments=read_attachments(bodies, allowance),
        automatic=automatic,
        bounce=bounce,
        fingerprint=fingerprint(
            identifier, headers.text("from"), headers.text("date"), subject, bodies.text, bodies.markup
        ),
        authentication=read_authentication(headers, allowance),
        signature=protection.signature,
        signature_file=read_file(protection.file, "", allowance) if protection.file else None,
        encrypted=protection.encrypted,
        invitation=find_invitation(root, allowance),
        away_until=_away_until(automatic, split.reply, sent_at),
        language=language_of(headers, split.reply),
        forwarded=find_forwarded(root, bodies, subject, allowance) if bounce is None else None,
        interleaved=split.is_interleaved and bounce is None,
        defects=allowance.notes,
    )


def _sanitised(markup: str, allowance: Allowance) -> str:
    if not markup or not allowance.in_time("the HTML body"):
        return ""
    if len(markup) > allowance.limits.html_chars_max:
        allowance.note(f"HTML longer than {allowance.limits.html_chars_max} characters: the end not shown")
        markup = markup[: allowance.limits.html_chars_max]
    if is_hostile(markup):
        allowance.note("HTML nested too deep or of too many tags to be shown: its source is shown instead")
        return as_source(markup)
    return clean_html(markup)


def _away_until(automatic: Automatic | None, text: str, sent_at: datetime | None) -> date_type | None:
    if automatic is None or automatic.kind != "auto-replied" or sent_at is None:
        return None
    return away_until(text, sent_at.date())


def _sender(headers: Headers, allowance: Allowance) -> Address | None:
    """The first author; Sender stands in for a From that names nobody (RFC 5322 section 3.6.2)."""
    for name in ("from", "sender"):
        found = read_field(headers, name, allowance)
        if found:
            return found[0]
    return None


def _delivered_to(headers: Headers) -> tuple[str, ...]:
    values = [value for name in _DELIVERY_FIELDS for value in headers.lines(name)]
    return tuple(dict.fromkeys(one.address.lower() for value in values for one in read_addresses(value)))


def _return_path(headers: Headers) -> str | None:
    """The envelope sender: "" for the null path <> (RFC 5321 section 4.5.5), None when no field says."""
    value = headers.raw("return-path")
    if value is None:
        return None
    found = read_addresses(headers.unfolded(value))
    return found[0].address if found else ""
