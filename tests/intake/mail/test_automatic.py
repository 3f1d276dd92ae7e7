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
        ("X-Auto-Response: vacation", "auto-replied"),
        ("X-Mailer: Postfix Admin Virtual Vacation", "auto-replied"),
        ("X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent", "auto-generated"),
        ("X-Cron-Env: <SHELL=/bin/sh>", "auto-generated"),
        ("X-FC-MachineGenerated: true", "auto-generated"),
        ("X-GitHub-Reason: mention", "auto-generated"),
        ("Mailing-List: contact staff-help@example.org", "bulk"),
        ("X-Mailman-Version: 2.1.39", "bulk"),
        ("Feedback-ID: 1:2:mailer", "bulk"),
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
        "Out of Office AutoReply: Printer",
        "Out of Office",
        "Abwesend: Re: Drucker",
        "Message d'absence : Imprimante",
        "Fuori ufficio: Stampante",
        "Afwezigheid: Printer",
        "Odpowiedź automatyczna: x",
        "[Auto-Reply] Printer",
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
    "subject",
    [
        "Automatic door is stuck",
        "How do I set an out of office reply?",
        "Auto insurance",
        "Out of office does not work in Outlook",
        "Automatic reply cannot be switched off",
        "On leave next week: who takes over my tickets?",
        "Abwesend melden, wie geht das?",
    ],
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


def test_monitoring_that_says_bulk_as_well_is_generated() -> None:
    found = parse(
        raw_mail("Precedence: bulk", "Auto-Submitted: auto-generated", Subject="CRITICAL: disk full")
    ).automatic
    assert found is not None
    assert found.kind == "auto-generated"


def test_a_vacation_notice_that_says_bulk_as_well_is_an_answer() -> None:
    found = parse(raw_mail("Precedence: bulk", "X-Autoreply: yes", Subject="Re: Printer")).automatic
    assert found is not None
    assert found.kind == "auto-replied"


def test_an_answer_that_names_its_absence_in_the_subject() -> None:
    found = parse(raw_mail("In-Reply-To: <inc-7@desk.example>", Subject="Out of office until Monday")).automatic
    assert found is not None
    assert found.kind == "auto-replied"


def test_a_person_who_writes_through_a_list_is_a_person_asking() -> None:
    """Filed like any mail, as bulk is; but an acknowledgement might reach the whole list (RFC 3834 section 2)."""
    arrival = parse(
        raw_mail("List-Id: <staff.example.org>", "List-Post: <mailto:staff@example.org>", "Precedence: list")
    )
    assert arrival.automatic is not None
    assert arrival.automatic.kind == "bulk"
    assert arrival.sender is not None
    assert arrival.sender.address == "rosa@example.org"
    assert not arrival.is_auto_answerable


def test_a_read_receipt_is_automatic_and_no_bounce() -> None:
    raw = multipart(part(body="Your message was displayed"), kind="report; report-type=disposition-notification")
    arrival = parse(raw)
    assert arrival.bounce is None
    assert arrival.automatic is not None
