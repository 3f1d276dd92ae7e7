"""Hostile mail: bounded in every direction, and what was left out is said."""

import tracemalloc

import pytest

from intake.mail.limits import Limits
from intake.mail.parse import parse
from tests.intake.mail.raw_mail import multipart, part, raw_mail, text_mail


def noted(raw: bytes, word: str, **limits: float) -> bool:
    return any(word in note for note in parse(raw, limits=Limits(**limits)).defects)  # type: ignore[arg-type]


@pytest.mark.parametrize("depth", [50, 5000])
def test_nested_multiparts(depth: int) -> None:
    body = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (at, at) for at in range(depth))
    arrival = parse(b"Subject: deep\n" + body + b"\nend")
    assert arrival.subject == "deep"
    assert any("nested" in note for note in arrival.defects)


def test_nested_messages() -> None:
    assert parse(b"Content-Type: message/rfc822\n\n" * 5000).attachments


def test_many_parts() -> None:
    raw = multipart(*[part(body=f"text {number}") for number in range(20)])
    assert noted(raw, "parts", parts_max=10)
    assert parse(raw, limits=Limits(parts_max=10)).text.startswith("text 0")


def test_many_attachments() -> None:
    raw = multipart(*[part("Content-Type: image/png", body="x") for _ in range(10)])
    assert len(parse(raw, limits=Limits(attachments_max=3)).attachments) == 3
    assert noted(raw, "attachments", attachments_max=3)


def test_too_many_bytes() -> None:
    raw = raw_mail(body="x" * 5000)
    assert noted(raw, "larger", bytes_max=1000)
    assert len(parse(raw, limits=Limits(bytes_max=1000)).text) < 1000


def test_long_header_block_keeps_the_body() -> None:
    raw = b"Subject: Printer\n" + b"X-Noise: noise\n" * 1000 + b"\nHello"
    arrival = parse(raw, limits=Limits(header_bytes_max=500))
    assert (arrival.subject, arrival.text) == ("Printer", "Hello")
    assert noted(raw, "header", header_bytes_max=500)


def test_long_body_is_cut_and_said() -> None:
    assert noted(raw_mail(body="x" * 5000), "cut", body_chars_max=100)


def test_long_html_is_cut_and_said() -> None:
    assert noted(raw_mail("Content-Type: text/html", body="<p>x</p>" * 500), "HTML", html_chars_max=100)


def test_a_long_text_is_searched_only_so_far_but_kept_whole() -> None:
    text = "Yes.\n\n> quote\n" + "tail " * 100
    arrival = parse(text_mail(text), limits=Limits(text_chars_max=20))
    assert "".join((arrival.reply_text + arrival.quoted_text).split()) == "".join(text.split())


def test_thousands_of_introductions_and_nothing_else() -> None:
    text = "On 1 Jan 2024 Rosa wrote:\n" * 3000
    assert parse(text_mail(text)).reply_text.split() == text.split()[6:]


def test_a_header_without_end_is_cut_and_said() -> None:
    raw = b"Subject: Printer\nX-Long: a\n" + b" b\n" * 60_000 + b"To: desk@example.net\n\nHello"
    arrival = parse(raw)
    assert (arrival.subject, arrival.text, len(arrival.to)) == ("Printer", "Hello", 1)
    assert any("header longer" in note for note in arrival.defects)


def test_addresses_without_end_are_cut_and_said() -> None:
    arrival = parse(
        raw_mail(To="a@example.org, " * 5000 + ", ".join(f"b{number}@example.org" for number in range(3000)))
    )
    assert len(arrival.to) == 1000
    assert any("addresses in to" in note for note in arrival.defects)


def test_uuencoded_lines_that_promise_more_than_they_hold_give_nothing() -> None:
    body = "begin 644 x\n" + "M\n" * 50_000 + "end\n"
    raw = raw_mail("Content-Type: application/zip", "Content-Transfer-Encoding: x-uuencode", body=body)
    assert parse(raw).attachments[0].size == 0


def test_base64_of_a_million_padded_runs_is_read() -> None:
    raw = raw_mail("Content-Type: application/zip", "Content-Transfer-Encoding: base64", body="QUI=\n" * 500_000)
    assert parse(raw).attachments[0].content.startswith(b"AB" * 900)


def test_nested_multiparts_share_their_bytes() -> None:
    """Thirty levels around one large file must not hold it thirty times."""
    head = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (at, at) for at in range(29))
    raw = b"Subject: deep\n" + head + b"Content-Type: application/zip\n\n" + b"x" * 4_000_000
    tracemalloc.start()
    try:
        assert parse(raw).attachments[0].size == 4_000_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4 * len(raw)


def test_a_cut_text_ends_with_a_whole_character() -> None:
    raw = raw_mail("Content-Type: text/plain; charset=utf-8", body="汉" * 1000)
    arrival = parse(raw, limits=Limits(body_chars_max=100))
    assert arrival.text == "汉" * 100
    assert not any("valid" in note for note in arrival.defects)


def test_no_time_left_still_gives_an_arrival() -> None:
    raw = multipart(part("Content-Type: text/html", body="<p>x</p>"), part("Content-Type: image/png", body="x"))
    arrival = parse(raw, limits=Limits(seconds_max=-1))
    assert arrival.subject == "Printer"
    assert any("time limit" in note for note in arrival.defects)


def test_html_that_would_keep_the_sanitiser_busy_is_shown_as_source() -> None:
    arrival = parse(raw_mail("Content-Type: text/html", body="<div>" * 20_000 + "x"))
    assert arrival.html.startswith("<pre>&lt;div&gt;")


@pytest.mark.parametrize(
    "line",
    [
        "> quoted line\n",
        "On 1 Jan 2024 x wrote y\n",
        "On " + "1 " * 150 + "\n",
        "From: x\n",
        "--\n",
        "> q\nanswer\n",
        "-" * 300 + "\n",
    ],
)
def test_a_megabyte_of_almost_quotes_loses_nothing(line: str) -> None:
    text = "Hello\n" + line * (1_000_000 // len(line))
    arrival = parse(text_mail(text))
    assert sorted(f"{arrival.reply_text}\n{arrival.quoted_text}".split()) == sorted(text.split())


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\n", b"\r", b"\x00" * 1000, b":" * 1000, b"\xff" * 1000, b"From: " + b"<" * 50_000,
        b"To: " + b'"' * 50_001,
        b"To: " + b"(" * 50_000, b"Content-Type: " + b"a" * 100_000, b"Content-Type: text/plain" + b";a*0*=b" * 20_000,
        b"Subject: " + b"=?utf-8?q?a?= " * 20_000, b"References: " + b"<" * 50_000, b"Date: " + b"9" * 10_000,
        b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n" * 50_000,
        b"Content-Type: text/plain; charset=idna\n\n\xff", b"Content-Type: text/plain; charset=\x00\n\n\xff",
    ],
)  # fmt: skip
def test_odd_input_gives_an_arrival(raw: bytes) -> None:
    assert isinstance(parse(raw).fingerprint, str)
