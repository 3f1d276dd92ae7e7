"""The RTF in which Outlook keeps bodies: decompressed ([MS-OXRTFCP]), and its HTML or text taken out ([MS-OXRTFEX])."""

import re

_COMPRESSED, _PLAIN = b"LZFu", b"MELA"
_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS "
    b"Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_WINDOW = 4096
_OUTPUT_BYTES_MAX = 1024 * 1024
_TOKEN = re.compile(
    r"\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.IGNORECASE
)
_SYMBOLS = {
    "par": "\n", "line": "\n", "tab": "\t", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
    "bullet": "•", "endash": "–", "emdash": "—", "cell": "\t", "row": "\n",
}  # fmt: skip
_SILENT = frozenset({"fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "footer", "filetbl"})
_CHARSETS = {128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5hkscs", 161: "cp1253", 162: "cp1254", 204: "cp1251",
             238: "cp1250", 177: "cp1255", 178: "cp1256", 186: "cp1257"}  # fmt: skip


def decompress(data: bytes) -> bytes:
    """Compressed RTF as plain RTF, at most a megabyte of it; b"" when it is none."""
    if len(data) < 16:
        return b""
    size = min(int.from_bytes(data[4:8], "little"), _OUTPUT_BYTES_MAX)
    kind, body = data[8:12], data[16:]
    if kind == _PLAIN:
        return body[:size]
    return _lz(body, size) if kind == _COMPRESSED else b""


def _lz(body: bytes, size: int) -> bytes:
    """Runs of eight tokens under a byte of flags: a literal, or offset and length into the last 4096 bytes."""
    out = bytearray(_DICTIONARY)
    end = len(_DICTIONARY) + size
    position = 0
    while position < len(body) and len(out) < end:
        flags = body[position]
        position += 1
        for bit in range(8):
            if not flags >> bit & 1:
                out += body[position : position + 1]
                position += 1
                continue
            token = int.from_bytes(body[position : position + 2], "big")
            position += 2
            distance = (len(out) - (token >> 4)) % _WINDOW
            if not distance or position > len(body):  # the mark of the end
                return bytes(out[len(_DICTIONARY) : end])
            _repeat(out, distance, (token & 15) + 2)
    return bytes(out[len(_DICTIONARY) : end])


def _repeat(out: bytearray, distance: int, length: int) -> None:
    """The window's places never written to hold nothing: blanks stand in for them."""
    begin = len(out) - distance
    if begin < 0:
        out += b" " * length
        return
    piece = bytes(out[begin : begin + length])
    while len(piece) < length:
        piece += piece
    out += piece[:length]


def rtf_to_body(data: bytes) -> tuple[str, str]:
    """(text, markup): one of them is "". RTF made from HTML gives its HTML back, any other its text."""
    source = data[:_OUTPUT_BYTES_MAX].decode("latin-1")
    if not source.startswith("{\\rtf"):
        return "", ""
    is_html = "\\fromhtml" in source[:2000]
    text = _Reader(is_html=is_html).read(source)
    return ("", text) if is_html else (text.strip("\n"), "")


class _Reader:
    """One pass over the tokens. A group that opens keeps what it found and gets it back when it closes."""

    def __init__(self, *, is_html: bool) -> None:
        self._is_html = is_html
        self._out: list[str] = []
        self._codec = "cp1252"
        self._fonts: dict[int, str] = {}
        self._font = 0
        self._pending = bytearray()
        self._after_unicode = 1  # how many stand-ins follow \u
        self._skip = 0
        self._is_silent = self._is_star = self._is_tag = self._is_hidden = self._is_font_table = False
        self._stack: list[tuple[bool, bool, bool, bool, int]] = []

    def read(self, source: str) -> str:
        for token in _TOKEN.finditer(source):
            word, number, code, symbol, brace, text = token.groups()
            if code:
                self._take_byte(int(code, 16))
            elif brace:
                self._flush()
                self._take_brace(brace)
            elif word:
                self._flush()
                self._take_word(word.lower(), int(number) if number else None)
            elif symbol:
                self._flush()
                self._take_symbol(symbol)
            elif text:
                self._flush()
                self._put(text[self._skip :])
                self._skip = max(0, self._skip - len(text))
        self._flush()
        return "".join(self._out)

    def _take_brace(self, brace: str) -> None:
        self._skip = 0
        if brace == "{":
            state = (self._is_silent, self._is_tag, self._is_hidden, self._is_font_table, self._after_unicode)
            self._stack.append(state)
        elif self._stack:
            state = self._stack.pop()
            self._is_silent, self._is_tag, self._is_hidden, self._is_font_table, self._after_unicode = state
        self._is_star = False

    def _take_word(self, word: str, number: int | None) -> None:
        if word == "htmlrtf":
            self._is_hidden = number != 0
        elif word == "htmltag":
            self._is_tag, self._is_silent = True, False
        elif word in _SILENT or (self._is_star and not self._is_tag):
            self._is_silent, self._is_font_table = True, word == "fonttbl"
        elif word == "ansicpg" and number:
            self._codec = f"cp{number}"
        elif word == "u" and number is not None:
            self._put(chr(number % 0x10000) if not 0xD800 <= number % 0x10000 <= 0xDFFF else "\ufffd")
            self._skip = self._after_unicode
        elif word == "uc" and number is not None:
            self._after_unicode = max(0, min(number, 8))
        elif word in {"f", "fcharset"}:
            self._take_font(word, number or 0)
        elif word in _SYMBOLS:
            self._put(_SYMBOLS[word])
        self._is_star = False

    def _take_font(self, word: str, number: int) -> None:
        if word == "f":
            self._font = number
        elif self._is_font_table and number in _CHARSETS and len(self._fonts) < 1000:
            self._fonts[self._font] = _CHARSETS[number]

    def _take_symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._is_star = True
        elif symbol in "\\{}":
            self._put(symbol)
        elif symbol == "~":
            self._put("\xa0")
        elif symbol in "\r\n":
            self._put("\n")

    def _take_byte(self, byte: int) -> None:
        if self._skip:
            self._skip -= 1
        elif self._is_shown():
            self._pending.append(byte)

    def _flush(self) -> None:
        """Bytes in a row are decoded together: a character may need two."""
        if self._pending:
            codec = self._fonts.get(self._font, self._codec)
            try:
                self._out.append(self._pending.decode(codec, "replace"))
            except LookupError:
                self._out.append(self._pending.decode("cp1252", "replace"))
            self._pending.clear()

    def _put(self, text: str) -> None:
        if text and self._is_shown():
            self._out.append(text)

    def _is_shown(self) -> bool:
        return not self._is_silent and (self._is_tag or not (self._is_html and self._is_hidden))
