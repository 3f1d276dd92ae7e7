"""Agents and teams in the settings: rights, the last administrator, and who is let in afterwards."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from helpdesk.people.agent import Agent, Team
from tests.web.conftest import Browser, Statements, form_in
from tests.world import PASSWORD, World

NASTY = """<script>alert(1)</script>"'><img src=x onerror=alert(1)>"""
PAGES = (
    "/settings", "/settings/agents", "/settings/agents/1", "/settings/agents/new", "/settings/teams",
    "/settings/teams/1", "/settings/teams/new", "/settings/services", "/settings/services/1", "/settings/services/new",
    "/settings/categories", "/settings/categories/1", "/settings/mailboxes", "/settings/mailboxes/1",
    "/settings/mailboxes/new", "/settings/reference",
)  # fmt: skip


@pytest.fixture
def ada(browse: Callable[[str], Browser]) -> Browser:
    return browse("ada")


def walked_in(door: Browser) -> int:
    """What the queue answers after Kim tried to sign in."""
    door.submit("/sign-in", "/sign-in", email="kim@northwind.example", password=PASSWORD)
    return door.get("/queue").status_code


def agent(world: World, email: str) -> Agent:
    world.session.rollback()
    world.session.expire_all()
    return world.session.scalars(select(Agent).where(Agent.email == email)).one()


@pytest.mark.parametrize("page", PAGES)
def test_settings_are_for_administrators(browse: Callable[[str], Browser], page: str) -> None:
    assert browse("").get(page).status_code == 302
    assert browse("kim").get(page).status_code == 403
    assert browse("sam").get(page).status_code == 403
    assert browse("ada").get(page).status_code == 200


def test_posts_are_for_administrators_too(kim: Browser) -> None:
    token = kim.token()
    for path in ("/settings/agents", "/settings/agents/2", "/settings/teams", "/settings/mailboxes/connection"):
        assert kim.client.post(path, data={"csrf_token": token, "name": "x"}).status_code == 403


def test_what_is_not_there_is_404(ada: Browser) -> None:
    for kind in ("agents", "teams", "services", "categories", "mailboxes"):
        assert ada.get(f"/settings/{kind}/999").status_code == 404
        assert ada.post(f"/settings/{kind}/999").status_code == 404


def test_a_new_agent_can_sign_in(world: World, ada: Browser, browse: Callable[[str], Browser]) -> None:
    answer = ada.submit(
        "/settings/agents/new",
        "/settings/agents",
        name="Noor Haddad",
        email="Noor@Northwind.example",
        role="lead",
        teams=["1", "2"],
        password=PASSWORD,
    )
    assert answer.status_code == 303
    made = agent(world, "noor@northwind.example")
    assert (made.role, {team.id for team in made.teams}) == ("lead", {1, 2})
    assert browse("noor").get("/queue").status_code == 200


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": ""}, "Give the name"),
        ({"email": "nobody"}, "not a mail address"),
        ({"email": "kim@northwind.example"}, "Kim Novak has this address"),
        ({"email": "KIM@northwind.example"}, "Kim Novak has this address"),
        ({"password": "short"}, "at least 10 characters"),
        ({"role": "emperor"}, "choice"),
        ({"teams": ["999"]}, "choice"),
    ],
)
def test_a_mistake_keeps_what_was_typed(world: World, ada: Browser, given: dict[str, object], said: str) -> None:
    sent = {"name": "Noor Haddad", "email": "noor@northwind.example", "role": "agent"} | given
    answer = ada.submit("/settings/agents/new", "/settings/agents", **sent)
    assert answer.status_code == 422
    assert said in answer.text
    form = form_in(answer.text, "/settings/agents")
    assert form["email"][0].lower() == str(sent["email"]).lower()
    assert not form["password"][0]
    world.session.rollback()
    assert len(world.session.scalars(select(Agent)).all()) == 4


def test_the_last_administrator_stays_one(world: World, ada: Browser) -> None:
    number = world.ada.id
    world.session.rollback()
    page = f"/settings/agents/{number}"
    demoted = ada.submit(page, page, role="agent")
    assert demoted.status_code == 422
    assert "last administrator" in demoted.text
    form = ada.form(page, page)
    form.pop("active")
    assert ada.send(page, form).status_code == 422
    kept = agent(world, "ada@northwind.example")
    assert (kept.role, kept.active) == ("administrator", True)


def test_one_of_two_administrators_may_go(world: World, ada: Browser) -> None:
    kim, own = world.kim.id, world.ada.id
    world.session.rollback()
    ada.submit(f"/settings/agents/{kim}", f"/settings/agents/{kim}", role="administrator")
    assert ada.submit(f"/settings/agents/{own}", f"/settings/agents/{own}", role="agent").status_code == 303
    assert ada.get("/settings").status_code == 403


def test_who_left_is_out_at_once_and_stays_out(
    world: World, ada: Browser, kim: Browser, browse: Callable[[str], Browser]
) -> None:
    number = world.kim.id
    world.session.rollback()
    page = f"/settings/agents/{number}"
    form = ada.form(page, page)
    form.pop("active")
    assert ada.send(page, form).status_code == 303
    assert kim.get("/queue").status_code == 302
    assert walked_in(browse("")) == 302
    assert ada.submit(page, page, active="y").status_code == 303
    assert walked_in(browse("")) == 200


def test_a_new_password_ends_old_sessions(world: World, ada: Browser, kim: Browser) -> None:
    number = world.kim.id
    world.session.rollback()
    page = f"/settings/agents/{number}"
    assert ada.submit(page, page, password="another long password").status_code == 303
    assert kim.get("/queue").status_code == 302


def test_a_changed_address_is_what_one_signs_in_with(
    world: World, ada: Browser, browse: Callable[[str], Browser]
) -> None:
    number = world.kim.id
    world.session.rollback()
    page = f"/settings/agents/{number}"
    assert ada.submit(page, page, email="kimberly@northwind.example").status_code == 303
    assert browse("kimberly").get("/queue").status_code == 200


def test_a_team_with_its_members(world: World, ada: Browser) -> None:
    kim, sam = world.kim.id, world.sam.id
    world.session.rollback()
    answer = ada.submit(
        "/settings/teams/new", "/settings/teams", name="Night shift", members=[str(kim), str(sam)], private="y"
    )
    assert answer.status_code == 303
    world.session.expire_all()
    team = world.session.scalars(select(Team).where(Team.name == "Night shift")).one()
    assert (team.private, {one.id for one in team.members}) == (True, {kim, sam})
    page = f"/settings/teams/{team.id}"
    form = ada.form(page, page)
    form.pop("private")
    assert ada.send(page, form, members=[str(kim)]).status_code == 303
    world.session.expire_all()
    assert (team.private, [one.id for one in team.members]) == (False, [kim])


def test_two_teams_of_one_name_are_refused(world: World, ada: Browser) -> None:
    answer = ada.submit("/settings/teams/new", "/settings/teams", name="Support")
    assert answer.status_code == 422
    assert "already" in answer.text
    page = f"/settings/teams/{world.network.id}"
    world.session.rollback()
    assert ada.submit(page, page, name="Support").status_code == 422


def test_markup_is_text(world: World, ada: Browser) -> None:
    failed = ada.submit("/settings/agents/new", "/settings/agents", name=NASTY, email=NASTY)
    assert failed.status_code == 422
    ada.submit("/settings/agents/new", "/settings/agents", name=NASTY, email="x@northwind.example")
    ada.submit("/settings/teams/new", "/settings/teams", name=NASTY)
    ada.submit("/settings/services/new", "/settings/services", name=NASTY, description=NASTY, owner=NASTY)
    ada.submit("/settings/categories", "/settings/categories", name=NASTY)
    for page in ("agents", "teams", "services", "categories", "agents/5", "teams/4", "services/4", "categories/4"):
        html = ada.text(f"/settings/{page}")
        assert "<script>alert" not in html
        assert "<img src=x" not in html
    assert "<script>alert" not in failed.text


def test_long_lists_take_few_statements(world: World, ada: Browser, statements: Statements) -> None:
    for number in range(20):
        team = Team(name=f"Team {number}")
        email = f"agent{number}@northwind.example"
        world.session.add(Agent(name=f"Agent {number}", email=email, created_at=world.at, teams=[team]))
    world.session.commit()
    for page in ("agents", "teams", "services", "mailboxes", "categories"):
        with statements as said:
            ada.text(f"/settings/{page}")
        assert len(said) <= 8, (page, said)
        said.clear()
