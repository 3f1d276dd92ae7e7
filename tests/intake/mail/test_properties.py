"""Properties for any input: nothing raises, no text is lost, equal input gives equal output."""

import json
from base64 import b64encode
from binascii import b2a_uu
from collections import Counter
from functools import lru_cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.mail.arrival import Arrival
from intake.mail.as_json import to_json
from intake.mail.bounce_kind import kind_of
from intake.mail.parse import parse
from intake.mail.quotes import split_reply
from intake.mail.rtf import decompress
from intake.mail.transfer import decode_base64, decode_uu
from tests.fuzz import wrapping
from tests.fuzz.seeds import seeds
from tests.intake.mail import outlook
from tests.intake.mail.raw_mail import multipart, part, raw_mail, text_mail

SAMPLE = multipart(
    part(
        "Content-Type: text/plain; charset=utf-8; format=flowed",
        body="Yes. \r\n\r\nOn Jan 6, 2025 Desk wrote:\r\n> No?\r\n",
    ),
    part("Content-Type: text/html", body="<p>Yes<blockquote>No?</blockquote>"),
    part('Content-Type: image/png; name="=?utf-8?Q?a.png?="', "Content-Transfer-Encoding: base64", body="AAAA"),
    part("Content-Type: message/delivery-status", body="Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\n"),
)
LINES = st.sampled_from(
    [
        "", "Hello", "> quote", ">> deeper", "-- ", "--", "On Jan 6, 2025 Desk <d@e.example> wrote:", "wrote:",
        "On Jan 6, 2025", "From: Desk <d@e.example>", "Sent: Monday 9:00 2025", "To: Rosa", "Subject: Printer",
        "-----Original Message-----", "________________", "Sent from my iPhone",
        "Am 6.1.2025 schrieb Desk:", " ", "\t>x",
        "---------- Forwarded message ---------", "-Rosa", "ᐧ", "Get Outlook for iOS<https://aka.ms/x>",
    ]
)  # fmt: skip
FRAGMENTS = st.sampled_from(
    [b"\n\n", b"--cut", b"--cut--", b"=?utf-8?B?", b"?=", b"\x00", b"\xff\xfe", b"\x1b$B", b'"', b"<",
    b";", b"Content-Type: ",
     b"multipart/mixed; boundary=cut", b"charset=", b"message/rfc822", b"base64", b"begin 644 x\n", b"\r"]
)  # fmt: skip
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


PLACES = st.integers(wrapping.RAW, wrapping.PROSE_REPORT)
PIECES = st.binary(max_size=40) | FRAGMENTS | LINES.map(str.encode) | st.sampled_from(
    [b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n", b"DTSTART;TZID=", b"RRULE:FREQ=WEEKLY;BYDAY=", b":20261130T100000\r\n",
     b"{\\rtf1", b"\\u8364?", b"{\\*\\htmltag <p>}", b"\\htmlrtf", b"\x30\x80", b"\x30\x82\x01\x00",
     b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", b"\xa0\x80", b"\x00\x00", b"\x24\x80", b"dkim=pass ",
     b"(", b")", b"until ", b"bis zum ", b"30.11.2026", b"Monday", b"jusqu'au ", b"<p>", b"<blockquote>", b"&#4;",
     b"Final-Recipient: rfc822; a@b.c\n", b"Action: failed\n", b"Status: 5.1.1\n\n", b"<a@b.c>:\n", b"550 5.1.1 no\n"]
)  # fmt: skip


def words(text: str) -> Counter[str]:
    return Counter("".join(text.split()))


def check(arrival: Arrival) -> None:
    """What holds for every mail, whatever is in it."""
    assert arrival.signature is None or not arrival.signature.verified
    assert arrival.bounce is None or {kind_of(one) for one in arrival.bounce.reports} <= {"hard", "soft", "delayed"}
    assert arrival.away_until is None or arrival.date is not None
    assert arrival.language == "" or len(arrival.language) == 2
    assert json.dumps(to_json(arrival))
    assert words(arrival.reply_text) + words(arrival.quoted_text) == words(arrival.text)
    assert "\x00" not in arrival.subject + arrival.text + arrival.html


@lru_cache
def envelopes() -> list[bytes]:
    """What the fuzzer starts from, made once: it takes keys."""
    return seeds()


@QUICK
@given(st.binary(max_size=2000))
def test_any_bytes_give_an_arrival(raw: bytes) -> None:
    check(parse(raw))


@QUICK
@given(
    st.lists(st.tuples(st.integers(0, len(SAMPLE)), st.integers(0, 30), FRAGMENTS | st.binary(max_size=8)), max_size=8)
)
def test_mutated_mail_gives_an_arrival(changes: list[tuple[int, int, bytes]]) -> None:
    raw = SAMPLE
    for at, length, inserted in changes:
        raw = raw[:at] + inserted + raw[at + length :]
    check(parse(raw))


@settings(parent=QUICK, max_examples=600)
@given(PLACES, st.lists(PIECES, max_size=12).map(b"".join))
def test_any_bytes_wherever_a_mail_carries_them(place: int, content: bytes) -> None:
    check(parse(wrapping.mail_of(wrapping.seed(place, content))))


@QUICK
@given(st.data())
def test_damaged_envelopes(data: st.DataObject) -> None:
    raw = data.draw(st.sampled_from(envelopes()))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw)))
        raw = raw[:at] + data.draw(st.binary(max_size=4)) + raw[at + data.draw(st.integers(0, 6)) :]
    check(parse(wrapping.mail_of(raw)))


@QUICK
@given(st.binary(max_size=3000))
def test_tnef_gives_back_what_was_put_in(content: bytes) -> None:
    stream = outlook.stream(outlook.attached(name=b"a.bin", data=content))
    raw = wrapping.mail_of(wrapping.seed(wrapping.TNEF, stream[6:]))
    assert [one.content for one in parse(raw).attachments] == [content]


@QUICK
@given(st.binary(max_size=3000))
def test_rtf_survives_its_compression(content: bytes) -> None:
    assert decompress(outlook.compressed_rtf(content)) == content


@QUICK
@given(st.binary(max_size=2000))
def test_base64_and_uuencode_give_back_what_was_put_in(content: bytes) -> None:
    lines = (b2a_uu(content[at : at + 45]) for at in range(0, len(content), 45))
    assert decode_uu(b"begin 644 x\n" + b"".join(lines) + b"`\nend\n") == content
    assert decode_base64(b64encode(content)) == content


@QUICK
@given(st.text(max_size=500))
def test_any_text_survives_the_way_through(text: str) -> None:
    check(parse(text_mail(text)))


@QUICK
@given(st.lists(LINES, max_size=40))
def test_folding_parts_the_lines_and_keeps_their_order(lines: list[str]) -> None:
    reply, folded, _ = split_reply("\n".join(lines), chars_max=10_000)
    assert words(reply) + words(folded) == words("".join(lines))
    for piece in (reply, folded):
        rest = iter(lines)
        assert all(any(line == other for other in rest) for line in piece.split("\n") if line.strip())


@QUICK
@given(st.lists(LINES, max_size=20))
def test_a_reply_is_never_empty_when_there_is_text(lines: list[str]) -> None:
    text = "\n".join(lines)
    reply, *_ = split_reply(text, chars_max=10_000)
    assert bool(reply.strip()) == bool(text.strip())


@QUICK
@given(st.binary(max_size=500))
def test_parsing_is_a_function(raw: bytes) -> None:
    assert parse(raw) == parse(raw)


@QUICK
@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=60))
def test_any_subject_survives_encoded_words(subject: str) -> None:
    encoded = "=?utf-8?B?" + b64encode(subject.encode()).decode() + "?="
    assert parse(raw_mail(Subject=encoded)).subject == subject.strip()
