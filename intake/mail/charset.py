"""Bytes of a body or header into text, whatever the label says. Never raises, never drops a byte unseen."""

import codecs
import re
from functools import lru_cache

from intake.mail.charset_names import CODECS, DOUBLE_BYTE, ESCAPED, PREFIXES
from intake.mail.japanese import decode_iso_2022_jp

_NOT_TEXT = frozenset({"base64", "hex", "quopri", "rot13", "rot_13", "uu", "zlib", "bz2", "zip", "idna", "punycode"})
_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]+")
_C1 = re.compile("[\x80-\x9f]")  # nobody sends these controls: they are windows-1252 bytes converted wrongly
_C1_MEANT = {code: bytes((code,)).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")


@lru_cache(maxsize=512)
def codec_for(label: str) -> str | None:
    """The Python codec for a charset label, None when there is none; knows what mail programs miswrite."""
    name = label.strip().strip("\"'").lower().partition("*")[0].strip()
    name = name.rpartition("charset=")[2].strip("\"' ;,")
    for candidate in _spellings(name):
        if candidate in CODECS:
            return CODECS[candidate]
        codec = _python_codec(candidate)
        if codec is not None:
            return CODECS.get(codec, codec)
    return None


def decode_text(data: bytes, label: str | None) -> tuple[str, str]:
    """Text of `data`, and a note in plain words ("" if the label was right).

    UTF-8 is believed before the label where the bytes prove it: mail labelled Big5,
    us-ascii or not at all is often UTF-8, and UTF-8 does not validate by chance.
    """
    codec = codec_for(label) if label else None
    if data.isascii() and codec not in ESCAPED and b"\x1b$" not in data:
        return data.decode("ascii"), "" if codec or not label else f"charset {label!r:.60} unknown"
    if data.startswith(codecs.BOM_UTF8):
        data = data[3:]
    for guess in _guesses(data, codec):
        text = _strictly(data, guess)
        if text is not None:
            text = text.translate(_C1_MEANT) if _C1.search(text) else text
            return text, "" if guess == codec else f"charset {label or 'missing'!r:.60}: read as {guess}"
    fallback = codec if codec and codec not in ESCAPED else "utf-8"
    return data.decode(fallback, "replace"), f"text is not valid {label or fallback!r:.60}"


def decode_header_bytes(data: bytes, label: str | None) -> str:
    """Text of a header value sent raw, against RFC 5322, in 8-bit or ISO-2022-JP; `label`: the body's charset."""
    if data.isascii() and b"\x1b" not in data:
        return data.decode("ascii")
    return decode_text(data, label)[0]


def _spellings(name: str) -> list[str]:
    spellings = [name, name.replace("_", "-"), name.replace(" ", "-")]
    spellings += [name.removeprefix(prefix) for prefix in PREFIXES if name.startswith(prefix)]
    found = re.fullmatch(r"(?:win|windows|cp|ms|x-cp)[-_ ]?(\d{3,4})", name)
    if found:
        spellings.append("cp" + found[1])
    found = re.fullmatch(r"(?:iso)?[-_ ]?8859[-_ ]?(\d{1,2})", name)
    if found:
        spellings.append("iso-8859-" + found[1])
    return spellings


def _python_codec(name: str) -> str | None:
    if not name or len(name) > 40 or not name.isascii():
        return None
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    is_text = getattr(codecs.lookup(name), "_is_text_encoding", True)
    known_bad = found in _NOT_TEXT or found.endswith("escape") or found in {"undefined", "mbcs", "oem"}
    return None if known_bad or not is_text else found


def _guesses(data: bytes, codec: str | None) -> list[str]:
    if b"\x1b$" in data and data.isascii():
        return ["iso2022_kr" if b"\x1b$)C" in data else "iso2022_jp_ext"]
    if codec in ESCAPED:
        return [codec, "utf-8", "cp1252"]
    if codec in DOUBLE_BYTE:
        certain = len(_UTF8_SEQUENCE.findall(data, 0, 4096)) > 2
        return ["utf-8", codec] if certain else [codec, "utf-8"]
    if codec is None or codec == "cp1252":
        return ["utf-8", _unlabelled(data) if codec is None else codec, "cp1252", "latin-1"]
    return ["utf-8", codec]


def _unlabelled(data: bytes) -> str:
    """A likely codec for 8-bit text without a label, judged by how its high bytes stand together."""
    runs = _HIGH_RUN.findall(data, 0, 4096)
    high = b"".join(runs)
    if len(high) >= 4 and all(len(run) % 2 == 0 for run in runs):
        leads = high[::2]
        if sum(0xB0 <= lead <= 0xD7 for lead in leads) * 10 >= len(leads) * 7:
            return "gb18030"
    if len(high) >= 4 * len(runs):  # words written wholly in high bytes: Cyrillic
        lower_koi8 = sum(0xC0 <= byte <= 0xDF for byte in high)
        return "koi8-r" if lower_koi8 * 2 > len(high) else "cp1251"
    return "cp1252"


def _strictly(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError, LookupError):
        return decode_iso_2022_jp(data) if codec == "iso2022_jp_ext" else None
