"""winmail.dat put into the tree of parts: its files and, where the mail has no other text, its body."""

import mimetypes

from intake.mail.charset import decode_text
from intake.mail.limits import Allowance
from intake.mail.mime import Part, joined, part_of
from intake.mail.rtf import decompress, rtf_to_body
from intake.mail.tnef import TnefFile, TnefMessage, is_tnef, read_tnef

_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_READABLE = frozenset({"text/plain", "text/html"})
_DEPTH_MAX = 3


def unpack_winmail(root: Part, allowance: Allowance) -> None:
    """Every winmail.dat under `root` gives way to what is in it. A damaged one stays as well, as a file."""
    has_text = any(part.content_type in _READABLE and part.body.strip() for part in root.walk())
    for part in list(root.walk()):
        if any(_is_winmail(child) for child in part.children):
            part.children = [new for child in part.children for new in _unpacked(child, allowance, has_text=has_text)]
    if _is_winmail(root):
        found = [part for part in _unpacked(root, allowance, has_text=False) if part is not root]
        if found:
            root.children, root.content_type = found, "multipart/mixed"


def _is_winmail(part: Part) -> bool:
    name = part.disposition_parameters.get("filename") or part.parameters.get("name") or ""
    return part.content_type in _TYPES or (
        part.content_type == "application/octet-stream" and name.lower() == "winmail.dat"
    )


def _unpacked(part: Part, allowance: Allowance, *, has_text: bool) -> list[Part]:
    """The parts that stand in for this one: itself when it is no winmail.dat."""
    if part.children or not _is_winmail(part):
        return [part]
    data = part.content(allowance)
    if not is_tnef(data) or not allowance.may_open("winmail.dat", len(data)):
        return [part]
    message = read_tnef(data)
    found = [*([] if has_text else _bodies(message)), *_files(message, allowance, depth=0)]
    if not message.is_whole:
        allowance.note("winmail.dat is damaged: only a part of it could be read")
        found.append(part)
    return found


def _bodies(message: TnefMessage) -> list[Part]:
    """The richest form of the body: HTML, HTML out of RTF, text."""
    text, markup = message.text, decode_text(message.html, message.html_codec)[0]
    if message.rtf and not markup:
        plain, markup = rtf_to_body(decompress(message.rtf))
        text = text or plain
    parts = [part_of("text/plain", text), part_of("text/html", markup)]
    parts = [one for one in parts if one.body.strip()]
    return [joined("multipart/alternative", parts)] if len(parts) > 1 else parts


def _files(message: TnefMessage, allowance: Allowance, *, depth: int) -> list[Part]:
    found: list[Part] = []
    for file in message.files:
        if file.is_message and is_tnef(file.content):
            found += _inner_message(file, allowance, depth=depth)
        elif file.content or file.name:
            kind = file.content_type or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            found.append(part_of(kind, file.content, name=file.name, content_id=file.content_id))
    return found


def _inner_message(file: TnefFile, allowance: Allowance, *, depth: int) -> list[Part]:
    """A mail attached in Outlook: its text as a file under its subject, and its own files."""
    if depth >= _DEPTH_MAX or not allowance.may_open("a mail inside winmail.dat", len(file.content)):
        return [part_of("application/ms-tnef", file.content, name=file.name or "winmail.dat")]
    message = read_tnef(file.content)
    name = (message.subject or file.name or "message").replace("/", "-").replace("\\", "-")
    bodies = [leaf for part in _bodies(message) for leaf in part.walk() if not leaf.children]
    texts = [
        part_of(one.content_type, one.body, name=f"{name}.{'html' if one.content_type == 'text/html' else 'txt'}")
        for one in bodies[-1:]
    ]
    return [*texts, *_files(message, allowance, depth=depth + 1)]
