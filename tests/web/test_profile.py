"""An agent's own page, API tokens and signing out."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select

from helpdesk.people.token import Token, token_of
from tests.web.conftest import Browser
from tests.world import PASSWORD, World

NASTY = """<script>alert(1)</script>"'><img src=x onerror=alert(1)>"""


def tokens(world: World) -> list[Token]:
    world.session.rollback()
    world.session.expire_all()
    return list(world.session.scalars(select(Token)))


def test_name_signature_and_notices(world: World, kim: Browser) -> None:
    form = kim.form("/profile", "/profile")
    form.pop("notify_by_mail")
    assert kim.send("/profile", form, name="Kim N.", signature="Kim\nNorthwind IT").status_code == 303
    world.session.expire_all()
    assert (world.kim.name, world.kim.notify_by_mail) == ("Kim N.", False)
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
