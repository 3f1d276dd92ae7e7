"""The four decisions on a held mail, taking one back, and two agents who decide at once."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import create_engine, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from helpdesk.db import only_reading, prepare
from helpdesk.errors import Conflict
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.participants import add_participant
from helpdesk.incidents.thread import ParticipantRole
from helpdesk.people.agent import Agent
from helpdesk.reactions.index import index_records
from intake import held as verbs
from intake.ledger import LedgerRow
from search.document import Key
from tests.web.conftest import Browser
from tests.web.held_mail import NASTY, Hold, state_of
from tests.world import World


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


# Taking back


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
