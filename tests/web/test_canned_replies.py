"""Canned replies: who has which, what is refused, and how they get into what is written."""

import re
from collections.abc import Callable

import pytest

from helpdesk.incidents.canned_replies import CannedReply, CannedReplyUse
from helpdesk.people.agent import Agent
from helpdesk.people.permissions import Role
from tests.web.conftest import Browser, form_in
from tests.world import World

TEXT = "Hello {requester_first_name},\n\nabout **{number}**: {subject}.\n\n{agent}"


def add(browser: Browser, *, name: str = "Hello", audience: str = "me", text: str = TEXT, **more: str) -> int:
    fields = {"name": name, "audience": audience, "text": text, **more}
    answer = browser.submit("/canned-replies/new", "/canned-replies", **fields)
    assert answer.status_code == 303, answer.text
    return max(int(number) for number in re.findall(r'data-row="/canned-replies/(\d+)"', browser.text(answer.location)))


def offered(browser: Browser, incident: int) -> list[dict[str, str]]:
    answer = browser.get(f"/incidents/{incident}/canned-replies")
    assert answer.status_code == 200
    return answer.json


def test_it_is_filled_in_for_the_incident(kim: Browser, world: World) -> None:
    incident = world.report("Paper jam").id
    world.session.commit()
    add(kim, shortcut="/Hi")
    [one] = offered(kim, incident)
    assert (one["name"], one["shortcut"]) == ("Hello", "hi")
    assert one["text"] == f"Hello Mia,\n\nabout **INC-{incident}**: Paper jam.\n\nKim Novak"


def test_the_requester_is_answered_in_their_language(kim: Browser, world: World) -> None:
    world.mia.language = "de-AT"
    incident = world.report().id
    world.session.commit()
    add(kim, text_de="Guten Tag {requester}")
    assert offered(kim, incident)[0]["text"] == f"Guten Tag {world.mia.name}"


def test_what_is_for_oneself_is_not_there_for_others(browse: Callable[[str], Browser], world: World) -> None:
    incident = world.report().id
    world.session.commit()
    number = add(browse("kim"))
    for name in ("sam", "ada"):
        assert offered(browse(name), incident) == []
        assert browse(name).get(f"/canned-replies/{number}").status_code == 404
        assert browse(name).post(f"/canned-replies/{number}/removal").status_code == 404
        assert browse(name).post(f"/canned-replies/{number}/copy").status_code == 404


def test_a_team_has_what_is_for_it_and_only_its_owner_changes_it(
    browse: Callable[[str], Browser], world: World
) -> None:
    world.support.members.append(world.petra)
    incident = world.report().id
    world.session.commit()
    number = add(browse("kim"), audience=f"team:{world.support.id}")
    assert len(offered(browse("petra"), incident)) == 1
    assert offered(browse("sam"), incident) == []
    assert "Copy it to change it" in browse("petra").text(f"/canned-replies/{number}")
    assert browse("petra").post(f"/canned-replies/{number}", name="Mine").status_code == 403
    assert browse("petra").post(f"/canned-replies/{number}/removal").status_code == 403
    assert browse("petra").post(f"/canned-replies/{number}/copy").status_code == 303
    assert {one["name"] for one in offered(browse("petra"), incident)} == {"Hello", "Hello (copy)"}
    # The right to share makes nobody a member.
    assert browse("sam").get(f"/canned-replies/{number}").status_code == 404


@pytest.mark.parametrize("audience", ["all", "team:{network}", "team:{personnel}", "team:99999", "team:", "x"])
def test_nobody_shares_further_than_they_may(kim: Browser, world: World, audience: str) -> None:
    wanted = audience.format(network=world.network.id, personnel=world.personnel.id)
    form = kim.form("/canned-replies/new", "/canned-replies")
    answer = kim.send("/canned-replies", form, name="Hello", audience=wanted, text="Hello")
    assert answer.status_code == 422
    assert world.session.query(CannedReply).count() == 0


def test_who_may_share_writes_for_everybody(browse: Callable[[str], Browser], world: World) -> None:
    world.session.get_one(Agent, world.sam.id).role = Role.LEAD.value
    incident = world.report().id
    world.session.commit()
    number = add(browse("sam"), audience="all")
    assert len(offered(browse("kim"), incident)) == 1
    assert (
        browse("ada").submit(f"/canned-replies/{number}", f"/canned-replies/{number}", name="Better").status_code == 303
    )
    assert offered(browse("kim"), incident)[0]["name"] == "Better"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": "Dear {requestor}"}, "Did you mean {requester}?"),
        ({"text": "Dear {xyzzy}"}, "There is no variable {xyzzy}"),
        ({"text_fr": "Cher {nom}"}, "There is no variable {nom}"),
        ({"text": " "}, "Write the text"),
        ({"text": "x" * 20_001}, "20,000 characters"),
        ({"shortcut": "two words"}, "A shortcut is one word"),
        ({"name": ""}, "Give it a name"),
    ],
)
def test_what_can_t_be_is_told_and_kept(kim: Browser, world: World, fields: dict[str, str], said: str) -> None:
    given = {"name": "Hello", "audience": "me", "text": "Hello {requester}", **fields}
    answer = kim.submit("/canned-replies/new", "/canned-replies", **given)
    assert answer.status_code == 422
    assert said in answer.text
    assert world.session.query(CannedReply).count() == 0


def test_without_a_script_it_joins_what_was_typed(kim: Browser, world: World) -> None:
    incident = world.report("Paper jam").id
    world.session.commit()
    number = add(kim, text="Please restart {subject}.")
    page, insert = f"/incidents/{incident}", f"/incidents/{incident}/canned-replies"
    first = kim.submit(page, insert, kind="note", text="Half a sentence")
    assert first.status_code == 200
    assert ">Half a sentence</textarea>" in first.text
    again = kim.send(insert, form_in(first.text, insert), canned_choice=str(number))
    assert ">Half a sentence\n\nPlease restart Paper jam.</textarea>" in again.text
    sent = kim.send(f"/incidents/{incident}/notes", form_in(again.text, insert))
    assert sent.status_code == 303
    assert [use.canned_reply_id for use in world.session.query(CannedReplyUse)] == [number]
    assert re.search(r'data-label="Used">1<', kim.text("/canned-replies"))


def test_what_was_written_before_a_variable_went_says_so(kim: Browser, world: World) -> None:
    incident = world.report().id
    world.session.commit()
    number = add(kim)
    world.session.get_one(CannedReply, number).text = "Dear {customer}"
    world.session.commit()
    assert "There is no variable {customer}" in offered(kim, incident)[0]["problem"]
    assert "It can’t be used as it is" in kim.text(f"/canned-replies/{number}")
    action = f"/incidents/{incident}/canned-replies"
    answer = kim.submit(f"/incidents/{incident}", action, text="Mine", canned_choice=str(number))
    assert answer.status_code == 422
    assert ">Mine</textarea>" in answer.text


def test_uses_of_others_replies_are_not_made_up(browse: Callable[[str], Browser], world: World) -> None:
    incident = world.report().id
    world.session.commit()
    number = add(browse("sam"))
    answer = browse("kim").submit(
        f"/incidents/{incident}", f"/incidents/{incident}/notes", text="A note", canned=[str(number), "x", "9" * 30]
    )
    assert answer.status_code == 303
    assert world.session.query(CannedReplyUse).count() == 0
