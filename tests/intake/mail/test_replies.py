"""The new part of a mail apart from quoted history and signature. Folded text is kept, never lost."""

import pytest

from intake.mail.arrival import Arrival
from intake.mail.parse import parse
from tests.intake.mail.raw_mail import raw_mail, text_mail


def read(text: str) -> Arrival:
    return parse(text_mail(text))


@pytest.mark.parametrize(
    "introduction",
    [
        "On Mon, Jan 6, 2025 at 9:00 AM Desk <desk@example.net> wrote:",
        "On 6 Jan 2025, at 09:00, Desk\n<desk@example.net>\nwrote:",
        "On 01/06/2025 09:00 AM, Desk wrote:",
        "Am 06.01.2025 um 09:00 schrieb Desk:",
        'Am 06.01.2025 09:00 schrieb "Desk" <\ndesk@example.net>:',
        "Am Mo., 6. Jan. 2025 um 09:00 Uhr schrieb Desk <desk@example.net>:",
        "Le lun. 6 janv. 2025 à 09:00, Desk <desk@example.net>\na écrit :",
        "El lun, 6 ene 2025 a las 9:00, Desk (<desk@example.net>) escribió:",
        "El dia 6 gen. 2025, a les 9:00, Desk <desk@example.net> va escriure:",
        "Il giorno lun 6 gen 2025 alle ore 09:00 Desk <desk@example.net> ha scritto:",
        "Em seg., 6 de jan. de 2025 às 09:00, Desk <desk@example.net> escreveu:",
        "Op ma 6 jan 2025 om 09:00 schreef Desk <desk@example.net>:",
        "Op 6 jan. 2025 om 09:00 heeft Desk <desk@example.net> het volgende geschreven:",
        "W dniu 06.01.2025 o 09:00, Desk pisze:",
        "pon., 6 sty 2025 o 09:00 Desk <desk@example.net> napisał(a):",
        "6 января 2025 г., 09:00, Desk <desk@example.net> написал:",
        "6 січня 2025 р. о 09:00 <desk@example.net> написав:",
        "ma 6. tammik. 2025 klo 9.00 Desk (desk@example.net) kirjoitti:",
        "Den mån 6 jan. 2025 kl 09:00 skrev Desk <desk@example.net>:",
        "Den man. 6. jan. 2025 kl. 09.00 skrev Desk <desk@example.net>:",
        "man. 6. jan. 2025 kl. 09:00 skrev Desk <desk@example.net>:",
        "Dne 6. 1. 2025 v 9:00 Desk napsal(a):",
        "2025. 1. 6. 오전 9:00 Desk <desk@example.net> 작성:",
        "在 2025年1月6日,09:00,Desk <desk@example.net> 写道:",
        "2025年1月6日(月) 9:00 Desk <desk@example.net>:",
        "Desk <desk@example.net>, 6 Oca 2025 Pzt, 09:00 tarihinde şunu yazdı:",
        "Στις Δευ 6 Ιαν 2025 στις 9:00 π.μ., Desk <desk@example.net> έγραψε:",
        "2025-01-06 9:00 GMT+01:00 Desk <desk@example.net>:",
        "---- On Mon, 06 Jan 2025 09:00:00 +0100 desk@example.net wrote ----",
        "-----Original Message-----",
        "-------- Ursprüngliche Nachricht --------",
        "---------- Forwarded message ---------",
        "----- Mensaje original -----",
        "-------- Message d'origine --------",
        "Begin forwarded message:",
        "From: Desk <desk@example.net>\nSent: Monday, January 6, 2025 9:00 AM\nTo: Rosa\nSubject: Printer",
        "________________________________\nVon: Desk <desk@example.net>\nGesendet: Montag, 6. Januar 2025 09:00\n"
        "An: Rosa\nBetreff: Drucker",
        "*De :* Desk <desk@example.net>\n*Envoyé :* lundi 6 janvier 2025 09:00\n*À :* Rosa\n*Objet :* Imprimante",
        "发件人: Desk <desk@example.net>\n发送时间: 2025年1月6日 9:00\n收件人: Rosa\n主题: 打印机",
        "##- Please type your reply above this line -##",
    ],
)
@pytest.mark.parametrize("mark", ["", "> "])
def test_history_below_the_answer_is_folded(introduction: str, mark: str) -> None:
    arrival = read(f"It works again.\n\n{introduction}\n\n{mark}Did you restart it?\n{mark}\n{mark}Desk\n")
    assert arrival.reply_text == "It works again."
    assert "Did you restart it?" in arrival.quoted_text


def test_quote_without_introduction_is_folded() -> None:
    assert read("Yes.\n\n> Did you restart it?\n> Desk\n").reply_text == "Yes."


def test_answer_below_the_quote_is_found() -> None:
    assert read("On Jan 6, 2025, Desk wrote:\n> Did you restart it?\n\nYes, twice.").reply_text == "Yes, twice."


def test_answers_between_quotes_are_not_folded() -> None:
    text = "On Jan 6, 2025, Desk wrote:\n> Did you restart it?\nYes.\n> And the cable?\nIs fine."
    arrival = read(text)
    assert arrival.reply_text == text
    assert arrival.quoted_text == ""


@pytest.mark.parametrize(
    "text",
    [
        "> Did you restart it?\nYes.\n> And the cable?\nIs fine.",
        "Hi Desk,\n\n> Did you restart it?\nYes, twice.",
        "On Jan 6, 2025, Desk wrote:\n\n> Did you restart it?\n\nYes.\n\n>> And the cable?\n\nIs fine.",
    ],
)
def test_interleaved_answers_are_recognized(text: str) -> None:
    arrival = read(text)
    assert arrival.interleaved
    assert arrival.reply_text == text


@pytest.mark.parametrize(
    "note",
    [
        "Hi, see my answers below.",
        "My comments inline.",
        "Please see inline",
        "Answers in red.",
        "Meine Antworten stehen unten.",
        "Anmerkungen im Text",
        "Mes réponses ci-dessous.",
        "Mis respuestas en rojo.",
        "Le mie risposte sotto.",
        "Mijn antwoorden staan hieronder.",
    ],
)
def test_answers_written_into_an_unmarked_history(note: str) -> None:
    history = "From: Desk <desk@example.net>\nSent: Monday, January 6, 2025 9:00 AM\nTo: Rosa\nSubject: Printer\n\n"
    arrival = read(f"{note}\n\n{history}Did you restart it? Yes, twice.\n")
    assert arrival.interleaved
    assert "Yes, twice." in arrival.reply_text


@pytest.mark.parametrize(
    "text",
    [
        "Yes.\n\nOn Jan 6, 2025, Desk wrote:\n> Did you restart it?\n",
        "On Jan 6, 2025, Desk wrote:\n> Did you restart it?\n\nYes, twice.",
        "It works. The answer below the printer's lid was right.\n\nOn Jan 6, 2025, Desk wrote:\n> Did you look?\n",
        "No quotes at all.",
    ],
)
def test_answers_above_or_below_are_not_interleaved(text: str) -> None:
    assert not read(text).interleaved


@pytest.mark.parametrize(
    "text",
    [
        "On the other hand, we should wait.\nOn average it works.",
        "On Thursday:\n\nthe printer broke",
        "On 3 May I wrote:\n\nplease send toner",
        "From: Berlin\nTo: Paris\nDate: 3 May\n\nPlease book.",
        "Steps:\n-- first\n-- second\n\nCan you help?",
        "Sent from my desk, is much easier than my phone.",
        "Table\n----\n1. one\n----\nmore text here",
        "See https://example.com/on-monday-someone-wrote: it's good",
        "With regards to the payment, we are fine.",
        "Am 3. Mai 2025 um 10:00 kommt der Techniker von Firma Beispiel:\n\nbitte aufmachen",
        "2025-01-06 09:00:01 ERROR disk full\n2025-01-06 09:00:02 ERROR disk full\nPlease help.",
    ],
)
def test_false_friends_stay(text: str) -> None:
    assert read(text).reply_text == text


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nRosa Diaz\nIT",
        "--\nRosa",
        "—\nRosa\nCEO",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPad",
        "Get Outlook for Android<https://aka.ms/x>",
        "Skickat från min iPhone",
        "从我的 iPhone 发送",
        "_______________________________________________\nstaff mailing list\nhttps://example.org/listinfo/staff",
    ],
)
def test_signature_is_folded(signature: str) -> None:
    arrival = read(f"It works again.\n\n{signature}\n")
    assert arrival.reply_text == "It works again."
    assert signature.split("\n")[-1] in arrival.quoted_text


@pytest.mark.parametrize("text", ["> only a quote", "On Jan 6, 2025, Desk wrote:\n> only history", "-- \nRosa"])
def test_what_would_fold_away_whole_stays(text: str) -> None:
    assert read(text).reply_text.strip() == text


def test_a_bare_forward_shows_what_it_forwards() -> None:
    text = (
        "---------- Forwarded message ----------\nFrom: A <a@example.org>\nDate: x\nSubject: y\n"
        "To: b\n\nPlease fix this."
    )
    assert read(text).reply_text == "Please fix this."


def test_html_mail_is_folded_by_its_blockquote() -> None:
    body = "<div>Yes.</div><div class=gmail_quote>On Jan 6, 2025 Desk wrote:<blockquote>Restarted?</blockquote></div>"
    assert parse(raw_mail("Content-Type: text/html", body=body)).reply_text == "Yes."


def test_outlook_html_is_folded_by_its_header_block() -> None:
    body = (
        "<p>Yes.</p><div id=divRplyFwdMsg><b>From:</b> Desk &lt;desk@example.net&gt;<br><b>Sent:</b> Monday 9:00<br>"
        "<b>To:</b> Rosa<br><b>Subject:</b> Printer</div><p>Restarted?</p>"
    )
    assert parse(raw_mail("Content-Type: text/html", body=body)).reply_text == "Yes."
