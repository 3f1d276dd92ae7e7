"""Rules: conditions over facts, actions through the verbs, once for each event, without loops, tried on history."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.attachments.store import MemoryStore
from helpdesk.clock import SetClock
from helpdesk.errors import Invalid
from helpdesk.incidents.actions import Action
from helpdesk.incidents.export import export_bytes
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import ResolutionCode
from helpdesk.incidents.opening import open_incident
from helpdesk.incidents.operations import undo
from helpdesk.incidents.tags import set_tags, tags_of
from helpdesk.incidents.thread import Words
from helpdesk.journal import Actor, EventKind, history
from helpdesk.letters.contents import Stationery
from helpdesk.people.agent import Agent, Team
from helpdesk.people.organization import Organization
from helpdesk.people.requester import known_requester
from helpdesk.reactions import automate as reaction
from helpdesk.rules.conditions import OPERATORS, QUESTIONS, Condition, checked, hold
from helpdesk.rules.dry_run import dry_run
from helpdesk.rules.facts import facts_at, facts_of
from helpdesk.rules.rule import Rule, RuleRun, Trigger, checked_rule
from helpdesk.services import Service, make_category
from helpdesk.settings import Settings

WHEN_OPENED = (EventKind.OPENED.value,)
STATIONERY = Stationery(Settings(site_name="Northwind IT"), "k" * 32, MemoryStore())
automate = partial(reaction.automate, stationery=STATIONERY)
automate_by_time = partial(reaction.automate_by_time, stationery=STATIONERY)


def make(session: Session, clock: SetClock, *todo: Action, every: tuple[Condition, ...] = (), **more: object) -> Rule:
    given = {
        "name": f"Rule {len(session.scalars(select(Rule)).all())}", "trigger": Trigger.EVENT, "kinds": WHEN_OPENED,
        "every_minutes": 5, "again_hours": 0, "every": every, "some": (), "todo": todo, "stops": False,
    }  # fmt: skip
    made = checked_rule(session, Rule(active=True, made_at=clock.now()), given | more)
    made.position = len(session.scalars(select(Rule)).all())
    session.add(made)
    session.flush()
    return made


def tag(*names: str) -> Action:
    return Action("tags", {"add": list(names)})


def last(session: Session, incident: Incident):
    return history(session, "incident", incident.id)[-1]


def tags(session: Session, incident: Incident) -> tuple[str, ...]:
    return tuple(sorted(tags_of(session, [incident.id]).get(incident.id, ())))


def test_a_rule_acts_once_on_an_event(session: Session, incident: Incident, clock: SetClock) -> None:
    rule = make(session, clock, tag("network"), every=(Condition("subject", "contains", ("NETWORK",)),))
    opened = last(session, incident)
    for _ in range(2):
        automate(session, opened, now=clock.advance(minutes=1))
    assert tags(session, incident) == ("network",)
    runs = session.scalars(select(RuleRun)).all()
    assert [(one.rule, one.event_id) for one in runs] == [(rule, opened.id)]
    kinds = [one.kind for one in history(session, "incident", incident.id)]
    assert kinds == [EventKind.OPENED, EventKind.TAGGED, EventKind.OPERATION_APPLIED]
    assert last(session, incident).actor_name == f"Rule “{rule.name}” (rule)"


def test_what_does_not_hold_is_left_alone(session: Session, incident: Incident, clock: SetClock) -> None:
    make(session, clock, tag("printer"), every=(Condition("subject", "contains", ("printer",)),))
    make(session, clock, tag("written"), kinds=(EventKind.RECEIVED.value,))
    make(session, clock, tag("off")).active = False
    automate(session, last(session, incident), now=clock.now())
    assert tags(session, incident) == ()


def test_rules_act_in_their_order_until_one_stops(session: Session, incident: Incident, clock: SetClock) -> None:
    make(session, clock, tag("first"))
    make(session, clock, tag("second"), stops=True)
    make(session, clock, tag("third"))
    automate(session, last(session, incident), now=clock.now())
    assert tags(session, incident) == ("first", "second")


def test_what_a_rule_does_sets_no_rule_off(session: Session, incident: Incident, team: Team, clock: SetClock) -> None:
    make(session, clock, Action("team", {"team": team.id}))
    make(session, clock, tag("assigned"), kinds=(EventKind.ASSIGNED.value,))
    automate(session, last(session, incident), now=clock.now())
    for event in history(session, "incident", incident.id):
        automate(session, event, now=clock.now())
    assert incident.team is team
    assert tags(session, incident) == ()


def test_a_rule_that_something_answers_stops_after_ten_times(
    session: Session, incident: Incident, ada: Actor, clock: SetClock
) -> None:
    rule = make(session, clock, Action("note", {"text": "Noted"}), kinds=(EventKind.RECEIVED.value,))
    for number in range(12):
        incident.receive(Words(f"Again {number}"), by=ada, at=clock.advance(seconds=10))
        automate(session, last(session, incident), now=clock.now())
    assert sum(one.text == "Noted" for one in incident.entries) == 10
    assert "10 times within an hour" in rule.trouble


def test_what_a_rule_did_is_undone_byte_for_byte(
    session: Session, incident: Incident, team: Team, kim: Agent, clock: SetClock
) -> None:
    service = Service(name="Wi-Fi")
    session.add(service)
    session.flush()
    before = export_bytes(session, incident)
    todo = (tag("a"), Action("team", {"team": team.id}), Action("categorize", {"service": service.id}))
    make(session, clock, *todo)
    automate(session, last(session, incident), now=clock.now())
    assert export_bytes(session, incident) != before
    run = session.scalars(select(RuleRun)).one()
    undo(session, run.operation, by=kim.actor(), at=clock.advance(minutes=1))
    assert export_bytes(session, incident) == before


def test_what_a_rule_writes_names_its_reader(session: Session, incident: Incident, clock: SetClock) -> None:
    make(session, clock, Action("reply", {"text": "Dear {requester_first_name}, we have {number}. {agent}"}))
    automate(session, last(session, incident), now=clock.now())
    reply = incident.entries[-1]
    assert reply.text == f"Dear Ada, we have {incident.number}. Northwind IT"
    assert reply.html.startswith("<p>Dear Ada")


def test_on_a_schedule_once_or_again(session: Session, incident: Incident, clock: SetClock) -> None:
    quiet = (Condition("hours_quiet", "at_least", ("48",)), Condition("state", "is", ("new",)))
    once = make(session, clock, tag("forgotten"), every=quiet, trigger=Trigger.SCHEDULE)
    assert automate_by_time(session, now=clock.advance(hours=47)) == 0
    assert automate_by_time(session, now=clock.advance(hours=1)) == 1
    assert tags(session, incident) == ("forgotten",)
    assert automate_by_time(session, now=clock.advance(days=5)) == 0
    once.again_hours = 24
    assert automate_by_time(session, now=clock.advance(days=3)) == 1


def test_a_team_that_is_gone_is_told_on_the_rule(
    session: Session, incident: Incident, kim: Agent, clock: SetClock
) -> None:
    rule = make(session, clock, Action("assign", {"assignee": kim.id}))
    kim.active = False
    automate(session, last(session, incident), now=clock.now())
    assert incident.assignee is None
    assert "not there any more" in rule.trouble


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": " "}, "Name the rule"),
        ({"kinds": ()}, "what it waits for"),
        ({"kinds": ("delivered",)}, "what it waits for"),
        ({"todo": ()}, "at least one thing"),
        ({"todo": (Action("reply"),)}, "missing"),
        ({"todo": (Action("reply", {"text": "Dear {requestor}"}),)}, "no variable"),
        ({"trigger": Trigger.SCHEDULE, "every": ()}, "needs a condition"),
        ({"every": (Condition("weather", "is", ("rain",)),)}, "can't ask"),
        ({"every": (Condition("subject", "at_least", ("3",)),)}, "can't be compared"),
        ({"every": (Condition("priority", "at_least", ("high",)),)}, "give a number"),
        ({"every": (Condition("subject", "contains", (" ",)),)}, "say with what"),
    ],
)
def test_what_nobody_could_mean_is_refused(
    session: Session, clock: SetClock, change: dict[str, object], says: str
) -> None:
    given = {"every": (Condition("subject", "filled"),), "todo": (tag("x"),)} | change
    with pytest.raises(Invalid, match=says):
        make(session, clock, *given.pop("todo"), **given)  # type: ignore[arg-type]


@pytest.fixture
def rich(session: Session, kim: Agent, team: Team, clock: SetClock) -> Incident:
    """An incident about which there is something to know for every question."""
    requester = known_requester(session, "ada@acme.example", "Ada", at=clock.now())
    requester.organization = Organization(name="Acme", is_vip=True, created_at=clock.now())
    service, network = Service(name="Wi-Fi"), make_category(session, "Network")
    session.add(service)
    session.flush()
    made, _ = open_incident(
        session, requester, "No network", Words("Since nine."), source="mail", by=requester.actor(), at=clock.now(),
        team=team, service=service, category=make_category(session, "Wireless", network), impact=1, urgency=1,
    )  # fmt: skip
    made.assign(kim, team, by=kim.actor(), at=clock.advance(hours=2))
    set_tags(made, ["vpn"], by=kim.actor(), at=clock.now())
    return made


def test_every_question_finds_its_fact(session: Session, rich: Incident, clock: SetClock) -> None:
    facts = facts_of(session, rich, last(session, rich), now=clock.advance(hours=1))
    assert facts["domain"] == "acme.example"
    assert facts["vip"] is True
    assert len(facts["category"]) == 2
    assert (facts["hours_open"], facts["hours_quiet"]) == (3, 1)
    assert set(QUESTIONS) - {"mailbox", "score"} <= facts.keys() | {"mailbox", "score"}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=lambda one: one.name)
def test_every_operator_of_every_question_answers(session: Session, rich: Incident, clock: SetClock, question) -> None:
    facts = facts_of(session, rich, last(session, rich), now=clock.now())
    for name, operator in OPERATORS.items():
        if question.type in operator.types:
            one = Condition(question.name, name, ("1",) if operator.wants_value else ())
            assert checked([one])[0].holds(facts) in (True, False)
            assert one.holds({}) in (True, False), "a fact that was never known breaks nothing"


def test_a_category_holds_for_what_is_below(session: Session, rich: Incident, clock: SetClock) -> None:
    facts = facts_of(session, rich, None, now=clock.now())
    parent = rich.category.parent
    assert Condition("category", "is", (str(parent.id),)).holds(facts)
    assert not Condition("category", "is_not", (str(parent.id),)).holds(facts)
    assert hold([], [Condition("vip", "no"), Condition("tags", "is", ("VPN",))], facts)
    assert not hold([], [Condition("vip", "no")], facts)


def test_history_is_judged_as_it_was(session: Session, rich: Incident, kim: Agent, clock: SetClock) -> None:
    before = last(session, rich)
    rich.prioritize(3, 3, by=kim.actor(), at=clock.advance(hours=1), reason="One person only")
    rich.rename("Something else", by=kim.actor(), at=clock.now())
    rich.resolve(ResolutionCode.FIXED, "A", "B", by=kim.actor(), at=clock.advance(hours=1))
    events = history(session, "incident", rich.id)
    then, now = facts_at(session, rich, events, before), facts_of(session, rich, None, now=clock.now())
    assert (then["priority"], then["state"], then["assignee"]) == (1, "open", kim.id)
    assert (now["priority"], now["state"]) == (5, "resolved")
    first = facts_at(session, rich, events, events[0])
    assert (first["assignee"], first["state"], first["team"]) == (None, "new", rich.team_id)


def test_a_dry_run_tells_what_it_would_have_touched(
    session: Session, incident: Incident, rich: Incident, kim: Agent, clock: SetClock
) -> None:
    rich.prioritize(3, 3, by=kim.actor(), at=clock.advance(hours=1), reason="One person only")
    rule = make(session, clock, tag("x"), every=(Condition("priority", "at_most", ("1",)),))
    found = dry_run(session, rule, kim.viewer(), now=clock.now())
    assert [(one.incident, one.times) for one in found.touched] == [(rich, 1)]
    assert (found.looked_at, found.is_cut) == (2, False)
    assert tags(session, rich) == ("vpn",), "nothing is changed"
    rich.team.private = True
    kim.teams.clear()
    session.flush()
    assert dry_run(session, rule, kim.viewer(), now=clock.now()).touched == ()
    assert dry_run(session, rule, kim.viewer(), now=clock.advance(days=31)).looked_at == 0


def test_a_dry_run_of_a_schedule_looks_at_what_is_open(
    session: Session, incident: Incident, rich: Incident, kim: Agent, clock: SetClock
) -> None:
    rule = make(
        session, clock, tag("x"), every=(Condition("hours_quiet", "at_least", ("1",)),), trigger=Trigger.SCHEDULE
    )
    rich.note(Words("Still on it"), by=kim.actor(), at=clock.advance(hours=3) - timedelta(minutes=5))
    found = dry_run(session, rule, kim.viewer(), now=clock.now())
    assert [one.incident for one in found.touched] == [incident]
