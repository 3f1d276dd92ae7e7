"""Held mail: who sees it, what it says, and the four decisions."""

from collections.abc import Callable
from html import unescape
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from helpdesk.db import only_reading, prepare
from helpdesk.errands import Errand
from helpdesk.errors import Conflict
from helpdesk.house import House
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.participants import add_participant
from helpdesk.incidents.thread import ParticipantRole, Words
from helpdesk.journal import Event
from helpdesk.people.agent import Agent
from helpdesk.reactions.index import index_records
from helpdesk.web.held_reasons import all_reasons, reason_for
from intake import held as verbs
from intake.ledger import LedgerRow, LedgerState
from intake.senders import SenderVerdict, decide_on_sender, sender_rule
from search.document import Key
from tests.web.conftest import Browser, Statements
from tests.world import World

NASTY = """<script>alert(1)</script>"'><img src=x onerror=alert(1)>"""
MAIL = """From: Zoe Stranger <zoe@elsewhere.example>
To: help@northwind.example
Subject: {subject}
Date: Mon, 2 Mar 2026 08:10:00 +0000
Message-ID: <{number}@elsewhere.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8

{text}
--b
Content-Type: text/html; name="{name}"
Content-Disposition: attachment; filename="{name}"

<script>run()</script>
--b--
"""


@pytest.fixture
def hold(app: Flask, world: World) -> Callable[..., LedgerRow]:
    """Puts a mail on hold, as matching would."""

    def held(
        subject: str = "Re: your letter",
        text: str = "I read this too.",
        name: str = "page.html",
        answers: Incident | None = None,
        rule: str = "references",
        reason: str = "It answers INC-1, but zoe@elsewhere.example is not part of it.",
    ) -> LedgerRow:
        house: House = app.extensions["house"]
        count = world.session.scalar(select(func.count()).select_from(LedgerRow)) or 0
        raw = MAIL.format(subject=subject, text=text, name=name, number=count).replace("\n", "\r\n").encode()
        row = LedgerRow(
            source="imap",
            key=f"imap:{count}",
            sha256=house.store.put(raw),
            size_bytes=len(raw),
            received_at=world.at,
            state=LedgerState.HELD.value,
            reason=reason,
            sender="zoe@elsewhere.example",
            subject=subject,
            decision={
                "outcome": "hold",
                "rule": rule,
                "evidence": ["It answers our letter.", reason],
                "incident_id": answers.id if answers else None,
                "defects": ["an odd header"],
            },
        )
        world.session.add(row)
        world.session.commit()
        return row

    return held


Hold = Callable[..., LedgerRow]


def state_of(world: World, row: LedgerRow) -> str:
    number = row.id
    world.session.rollback()
    world.session.expire_all()
    return world.session.get_one(LedgerRow, number).state


def test_the_list_says_who_what_and_why(hold: Hold, kim: Browser) -> None:
    hold()
    page = kim.text("/held")
    for said in ("Re: your letter", "zoe@elsewhere.example", "is not part of it", "Stranger answers"):
        assert said in page


def test_an_empty_list_is_good_news(kim: Browser) -> None:
    assert "No mail is held" in kim.text("/held")


def test_the_list_can_be_narrowed_down(hold: Hold, kim: Browser) -> None:
    hold("First one")
    hold("Second one", rule="no sender", reason="It has no sender address.")
    assert "First one" not in kim.text("/held?rule=No+sender")
    assert "Second one" not in kim.text("/held?q=FIRST")
    assert "Nothing matches" in kim.text("/held?q=hovercraft")


def test_one_mail_with_all_it_says(hold: Hold, kim: Browser) -> None:
    page = kim.text(f"/held/{hold().id}")
    for said in (
        "I read this too.",
        "page.html",
        "It answers our letter.",
        "an odd header",
        "Zoe Stranger &lt;zoe@elsewhere.example&gt;",
        "0@elsewhere.example",
    ):
        assert said in page


def test_looking_changes_nothing(world: World, hold: Hold, kim: Browser) -> None:
    row = hold()
    for path in ("/held", f"/held/{row.id}", f"/held/{row.id}/raw", f"/held/{row.id}/attachments/0"):
        assert kim.get(path).status_code == 200
    assert state_of(world, row) == "held"
    assert world.session.scalar(select(func.count()).select_from(Event)) == 0
    for verb in ("acceptance", "discard", "parse_again", "attachment_to"):
        assert kim.get(f"/held/{row.id}/{verb}").status_code == 405


def test_accepting_makes_an_incident(world: World, hold: Hold, kim: Browser) -> None:
    row = hold()
    answer = kim.submit(f"/held/{row.id}", f"/held/{row.id}/acceptance")
    assert answer.status_code == 303
    assert "Re: your letter" in kim.text(answer.location)
    assert state_of(world, row) == "filed"
    assert "No mail is held" in kim.text("/held")


def test_a_second_decision_is_refused(hold: Hold, kim: Browser) -> None:
    row = hold()
    form = kim.form(f"/held/{row.id}", f"/held/{row.id}/acceptance")
    assert kim.send(f"/held/{row.id}/acceptance", form).status_code == 303
    for verb in ("acceptance", "discard", "parse_again"):
        assert kim.send(f"/held/{row.id}/{verb}", form).status_code == 409
    assert "has been dealt with" in kim.text(f"/held/{row.id}")


def test_attaching_to_an_incident(world: World, hold: Hold, kim: Browser) -> None:
    incident = world.report("The VPN drops")
    row = hold(answers=incident)
    number = incident.id
    form = kim.form(f"/held/{row.id}", f"/held/{row.id}/attachment_to")
    assert form["incident"] == [f"INC-{number}"]  # proposed
    answer = kim.send(f"/held/{row.id}/attachment_to", form)
    assert answer.location == f"/incidents/{number}"
    page = kim.text(answer.location)
    assert "I read this too." in page
    assert state_of(world, row) == "filed"


@pytest.mark.parametrize("typed", ["", "INC-999", "seven", "INC-1; DROP", "9" * 40, NASTY])
def test_a_number_that_leads_nowhere(world: World, hold: Hold, kim: Browser, typed: str) -> None:
    row = hold()
    answer = kim.submit(f"/held/{row.id}", f"/held/{row.id}/attachment_to", incident=typed)
    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert state_of(world, row) == "held"


def test_joining_takes_an_incident_one_may_see(world: World, hold: Hold, browse: Callable[[str], Browser]) -> None:
    private = world.private_report()
    number, row = private.id, hold()
    kim, petra = browse("kim"), browse("petra")
    refused = kim.submit(f"/held/{row.id}", f"/held/{row.id}/attachment_to", incident=f"INC-{number}")
    assert refused.status_code == 422
    assert state_of(world, row) == "held"
    allowed = petra.submit(f"/held/{row.id}", f"/held/{row.id}/attachment_to", incident=str(number))
    assert allowed.status_code == 303


def test_mail_about_private_work_is_for_its_team(world: World, hold: Hold, browse: Callable[[str], Browser]) -> None:
    row = hold("About my contract", answers=world.private_report())
    kim, petra = browse("kim"), browse("petra")
    page = kim.text("/held")
    assert "About my contract" not in page
    assert "No mail is held" in page  # not even counted
    for path in ("", "/raw", "/attachments/0"):
        assert kim.get(f"/held/{row.id}{path}").status_code == 404
    assert kim.post(f"/held/{row.id}/discard").status_code == 404
    assert "About my contract" in petra.text("/held")


def test_discarding_keeps_the_bytes(app: Flask, world: World, hold: Hold, kim: Browser) -> None:
    row = hold()
    sha256 = row.sha256
    assert kim.submit(f"/held/{row.id}", f"/held/{row.id}/discard").status_code == 303
    assert state_of(world, row) == "discarded"
    assert app.extensions["house"].store.has(sha256)
    assert "Kim Novak decided" in kim.text(f"/held/{row.id}")


def test_looking_again_files_what_can_be_filed_now(world: World, hold: Hold, kim: Browser) -> None:
    row = hold()
    answer = kim.submit(f"/held/{row.id}", f"/held/{row.id}/parse_again")
    assert answer.location.startswith("/incidents/")
    assert state_of(world, row) == "filed"


def test_the_mail_as_it_came(app: Flask, hold: Hold, kim: Browser) -> None:
    row = hold()
    answer = kim.get(f"/held/{row.id}/raw")
    assert answer.data == app.extensions["house"].store.get(row.sha256)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.mimetype == "application/octet-stream"
    file = kim.get(f"/held/{row.id}/attachments/0")
    assert b"run()" in file.data
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert kim.get(f"/held/{row.id}/attachments/7").status_code == 404


def test_a_mail_left_on_the_server_says_so(world: World, hold: Hold, kim: Browser) -> None:
    row = hold()
    row.sha256 = None
    world.session.commit()
    assert "left on the server" in kim.text(f"/held/{row.id}")
    assert kim.get(f"/held/{row.id}/raw").status_code == 409
    assert kim.post(f"/held/{row.id}/acceptance").status_code == 409
    assert state_of(world, row) == "held"


def test_filed_mail_is_not_opened_by_guessing_numbers(world: World, hold: Hold, kim: Browser) -> None:
    row = hold()
    row.state = LedgerState.FILED.value
    world.session.commit()
    assert kim.get(f"/held/{row.id}").status_code == 404
    assert kim.get("/held/999").status_code == 404


def test_markup_is_text(hold: Hold, kim: Browser) -> None:
    row = hold(subject=NASTY, text=NASTY, name="a&lt;b.html", reason=NASTY)
    for path in ("/held", f"/held/{row.id}"):
        page = kim.text(path)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<script>run" not in page


def test_strangers_and_forgers_get_nowhere(world: World, hold: Hold, browse: Callable[[str], Browser]) -> None:
    row = hold()
    assert browse("").get("/held").status_code == 302
    assert browse("kim").client.post(f"/held/{row.id}/discard").status_code == 400
    assert state_of(world, row) == "held"


def test_a_long_list_takes_few_statements(hold: Hold, world: World, kim: Browser, statements: Statements) -> None:
    for number in range(25):
        hold(f"Mail {number}", answers=world.report(f"Incident {number}"))
    with statements as said:
        kim.text("/held")
    assert len(said) <= 9, said


# Choosing the requester and the incident


def test_accepting_for_somebody_else(world: World, hold: Hold, kim: Browser) -> None:
    row = hold()
    answer = kim.submit(
        f"/held/{row.id}", f"/held/{row.id}/acceptance", address=" Hanna@Northwind.example ", name="Hanna"
    )
    assert answer.status_code == 303
    incident = world.session.get_one(Incident, int(answer.location.rpartition("/")[2]))
    assert incident.requester.address == "hanna@northwind.example"
    assert incident.requester.name == "Hanna Keller"
    assert "filed the held mail of <b>zoe@elsewhere.example</b> here" in kim.text(answer.location)


@pytest.mark.parametrize("typed", ["nobody", "a b@c.example", NASTY])
def test_a_requester_needs_an_address(world: World, hold: Hold, kim: Browser, typed: str) -> None:
    row = hold()
    answer = kim.submit(f"/held/{row.id}", f"/held/{row.id}/acceptance", address=typed)
    assert answer.status_code == 422
    assert "is not a mail address" in answer.text
    assert "<script>alert" not in answer.text
    assert state_of(world, row) == "held"


def test_the_incident_is_found_by_words_and_by_number(app: Flask, world: World, hold: Hold, kim: Browser) -> None:
    proposed, other, private = world.report("The VPN drops"), world.report("No toner"), world.private_report("No wage")
    world.session.commit()
    row = hold(answers=proposed)
    with app.app_context():
        index_records(
            world.session, app.extensions["house"].index, [Key("incident", one.id) for one in (other, private)]
        )
    page = kim.text(f"/held/{row.id}/incidents?find=toner")
    assert page.index("The VPN drops") < page.index("No toner")
    assert f'value="INC-{proposed.id}" checked' in page
    assert "No toner" in kim.text(f"/held/{row.id}?find=toner")
    assert "No toner" in kim.text(f"/held/{row.id}/incidents?find=inc-{other.id}")
    for asked in ("wage", f"INC-{private.id}"):
        assert "No wage" not in kim.text(f"/held/{row.id}/incidents?find={asked}")


def test_attaching_lets_the_sender_take_part_if_told_so(world: World, hold: Hold, kim: Browser) -> None:
    incident = world.report("The VPN drops")
    first, second = hold(answers=incident), hold(answers=incident)
    kim.submit(f"/held/{first.id}", f"/held/{first.id}/attachment_to")
    assert participants(world, incident) == []
    kim.submit(f"/held/{second.id}", f"/held/{second.id}/attachment_to", takes_part="y")
    assert participants(world, incident) == ["zoe@elsewhere.example"]


def test_what_a_third_party_wrote_stays_unseen(world: World, hold: Hold, kim: Browser) -> None:
    incident = world.report("The VPN drops")
    by = world.kim.actor()
    add_participant(incident, "zoe@elsewhere.example", by=by, at=world.at, role=ParticipantRole.THIRD_PARTY)
    row = hold(answers=incident)
    assert kim.submit(f"/held/{row.id}", f"/held/{row.id}/attachment_to").status_code == 303
    world.session.expire_all()
    assert [entry.kind for entry in incident.entries] == ["message", "advice"]


def test_attaching_to_a_merged_incident_goes_where_it_was_merged(world: World, hold: Hold, kim: Browser) -> None:
    duplicate, into = world.report("The VPN drops"), world.report("VPN")
    duplicate.merged_into_id = into.id
    row = hold(answers=duplicate)
    answer = kim.submit(f"/held/{row.id}", f"/held/{row.id}/attachment_to")
    assert answer.location == f"/incidents/{into.id}"


def participants(world: World, incident: Incident) -> list[str]:
    world.session.expire_all()
    return [one.address for one in incident.participants]


# Taking back, and many at once


def test_discarding_is_undone_and_told_on_the_incident(world: World, hold: Hold, kim: Browser) -> None:
    incident = world.report("The VPN drops")
    row = hold(answers=incident)
    kim.submit(f"/held/{row.id}", f"/held/{row.id}/discard")
    assert kim.submit("/held", f"/held/restoration?mail={row.id}").status_code == 303
    assert state_of(world, row) == "held"
    assert "put away a held mail" in kim.text(f"/incidents/{incident.id}")
    assert "Re: your letter" in kim.text("/held")


def test_a_discarded_mail_is_taken_back_on_its_page(world: World, hold: Hold, kim: Browser) -> None:
    row = hold()
    kim.submit(f"/held/{row.id}", f"/held/{row.id}/discard")
    assert kim.submit(f"/held/{row.id}", f"/held/{row.id}/restoration").status_code == 303
    assert state_of(world, row) == "held"
    assert kim.post(f"/held/{row.id}/restoration").status_code == 409


def test_many_at_once(world: World, hold: Hold, browse: Callable[[str], Browser]) -> None:
    first, second, third = hold("One"), hold("Two"), hold("Three")
    private = hold("Contract", answers=world.private_report())
    kim, petra = browse("kim"), browse("petra")
    form = kim.form("/held", "/held/discard")
    petra.submit(f"/held/{second.id}", f"/held/{second.id}/discard")
    chosen = [str(row.id) for row in (first, second, private)]
    assert kim.send("/held/discard", form, mail=chosen).status_code == 303
    assert [state_of(world, row) for row in (first, second, third, private)] == ["discarded"] * 2 + ["held"] * 2
    page = kim.text("/held")
    assert "1 mail put away" in page
    assert "1 mail had been dealt with by somebody else" in page


def test_many_are_looked_at_again(world: World, hold: Hold, kim: Browser) -> None:
    incident = world.report("Known", words=Words(text="It drops", message_id="known@northwind.example"))
    first, second = hold("Files itself now"), hold("Another")
    block(world, "zoe@elsewhere.example")
    form = kim.form("/held", "/held/parse_again")
    assert kim.send("/held/parse_again", form, mail=[str(first.id), str(second.id)]).status_code == 303
    assert "0 mails found their place; 2 still held" in kim.text("/held")
    assert state_of(world, first) == "held"
    assert incident.id


def test_nothing_chosen(hold: Hold, kim: Browser) -> None:
    hold()
    form = kim.form("/held", "/held/discard")
    assert kim.send("/held/discard", form).status_code == 303
    assert "Tick the mails first." in kim.text("/held")


def test_long_lists_come_in_pages(hold: Hold, kim: Browser) -> None:
    for number in range(60):
        hold(f"Mail no {number:02}")
    page = kim.text("/held")
    assert "Mail no 59" in page
    assert "Mail no 00" not in page
    assert "(60)" in page
    assert "Mail no 00" in kim.text(page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&"))


# Two at once


def test_the_second_of_two_is_told(app: Flask, world: World, hold: Hold, browse: Callable[[str], Browser]) -> None:
    row = hold()
    kim, sam = browse("kim"), browse("sam")
    form = sam.form(f"/held/{row.id}", f"/held/{row.id}/acceptance")
    kim.submit(f"/held/{row.id}", f"/held/{row.id}/acceptance")
    answer = sam.send(f"/held/{row.id}/acceptance", form)
    assert answer.status_code == 409
    assert "Kim Novak has dealt with this mail already: it is in INC-" in answer.text
    world.session.expire_all()
    assert world.session.scalar(select(func.count()).select_from(Incident)) == 1


def test_two_in_the_very_same_moment(app: Flask, world: World, hold: Hold) -> None:
    row, incident = hold(), world.report()
    world.session.commit()
    house, engine = app.extensions["house"], create_engine(app.config["SQLALCHEMY_DATABASE_URI"])
    prepare(engine)
    told: list[str] = []
    start = Barrier(2)

    def decide(agent_id: int) -> None:
        with Session(engine) as session:
            # Both look before either acts; a look takes no lock that would keep the other from looking.
            with only_reading():
                by = session.get_one(Agent, agent_id).actor()
                mine = session.get_one(LedgerRow, row.id)
                target = session.get_one(Incident, incident.id)
                session.rollback()
            start.wait(timeout=30)
            try:
                verbs.attach_to(session, house, mine, target, by=by, at=world.at)
            except (Conflict, OperationalError) as refusal:
                told.append(str(refusal))

    threads = [Thread(target=decide, args=(agent.id,)) for agent in (world.kim, world.sam)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()
    world.session.expire_all()
    assert len(incident.entries) == 2
    assert len(told) == 1


# The sender from now on


def block(world: World, address: str) -> None:
    decide_on_sender(world.session, address, SenderVerdict.BLOCK, by=world.kim.actor(), at=world.at)
    world.session.commit()


def test_allowing_and_blocking_from_a_held_mail(world: World, hold: Hold, kim: Browser) -> None:
    row = hold()
    form = kim.form(f"/held/{row.id}", f"/held/{row.id}/sender")
    assert kim.send(f"/held/{row.id}/sender", form, verdict="block", scope="domain").status_code == 303
    assert "@elsewhere.example" in kim.text("/settings/senders")
    assert kim.send(f"/held/{row.id}/sender", form, verdict="allow", scope="address").status_code == 303
    page = kim.text(f"/held/{row.id}")
    assert "Allowed" in page
    rule = sender_rule(world.session, "zoe@elsewhere.example")
    assert rule is not None
    assert (rule.verdict, rule.made_by) == ("allow", "Kim Novak")


def test_the_page_of_senders(world: World, kim: Browser) -> None:
    kim.submit("/settings/senders", "/settings/senders", address="@Spam.example", note="All spam", verdict="block")
    page = kim.text("/settings/senders")
    assert "@spam.example" in page
    assert "All spam" in page
    bad = kim.submit("/settings/senders", "/settings/senders", address="nobody", verdict="block")
    assert bad.status_code == 422
    rule = sender_rule(world.session, "a@spam.example")
    assert rule is not None
    kim.submit("/settings/senders", f"/settings/senders/{rule.id}/removal")
    world.session.expire_all()
    assert sender_rule(world.session, "a@spam.example") is None


# Left on the server for its size


def test_a_large_mail_is_asked_for_all_the_same(world: World, hold: Hold, kim: Browser) -> None:
    world.mailbox.imap_host = "imap.northwind.example"
    row = hold()
    row.sha256, row.uid, row.uidvalidity, row.folder, row.mailbox_id = None, 7, 1, "INBOX", world.mailbox.id
    world.session.commit()
    page = kim.text(f"/held/{row.id}")
    assert "Too large" in page
    assert "Too large (1)" in kim.text("/held")
    assert "Re: your letter" in kim.text("/held?rule=Too+large")
    assert kim.submit(f"/held/{row.id}", f"/held/{row.id}/fetching").status_code == 303
    errand = world.session.scalars(select(Errand).where(Errand.reaction == "fetch")).one()
    assert errand.payload == {"row_id": row.id}
    assert "it is being fetched" in kim.text(f"/held/{row.id}")


def test_every_reason_says_what_it_means_and_what_to_do(hold: Hold, kim: Browser) -> None:
    handbook = unescape(kim.text("/help/mail"))
    for reason in all_reasons():
        assert reason.name in handbook, reason.name
        assert reason.means[-1] == reason.remedy[-1] == "."
    page = unescape(kim.text(f"/held/{hold(rule='loop').id}"))
    assert reason_for("loop").means in page
    assert reason_for("loop").remedy in page
