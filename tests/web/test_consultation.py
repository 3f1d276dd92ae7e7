"""A third party is asked in confidence: nothing of it reaches the requester, and they get only what was chosen."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk import db
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import State
from helpdesk.incidents.thread import Entry, Participant, Words
from helpdesk.journal import Actor
from helpdesk.letters.links import tracking_url
from helpdesk.letters.tokens import read_token, tokens_in
from helpdesk.worker import drain
from tests.web.conftest import Browser, form_in
from tests.world import START, World

ASK = "/incidents/1/consultation"
MIA, VENDOR = "mia@northwind.example", "support@vendor.example"
SECRET = "Have you seen gateway 7 fail?"
ADVICE = "Gateway 7 has a known defect."


@pytest.fixture
def asked(kim: Browser, world: World, app: Flask) -> Browser:
    world.report(words=Words("It drops. My password is hunter2.", message_id="first@northwind.example", sender=MIA))
    world.session.commit()
    assert kim.submit(ASK, ASK, address=VENDOR, subject="A gateway", text=SECRET).status_code == 303
    return kim


def letters(app: Flask, to: str) -> list:
    app.extensions["house"].clock.advance(minutes=1)
    drain(app)
    return [letter for letter, recipient in app.extensions["house"].transport.sent if recipient == to]


def advise(app: Flask, **more: object) -> None:
    with app.app_context():
        incident, writer = db.session().get_one(Incident, 1), Actor("requester", "Vic Vendor", 99)
        words = Words(ADVICE, sender=VENDOR, message_id="advice@vendor.example", references=("first@x",), **more)  # type: ignore[arg-type]
        incident.advise(words, by=writer, at=app.extensions["house"].clock.advance(minutes=5))
        db.commit()


def state(world: World) -> str:
    world.session.expire_all()
    found = world.session.scalars(select(Incident.state)).one()
    world.session.rollback()
    return found


def whole(letter) -> str:
    return letter.as_bytes().decode() + "".join(part.get_content() for part in letter.walk() if not part.is_multipart())


def test_they_get_the_question_and_nothing_else(asked: Browser, app: Flask) -> None:
    (letter,) = letters(app, VENDOR)
    said = whole(letter)
    assert SECRET in said
    for hidden in ("hunter2", "It drops", "Mia", MIA, "first@northwind.example", "/track/", "The VPN drops"):
        assert hidden not in said
    assert letter["Subject"] == "A gateway [INC-1]"
    assert (letter["In-Reply-To"], letter["References"], letter["Cc"]) == (None, None, None)
    (token,) = tokens_in([str(letter["Reply-To"])])
    key = app.extensions["house"].signing_key
    assert read_token(key, token).is_for(VENDOR)
    assert not read_token(key, token).is_for(MIA)


def test_the_requester_learns_nothing_in_any_way(asked: Browser, world: World, app: Flask) -> None:
    letters(app, VENDOR)
    advise(app)
    form = asked.form("/incidents/1", "/incidents/1/replies")
    assert VENDOR not in str(form)
    asked.send("/incidents/1/replies", form, text="We know more.")
    said = "".join(whole(letter) for letter in letters(app, MIA))
    assert "We know more." in said
    assert "It drops" in said  # quoted
    portal = Browser(app).text(tracking_url("", app.extensions["house"].signing_key, 1, world.mia.id))
    for hidden in (SECRET, ADVICE, VENDOR, "advice@vendor.example", "Vic Vendor"):
        assert hidden not in said
        assert hidden not in portal
    assert [to for _, to in app.extensions["house"].transport.sent].count(VENDOR) == 1


def test_advice_is_told_to_agents_and_shown_to_them(asked: Browser, app: Flask) -> None:
    letters(app, VENDOR)
    advise(app)
    told = letters(app, "kim@northwind.example")
    assert any(ADVICE in whole(letter) for letter in told)
    page = asked.text("/incidents/1")
    assert SECRET in page
    assert ADVICE in page


def test_advice_wakes_what_waits_for_others(asked: Browser, world: World, app: Flask) -> None:
    world.session.info.clear()
    world.session.expire_all()
    incident = world.session.get(Incident, 1)
    incident.wait_for_other(START.replace(year=2027), by=world.kim.actor(), at=world.at)
    world.session.commit()
    advise(app, automatic="away")
    assert state(world) == State.PENDING_OTHER
    advise(app)
    assert state(world) == State.OPEN


def test_a_second_question_stays_in_the_thread_with_them(asked: Browser, app: Flask) -> None:
    (first,) = letters(app, VENDOR)
    advise(app)
    asked.submit(ASK, ASK, address=VENDOR, subject="A gateway", text="Which version?")
    second = letters(app, VENDOR)[1]
    assert second["In-Reply-To"] == "<advice@vendor.example>"
    assert str(second["References"]).split() == [str(first["Message-ID"]), "<advice@vendor.example>"]
    assert second["Subject"] == "Re: A gateway [INC-1]"


def test_what_is_ticked_is_shown_to_them(asked: Browser, app: Flask) -> None:
    asked.submit(ASK, ASK, address="a@vendor.example, b@vendor.example", subject="x", text="And this?", included="1")
    for address in ("a@vendor.example", "b@vendor.example"):
        (letter,) = letters(app, address)
        assert "hunter2" in whole(letter)
        assert str(letter["To"]) == address
    assert not any("hunter2" in whole(letter) for letter in letters(app, VENDOR))


def test_notes_and_advice_are_not_offered_to_be_shown(asked: Browser, app: Flask) -> None:
    advise(app)
    asked.submit("/incidents/1", "/incidents/1/notes", text="Between us")
    page = asked.text(ASK)
    assert "It drops." in page
    for hidden in ("Between us", ADVICE, SECRET):
        assert hidden not in page
    forged = asked.submit(ASK, ASK, address=VENDOR, text="x", included="2")
    assert forged.status_code == 422


def test_a_question_can_be_called_back(asked: Browser, app: Flask) -> None:
    undone = asked.submit("/incidents/1", "/incidents/1/letters/2/withdrawal")
    form = form_in(asked.text(undone.location), ASK)
    assert (form["text"], form["address"], form["subject"]) == ([SECRET], [VENDOR], ["A gateway"])
    assert letters(app, VENDOR) == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"address": MIA}, "is the requester"),
        ({"address": "help@northwind.example"}, "is a mailbox of this desk"),
        ({"address": "nobody"}, "not a mail address"),
        ({"address": ""}, "Say whom to ask"),
        ({"address": ", ;"}, "Say whom to ask"),
        ({"text": " "}, "Write what you want to ask"),
    ],
)
def test_who_cannot_be_asked(asked: Browser, world: World, fields: dict[str, str], said: str) -> None:
    told = asked.submit(ASK, ASK, **({"address": VENDOR, "text": "Hm?"} | fields))
    assert (told.status_code, said in told.text) == (422, True)
    assert len(world.session.scalars(select(Entry.id)).all()) == 2


def test_a_third_party_is_never_copied(asked: Browser, world: World) -> None:
    told = asked.submit("/incidents/1", "/incidents/1/replies", text="x", more=VENDOR, confirmed=VENDOR)
    assert (told.status_code, "was consulted" in told.text) == (422, True)
    told = asked.submit("/incidents/1/participants", "/incidents/1/participants", address=VENDOR)
    assert told.status_code == 422
    kept = world.session.scalars(select(Participant)).one()
    world.session.rollback()
    assert asked.post(f"/incidents/1/participants/{kept.id}/removal").status_code == 409


def test_who_reads_along_cannot_be_asked_in_secret(asked: Browser, world: World) -> None:
    asked.submit("/incidents/1/participants", "/incidents/1/participants", address="lee@northwind.example")
    told = asked.submit(ASK, ASK, address="lee@northwind.example", text="x")
    assert (told.status_code, "reads along" in told.text) == (422, True)


def test_other_teams_ask_nobody(browse: Callable[[str], Browser], world: World) -> None:
    world.private_report()
    world.session.commit()
    assert browse("kim").get(ASK).status_code == 404
    assert browse("kim").post(ASK, address=VENDOR, text="x").status_code == 404
