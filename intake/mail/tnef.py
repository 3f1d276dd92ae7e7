"""winmail.dat: what Outlook wraps a mail in when it believes that the reader has Outlook ([MS-OXTNEF]).

Reads the files and the body, bounded for hostile bytes: every length is checked, nothing is decompressed here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from intake.mail.charset import decode_text
from intake.mail.tnef_properties import Broken, Property, read_properties

_SIGNATURE = b"\x78\x9f\x3e\x22"
_BODY, _MESSAGE, _ATTACHMENT_BEGINS = 0x800C, 0x9003, 0x9002
_ATTACHMENT_NAME, _ATTACHMENT_DATA, _ATTACHMENT_PROPERTIES = 0x8010, 0x800F, 0x9005
_CODEPAGE = 0x9007
_ATTRIBUTES_MAX = 5000
_FILES_MAX = 200
_EMBEDDED_MESSAGE = 5  # PidTagAttachMethod
# MAPI property tags ([MS-OXPROPS]).
_TEXT, _RTF, _HTML, _SUBJECT = 0x1000, 0x1009, 0x1013, 0x0037
_DATA, _METHOD, _LONG_NAME, _SHORT_NAME, _DISPLAY_NAME = 0x3701, 0x3705, 0x3707, 0x3704, 0x3001
_MIME_TYPE, _CONTENT_ID, _INTERNET_CODEPAGE = 0x370E, 0x3712, 0x3FDE


@dataclass(slots=True)
class TnefFile:
    """One attached file; `is_message`: the content is itself a TNEF stream, a mail attached in Outlook."""

    name: str = ""
    content: bytes = b""
    content_type: str = ""
    content_id: str = ""
    is_message: bool = False


@dataclass(slots=True)
class TnefMessage:
    """`html` is still bytes in the codec `html_codec`; `rtf` still compressed; `is_whole` False: it broke off."""

    subject: str = ""
    text: str = ""
    html: bytes = b""
    html_codec: str = "utf-8"
    rtf: bytes = b""
    files: list[TnefFile] = field(default_factory=list)
    is_whole: bool = True


def is_tnef(data: bytes) -> bool:
    """Whether the bytes begin as winmail.dat does."""
    return data.startswith(_SIGNATURE)


def read_tnef(data: bytes) -> TnefMessage:
    """What can be read; a broken stream gives what stood before the break. Nothing when it is no TNEF."""
    reader = _Reader()
    if is_tnef(data):
        try:
            for name, value in _attributes(data):
                reader.take(name, value)
        except Broken:
            reader.message.is_whole = False
    return reader.message


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(name, value) of each attribute: level, name and type, length, value, checksum ([MS-OXTNEF] section 2.1.2)."""
    position = 6
    for _ in range(_ATTRIBUTES_MAX):
        if position + 11 > len(data):
            return
        name = int.from_bytes(data[position + 1 : position + 3], "little")
        length = int.from_bytes(data[position + 5 : position + 9], "little")
        end = position + 9 + length
        if end > len(data):
            raise Broken
        yield name, data[position + 9 : end]
        position = end + 2
    raise Broken


class _Reader:
    """The state of reading one stream: attributes of level 2 belong to the attachment begun last."""

    def __init__(self) -> None:
        self.message = TnefMessage()
        self._codec = "cp1252"

    def take(self, name: int, value: bytes) -> None:
        if name == _CODEPAGE:
            self._codec = f"cp{int.from_bytes(value[:4], 'little')}"
        elif name == _BODY:
            self.message.text = self.message.text or self._text(value)
        elif name == _MESSAGE:
            self._take_message({one.tag: one for one in read_properties(value)})
        elif name == _ATTACHMENT_BEGINS:
            if len(self.message.files) >= _FILES_MAX:
                raise Broken
            self.message.files.append(TnefFile())
        elif self.message.files:
            self._take_file(self.message.files[-1], name, value)

    def _take_message(self, found: dict[int, Property]) -> None:
        message = self.message
        message.subject = self._string(found, _SUBJECT)
        message.text = self._string(found, _TEXT) or message.text
        message.rtf = found[_RTF].value if _RTF in found else b""
        if _HTML in found:
            message.html = found[_HTML].value
            codepage = (
                int.from_bytes(found[_INTERNET_CODEPAGE].value[:4], "little") if _INTERNET_CODEPAGE in found else 0
            )
            message.html_codec = "utf-16-le" if found[_HTML].is_unicode else _codec_of(codepage or 65001)

    def _take_file(self, file: TnefFile, name: int, value: bytes) -> None:
        if name == _ATTACHMENT_NAME:
            file.name = file.name or self._text(value)
        elif name == _ATTACHMENT_DATA:
            file.content = value
        elif name == _ATTACHMENT_PROPERTIES:
            found = {one.tag: one for one in read_properties(value)}
            names = (self._string(found, tag) for tag in (_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME))
            file.name = next((one for one in names if one), file.name)
            file.content_type = self._string(found, _MIME_TYPE).lower()
            file.content_id = self._string(found, _CONTENT_ID).strip("<>")
            file.is_message = _METHOD in found and found[_METHOD].value[:1] == bytes((_EMBEDDED_MESSAGE,))
            if _DATA in found:  # an embedded object stands behind the 16 bytes of its interface's name
                file.content = found[_DATA].value[16 if found[_DATA].is_object else 0 :]

    def _string(self, found: dict[int, Property], tag: int) -> str:
        one = found.get(tag)
        if one is None:
            return ""
        return self._text(one.value, "utf-16-le" if one.is_unicode else None)

    def _text(self, value: bytes, codec: str | None = None) -> str:
        text = value.decode(codec, "replace") if codec else decode_text(value, self._codec)[0]
        return text.partition("\x00")[0]


def _codec_of(codepage: int) -> str:
    return {65001: "utf-8", 20127: "us-ascii", 28591: "iso-8859-1", 1200: "utf-16-le"}.get(codepage, f"cp{codepage}")
