"""Letters worded by an administrator: typed, looked at, tried, saved, set back."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk import db
from helpdesk.letters.delivery import Delivery
from helpdesk.letters.kinds import Letter
from helpdesk.letters.wordings import Place, Wording, words_for
from helpdesk.policies import LetterPolicy, policy
from helpdesk.worker import drain
from tests.web.conftest import Browser
from tests.world import World, find_world

PAGE = "/settings/letters/acknowledgement?language=en"
PREVIEW = "/settings/letters/acknowledgement/preview?language=en"
TRIAL = "/settings/letters/acknowledgement/trial?language=en"
RESET = "/settings/letters/acknowledgement/reset?language=en"
NASTY = """<script>alert(1)</script>"'><img src=x onerror=alert(1)>"""


@pytest.fixture
def ada(browse: Callable[[str], Browser]) -> Browser:
    return browse("ada")


def wordings(world: World) -> list[Wording]:
    world.session.rollback()
    world.session.expire_all()
    return list(world.session.scalars(select(Wording).order_by(Wording.id)))


def acknowledged(app: Flask, world: World) -> str:
    """Reports something, and lets the worker answer; what the answer says."""
    world.session.rollback()
    with app.app_context():
        find_world(db.session()).report()
        db.commit()
    drain(app)
    sent = app.extensions["house"].transport.sent
    letter = next(one for one, reader in reversed(sent) if reader == "mia@northwind.example")
    return letter.get_body(("plain",)).get_content().replace("\r\n", "\n")


def test_all_letters_stand_on_one_page(ada: Browser) -> None:
    page = ada.text("/settings/letters")
    for said in ("Acknowledgement", "Resolution", "Consultation", "German", "Dutch", "Built in"):
        assert said in page
    assert "Letters" in ada.text("/settings")


def test_new_words_are_saved_and_sent(app: Flask, world: World, ada: Browser) -> None:
    assert "Thank you for writing" in ada.form(PAGE, PAGE)["body"][0]
    answer = ada.submit(PAGE, PAGE, body="Ahoy {name}!\r\n\r\n{number} is with us.")
    assert answer.status_code == 303
    assert answer.location == PAGE
    assert "Ahoy Mia Tanaka!" in acknowledged(app, world)
    page = ada.text(PAGE)
    assert "What you changed" in page
    assert "Ada Lindqvist" in page
    assert "Your words" in ada.text("/settings/letters")


def test_a_mistake_is_told_beside_what_was_typed(world: World, ada: Browser) -> None:
    answer = ada.submit(PAGE, PAGE, body="Ahoy {nmae}!")
    assert answer.status_code == 422
    assert "Did you mean {name}?" in answer.text
    assert "Ahoy {nmae}!" in answer.text
    assert wordings(world) == []


def test_the_preview_shows_text_and_html_as_typed(ada: Browser) -> None:
    form = ada.form(PAGE, PAGE) | {"body": f"**Ahoy** {{name}} {NASTY}\n\n[Look]({{link}})"}
    answer = ada.client.post(PREVIEW, data=form, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "Ahoy Mia Tanaka" in answer.text
    assert "<script>alert" not in answer.text
    assert "<html" not in answer.text
    frame = answer.text.split('src="')[1].split('"')[0].replace("&amp;", "&")
    shown = ada.get(frame)
    assert "<strong>Ahoy</strong> Mia Tanaka" in shown.text
    assert "<script>alert" not in shown.text
    assert "onerror=alert(1)>" not in shown.text
    rules = shown.headers["Content-Security-Policy"]
    assert "sandbox" in rules
    assert "default-src 'none'" in rules
    assert "script" not in rules
    assert 'sandbox=""' in answer.text
    assert "Thank you for writing" in ada.get(PREVIEW).text


def test_the_preview_works_without_script(world: World, ada: Browser) -> None:
    answer = ada.send(PREVIEW, ada.form(PAGE, PAGE), body="Ahoy {name}!")
    assert answer.status_code == 200
    assert "Ahoy Mia Tanaka!" in answer.text
    assert "Ahoy {name}!" in answer.text
    assert wordings(world) == []


def test_the_preview_takes_a_real_incident_that_one_may_see(world: World, ada: Browser) -> None:
    incident, hidden = world.report("Real <b>subject</b>", requester=world.jonas), world.private_report("A secret")
    world.session.commit()
    form = ada.form(PAGE, PAGE)
    shown = ada.client.post(PREVIEW, data=form | {"incident": incident.number}, headers={"HX-Request": "true"}).text
    assert "Hello Jonas Berg," in shown
    assert "Real &lt;b&gt;subject" in shown
    assert "/track/sample" in shown
    for number in (hidden.number, "INC-9999", "nonsense"):
        shown = ada.client.post(PREVIEW, data=form | {"incident": number}, headers={"HX-Request": "true"}).text
        assert "A secret" not in shown
        assert "no such incident" in shown


def test_a_preview_of_what_can_not_be_says_why(ada: Browser) -> None:
    form = ada.form(PAGE, PAGE) | {"body": "{{ config }}"}
    answer = ada.client.post(PREVIEW, data=form, headers={"HX-Request": "true"})
    assert "single braces" in answer.text
    assert "<iframe" not in answer.text


@pytest.mark.parametrize("letter", ["acknowledgement", "reply", "resolution", "reopened", "closed", "consultation"])
@pytest.mark.parametrize("code", ["en", "de", "fr", "es", "it", "nl"])
def test_every_letter_has_its_page_in_every_language(ada: Browser, letter: str, code: str) -> None:
    page = ada.text(f"/settings/letters/{letter}?language={code}")
    assert "<iframe" in page
    shown = ada.text(f"/settings/letters/{letter}/preview?language={code}")
    assert f'<html lang="{code}">' in shown
    assert "INC-42" in shown


def test_a_test_letter_reaches_who_asked_for_it(app: Flask, world: World, ada: Browser) -> None:
    answer = ada.send(TRIAL, ada.form(PAGE, PAGE), body="Ahoy {name}!")
    assert answer.status_code == 200
    assert "on its way to ada@northwind.example" in answer.text
    assert "Ahoy {name}!" in answer.text
    drain(app)
    ((letter, reader),) = app.extensions["house"].transport.sent
    assert reader == "ada@northwind.example"
    assert letter["Subject"] == "[Test] Re: The VPN drops every few minutes [INC-42]"
    assert letter["Content-Language"] == "en"
    assert "Ahoy Mia Tanaka!" in letter.get_body(("plain",)).get_content()
    assert wordings(world) == []
    (delivery,) = world.session.scalars(select(Delivery)).all()
    assert (delivery.letter, delivery.state) == ("agent_test", "sent")


def test_a_test_letter_needs_a_mailbox_and_good_words(app: Flask, world: World, ada: Browser) -> None:
    form = ada.form(PAGE, PAGE)
    assert ada.send(TRIAL, form, body="{nmae}").status_code == 422
    world.mailbox.active = False
    world.session.commit()
    answer = ada.send(TRIAL, form)
    assert answer.status_code == 422
    assert "No mailbox" in answer.text
    assert app.extensions["house"].transport.sent == []


def test_set_back_and_bring_back(app: Flask, world: World, ada: Browser) -> None:
    ada.submit(PAGE, PAGE, body="One {number}")
    ada.submit(PAGE, PAGE, body="Two {number}")
    assert ada.submit(PAGE, RESET).status_code == 303
    assert "Thank you for writing" in acknowledged(app, world)
    assert "Back to the built-in" not in ada.text(PAGE)
    older = f"{PAGE}&version=1"
    assert ada.form(older, PAGE)["body"] == ["One {number}"]
    assert ada.submit(older, PAGE).status_code == 303
    assert [one.number for one in wordings(world)] == [1, 2, 3, 4]
    world.session.rollback()
    assert "One INC-" in acknowledged(app, world)


def test_who_saves_second_sees_what_the_first_saved(world: World, ada: Browser) -> None:
    form = ada.form(PAGE, PAGE)
    ada.submit(PAGE, PAGE, body="First {number}")
    answer = ada.send(PAGE, form, body="Second {number}")
    assert answer.status_code == 409
    assert "First {number}" in answer.text
    assert "Second {number}" in answer.text
    assert len(wordings(world)) == 1


def test_a_mailbox_has_its_own_words_footer_and_name(app: Flask, world: World, ada: Browser) -> None:
    number = world.mailbox.id
    own = f"/settings/letters/acknowledgement?language=en&mailbox={number}"
    ada.submit(PAGE, PAGE, body="The desk: {number}")
    assert "The desk: {number}" in ada.form(own, own)["body"]
    assert ada.submit(own, own, body="This mailbox: {number}").status_code == 303
    overview = f"/settings/letters?mailbox={number}"
    identity = f"/settings/letters/mailboxes/{number}"
    saved = ada.submit(overview, identity, sender_name="desk", footer=f"Northwind Ltd.\r\n{NASTY}", display_name="IT")
    assert saved.status_code == 303
    said = acknowledged(app, world)
    assert "This mailbox: INC-" in said
    assert "Northwind Ltd." in said
    assert "<script>alert" not in ada.text(overview)
    world.session.rollback()
    world.session.expire_all()
    assert (world.mailbox.sender_name, world.mailbox.display_name) == ("desk", "IT")
    assert ada.submit(overview, identity, sender_name="anybody").status_code == 422
    page = ada.text(own)
    assert "Follow the whole desk again" in page
    assert "<del>The</del>" in page


def test_the_language_of_the_desk_is_decided_here(world: World, ada: Browser) -> None:
    page = "/settings/letters"
    form = ada.form(page, page)
    form.pop("follows_requester")
    assert ada.send(page, form, default_language="nl", time_zone="Europe/Amsterdam").status_code == 303
    world.session.rollback()
    chosen = policy(world.session, LetterPolicy)
    assert chosen == LetterPolicy(default_language="nl", time_zone="Europe/Amsterdam", follows_requester=False)
    world.session.rollback()
    assert ada.submit(page, page, default_language="tlh").status_code == 422
    assert ada.submit(page, page, time_zone="Mars/Base").status_code == 422


def test_a_wording_that_can_not_be_used_is_shown_to_administrators(app: Flask, world: World, ada: Browser) -> None:
    ada.submit(PAGE, PAGE, body="Ahoy {number}")
    (row,) = wordings(world)
    row.body = "Ahoy {gone}"
    world.session.commit()
    assert "Thank you for writing" in acknowledged(app, world)
    assert "Can’t be used" in ada.text("/settings/letters")
    assert "a wording that can’t be used" in ada.text("/settings")
    assert "{gone}" in ada.text("/notices")
    assert "could not be written with these words" in ada.text(PAGE)
    world.session.rollback()
    assert words_for(world.session, Place(Letter.ACKNOWLEDGEMENT, "en")).body == "Ahoy {gone}"


@pytest.mark.parametrize(
    "path",
    [
        "/settings/letters/agent_new",
        "/settings/letters/..%2fbase",
        "/settings/letters/reply?language=xx",
        "/settings/letters/reply?mailbox=999",
        "/settings/letters?mailbox=999",
        "/settings/letters/reply/preview?language=..",
    ],
)
def test_what_is_not_there_is_404(ada: Browser, path: str) -> None:
    assert ada.get(path).status_code == 404


def test_it_is_for_administrators(world: World, kim: Browser, browse: Callable[[str], Browser]) -> None:
    posts = (PAGE, PREVIEW, TRIAL, RESET, "/settings/letters", f"/settings/letters/mailboxes/{world.mailbox.id}")
    for path in ("/settings/letters", PAGE, PREVIEW):
        assert kim.get(path).status_code == 403
        assert browse("").get(path).status_code == 302
    for path in posts:
        assert kim.post(path, body="x").status_code == 403
    assert wordings(world) == []
