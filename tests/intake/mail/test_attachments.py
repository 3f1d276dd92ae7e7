"""Files: names in all their spellings, contents, what counts as a file."""

from base64 import b64encode
from hashlib import sha256

import pytest

from intake.mail.parse import parse
from tests.intake.mail.raw_mail import multipart, part, raw_mail

PDF = b"%PDF-1.4 \x00\xff"
BODY = part("Content-Type: text/plain", body="See attached")


def attached(*headers: str, content: bytes = PDF) -> bytes:
    return multipart(BODY, part(*headers, "Content-Transfer-Encoding: base64", body=b64encode(content)))


@pytest.mark.parametrize(
    ("disposition", "filename"),
    [
        ('attachment; filename="a b.pdf"', "a b.pdf"),
        ("attachment; filename=a b (1).pdf", "a b (1).pdf"),
        ('attachment; filename="a;b.pdf"', "a;b.pdf"),
        ("attachment; filename*=utf-8''gr%C3%BCn.pdf", "grün.pdf"),
        ("attachment; filename*0*=utf-8''gr%C3%BC;\r\n filename*1=n.pdf", "grün.pdf"),
        ('attachment; filename="=?utf-8?Q?gr=C3=BCn.pdf?="', "grün.pdf"),
        ('attachment; filename*0="=?utf-8?Q?gr=C3=BC";\r\n filename*1="n.pdf?="', "grün.pdf"),
        ('attachment;\r\n filename="long\r\n name.pdf"', "long name.pdf"),
        ('attachment; filename="管理.pdf"', "管理.pdf"),
        ('attachment; filename="..\\\\..\\\\evil.pdf"', "evil.pdf"),
        ('attachment; filename="/etc/passwd"', "passwd"),
        ('attachment; filename="cod\u202efdp.exe"', "codfdp.exe"),
        ('attachment; filename="a.pdf"; filename="b.pdf"', "a.pdf"),
    ],
)
def test_filename(disposition: str, filename: str) -> None:
    raw = attached("Content-Type: application/pdf", f"Content-Disposition: {disposition}")
    assert [one.filename for one in parse(raw).attachments] == [filename]


def test_name_of_the_content_type_alone() -> None:
    assert parse(attached('Content-Type: application/pdf; name="a.pdf"')).attachments[0].filename == "a.pdf"


def test_no_name_at_all_gets_one() -> None:
    assert parse(attached("Content-Type: application/pdf")).attachments[0].filename == "unnamed.pdf"


def test_a_very_long_name_keeps_its_ending() -> None:
    name = parse(attached(f'Content-Type: application/pdf; name="{"x" * 900}.pdf"')).attachments[0].filename
    assert len(name) <= 200
    assert name.endswith(".pdf")


def test_iso_2022_jp_outside_the_codec_in_a_name() -> None:
    encoded = b64encode(b"\x1b$B-!\x1b(B.pdf").decode()
    raw = attached(f'Content-Type: application/pdf; name="=?iso-2022-jp?B?{encoded}?="')
    assert parse(raw).attachments[0].filename == "①.pdf"


def test_content_size_and_digest() -> None:
    found = parse(attached("Content-Type: application/pdf")).attachments[0]
    assert (found.content, found.size, found.sha256) == (PDF, len(PDF), sha256(PDF).hexdigest())


def test_generic_type_is_refined_by_name() -> None:
    raw = attached('Content-Type: application/octet-stream; name="a.png"')
    assert parse(raw).attachments[0].content_type == "image/png"


def test_empty_attachment_is_kept() -> None:
    assert parse(attached("Content-Type: application/pdf", content=b"")).attachments[0].size == 0


def test_text_sent_as_attachment_is_no_body() -> None:
    raw = multipart(
        BODY, part("Content-Type: text/plain", 'Content-Disposition: attachment; filename="log.txt"', body="log")
    )
    arrival = parse(raw)
    assert arrival.text == "See attached"
    assert arrival.attachments[0].filename == "log.txt"


def test_image_shown_in_the_html_is_inline() -> None:
    raw = multipart(
        part("Content-Type: text/html", body='<img src="cid:logo@x">'),
        part("Content-Type: image/png", "Content-ID: <logo@x>", body="png"),
        kind="related",
    )
    found = parse(raw).attachments[0]
    assert (found.inline, found.content_id) == (True, "logo@x")


def test_attached_image_is_not_inline() -> None:
    raw = attached("Content-Type: image/png", "Content-Disposition: attachment; filename=a.png")
    assert not parse(raw).attachments[0].inline


def test_uuencoded_file_inside_the_text() -> None:
    arrival = parse(raw_mail(body="See\nbegin 644 a.txt\n%:&5L;&\\\n`\nend\nthanks\n"))
    assert [(one.filename, one.content) for one in arrival.attachments] == [("a.txt", b"hello")]
    assert arrival.text.split() == ["See", "thanks"]


@pytest.mark.parametrize("body", ["begin 644 a.txt\n%:&5L;&\\\n`\nend\n", "%:&5L;&\\\n`\n"])
def test_uuencoded_part_with_and_without_begin_line(body: str) -> None:
    raw = multipart(BODY, part("Content-Type: image/gif", "Content-Transfer-Encoding: x-uuencode", body=body))
    assert parse(raw).attachments[0].content == b"hello"


def test_encoded_enclosed_message_takes_its_subject_as_name() -> None:
    inner = b"Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n\r\nhi"
    assert parse(attached("Content-Type: message/rfc822", content=inner)).attachments[0].filename == "Grüße.eml"


def test_machine_parts_of_a_report_are_no_files() -> None:
    raw = multipart(BODY, part("Content-Type: message/delivery-status", body="Reporting-MTA: dns; x"), kind="report")
    assert parse(raw).attachments == ()


def test_unknown_type_with_a_name_is_a_file() -> None:
    assert parse(raw_mail('Content-Type: unknown; name="test"', body="x")).attachments[0].filename == "test"
