"""Delivery reports: the machine-read part first, then what mail systems write in prose."""

import pytest

from intake.mail.parse import parse
from tests.intake.mail.raw_mail import multipart, part, raw_mail

RETURNED = part(
    "Content-Type: message/rfc822", body="Message-ID: <inc-7@desk.example>\r\nSubject: Re: Printer\r\n\r\nText"
)


def report(*groups: str, text: str = "Sorry.") -> bytes:
    fields = "Reporting-MTA: dns; mx.example\r\n\r\n" + "\r\n\r\n".join(groups)
    status = part("Content-Type: message/delivery-status", body=fields)
    return multipart(part(body=text), status, RETURNED, kind="report; report-type=delivery-status")


def prose(text: str, subject: str = "failure notice", **named: str) -> bytes:
    return raw_mail(From="MAILER-DAEMON@mx.example", Subject=subject, Return_Path="<>", body=text, **named)


def group(recipient: str, action: str = "failed", status: str = "5.1.1", diagnostic: str = "") -> str:
    lines = [f"Final-Recipient: rfc822; {recipient}", f"Action: {action}", f"Status: {status}"]
    return "\r\n".join([*lines, f"Diagnostic-Code: smtp; {diagnostic}"] if diagnostic else lines)


def test_rfc_3464_report() -> None:
    bounce = parse(report(group("rosa@example.org", diagnostic="550 5.1.1 no such user"))).bounce
    assert bounce is not None
    assert (bounce.recipients, bounce.status, bounce.action) == (("rosa@example.org",), "5.1.1", "failed")
    assert "no such user" in bounce.diagnostic
    assert bounce.original_message_id == "inc-7@desk.example"


def test_several_recipients_with_different_codes() -> None:
    bounce = parse(report(group("a@example.org", status="5.1.1"), group("b@example.org", status="5.2.2"))).bounce
    assert bounce is not None
    assert bounce.recipients == ("a@example.org", "b@example.org")


def test_original_and_final_recipient_both_count() -> None:
    fields = "Original-Recipient: rfc822; info@example.org\r\n" + group("rosa@inner.example")
    bounce = parse(report(fields)).bounce
    assert bounce is not None
    assert bounce.recipients == ("info@example.org", "rosa@inner.example")


def test_only_the_failed_recipient_counts() -> None:
    bounce = parse(report(group("a@example.org", "delivered", "2.1.5"), group("b@example.org"))).bounce
    assert bounce is not None
    assert bounce.recipients == ("b@example.org",)


def test_delay_is_told_from_failure() -> None:
    bounce = parse(report(group("a@example.org", "delayed", "4.4.1"))).bounce
    assert bounce is not None
    assert (bounce.action, bounce.status) == ("delayed", "4.4.1")


def test_the_far_servers_own_code_is_the_telling_one() -> None:
    bounce = parse(report(group("a@example.org", status="5.0.0", diagnostic="550 5.7.26 unauthenticated"))).bounce
    assert bounce is not None
    assert bounce.status == "5.7.26"


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_reports_of_success_are_no_bounces(action: str) -> None:
    assert parse(report(group("a@example.org", action, "2.0.0"))).bounce is None


def test_an_abuse_report_is_no_bounce() -> None:
    feedback = part("Content-Type: message/feedback-report", body="Feedback-Type: abuse")
    raw = multipart(part(body="abuse"), feedback, RETURNED, kind="report; report-type=feedback-report")
    assert parse(raw).bounce is None


def test_a_vacation_reply_is_automatic_but_no_bounce() -> None:
    arrival = parse(raw_mail("Auto-Submitted: auto-replied", Return_Path="<>", body="I am away until Monday."))
    assert arrival.bounce is None
    assert arrival.automatic is not None


@pytest.mark.parametrize("body", ["My printer says: delivery failed", "The parcel could not be delivered, what now?"])
def test_a_person_who_writes_about_failures_is_no_bounce(body: str) -> None:
    assert parse(raw_mail(Subject="Printer", body=body)).bounce is None


def test_a_person_who_asks_about_returned_mail_is_no_bounce() -> None:
    body = "Since Monday my mail could not be delivered, it says user unknown. Please help."
    assert parse(raw_mail(Subject="Mail delivery problem: undeliverable", body=body)).bounce is None


def test_a_person_who_forwards_a_report_is_no_bounce() -> None:
    body = (
        "What is this?\n\nDelivery failed, user unknown.\n\n--- Original message ---\n"
        "Received: from x\nMessage-ID: <a@b>\n"
    )
    assert parse(raw_mail(Subject="Fwd: Undelivered Mail Returned to Sender", body=body)).bounce is None


def test_a_report_part_that_a_person_attached_is_no_bounce() -> None:
    status = part("Content-Type: message/delivery-status", body=group("x@example.org"))
    assert parse(multipart(part(body="What is this?"), status)).bounce is None


@pytest.mark.parametrize(
    ("text", "recipient", "status"),
    [
        (
            "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your "
            "message to the "
            "following addresses.\n\n<rosa@example.org>:\n192.0.2.1 does not like recipient.\nRemote "
            "host said: 550 5.1.1 "
            "User unknown\nGiving up on 192.0.2.1.\n\n--- Below this line is a copy of the "
            "message.\n\nTo: x@y.example\n",
            "rosa@example.org",
            "5.1.1",
        ),
        (
            "A message that you sent could not be delivered to one or more of its\nrecipients. This is a "
            "permanent error. "
            "The following address(es) failed:\n\n  rosa@example.org\n    SMTP error from remote mail "
            "server after RCPT "
            "TO:<rosa@example.org>:\n    host mx.example.org [192.0.2.1]: 552 5.2.2 Mailbox full\n\n"
            "------ This is a copy of the message, including all the headers. ------\n",
            "rosa@example.org",
            "5.2.2",
        ),
        (
            "Your message\n\n  To:      Rosa\n  Subject: Printer\n\ndid not reach the following recipient(s):\n\n"
            "rosa@example.org on Thu, 29 Apr 2010 00:00:00 -0000\n    The recipient name is not recognized\n",
            "rosa@example.org",
            "5.1.1",
        ),
        (
            "Delivery to the following recipient failed permanently:\n\n     rosa@example.org\n\nThe "
            "error that the other "
            "server returned was:\n550 5.7.1 blocked\n\n----- Original message -----\n\nReceived: from x\n",
            "rosa@example.org",
            "5.7.1",
        ),
        (
            "Your mail sent on: Thu, 29 Apr 2013 00:00:00 +0900\n     Could not be delivered to: <rosa@example.org>\n"
            "     As their mailbox is full.\n",
            "rosa@example.org",
            "5.2.2",
        ),
        ("Each of the following recipients was rejected.\n\n  Recipient: <rosa@example.org>\n  >>> MAIL "
        "FROM:<d@x.example>\n"
         "  <<< 550 SC-004 refused\n", "rosa@example.org", "5.7.1"),
        ("Final-Recipient: rfc822; rosa@example.org\nAction: failed\nStatus: 5.2.1\n", "rosa@example.org", "5.2.1"),
    ],
)  # fmt: skip
def test_reports_in_prose(text: str, recipient: str, status: str) -> None:
    bounce = parse(prose(text)).bounce
    assert bounce is not None
    assert recipient in bounce.recipients
    assert (bounce.status, bounce.action) == (status, "failed")


def test_warning_of_delay_in_prose() -> None:
    text = (
        "A message is delayed for more than 10 minutes for the following\nlist of recipients:\n\n"
        "rosa@example.org: No route\n"
    )
    bounce = parse(prose(text, subject="Delivery status notification: warning")).bounce
    assert bounce is not None
    assert (bounce.recipients, bounce.action, bounce.status[0]) == (("rosa@example.org",), "delayed", "4")


def test_x_failed_recipients_names_them() -> None:
    bounce = parse(prose("Delivery failed.", X_Failed_Recipients="a@example.org, b@example.org")).bounce
    assert bounce is not None
    assert bounce.recipients == ("a@example.org", "b@example.org")


def test_id_of_the_returned_mail_is_found_in_the_text() -> None:
    text = (
        "<rosa@example.org>: 550 5.1.1 unknown user\n\n----- Original message -----\n\n"
        "Message-ID: <inc-7@desk.example>\n"
    )
    bounce = parse(prose(text)).bounce
    assert bounce is not None
    assert bounce.original_message_id == "inc-7@desk.example"


def test_a_bounce_is_never_answered() -> None:
    arrival = parse(report(group("rosa@example.org")))
    assert arrival.automatic is not None
    assert not arrival.is_auto_answerable
