"""Letters follow the language of their reader."""

from datetime import UTC, datetime

import pytest

from helpdesk.incidents.lifecycle import ResolutionCode
from helpdesk.incidents.thread import Words
from helpdesk.letters.kinds import Letter
from helpdesk.letters.languages import FRENCH, GERMAN, ITALIAN, LANGUAGES, known_language, language_for
from helpdesk.letters.wordings import Place, reword
from helpdesk.policies import LetterPolicy, decide_on
from intake.mail.parse import parse
from tests.letters.conftest import Desk, html_of, text_of

# What stands in the acknowledgement of each language, and nowhere else.
SAID = {
    "en": ("Hello Dana Weber,", "Just answer this mail."),
    "de": ("Guten Tag Dana Weber,", "Antworten Sie einfach auf diese E-Mail."),
    "fr": ("Bonjour Dana Weber,", "Répondez simplement à ce message."),
    "es": ("Hola, Dana Weber:", "Responda simplemente a este correo."),
    "it": ("Buongiorno Dana Weber,", "Risponda semplicemente a questa e-mail."),
    "nl": ("Beste Dana Weber,", "Beantwoord dan gewoon deze e-mail."),
}


@pytest.mark.parametrize("code", list(LANGUAGES))
def test_a_letter_is_in_the_language_of_its_requester(desk: Desk, code: str):
    desk.dana.language = code
    desk.report()
    desk.tell()
    letter = desk.written("acknowledgement")
    assert letter["Content-Language"] == code
    assert f'<html lang="{code}">' in html_of(letter)
    for said in SAID[code]:
        assert said in text_of(letter)
        assert said in html_of(letter)
    for other in SAID.keys() - {code}:
        assert SAID[other][1] not in text_of(letter)


def test_all_letters_of_an_incident_do(desk: Desk):
    desk.dana.language = "de"
    incident = desk.report()
    desk.tell()
    incident.reply(Words("Bitte neu starten."), by=desk.jo.actor(), at=desk.at())
    incident.resolve(ResolutionCode.FIXED, "Kabel", "Eingesteckt.", by=desk.jo.actor(), at=desk.at())
    desk.tell()
    assert "Am 2. März 2026 um 09:31 UTC schrieb Dana Weber:\n> It drops" in text_of(desk.written("reply"))
    resolution = text_of(desk.written("resolution"))
    assert "Was wir getan haben\nEingesteckt." in resolution
    assert "Ja, es ist behoben:\nhttps://" in resolution
    assert desk.written("agent_new")["Content-Language"] == "en"
    assert '<html lang="en">' in html_of(desk.written("agent_new"))


@pytest.mark.parametrize("spoken", ["", "ja", "xx-YY", "<script>"])
def test_a_language_that_nobody_knows_becomes_that_of_the_desk(desk: Desk, spoken: str):
    desk.dana.language = spoken
    decide_on(desk.session, LetterPolicy(default_language="nl"))
    desk.report()
    desk.tell()
    assert desk.written("acknowledgement")["Content-Language"] == "nl"


def test_a_desk_may_keep_to_its_own_language(desk: Desk):
    desk.dana.language = "fr"
    decide_on(desk.session, LetterPolicy(default_language="de", follows_requester=False))
    desk.report()
    desk.tell()
    assert desk.written("acknowledgement")["Content-Language"] == "de"


def test_who_is_copied_reads_their_own_language_where_it_is_known(desk: Desk):
    desk.dana.language = "de"
    lee = desk.person("Lee", "lee@example.net")
    lee.language = "fr"
    desk.session.flush()
    assert language_for(desk.session, desk.dana, "lee@example.net") is FRENCH
    assert language_for(desk.session, desk.dana, "nobody@example.net") is GERMAN
    assert language_for(desk.session, desk.dana, "dana@example.net") is GERMAN


def test_own_words_hold_in_their_language_only(desk: Desk):
    place = Place(Letter.ACKNOWLEDGEMENT, "de")
    reword(desk.session, place, "{thread_subject}", "Moin {name}", seen=0, by=desk.jo.actor(), at=desk.at())
    desk.report()
    desk.tell()
    assert "Thank you" in text_of(desk.written("acknowledgement"))
    desk.dana.language = "de-AT"
    desk.report()
    desk.tell()
    assert text_of(desk.written("acknowledgement")).startswith("Moin Dana Weber\n")


def test_dates_are_told_as_the_language_does_and_in_the_desks_time_zone():
    at = datetime(2026, 8, 1, 22, 30, tzinfo=UTC)
    assert [one.on(at) for one in LANGUAGES.values()] == [
        "1 August 2026", "1. August 2026", "1er août 2026", "1 de agosto de 2026", "1º agosto 2026", "1 augustus 2026",
    ]  # fmt: skip
    assert GERMAN.at(at, "Europe/Berlin") == "2. August 2026 um 00:30 CEST"
    assert ITALIAN.on(at, "Europe/Rome") == "2 agosto 2026"


@pytest.mark.parametrize("code", list(LANGUAGES))
def test_our_own_quotes_are_known_again_when_they_come_back(code: str):
    language = LANGUAGES[code]
    quoted = language.quoted.format(moment=language.at(datetime(2026, 3, 1, 9, 31, tzinfo=UTC)), name="Dana Weber")
    raw = f"From: a@example.net\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nThanks!\r\n\r\n{quoted}\r\n> Old.\r\n"
    arrival = parse(raw.encode())
    assert arrival.reply_text.strip() == "Thanks!"
    assert quoted in arrival.quoted_text


def test_language_tags():
    assert [known_language(tag) for tag in ("DE", "pt-BR", "nl_BE", "", "en-GB-oed", "germ")] == [
        "de", "", "nl", "", "en", "",
    ]  # fmt: skip
