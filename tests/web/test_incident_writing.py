"""Replies and notes: what is sent, what is kept when it can't be, and two people answering at once."""

from collections.abc import Callable
from io import BytesIO

from flask import Flask
from sqlalchemy import select

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import State
from helpdesk.incidents.thread import Entry
from tests.web.conftest import Browser, form_in, in_state
from tests.world import World

REPLIES, NOTES = "/incidents/1/replies", "/incidents/1/notes"


def entries(world: World) -> list[Entry]:
    world.session.expire_all()
    found = list(world.session.scalars(select(Entry).order_by(Entry.id)))
    for entry in found:
        assert entry.attachments is not None
    world.session.rollback()
    return found


def state(world: World) -> str:
    world.session.expire_all()
    return world.session.scalars(select(Incident.state)).one()


def test_a_reply_is_rendered_and_opens_the_incident(kim: Browser, world: World) -> None:
    world.report()
    world.session.commit()
    answer = kim.submit("/incidents/1", REPLIES, text="Please **restart**.\nNow.")
    assert (answer.status_code, answer.location) == (303, "/incidents/1#entry-2")
    reply = entries(world)[1]
    assert (reply.kind, reply.author_name, reply.text) == ("reply", "Kim Novak", "Please **restart**.\nNow.")
    assert state(world) == State.OPEN
    page = kim.text("/incidents/1")
    assert "Please <strong>restart</strong>.<br>" in page
    assert "Your reply leaves in 10 s." in page
    assert "Leaves in 10 s" in page


def test_a_reply_can_wait_for_the_requester(kim: Browser, world: World) -> None:
    world.report()
    world.session.commit()
    kim.submit("/incidents/1", REPLIES, text="Which version?", next_state="wait")
    assert state(world) == State.PENDING_REQUESTER


def test_a_reply_can_lead_on_to_the_resolution(kim: Browser, world: World) -> None:
    world.report()
    world.session.commit()
    answer = kim.submit("/incidents/1", REPLIES, text="Took a new cable.", next_state="resolve")
    assert answer.location == "/incidents/1/resolution?entry=2"
    assert kim.form(answer.location, "/incidents/1/resolution")["text"] == ["Took a new cable."]


def test_a_note_stays_among_agents(kim: Browser, world: World) -> None:
    world.report()
    world.session.commit()
    answer = kim.submit("/incidents/1", NOTES, text="Looks like last May.")
    assert answer.location == "/incidents/1#entry-2"
    assert entries(world)[1].kind == "note"
    assert state(world) == State.NEW


def test_files_go_with_it(kim: Browser, world: World, app: Flask) -> None:
    world.report()
    world.session.commit()
    files = [(BytesIO(b"one"), "one.txt"), (BytesIO(b"two"), "../two.txt")]
    kim.submit("/incidents/1", REPLIES, text="Here", files=files)
    attached = entries(world)[1].attachments
    assert [one.filename for one in attached] == ["one.txt", "two.txt"]
    assert app.extensions["house"].store.get(attached[1].sha256) == b"two"
    assert "one.txt" in kim.text("/incidents/1")


def test_an_empty_reply_is_not_sent(kim: Browser, world: World) -> None:
    world.report()
    world.session.commit()
    answer = kim.submit("/incidents/1", REPLIES, text="  ", next_state="wait")
    assert answer.status_code == 422
    assert "Write something first." in answer.text
    assert '<option value="wait" selected>' in answer.text
    assert len(entries(world)) == 1
    note = kim.submit("/incidents/1", NOTES, text=" ")
    assert note.status_code == 422
    assert 'value="note" checked' in note.text


def test_sent_twice_it_is_one_reply(kim: Browser, world: World) -> None:
    world.report()
    world.session.commit()
    form = kim.form("/incidents/1", REPLIES)
    first, second = (kim.send(REPLIES, form, text="Once") for _ in range(2))
    assert first.location == second.location == "/incidents/1#entry-2"
    assert len(entries(world)) == 2


def test_somebody_else_answered_meanwhile(kim: Browser, world: World) -> None:
    incident = world.report()
    world.session.commit()
    form = kim.form("/incidents/1", REPLIES)
    world.reply(incident, "Sam was quicker", by=world.sam)
    world.session.commit()
    told = kim.send(REPLIES, form, text="My <long> text", files=[(BytesIO(b"log"), "log.txt")])
    assert told.status_code == 409
    assert "<b>Sam Okafor</b> replied" in told.text
    assert "My &lt;long&gt; text" in told.text
    assert "Send anyway" in told.text
    assert len(entries(world)) == 2
    sent = kim.send(REPLIES, form_in(told.text, REPLIES))
    assert sent.status_code == 303
    mine = entries(world)[2]
    assert mine.text == "My <long> text"
    assert [one.filename for one in mine.attachments] == ["log.txt"]


def test_the_requester_wrote_meanwhile(kim: Browser, world: World) -> None:
    incident = world.report()
    world.session.commit()
    form = kim.form("/incidents/1", REPLIES)
    world.write_again(incident, "It works again!")
    world.session.commit()
    told = kim.send(REPLIES, form, text="Still looking")
    assert (told.status_code, "<b>Mia Tanaka</b> wrote" in told.text) == (409, True)


def test_a_move_that_cannot_be_made_sends_nothing(kim: Browser, world: World) -> None:
    in_state(world, State.RESOLVED)
    world.session.commit()
    told = kim.submit("/incidents/1", REPLIES, text="One more thing", next_state="wait")
    assert told.status_code == 409
    assert "One more thing" in told.text
    assert len(entries(world)) == 1


def test_a_forged_file_reference_is_as_if_not_sent(kim: Browser, world: World) -> None:
    world.report()
    world.session.commit()
    kim.submit("/incidents/1", REPLIES, text="Hello", kept=["forged", "WyJhIiwiYiIsMSwiYyJd.abc"])
    assert entries(world)[1].attachments == []


def test_strangers_and_other_teams_write_nothing(browse: Callable[[str], Browser], world: World) -> None:
    world.private_report()
    world.session.commit()
    for action in (REPLIES, NOTES):
        assert browse("kim").post(action, text="Hello").status_code == 404
        assert browse("kim").get(action).status_code == 405
        assert browse("").client.post(action, data={"text": "Hello"}).status_code == 400
    assert len(entries(world)) == 1
