"""Working on one record together, on its page: tags, watchers, mentions, tasks, fields and time, each by its form."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.incidents.checklists import Checklist
from helpdesk.incidents.custom_fields import CustomField
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.merge import merge
from helpdesk.incidents.tags import set_tags
from helpdesk.incidents.tasks import Plan, Task, add_task
from helpdesk.incidents.time_spent import spend
from helpdesk.incidents.watching import watch, watchers_of
from helpdesk.worker.schedule import remind_of_tasks
from tests.web.conftest import Browser, Statements, form_in
from tests.world import World

SITES = [{"key": "rome", "label": "Rome"}, {"key": "oslo", "label": "Oslo"}]


@pytest.fixture
def incident(world: World) -> Incident:
    made = world.report("No tunnel", service=world.vpn, category=world.printing)
    world.session.commit()
    return made


def fresh(world: World) -> World:
    world.session.expire_all()
    return world


def test_tags_are_put_on_and_taken_off_in_one_form(kim: Browser, world: World, incident: Incident) -> None:
    answer = kim.submit("/incidents/1/tags", "/incidents/1/tags", more="rome, <b>vpn</b>")
    assert answer.status_code == 303
    page = kim.text("/incidents/1")
    assert "&lt;b&gt;vpn&lt;/b&gt;" in page
    assert "put on <b>&lt;b&gt;vpn&lt;/b&gt;, rome</b>" in page
    assert '<option value="rome">' not in kim.text("/incidents/1/tags")
    kim.submit("/incidents/1/tags", "/incidents/1/tags", kept=["rome"], more="")
    assert "took off" in kim.text("/incidents/1")
    assert kim.submit("/incidents/1/tags", "/incidents/1/tags", more="x" * 61).status_code == 422
    assert fresh(world).session.get(Incident, 1).subject == "No tunnel"


def test_two_agents_who_tag_at_once_see_each_other(browse: Callable[[str], Browser], incident: Incident) -> None:
    kim, sam = browse("kim"), browse("sam")
    before = sam.form("/incidents/1/tags", "/incidents/1/tags")
    kim.submit("/incidents/1/tags", "/incidents/1/tags", more="rome")
    answer = sam.send("/incidents/1/tags", before, more="oslo")
    assert answer.status_code == 409
    assert "Kim Novak" in answer.text
    sam.send("/incidents/1/tags", form_in(answer.text, "/incidents/1/tags"), kept=["rome"], more="oslo")
    page = kim.text("/incidents/1")
    assert all(f">{name}</a>" in page for name in ("rome", "oslo"))


def test_the_queue_shows_tags_and_is_narrowed_by_them(kim: Browser, world: World, incident: Incident) -> None:
    other = world.report("Something else")
    set_tags(incident, ["a", "b", "c", "d", "e"], by=world.kim.actor(), at=world.at)
    watch(other, world.kim, by=world.kim.actor(), at=world.at)
    world.session.commit()
    rows = kim.text("/queue")
    assert rows.count('class="tag tint-') == 3
    assert 'title="d, e">+2' in rows
    tagged, watched, nobody = (kim.text(f"/queue?{asked}") for asked in ("tag=E", "watched=1", "tag=nothing"))
    assert "No tunnel" in tagged
    assert "Something else" not in tagged
    assert "Something else" in watched
    assert "No tunnel" not in watched
    assert "Nothing fits" in nobody


def test_watching_by_a_button_and_undone(kim: Browser, world: World, incident: Incident) -> None:
    kim.submit("/incidents/1", "/incidents/1/watchers/mine")
    assert "You watch INC-1." in kim.text("/incidents/1")
    assert watchers_of(fresh(world).session, world.session.get(Incident, 1)) == [world.kim]
    kim.submit("/incidents/1", "/incidents/1/watchers/mine/end")
    assert watchers_of(fresh(world).session, world.session.get(Incident, 1)) == []


def test_a_colleague_watches_if_they_may_see_it(browse: Callable[[str], Browser], world: World) -> None:
    secret = world.private_report()
    open_one = world.report()
    world.session.commit()
    petra = browse("petra")
    url = f"/incidents/{open_one.id}/watchers"
    assert petra.submit(url, url, agent=str(world.kim.id)).status_code == 303
    assert watchers_of(fresh(world).session, open_one) == [world.kim]
    url = f"/incidents/{secret.id}/watchers"
    assert ">Kim Novak</option>" not in petra.text(url)
    refused = petra.submit(url, url, agent=str(world.kim.id))
    assert refused.status_code == 422
    assert "Kim Novak may not see INC-1: it is private to Personnel." in refused.text
    assert browse("kim").get(url).status_code == 404


def test_a_note_mentions_and_says_who_was_not_told(browse: Callable[[str], Browser], world: World) -> None:
    secret = world.private_report()
    world.session.commit()
    petra, url = browse("petra"), f"/incidents/{secret.id}"
    petra.submit(url, f"{url}/notes", text="@sam, and `@kim` <script>", kind="note")
    page = petra.text(url)
    assert '<mark class="mention">@sam</mark>' in page
    assert "Not told, since they may not see INC-1: Sam Okafor." in page
    assert "<script>" not in page.partition('class="thread"')[2].partition("composer")[0]


def test_whom_one_may_mention_is_who_may_see_it(browse: Callable[[str], Browser], world: World) -> None:
    secret = world.private_report()
    world.report()
    world.session.commit()
    kim, petra = browse("kim"), browse("petra")
    assert kim.get("/incidents/2/colleagues?q=no").json == [{"name": "Kim Novak", "handle": "Kim", "kind": "agent"}]
    assert [one["name"] for one in kim.get("/incidents/2/colleagues?q=net").json] == ["Network"]
    assert kim.get("/incidents/2/colleagues?q=personnel").json == []
    assert [one["name"] for one in petra.get(f"/incidents/{secret.id}/colleagues?q=").json] == [
        "Petra Weiss",
        "Personnel",
    ]
    assert kim.get(f"/incidents/{secret.id}/colleagues?q=").status_code == 404
    assert "<code>@Kim</code>" in kim.text("/incidents/2/colleagues")


def test_tasks_are_added_ticked_twice_and_undone(kim: Browser, world: World, incident: Incident) -> None:
    url = "/incidents/1/tasks/new"
    kim.submit(url, url, title="Call <the> supplier", assignee=str(world.kim.id), due="2026-03-02T12:00")
    page = kim.text("/incidents/1")
    assert "Call &lt;the&gt; supplier" in page
    assert "0 of 1" in page
    stale = form_in(page, "/incidents/1/tasks/1/completion")
    kim.send("/incidents/1/tasks/1/completion", stale)
    kim.send("/incidents/1/tasks/1/completion", stale)
    page = kim.text("/incidents/1")
    assert "1 of 1" in page
    assert "Kim Novak did this already" in page
    assert page.count("</b> did <b>Call") == 1
    kim.submit("/incidents/1", "/incidents/1/tasks/1/completion/withdrawal")
    assert "0 of 1" in kim.text("/incidents/1")
    assert kim.submit(url, url, title=" ").status_code == 422
    assert kim.submit(url, url, title="x", due="soon").status_code == 422


def test_a_tick_by_htmx_brings_the_cards_anew(kim: Browser, world: World, incident: Incident) -> None:
    add_task(incident, Plan("Look"), by=world.kim.actor(), at=world.at)
    world.session.commit()
    form = kim.form("/incidents/1", "/incidents/1/tasks/1/completion")
    answer = kim.client.post("/incidents/1/tasks/1/completion", data=form, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "1 of 1" in answer.text
    assert "Done: Look" in answer.text
    assert 'action="/incidents/1/tasks/1/completion/withdrawal"' in answer.text


def test_the_list_of_an_incident_moves_changes_and_removes(kim: Browser, world: World, incident: Incident) -> None:
    for title in ("one", "two"):
        add_task(incident, Plan(title), by=world.kim.actor(), at=world.at)
    world.session.commit()
    page = "/incidents/1/tasks"
    kim.submit(page, f"{page}/2/place")
    shown = kim.text(page)
    assert shown.index(">two</a>") < shown.index(">one</a>")
    kim.submit(f"{page}/1", f"{page}/1", title="uno", team=str(world.network.id))
    assert "gave the task <b>uno</b> to Network" in kim.text("/incidents/1")
    kim.submit(page, f"{page}/1/removal")
    shown = kim.text(page)
    assert ">uno</a>" not in shown
    kim.send(f"{page}/1/removal/withdrawal", form_in(shown, f"{page}/1/removal/withdrawal"))
    assert ">uno</a>" in kim.text(page)


def test_my_tasks_and_no_way_to_tick_those_of_others_incidents(browse: Callable[[str], Browser], world: World) -> None:
    incident, secret = world.report(), world.private_report()
    add_task(incident, Plan("Mine", world.kim), by=world.kim.actor(), at=world.at)
    add_task(incident, Plan("Ours", None, world.support), by=world.kim.actor(), at=world.at)
    hidden = add_task(secret, Plan("Theirs", world.petra), by=world.petra.actor(), at=world.at)
    world.session.commit()
    kim = browse("kim")
    page = kim.text("/tasks")
    assert "Mine" in page
    assert "Ours" in page
    assert "Theirs" not in page
    kim.submit("/tasks", "/incidents/1/tasks/1/completion")
    assert world.session.get(Task, 1, populate_existing=True).done_by == "Kim Novak"
    for number in (incident.id, secret.id):
        assert kim.post(f"/incidents/{number}/tasks/{hidden.id}/completion").status_code == 404
    merge(world.session, secret, world.private_report("Two"), by=world.petra.actor(), at=world.at)
    world.session.commit()
    assert kim.post(f"/incidents/{incident.id}/tasks/{hidden.id}/completion").status_code == 404


def test_a_list_holds_up_the_resolution_until_it_is_done(kim: Browser, world: World, incident: Incident) -> None:
    world.session.add(Checklist(name="Printers", items=["Note the page count"], required_for="resolved"))
    world.session.commit()
    kim.submit("/incidents/1/checklists", "/incidents/1/checklists", checklist="1")
    said = {"code": "fixed", "cause": "Toner", "text": "New toner"}
    refused = kim.submit("/incidents/1/resolution", "/incidents/1/resolution", **said)
    assert refused.status_code == 422
    assert "“Note the page count”" in refused.text
    kim.submit("/incidents/1", "/incidents/1/tasks/1/completion")
    assert kim.submit("/incidents/1/resolution", "/incidents/1/resolution", **said).status_code == 303


def test_a_late_task_is_told_of_by_the_clock(app: Flask, kim: Browser, world: World, incident: Incident) -> None:
    add_task(incident, Plan("Look", world.sam, due_at=world.at), by=world.kim.actor(), at=world.at)
    world.session.commit()
    remind_of_tasks(app)
    remind_of_tasks(app)
    page = kim.text("/incidents/1")
    assert page.count("A task was not done in time: <b>Look</b>") == 1
    assert "late since" in page


def test_fields_are_filled_in_with_what_hangs_on_them(kim: Browser, world: World, incident: Incident) -> None:
    world.session.add_all(
        [
            CustomField(key="site", label="Site", type="choice", options=SITES, in_queue_filter=True, position=1),
            CustomField(key="room", label="Room", shown_when_key="site", shown_when_value="rome", position=2),
            CustomField(
                key="rack", label="Rack", type="number", unit="U", category_ids=[world.hardware.id], position=3
            ),
            CustomField(key="badge", label="Badge", category_ids=[world.access.id], position=4),
            CustomField(key="parts", label="Parts", type="choices", options=SITES, in_queue_filter=True, position=5),
        ]
    )
    world.session.commit()
    url = "/incidents/1/fields"
    form = kim.text(url)
    assert "Only where “Site” is “Rome”." in form
    assert "Badge" not in form
    wrong = kim.submit(url, url, **{"custom-rack": "many", "custom-site": "rome"})
    assert wrong.status_code == 422
    assert "Write a number such as 12" in wrong.text
    filled = {"custom-site": "oslo", "custom-room": "12", "custom-rack": "2,5", "custom-parts": ["rome", "oslo"]}
    assert kim.submit(url, url, **filled).status_code == 303
    # The room hangs on another site, so what was typed there is left out.
    stored = {"site": "oslo", "rack": 2.5, "parts": ["oslo", "rome"]}
    assert fresh(world).session.get(Incident, 1).custom == stored
    page = kim.text("/incidents/1")
    assert "2.5 U" in page
    assert "Oslo, Rome" in page
    for asked, is_there in (("site:oslo", True), ("site:rome", False), ("parts:rome", True), ("x:'\"y", False)):
        assert ("No tunnel" in kim.client.get("/queue", query_string={"choice": asked}).text) is is_there


def test_a_new_incident_asks_what_its_category_asks(kim: Browser, world: World) -> None:
    for key, more in (("site", {}), ("rack", {"category_ids": [world.hardware.id]}), ("none", {"on_new_form": False})):
        world.session.add(CustomField(key=key, label=key.capitalize(), **{"on_new_form": True, **more}))
    world.session.commit()
    page = kim.text("/incidents/new")
    assert f'data-shown-categories="{world.hardware.id},{world.printing.id}"' in page
    assert "custom-none" not in page
    said = {
        "address": "mia@northwind.example",
        "subject": "Screen",
        "text": "Dark",
        "custom-site": "Rome",
        "custom-rack": "7",
    }
    kim.submit("/incidents/new", "/incidents", **said)
    kim.submit("/incidents/new", "/incidents", **said, category=str(world.printing.id))
    values = [one.custom for one in world.session.scalars(select(Incident).order_by(Incident.id))]
    assert values == [{"site": "Rome"}, {"site": "Rome", "rack": "7"}]


def test_the_public_form_asks_what_was_chosen_for_it(
    browse: Callable[[str], Browser], app: Flask, world: World
) -> None:
    world.session.add_all(
        [
            CustomField(key="floor", label="Floor", type="number", on_public_form=True),
            CustomField(key="cost", label="Cost centre"),
        ]
    )
    world.session.commit()
    stranger, url = browse(""), "/support/report"
    assert "Cost centre" not in stranger.text(url)
    said = {"name": "Mia", "address": "mia@northwind.example", "subject": "Dark", "text": "It is dark."}
    wrong = stranger.submit(url, url, **said, **{"custom-floor": "high up"})
    assert wrong.status_code == 422
    assert 'value="high up"' in wrong.text
    assert stranger.submit(url, url, **said, **{"custom-floor": "4"}).status_code == 303
    assert world.session.scalars(select(Incident)).one().custom == {"floor": 4}


def test_time_is_written_with_a_note_or_by_itself_and_crossed_out(
    browse: Callable[[str], Browser], world: World, incident: Incident
) -> None:
    kim = browse("kim")
    url = "/incidents/1/time/new"
    kim.submit(url, url, minutes="1h 5m", note="Drove there")
    kim.submit("/incidents/1", "/incidents/1/notes", text="Looked", minutes="25")
    page = kim.text("/incidents/1")
    assert "1 h 30 min" in page
    assert "spent <b>1 h 5 min</b>: Drove there" in page
    refused = kim.submit("/incidents/1", "/incidents/1/notes", text="Kept text", minutes="soon")
    assert refused.status_code == 422
    assert "Kept text" in refused.text
    assert 'value="soon"' in refused.text
    kim.submit("/incidents/1/time", "/incidents/1/time/1/removal")
    assert "25 min in all" in kim.text("/incidents/1/time")
    assert browse("sam").post("/incidents/1/time/2/removal").status_code == 403


def test_all_of_it_costs_one_statement_more(kim: Browser, world: World, statements: Statements) -> None:
    world.session.add(CustomField(key="site", label="Site", category_ids=[world.hardware.id]))
    incident = world.report(category=world.printing)
    world.session.commit()

    def cost() -> int:
        kim.text("/incidents/1")
        statements.said.clear()
        with statements:
            kim.text("/incidents/1")
        return len(statements.said)

    before = cost()
    by = world.kim.actor()
    set_tags(incident, ["a", "b"], by=by, at=world.at)
    for number in range(20):
        add_task(incident, Plan(f"Task {number}", world.sam, due_at=world.at + timedelta(days=1)), by=by, at=world.at)
    watch(incident, world.kim, by=by, at=world.at)
    spend(incident, 20, agent=world.kim, by=by, at=world.at)
    world.session.commit()
    assert cost() == before
    assert sum("json_object" in one for one in statements.said) == 1


def test_what_is_empty_is_not_in_the_way(kim: Browser, incident: Incident) -> None:
    page = kim.text("/incidents/1")
    assert "panel-time" not in page
    assert "panel-fields" not in page
