"""Delivery reports as mail systems write them for people: all are found, each recipient with its own reason."""
# ruff: noqa: E501 - what those systems write, line for line

import pytest

from intake.mail.arrival import RecipientReport
from intake.mail.bounce_kind import kind_of
from intake.mail.parse import parse
from tests.intake.mail.raw_mail import multipart, part, raw_mail

RETURNED = "Received: from desk.example\nMessage-ID: <inc-7@desk.example>\nFrom: Desk <desk@example.net>\nTo: x\nSubject: Printer\n"
TEXTS = {
    "postfix": (
        "Undelivered Mail Returned to Sender",
        "This is the mail system at host mx.example.net.\n\nI'm sorry to have to inform you that your message could not\n"
        "be delivered to one or more recipients. It's attached below.\n\n<rosa@example.org>: host mx.example.org[192.0.2.1]\n"
        "    said: 550 5.1.1 <rosa@example.org>: Recipient address rejected: User unknown in\n    virtual mailbox table\n",
        "5.1.1",
    ),
    "exim": (
        "Mail delivery failed: returning message to sender",
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered "
        "to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n"
        "  rosa@example.org\n    Unrouteable address\n\n------ This is a copy of the message, including all the headers. ------\n",
        "",
    ),
    "qmail": (
        "failure notice",
        "Hi. This is the qmail-send program at example.net.\nI'm afraid I wasn't able to deliver your message to the "
        "following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<rosa@example.org>:\n"
        "192.0.2.1 does not like recipient.\nRemote host said: 550 5.7.1 Relaying denied\nGiving up on 192.0.2.1.\n\n"
        "--- Below this line is a copy of the message.\n\n",
        "5.7.1",
    ),
    "sendmail": (
        "Returned mail: see transcript for details",
        "The original message was received at Thu, 9 Apr 2026 23:34:45 +0900\nfrom localhost [127.0.0.1]\n\n"
        "   ----- The following addresses had permanent fatal errors -----\n<rosa@example.org>\n    (reason: 550 5.1.1 "
        "<rosa@example.org>... User Unknown)\n\n   ----- Transcript of session follows -----\n... while talking to "
        "mx.example.org.:\n>>> DATA\n<<< 550 5.1.1 <rosa@example.org>... User Unknown\n550 5.1.1 <rosa@example.org>... "
        "User unknown\n",
        "5.1.1",
    ),
    "gmail": (
        "Delivery Status Notification (Failure)",
        "Address not found\n\nYour message wasn't delivered to rosa@example.org because the address couldn't be found, or is "
        "unable to receive mail.\n\nThe response was:\n\n550 5.1.1 The email account that you tried to reach does not exist. "
        "Please try double-checking the recipient's email address for typos or unnecessary spaces.\n",
        "5.1.1",
    ),
    "outlook": (
        "Undeliverable: Printer",
        "Your message to rosa@example.org couldn't be delivered.\n\nrosa wasn't found at example.org.\n\nDiagnostic "
        "information for administrators:\n\nGenerating server: X.prod.outlook.com\n\nrosa@example.org\nRemote Server returned "
        "'550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'\n",
        "5.1.10",
    ),
    "exchange 2003": (
        "Undeliverable: Printer",
        "Your message did not reach some or all of the intended recipients.\n\n      Subject:\tPrinter\n      Sent:\t4/29/2026 "
        "23:34\n\nThe following recipient(s) could not be reached:\n\n      rosa@example.org on 4/29/2026 23:34\n            "
        "The e-mail account does not exist at the organization this message was sent to.\n            <mx.example.org #5.1.1>\n",
        "5.1.1",
    ),
    "notes": (
        "DELIVERY FAILURE: User rosa (rosa@example.org) not listed in Domino Directory",
        "Your message\n\n  Subject: Printer\n\nwas not delivered to:\n\n  rosa@example.org\n\nbecause:\n\n  User rosa "
        "(rosa@example.org) not listed in Domino Directory\n",
        "5.1.1",
    ),
    "courier": (
        "NOTICE: mail delivery status.",
        "This is a delivery status notification from mx.example.net,\nrunning the Courier mail server, version 0.65.2.\n\n"
        "The original message was received on Sun, 30 Nov 2026 17:24:54 +0900\nfrom 192.0.2.1\n\n"
        "---------------------------------------------------------------------------\n\n                           "
        "UNDELIVERABLE MAIL\n\nYour message to the following recipients cannot be delivered:\n\n<rosa@example.org>:\n    "
        "mx.example.org [192.0.2.2]:\n>>> RCPT TO:<rosa@example.org>\n<<< 550 5.1.1 <rosa@example.org>... User Unknown\n",
        "5.1.1",
    ),
    "yahoo": (
        "Failure Notice",
        "Sorry, we were unable to deliver your message to the following address.\n\n<rosa@example.org>:\n552: 5.2.2 mailbox "
        "full\n\n--- Below this line is a copy of the message.\n",
        "5.2.2",
    ),
    "zoho": (
        "Undelivered Mail Returned to Sender",
        "This message was created automatically by mail delivery software.\nA message that you sent could not be delivered to "
        "one or more of its recipients. This is a permanent error.\n\nrosa@example.org Invalid Address, ERROR_CODE :550, "
        "ERROR_CODE :5.1.1 <rosa@example.org>... User Unknown\n",
        "5.1.1",
    ),
    "james": (
        "[BOUNCE]",
        "Hi. This is the James mail server at example.net.\nI'm afraid I wasn't able to deliver your message to the following "
        "addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.  Below\nI include the list of "
        "recipients and the reason why I was unable to deliver\nyour message.\n\nFailed recipient(s):\nrosa@example.org\n\n"
        "Error message:\n550 Requested action not taken: no such user here\n",
        "5.1.1",
    ),
    "opensmtpd": (
        "Delivery status notification: error",
        "    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this e-mail.\n\n    An error has occurred while "
        "attempting to deliver a message for\n    the following list of recipients:\n\nrosa@example.org: 550 5.2.2 "
        "<rosa@example.org>... Mailbox Full\n\n    Below is a copy of the original message:\n\n",
        "5.2.2",
    ),
    "gmx": (
        "Mail delivery failed: returning message to sender",
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered "
        "to one or more of\nits recipients. The following addresses failed:\n\n<rosa@example.org>\n\nSMTP error from remote "
        "server after RCPT command:\nhost mx.example.org[192.0.2.1]:\n5.1.1 <rosa@example.org>... User Unknown\n\n"
        "--- The header of the original message is following. ---\n\n",
        "5.1.1",
    ),
    "german": (
        "Unzustellbar: Drucker",
        "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Verteilerlisten:\n\nrosa@example.org\nDie Nachricht "
        "konnte nicht zugestellt werden.\n\nDiagnoseinformationen für Administratoren:\n\nGenerierender Server: mx\n\n"
        "rosa@example.org\n#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##\n",
        "5.1.1",
    ),
    "mdaemon": (
        "Warning: rosa@example.org - User unknown!",
        "The following data may contain sections which represent BASE64 encoded file attachments.\n\nYour message could not "
        "be delivered.\n\nFailed address: rosa@example.org\n\n--- Session Transcript ---\n--> RCPT To:<rosa@example.org>\n"
        "<-- 550 5.1.1 <rosa@example.org>... User unknown\n",
        "5.1.1",
    ),
    "imail": (
        "Undeliverable Mail",
        "User mailbox exceeds allowed size: rosa@example.org\n\n\nOriginal message follows.\n\n",
        "5.2.2",
    ),
    "barracuda": (
        "Undelivered Mail Returned to Sender",
        "Your message to rosa@example.org was blocked by our Spam Firewall. The email you sent with the following subject has "
        "NOT BEEN DELIVERED:\n\nSubject: Printer\n\nrosa@example.org: 550 5.7.1 Message rejected\n",
        "5.7.1",
    ),
}  # fmt: skip


def mail(subject: str, text: str) -> bytes:
    headers = ("Content-Type: text/plain; charset=utf-8", "Return-Path: <>", "Auto-Submitted: auto-replied")
    sender = "Mail Delivery Subsystem <MAILER-DAEMON@mx.example.net>"
    return raw_mail(*headers, Subject=subject, From=sender, body=f"{text}\n{RETURNED}")


@pytest.mark.parametrize("system", TEXTS)
def test_reports_without_a_machine_read_part(system: str) -> None:
    subject, text, status = TEXTS[system]
    bounce = parse(mail(subject, text)).bounce
    assert bounce is not None
    assert bounce.recipients == ("rosa@example.org",)
    assert bounce.action == "failed"
    assert bounce.status == status or (not status and bounce.status.startswith("5."))
    assert bounce.original_message_id == "inc-7@desk.example"
    assert [(one.recipient, one.status) for one in bounce.reports] == [("rosa@example.org", bounce.status)]


SEVERAL = {
    "exim": "A message that you sent could not be delivered to one or more of its\nrecipients. The following address(es) failed:\n\n"
    "  rosa@example.org\n    host mx [192.0.2.1]: 550 5.1.1 unknown\n  kim@example.org\n    host mx [192.0.2.1]: 452 4.2.2 full\n",
    "qmail": "Hi. This is the qmail-send program.\nI wasn't able to deliver your message to the following addresses.\n\n"
    "<rosa@example.org>:\nRemote host said: 550 5.1.1 unknown\n\n<kim@example.org>:\nRemote host said: 452 4.2.2 full\n\n"
    "--- Below this line is a copy of the message.\n",
    "postfix": "could not\nbe delivered to one or more recipients.\n\n<rosa@example.org>: host mx said: 550 5.1.1 unknown\n\n"
    "<kim@example.org>: host mx said: 452 4.2.2 full\n",
}  # fmt: skip


@pytest.mark.parametrize("system", SEVERAL)
def test_several_recipients_in_prose(system: str) -> None:
    bounce = parse(mail("Mail delivery failed", SEVERAL[system])).bounce
    assert bounce is not None
    assert {(one.recipient, one.status, kind_of(one)) for one in bounce.reports} == {
        ("rosa@example.org", "5.1.1", "hard"),
        ("kim@example.org", "4.2.2", "soft"),
    }


def test_several_recipients_by_their_fields() -> None:
    groups = (
        "Reporting-MTA: dns; mx.example.net\n\n"
        "Original-Recipient: rfc822;list@example.org\nFinal-Recipient: rfc822; rosa@example.org\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 5.1.1 unknown\n\n"
        "Final-Recipient: rfc822; kim@example.org\nAction: delayed\nStatus: 4.4.1\nDiagnostic-Code: smtp; timed out\n\n"
        "Final-Recipient: rfc822; ann@example.org\nAction: delivered\nStatus: 2.0.0\n\n"
        "Final-Recipient: rfc822; bob@example.org\nAction: failed\nStatus: 5.2.2\n"
    )  # fmt: skip
    raw = multipart(
        part(body="It failed"), part("Content-Type: message/delivery-status", body=groups),
        kind="report; report-type=delivery-status",
    )  # fmt: skip
    bounce = parse(raw).bounce
    assert bounce is not None
    assert bounce.reports == (
        RecipientReport("list@example.org", "failed", "5.1.1", "smtp; 550 5.1.1 unknown"),
        RecipientReport("kim@example.org", "delayed", "4.4.1", "smtp; timed out"),
        RecipientReport("bob@example.org", "failed", "5.2.2", ""),
    )
    assert [kind_of(one) for one in bounce.reports] == ["hard", "delayed", "soft"]


@pytest.mark.parametrize(
    ("action", "status", "kind"),
    [
        ("failed", "5.1.1", "hard"), ("failed", "5.7.1", "hard"), ("failed", "5.0.0", "hard"), ("failed", "", "hard"),
        ("failed", "4.4.7", "soft"), ("failed", "5.4.7", "soft"), ("failed", "5.2.2", "soft"), ("failed", "4.0.0", "soft"),
        ("delayed", "4.4.1", "delayed"), ("delayed", "5.1.1", "delayed"),
    ],
)  # fmt: skip
def test_kind(action: str, status: str, kind: str) -> None:
    assert kind_of(RecipientReport("rosa@example.org", action, status, "")) == kind
