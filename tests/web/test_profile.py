"""An agent's own page, API tokens and signing out."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk import db
from helpdesk.letters.notices import Notice
from helpdesk.people.notification import MutedIncident, NotificationSetting, Topic, setting_of
from helpdesk.people.token import Token, token_of
from helpdesk.worker import drain
from tests.web.conftest import Browser
from tests.world import PASSWORD, World, find_world

NASTY = """<script>alert(1)</script>"'><img src=x onerror=alert(1)>"""


def tokens(world: World) -> list[Token]:
    world.session.rollback()
    world.session.expire_all()
    return list(world.session.scalars(select(Token)))


def test_name_and_signature(world: World, kim: Browser) -> None:
    assert kim.submit("/profile", "/profile", name="Kim N.", signature="Kim\nNorthwind IT").status_code == 303
    world.session.expire_all()
    assert world.kim.name == "Kim N."
    assert world.kim.signature.splitlines() == ["Kim", "Northwind IT"]


def test_a_name_is_needed(kim: Browser) -> None:
    answer = kim.submit("/profile", "/profile", name=" ", signature="Keep me")
    assert answer.status_code == 422
    assert "Give your name" in answer.text
    assert "Keep me" in answer.text


def test_roles_can_not_be_slipped_in(world: World, kim: Browser) -> None:
    kim.submit("/profile", "/profile", role="administrator", email="ada2@x.example", active="", is_administrator="y")
    world.session.expire_all()
    assert (world.kim.role, world.kim.email) == ("agent", "kim@northwind.example")


def test_a_token_is_shown_once_and_works(world: World, kim: Browser) -> None:
    answer = kim.submit("/profile", "/profile/tokens", name="Monitoring", lasts_days="30")
    assert answer.status_code == 201
    secret = answer.text.split('value="hd_')[1].split('"')[0]
    (token,) = tokens(world)
    assert token.digest not in answer.text
    found = token_of(world.session, f"hd_{secret}", now=token.created_at)
    assert found is not None
    assert found.agent_id == world.kim.id
    world.session.rollback()
    assert secret not in kim.text("/profile")
    assert "Monitoring" in kim.text("/profile")


def test_a_token_needs_a_name_and_a_known_time(world: World, kim: Browser) -> None:
    assert kim.submit("/profile", "/profile/tokens", name=" ", lasts_days="30").status_code == 422
    assert kim.submit("/profile", "/profile/tokens", name="x", lasts_days="-5").status_code == 422
    assert tokens(world) == []


def test_a_token_is_revoked_by_its_owner_only(world: World, kim: Browser, browse: Callable[[str], Browser]) -> None:
    kim.submit("/profile", "/profile/tokens", name="Mine", lasts_days="0")
    number = tokens(world)[0].id
    world.session.rollback()
    assert browse("ada").post(f"/profile/tokens/{number}/revocation").status_code == 404
    assert tokens(world)[0].revoked_at is None
    world.session.rollback()
    assert kim.submit("/profile", f"/profile/tokens/{number}/revocation").status_code == 303
    assert tokens(world)[0].revoked_at is not None
    assert kim.post("/profile/tokens/999/revocation").status_code == 404


def test_signing_out_ends_it(kim: Browser) -> None:
    assert kim.get("/profile/sign-out").status_code == 405
    answer = kim.submit("/queue", "/profile/sign-out")
    assert answer.location == "/sign-in"
    assert kim.get("/queue").status_code == 302


def test_a_password_is_changed_by_who_knows_the_old_one(kim: Browser, browse: Callable[[str], Browser]) -> None:
    page = "/profile/password"
    sent = {"new_password": "a new long password", "new_password_confirm": "a new long password"}
    kim.submit(page, page, password="wrong", **sent)
    assert browse("kim").get("/profile").status_code == 200
    assert kim.submit(page, page, password=PASSWORD, **sent).status_code == 302
    answer = browse("").submit("/sign-in", "/sign-in", email="kim@northwind.example", password="a new long password")
    assert answer.status_code == 302


def test_markup_is_text(world: World, kim: Browser) -> None:
    kim.submit("/profile", "/profile", name=NASTY, signature=NASTY)
    made = kim.submit("/profile", "/profile/tokens", name=NASTY, lasts_days="30")
    for page in (made.text, kim.text("/profile"), kim.text("/queue")):
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_it_is_for_agents(app: Flask, browse: Callable[[str], Browser]) -> None:
    assert browse("").get("/profile").status_code == 302


# What they are told

SETTINGS = "/profile/notifications"


def reported(app: Flask, *subjects: str, team: str = "support") -> list[int]:
    """Reports these to a team, and lets the worker tell; the numbers of the incidents."""
    with app.app_context():
        world = find_world(db.session())
        numbers = [world.report(subject, team=getattr(world, team)).id for subject in subjects]
        db.commit()
    drain(app)
    return numbers


def setting(world: World) -> NotificationSetting:
    world.session.rollback()
    world.session.expire_all()
    return setting_of(world.session, world.kim)


def test_who_never_chose_sees_the_usual(kim: Browser) -> None:
    form = kim.form(SETTINGS, SETTINGS)
    assert form["timing"] == ["at_once"]
    assert "notify_by_mail" in form
    assert {f"{topic}-mail" for topic in Topic} - set(form) == {"message_colleague-mail"}
    assert "By mail at once" in kim.text("/profile")


def test_routes_and_times_are_chosen(world: World, kim: Browser) -> None:
    form = kim.form(SETTINGS, SETTINGS)
    form.pop("new_team-mail")
    chosen = {
        "message_colleague-page": "1",
        "timing": "daily",
        "digest_at": "07:30",
        "time_zone": "Europe/Berlin",
        "quiet_from": "22:00",
        "quiet_until": "06:00",
        "quiet_days": ["5", "6"],
    }
    assert kim.send(SETTINGS, form, **chosen).status_code == 303
    found = setting(world)
    assert found.routes["new_team"] == ["page"]
    assert found.routes["message_colleague"] == ["page"]
    assert (found.timing, found.digest_at, found.time_zone) == ("daily", "07:30", "Europe/Berlin")
    assert (found.quiet_from, found.quiet_until, found.quiet_days) == ("22:00", "06:00", [5, 6])
    again = kim.form(SETTINGS, SETTINGS)
    assert "new_team-mail" not in again
    assert again["quiet_days"] == ["5", "6"]
    assert "one letter a day at 07:30" in kim.text("/profile")
    assert "no mail from 22:00 to 06:00" in kim.text("/profile")


def test_mail_is_turned_off(world: World, kim: Browser) -> None:
    form = kim.form(SETTINGS, SETTINGS)
    form.pop("notify_by_mail")
    kim.send(SETTINGS, form)
    setting(world)
    assert world.kim.notify_by_mail is False
    assert "By the bell only" in kim.text("/profile")


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"quiet_from": "22:00"}, "both ends"),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "the same"),
        ({"quiet_from": "25:00", "quiet_until": "06:00"}, "a time such as"),
        ({"quiet_days": [str(day) for day in range(7)]}, "at least one day"),
        ({"timing": "daily", "digest_at": ""}, "when the letter"),
        ({"time_zone": "../../etc/passwd"}, "Not a valid choice"),
        ({"timing": "never"}, "Not a valid choice"),
    ],
)
def test_what_makes_no_sense_is_told(world: World, kim: Browser, chosen: dict[str, object], said: str) -> None:
    answer = kim.submit(SETTINGS, SETTINGS, **chosen)
    assert answer.status_code == 422
    assert said.lower() in answer.text.lower()
    assert setting(world).timing == "at_once"


def test_the_bell_counts_and_the_page_lists(app: Flask, kim: Browser) -> None:
    assert 'id="bell"' in kim.text("/queue")
    first, _ = reported(app, NASTY, "Printer jams")
    assert "2 unread notices" in kim.text("/queue")
    page = kim.text("/notices")
    assert "Printer jams" in page
    assert "Mia Tanaka reported it" in page
    assert "<script>alert" not in page
    kim.post(f"/incidents/{first}/notices/reading")
    assert "1 unread notice" in kim.text("/notices/bell")
    assert "Printer jams" in kim.text("/notices")
    assert kim.submit("/notices", "/notices/reading").status_code == 303
    assert "Nothing unread" in kim.text("/notices")
    assert "Printer jams" in kim.text("/notices?all=1")


def test_nobody_reads_or_marks_the_notices_of_others(
    app: Flask, world: World, browse: Callable[[str], Browser]
) -> None:
    (incident,) = reported(app, "A private matter", team="personnel")
    kim = browse("kim")
    assert "private matter" not in kim.text("/notices?all=1")
    assert kim.post(f"/incidents/{incident}/notices/reading").status_code == 404
    assert kim.post(f"/incidents/{incident}/silence").status_code == 404
    world.session.rollback()
    (notice,) = world.session.scalars(select(Notice)).all()
    kim.post("/notices/reading", notice=str(notice.id))
    assert "private matter" in browse("petra").text("/notices")
    for path in ("/notices", "/notices/bell", SETTINGS):
        assert browse("").get(path).status_code == 302


def test_an_incident_is_muted_and_told_again(app: Flask, world: World, kim: Browser) -> None:
    with app.app_context():
        number = find_world(db.session()).report().id
        db.commit()
    page = f"/incidents/{number}"
    assert kim.submit(page, f"{page}/silence").status_code == 303
    drain(app)
    assert "unread" not in kim.text("/notices/bell")
    world.session.rollback()
    assert len(world.session.scalars(select(MutedIncident)).all()) == 1
    world.session.rollback()
    assert "Tell me of it again" in kim.text(page)
    assert kim.submit(page, f"{page}/silence/end").status_code == 303
    assert "Mute it for me" in kim.text(page)


def test_a_digest_goes_out_by_the_worker_when_its_hour_comes(app: Flask, kim: Browser) -> None:
    house = app.extensions["house"]
    kim.submit(SETTINGS, SETTINGS, timing="hourly")
    reported(app, "VPN drops", "Printer jams")
    to_kim = [letter for letter, reader in house.transport.sent if reader == "kim@northwind.example"]
    assert to_kim == []
    house.clock.advance(hours=1)
    drain(app)
    drain(app)
    (letter,) = [letter for letter, reader in house.transport.sent if reader == "kim@northwind.example"]
    assert letter["Subject"].endswith("2 things happened in 2 incidents")


def test_the_language_of_a_requester_is_chosen_on_the_page(world: World, kim: Browser) -> None:
    incident = world.report(requester=world.mia)
    world.session.commit()
    page = f"/incidents/{incident.id}"
    assert kim.form(page, f"{page}/language")["language"] == [""]
    assert kim.submit(page, f"{page}/language", language="de").status_code == 303
    world.session.rollback()
    world.session.expire_all()
    assert world.mia.language == "de"
    world.session.rollback()
    assert kim.form(page, f"{page}/language")["language"] == ["de"]
    assert kim.submit(page, f"{page}/language", language="tlh").status_code == 422
