"""Builds winmail.dat streams ([MS-OXTNEF]) as Outlook does, so that every fact of a test is spelled out there."""

from struct import pack

TEXT, RTF, HTML, SUBJECT = 0x1000, 0x1009, 0x1013, 0x0037
DATA, METHOD, LONG_NAME, SHORT_NAME, MIME_TYPE, CONTENT_ID = 0x3701, 0x3705, 0x3707, 0x3704, 0x370E, 0x3712
IMESSAGE = bytes(range(16))  # the name of an interface; readers pass it over


def attribute(name: int, value: bytes, *, level: int = 1) -> bytes:
    return pack("<BHHI", level, name, 6, len(value)) + value + pack("<H", sum(value) & 0xFFFF)


def unicode(tag: int, text: str) -> bytes:
    return variable(tag, 0x1F, (text + "\0").encode("utf-16-le"))


def string8(tag: int, text: bytes) -> bytes:
    return variable(tag, 0x1E, text + b"\0")


def binary(tag: int, value: bytes) -> bytes:
    return variable(tag, 0x0102, value)


def embedded(tag: int, value: bytes) -> bytes:
    return variable(tag, 0x0D, IMESSAGE + value)


def number(tag: int, value: int) -> bytes:
    return pack("<HHI", 3, tag, value)


def named(name: str, value: bytes) -> bytes:
    """A property with a name of its own, which a reader must step over."""
    text = (name + "\0").encode("utf-16-le")
    return (
        pack("<HH", 0x0102, 0x8001)
        + IMESSAGE
        + pack("<II", 1, len(text))
        + text
        + b"\0" * (-len(text) % 4)
        + _one(value)
    )


def variable(tag: int, kind: int, value: bytes) -> bytes:
    return pack("<HH", kind, tag) + _one(value)


def _one(value: bytes) -> bytes:
    return pack("<II", 1, len(value)) + value + b"\0" * (-len(value) % 4)


def properties(*each: bytes) -> bytes:
    return pack("<I", len(each)) + b"".join(each)


def attached(*each: bytes, name: bytes = b"", data: bytes | None = None) -> bytes:
    """One file: its rendering data, its short name and content, its properties."""
    out = attribute(0x9002, b"\0" * 14, level=2)
    if name:
        out += attribute(0x8010, name + b"\0", level=2)
    if data is not None:
        out += attribute(0x800F, data, level=2)
    return out + attribute(0x9005, properties(*each), level=2) if each else out


def stream(*attributes: bytes) -> bytes:
    codepage = attribute(0x9007, pack("<II", 1252, 0))
    return b"\x78\x9f\x3e\x22" + b"\x01\x00" + attribute(0x9006, pack("<I", 0x10000)) + codepage + b"".join(attributes)


def message(*each: bytes) -> bytes:
    return attribute(0x9003, properties(*each))


def stored_rtf(rtf: bytes) -> bytes:
    """RTF in its uncompressed wrapping ([MS-OXRTFCP] section 2.1.3.1)."""
    return pack("<II4sI", len(rtf) + 12, len(rtf), b"MELA", 0) + rtf


def compressed_rtf(rtf: bytes) -> bytes:
    """Literals only, but for the mark of the end: a legal if lazy compression."""
    out = bytearray()
    for at in range(0, len(rtf), 8):
        piece = rtf[at : at + 8]
        flags = 0 if len(piece) == 8 else 1 << len(piece)
        out += bytes((flags,)) + piece
    end = (207 + len(rtf)) % 4096
    if len(rtf) % 8 == 0:
        out += b"\x01"
    out += pack(">H", end << 4)
    return pack("<II4sI", len(out) + 12, len(rtf), b"LZFu", 0) + bytes(out)
