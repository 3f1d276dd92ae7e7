"""ISO-2022-JP as Japanese mail programs write it. Used by charset.py where Python's codec gives up."""

import re

_ESCAPE = re.compile(rb"\x1b(\([BIJ]|\$[@B]|\$\(D)")


def decode_iso_2022_jp(data: bytes) -> str:
    """Text with NEC row 13 and half-width kana (cp50221), which RFC 1468 does not have; damage becomes U+FFFD."""
    pieces = _ESCAPE.split(data)
    out = [_plain(pieces[0])]
    for shift, chunk in zip(pieces[1::2], pieces[2::2], strict=True):
        out.append(_READERS[shift](chunk))
    return "".join(out)


def _plain(chunk: bytes) -> str:
    return chunk.decode("cp932" if not chunk.isascii() else "ascii", "replace")


def _half_width_kana(chunk: bytes) -> str:
    return bytes(byte | 0x80 if 0x21 <= byte <= 0x5F else byte for byte in chunk).decode("cp932", "replace")


def _double(chunk: bytes) -> str:
    """JIS X 0208 code points moved to Shift_JIS, whose Microsoft codec knows the vendor rows."""
    out = bytearray()
    position = 0
    while position < len(chunk):
        pair = chunk[position : position + 2]
        if len(pair) == 2 and 0x21 <= pair[0] <= 0x7E and 0x21 <= pair[1] <= 0x7E:
            out += _shift(*pair)
            position += 2
        else:  # a line end, or text where the sender forgot to shift back
            out += pair[:1]
            position += 1
    return out.decode("cp932", "replace")


def _shift(first: int, second: int) -> bytes:
    lead = (first - 0x21) // 2 + (0x81 if first < 0x5F else 0xC1)
    if first % 2:
        return bytes((lead, second + (0x1F if second < 0x60 else 0x20)))
    return bytes((lead, second + 0x7E))


def _supplement(chunk: bytes) -> str:
    return (b"\x1b$(D" + chunk + b"\x1b(B").decode("iso2022_jp_ext", "replace")


_READERS = {
    b"(B": _plain,
    b"(J": _plain,
    b"(I": _half_width_kana,
    b"$@": _double,
    b"$B": _double,
    b"$(D": _supplement,
}
