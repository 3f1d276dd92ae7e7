"""The page of recurring incidents."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.recurring import RecurringIncident
from helpdesk.letters.delivery import Delivery
from helpdesk.worker import drain
from helpdesk.worker.schedule import open_what_recurs
from tests.web.conftest import Browser
from tests.world import World

NEW = "/settings/recurring/new"


def test_made_shown_opened_changed_and_stopped(browse: Callable[[str], Browser], world: World, app: Flask) -> None:
    ada = browse("ada")
    answer = ada.submit(
        NEW,
        "/settings/recurring",
        subject="Test the backups",
        text="Restore one file.",
        requester_address="mia@northwind.example",
        every="1",
        frequency="WEEKLY",
        weekdays=["TU", "TH"],
        team=str(world.network.id),
        at="07:30",
        time_zone="UTC",
    )
    assert answer.status_code == 303, answer.text
    row = world.session.scalars(select(RecurringIncident)).one()
    page = f"/settings/recurring/{row.id}"
    assert "every week on Tuesday, Thursday, 07:30" in ada.text("/settings/recurring")
    assert "3 March 2026, 07:30 UTC" in ada.text(page)
    clock = app.extensions["house"].clock
    clock.advance(days=1)
    for _ in range(2):
        open_what_recurs(app)
    drain(app)
    made = world.session.scalars(select(Incident)).one()
    assert (made.subject, made.team_id, made.source) == ("Test the backups", world.network.id, "schedule")
    letters = world.session.scalars(select(Delivery.letter).where(Delivery.state != "suppressed")).all()
    assert "acknowledgement" not in letters, "nobody asked for it, so nobody is thanked"
    assert "agent_new" in letters
    assert f"INC-{made.id}" in ada.text(page)
    assert ada.submit(page, page, every="2", frequency="MONTHLY", month_day="-1").status_code == 303
    assert "every 2 months on the last day" in ada.text("/settings/recurring")
    assert ada.submit(page, f"{page}/retirement").status_code == 303
    assert ada.get(page).status_code == 404


def test_what_is_wrong_is_said_and_kept(browse: Callable[[str], Browser], world: World) -> None:
    ada = browse("ada")
    answer = ada.submit(
        NEW,
        "/settings/recurring",
        subject="Backups",
        text="Restore",
        requester_address="nobody",
        at="07:30",
        time_zone="UTC",
    )
    assert answer.status_code == 422
    assert "is not a mail address" in answer.text
    assert "Restore" in answer.text
    answer = ada.submit(
        NEW,
        "/settings/recurring",
        subject="Backups",
        text="x",
        requester_address="a@b.example",
        at="07:30",
        time_zone="Mars",
    )
    assert answer.status_code == 422
    assert "is not a time zone" in answer.text


def test_only_administrators(kim: Browser) -> None:
    assert kim.get("/settings/recurring").status_code == 403
