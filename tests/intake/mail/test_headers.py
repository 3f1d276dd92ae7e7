"""Header blocks: folded, encoded, broken."""

from datetime import UTC, datetime

import pytest

from intake.mail.parse import parse
from tests.intake.mail.raw_mail import raw_mail


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        ("Printer\r\n on fire", "Printer on fire"),
        ("=?utf-8?Q?Dr=C3=BCcker?=", "Drücker"),
        ("=?utf-8?B?RHLDvA==?=\r\n =?utf-8?B?Y2tlcg==?=", "Drücker"),
        ("=?utf-8?B?RHLD?= =?utf-8?B?vGNrZXI=?=", "Drücker"),
        ("=?utf-8?Q?two words left open", "two words left open"),
        ("=?iso-8859-1*de?Q?gr=FCn?=", "grün"),
        ("=?utf-8?Q?broken\r\n over lines?=", "broken over lines"),
        ("=?x-unknown?Q?plain?=", "plain"),
        ("=?gb2312?B?6YY=?=", "閱"),
        ("=?iso-2022-jp?B?GyRCLSEbKEI=?=", "①"),
        ("nul\x00 byte", "nul byte"),
        ("a =?utf-8?Q?b?= c", "a b c"),
    ],
)
def test_subject_is_decoded_and_unfolded(raw: str, subject: str) -> None:
    assert parse(raw_mail(Subject=raw)).subject == subject


def test_raw_utf8_subject() -> None:
    assert parse(raw_mail(Subject="Drücker klemmt")).subject == "Drücker klemmt"


def test_raw_gb2312_subject_without_any_label() -> None:
    raw = b"From: a@b.example\r\nSubject: " + "打印机故障报告".encode("gb2312") + b"\r\n\r\nx"
    assert parse(raw).subject == "打印机故障报告"


def test_raw_8bit_subject_takes_the_charset_of_the_body() -> None:
    raw = b"From: a@b.example\r\nContent-Type: text/plain; charset=windows-1251\r\nSubject: " + "Принтер".encode(
        "cp1251"
    )
    assert parse(raw + b"\r\n\r\nx").subject == "Принтер"


def test_a_stray_line_costs_only_itself() -> None:
    arrival = parse(b"From: rosa@example.org\r\nthis is no header\r\nSubject: Printer\r\n\r\nHello")
    assert (arrival.subject, arrival.text) == ("Printer", "Hello")
    assert any("no header" in note for note in arrival.defects)


def test_a_first_line_that_is_no_header_is_skipped() -> None:
    assert parse(b"HTTP-ish noise\r\nSubject: Printer\r\n\r\nHello").subject == "Printer"


def test_an_mbox_line_in_front_is_skipped() -> None:
    assert parse(b"From rosa Mon Jan  1 00:00:00 2024\nSubject: Printer\n\nHello").subject == "Printer"


def test_text_without_headers_is_all_body() -> None:
    assert parse(b"just some words\nand more").text == "just some words\nand more"


def test_missing_empty_line_keeps_the_text() -> None:
    assert parse(b"Subject: Printer\r\nIt is on fire\r\n").text.strip() == "It is on fire"


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r", b"\r\r\n"])
def test_every_line_end_is_understood(line_end: bytes) -> None:
    arrival = parse(line_end.join([b"Subject: Printer", b"From: rosa@example.org", b"", b"Hello"]))
    assert (arrival.subject, arrival.text.strip()) == ("Printer", "Hello")


def test_date_is_utc() -> None:
    arrival = parse(raw_mail(Date="Fri, 21 Nov 2025 10:00:00 +0200 (EET)"))
    assert arrival.date == datetime(2025, 11, 21, 8, tzinfo=UTC)


@pytest.mark.parametrize("value", ["yesterday", "Fri, 99 Foo 2025 99:99", "Mon, 1 Jan 99999 00:00:00 +0000", "0"])
def test_an_impossible_date_is_none_and_noted(value: str) -> None:
    arrival = parse(raw_mail(Date=value))
    assert arrival.date is None
    assert any("date" in note for note in arrival.defects)


def test_message_id_loses_its_brackets() -> None:
    assert parse(raw_mail(Message_ID="<a.b@c>")).message_id == "a.b@c"


def test_no_message_id_is_none() -> None:
    assert parse(raw_mail()).message_id is None


def test_references_of_repeated_fields_are_joined_in_order() -> None:
    arrival = parse(raw_mail("References: <a@x> <b@x>", "References: <c@x>,<a@x>"))
    assert arrival.references == ("a@x", "b@x", "c@x")


def test_in_reply_to_with_several_ids_and_prose() -> None:
    arrival = parse(raw_mail(In_Reply_To='Your message of "Monday" <a@x>, <b@x>'))
    assert arrival.in_reply_to == ("a@x", "b@x")


def test_delivery_fields_are_lowercased_and_joined() -> None:
    arrival = parse(raw_mail("Delivered-To: Desk@Example.NET", "X-Original-To: help@example.net"))
    assert arrival.delivered_to == ("desk@example.net", "help@example.net")


@pytest.mark.parametrize(("value", "expected"), [("<>", ""), ("<Rosa@example.org>", "Rosa@example.org"), ("", None)])
def test_return_path(value: str, expected: str | None) -> None:
    assert parse(raw_mail(Return_Path=value)).return_path == expected
