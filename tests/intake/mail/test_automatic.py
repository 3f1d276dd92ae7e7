"""Mail that machines send must be told apart: it is kept, and never answered."""

import pytest

from intake.mail.parse import parse
from tests.intake.mail.raw_mail import multipart, part, raw_mail


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Auto-Submitted: auto-replied", "auto-replied"),
        ("Auto-Submitted: auto-generated (failure)", "auto-generated"),
        ("Auto-Submitted: auto-notified; x=1", "auto-generated"),
        ("X-Autoreply: yes", "auto-replied"),
        ("X-Autorespond: vacation", "auto-replied"),
        ("X-Auto-Response-Suppress: DR, OOF, AutoReply", "auto-generated"),
        ("Precedence: bulk", "bulk"),
        ("Precedence: auto_reply", "auto-replied"),
        ("List-Id: <news.example.org>", "bulk"),
        ("List-Unsubscribe: <mailto:x@example.org>", "bulk"),
        ("Return-Path: <>", "auto-generated"),
    ],
)
def test_headers_of_machines(header: str, kind: str) -> None:
    found = parse(raw_mail(header)).automatic
    assert found is not None
    assert found.kind == kind
    assert found.evidence.lower().startswith(header.split(":")[0].lower())


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Printer",
        "Out of Office: back Monday",
        "Abwesenheitsnotiz: Drucker",
        "Réponse automatique : Imprimante",
        "Respuesta automática: x",
        "Risposta automatica: x",
        "Автоответ: x",
        "自動返信: x",
        "Autosvar: x",
    ],
)
def test_vacation_subjects(subject: str) -> None:
    found = parse(raw_mail(Subject=subject)).automatic
    assert found is not None
    assert found.kind == "auto-replied"


@pytest.mark.parametrize(
    "header", ["Auto-Submitted: no", "X-Auto-Response-Suppress: DR, RN, NRN", "Precedence: normal"]
)
def test_headers_that_people_send_too(header: str) -> None:
    arrival = parse(raw_mail(header))
    assert arrival.automatic is None
    assert arrival.is_auto_answerable


@pytest.mark.parametrize(
    "subject", ["Automatic door is stuck", "How do I set an out of office reply?", "Auto insurance"]
)
def test_subjects_that_only_talk_about_it(subject: str) -> None:
    assert parse(raw_mail(Subject=subject)).automatic is None


@pytest.mark.parametrize(
    "sender",
    [
        "noreply@example.org",
        "no-reply+x@example.org",
        "MAILER-DAEMON@example.org",
        "postmaster@example.org",
        "",
        "do_not_reply@x.example",
    ],
)
def test_addresses_nobody_reads_are_not_answered(sender: str) -> None:
    assert not parse(raw_mail(From=sender)).is_auto_answerable


@pytest.mark.parametrize("sender", ["norbert@example.org", "rootsch@example.org", "reply@example.org"])
def test_people_are_answered(sender: str) -> None:
    assert parse(raw_mail(From=sender)).is_auto_answerable


def test_a_read_receipt_is_automatic_and_no_bounce() -> None:
    raw = multipart(part(body="Your message was displayed"), kind="report; report-type=disposition-notification")
    arrival = parse(raw)
    assert arrival.bounce is None
    assert arrival.automatic is not None
