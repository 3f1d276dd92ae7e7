"""Content-Transfer-Encoding undone (RFC 2045 section 6), tolerant of everything; used for bodies and headers."""

import binascii
import re

_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]+")
_PADDING = re.compile(rb"=+")
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} ?([^\r\n]{0,255})\r*$", re.MULTILINE)
_LOOSE_TEXT = re.compile(rb"[^\sA-Za-z0-9+/=]|[A-Za-z] [A-Za-z]")


def decode_base64(data: bytes) -> bytes:
    """Everything that can be read; several padded runs in a row are joined, a single left-over character dropped."""
    clean = _NOT_BASE64.sub(b"", data)
    out = []
    for run in _PADDING.split(clean):
        usable = run[: len(run) - 1] if len(run) % 4 == 1 else run
        out.append(binascii.a2b_base64(usable + b"=" * (-len(usable) % 4)))
    return b"".join(out)


def decode_q(data: bytes) -> bytes:
    """The Q encoding of RFC 2047 section 4.2."""
    return binascii.a2b_qp(data.replace(b"\r", b"").replace(b"\n", b""), header=True)


def decode_transfer(data: bytes, encoding: str) -> tuple[bytes, str]:
    """Decoded content and a note ("" when all was well). An unknown encoding is read as it stands."""
    name = encoding.strip().strip("\"'").lower()
    if name == "quoted-printable":
        return binascii.a2b_qp(data), ""
    if name == "base64":
        return _body_base64(data)
    if name in {"x-uuencode", "uuencode", "x-uue", "uue"}:
        return decode_uu(data), ""
    if name in {"", "7bit", "8bit", "binary", "7-bit", "8-bit", "7bits", "8bits"}:
        return data, ""
    return data, f"transfer encoding {encoding!r:.60} unknown: content kept as it stands"


def decode_uu(data: bytes) -> bytes:
    """uuencoded lines, with or without a begin line; undecodable lines are left out."""
    begin = _UU_BEGIN.search(data)
    lines = data[begin.end() if begin else 0 :].splitlines()
    out = []
    for line in lines:
        if line.strip() == b"end":
            break
        if line:
            out.append(_uu_line(line))
    return b"".join(out)


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:  # some encoders leave rubbish behind the counted characters
        counted = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
        try:
            return binascii.a2b_uu(line[:counted])
        except binascii.Error:
            return b""


def _body_base64(data: bytes) -> tuple[bytes, str]:
    if _LOOSE_TEXT.search(data, 0, 400) and not data.lstrip()[:60].isalnum():
        head = data.lstrip()[:400]
        if b" " in head.split(b"\n", 1)[0].strip():
            return data, "declared base64, but is not: content kept as it stands"
    note = "" if not _NOT_BASE64.search(data.replace(b"\n", b"").replace(b"\r", b"")) else "damaged base64"
    return decode_base64(data), note
