"""Whose mail does this mail hand on? Read from the attached message or the header block above the forwarded text.

Never guessed: one attached message only, or one block under a line or subject that says "forwarded", naming an address.
"""

import re

from intake.mail.addresses import read_addresses, read_field
from intake.mail.arrival import Address, Forwarded
from intake.mail.bodies import Bodies, read_bodies
from intake.mail.headers import Headers
from intake.mail.limits import Allowance
from intake.mail.mime import Part, read_message
from intake.mail.quote_headers import FORWARD, FORWARD_SUBJECT
from intake.mail.quote_marks import Mark, is_quoted, is_separator, kind_of_label, label_of, mark_at, may_open_mark
from intake.mail.threads import date
from intake.mail.written_dates import offset_minutes, read_moment

_CHARACTERS_MAX = 100_000
_LOOKS_MAX = 200
_LINES_MAX = 5000
_WRAPPED_LINES = 3  # of one value of a header block
_BOLD = re.compile(r"[*_\u200e\u200f\u202a-\u202e]")
_MAILTO = re.compile(r"\[\s*mailto:\s*([^\]\s]{3,254})\s*\]", re.IGNORECASE)


def find_forwarded(root: Part, bodies: Bodies, subject: str, allowance: Allowance) -> Forwarded | None:
    """The mail inside a forwarding mail, None where there is none or where it is not certain which or whose."""
    enclosed = [part for part in bodies.files if part.content_type in {"message/rfc822", "message/global"}]
    if len(enclosed) == 1 and root.content_type not in {"multipart/report", "multipart/digest"}:
        return _attached(enclosed[0], allowance)
    is_likely = FORWARD_SUBJECT.match(subject) or FORWARD.search(bodies.text, 0, _CHARACTERS_MAX)
    if enclosed or not is_likely or not allowance.in_time("the forwarded mail"):
        return None
    return _inline(bodies.text, subject, root.headers)


def _attached(part: Part, allowance: Allowance) -> Forwarded | None:
    message = read_message(part.content(allowance), allowance)
    senders = read_field(message.headers, "from", allowance)
    if len(senders) != 1:
        return None
    return Forwarded(
        sender=senders[0],
        subject=message.headers.text("subject"),
        date=date(message.headers, allowance),
        text=read_bodies(message, allowance).text,
        quoted_from="attached message",
    )


def _inline(text: str, subject: str, headers: Headers) -> Forwarded | None:
    lines = _opened(text.split("\n", _LINES_MAX))
    mark = _first_history(lines)
    if mark is None or not _is_forward(lines[mark.begin], subject):
        return None
    fields = _fields(lines[mark.begin : mark.end])
    sender = _sender(fields.get("sender", ""))
    if sender is None or "subject" not in fields:
        return None
    inner = lines[mark.end :]
    if any(line.strip() for line in inner) and all(is_quoted(line) for line in inner if line.strip()):
        inner = [_unquoted(line) for line in inner]
    return Forwarded(
        sender=sender,
        subject=fields["subject"],
        date=read_moment(fields.get("date", ""), offset_minutes(headers.text("date"))),
        text="\n".join(inner).strip("\n"),
        quoted_from="forwarded text",
    )


def _opened(lines: list[str]) -> list[str]:
    """Apple Mail quotes what it forwards, the line "Begin forwarded message" and all: one level is taken off."""
    begin = next((index for index, line in enumerate(lines) if is_quoted(line)), len(lines))
    if begin == len(lines) or not _says_forward(lines[begin].lstrip("> \t")):
        return lines
    return [
        *lines[:begin],
        *(line.lstrip()[1:].removeprefix(" ") if is_quoted(line) else line for line in lines[begin:]),
    ]


def _unquoted(line: str) -> str:
    return line.lstrip().removeprefix(">").removeprefix(" ") if is_quoted(line) else line


def _first_history(lines: list[str]) -> Mark | None:
    """The first mark that hands over to an earlier mail."""
    looks = 0
    for index, line in enumerate(lines):
        if not line.strip() or not may_open_mark(line):
            continue
        looks += 1
        mark = mark_at(lines, index)
        if mark is not None or looks > _LOOKS_MAX:
            return mark
    return None


def _is_forward(line: str, subject: str) -> bool:
    """A line that says so ("Forwarded message"), or Outlook's bare header block under a subject that does ("FW:")."""
    return _says_forward(line) or FORWARD_SUBJECT.match(subject) is not None


def _says_forward(line: str) -> bool:
    return is_separator(line) and FORWARD.search(line) is not None


def _fields(lines: list[str]) -> dict[str, str]:
    """The values of a header block by what they are; wrapped values are joined, the first of two counts."""
    fields: dict[str, str] = {}
    last, wrapped = "", 0
    for line in lines:
        found = label_of(line)
        if found is not None:
            last, wrapped = kind_of_label(found), 0
            if last in fields:
                last = ""
            else:
                fields[last] = _plain(found["value"])
        elif last and line.strip() and wrapped < _WRAPPED_LINES:
            fields[last] = f"{fields[last]} {_plain(line)}"
            wrapped += 1
        else:
            last = ""
    return fields


def _plain(value: str) -> str:
    return " ".join(_BOLD.sub("", value).split()).lstrip("> ")


def _sender(value: str) -> Address | None:
    """The one address of a From line: `Name <a@b>`, `Name [mailto:a@b]`, `Name <a@b<mailto:a@b>>`, `a@b`."""
    value = _MAILTO.sub(r"<\1>", value)
    value = re.sub(r"<mailto:[^<>\s]*>", "", value, flags=re.IGNORECASE)
    found = {one.address.lower(): one for one in read_addresses(value)}
    if len(found) != 1:
        return None
    (sender,) = found.values()
    return sender if value.count("@") <= 2 and "@" not in sender.name.replace(sender.address, "") else None
