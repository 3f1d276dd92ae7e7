"""The site's own statuses on the pages: chosen, named everywhere, retired under somebody's hands; restored, called,
written down later, reopened late."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from helpdesk.clock import SetClock
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import State
from helpdesk.incidents.status_table import add_status, retire
from helpdesk.incidents.statuses import Status, statuses_of
from helpdesk.journal import EventKind, history
from helpdesk.letters.links import tracking_url
from helpdesk.worker import close_resolved, drain
from tests.web.conftest import Browser, in_state
from tests.world import START, World

PAGE = "/incidents/1"
UNTIL = (START + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
FIX = {"code": "fixed", "cause": "Worn cable", "text": "Took a new cable"}


@pytest.fixture
def clock(app: Flask) -> SetClock:
    found: SetClock = app.extensions["house"].clock
    return found


@pytest.fixture
def supplier(world: World) -> Status:
    made = add_status(world.session, State.PENDING_OTHER, "Waiting for supplier", "Our supplier works on it")
    world.session.commit()
    return made


def fresh(world: World) -> Incident:
    world.session.expire_all()
    return world.session.get_one(Incident, 1)


def last(world: World) -> dict[str, object]:
    return history(world.session, "incident", 1)[-1].data


def test_a_status_is_chosen_and_named_everywhere(kim: Browser, world: World, app: Flask, supplier: Status) -> None:
    made = in_state(world, State.OPEN)
    world.session.commit()
    assert "Waiting for supplier" in kim.text(f"{PAGE}/pending")
    answer = kim.submit(f"{PAGE}/pending", f"{PAGE}/pending", kind=f"status:{supplier.id}", until=UNTIL, reason="Part")
    assert answer.status_code == 303, answer.text
    assert fresh(world).status_id == supplier.id
    for page in (PAGE, "/queue", "/queue?state=pending_other"):
        assert "Waiting for supplier" in kim.text(page), page
    track = tracking_url("", app.extensions["house"].signing_key, made.id, made.requester_id)
    portal = kim.get(track).text
    assert "Our supplier works on it" in portal
    assert "Waiting for supplier" not in portal


def test_what_waits_can_be_put_off_once_more(kim: Browser, world: World, supplier: Status) -> None:
    in_state(world, State.PENDING_OTHER).status = supplier
    supplier.entered_from = [supplier.id + 100]
    world.session.commit()
    again = kim.submit(f"{PAGE}/pending", f"{PAGE}/pending", kind=f"status:{supplier.id}", until=UNTIL)
    assert again.status_code == 303, again.text
    assert (fresh(world).status_id, fresh(world).wake_at is not None) == (supplier.id, True)


def test_without_statuses_nothing_more_is_offered(kim: Browser, world: World) -> None:
    in_state(world, State.OPEN)
    world.session.commit()
    page = kim.text(PAGE)
    assert f"{PAGE}/status" not in page
    assert 'name="status"' not in kim.text(f"{PAGE}/resolution")
    assert page.count("<option") == kim.text(PAGE).count("<option")


def test_another_status_of_the_same_state(kim: Browser, world: World, supplier: Status) -> None:
    testing = add_status(world.session, State.OPEN, "In test")
    in_state(world, State.OPEN)
    world.session.commit()
    assert f"{PAGE}/status" in kim.text(PAGE)
    form = kim.text(f"{PAGE}/status")
    assert "In test" in form
    assert "Waiting for supplier" not in form
    assert kim.submit(f"{PAGE}/status", f"{PAGE}/status", status=f"status:{testing.id}").status_code == 303
    assert fresh(world).status_id == testing.id


def test_a_status_retired_meanwhile_is_told(kim: Browser, world: World, supplier: Status) -> None:
    in_state(world, State.OPEN)
    world.session.commit()
    form = kim.form(f"{PAGE}/pending", f"{PAGE}/pending")
    retire(world.session, supplier, at=START)
    world.session.commit()
    typed = {"kind": f"status:{supplier.id}", "until": UNTIL, "reason": "My reason"}
    answer = kim.send(f"{PAGE}/pending", form, **typed)
    assert answer.status_code == 422
    assert "has been retired meanwhile. Choose another status." in answer.text
    assert "My reason" in answer.text
    assert fresh(world).current is State.OPEN


@pytest.mark.parametrize("value", ["status:999", "status:x", "status:", "nonsense"])
def test_a_status_that_is_none_is_refused(kim: Browser, world: World, supplier: Status, value: str) -> None:
    in_state(world, State.OPEN)
    world.session.commit()
    answer = kim.submit(f"{PAGE}/pending", f"{PAGE}/pending", kind=value, until=UNTIL)
    assert answer.status_code == 422
    assert "There is no such status" in answer.text


def test_what_a_status_demands_is_told_on_the_form(kim: Browser, world: World, supplier: Status) -> None:
    (resolved,) = statuses_of(world.session, State.RESOLVED)
    resolved.required = ["category"]
    made = in_state(world, State.OPEN)
    world.session.commit()
    refused = kim.submit(f"{PAGE}/resolution", f"{PAGE}/resolution", **FIX)
    assert refused.status_code == 422
    assert "“Resolved” needs a category first" in refused.text
    assert "Took a new cable" in refused.text
    made.category = world.access
    world.session.commit()
    assert kim.submit(f"{PAGE}/resolution", f"{PAGE}/resolution", **FIX).status_code == 303


def test_a_reply_may_set_a_status(kim: Browser, world: World, supplier: Status) -> None:
    asked = add_status(world.session, State.PENDING_REQUESTER, "Waiting for photographs")
    world.report()
    world.session.commit()
    assert "and set it to “Waiting for photographs”" in kim.text(PAGE)
    answer = kim.submit(PAGE, f"{PAGE}/replies", text="Send us a photograph.", next_state=f"status:{asked.id}")
    assert answer.status_code == 303, answer.text
    assert (fresh(world).current, fresh(world).status_id) == (State.PENDING_REQUESTER, asked.id)


def test_the_queue_is_narrowed_to_a_status(kim: Browser, world: World, supplier: Status) -> None:
    in_state(world, State.PENDING_OTHER).status = supplier
    world.report("Another one")
    world.session.commit()
    page = kim.text(f"/queue?status={supplier.id}")
    assert "INC-1" in page
    assert "INC-2" not in page
    assert "INC-1" not in kim.text("/queue?status=999")


# Restored, called, later


def test_the_service_works_again_and_then_not(kim: Browser, world: World, clock: SetClock) -> None:
    made = in_state(world, State.OPEN)
    world.session.commit()
    at = (clock.now() - timedelta(minutes=20)).strftime("%Y-%m-%dT%H:%M")
    earlier = made.opened_at <= clock.now() - timedelta(minutes=20)
    given = at if earlier else ""
    assert kim.submit(f"{PAGE}/restoration", f"{PAGE}/restoration", restored_at=given, how="Spare").status_code == 303
    page = kim.text(PAGE)
    assert "service worked again" in page
    assert "says that the service works again: Spare" in page
    withdrawal = f"{PAGE}/restoration/withdrawal"
    assert kim.submit(withdrawal, withdrawal, reason="Down").status_code == 303
    assert fresh(world).restored_at is None
    assert kim.submit(withdrawal, withdrawal).status_code == 409


def test_resolving_asks_when_it_worked_again(kim: Browser, world: World) -> None:
    in_state(world, State.OPEN)
    world.session.commit()
    form = kim.form(f"{PAGE}/resolution", f"{PAGE}/resolution")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d", form["restored_at"][0])
    wrong = kim.send(f"{PAGE}/resolution", form, **FIX, restored_at="yesterday")
    assert wrong.status_code == 422
    assert "This is no time." in wrong.text
    assert kim.submit(f"{PAGE}/resolution", f"{PAGE}/resolution", **FIX, restored_at="").status_code == 303
    assert fresh(world).restored_at == fresh(world).resolved_at


def test_a_call_is_written_down_and_not_sent(kim: Browser, world: World, app: Flask, clock: SetClock) -> None:
    made = world.report()
    world.session.commit()
    drain(app)
    at = made.opened_at + timedelta(minutes=5)
    clock.advance(hours=3)
    text = {"said_by": "us", "text": "We rang **twice**", "happened_at": at.strftime("%Y-%m-%dT%H:%M")}
    assert kim.submit(f"{PAGE}/calls", f"{PAGE}/calls", **text).status_code == 303
    page = kim.text(PAGE)
    assert "Spoken, not sent" in page
    assert "logged later" in page
    assert fresh(world).current is State.OPEN
    drain(app)
    assert "We rang" not in kim.text("/outbox?view=all")
    caller = {"said_by": "requester", "text": "It is worse"}
    assert kim.submit(f"{PAGE}/calls", f"{PAGE}/calls", **caller).status_code == 303
    assert "logged by Kim Novak" in kim.text(PAGE)


def test_a_time_of_an_earlier_zone_is_understood(kim: Browser, world: World, clock: SetClock) -> None:
    world.report(at=clock.now() - timedelta(hours=8))
    world.session.commit()
    local = (clock.now() - timedelta(hours=5) + timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M")
    later = {"said_by": "us", "text": "We rang", "happened_at": local, "zone": "Asia/Tokyo"}
    assert kim.submit(f"{PAGE}/calls", f"{PAGE}/calls", **later).status_code == 303
    entry = fresh(world).entries[-1]
    assert entry.at == (clock.now() - timedelta(hours=5)).replace(second=0, microsecond=0)


def test_a_new_incident_may_have_been_reported_earlier(kim: Browser, world: World, clock: SetClock) -> None:
    at = (clock.now() - timedelta(hours=5)).replace(second=0, microsecond=0)
    report = {"address": "mia@northwind.example", "subject": "Down", "text": "Down", "impact": "3", "urgency": "2"}
    wrong = kim.submit("/incidents/new", "/incidents", **report, happened_at="2999-01-01T00:00")
    assert wrong.status_code == 422
    assert "still to come" in wrong.text
    right = kim.submit("/incidents/new", "/incidents", **report, happened_at=at.strftime("%Y-%m-%dT%H:%M"))
    assert right.status_code == 303, right.text
    assert fresh(world).opened_at == at
    assert fresh(world).updated_at == clock.now()


def test_a_note_may_be_of_earlier(kim: Browser, world: World, clock: SetClock) -> None:
    world.report(at=clock.now() - timedelta(hours=8))
    world.session.commit()
    at = (clock.now() - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
    assert kim.submit(PAGE, f"{PAGE}/notes", text="Looked at it", happened_at=at).status_code == 303
    assert "logged later" in kim.text(PAGE)
    wrong = kim.submit(PAGE, f"{PAGE}/notes", text="My words", happened_at="2999-01-01T00:00")
    assert wrong.status_code == 422
    assert "My words" in wrong.text


# Ended


def test_reopening_late_must_be_meant(kim: Browser, world: World, clock: SetClock) -> None:
    in_state(world, State.CLOSED)
    world.session.commit()
    withdrawal = f"{PAGE}/resolution/withdrawal"
    assert "Reopen it all the same" not in kim.text(withdrawal)
    clock.advance(days=15)
    form = kim.form(withdrawal, withdrawal)
    assert "ended more than 14 days ago" in kim.text(withdrawal)
    refused = kim.send(withdrawal, form, reason="Again")
    assert refused.status_code == 409
    assert "Log a new incident and tie it to this one" in refused.text
    assert kim.submit(withdrawal, withdrawal, reason="Again", insists="y").status_code == 303
    assert fresh(world).current is State.OPEN


def test_the_worker_closes_what_nobody_denied(
    app: Flask, kim: Browser, world: World, clock: SetClock, browse: Callable[[str], Browser]
) -> None:
    in_state(world, State.RESOLVED)
    world.session.commit()
    drain(app)
    clock.advance(days=4)
    close_resolved(app)
    assert fresh(world).current is State.RESOLVED
    world.session.rollback()
    clock.advance(days=4)
    close_resolved(app)
    close_resolved(app)
    events = [one for one in history(world.session, "incident", 1) if one.kind == EventKind.CLOSED]
    assert [one.data["why"] for one in events] == ["no answer within 5 working days"]
    world.session.rollback()
    assert "It was closed by itself: no answer within 5 working days" in kim.text(PAGE)
    browse("ada").submit("/settings/states", "/settings/states/policy", auto_close_working_days="0")
    in_state(world, State.RESOLVED)
    world.session.commit()
    clock.advance(days=40)
    close_resolved(app)
    assert world.session.get_one(Incident, 2).current is State.RESOLVED


def test_what_is_opened_and_mended_within_a_minute_is_mended_after(kim: Browser, world: World, app: Flask) -> None:
    clock = app.extensions["house"].clock
    clock.advance(seconds=10)
    incident = world.report(at=clock.now())
    world.session.commit()
    clock.advance(seconds=20)
    path = f"/incidents/{incident.id}/resolution"
    answer = kim.submit(path, path, code="fixed", cause="A switch", text="Replaced it.")
    assert answer.status_code == 303, answer.text
    world.session.refresh(incident)
    assert incident.opened_at < incident.restored_at == incident.resolved_at
