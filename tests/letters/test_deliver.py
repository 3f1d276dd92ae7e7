"""Sending: what is kept of each try, and that nothing is lost or sent twice."""

import pytest
from sqlalchemy import select

from helpdesk.errands import TryLater
from helpdesk.errors import Conflict
from helpdesk.incidents.thread import Words
from helpdesk.journal import Event, EventKind
from helpdesk.letters.delivery import Delivery, by_message_id
from helpdesk.letters.delivery import DeliveryState as State
from helpdesk.letters.transport import NotSent
from helpdesk.reactions.deliver import deliver, send_again
from tests.letters.conftest import Desk

GONE = NotSent("550 5.1.1 No such user", permanent=True)
BUSY = NotSent("451 4.3.0 Later", permanent=False)


class Dies:
    """A transport whose process ends while the letter is handed over."""

    def __init__(self) -> None:
        self.letters = []

    def send(self, letter, mailbox, recipient):
        self.letters.append(letter)
        raise KeyboardInterrupt


def reply(desk: Desk, *cc: str) -> list[Delivery]:
    incident = desk.report(cc=cc)
    incident.reply(Words("Try again."), by=desk.jo.actor(), at=desk.at())
    made = [one for one in desk.tell() if one.letter == "reply"]
    desk.session.commit()
    return made


def failures(desk: Desk) -> list[Event]:
    return list(desk.session.scalars(select(Event).where(Event.kind == EventKind.DELIVERY_FAILED.value)))


def test_a_letter_is_sent_once(desk: Desk):
    (delivery,) = reply(desk)
    desk.send(delivery)
    desk.send(delivery)
    ((letter, recipient),) = desk.transport.sent
    assert recipient == "dana@example.net"
    assert letter["Message-ID"] == f"<{delivery.message_id}>"
    assert letter.as_bytes() == desk.store.get(delivery.raw_sha256)
    assert (delivery.state, delivery.tries, delivery.answer) == (State.SENT, 1, "250 kept in memory")
    assert delivery.sent_at == desk.clock.now()
    assert failures(desk) == []


def test_a_permanent_refusal_ends_it_and_tells_the_incident(desk: Desk):
    (delivery,) = reply(desk)
    desk.transport.refusals["dana@example.net"] = GONE
    desk.send(delivery)
    assert (delivery.state, delivery.answer, delivery.sent_at) == (State.FAILED, "550 5.1.1 No such user", None)
    (event,) = failures(desk)
    assert event.data == {
        "recipient": "dana@example.net",
        "answer": "550 5.1.1 No such user",
        "entry_id": delivery.entry_id,
        "letter": "reply",
    }
    desk.transport.refusals.clear()
    desk.send(delivery)
    assert desk.transport.sent == []
    assert [one.letter for one in desk.tell()] == ["agent_delivery_failed"]


def test_a_temporary_refusal_waits_and_is_tried_again(desk: Desk):
    (delivery,) = reply(desk)
    desk.transport.refusals["dana@example.net"] = BUSY
    for number in (1, 2):
        with pytest.raises(TryLater, match=r"451 4\.3\.0 Later"):
            desk.send(delivery)
        desk.session.rollback()  # as a worker does after a failure
        assert (delivery.state, delivery.tries, delivery.answer) == (State.DEFERRED, number, "451 4.3.0 Later")
    assert failures(desk) == []
    desk.transport.refusals.clear()
    desk.send(delivery)
    assert (delivery.state, delivery.tries) == (State.SENT, 3)


def test_the_last_try_ends_it(desk: Desk):
    (delivery,) = reply(desk)
    desk.transport.refusals["dana@example.net"] = BUSY
    desk.send(delivery, last_try=True)
    assert (delivery.state, delivery.answer) == (State.FAILED, "451 4.3.0 Later")
    assert len(failures(desk)) == 1


def test_one_bad_recipient_stops_nobody_else(desk: Desk):
    made = reply(desk, "lee@example.net", "kim@example.net")
    desk.transport.refusals["lee@example.net"] = GONE
    for delivery in made:
        desk.send(delivery)
    assert [(one.recipient, one.state) for one in made] == [
        ("dana@example.net", State.SENT),
        ("lee@example.net", State.FAILED),
        ("kim@example.net", State.SENT),
    ]


def test_a_death_while_sending_shows_and_the_same_letter_goes_again(desk: Desk):
    (delivery,) = reply(desk)
    dying = Dies()
    with pytest.raises(KeyboardInterrupt):
        desk.send(delivery, transport=dying)
    desk.session.rollback()
    assert (delivery.state, delivery.tries) == (State.SENDING, 1)
    desk.send(delivery)
    assert desk.transport.sent[0][0].as_bytes() == dying.letters[0].as_bytes()
    assert delivery.state == State.SENT


def test_suppressed_letters_are_never_sent(desk: Desk):
    desk.report(automatic="list mail")
    held = next(one for one in desk.tell() if one.state == State.SUPPRESSED)
    desk.send(held)
    assert desk.transport.sent == []
    assert held.state == State.SUPPRESSED


def test_a_letter_whose_bytes_are_gone_says_so_and_stays_queued(desk: Desk):
    (delivery,) = reply(desk)
    desk.store.blobs.clear()
    with pytest.raises(Conflict, match="backup"):
        desk.send(delivery)
    assert (delivery.state, delivery.tries) == (State.QUEUED, 0)


def test_there_is_no_such_delivery(desk: Desk):
    with pytest.raises(Conflict, match="no delivery 999"):
        deliver(desk.session, 999, transport=desk.transport, store=desk.store, now=desk.at())


def test_a_failed_letter_can_be_sent_again(desk: Desk):
    (delivery,) = reply(desk)
    with pytest.raises(Conflict):
        send_again(desk.session, delivery, now=desk.at())
    desk.transport.refusals["dana@example.net"] = GONE
    desk.send(delivery)
    errand = send_again(desk.session, delivery, now=desk.at())
    assert (errand.reaction, errand.payload) == ("deliver", {"delivery_id": delivery.id})
    desk.transport.refusals.clear()
    desk.send(delivery)
    assert (delivery.state, delivery.tries) == (State.SENT, 1)
    with pytest.raises(Conflict):
        send_again(desk.session, delivery, now=desk.at())


def test_a_long_answer_of_the_server_is_cut(desk: Desk):
    (delivery,) = reply(desk)
    desk.transport.refusals["dana@example.net"] = NotSent("550 " + "x" * 5000, permanent=True)
    desk.send(delivery)
    assert len(delivery.answer) == 1000


def test_a_delivery_is_found_by_the_message_id_of_its_letter(desk: Desk):
    (delivery,) = reply(desk)
    assert by_message_id(desk.session, f" <{delivery.message_id.upper()}> ") is delivery
    assert by_message_id(desk.session, "<other@example.net>") is None
