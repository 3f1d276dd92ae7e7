"""The outbox: what has not got through or not yet, for whoever may see it; quick however much was sent."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.thread import Words
from helpdesk.journal import Event
from helpdesk.letters.delivery import Delivery, DeliveryState
from tests.web.conftest import Browser, Statements
from tests.world import START, World

SHOWN = {
    "waiting": DeliveryState.QUEUED,
    "retrying": DeliveryState.DEFERRED,
    "uncertain": DeliveryState.UNCERTAIN,
    "failed": DeliveryState.FAILED,
    "bounced": DeliveryState.BOUNCED,
}


def deliver(world: World, incident: Incident, state: DeliveryState, number: int = 0, **more: object) -> Delivery:
    event = world.session.scalars(select(Event.id).where(Event.record_id == incident.id)).first()
    made = Delivery(
        **{
            "letter": "reply",
            "event_id": event,
            "incident_id": incident.id,
            "recipient": f"reader{incident.id}.{number}@x.example",
            "message_id": f"{incident.id}.{number}.{state}@x",
            "subject": f"Letter {incident.id}.{number}",
            "state": state.value,
            "answer": f"4xx words of {state}",
            "created_at": world.at + timedelta(seconds=number),
            "raw_sha256": "there",
            **more,
        }
    )
    world.session.add(made)
    world.session.flush()
    return made


@pytest.mark.parametrize(("view", "state"), SHOWN.items())
def test_each_view_shows_its_letters(kim: Browser, world: World, view: str, state: DeliveryState) -> None:
    incident = world.report()
    for number, one in enumerate(DeliveryState):
        deliver(world, incident, one, number)
    world.session.commit()
    page = kim.text(f"/outbox?view={view}")
    number = list(DeliveryState).index(state)
    assert f"Letter 1.{number}" in page
    others = {n for n, one in enumerate(DeliveryState) if one.value not in _with(view)}
    assert not [n for n in others if f"Letter 1.{n}<" in page]


def _with(view: str) -> tuple[str, ...]:
    return (SHOWN[view].value, "sending") if view == "waiting" else (SHOWN[view].value,)


def test_what_needs_somebody_is_shown_first(kim: Browser, world: World) -> None:
    incident = world.report()
    world.session.commit()
    assert "No letter waits for its time." in kim.text("/outbox")
    deliver(world, incident, DeliveryState.BOUNCED, 1)
    deliver(world, incident, DeliveryState.FAILED, 2)
    world.session.commit()
    page = kim.text("/outbox")
    assert "Letter 1.2" in page
    assert "Letter 1.1" not in page


def test_mine_are_those_i_wrote_and_those_of_my_incidents(kim: Browser, world: World) -> None:
    wrote, given, other = (world.report() for _ in range(3))
    entry = world.reply(wrote, by=world.kim)
    world.assign(given, world.kim, by=world.sam)
    deliver(world, wrote, DeliveryState.FAILED, entry_id=entry.id)
    deliver(world, given, DeliveryState.FAILED, letter="acknowledgement")
    deliver(world, other, DeliveryState.FAILED)
    wrote.reply(Words("Later"), by=world.kim.actor(), at=world.at, send_at=START + timedelta(days=1))
    other.reply(Words("Later"), by=world.sam.actor(), at=world.at, send_at=START + timedelta(days=1))
    world.session.commit()
    page = kim.text("/outbox?view=failed&whose=mine")
    assert [f"Letter {n}.0" in page for n in (1, 2, 3)] == [True, True, False]
    page = kim.text("/outbox?view=scheduled&whose=mine")
    assert ("/incidents/1/letters/" in page, "/incidents/3/letters/" in page) == (True, False)
    page = kim.text("/outbox?view=scheduled")
    assert ("/incidents/1/letters/" in page, "/incidents/3/letters/" in page) == (True, True)


def test_private_work_and_notices_to_agents_are_not_shown(browse: Callable[[str], Browser], world: World) -> None:
    private, other = world.private_report(), world.report()
    deliver(world, private, DeliveryState.FAILED)
    deliver(world, other, DeliveryState.FAILED, letter="agent_new")
    world.session.commit()
    assert "Letter 1.0" not in browse("kim").text("/outbox?view=failed")
    page = browse("petra").text("/outbox?view=failed")
    assert ("Letter 1.0" in page, "Letter 2.0" in page) == (True, False)


def test_strangers_are_sent_to_sign_in(browse: Callable[[str], Browser]) -> None:
    assert browse("").get("/outbox").status_code == 302


@pytest.mark.parametrize(
    "cursor", ["x", "2026-03-02_1", "2026-03-02T08:00:00+00:00_", "9" * 40, "_", "2026-03-02T08:00:00_1"]
)
def test_a_damaged_page_address_says_so(kim: Browser, cursor: str) -> None:
    answer = kim.client.get("/outbox", query_string={"view": "failed", "cursor": cursor})
    assert (answer.status_code, "damaged" in answer.text) == (422, True)


def test_another_view_than_there_is_shows_the_first(kim: Browser) -> None:
    assert kim.get("/outbox?view=nothing&whose=everybody").status_code == 200


def test_a_letter_that_was_never_put_together_cannot_be_sent_again(kim: Browser, world: World) -> None:
    made = deliver(world, world.report(), DeliveryState.FAILED, raw_sha256="")
    world.session.commit()
    assert "Send again" not in kim.text("/outbox?view=failed")
    kim.post(f"/deliveries/{made.id}/repetition")
    assert "never put together" in kim.text("/outbox?view=failed")


def fill(world: World, count: int) -> None:
    """So many deliveries, a few of them in trouble."""
    incidents = [world.report(f"Report {number}") for number in range(50)]
    world.session.flush()
    event = world.session.scalars(select(Event.id)).first()
    states = (["sent"] * 96) + ["failed", "bounced", "deferred", "uncertain"]
    at: datetime = world.at
    world.session.execute(
        insert(Delivery),
        [
            {
                "letter": "reply",
                "event_id": event,
                "incident_id": incidents[number % 50].id,
                "recipient": f"r{number}@x.example",
                "message_id": f"{number}@x",
                "subject": f"Letter {number}",
                "state": states[number % 100],
                "answer": "",
                "created_at": at + timedelta(seconds=number),
                "raw_sha256": "there",
            }
            for number in range(count)
        ],
    )
    world.session.commit()


def test_pages_follow_each_other_and_take_few_statements(kim: Browser, world: World, statements: Statements) -> None:
    fill(world, 12_000)
    kim.text("/outbox")
    with statements as said:
        page = kim.text("/outbox?view=failed")
    assert len(said) <= 8, said
    seen, pages = set(), 1
    while True:
        seen |= {part.split("<")[0] for part in page.split(">Letter ")[1:]}
        _, found, rest = page.partition('rel="next" href="')
        if not found:
            break
        page, pages = kim.text(rest.partition('"')[0].replace("&amp;", "&")), pages + 1
    assert (len(seen), pages) == (120, 3)
