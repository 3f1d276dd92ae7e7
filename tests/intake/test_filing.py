"""A mail finds its incident, or becomes one, or is held with its reason; never lost, never filed twice."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from helpdesk.errors import Conflict
from helpdesk.house import House
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import ResolutionCode, State
from helpdesk.journal import EventKind, history
from helpdesk.letters.message_ids import Side, make_message_id
from helpdesk.letters.tokens import make_token, reply_address
from helpdesk.mailboxes.mailbox import Mailbox
from intake import held
from intake.filing import Filed, file_row
from intake.ledger import LedgerRow, LedgerState, held_count
from tests.intake.desk import DESK, KEY, arrive, incidents, kim, letter, ours, record


def why(session: Session, filed: Filed) -> str:
    return session.get_one(LedgerRow, filed.row_id).decision["rule"]


def test_a_mail_becomes_an_incident(session: Session, house: House) -> None:
    filed = arrive(session, house, letter(text="It is down.\n\n> you wrote something\n"))
    (incident,) = incidents(session)
    assert (filed.state, filed.incident_id) == (LedgerState.FILED, incident.id)
    assert (incident.subject, incident.requester.address, incident.source) == ("No network", "ada@example.org", "mail")
    assert (incident.current, incident.entries[0].text) == (State.NEW, "It is down.")
    assert "you wrote something" in incident.entries[0].quoted
    assert incident.mailbox is not None
    assert incident.mailbox.address == DESK
    assert [event.kind for event in history(session, "incident", incident.id)] == [EventKind.OPENED]


@pytest.mark.parametrize("how", ["our letter", "token", "thread", "subject"])
def test_the_requesters_answer_joins(session: Session, house: House, first: Incident, how: str) -> None:
    opened = session.scalars(select(LedgerRow.message_id)).first() or ""
    raw = {
        "our letter": lambda: letter(answers=ours(first), subject="Re: something else"),
        "token": lambda: letter(to=reply_address(DESK, make_token(KEY, first.id, "ada@example.org")), subject="x"),
        "thread": lambda: letter(answers=opened, subject="x"),
        "subject": lambda: letter(subject=f"Re: No network [{first.number}]"),
    }[how]()
    filed = arrive(session, house, raw)
    assert (filed.state, filed.incident_id, len(incidents(session))) == (LedgerState.FILED, first.id, 1)
    assert why(session, filed) == {"our letter": "references", "token": "reply address"}.get(how, how)
    assert len(first.entries) == 2


@pytest.mark.parametrize("how", ["our letter", "token", "thread"])
def test_a_strangers_answer_is_held_and_never_joins(session: Session, house: House, first: Incident, how: str) -> None:
    opened = session.scalars(select(LedgerRow.message_id)).first() or ""
    mallory = "Mallory <mallory@evil.example>"
    raw = {
        "our letter": lambda: letter(mallory, answers=ours(first)),
        "token": lambda: letter(mallory, to=reply_address(DESK, make_token(KEY, first.id, "ada@example.org"))),
        "thread": lambda: letter(mallory, answers=opened),
    }[how]()
    filed = arrive(session, house, raw)
    assert (filed.state, held_count(session)) == (LedgerState.HELD, 1)
    assert "mallory@evil.example is not part of it" in filed.reason
    assert len(incidents(session)) == 1
    assert len(first.entries) == 1
    assert first.requester.address == "ada@example.org"


def test_a_number_in_a_strangers_subject_opens_nothing_of_ours(session: Session, house: House, first: Incident) -> None:
    filed = arrive(session, house, letter("Shop <shop@vendor.example>", subject=f"Your order [{first.number}]"))
    assert filed.incident_id != first.id
    assert len(incidents(session)) == 2


@pytest.mark.parametrize("place", ["our letter", "token"])
def test_a_forged_sign_leads_nowhere(session: Session, house: House, first: Incident, place: str) -> None:
    other_key = "another key"
    forged = make_message_id(other_key, 1, "mallory@evil.example", domain="x.example", incident_id=first.id)
    token = make_token(other_key, first.id, "mallory@evil.example")
    raw = (
        letter("mallory@evil.example", answers=forged)
        if place == "our letter"
        else letter("mallory@evil.example", to=reply_address(DESK, token))
    )
    filed = arrive(session, house, raw)
    assert filed.incident_id not in (None, first.id)


def test_somebody_copied_may_answer_and_ourselves_are_never_copied(session: Session, house: House) -> None:
    cc = f"Bob <bob@example.org>, {DESK}, {reply_address(DESK, 'i1.abc')}"
    filed = arrive(session, house, letter(cc=cc))
    incident = session.get_one(Incident, filed.incident_id)
    assert [one.address for one in incident.participants] == ["bob@example.org"]
    answer = arrive(session, house, letter("bob@example.org", answers=ours(incident)))
    assert (answer.incident_id, incident.entries[-1].author_name) == (incident.id, "bob@example.org")
    assert incident.requester.address == "ada@example.org"


def test_the_very_same_mail_is_filed_once(session: Session, house: House) -> None:
    raw = letter(message_id="<same@example.org>")
    through_another = b"Received: from elsewhere\r\nDelivered-To: sales@desk.example\r\n" + raw
    filed, again, other_way = (arrive(session, house, one) for one in (raw, raw, through_another))
    assert [one.state for one in (filed, again, other_way)] == [LedgerState.FILED, *[LedgerState.IGNORED] * 2]
    assert again.incident_id == other_way.incident_id == filed.incident_id
    assert len(incidents(session)) == 1


def test_a_known_message_id_cant_suppress_another_mail(session: Session, house: House) -> None:
    arrive(session, house, letter("mallory@evil.example", message_id="<guessed@example.org>", text="nothing"))
    filed = arrive(session, house, letter(message_id="<guessed@example.org>", text="The real one"))
    assert (filed.state, len(incidents(session))) == (LedgerState.FILED, 2)


def test_filing_again_changes_nothing(session: Session, house: House) -> None:
    filed = arrive(session, house, letter())
    assert file_row(session, house, filed.row_id) == filed
    assert len(incidents(session)) == 1


def test_copies_filed_at_the_same_moment_become_one(
    sessions: sessionmaker[Session], session: Session, house: House
) -> None:
    raw = letter()
    rows = [record(session, house, raw) for _ in range(2)] * 2
    session.rollback()
    together = Barrier(len(rows))

    def file(row_id: int) -> Filed:
        with sessions() as own:
            together.wait()
            return file_row(own, house, row_id)

    with ThreadPoolExecutor(len(rows)) as pool:
        done = list(pool.map(file, rows))
    assert len(incidents(session)) == 1
    assert {one.incident_id for one in done} == {incidents(session)[0].id}
    states = sorted(row.state for row in session.scalars(select(LedgerRow)))
    assert states == [LedgerState.FILED, LedgerState.IGNORED]


def test_two_answers_at_the_same_moment_both_arrive(
    sessions: sessionmaker[Session], session: Session, house: House, first: Incident
) -> None:
    rows = [record(session, house, letter(answers=ours(first), text=f"answer {number}")) for number in range(4)]
    session.rollback()
    together = Barrier(len(rows))

    def file(row_id: int) -> Filed:
        with sessions() as own:
            together.wait()
            return file_row(own, house, row_id)

    with ThreadPoolExecutor(len(rows)) as pool:
        assert {one.incident_id for one in pool.map(file, rows)} == {first.id}
    session.expire_all()
    assert sorted(entry.text for entry in first.entries)[1:] == [f"answer {number}" for number in range(4)]


@pytest.mark.parametrize(
    ("headers", "state"),
    [
        ({"Auto-Submitted": "auto-generated"}, LedgerState.FILED),  # monitoring makes incidents
        ({"Auto-Submitted": "auto-replied"}, LedgerState.HELD),  # out of office, to nothing of ours
    ],
)
def test_automatic_mail_that_answers_nothing(
    session: Session, house: House, headers: dict[str, str], state: LedgerState
) -> None:
    assert arrive(session, house, letter(headers=headers)).state is state


def test_out_of_office_is_kept_and_does_not_reopen(session: Session, house: House, first: Incident) -> None:
    now = house.clock.now()
    first.resolve(ResolutionCode.FIXED, "A switch", "Replaced", by=kim(session), at=now)
    session.commit()
    arrive(session, house, letter(answers=ours(first), headers={"Auto-Submitted": "auto-replied"}))
    session.expire_all()
    assert (first.current, first.entries[-1].automatic) == (State.RESOLVED, "Auto-Submitted: auto-replied")
    arrive(session, house, letter(answers=ours(first), text="It is down again"))
    session.expire_all()
    assert first.current is State.OPEN


REPORT = """\
From: MAILER-DAEMON@mx.example
To: help@desk.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce-{number}@mx.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

It could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; ada@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: text/rfc822-headers

Message-ID: <{message_id}>
Subject: Re: No network

--b--
"""


def test_a_report_about_our_letter_lands_in_its_incident(session: Session, house: House, first: Incident) -> None:
    raw = REPORT.format(number=1, message_id=ours(first)).replace("\n", "\r\n").encode()
    filed = arrive(session, house, raw)
    assert (filed.state, filed.incident_id) == (LedgerState.FILED, first.id)
    session.expire_all()
    event = history(session, "incident", first.id)[-1]
    assert (event.kind, event.data["status"], event.data["recipients"]) == (
        EventKind.BOUNCED,
        "5.1.1",
        ["ada@example.org"],
    )
    assert first.current is State.NEW


def test_a_foreign_or_forged_report_makes_no_incident(session: Session, house: House, first: Incident) -> None:
    forged = make_message_id("another key", 1, "ada@example.org", domain="desk.example", incident_id=first.id)
    for number, message_id in enumerate(("elsewhere@other.example", forged)):
        raw = REPORT.format(number=number, message_id=message_id).replace("\n", "\r\n").encode()
        assert arrive(session, house, raw).state is LedgerState.HELD
    assert len(incidents(session)) == 1


def test_mail_from_our_own_address_is_no_requesters(session: Session, house: House) -> None:
    assert arrive(session, house, letter(DESK)).state is LedgerState.HELD
    assert incidents(session) == []


def test_our_own_letter_come_back_is_ignored(session: Session, house: House, first: Incident) -> None:
    filed = arrive(session, house, letter(DESK, message_id=f"<{ours(first)}>"))
    assert (filed.state, len(first.entries)) == (LedgerState.IGNORED, 1)


def test_an_agents_answer_by_mail_is_held(session: Session, house: House, first: Incident) -> None:
    told = make_message_id(KEY, 2, "kim@desk.example", domain="desk.example", incident_id=first.id, side=Side.AGENT)
    filed = arrive(session, house, letter("kim@desk.example", answers=told))
    assert (filed.state, "could not be proven that this mail comes from Kim" in filed.reason) == (
        LedgerState.HELD,
        True,
    )


@pytest.mark.parametrize(
    "raw", [b"", b"\x00\xff\xfe", b"Subject: nobody\r\n\r\nhello", b"From: <>\r\n\r\nx", b"From: a b c\r\n\r\nx"]
)
def test_what_nobody_could_be_answered_for_is_held(session: Session, house: House, raw: bytes) -> None:
    filed = arrive(session, house, raw)
    assert filed.state is LedgerState.HELD
    assert filed.reason


def test_an_empty_mail_is_an_incident_all_the_same(session: Session, house: House) -> None:
    filed = arrive(session, house, letter(subject="", text=""))
    (incident,) = incidents(session)
    assert (filed.incident_id, incident.subject) == (incident.id, "(no subject)")
    assert incident.entries[0].text


def test_a_body_left_on_the_server_is_held_with_its_reason(session: Session, house: House) -> None:
    row = LedgerRow(
        source="imap",
        key="imap:1",
        sha256=None,
        size_bytes=99,
        received_at=house.clock.now(),
        reason="Larger than 40 MB.",
    )
    session.add(row)
    session.commit()
    filed = file_row(session, house, row.id)
    assert (filed.state, filed.reason) == (LedgerState.HELD, "Larger than 40 MB.")
    with pytest.raises(Conflict):
        held.accept(session, house, row, by=kim(session), at=house.clock.now())


def test_attachments_come_along(session: Session, house: House) -> None:
    def attach(mail: object) -> None:
        mail.add_attachment(b"\x89PNG bytes", maintype="image", subtype="png", filename="../../screen.png")  # type: ignore[attr-defined]

    arrive(session, house, letter(change=attach))
    (incident,) = incidents(session)
    (attachment,) = incident.entries[0].attachments
    assert (attachment.filename, attachment.size_bytes) == ("screen.png", 10)
    assert house.store.get(attachment.sha256) == b"\x89PNG bytes"


def test_a_mailbox_decides_where_answers_leave_from(session: Session, house: House) -> None:
    session.add(Mailbox(name="Sales", address="sales@desk.example", created_at=house.clock.now()))
    session.commit()
    arrive(session, house, letter(to="x@elsewhere.example"), envelope_to=["sales+tag@desk.example"])
    (incident,) = incidents(session)
    assert incident.mailbox is not None
    assert incident.mailbox.name == "Sales"
