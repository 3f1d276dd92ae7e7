"""What a person reads: charsets, transfer encodings, parts joined and chosen, HTML made harmless."""

from base64 import b64encode

import pytest

from intake.mail.parse import parse
from tests.intake.mail.raw_mail import multipart, part, raw_mail


@pytest.mark.parametrize(
    ("label", "data", "text"),
    [
        ("iso-8859-8-i", "שלום".encode("iso8859-8"), "שלום"),
        ("iso-8859-8-e", "שלום".encode("iso8859-8"), "שלום"),
        ("win-1257", "Ačiū".encode("cp1257"), "Ačiū"),
        ("x-mac-cyrillic", "Привет".encode("mac_cyrillic"), "Привет"),
        ("iso-gb2312", "中文镕".encode("gbk"), "中文镕"),
        ("gb2312", "朱镕基".encode("gbk"), "朱镕基"),
        ("iso-UTF-8", "grün".encode(), "grün"),
        ("X-UNKNOWN", "grün".encode(), "grün"),
        ('"charset=utf-8"', "grün".encode(), "grün"),
        ("us-ascii", "grün".encode(), "grün"),
        ("big5", "grün, schöner Fön".encode(), "grün, schöner Fön"),
        ("iso-8859-1", "“quoted” €".encode("cp1252"), "“quoted” €"),
        ("iso-2022-jp", b"\x1b$B-!\x1b(B", "①"),
        ("iso-2022-jp", b"\x1b$B'!\x1b(B", "А"),
        ("cp50221", b"\x1b(I1\x1b(B", "ｱ"),
        ("utf-16", "grün".encode("utf-16"), "grün"),
        ("rot13", b"plain", "plain"),
        ("unicode_escape", b"a\\u0041", "a\\u0041"),
    ],
)
def test_text_is_read_whatever_its_label(label: str, data: bytes, text: str) -> None:
    assert parse(raw_mail(f"Content-Type: text/plain; charset={label}", body=data)).text == text


def test_no_charset_at_all_is_utf8_first() -> None:
    assert parse(raw_mail(body="grün")).text == "grün"


def test_no_charset_and_no_utf8_is_read_as_western() -> None:
    assert parse(raw_mail(body="grün".encode("latin-1"))).text == "grün"


def test_an_undecodable_byte_is_kept_visible_and_noted() -> None:
    arrival = parse(raw_mail("Content-Type: text/plain; charset=utf-8", body=b"gr\xfcn"))
    assert arrival.text.startswith("gr")
    assert arrival.defects


def test_quoted_printable() -> None:
    headers = ("Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable")
    assert parse(raw_mail(*headers, body="gr=C3=BC=\r\nn")).text == "grün"


def test_damaged_base64_gives_what_can_be_read() -> None:
    body = b64encode(b"Hello world") + b"\r\n!!!\r\n" + b"A"
    assert parse(raw_mail("Content-Transfer-Encoding: base64", body=body)).text.startswith("Hello world")


def test_unknown_transfer_encoding_keeps_the_content() -> None:
    arrival = parse(raw_mail("Content-Transfer-Encoding: x-magic", body="as it stands"))
    assert arrival.text == "as it stands"
    assert any("x-magic" in note for note in arrival.defects)


def test_format_flowed_is_joined() -> None:
    raw = raw_mail(
        "Content-Type: text/plain; format=flowed", body="One \r\nparagraph\r\n> a \r\n> quote\r\n-- \r\nRosa"
    )
    assert parse(raw).text == "One paragraph\n> a quote\n-- \nRosa"


def test_delsp_takes_the_blank_away() -> None:
    raw = raw_mail("Content-Type: text/plain; format=flowed; delsp=yes", body="auto \r\nmatic")
    assert parse(raw).text == "automatic"


def test_alternative_gives_both_forms_once() -> None:
    arrival = parse(
        multipart(
            part("Content-Type: text/plain", body="plain"),
            part("Content-Type: text/html", body="<p>rich</p>"),
            kind="alternative",
        )
    )
    assert (arrival.text, arrival.html) == ("plain", "<p>rich</p>")


def test_texts_of_a_mixed_mail_are_joined() -> None:
    arrival = parse(
        multipart(part("Content-Type: text/plain", body="one"), part("Content-Type: text/html", body="<p>two</p>"))
    )
    assert arrival.text == "one\ntwo"
    assert "one" in arrival.html
    assert "two" in arrival.html


def test_an_empty_text_part_gives_way_to_the_html() -> None:
    arrival = parse(
        multipart(
            part("Content-Type: text/plain", body="  "),
            part("Content-Type: text/html", body="<p>rich</p>"),
            kind="alternative",
        )
    )
    assert arrival.text == "rich"


def test_html_tables_and_quotes_read_as_text() -> None:
    raw = raw_mail("Content-Type: text/html", body="<p>new</p><blockquote><p>old</p></blockquote>")
    arrival = parse(raw)
    assert "new" in arrival.text
    assert "> old" in arrival.text


@pytest.mark.parametrize(
    ("markup", "gone"),
    [
        ("<script>alert(1)</script>", "alert"),
        ("<img src=x onerror=alert(1)>", "onerror"),
        ("<a href='javascript:alert(1)'>x</a>", "javascript"),
        ("<iframe src=//x></iframe>", "iframe"),
        ("<form action=/x><input name=a></form>", "form"),
        ("<object data=x></object>", "object"),
        ("<p style='position:fixed'>x</p>", "style"),
        ("<style>p{}</style>", "p{}"),
        ("<svg><script>x</script></svg>", "script"),
        ("<meta http-equiv=refresh content=0>", "meta"),
        ("<a href='data:text/html,x'>x</a>", "data:"),
        ("<base href=//x>", "base"),
    ],
)
def test_active_content_is_taken_out(markup: str, gone: str) -> None:
    html = parse(raw_mail("Content-Type: text/html", body=f"<p>seen</p>{markup}")).html
    assert "seen" in html
    assert gone not in html


def test_inline_and_remote_images_stay() -> None:
    html = parse(
        raw_mail("Content-Type: text/html", body='<img src="cid:a@b"><img src="https://x.example/i.png">')
    ).html
    assert 'src="cid:a@b"' in html
    assert "https://x.example/i.png" in html


def test_html_charset_from_its_meta_element() -> None:
    body = b'<meta charset="windows-1250"><p>' + "žluťoučký".encode("cp1250")
    assert parse(raw_mail("Content-Type: text/html", body=body)).text == "žluťoučký"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ('<img src="cid:a@b" alt="Screenshot of &quot;Error&quot;">', '[image: Screenshot of "Error"]'),
        ('<p><img src="cid:a@b"></p><img src=x alt="">', "[image]\n[image]"),
        ("<p>Hello <img src=x alt=logo></p>", "Hello"),
    ],
)
def test_a_mail_of_nothing_but_pictures_has_a_text(markup: str, text: str) -> None:
    assert parse(raw_mail("Content-Type: text/html", body=markup)).text.startswith(text)


@pytest.mark.parametrize("spelled", ["\x04", "&#4;", "&#xfffe;", "\x1b"])
def test_controls_inside_a_quote_are_harmless(spelled: str) -> None:
    assert "old" in parse(raw_mail("Content-Type: text/html", body=f"<blockquote>{spelled}old</blockquote>")).text


def test_nul_bytes_vanish() -> None:
    assert parse(raw_mail("Content-Type: text/html", body="<p>a\x00b</p>")).html == "<p>ab</p>"


@pytest.mark.parametrize("content_type", ["multipart/mixed", 'multipart/mixed; boundary="wrong"', "multipart"])
def test_multipart_without_its_boundary_is_still_read(content_type: str) -> None:
    body = "--real\r\nContent-Type: text/plain\r\n\r\nHello\r\n--real--\r\n"
    arrival = parse(raw_mail(f"Content-Type: {content_type}", body=body))
    assert arrival.text == "Hello"
    assert any("boundary" in note for note in arrival.defects)


def test_multipart_without_any_delimiter_is_text() -> None:
    assert parse(raw_mail("Content-Type: multipart/mixed", body="Hello")).text == "Hello"


@pytest.mark.parametrize("boundary", ["-", "----", "a b", "x" * 70, "=_?('+)/:,."])
def test_odd_boundaries(boundary: str) -> None:
    assert parse(multipart(part(body="Hello"), boundary=boundary)).text == "Hello"


def test_boundary_as_continuation() -> None:
    header = "Content-Type: multipart/mixed;\r\n boundary*0=ab;\r\n boundary*1=cd"
    assert parse(raw_mail(header, body="--abcd\r\n\r\nHello\r\n--abcd--")).text == "Hello"


def test_missing_last_delimiter() -> None:
    assert parse(raw_mail("Content-Type: multipart/mixed; boundary=b", body="--b\r\n\r\nHello")).text == "Hello"


def test_first_part_whose_delimiter_is_lost() -> None:
    headers = ("Content-Type: multipart/alternative; boundary=b", "Content-Type: text/plain; charset=utf-8")
    body = "Plain\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Rich</p>\r\n--b--"
    assert parse(raw_mail(*headers, body=body)).text.strip() == "Plain"


def test_an_enclosed_message_is_read_folded_and_kept_as_file() -> None:
    inner = "Subject: Inner\r\nFrom: x@example.org\r\n\r\nInner text"
    arrival = parse(multipart(part(body="See below"), part("Content-Type: message/rfc822", body=inner)))
    assert "Inner text" in arrival.text
    assert arrival.reply_text == "See below"
    assert [one.filename for one in arrival.attachments] == ["Inner.eml"]
