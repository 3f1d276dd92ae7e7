"""Content-Transfer-Encoding undone (RFC 2045 section 6), tolerant of everything; used for bodies and headers."""

import binascii
import re

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(byte for byte in range(256) if byte not in _BASE64)
_PADDING = re.compile(rb"=+")
_RUNS_MAX = 1000
_LINE_ENDS = b"\r\n"
_UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} ?([^\r\n]{0,255})\r*$", re.MULTILINE)
_UU_LINE = re.compile(rb"[^\r\n]+")
_BAD_LINES_MAX = 1000
_LOOSE_TEXT = re.compile(rb"[^\sA-Za-z0-9+/=]|[A-Za-z] [A-Za-z]")


def decode_base64(data: bytes) -> bytes:
    """Everything that can be read; padded runs in a row are joined, a single left-over character dropped."""
    *runs, last = _PADDING.split(data.translate(None, _NOT_BASE64), _RUNS_MAX)
    return b"".join(map(_run, [*runs, last.replace(b"=", b"")]))


def _run(run: bytes) -> bytes:
    usable = run[: len(run) - 1] if len(run) % 4 == 1 else run
    return binascii.a2b_base64(usable + b"=" * (-len(usable) % 4))


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
    """uuencoded lines, with or without a begin line; undecodable lines are left out, and the rest after very many."""
    begin = _UU_BEGIN.search(data)
    out = bytearray()
    bad_lines = 0
    for found in _UU_LINE.finditer(data, begin.end() if begin else 0):
        line = found[0]
        if line.strip() == b"end" or bad_lines > _BAD_LINES_MAX:
            break
        decoded = _uu_line(line)
        out += decoded
        bad_lines += not decoded
    return bytes(out)


def _uu_line(line: bytes) -> bytes:
    counted = (((line[0] - 32) & 63) * 4 + 5) // 3
    if counted > len(line) * 2:  # blanks at the end may be lost; the library would make up the rest from nothing
        return b""
    for usable in (line, line[: counted + 1]):  # some encoders leave rubbish behind the counted characters
        try:
            return binascii.a2b_uu(usable)
        except binascii.Error:
            continue
    return b""


def _body_base64(data: bytes) -> tuple[bytes, str]:
    if _LOOSE_TEXT.search(data, 0, 400) and not data.lstrip()[:60].isalnum():
        head = data.lstrip()[:400]
        if b" " in head.split(b"\n", 1)[0].strip():
            return data, "declared base64, but is not: content kept as it stands"
    return decode_base64(data), "damaged base64" if data.translate(None, _BASE64 + _LINE_ENDS) else ""
