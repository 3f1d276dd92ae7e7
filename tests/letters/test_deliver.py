"""Sending: what is kept of each try, and that nothing is lost or sent twice."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.errands import TryLater
from helpdesk.errors import Conflict
from helpdesk.incidents.thread import Words
from helpdesk.journal import Event, EventKind
from helpdesk.letters.delivery import Delivery, by_message_id
from helpdesk.letters.delivery import DeliveryState as State
from helpdesk.letters.transport import NotSent, Uncertain
from helpdesk.people.address_health import trouble_of
from helpdesk.reactions.deliver import deliver
from helpdesk.reactions.resending import arrived, send_again, send_now, stop
from tests.letters.conftest import Desk

GONE = NotSent("550 5.1.1 No such user", permanent=True)
BUSY = NotSent("451 4.3.0 Later", permanent=False)


class Dies:
    """A transport whose process ends while it talks to the server, before or after the letter itself began."""

    def __init__(self, *, in_the_letter: bool) -> None:
        self.in_the_letter = in_the_letter

    def send(self, letter, mailbox, recipient, about_to_send):
        if self.in_the_letter:
            about_to_send()
        raise KeyboardInterrupt


class Meanwhile:
    """A transport that takes its time: something else happens before the letter would begin."""

    def __init__(self, action) -> None:
        self.action, self.began = action, False

    def send(self, letter, mailbox, recipient, about_to_send):
        self.action()
        about_to_send()
        self.began = True
        return "250 taken"


def reply(desk: Desk, *cc: str) -> list[Delivery]:
    incident = desk.report(cc=cc)
    incident.reply(Words("Try again."), by=desk.jo.actor(), at=desk.at())
    made = [one for one in desk.tell() if one.letter == "reply"]
    desk.session.commit()
    return made


def failures(desk: Desk) -> list[Event]:
    return list(desk.session.scalars(select(Event).where(Event.kind == EventKind.DELIVERY_FAILED.value)))


def doubts(desk: Desk) -> list[Event]:
    return list(desk.session.scalars(select(Event).where(Event.kind == EventKind.DELIVERY_UNCERTAIN.value)))


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


def die(desk: Desk, delivery: Delivery, *, in_the_letter: bool) -> None:
    with pytest.raises(KeyboardInterrupt):
        desk.send(delivery, transport=Dies(in_the_letter=in_the_letter))
    desk.session.rollback()


def test_a_death_before_the_letter_began_is_tried_again(desk: Desk):
    (delivery,) = reply(desk)
    die(desk, delivery, in_the_letter=False)
    assert (delivery.state, delivery.tries) == (State.QUEUED, 1)
    desk.send(delivery)
    assert (delivery.state, len(desk.transport.sent)) == (State.SENT, 1)


def test_a_death_in_the_letter_is_uncertain_and_sends_nothing_twice(desk: Desk):
    (delivery,) = reply(desk)
    die(desk, delivery, in_the_letter=True)
    assert (delivery.state, delivery.tries) == (State.SENDING, 1)
    desk.send(delivery)
    assert (delivery.state, desk.transport.sent) == (State.UNCERTAIN, [])
    assert "may have arrived" in delivery.answer
    desk.send(delivery)
    assert desk.transport.sent == []
    assert [one.letter for one in desk.tell()] == ["agent_delivery_uncertain"]
    assert len(doubts(desk)) == 1


def test_no_answer_after_the_letter_is_uncertain(desk: Desk):
    (delivery,) = reply(desk)
    desk.transport.refusals["dana@example.net"] = Uncertain("It was handed over, then: silence")
    desk.send(delivery)
    assert (delivery.state, delivery.answer) == (State.UNCERTAIN, "It was handed over, then: silence")
    desk.transport.refusals.clear()
    desk.send(delivery)
    assert desk.transport.sent == []
    send_again(desk.session, delivery, now=desk.at(), by=desk.jo.actor())
    desk.send(delivery)
    assert (delivery.state, len(desk.transport.sent)) == (State.SENT, 1)


def test_somebody_may_know_that_it_arrived(desk: Desk):
    (delivery,) = reply(desk)
    die(desk, delivery, in_the_letter=True)
    desk.send(delivery)
    arrived(desk.session, delivery, by=desk.jo.actor(), now=desk.at())
    assert (delivery.state, delivery.answer) == (State.SENT, "Jo Park says that it arrived.")
    with pytest.raises(Conflict):
        arrived(desk.session, delivery, by=desk.jo.actor(), now=desk.at())
    with pytest.raises(Conflict):
        send_again(desk.session, delivery, now=desk.at())


def test_a_letter_stopped_at_the_last_moment_does_not_leave(desk: Desk):
    (delivery,) = reply(desk)
    slow = Meanwhile(lambda: stop(desk.session, delivery, by=desk.sam.actor(), now=desk.at()))
    desk.send(delivery, transport=slow)
    assert (slow.began, delivery.state, delivery.answer) == (False, State.SUPPRESSED, "Sam Reyes stopped it.")


def test_a_letter_that_another_worker_is_sending_is_not_sent_by_this_one(desk: Desk):
    (delivery,) = reply(desk)
    other = Meanwhile(lambda: None)
    slow = Meanwhile(lambda: desk.send(delivery, transport=other))
    desk.send(delivery, transport=slow)
    assert (other.began, slow.began, delivery.state) == (True, False, State.SENT)


def test_a_letter_that_is_being_sent_or_was_cannot_be_stopped(desk: Desk):
    (delivery,) = reply(desk)
    desk.send(delivery)
    with pytest.raises(Conflict, match="has left"):
        stop(desk.session, delivery, by=desk.jo.actor(), now=desk.at())
    with pytest.raises(Conflict, match="does not wait"):
        send_now(desk.session, delivery, now=desk.at())


def test_a_letter_that_waits_says_for_when_and_can_be_hurried(desk: Desk):
    (delivery,) = reply(desk)
    (errand,) = [one for one in desk.errands() if one.payload == {"delivery_id": delivery.id}]
    desk.transport.refusals["dana@example.net"] = BUSY
    with pytest.raises(TryLater) as later:
        desk.send(delivery)
    assert delivery.next_try_at == desk.clock.now() + timedelta(seconds=later.value.after_seconds)
    errand.due_at = desk.clock.now() + timedelta(hours=1)
    now = desk.at()
    send_now(desk.session, delivery, now=now)
    desk.session.refresh(errand)
    assert (errand.due_at, delivery.next_try_at) == (now, None)
    assert len([one for one in desk.errands() if one.payload == {"delivery_id": delivery.id}]) == 1


def test_an_address_that_the_server_does_not_know_is_marked_until_it_does(desk: Desk):
    (delivery,) = reply(desk)
    gone = NotSent("550 5.1.1 No such user", permanent=True, recipient=True)
    desk.transport.refusals["dana@example.net"] = gone
    desk.send(delivery)
    trouble = trouble_of(desk.session, ["dana@example.net"])["dana@example.net"]
    assert (trouble.kind, trouble.status, trouble.said) == ("hard", "5.1.1", "550 5.1.1 No such user")
    desk.transport.refusals.clear()
    send_again(desk.session, delivery, now=desk.at(), by=desk.jo.actor())
    desk.send(delivery)
    assert trouble_of(desk.session, ["dana@example.net"]) == {}


def test_a_refusal_of_the_letter_says_nothing_of_the_address(desk: Desk):
    (delivery,) = reply(desk)
    desk.transport.refusals["dana@example.net"] = NotSent("554 5.7.1 Spam", permanent=True)
    desk.send(delivery)
    assert delivery.state == State.FAILED
    assert trouble_of(desk.session, ["dana@example.net"]) == {}


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
