"""Whose mail was forwarded: the blocks of Outlook, Gmail, Apple Mail and Thunderbird, and what must not be guessed."""

from base64 import b64encode
from datetime import UTC, datetime

import pytest

from intake.mail.arrival import Address, Forwarded
from intake.mail.parse import parse
from tests.intake.mail.raw_mail import multipart, part, raw_mail

ROSA = Address("Rosa Diaz", "rosa@example.org")
NINE = datetime(2026, 1, 6, 8, 0, tzinfo=UTC)  # nine o'clock where the forwarding was done


def read(text: str, subject: str = "Fwd: Printer") -> Forwarded | None:
    headers = ("Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64")
    encoded = b64encode(text.encode())
    return parse(raw_mail(*headers, Subject=subject, Date="Wed, 7 Jan 2026 10:00:00 +0100", body=encoded)).forwarded


BLOCKS = {
    "Gmail": "---------- Forwarded message ---------\nFrom: Rosa Diaz <rosa@example.org>\n"
    "Date: Tue, Jan 6, 2026 at 9:00 AM\nSubject: Printer\nTo: <desk@example.net>\n\n",
    "Gmail, German": "---------- Forwarded message ---------\nVon: Rosa Diaz <rosa@example.org>\n"
    "Date: Di., 6. Jan. 2026 um 09:00 Uhr\nSubject: Printer\nTo: <desk@example.net>\n\n",
    "Apple": "Begin forwarded message:\n\nFrom: Rosa Diaz <rosa@example.org>\nSubject: Printer\n"
    "Date: 6 January 2026 at 09:00:00 CET\nTo: desk@example.net\n\n",
    "Apple, German": "Anfang der weitergeleiteten Nachricht:\n\nVon: Rosa Diaz <rosa@example.org>\nBetreff: Printer\n"
    "Datum: 6. Januar 2026 um 09:00:00 MEZ\nAn: desk@example.net\n\n",
    "Apple, French": "Début du message réexpédié :\n\nDe: Rosa Diaz <rosa@example.org>\nObjet: Printer\n"
    "Date: 6 janvier 2026 à 09:00:00 UTC+1\nÀ: desk@example.net\n\n",
    "Thunderbird": "-------- Forwarded Message --------\nSubject: \tPrinter\nDate: \tTue, 6 Jan 2026 09:00:00 +0100\n"
    "From: \tRosa Diaz <rosa@example.org>\nTo: \tdesk@example.net\n\n",
    "Thunderbird, German": "-------- Weitergeleitete Nachricht --------\nBetreff: \tPrinter\n"
    "Datum: \tTue, 6 Jan 2026 09:00:00 +0100\nVon: \tRosa Diaz <rosa@example.org>\nAn: \tdesk@example.net\n\n",
    "Thunderbird, French": "-------- Message transféré --------\nSujet : \tPrinter\n"
    "Date : \tTue, 6 Jan 2026 09:00:00 +0100\n"
    "De : \tRosa Diaz <rosa@example.org>\nPour : \tdesk@example.net\n\n",
    "Thunderbird, Italian": "-------- Messaggio Inoltrato --------\nOggetto: \tPrinter\n"
    "Data: \tTue, 6 Jan 2026 09:00:00 +0100\nMittente: \tRosa Diaz <rosa@example.org>\nA: \tdesk@example.net\n\n",
    "Thunderbird, Dutch": "-------- Doorgestuurd bericht --------\nOnderwerp: \tPrinter\n"
    "Datum: \tTue, 6 Jan 2026 09:00:00 +0100\nVan: \tRosa Diaz <rosa@example.org>\nAan: \tdesk@example.net\n\n",
    "Outlook of old": "-----Original Message-----\nFrom: Rosa Diaz [mailto:rosa@example.org] \n"
    "Sent: Tuesday, January 06, 2026 9:00 AM\nTo: Desk\nSubject: Printer\n\n",
}
OUTLOOK = {
    "FW: Printer": "From: Rosa Diaz <rosa@example.org>\nSent: Tuesday, January 6, 2026 9:00 AM\n"
    "To: Desk\nSubject: Printer\n\n",
    "Fw: Printer": "________________________________\nFrom: Rosa Diaz <rosa@example.org>\n"
    "Sent: Tuesday, January 6, 2026 9:00:00 AM\nTo: Desk <desk@example.net>\nCc: Kim\nSubject: Printer\n\n",
    "WG: Printer": "Von: Rosa Diaz <rosa@example.org> \nGesendet: Dienstag, 6. Januar 2026 09:00\nAn: Desk\n"
    "Betreff: Printer\n\n",
    "TR: Printer": "De : Rosa Diaz <rosa@example.org> \nEnvoyé : mardi 6 janvier 2026 09:00\nÀ : Desk\n"
    "Objet : Printer\n\n",
    "RV: Printer": "De: Rosa Diaz <rosa@example.org> \nEnviado el: martes, 6 de enero de 2026 9:00\nPara: Desk\n"
    "Asunto: Printer\n\n",
    "I: Printer": "Da: Rosa Diaz <rosa@example.org> \nInviato: martedì 6 gennaio 2026 09:00\nA: Desk\n"
    "Oggetto: Printer\n\n",
    "Doorst: Printer": "Van: Rosa Diaz <rosa@example.org> \nVerzonden: dinsdag 6 januari 2026 09:00\nAan: Desk\n"
    "Onderwerp: Printer\n\n",
}


@pytest.mark.parametrize("note", ["", "Please have a look.\n\n"])
@pytest.mark.parametrize("client", BLOCKS)
def test_a_line_that_says_forwarded(client: str, note: str) -> None:
    assert read(f"{note}{BLOCKS[client]}It smokes.\n") == Forwarded(
        ROSA, "Printer", NINE, "It smokes.", "forwarded text"
    )


@pytest.mark.parametrize("note", ["", "Please have a look.\n\n"])
@pytest.mark.parametrize("subject", OUTLOOK)
def test_outlook_says_it_in_the_subject(subject: str, note: str) -> None:
    found = read(f"{note}{OUTLOOK[subject]}It smokes.\n", subject)
    assert found == Forwarded(ROSA, "Printer", NINE, "It smokes.", "forwarded text")


def test_apple_mail_quotes_it_all() -> None:
    quoted = "".join(f"> {line}\n" for line in f"{BLOCKS['Apple']}It smokes.".split("\n"))
    assert read(f"Please\n\n{quoted}") == Forwarded(ROSA, "Printer", NINE, "It smokes.", "forwarded text")


def test_as_attached_message() -> None:
    inner = "From: Rosa Diaz <rosa@example.org>\r\nSubject: Printer\r\nDate: Tue, 6 Jan 2026 09:00:00 +0100\r\n\r\n"
    inner += "It smokes."
    raw = multipart(part(body="Please"), part("Content-Type: message/rfc822", body=inner))
    assert parse(raw).forwarded == Forwarded(ROSA, "Printer", NINE, "It smokes.", "attached message")


def test_as_attached_message_in_base64() -> None:
    inner = b64encode(b"From: Rosa Diaz <rosa@example.org>\r\nSubject: Printer\r\n\r\nIt smokes.")
    headers = ("Content-Type: message/rfc822", "Content-Transfer-Encoding: base64")
    assert parse(multipart(part(body="Please"), part(*headers, body=inner))).forwarded == Forwarded(
        ROSA, "Printer", None, "It smokes.", "attached message"
    )


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        (OUTLOOK["FW: Printer"] + "It smokes.", "RE: Printer"),  # an answer with history
        (OUTLOOK["FW: Printer"].replace(" <rosa@example.org>", ""), "FW: Printer"),  # no address
        (
            OUTLOOK["FW: Printer"].replace("rosa@example.org>", "rosa@example.org>, Kim <kim@example.org>"),
            "FW: Printer",
        ),
        (BLOCKS["Gmail"].replace("Rosa Diaz", "ceo@example.org"), "Fwd: Printer"),  # the name claims another address
        (
            "On Jan 6, 2026 Kim <k@example.org> wrote:\n" + "".join(f"> {x}\n" for x in BLOCKS["Gmail"].split("\n")),
            "Re: x",
        ),
        ("Please see the forwarded message from rosa@example.org", "Fwd: Printer"),
        ("", "Fwd: Printer"),
    ],
)
def test_in_doubt_nobody(text: str, subject: str) -> None:
    assert read(text, subject) is None


def test_two_attached_messages_are_no_forward() -> None:
    inner = part("Content-Type: message/rfc822", body="From: a@example.org\r\n\r\nx")
    assert parse(multipart(part(body="Two"), inner, inner)).forwarded is None


def test_a_message_of_nobody_is_no_forward() -> None:
    assert (
        parse(multipart(part(body="x"), part("Content-Type: message/rfc822", body="Subject: y\r\n\r\nz"))).forwarded
        is None
    )


def test_an_unreadable_date_is_left_out() -> None:
    found = read(BLOCKS["Gmail"].replace("Tue, Jan 6, 2026 at 9:00 AM", "03/04/26 9:00") + "x")
    assert found is not None
    assert found.date is None
