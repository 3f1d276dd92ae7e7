"""Delivery reports land on the letter they are about, mark the address, and hand the incident back to agents."""

from email.message import EmailMessage

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.house import House
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import State
from helpdesk.incidents.thread import Words
from helpdesk.journal import EventKind, history
from helpdesk.letters.delivery import Delivery, DeliveryState
from helpdesk.letters.message_ids import make_message_id
from helpdesk.people.address_health import AddressHealth
from helpdesk.people.agent import agent_by_email
from tests.intake.desk import KEY, arrive, incidents, letter

ADA = "ada@example.org"


@pytest.fixture
def sent(session: Session, house: House) -> Delivery:
    """A reply that left to Ada; the incident waits for her answer."""
    incident = session.get_one(Incident, arrive(session, house, letter()).incident_id)
    kim = agent_by_email(session, "kim@desk.example")
    assert kim is not None
    entry = incident.reply(Words(text="Is it plugged in?"), by=kim.actor(), at=house.clock.now())
    incident.wait_for_requester(by=kim.actor(), at=house.clock.now())
    event = history(session, "incident", incident.id)[-2]
    made = Delivery(
        letter="reply",
        event_id=event.id,
        incident_id=incident.id,
        entry_id=entry.id,
        recipient=ADA,
        message_id=make_message_id(KEY, event.id, ADA, domain="desk.example", incident_id=incident.id),
        state=DeliveryState.SENT.value,
        created_at=house.clock.now(),
    )
    session.add(made)
    session.commit()
    return made


def report(
    about: str, action: str = "failed", status: str = "5.1.1", recipient: str = ADA, said: str = "550 No such user"
) -> bytes:
    fields = f"Reporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; {recipient}\n"
    fields += f"Action: {action}\nStatus: {status}\nDiagnostic-Code: smtp; {said}\n"
    outer = EmailMessage()
    outer["From"], outer["To"], outer["Subject"] = "MAILER-DAEMON@mx.example.org", "help@desk.example", "Undelivered"
    outer["Date"], outer["Message-ID"] = "Mon, 02 Mar 2026 09:30:00 +0000", f"<{status}.{action}@mx.example.org>"
    raw = outer.as_string().rstrip("\n")
    return (
        f"{raw}\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
        f"--b\nContent-Type: text/plain\n\nIt could not be delivered.\n\n"
        f"--b\nContent-Type: message/delivery-status\n\n{fields}\n"
        f"--b\nContent-Type: message/rfc822\n\nMessage-ID: <{about}>\nSubject: Re\n\nIs it plugged in?\n--b--\n"
    ).encode()


def health(session: Session) -> dict[str, str]:
    return {row.address: row.kind for row in session.scalars(select(AddressHealth))}


def test_a_hard_bounce_lands_on_its_letter(session: Session, house: House, sent: Delivery) -> None:
    filed = arrive(session, house, report(sent.message_id))
    session.refresh(sent)
    assert filed.incident_id == sent.incident_id
    assert (sent.state, sent.bounce, sent.bounce_status) == (DeliveryState.BOUNCED, "hard", "5.1.1")
    assert "No such user" in sent.answer
    assert health(session) == {ADA: "hard"}
    assert len(incidents(session)) == 1


def test_and_hands_the_incident_back(session: Session, house: House, sent: Delivery) -> None:
    arrive(session, house, report(sent.message_id))
    (incident,) = incidents(session)
    assert incident.current is State.OPEN
    kinds = [event.kind for event in history(session, "incident", incident.id)]
    assert kinds[-2:] == [EventKind.BOUNCED, EventKind.STATE_CHANGED]
    entry = incident.entries[-1]
    assert (entry.automatic != "", entry.features["report"]["reports"][0]["kind"]) == (True, "hard")


@pytest.mark.parametrize(("status", "kind"), [("4.2.2", "soft"), ("5.7.1", "hard"), ("5.2.2", "soft")])
def test_what_it_says_is_told_apart(session: Session, house: House, sent: Delivery, status: str, kind: str) -> None:
    arrive(session, house, report(sent.message_id, status=status))
    session.refresh(sent)
    assert (sent.state, sent.bounce, health(session)) == (DeliveryState.BOUNCED, kind, {ADA: kind})


def test_a_delay_is_only_a_delay(session: Session, house: House, sent: Delivery) -> None:
    arrive(session, house, report(sent.message_id, "delayed", "4.4.1"))
    session.refresh(sent)
    (incident,) = incidents(session)
    assert (sent.state, sent.bounce, incident.current) == (DeliveryState.SENT, "delayed", State.PENDING_REQUESTER)
    assert health(session) == {ADA: "delayed"}


def test_the_letter_says_whom_it_is_about_wherever_it_was_passed_on_to(
    session: Session, house: House, sent: Delivery
) -> None:
    arrive(session, house, report(sent.message_id, recipient="ada.private@elsewhere.example"))
    assert health(session) == {ADA: "hard"}


def test_a_forged_report_marks_nobody(session: Session, house: House, sent: Delivery) -> None:
    arrive(session, house, report("i1.2.aaaaaaaa.bbbbbbbbbbbbbbbb@desk.example", recipient="victim@example.org"))
    session.refresh(sent)
    assert (health(session), sent.state) == ({}, DeliveryState.SENT)


def test_mail_from_there_makes_it_well_again(session: Session, house: House, sent: Delivery) -> None:
    arrive(session, house, report(sent.message_id))
    arrive(session, house, letter(answers=sent.message_id, text="I am here."))
    assert health(session) == {}


def test_a_notice_of_absence_does_not(session: Session, house: House, sent: Delivery) -> None:
    arrive(session, house, report(sent.message_id))
    arrive(session, house, letter(answers=sent.message_id, headers={"Auto-Submitted": "auto-replied"}))
    assert health(session) == {ADA: "hard"}
