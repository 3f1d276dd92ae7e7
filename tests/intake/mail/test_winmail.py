"""winmail.dat: files and body come out, and hostile streams stay within their bounds."""

from base64 import b64encode

import pytest

from intake.mail.arrival import Arrival
from intake.mail.limits import Limits
from intake.mail.parse import parse
from tests.intake.mail import outlook as o
from tests.intake.mail.raw_mail import multipart, part, raw_mail

PLAIN = part("Content-Type: text/plain", body="See attached")


def winmail(stream: bytes, *, kind: str = "application/ms-tnef", name: str = "winmail.dat") -> bytes:
    return part(f'Content-Type: {kind}; name="{name}"', "Content-Transfer-Encoding: base64", body=b64encode(stream))


def read(stream: bytes, *others: bytes) -> Arrival:
    return parse(multipart(*others, winmail(stream)))


def test_files_come_out_and_the_wrapping_goes() -> None:
    stream = o.stream(
        o.message(o.unicode(o.TEXT, "See attached")),
        o.attached(o.unicode(o.LONG_NAME, "Übersicht 2026.pdf"), name=b"UBERSI~1.PDF", data=b"%PDF"),
        o.attached(name=b"notes.txt", data=b"hello"),
    )
    arrival = read(stream, PLAIN)
    assert arrival.text == "See attached"
    assert [(one.filename, one.content_type, one.content) for one in arrival.attachments] == [
        ("Übersicht 2026.pdf", "application/pdf", b"%PDF"),
        ("notes.txt", "text/plain", b"hello"),
    ]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("application/ms-tnef", "winmail.dat"),
        ("application/vnd.ms-tnef", "noname"),
        ("application/octet-stream", "WINMAIL.DAT"),
    ],
)
def test_by_type_or_by_name(kind: str, name: str) -> None:
    stream = o.stream(o.attached(name=b"a.pdf", data=b"%PDF"))
    arrival = parse(multipart(PLAIN, winmail(stream, kind=kind, name=name)))
    assert [one.filename for one in arrival.attachments] == ["a.pdf"]


def test_a_mail_that_is_nothing_but_winmail() -> None:
    stream = o.stream(o.message(o.unicode(o.TEXT, "Grüße\r\nRosa")), o.attached(name=b"a.pdf", data=b"x"))
    headers = ('Content-Type: application/ms-tnef; name="winmail.dat"', "Content-Transfer-Encoding: base64")
    arrival = parse(raw_mail(*headers, body=b64encode(stream)))
    assert arrival.text == "Grüße\nRosa"
    assert [one.filename for one in arrival.attachments] == ["a.pdf"]


def test_html_body() -> None:
    arrival = read(o.stream(o.message(o.binary(o.HTML, "<p>Grüße <b>Rosa</b></p>".encode()))))
    assert arrival.html == "<p>Grüße <b>Rosa</b></p>"
    assert arrival.text == "Grüße Rosa"


@pytest.mark.parametrize("pack", [o.stored_rtf, o.compressed_rtf])
def test_html_kept_in_rtf(pack: object) -> None:
    rtf = (
        rb"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0\fswiss Arial;}}"
        rb"{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Gr\'fc\'dfe \{Rosa\} \u8364?{\*\htmltag84 <br>}"
        rb"\htmlrtf \line\htmlrtf0 second\htmlrtf\par}\htmlrtf0{\*\htmltag72 </p>}}"
    )
    arrival = read(o.stream(o.message(o.binary(o.RTF, pack(rtf)))))  # type: ignore[operator]
    assert arrival.html == "<p>Grüße {Rosa} €<br>second</p>"


def test_plain_rtf_gives_its_text() -> None:
    rtf = (
        rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}{\colortbl;\red0;}{\*\generator Word}\pard Hello\tab you\par It\rquote s"
        rb" on\par}"
    )
    assert read(o.stream(o.message(o.binary(o.RTF, o.compressed_rtf(rtf))))).text == "Hello\tyou\nIt’s on"


def test_rtf_that_repeats_is_decompressed() -> None:
    """Offset and length into what was written before, even beyond its end ([MS-OXRTFCP] section 3.2)."""
    begin = b"{\\rtf1 AB"  # nine bytes in two runs of tokens
    repeat = ((207 + len(begin) - 1) << 4 | 15).to_bytes(2, "big")  # "B" seventeen times more
    body = b"\x00" + begin[:8] + b"\x02" + begin[8:] + repeat + b"}" + b"\x00" * 5
    size = len(begin) + 17 + 1
    packed = (len(body) + 12).to_bytes(4, "little") + size.to_bytes(4, "little") + b"LZFu" + b"\0" * 4 + body
    assert read(o.stream(o.message(o.binary(o.RTF, packed)))).text == "A" + "B" * 18


def test_inline_image_keeps_its_content_id() -> None:
    stream = o.stream(
        o.message(o.binary(o.HTML, b'<img src="cid:logo@x">')),
        o.attached(o.unicode(o.LONG_NAME, "logo.png"), o.unicode(o.CONTENT_ID, "logo@x"), data=b"png"),
    )
    found = read(stream).attachments[0]
    assert (found.filename, found.content_type, found.inline, found.content_id) == (
        "logo.png",
        "image/png",
        True,
        "logo@x",
    )


def test_properties_with_names_of_their_own_are_stepped_over() -> None:
    stream = o.stream(o.message(o.named("Keywords", b"xyz"), o.number(0x0017, 1), o.unicode(o.TEXT, "Hello")))
    assert read(stream).text == "Hello"


def test_text_in_the_codepage_of_the_stream() -> None:
    assert read(o.stream(o.message(o.string8(o.TEXT, "Größe".encode("cp1252"))))).text == "Größe"


def test_a_mail_attached_in_outlook() -> None:
    inner = o.stream(
        o.message(o.unicode(o.SUBJECT, "Re: A/B"), o.unicode(o.TEXT, "Inner text")),
        o.attached(name=b"in.txt", data=b"1"),
    )
    stream = o.stream(o.attached(o.number(o.METHOD, 5), o.embedded(o.DATA, inner), name=b"Untitled"))
    found = read(stream, PLAIN).attachments
    assert [(one.filename, one.content) for one in found] == [("Re: A-B.txt", b"Inner text"), ("in.txt", b"1")]


def test_mails_attached_to_mails_end_somewhere() -> None:
    stream = o.stream(o.message(o.unicode(o.TEXT, "deep")))
    for _ in range(50):
        stream = o.stream(o.attached(o.number(o.METHOD, 5), o.embedded(o.DATA, stream), name=b"x"))
    arrival = read(stream, PLAIN)
    assert arrival.attachments


def test_a_damaged_stream_gives_what_it_can_and_stays() -> None:
    stream = o.stream(o.attached(name=b"a.pdf", data=b"%PDF"), o.attached(name=b"b.pdf", data=b"%PDF" * 100))
    arrival = read(stream[:-300], PLAIN)
    assert [one.filename for one in arrival.attachments] == ["a.pdf", "b.pdf", "winmail.dat"]
    assert any("damaged" in note for note in arrival.defects)


@pytest.mark.parametrize("data", [b"", b"no tnef", b"\x78\x9f\x3e\x22", b"\x78\x9f\x3e\x22" + b"\xff" * 500])
def test_what_is_no_tnef_stays_a_file(data: bytes) -> None:
    arrival = read(data, PLAIN)
    assert arrival.text == "See attached"
    assert [one.filename for one in arrival.attachments] in (["winmail.dat"], [])


def test_too_many_are_left_as_files_and_said() -> None:
    stream = o.stream(o.attached(name=b"a.pdf", data=b"%PDF"))
    raw = multipart(PLAIN, *[winmail(stream) for _ in range(5)])
    arrival = parse(raw, limits=Limits(envelopes_max=2))
    assert [one.filename for one in arrival.attachments] == [
        "a.pdf",
        "a.pdf",
        "winmail.dat",
        "winmail.dat",
        "winmail.dat",
    ]
    assert any("winmail.dat not unpacked" in note for note in arrival.defects)
