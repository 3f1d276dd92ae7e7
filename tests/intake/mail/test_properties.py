"""Properties for any input: nothing raises, no text is lost, equal input gives equal output."""

from base64 import b64encode
from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.mail.arrival import Arrival
from intake.mail.parse import parse
from intake.mail.quotes import split_reply
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


def words(text: str) -> Counter[str]:
    return Counter("".join(text.split()))


def check(arrival: Arrival) -> None:
    assert words(arrival.reply_text) + words(arrival.quoted_text) == words(arrival.text)
    assert "\x00" not in arrival.subject + arrival.text + arrival.html


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


@QUICK
@given(st.text(max_size=500))
def test_any_text_survives_the_way_through(text: str) -> None:
    check(parse(text_mail(text)))


@QUICK
@given(st.lists(LINES, max_size=40))
def test_folding_parts_the_lines_and_keeps_their_order(lines: list[str]) -> None:
    reply, folded = split_reply("\n".join(lines), chars_max=10_000)
    assert words(reply) + words(folded) == words("".join(lines))
    for piece in (reply, folded):
        rest = iter(lines)
        assert all(any(line == other for other in rest) for line in piece.split("\n") if line.strip())


@QUICK
@given(st.lists(LINES, max_size=20))
def test_a_reply_is_never_empty_when_there_is_text(lines: list[str]) -> None:
    text = "\n".join(lines)
    reply, _ = split_reply(text, chars_max=10_000)
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
