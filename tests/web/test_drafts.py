"""Drafts on the server: they come back anywhere, never overwrite each other, and are shared only when asked to."""

from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from helpdesk.incidents.incident import Incident
from helpdesk.incidents.reply_drafts import ReplyDraft
from tests.web.conftest import Browser
from tests.world import World


@pytest.fixture
def incident(world: World) -> int:
    number = world.report().id
    world.session.commit()
    return number


def keep(browser: Browser, number: int, text: str, version: int | None = None, **fields: object) -> TestResponse:
    form = browser.form(f"/incidents/{number}", f"/incidents/{number}/replies")
    given = {**form, "text": text, **fields}
    if version is not None:
        given["draft_version"] = str(version)
    return browser.client.post(f"/incidents/{number}/draft", data=given)


def share(browser: Browser, number: int, text: str = "Half an answer") -> int:
    form = browser.form(f"/incidents/{number}", f"/incidents/{number}/replies")
    answer = browser.send(f"/incidents/{number}/draft/sharing", form, text=text, share="1")
    assert answer.status_code == 303
    return number


def drafts(world: World) -> list[tuple[int, str]]:
    world.session.expire_all()
    found = world.session.query(ReplyDraft).order_by(ReplyDraft.id)
    return [(one.agent_id, one.text) for one in found]


def test_it_comes_back_with_all_that_was_chosen(kim: Browser, world: World, incident: int) -> None:
    kept = keep(kim, incident, "Half a sentence", next_state="wait", cc=["omar@northwind.example"], kind="reply")
    assert kept.json == {"version": 1, "id": 1}
    page = kim.text(f"/incidents/{incident}")
    assert ">Half a sentence</textarea>" in page
    form = kim.form(f"/incidents/{incident}", f"/incidents/{incident}/replies")
    assert (form["draft_version"], form["next_state"]) == (["1"], ["wait"])
    assert "Half a sentence" in kim.text("/drafts")


def test_a_note_stays_a_note(kim: Browser, incident: int) -> None:
    keep(kim, incident, "For us", kind="note")
    form = kim.form(f"/incidents/{incident}", f"/incidents/{incident}/notes")
    assert (form["kind"], form["text"]) == (["note"], ["For us"])


def test_a_newer_one_is_not_overwritten(kim: Browser, world: World, incident: int) -> None:
    keep(kim, incident, "First", version=0)
    assert keep(kim, incident, "From the one tab", version=1).json["version"] == 2
    clash = keep(kim, incident, "From the other tab", version=1)
    assert clash.status_code == 409
    assert (clash.json["version"], clash.json["text"]) == (2, "From the one tab")
    assert keep(kim, incident, "", version=1).status_code == 409
    assert drafts(world) == [(world.kim.id, "From the one tab")]
    assert keep(kim, incident, "From the other tab", version=2).json["version"] == 3


def test_the_same_again_is_no_change_and_nothing_ends_it(kim: Browser, world: World, incident: int) -> None:
    keep(kim, incident, "First")
    assert keep(kim, incident, "First", version=0).json["version"] == 1
    assert keep(kim, incident, "  ", version=1).json["version"] == 0
    assert drafts(world) == []
    assert keep(kim, incident, "").json["version"] == 0


@pytest.mark.parametrize("what", ["notes", "replies"])
def test_sending_ends_it_and_a_late_saving_brings_none_back(
    kim: Browser, world: World, incident: int, what: str
) -> None:
    keep(kim, incident, "Ready to go", kind=what[:-1] if what == "notes" else "reply")
    form = kim.form(f"/incidents/{incident}", f"/incidents/{incident}/{what}")
    assert kim.send(f"/incidents/{incident}/{what}", form).status_code == 303
    assert drafts(world) == []
    late = kim.client.post(f"/incidents/{incident}/draft", data={**form, "text": "Ready to g"})
    assert late.status_code == 410
    assert drafts(world) == []


def test_what_was_not_taken_leaves_it(kim: Browser, world: World, incident: int) -> None:
    keep(kim, incident, "Ready")
    answer = kim.submit(f"/incidents/{incident}", f"/incidents/{incident}/replies", leaves="chosen", leaves_at="x")
    assert answer.status_code == 422
    assert 'name="draft_version" value="1"' in answer.text
    assert drafts(world) == [(world.kim.id, "Ready")]


def test_what_another_tab_went_on_with_stays(kim: Browser, world: World, incident: int) -> None:
    form = kim.form(f"/incidents/{incident}", f"/incidents/{incident}/notes")
    keep(kim, incident, "A long answer that is not done")
    assert kim.send(f"/incidents/{incident}/notes", form, text="A quick note", kind="note").status_code == 303
    assert drafts(world) == [(world.kim.id, "A long answer that is not done")]


def test_it_is_nobody_elses(browse: Callable[[str], Browser], world: World, incident: int) -> None:
    keep(browse("kim"), incident, "Secret thoughts")
    for name in ("sam", "ada"):
        assert "Secret thoughts" not in browse(name).text(f"/incidents/{incident}")
        assert "Secret thoughts" not in browse(name).text("/drafts")
        assert browse(name).get("/drafts/1").status_code == 404
        for deed in ("/drafts/1", "/drafts/1/owner"):
            assert browse(name).post(deed, text="Mine", version="1").status_code == 404


def test_of_what_one_may_not_see_any_more_nothing_is_shown(
    browse: Callable[[str], Browser], world: World, incident: int
) -> None:
    kim, sam = browse("kim"), browse("sam")
    keep(kim, incident, "Half an answer")
    form = kim.form(f"/incidents/{incident}", f"/incidents/{incident}/replies")
    share(sam, incident, "Shared words")
    found = world.session.get_one(Incident, incident)
    found.assign(None, world.personnel, by=world.petra.actor(), at=world.at)
    world.session.commit()
    for one in (kim, sam):
        assert "answer" not in one.text("/drafts")
        assert one.get("/drafts/2").status_code == 404
    assert kim.client.post(f"/incidents/{incident}/draft", data={**form, "text": "More"}).status_code == 404
    assert "Shared words" in browse("petra").text(f"/incidents/{incident}")


def test_a_shared_one_is_edited_together(browse: Callable[[str], Browser], world: World, incident: int) -> None:
    kim, sam = browse("kim"), browse("sam")
    share(kim, incident)
    assert "Kim Novak’s draft" in sam.text(f"/incidents/{incident}")
    stale = sam.form("/drafts/1", "/drafts/1")
    assert sam.submit("/drafts/1", "/drafts/1", text="A whole answer").status_code == 303
    clash = sam.send("/drafts/1", stale, text="Another answer")
    assert clash.status_code == 409
    assert "A whole answer" in clash.text
    assert "Another answer</textarea>" in clash.text
    told = keep(kim, incident, "Half an answer, and more", version=1)
    assert (told.status_code, told.json["writers"]) == (409, ["Sam Okafor"])
    sent = kim.submit(f"/incidents/{incident}", f"/incidents/{incident}/replies")
    assert sent.status_code == 303
    assert "drafted with Sam Okafor" in kim.text(f"/incidents/{incident}")


def test_a_shared_one_is_taken_over(browse: Callable[[str], Browser], world: World, incident: int) -> None:
    kim, sam = browse("kim"), browse("sam")
    share(kim, incident)
    keep(sam, incident, "Mine as well")
    assert "yourself" in sam.client.get(sam.post("/drafts/1/owner").location).text
    keep(sam, incident, "", version=1)
    assert sam.post("/drafts/1/owner").status_code == 303
    assert ">Half an answer</textarea>" in sam.text(f"/incidents/{incident}")
    assert "Half an answer" not in kim.text(f"/incidents/{incident}")
    assert sam.submit(f"/incidents/{incident}", f"/incidents/{incident}/replies").status_code == 303
    assert "drafted with Kim Novak" in sam.text(f"/incidents/{incident}")
    assert drafts(world) == []


def test_it_is_unshared_and_discarded(browse: Callable[[str], Browser], world: World, incident: int) -> None:
    kim, sam = browse("kim"), browse("sam")
    share(kim, incident)
    form = kim.form(f"/incidents/{incident}", f"/incidents/{incident}/replies")
    kim.send(f"/incidents/{incident}/draft/sharing", form, share="0")
    assert "Half an answer" not in sam.text(f"/incidents/{incident}")
    assert kim.submit("/drafts", f"/incidents/{incident}/draft/removal").status_code == 303
    assert drafts(world) == []


def test_nothing_is_shared_of_nothing(kim: Browser, incident: int) -> None:
    form = kim.form(f"/incidents/{incident}", f"/incidents/{incident}/replies")
    answer = kim.send(f"/incidents/{incident}/draft/sharing", form, share="1", text="")
    assert "nothing to share" in kim.client.get(answer.location).text


@pytest.mark.parametrize("fields", [{"text": "x" * 200_001}, {"text": "a\0b", "to": ["y" * 900] * 90}])
def test_far_too_much_is_refused_or_cut(kim: Browser, world: World, incident: int, fields: dict[str, object]) -> None:
    answer = keep(kim, incident, **fields)  # type: ignore[arg-type]
    assert answer.status_code in (200, 422)
    assert kim.get(f"/incidents/{incident}").status_code == 200
    for one in world.session.query(ReplyDraft):
        assert len(str(one.fields)) < 50 * 410


def test_it_follows_into_what_goes_on(kim: Browser, world: World, incident: int) -> None:
    other = world.report("The same").id
    world.session.commit()
    keep(kim, incident, "Begun on the duplicate")
    world.session.get_one(Incident, incident).merged_into_id = other
    world.session.commit()
    assert ">Begun on the duplicate</textarea>" in kim.text(f"/incidents/{other}")
    assert kim.submit(f"/incidents/{other}", f"/incidents/{other}/notes", kind="note").status_code == 303
    assert drafts(world) == []
