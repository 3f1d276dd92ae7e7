"""Authentication-Results as servers write them, well and badly (RFC 8601)."""

import pytest

from intake.mail.arrival import AuthenticationResults
from intake.mail.parse import parse
from tests.intake.mail.raw_mail import raw_mail


def read(value: str) -> AuthenticationResults:
    (found,) = parse(raw_mail(f"Authentication-Results: {value}")).authentication
    return found


def test_google() -> None:
    found = read(
        "mx.google.com;\r\n       dkim=pass header.i=@example.org header.s=s1 header.b=oINEO8hg;\r\n"
        "       spf=pass (google.com: domain of rosa@example.org designates 192.0.2.1 as permitted sender)"
        " smtp.mailfrom=rosa@Example.org;\r\n       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=example.org"
    )
    assert found == AuthenticationResults(
        "mx.google.com",
        (
            ("dkim", "pass", {"header.i": "@example.org", "header.s": "s1", "header.b": "oineo8hg"}),
            ("spf", "pass", {"smtp.mailfrom": "rosa@example.org"}),
            ("dmarc", "pass", {"header.from": "example.org"}),
        ),
    )


def test_microsoft_names_itself_nowhere() -> None:
    found = read(
        "spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom=example.org; dkim=pass (signature was verified)\r\n"
        " header.d=example.org;dmarc=pass action=none\r\n header.from=example.org;compauth=pass reason=100"
    )
    assert found.authserv_id == ""
    assert [(method, result) for method, result, _ in found.results] == [
        ("spf", "pass"), ("dkim", "pass"), ("dmarc", "pass"), ("compauth", "pass"),
    ]  # fmt: skip
    assert found.results[2][2] == {"action": "none", "header.from": "example.org"}


@pytest.mark.parametrize(
    ("value", "authserv_id", "results"),
    [
        ("Example.ORG 1; none", "example.org", ()),
        ("example.org; none", "example.org", ()),
        ("example.org", "example.org", ()),
        ("(a (nested) comment) example.org (x) 1 (y); spf (z) = (w) fail", "example.org", (("spf", "fail", {}),)),
        ("example.org; dkim/1 = neutral", "example.org", (("dkim", "neutral", {}),)),
        ('example.org; dkim=fail reason="a; (b)"', "example.org", (("dkim", "fail", {"reason": "a; (b)"}),)),
        ('example.org; auth=pass smtp.auth="a\\"b"', "example.org", (("auth", "pass", {"smtp.auth": 'a"b'}),)),
        ("example.org;;; ;spf=pass;", "example.org", (("spf", "pass", {}),)),
        ("example.org; spf=pass policy.x=1 policy.x=2", "example.org", (("spf", "pass", {"policy.x": "1"}),)),
        ("", "", ()),
        (";;;", "", ()),
        ("=", "", ()),
        ("((((", "", ()),
        ("))))", "", ()),
    ],
)  # fmt: skip
def test_one_field(value: str, authserv_id: str, results: tuple[object, ...]) -> None:
    assert read(value) == AuthenticationResults(authserv_id, results)  # type: ignore[arg-type]


def test_topmost_first() -> None:
    found = parse(
        raw_mail("Authentication-Results: near.example; spf=pass", "Authentication-Results: far.example; none")
    )
    assert [one.authserv_id for one in found.authentication] == ["near.example", "far.example"]


def test_a_result_inside_a_comment_or_quotes_does_not_count() -> None:
    assert read('example.org; spf=fail (dmarc=pass) smtp.helo="x; dkim=pass"').results == (
        ("spf", "fail", {"smtp.helo": "x; dkim=pass"}),
    )


@pytest.mark.parametrize(
    "value", ['"' * 50_000, "(" * 50_000, "a " * 50_000, ";" * 50_000, "a=b " * 50_000, "a" * 100_000]
)
def test_hostile_fields_end(value: str) -> None:
    assert len(read(value).results) <= 50


def test_hundreds_of_fields_are_cut_and_said() -> None:
    arrival = parse(raw_mail(*["Authentication-Results: x; none"] * 300))
    assert len(arrival.authentication) == 50
    assert any("Authentication-Results" in note for note in arrival.defects)
