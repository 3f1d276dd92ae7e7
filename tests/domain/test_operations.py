"""Doing the same to many incidents, each for itself, and taking it back byte for byte."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.errors import Conflict, Invalid, NotAllowed
from helpdesk.incidents import operations
from helpdesk.incidents.actions import KINDS, Action, checked, from_json
from helpdesk.incidents.custom_fields import CustomField
from helpdesk.incidents.export import PARTS, canonical, export_bytes, export_record
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import State
from helpdesk.incidents.operation import Operation, Outcome, Restored, Result
from helpdesk.incidents.operations import INCIDENTS_MAX, operate, rehearse, undo
from helpdesk.incidents.statuses import Status
from helpdesk.incidents.tags import set_tags
from helpdesk.incidents.thread import Words
from helpdesk.incidents.waiting_letters import leave
from helpdesk.incidents.watching import is_watching
from helpdesk.journal import EventKind, history
from helpdesk.people.agent import Team
from helpdesk.reactions import NOTIFY
from tests.world import World, build_world

RESOLVE = {"code": "fixed", "cause": "A cable.", "text": "Plugged it in."}


@pytest.fixture
def world(session: Session) -> World:
    return build_world(session)


@pytest.fixture
def three(world: World) -> list[Incident]:
    return [
        world.report("VPN drops", requester=world.mia),
        world.report("Tunnel gone", requester=world.jonas, team=world.network),
        world.report("No network", requester=world.omar),
    ]


def applied(world: World, incidents: list[Incident], *actions: Action, **more: object) -> Operation:
    at = world.passes(minutes=1)
    made = operate(
        world.session, incidents, actions, kind="bulk", title="A change", by=world.kim.actor(), at=at, **more
    )
    world.session.flush()
    return made


def undone(world: World, operation: Operation) -> dict[int, tuple[str, str]]:
    undo(world.session, operation, by=world.kim.actor(), at=world.passes(seconds=5))
    world.session.flush()
    world.session.expire_all()
    return {one.incident_id: (one.restored, one.restored_said) for one in operation.outcomes}


def results(operation: Operation) -> list[tuple[str, str]]:
    return [(one.result, one.said) for one in operation.outcomes]


def exported(world: World, incidents: list[Incident]) -> list[bytes]:
    world.session.flush()
    world.session.expire_all()
    return [export_bytes(world.session, one) for one in incidents]


def values_for(world: World, kind: str, other: Incident) -> dict[str, object]:
    """Something to do of every kind."""
    if kind == "status":
        world.session.add(Status(state="pending_other", name="At the vendor"))
    if kind == "custom":
        world.session.add(CustomField(key="room", label="Room"))
    world.session.flush()
    return {
        "assign": {"assignee": "me"},
        "team": {"team": world.personnel.id},
        "categorize": {"service": world.vpn.id, "category": world.printing.id},
        "prioritize": {"impact": "1", "urgency": "1", "reason": "It is all of them."},
        "record_type": {"record_type": "request"},
        "tags": {"add": "berlin, vpn", "remove": "old"},
        "watch": {"agent": world.sam.id},
        "unwatch": {"agent": world.ada.id},
        "custom": {"field": 1, "value": "B 12"},
        "reply": {"text": "We are on it."},
        "note": {"text": "Seen it."},
        "wait": {"days": 2, "reason": "A part"},
        "status": {"status": 1, "days": 3},
        "restore": {"how": "Rebooted"},
        "resolve": RESOLVE,
        "link": {"tie": "child_of", "other": other.number},
        "merge": {"other": other.number, "copied": True},
    }.get(kind, {})


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_of_action_is_taken_back_byte_for_byte(world: World, three: list[Incident], kind: str) -> None:
    parent = world.report("The root of it", requester=world.luis)
    first = three[0]
    set_tags(first, ["old"], by=world.kim.actor(), at=world.at)
    operate(
        world.session, three, [Action("watch", {"agent": world.ada.id})], kind="bulk", title="", by=world.ada.actor(),
        at=world.at,
    )  # fmt: skip
    if kind == "close":
        for one in three:
            world.resolve(one)
    everything = [*three, parent]
    before = exported(world, everything)
    done = applied(world, three, Action(kind, values_for(world, kind, parent)))
    assert [one.result for one in done.outcomes] == [Result.CHANGED] * 3, results(done)
    assert all(one.said for one in done.outcomes)
    after = exported(world, everything)
    assert after[0] != before[0]
    # No part but those it says may have changed: else they would not be put back.
    for one in done.outcomes:
        assert set(one.after) <= KINDS[kind].touches
    assert {ending for ending, _ in undone(world, done).values()} == {Restored.RESTORED}
    assert exported(world, everything) == before
    kinds = [event.kind for event in history(world.session, "incident", first.id)]
    assert kinds.count(EventKind.OPERATION_APPLIED) == 2
    assert kinds[-1] == EventKind.OPERATION_UNDONE


def test_several_actions_are_one_change_of_each(world: World, three: list[Incident]) -> None:
    kinds = ("assign", "categorize", "prioritize", "record_type", "tags", "watch", "custom", "reply", "note",
             "restore", "resolve")  # fmt: skip
    before = exported(world, three)
    done = applied(world, three, *(Action(kind, values_for(world, kind, three[0])) for kind in kinds))
    assert [one.result for one in done.outcomes] == [Result.CHANGED] * 3, results(done)
    assert three[0].current is State.RESOLVED
    undone(world, done)
    assert exported(world, three) == before


def test_one_that_cannot_be_changed_holds_up_no_other(world: World, three: list[Incident]) -> None:
    world.resolve(three[1])
    world.session.flush()
    untouched = exported(world, [three[1]])
    done = applied(world, three, Action("note", {"text": "x"}), Action("wait_for_requester"))
    assert [one.result for one in done.outcomes] == [Result.CHANGED, Result.REFUSED, Result.CHANGED]
    assert "while the incident is “Resolved”" in done.outcomes[1].said
    # The note of the one that was refused is not there either: all of it, or none.
    assert exported(world, [three[1]]) == untouched
    assert done.outcomes[1].before == {}
    assert done.outcomes[1].after == {}


def test_what_is_so_already_is_told_apart(world: World, three: list[Incident]) -> None:
    world.assign(three[0], world.kim)
    done = applied(world, three, Action("assign", {"assignee": "me"}))
    assert results(done) == [("same", ""), ("changed", "assigned to Kim Novak"), ("changed", "assigned to Kim Novak")]
    assert not [one for one in history(world.session, "incident", three[0].id) if one.kind == "operation_applied"]


def test_a_rehearsal_tells_the_same_and_leaves_no_trace(world: World, three: list[Incident]) -> None:
    world.resolve(three[2])
    world.session.flush()
    before, rows = exported(world, three), world.session.scalars(select(Operation)).all()
    heads = [len(history(world.session, "incident", one.id)) for one in three]
    actions = [Action("tags", {"add": "never seen"}), Action("wait_for_requester")]
    told = rehearse(world.session, three, actions, by=world.kim.actor(), at=world.at, viewer=world.kim.viewer())
    assert [one.result for one in told] == ["changed", "changed", "refused"]
    assert exported(world, three) == before
    assert world.session.scalars(select(Operation)).all() == rows == []
    assert [len(history(world.session, "incident", one.id)) for one in three] == heads
    done = applied(world, three, *actions)
    assert [(one.result, one.said) for one in told] == results(done)


def test_a_rehearsal_says_what_would_go_out_of_sight(world: World, three: list[Incident]) -> None:
    to_personnel = [Action("team", {"team": world.personnel.id})]
    told = rehearse(world.session, three, to_personnel, by=world.kim.actor(), at=world.at, viewer=world.kim.viewer())
    assert [one.hidden for one in told] == [True] * 3
    told = rehearse(
        world.session, three, to_personnel, by=world.petra.actor(), at=world.at, viewer=world.petra.viewer()
    )
    assert [one.hidden for one in told] == [False] * 3


def test_undoing_leaves_what_somebody_changed_since_and_names_it(world: World, three: list[Incident]) -> None:
    before = exported(world, three)
    done = applied(world, three, Action("assign", {"assignee": world.sam.id}), Action("tags", {"add": "vpn"}))
    three[1].assign(world.ada, three[1].team, by=world.ada.actor(), at=world.passes(minutes=1))
    # Something else is no clash: it stays, and what the operation did goes.
    three[2].rename("No network in Rome", by=world.ada.actor(), at=world.at)
    left = exported(world, [three[1]])
    endings = undone(world, done)
    assert endings[three[0].id] == ("restored", "")
    assert endings[three[1].id] == ("left", "Changed since: assignee.")
    assert endings[three[2].id] == ("restored", "")
    assert exported(world, three[:2]) == [before[0], *left]
    assert (three[2].subject, three[2].assignee) == ("No network in Rome", None)


def test_a_requester_who_wrote_meanwhile_is_not_put_back(world: World, three: list[Incident]) -> None:
    done = applied(world, three[:1], Action("resolve", RESOLVE))
    world.write_again(three[0], "It is broken again.")
    assert undone(world, done)[three[0].id] == ("left", "Changed since: state, when the service worked again, the fix.")
    assert three[0].is_open


def test_nothing_is_undone_twice(world: World, three: list[Incident]) -> None:
    done = applied(world, three, Action("assign", {"assignee": "me"}))
    undone(world, done)
    with pytest.raises(Conflict, match="undone already, by Kim Novak"):
        undone(world, done)


def test_a_letter_that_left_stays_and_is_named(world: World, three: list[Incident]) -> None:
    done = applied(world, three[:2], Action("reply", {"text": "We are on it."}), Action("tags", {"add": "vpn"}))
    letters = [one.entries[-1] for one in three[:2]]
    assert all(one.is_waiting for one in letters)
    assert letters[0].to == ["mia@northwind.example"]
    assert letters[0].cc == []
    assert leave(world.session, letters[0].id, now=world.at + timedelta(hours=1))
    endings = undone(world, done)
    assert endings[three[0].id] == ("partly", "Letters that have left stay: the reply to mia@northwind.example.")
    assert endings[three[1].id] == ("restored", "")
    assert letters[0].withdrawn_at is None
    assert letters[1].withdrawn_at is not None
    assert export_record(world.session, three[0])["tags"] == []


def test_letters_of_events_are_named_by_who_knows_them(world: World, three: list[Incident]) -> None:
    done = applied(world, three[:1], Action("resolve", RESOLVE))
    told = undo(
        world.session, done, by=world.kim.actor(), at=world.at, letters={three[0].id: ["the resolution to Mia"]}
    )
    assert [one.restored_said for one in told.partly] == ["Letters that have left stay: the resolution to Mia."]
    assert three[0].is_open


def test_what_was_merged_since_is_left(world: World, three: list[Incident]) -> None:
    done = applied(world, three[:1], Action("tags", {"add": "vpn"}))
    applied(world, three[:1], Action("merge", {"other": three[2].number}))
    assert undone(world, done)[three[0].id][1] == f"Changed since: it was merged into {three[2].number}."


def test_several_merged_at_once_come_apart_again(world: World, three: list[Incident]) -> None:
    before = exported(world, three)
    done = applied(world, three, Action("merge", {"other": three[0].number, "copied": True}))
    assert results(done)[0] == ("same", "")
    assert results(done)[2] == ("changed", f"merged into {three[0].number}")
    assert [one.address for one in three[0].participants] == ["jonas@northwind.example", "omar@northwind.example"]
    undone(world, done)
    assert exported(world, three) == before


def test_values_are_checked_when_stored_and_when_used(world: World, three: list[Incident]) -> None:
    team = Team(name="Printing", members=[])
    world.session.add(team)
    world.session.flush()
    stored = [one.as_json() for one in checked(world.session, [Action("team", {"team": str(team.id)})])]
    assert stored == [{"kind": "team", "values": {"team": team.id}}]
    world.session.delete(team)
    world.session.flush()
    with pytest.raises(Invalid, match="the team chosen here is not there any more") as refused:
        applied(world, three, *from_json(stored))
    assert refused.value.field == "team"


@pytest.mark.parametrize(
    ("kind", "values", "said"),
    [
        ("assign", {}, "assignee is missing"),
        ("assign", {"assignee": "you"}, "no assignee"),
        ("assign", {"assignee": -1}, "no assignee"),
        ("assign", {"assignee": 10**30}, "no assignee"),
        ("assign", {"assignee": [1]}, "no assignee"),
        ("assign", {"assignee": 10**9}, "not there any more"),
        ("prioritize", {"impact": "9", "urgency": "1"}, "no impact"),
        ("wait", {"days": 0}, "from 1 to 366"),
        ("wait", {"days": "soon"}, "no days"),
        ("note", {"text": "  "}, "no note"),
        ("note", {"text": "x" * 100_001}, "shorten this"),
        ("tags", {}, "at least one"),
        ("tags", {"add": "x" * 200}, "too long"),
        ("categorize", {}, "choose one of them"),
        ("link", {"tie": "child_of", "other": "seven"}, "no number"),
        ("link", {"tie": "uncle_of", "other": "7"}, "no each of these is"),
        ("explode", {}, "no action “explode”"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_happens(
    world: World, three: list[Incident], kind: str, values: dict[str, object], said: str
) -> None:
    with pytest.raises(Invalid, match=said):
        applied(world, three, Action("note", {"text": "first"}), Action(kind, values))
    assert world.session.scalars(select(Operation)).all() == []


def test_an_agent_ties_and_merges_only_with_what_they_see(world: World, three: list[Incident]) -> None:
    hidden = world.private_report()
    for kind in ("link", "merge"):
        done = applied(world, three[:1], Action(kind, {"tie": "related", "other": hidden.number}))
        assert results(done) == [("refused", f"There is no incident {hidden.number}. Look at its number.")]


def test_rights_bounds_and_nothing_to_do(world: World, three: list[Incident]) -> None:
    with pytest.raises(NotAllowed):
        operate(world.session, three, [Action("take_up")], kind="bulk", title="", by=world.mia.actor(), at=world.at)
    with pytest.raises(Invalid, match="at least one incident"):
        applied(world, [], Action("take_up"))
    with pytest.raises(Invalid, match="at least one thing"):
        applied(world, three)
    with pytest.raises(Invalid, match="by people, not by rules"):
        operate(
            world.session, three, [Action("merge", {"other": "1"})], kind="rule", title="", by=world.kim.actor(),
            at=world.at,
        )  # fmt: skip
    many = [Incident() for _ in range(INCIDENTS_MAX + 1)]
    with pytest.raises(Invalid, match="250 incidents at a time"):
        applied(world, many, Action("take_up"))


def test_texts_are_worded_for_each(world: World, three: list[Incident]) -> None:
    done = applied(
        world, three[:2], Action("reply", {"text": "Dear {name}"}),
        wording=lambda incident, text: (text.replace("{name}", incident.requester.name), "<p>x</p>"),
    )  # fmt: skip
    assert [one.entries[-1].text for one in three[:2]] == [f"Dear {one.requester.name}" for one in three[:2]]
    assert done.actions[0]["values"] == {"text": "Dear {name}"}


def test_the_event_of_undoing_tells_clocks_what_stands_again(world: World, three: list[Incident]) -> None:
    done = applied(world, three[:1], Action("resolve", RESOLVE))
    undone(world, done)
    event = history(world.session, "incident", three[0].id)[-1]
    assert (event.data["before"]["state"], event.data["after"]["state"]) == ("resolved", "new")
    assert (event.data["first_sequence"], event.data["last_sequence"]) == (2, 3)
    assert "cause" not in event.data["after"]


def test_an_export_is_canonical_and_whole(world: World, three: list[Incident]) -> None:
    incident = three[0]
    entry = incident.receive(Words("Grüße", message_id="A@b", references=("c@d",)), by=world.mia.actor(), at=world.at)
    world.session.flush()
    record = export_record(world.session, incident)
    assert set(PARTS) < set(record)
    assert record["references"] == [["a@b", entry.id, False], ["c@d", entry.id, False]]
    assert record["fields"]["opened_at"].endswith("+00:00")
    assert canonical(record) == export_bytes(world.session, incident)
    assert "Grüße".encode() in canonical(record)
    note = incident.note(Words("x"), by=world.kim.actor(), at=world.at)
    note.withdrawn_at = world.at
    assert len(export_record(world.session, incident)["entries"]) == 2
    assert len(export_record(world.session, incident, with_withdrawn=True)["entries"]) == 3


def test_watching_is_really_undone(world: World, three: list[Incident]) -> None:
    done = applied(world, three[:1], Action("watch", {"agent": "me"}))
    assert is_watching(world.session, three[0], world.kim)
    undone(world, done)
    assert not is_watching(world.session, three[0], world.kim)
    assert world.session.scalars(select(Outcome)).one().restored == "restored"


def test_the_reaction_that_waits_is_the_one_there_is() -> None:
    assert operations._NOTIFY == NOTIFY
