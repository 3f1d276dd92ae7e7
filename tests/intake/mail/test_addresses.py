"""Address fields as mail programs really write them."""

import pytest

from intake.mail.arrival import Address
from intake.mail.parse import parse
from tests.intake.mail.raw_mail import raw_mail


@pytest.mark.parametrize(
    ("value", "name", "address"),
    [
        ("rosa@example.org", "", "rosa@example.org"),
        ("Rosa Diaz <rosa@example.org>", "Rosa Diaz", "rosa@example.org"),
        ('"Diaz, Rosa" <rosa@example.org>', "Diaz, Rosa", "rosa@example.org"),
        ("=?utf-8?Q?Diaz=2C_Rosa?= <rosa@example.org>", "Diaz, Rosa", "rosa@example.org"),
        ("=?utf-8?Q?Diaz,_Rosa?= <rosa@example.org>", "Diaz, Rosa", "rosa@example.org"),
        ('"=?utf-8?Q?Z=C3=BCrich?=" <z@example.org>', "Zürich", "z@example.org"),
        ("rosa@example.org (Rosa Diaz)", "Rosa Diaz", "rosa@example.org"),
        ("rosa@home.example <rosa@example.org>", "rosa@home.example", "rosa@example.org"),
        ("Rosa [IT] <rosa@example.org>", "Rosa [IT]", "rosa@example.org"),
        ("Rosa <IT> <rosa@example.org>", "Rosa <IT>", "rosa@example.org"),
        ("Rosa <rosa@example.org", "Rosa", "rosa@example.org"),
        ('Rosa "the boss <rosa@example.org>', 'Rosa "the boss', "rosa@example.org"),
        ("rosa @ example . org", "", "rosa@example.org"),
        ("Rosa rosa@example.org", "Rosa", "rosa@example.org"),
        ("<rosa.@example.org>", "", "rosa.@example.org"),
        ("<rosá@example.org>", "", "rosá@example.org"),
        ("Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>", "Pete", "pete@silly.test"),
        ("<@relay.example:rosa@example.org>", "", "rosa@example.org"),
        ("=?utf-8?Q?Rosa_<rosa=40example.org>?=", "Rosa", "rosa@example.org"),
        ("Team: Rosa <rosa@example.org>;", "Rosa", "rosa@example.org"),
        ("Support: Team <rosa@example.org>", "Support: Team", "rosa@example.org"),
        (", , rosa@example.org,", "", "rosa@example.org"),
    ],
)
def test_sender(value: str, name: str, address: str) -> None:
    assert parse(raw_mail(From=value)).sender == Address(name, address)


@pytest.mark.parametrize(
    "value", ["", "nobody", "undisclosed-recipients:;", "<>", "MAILER-DAEMON", "@", "(just a comment)"]
)
def test_no_usable_sender_is_none(value: str) -> None:
    assert parse(raw_mail(From=value)).sender is None


def test_sender_field_stands_in_for_an_empty_from() -> None:
    sender = parse(raw_mail("Sender: rosa@example.org", From="unknown")).sender
    assert sender == Address("", "rosa@example.org")


def test_repeated_fields_are_joined() -> None:
    arrival = parse(raw_mail("Cc: a@example.org", "Cc: b@example.org; c@example.org"))
    assert [one.address for one in arrival.cc] == ["a@example.org", "b@example.org", "c@example.org"]


def test_one_broken_address_costs_only_itself() -> None:
    arrival = parse(raw_mail(To="a@example.org, Broken <oops, b@example.org"))
    assert [one.address for one in arrival.to] == ["a@example.org", "b@example.org"]


def test_a_group_is_opened() -> None:
    arrival = parse(raw_mail(To="Desk: a@example.org, b@example.org;, c@example.org"))
    assert [one.address for one in arrival.to] == ["a@example.org", "b@example.org", "c@example.org"]


def test_reply_to_is_read() -> None:
    assert parse(raw_mail(Reply_To="Desk <d@example.org>")).reply_to == (Address("Desk", "d@example.org"),)
