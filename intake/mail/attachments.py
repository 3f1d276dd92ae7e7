"""The files of a message: decoded, named safely, told apart into attached and shown inside the HTML."""

import mimetypes
import re
from dataclasses import replace

from intake.mail.arrival import Attachment
from intake.mail.bodies import Bodies
from intake.mail.headers import read_headers
from intake.mail.limits import Allowance
from intake.mail.mime import Part

_REPORT_TYPES = frozenset({"message/delivery-status", "message/feedback-report", "message/disposition-notification"})
_UNSAFE = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # bidirectional marks hide ".exe"
_DIRECTORIES = re.compile(r"^.*[/\\](?=.)", re.DOTALL)
_FILENAME_CHARACTERS = 200


def read_attachments(bodies: Bodies, allowance: Allowance) -> tuple[Attachment, ...]:
    """Every file in order. The machine-read parts of a delivery report are not files."""
    files: list[Attachment] = []
    for part in bodies.files:
        if part.content_type in _REPORT_TYPES:
            continue
        if len(files) >= allowance.limits.attachments_max or not allowance.in_time("the remaining attachments"):
            allowance.note(f"more than {allowance.limits.attachments_max} attachments: the rest left out")
            break
        files.append(read_file(part, bodies.markup, allowance))
    files += [_from_text(one.filename, one.content) for one in bodies.uu_files]
    return tuple(files[: allowance.limits.attachments_max])


def read_file(part: Part, markup: str, allowance: Allowance) -> Attachment:
    """One part as a file; `markup` tells whether it is shown inside the HTML."""
    content = part.content(allowance)
    content_id = part.headers.text("content-id").strip("<> \t") or None
    is_shown = content_id is not None and f"cid:{content_id}" in markup
    is_inline = is_shown or (part.disposition == "inline" and part.main_type == "image")
    found = Attachment(_filename(part, content, allowance), part.content_type, content, is_inline, content_id)
    if found.content_type == "application/octet-stream":
        return replace(found, content_type=mimetypes.guess_type(found.filename)[0] or found.content_type)
    return found


def _from_text(filename: str, content: bytes) -> Attachment:
    name = _safe(filename)
    return Attachment(name, mimetypes.guess_type(name)[0] or "application/octet-stream", content, False, None)


def _filename(part: Part, content: bytes, allowance: Allowance) -> str:
    parameters = part.disposition_parameters
    name = parameters.get("filename") or part.parameters.get("name") or parameters.get("name")
    name = name or part.parameters.get("filename") or part.parameters.get("file")
    if name and _safe(name):
        return _safe(name)
    if part.content_type == "message/rfc822":
        subject = read_headers(content, 0, allowance)[0].text("subject")
        return _safe(subject.replace("/", "-").replace("\\", "-") + ".eml") if subject else "message.eml"
    return "unnamed" + (mimetypes.guess_extension(part.content_type) or "")


def _safe(name: str) -> str:
    """The last path segment without control characters, at most 200 characters, its ending kept."""
    name = _DIRECTORIES.sub("", _UNSAFE.sub("", name)).strip()
    if len(name) <= _FILENAME_CHARACTERS:
        return "" if name in {".", ".."} else name
    stem, dot, ending = name.rpartition(".")
    ending = dot + ending if stem and len(ending) <= 10 else ""
    return name[: _FILENAME_CHARACTERS - len(ending)] + ending
