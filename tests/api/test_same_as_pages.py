"""What the API does and what a page does leave the same events, but for the token's name."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from helpdesk.journal import Event
from helpdesk.web.signin import give_password
from tests.api.calls import Api, happened
from tests.web.conftest import Browser
from tests.world import PASSWORD, START, World

FIX = {"code": "fixed", "cause": "A driver was missing.", "text": "Installed the driver."}
URGENT = {"impact": 1, "urgency": 1, "reason": "Everybody stands still"}
Step = Callable[[World], tuple[str, dict[str, Any], str, str, dict[str, Any]]]

# The call and its body; the page with the form, where the form goes, and what it is filled with.
STEPS: dict[str, Step] = {
    "reply": lambda _: ("POST /replies", {"text": "We *look*."}, "", "/replies", {"text": "We *look*."}),
    "note": lambda _: ("POST /notes", {"text": "Third one."}, "", "/notes", {"text": "Third one."}),
    "assign": lambda world: (
        "POST /assignment", {"assignee_id": world.sam.id, "team_id": world.network.id},
        "/assignment", "/assignment", {"assignee": world.sam.id, "team": world.network.id},
    ),
    "categorize": lambda world: (
        "PATCH ", {"category_id": world.access.id, "service_id": world.vpn.id},
        "/category", "/category", {"category": world.access.id, "service": world.vpn.id},
    ),
    "prioritize": lambda _: ("PATCH ", URGENT, "/priority", "/priority", URGENT),
    "rename": lambda _: ("PATCH ", {"subject": "Other"}, "/subject", "/subject", {"subject": "Other"}),
    "wait": lambda _: ("POST /pending", {"waits_for": "requester"}, "/pending", "/pending", {"kind": "requester"}),
    "resolve": lambda _: ("POST /resolution", FIX, "/resolution", "/resolution", FIX),
}  # fmt: skip


@pytest.fixture
def kim(app: Flask, world: World) -> Browser:
    give_password(world.session, world.kim, PASSWORD, at=START)
    world.session.commit()
    return Browser(app).sign_in("kim")


# Numbers of rows, and digests that are salted: never the same twice.
UNLIKE = ("entry_id", "written")


def said(events: list[Event]) -> list[tuple[Any, ...]]:
    shown = [(event.kind, event.at, event.actor_kind, event.actor_id, event.data) for event in events]
    return [(*rest, {name: value for name, value in data.items() if name not in UNLIKE}) for *rest, data in shown]


@pytest.mark.parametrize("name", STEPS)
def test_the_same_events(api: Api, kim: Browser, world: World, name: str) -> None:
    by_program, by_hand = world.report(), world.report()
    world.session.commit()
    call, body, page, action, form = STEPS[name](world)
    method, _, path = call.partition(" ")
    answer = api.call(method, f"/incidents/{by_program.id}{path}", json=body)
    assert answer.status_code in (200, 201), answer.text
    browser_path = f"/incidents/{by_hand.id}"
    done = kim.submit(f"{browser_path}{page}", f"{browser_path}{action}", **form)
    assert done.status_code == 303, done.text
    mine, theirs = happened(world, by_program.id), happened(world, by_hand.id)
    assert len(mine) > 1
    assert said(mine) == said(theirs)
    assert {event.actor_name for event in mine[1:]} == {"Kim Novak (token script)"}
