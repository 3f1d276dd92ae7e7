"""The pages of categories, causes and services, and the cause that is chosen where an incident is resolved."""

from collections.abc import Callable

import pytest

from helpdesk.services import make_category
from helpdesk.services.causes import make_cause
from tests.web.conftest import Browser
from tests.world import World

FIX = {"code": "fixed", "cause": "Worn cable", "text": "Took a new cable"}


@pytest.fixture
def ada(browse: Callable[[str], Browser]) -> Browser:
    return browse("ada")


def fresh(world: World) -> World:
    world.session.rollback()
    world.session.expire_all()
    return world


@pytest.mark.parametrize("tree", ["categories", "causes"])
def test_a_node_is_added_merged_and_taken_up_again(ada: Browser, world: World, tree: str) -> None:
    page = f"/settings/{tree}"
    assert ada.submit(page, page, name="Cables", parent_id="0").status_code == 303
    assert ada.submit(page, page, name="Wires", parent_id="0").status_code == 303
    rows = ada.text(page).split(f'data-row="{page}/')[1:]
    one, other = (next(int(row.partition('"')[0]) for row in rows if name in row) for name in ("Cables", "Wires"))
    assert ada.submit(f"{page}/{one}", f"{page}/{one}/merge", into=str(other)).status_code == 303
    assert "Merged" in ada.text(page)
    assert "Wires stands in its place" in ada.text(f"{page}/{one}")
    assert ada.submit(f"{page}/{one}", f"{page}/{one}", name="Cables", in_use="y").status_code == 303
    assert "Merged" not in ada.text(page)
    assert ada.submit(page, page, name="A › B").status_code == 422


def test_counts_show_what_the_viewer_may_see(ada: Browser, world: World) -> None:
    world.report(category=world.printing)
    world.private_report(category=world.printing)  # type: ignore[arg-type]
    world.session.commit()
    row = ada.text("/settings/categories").partition('aria-label="Hardware › Printing"')[2]
    assert row.partition('data-label="In 90 days">')[2].partition("<")[0] == "1"


def test_hundreds_of_categories_with_long_names(ada: Browser, kim: Browser, world: World) -> None:
    for number in range(300):
        make_category(world.session, f"{'Long name ' * 9}{number}", world.hardware)
    world.session.commit()
    assert ada.text("/settings/categories").count("data-row=") == 303
    assert kim.get("/incidents/new").status_code == 200


def test_the_cause_is_chosen_where_it_is_resolved_and_shown(kim: Browser, world: World) -> None:
    incident = world.report(category=world.printing)
    world.session.commit()
    page = f"/incidents/{incident.id}/resolution"
    assert "cause_id" not in kim.form(page, page)
    power = make_cause(world.session, "Power", make_cause(world.session, "Hardware"))
    world.session.commit()
    assert kim.submit(page, page, **FIX, cause_id=str(power.id)).status_code == 303
    fresh(world)
    assert (incident.cause_chosen, incident.category) == (power, world.printing)
    assert "<b>Kind of cause.</b> Hardware › Power" in kim.text(f"/incidents/{incident.id}")


def test_a_service_is_owned_by_an_agent_a_team_or_somebody_else(ada: Browser, world: World) -> None:
    page = f"/settings/services/{world.vpn.id}"
    for sent, name in (
        ({"owner_key": f"agent-{world.sam.id}", "owner": "ignored"}, "Sam Okafor"),
        ({"owner_key": f"team-{world.network.id}"}, "Network"),
        ({"owner_key": "", "owner": "The landlord"}, "The landlord"),
    ):
        assert ada.submit(page, page, **sent).status_code == 303
        assert fresh(world).vpn.owner_name == name
        assert name in ada.text("/settings/services")
    assert ada.submit(page, page, owner_key="agent-99").status_code == 422


def test_trees_are_the_administrators(kim: Browser) -> None:
    for path in ("categories", "causes", "categories/1", "causes/1"):
        assert kim.get(f"/settings/{path}").status_code == 403
    for path in ("categories", "causes", "categories/1/merge", "causes/1/merge"):
        assert kim.post(f"/settings/{path}").status_code == 403
