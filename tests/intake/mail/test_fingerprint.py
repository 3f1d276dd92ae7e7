"""One mail through two mailboxes is one mail; two mails are two."""

import pytest

from intake.mail.parse import parse
from tests.intake.mail.raw_mail import raw_mail


def test_delivery_headers_do_not_count() -> None:
    first = parse(raw_mail("Received: from a", "Delivered-To: desk@example.net", Message_ID="<a@b>"))
    second = parse(raw_mail("Received: from c", "Delivered-To: help@example.net", Message_ID="<a@b>"))
    assert first.fingerprint == second.fingerprint


def test_transfer_encoding_does_not_count() -> None:
    encoded = raw_mail("Content-Transfer-Encoding: base64", body="SGVsbG8=")
    assert parse(raw_mail(body="Hello")).fingerprint == parse(encoded).fingerprint


@pytest.mark.parametrize(
    "other",
    [
        raw_mail(body="Hello!"),
        raw_mail(Subject="Scanner"),
        raw_mail(From="other@example.org"),
        raw_mail(Date="Fri, 21 Nov 2025 10:00:00 +0000"),
        raw_mail(Message_ID="<other@b>"),
    ],
)
def test_what_the_writer_wrote_counts(other: bytes) -> None:
    assert parse(raw_mail()).fingerprint != parse(other).fingerprint
