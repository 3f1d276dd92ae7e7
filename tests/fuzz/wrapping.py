"""Bytes put where a mail would carry them, so that the fuzzer reaches every reader without first inventing MIME.

The first byte picks the place; `seed` is the inverse, for starting the fuzzer with real content.
"""

from base64 import b64encode
from collections.abc import Callable
from struct import pack

_HEAD = (
    b"From: Rosa <rosa@example.org>\r\nDate: Sun, 22 Nov 2026 09:00:00 +0000\r\nSubject: Fwd: x\r\n"
    b"MIME-Version: 1.0\r\n"
)


def _part(headers: bytes, data: bytes) -> bytes:
    return _HEAD + headers + b"Content-Transfer-Encoding: base64\r\n\r\n" + b64encode(data)


def _tnef(data: bytes) -> bytes:
    return _part(b"Content-Type: application/ms-tnef; name=winmail.dat\r\n", b"\x78\x9f\x3e\x22\x01\x00" + data)


def _rtf(data: bytes, *, is_packed: bool) -> bytes:
    kind = b"LZFu" if is_packed else b"MELA"
    rtf = pack("<II4sI", len(data) + 12, 60_000, kind, 0) + data
    value = pack("<IHHII", 1, 0x0102, 0x1009, 1, len(rtf)) + rtf
    return _tnef(pack("<BHHI", 1, 0x9003, 6, len(value)) + value + b"\0\0")


def _detached(data: bytes) -> bytes:
    return (
        _HEAD
        + b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; boundary=s\r\n\r\n--s\r\n\r\nHi\r\n'
        + b"--s\r\nContent-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + b64encode(data)
        + b"\r\n--s--"
    )


def _report(data: bytes) -> bytes:
    kind = b"Content-Type: multipart/report; report-type=delivery-status; boundary=r\r\n\r\n--r\r\n\r\n"
    head, _, tail = data.partition(b"\0")
    return (
        _HEAD
        + b"Return-Path: <>\r\n"
        + kind
        + head
        + b"\r\n--r\r\nContent-Type: message/delivery-status\r\n\r\n"
        + tail
    )


def _prose_report(data: bytes) -> bytes:
    return b"From: MAILER-DAEMON@example.org\r\nSubject: failure notice\r\nReturn-Path: <>\r\n\r\n" + data


def _headers(name: bytes) -> Callable[[bytes], bytes]:
    return lambda data: _HEAD + name + b": " + data.replace(b"\n", b"\n ") + b"\r\n\r\nHi"


_PLACES: tuple[Callable[[bytes], bytes], ...] = (
    lambda data: data,
    _tnef,
    lambda data: _rtf(data, is_packed=True),
    lambda data: _rtf(data, is_packed=False),
    lambda data: _part(b"Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n", data),
    lambda data: _part(b"Content-Type: application/pkcs7-mime; name=smime.p7m\r\n", data),
    _detached,
    _headers(b"Authentication-Results"),
    _headers(b"Received"),
    lambda data: _part(b"Content-Type: text/plain; charset=utf-8\r\n", data),
    lambda data: _part(b"Auto-Submitted: auto-replied\r\nContent-Type: text/plain; charset=utf-8\r\n", data),
    lambda data: _part(b"Content-Type: text/html; charset=utf-8\r\n", data),
    _report,
    _prose_report,
)
RAW, TNEF, PACKED_RTF, RTF, CALENDAR, ENVELOPE, SIGNATURE, AUTHENTICATION, RECEIVED = range(9)
TEXT, ABSENCE, HTML, REPORT, PROSE_REPORT = range(9, 14)


def mail_of(data: bytes) -> bytes:
    """The mail that `data` stands for."""
    return _PLACES[data[0] % len(_PLACES)](data[1:]) if data else b""


def seed(place: int, content: bytes) -> bytes:
    return bytes((place,)) + content
