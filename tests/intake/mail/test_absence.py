"""Out-of-office notices: until when somebody is away, in the words of several languages, and never guessed."""

from datetime import date

import pytest

from intake.mail.parse import parse
from tests.intake.mail.raw_mail import raw_mail

SUNDAY = "Sun, 22 Nov 2026 10:00:00 +0100"


def away(text: str, *headers: str, **named: str) -> date | None:
    fields = {"Date": SUNDAY, "Subject": "Automatic reply: Printer"} | named
    return parse(raw_mail("Content-Type: text/plain; charset=utf-8", *headers, body=text, **fields)).away_until


@pytest.mark.parametrize(
    "text",
    [
        "I am out of the office until 30 November.",
        "I'm away until Monday, November 30, 2026 with no access to mail.",
        "I am out of the office through Nov 30th and will answer then.",
        "I will be back on Dec 1.",
        "I will return to the office on 1 December 2026.",
        "I am out of office from 23 November to 30 November 2026.",
        "I am out of the office from 11/23 to 11/30.",
        "Out until 11/30.",
        "Away until 2026-11-30.",
        "Ich bin bis zum 30.11.2026 nicht im Büro.",
        "Ich bin vom 23.11. bis 30.11.2026 abwesend.",
        "Ich bin bis einschließlich 30. November abwesend und ab dem 1. Dezember wieder erreichbar.",
        "Ab dem 01.12.2026 bin ich wieder für Sie da.",
        "Ich bin am 01.12. wieder im Büro.",
        "Je suis absent du 23 au 30 novembre.",
        "Je suis absente jusqu'au 30 novembre 2026 inclus.",
        "Je serai de retour au bureau le 1er décembre.",
        "Absent jusqu’au lundi 30/11.",
        "Estaré fuera de la oficina hasta el 30 de noviembre de 2026.",
        "Estoy fuera del 23 al 30 de noviembre.",
        "Regreso el 1 de diciembre.",
        "Sono assente fino al 30 novembre.",
        "Sono in ferie dal 23 al 30 novembre 2026.",
        "Rientro in ufficio il 1 dicembre.",
        "Ik ben afwezig tot en met 30 november 2026.",
        "Ik ben afwezig van 23 november t/m 30 november.",
        "Vanaf 1 december ben ik weer aanwezig.",
        "Ich bin bis 30.11.2026 abwesend.\n\nI am away until 30 November 2026.",
    ],
)
def test_last_day(text: str) -> None:
    assert away(text) == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("I am away until Monday.", date(2026, 11, 23)),
        ("Back on Thursday.", date(2026, 11, 25)),
        ("I am away until Friday, 27 November and return on Monday, 30 November.", date(2026, 11, 27)),
        ("I am on leave until 2 January.", date(2027, 1, 2)),
        ("Bis 3.1. bin ich im Urlaub.", date(2027, 1, 3)),
        ("Ich bin bis Montag nicht da.", date(2026, 11, 23)),
    ],
)
def test_relative_to_the_day_of_the_notice(text: str, day: date) -> None:
    assert away(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "I am away.",
        "I am away until 03/04.",
        "I am away until further notice.",
        "I was away until 20 November 2026.",
        "Away until 31 February 2027.",
        "The offer runs until 5 December. I am away until 30 November.",
        "I am away until 12:30.",
        "I answer up to 10 mails.",
        "From Monday to Friday we are open.",
        "Ich bin ab dem 23.11. im Urlaub.",
        "I am away until 30 November 2099.",
        "until " * 1000,
        "Call me between 9 and 12.",
    ],
)
def test_never_guessed(text: str) -> None:
    assert away(text) is None


def test_only_in_automatic_answers() -> None:
    assert away("I am away until 30 November.", Subject="My printer") is None
    assert away("I am away until 30 November.", "Auto-Submitted: auto-replied", Subject="My printer") is not None


def test_not_without_the_day_it_was_written() -> None:
    assert away("I am away until 30 November.", Date="") is None


def test_dates_in_the_quoted_mail_do_not_count() -> None:
    text = "I am away.\n\nOn Nov 20, 2026 at 9:00 Desk <desk@example.net> wrote:\n> Valid until 30 November.\n"
    assert away(text) is None
