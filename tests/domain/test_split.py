"""Splitting: a part of a thread becomes an incident of its own, each entry in exactly one of them, and comes back."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.attachments import Attachment
from helpdesk.errors import Conflict, Invalid, NotAllowed
from helpdesk.incidents.export import export_bytes, export_record
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import State
from helpdesk.incidents.links import links_of
from helpdesk.incidents.merge import surviving, unmerge
from helpdesk.incidents.participants import add_participant
from helpdesk.incidents.split import origin_of, split, split_off_now, unsplit, writer_of
from helpdesk.incidents.thread import Entry, MessageReference, ParticipantRole, Words
from helpdesk.journal import EventKind, history
from helpdesk.letters.delivery import Delivery
from helpdesk.letters.readers import plan
from helpdesk.people.requester import known_requester
from helpdesk.reactions import INDEX, TABLE
from intake.ledger import LedgerRow
from tests.world import World, build_world


@pytest.fixture
def world(session: Session) -> World:
    return build_world(session)


@pytest.fixture
def thread(world: World) -> Incident:
    """Mia's printer, in which Jonas, who reads along, reports that his telephone is dead."""
    incident = world.report("Printer blank", "It prints blank pages.", team=world.support)
    add_participant(incident, "jonas@northwind.example", "Jonas", by=world.kim.actor(), at=world.at)
    world.passes(hours=1)
    incident.receive(
        Words(
            "By the way: my telephone is dead.",
            sender="jonas@northwind.example",
            cc=("mia@northwind.example",),
            message_id="phone@northwind.example",
            references=("first@northwind.example",),
            attachments=(Attachment(filename="a.png", content_type="image/png", size_bytes=1, sha256="0" * 64),),
        ),
        by=world.jonas.actor(),
        at=world.at,
    )
    world.passes(hours=1)
    world.reply(incident, "Which telephone is it?")
    world.passes(hours=1)
    return incident


def parted(world: World, incident: Incident, chosen: list[Entry], subject: str = "Telephone dead") -> Incident:
    made = split(world.session, incident, chosen, subject, by=world.kim.actor(), at=world.passes(minutes=1))
    world.session.expire_all()
    return made


def texts(incident: Incident) -> list[str]:
    return [entry.text for entry in incident.entries]


def test_what_is_chosen_moves_with_all_that_hangs_on_it(world: World, thread: Incident) -> None:
    asked, answered = thread.entries[1:]
    event = history(world.session, "incident", thread.id)[-1]
    letter = Delivery(
        letter="reply",
        event_id=event.id,
        incident_id=thread.id,
        entry_id=answered.id,
        recipient="x@y.example",
        message_id="ours@desk.example",
        created_at=world.at,
    )
    world.session.add(letter)
    row = LedgerRow(
        source="mail", key="k", size_bytes=1, received_at=world.at, incident_id=thread.id, entry_id=asked.id
    )
    world.session.add(row)
    made = parted(world, thread, [answered, asked])
    assert texts(thread) == ["It prints blank pages."]
    assert texts(made) == ["By the way: my telephone is dead.", "Which telephone is it?"]
    assert [one.sha256 for one in made.entries[0].attachments] == ["0" * 64]
    references = world.session.scalars(select(MessageReference).where(MessageReference.incident_id == made.id))
    assert sorted(one.message_id for one in references) == ["first@northwind.example", "phone@northwind.example"]
    assert letter.incident_id == made.id
    assert row.incident_id == made.id
    assert (made.requester, made.team, made.subject) == (world.jonas, world.support, "Telephone dead")
    assert [one.address for one in made.participants] == ["mia@northwind.example"]
    assert (made.current, made.opened_at) == (State.NEW, asked.at)


def test_its_history_begins_when_its_requester_wrote_and_nobody_is_written_to(world: World, thread: Incident) -> None:
    asked, answered = thread.entries[1:]
    made = parted(world, thread, [asked, answered])
    opened, replied, told = history(world.session, "incident", made.id)
    assert (opened.kind, opened.at, opened.actor_name) == ("opened", asked.at, world.jonas.name)
    assert opened.data["logged_at"] == world.at.isoformat()
    assert (replied.kind, replied.at, replied.actor_id) == ("replied", answered.at, world.kim.id)
    assert (told.kind, told.data["origin"], told.actor_name) == ("split", thread.number, world.kim.name)
    assert all(plan(world.session, made, event) == [] for event in (opened, replied, told))
    assert history(world.session, "incident", thread.id)[-1].data["into"] == made.number
    assert INDEX in TABLE[EventKind.SPLIT]
    assert INDEX in TABLE[EventKind.UNSPLIT]
    assert [(one.kind, one.first_id) for one in links_of(world.session, thread)] == [("split_from", made.id)]


def test_undoing_puts_everything_back_byte_for_byte(world: World, thread: Incident) -> None:
    before = export_bytes(world.session, thread)
    made = parted(world, thread, thread.entries[1:])
    assert export_bytes(world.session, thread) != before
    told = unsplit(world.session, made, by=world.kim.actor(), at=world.passes(minutes=1))
    world.session.expire_all()
    assert (told.into, len(told.back), told.stays) == (thread, 2, ())
    assert export_bytes(world.session, thread) == before
    # Nothing is left in the other one, and whoever knows its number is led back.
    assert (texts(made), made.is_open) == ([], False)
    assert surviving(world.session, made) is thread
    assert split_off_now(history(world.session, "incident", thread.id)) == {}
    for again in (unsplit, unmerge):
        with pytest.raises(Conflict):
            again(world.session, made, by=world.kim.actor(), at=world.at)


def test_what_was_written_since_stays_where_it_was_written(world: World, thread: Incident) -> None:
    made = parted(world, thread, [thread.entries[1]])
    later = made.receive(Words("It rings again."), by=world.jonas.actor(), at=world.passes(minutes=1))
    told = unsplit(world.session, made, by=world.kim.actor(), at=world.passes(minutes=1))
    world.session.expire_all()
    assert told.stays == (later,)
    assert texts(made) == ["It rings again."]
    assert (made.is_open, made.merged_into_id) == (True, None)
    assert len(thread.entries) == 3
    assert history(world.session, "incident", made.id)[-1].data["stays"] == [later.id]
    assert len(links_of(world.session, thread)) == 1
    assert origin_of(world.session, made) is None


def test_a_split_of_a_split_comes_back_step_by_step(world: World, thread: Incident) -> None:
    before = export_bytes(world.session, thread)
    first = parted(world, thread, thread.entries[1:])
    between = export_bytes(world.session, first)
    second = parted(world, first, first.entries[1:])
    assert split_off_now(history(world.session, "incident", first.id)).keys() == {second.entries[0].id}
    unsplit(world.session, second, by=world.kim.actor(), at=world.passes(minutes=1))
    world.session.expire_all()
    assert export_bytes(world.session, first) == between
    unsplit(world.session, first, by=world.kim.actor(), at=world.passes(minutes=1))
    world.session.expire_all()
    assert export_bytes(world.session, thread) == before


def test_what_can_not_be_split(world: World, thread: Incident) -> None:
    other, everything = world.report("Another"), list(thread.entries)
    by, at = world.kim.actor(), world.at
    for chosen, said in (([], "Tick what"), (everything, "Leave at least one"), (other.entries, "itself")):
        with pytest.raises(Invalid, match=said):
            split(world.session, thread, chosen, "x", by=by, at=at)
    thread.entries[2].send_at = at + timedelta(hours=1)
    with pytest.raises(Conflict, match="yet to leave"):
        split(world.session, thread, everything[2:], "x", by=by, at=at)
    with pytest.raises(NotAllowed):
        split(world.session, thread, everything[1:2], "x", by=world.mia.actor(), at=at)


def test_a_third_party_stays_hidden_in_the_part(world: World, thread: Incident) -> None:
    thread.participants[0].role = ParticipantRole.THIRD_PARTY.value
    made = parted(world, thread, [thread.entries[1]])
    unknown = known_requester(world.session, "nobody@x.example", "Nobody", at=world.at)
    assert writer_of(world.session, [], thread) is world.mia
    assert unknown not in {made.requester}
    roles = {one["address"]: one["role"] for one in export_record(world.session, made)["participants"]}
    assert roles.get("jonas@northwind.example") in (None, "third_party")
