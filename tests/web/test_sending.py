"""Undo, send later, and what became of each letter: through the pages, with the worker in between."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk import db
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import State
from helpdesk.incidents.thread import Entry, Words
from helpdesk.journal import Event
from helpdesk.letters.delivery import Delivery, DeliveryState
from helpdesk.letters.transport import NotSent, Uncertain
from helpdesk.policies import MailPolicy, decide_on
from helpdesk.worker import drain
from tests.web.conftest import Browser, form_in
from tests.world import World

REPLIES = "/incidents/1/replies"
UNDO = "/incidents/1/letters/2/withdrawal"
MIA = "mia@northwind.example"


@pytest.fixture
def reported(world: World) -> World:
    world.report(words=Words("It drops.", cc=("lee@northwind.example",), message_id="a@northwind.example", sender=MIA))
    world.assign(world.session.get(Incident, 1), world.kim)
    world.session.commit()
    return world


def clock(app: Flask):
    return app.extensions["house"].clock


def sent(app: Flask) -> list[str]:
    """To whom letters left by now that agents wrote."""
    drain(app)
    letters = app.extensions["house"].transport.sent
    return [recipient for letter, recipient in letters if letter["Auto-Submitted"] is None]


def row(world: World, kind: type, **where: object):
    world.session.expire_all()
    found = world.session.scalars(select(kind).filter_by(**where)).one()
    world.session.rollback()
    return found


def kinds(world: World) -> list[str]:
    world.session.expire_all()
    found = list(world.session.scalars(select(Event.kind).where(Event.record_id == 1).order_by(Event.sequence)))
    world.session.rollback()
    return found


def write(app: Flask, words: Words) -> None:
    """Mia writes."""
    with app.app_context():
        incident = db.session().get_one(Incident, 1)
        incident.receive(words, by=incident.requester.actor(), at=clock(app).now())
        db.commit()


def decide(world: World, **chosen: int) -> None:
    decide_on(world.session, MailPolicy(**chosen))
    world.session.commit()


def test_a_reply_leaves_after_its_seconds_and_not_before(kim: Browser, reported: World, app: Flask) -> None:
    kim.submit("/incidents/1", REPLIES, text="Try again.")
    assert sent(app) == []
    clock(app).advance(seconds=9)
    assert sent(app) == []
    assert "Leaves in 1 s" in kim.text("/incidents/1")
    clock(app).advance(seconds=1)
    assert sorted(sent(app)) == ["lee@northwind.example", MIA]
    clock(app).advance(hours=1)
    assert len(sent(app)) == 2


def test_undo_takes_it_back_with_the_text_in_the_box(kim: Browser, reported: World, app: Flask) -> None:
    kim.submit("/incidents/1", REPLIES, text="Too early", files=[(BytesIO(b"log"), "log.txt")], next_state="wait")
    assert row(reported, Incident).state == State.PENDING_REQUESTER
    undone = kim.submit("/incidents/1", UNDO)
    assert undone.status_code == 303
    page = kim.text(undone.location)
    assert form_in(page, REPLIES)["text"] == ["Too early"]
    assert "log.txt" in page
    assert "INC-1 is open again" in page
    assert "Withdrawn, never sent" in page
    assert kinds(reported)[-2:] == ["withdrawn", "state_changed"]
    clock(app).advance(hours=1)
    assert sent(app) == []
    again = kim.send(REPLIES, form_in(page, REPLIES))
    assert again.status_code == 303
    reply = row(reported, Entry, id=3)
    assert [one.filename for one in reported.session.get(Entry, 3).attachments] == ["log.txt"]
    assert (reply.text, reply.to) == ("Too early", [MIA])


def test_undo_after_it_left_says_so(kim: Browser, reported: World, app: Flask) -> None:
    kim.submit("/incidents/1", REPLIES, text="Gone")
    form = kim.form("/incidents/1", UNDO)
    clock(app).advance(seconds=10)
    assert len(sent(app)) == 2
    answer = kim.send(UNDO, form)
    assert answer.location == "/incidents/1#entry-2"
    assert "It has left already" in kim.text("/incidents/1")
    assert row(reported, Entry, id=2).withdrawn_at is None


def test_undone_twice_is_undone_once(kim: Browser, reported: World) -> None:
    kim.submit("/incidents/1", REPLIES, text="Once")
    form = kim.form("/incidents/1", UNDO)
    assert "again=2" in kim.send(UNDO, form).location
    assert kim.send(UNDO, form).location == "/incidents/1#entry-2"
    assert kinds(reported).count("withdrawn") == 1


def test_a_resolution_stays_when_the_reply_before_it_is_undone(kim: Browser, reported: World) -> None:
    answer = kim.submit("/incidents/1", REPLIES, text="Fixed it.", next_state="resolve")
    page = kim.text(answer.location)
    assert "Your reply leaves in 10 s." in page
    kim.submit(answer.location, "/incidents/1/resolution", code="fixed", cause="x", text="y")
    undone = kim.submit("/incidents/1", UNDO)
    assert "INC-1 stays resolved" in kim.text(undone.location)


def test_without_undo_it_leaves_at_once(kim: Browser, reported: World, app: Flask) -> None:
    decide(reported, undo_send_seconds=0)
    kim.submit("/incidents/1", REPLIES, text="Now")
    assert "Your reply is sent." in kim.text("/incidents/1")
    assert len(sent(app)) == 2
    assert kim.post(UNDO).location == "/incidents/1#entry-2"


def test_a_note_does_not_wait(kim: Browser, reported: World) -> None:
    kim.submit("/incidents/1", "/incidents/1/notes", text="Among us")
    assert row(reported, Entry, id=2).send_at is None
    assert kim.post(UNDO).status_code == 404


def test_the_requester_sees_nothing_that_may_be_called_back(kim: Browser, reported: World, app: Flask) -> None:
    from helpdesk.letters.links import tracking_url

    house = app.extensions["house"]
    page = tracking_url("", house.signing_key, 1, reported.mia.id)
    stranger = Browser(app)
    kim.submit("/incidents/1", REPLIES, text="A word too many")
    assert "A word too many" not in stranger.text(page)
    kim.submit("/incidents/1", UNDO)
    assert "A word too many" not in stranger.text(page)
    kim.submit("/incidents/1", REPLIES, text="Just right")
    clock(app).advance(seconds=10)
    sent(app)
    assert "Just right" in stranger.text(page)


# Later


@pytest.mark.parametrize(
    ("chosen", "leaves"),
    [
        ({"leaves": "hour"}, "2026-03-02T10:00:00+00:00"),
        ({"leaves": "tomorrow"}, "2026-03-03T08:00:00+00:00"),
        ({"leaves": "monday"}, "2026-03-09T08:00:00+00:00"),
        ({"leaves": "tomorrow", "zone": "America/New_York"}, "2026-03-03T13:00:00+00:00"),
        ({"leaves": "chosen", "leaves_at": "2026-07-01T09:30", "zone": "Europe/Berlin"}, "2026-07-01T07:30:00+00:00"),
        ({"leaves": "chosen", "leaves_at": "2026-07-01T09:30", "zone": "No/Where"}, "2026-07-01T09:30:00+00:00"),
    ],
)
def test_times_are_those_of_the_agent(kim: Browser, reported: World, chosen: dict[str, str], leaves: str) -> None:
    assert kim.submit("/incidents/1", REPLIES, text="Later", **chosen).status_code == 303
    assert row(reported, Entry, id=2).send_at.isoformat() == leaves


@pytest.mark.parametrize("typed", ["", "soon", "2026-03-02T08:59", "2031-01-01T00:00", "9999-12-31T23:59"])
def test_times_that_are_none_send_nothing(kim: Browser, reported: World, typed: str) -> None:
    told = kim.submit("/incidents/1", REPLIES, text="Later", leaves="chosen", leaves_at=typed)
    assert told.status_code == 422
    assert form_in(told.text, REPLIES)["text"] == ["Later"]
    assert reported.session.scalars(select(Entry.id)).all() == [1]


def later(kim: Browser, **more: str) -> None:
    kim.submit("/incidents/1", REPLIES, text="Good morning", leaves="tomorrow", **more)


def test_it_leaves_at_its_time(kim: Browser, reported: World, app: Flask) -> None:
    later(kim)
    clock(app).advance(hours=22)
    assert sent(app) == []
    clock(app).advance(hours=1)
    assert len(sent(app)) == 2


def test_it_stays_if_they_answer_first(kim: Browser, reported: World, app: Flask) -> None:
    later(kim, unless_answered="y")
    write(app, Words("I am away.", automatic="away"))
    assert row(reported, Entry, id=2).withdrawn_at is None
    write(app, Words("It works again."))
    clock(app).advance(days=2)
    assert sent(app) == []
    page = kim.text("/incidents/1")
    assert "answered first, so a letter was not sent" in page
    again = kim.text("/incidents/1?again=2")
    assert form_in(again, REPLIES)["text"] == ["Good morning"]
    told = [letter for letter, to in app.extensions["house"].transport.sent if to == "kim@northwind.example"]
    assert any("answered first" in one.get_body(("plain",)).get_content() for one in told)


def test_without_that_wish_it_leaves_all_the_same(kim: Browser, reported: World, app: Flask) -> None:
    later(kim)
    write(app, Words("Hello?"))
    clock(app).advance(days=2)
    assert len(sent(app)) == 2


def test_it_can_be_sent_now(kim: Browser, reported: World, app: Flask) -> None:
    later(kim)
    kim.submit("/outbox?view=scheduled", "/incidents/1/letters/2/departure")
    assert len(sent(app)) == 2
    clock(app).advance(days=2)
    assert len(sent(app)) == 2


def test_it_can_be_put_off_and_brought_forward(kim: Browser, reported: World, app: Flask) -> None:
    later(kim)
    sent(app)
    time = "/incidents/1/letters/2/time"
    kim.submit(time, time, leaves="chosen", leaves_at="2026-03-05T08:00")
    clock(app).advance(days=2)
    assert sent(app) == []
    clock(app).advance(days=1)
    assert len(sent(app)) == 2
    assert kinds(reported).count("scheduled") == 1
    late = kim.post(time, leaves="hour")
    assert (late.status_code, "It has left already" in late.text) == (409, True)


# Size


def test_a_letter_too_heavy_for_the_server_is_told_before_it_is_sent(kim: Browser, reported: World) -> None:
    reported.mailbox.smtp_size_max = 300_000
    reported.session.commit()
    files = [(BytesIO(b"x" * 240_000), "dump.bin"), (BytesIO(b"small"), "note.txt")]
    told = kim.submit("/incidents/1", REPLIES, text="See this", files=files)
    assert told.status_code == 422
    assert "0.4 MB, and the mail server of Support takes 0.3 MB at most. Take a file out" in told.text
    form = form_in(told.text, REPLIES)
    assert form["text"] == ["See this"]
    assert len(form["kept"]) == 2
    assert kim.send(REPLIES, form | {"kept": form["kept"][1:]}).status_code == 303
    assert [one.filename for one in reported.session.get(Entry, 2).attachments] == ["note.txt"]


# What became of it


def refused(kim: Browser, app: Flask, refusal: NotSent | Uncertain) -> str:
    """A reply to Mia and Lee of which Mia's copy has trouble; the page afterwards."""
    app.extensions["house"].transport.refusals[MIA] = refusal
    kim.submit("/incidents/1", REPLIES, text="Hello")
    clock(app).advance(seconds=10)
    assert sent(app) == ["lee@northwind.example"]
    return kim.text("/incidents/1")


def number_of(world: World, recipient: str = MIA) -> int:
    return row(world, Delivery, letter="reply", recipient=recipient).id


def test_each_recipient_has_a_result(kim: Browser, reported: World, app: Flask) -> None:
    page = refused(kim, app, NotSent("550 5.1.1 No <such> user", permanent=True))
    assert "550 5.1.1 No &lt;such&gt; user" in page
    assert "250 kept in memory" in page
    app.extensions["house"].transport.refusals.clear()
    again = f"/deliveries/{number_of(reported)}/repetition"
    kim.submit("/incidents/1", again)
    assert sent(app) == ["lee@northwind.example", MIA]
    assert kinds(reported).count("resent") == 1
    assert kim.post(again).status_code == 303
    assert len(sent(app)) == 2


def test_what_waits_can_be_hurried_or_stopped(kim: Browser, reported: World, app: Flask) -> None:
    page = refused(kim, app, NotSent("451 4.7.1 Greylisted", permanent=False))
    number = number_of(reported)
    assert "Tried again" in page
    assert "451 4.7.1 Greylisted" in kim.text("/outbox?view=retrying")
    app.extensions["house"].transport.refusals.clear()
    kim.submit("/outbox?view=retrying", f"/deliveries/{number}/departure")
    assert sent(app) == ["lee@northwind.example", MIA]


def test_what_waits_can_be_stopped(kim: Browser, reported: World, app: Flask) -> None:
    refused(kim, app, NotSent("451 4.7.1 Greylisted", permanent=False))
    back = kim.submit("/outbox?view=retrying", f"/deliveries/{number_of(reported)}/withdrawal")
    assert back.location == "/outbox?view=retrying"
    app.extensions["house"].transport.refusals.clear()
    clock(app).advance(days=1)
    assert sent(app) == ["lee@northwind.example"]
    assert "Kim Novak stopped it." in kim.text("/incidents/1")


def test_an_uncertain_letter_is_for_people_to_decide(kim: Browser, reported: World, app: Flask) -> None:
    page = refused(kim, app, Uncertain("The letter was handed over, then: silence"))
    number = number_of(reported)
    assert "May have arrived" in page
    assert "Nobody can tell whether the letter to mia@northwind.example arrived" in page
    app.extensions["house"].transport.refusals.clear()
    clock(app).advance(days=2)
    assert sent(app) == ["lee@northwind.example"]
    kim.submit("/outbox?view=uncertain", f"/deliveries/{number}/arrival")
    assert row(reported, Delivery, id=number).state == DeliveryState.SENT
    assert "says that the letter to mia@northwind.example arrived" in kim.text("/incidents/1")


def test_other_teams_touch_no_letter(browse: Callable[[str], Browser], world: World, app: Flask) -> None:
    incident = world.private_report()
    entry = incident.reply(
        Words("Confidential"), by=world.petra.actor(), at=world.at, send_at=world.at + timedelta(days=1)
    )
    world.session.commit()
    kim = browse("kim")
    for name in ("withdrawal", "departure", "time"):
        assert kim.post(f"/incidents/1/letters/{entry.id}/{name}").status_code == 404
    drain(app)
    delivery = world.session.scalars(select(Delivery.id)).first()
    world.session.rollback()
    for name in ("repetition", "departure", "withdrawal", "arrival"):
        assert kim.post(f"/deliveries/{delivery}/{name}").status_code == 404
    assert kim.post("/deliveries/999/repetition").status_code == 404
    assert "Confidential" not in kim.text("/outbox?view=scheduled")
    assert "INC-1" not in kim.text("/outbox?view=scheduled")
    assert "INC-1" in browse("petra").text("/outbox?view=scheduled")
