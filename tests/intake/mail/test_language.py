"""In which language somebody writes; none is better than a wrong one."""

import pytest

from intake.mail.parse import parse
from tests.intake.mail.raw_mail import raw_mail, text_mail

TEXTS = {
    "en": "The printer on the second floor is not working, can you please have a look at it?",
    "de": "Der Drucker im zweiten Stock geht nicht, können Sie bitte nachsehen? Ich habe schon alles probiert.",
    "fr": "L'imprimante du deuxième étage ne marche pas, pouvez-vous regarder ? Je vous remercie pour votre aide.",
    "es": "La impresora no funciona, por favor, ¿puede mirarla? Tengo que imprimir una factura para el cliente.",
    "it": "La stampante non funziona, per favore potete controllare? Ho bisogno di stampare una fattura.",
    "nl": "De printer op de tweede verdieping werkt niet, kunt u er even naar kijken? Ik heb het al geprobeerd.",
    "pt": "A impressora não funciona, por favor pode verificar? Preciso imprimir uma fatura e não tenho outra.",
    "pl": "Drukarka nie działa, czy możecie sprawdzić? Nie mogę wydrukować faktury i jest to dla mnie pilne.",
}


@pytest.mark.parametrize("language", TEXTS)
def test_by_its_small_words(language: str) -> None:
    assert parse(text_mail(TEXTS[language])).language == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hi",
        "Printer kaputt",
        "2026-11-20 09:00:00 ERROR foo bar baz disk full",
        "Skrivaren fungerar inte, kan ni titta på den? Jag har provat allt och det är bråttom.",
        f"{TEXTS['en']}\n{TEXTS['de']}",
        "プリンターが動きません。",
    ],
)
def test_unsure_is_nothing(text: str) -> None:
    assert parse(text_mail(text)).language == ""


@pytest.mark.parametrize(
    ("declared", "language"), [("de", "de"), ("pt-BR", "pt"), ("EN_us", "en"), ("de, en", "nl"), ("xyz-garbage!", "nl")]
)
def test_what_the_sender_declares_comes_first(declared: str, language: str) -> None:
    raw = raw_mail(f"Content-Language: {declared}", body=TEXTS["nl"])
    assert parse(raw).language == language


def test_the_quoted_mail_does_not_count() -> None:
    quoted = f"{TEXTS['de']}\n\nOn Jan 6, 2026 Desk <desk@example.net> wrote:\n" + f"> {TEXTS['en']}\n" * 5
    assert parse(text_mail(quoted)).language == "de"
