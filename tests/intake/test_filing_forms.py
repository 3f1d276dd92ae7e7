"""A public form is filed as a mail is."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.errors import Invalid
from helpdesk.house import House
from intake.filing import submit_form
from intake.form import Submission
from intake.ledger import LedgerRow
from tests.intake.desk import incidents

SAID = Submission("k1", "Ada", "Ada@Example.org", "No network", "It is down", impact=1, urgency=1)


def test_a_form_is_filed_like_a_mail_with_what_only_it_knows(session: Session, house: House) -> None:
    filed = submit_form(session, house, SAID)
    (incident,) = incidents(session)
    assert (filed.incident_id, incident.source, incident.priority) == (incident.id, "form", 1)
    assert (incident.requester.address, incident.requester.name) == ("ada@example.org", "Ada")


def test_sent_twice_it_is_filed_once(session: Session, house: House) -> None:
    assert submit_form(session, house, SAID) == submit_form(session, house, SAID)
    assert len(incidents(session)) == 1


def test_files_with_strange_names_and_types(session: Session, house: House) -> None:
    files = (("a\r\nb.txt", "text/plain; x", b"1"), ("x", "message/rfc822", b"2"), ("y", "bad type/\r\n", b"3"))
    submit_form(session, house, Submission("k2", "Ada", "ada@example.org", "s", "t", files=files))
    (incident,) = incidents(session)
    assert sorted(house.store.get(one.sha256) for one in incident.entries[0].attachments) == [b"1", b"2", b"3"]


@pytest.mark.parametrize("address", ["", "nobody", "a@b\r\nBcc: x@y", "a b@c.example", "@c.example"])
def test_an_address_no_mail_can_carry(session: Session, house: House, address: str) -> None:
    with pytest.raises(Invalid):
        submit_form(session, house, Submission("k3", "Ada", address, "s", "t"))
    assert list(session.scalars(select(LedgerRow))) == []


def test_a_header_cant_be_slipped_in(session: Session, house: House) -> None:
    submit_form(session, house, Submission("k4", "A\r\nBcc: x@y.example", "ada@example.org", "s\r\nX: y", "t"))
    (incident,) = incidents(session)
    assert incident.subject == "s X: y"
    assert incident.participants == []
