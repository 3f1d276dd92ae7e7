"""Reading mail and merging in a real browser: the original in its frame, remembered; two incidents made one, undone."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, Request, expect

from helpdesk.incidents.opening import open_incident
from helpdesk.incidents.thread import Words
from helpdesk.people.requester import known_requester
from tests.peers.desk import Desk

HTML = (
    '<p>Good <b>morning</b></p><img src="https://tracker.example/pixel.gif" width="400" height="900">'
    "<script>document.title='run'</script>"
)


def reported(desk: Desk, name: str, subject: str, words: Words) -> int:
    """The number of a new incident by this requester."""
    with desk.session() as session:
        # Long ago, so that it stands below those of the other files.
        at = datetime.now(UTC) - timedelta(days=30)
        who = known_requester(session, f"{name.lower()}@reading.example", name, at=at)
        made, _ = open_incident(session, who, subject, words, source="mail", by=who.actor(), at=at)
        session.commit()
        return made.id


def test_the_original_opens_calls_nobody_and_is_remembered(agent: Page, desk: Desk) -> None:
    number = reported(desk, "Vera", "Blank labels", Words("Good morning", html=HTML, sender="vera@reading.example"))
    asked: list[Request] = []
    agent.on("request", lambda request: asked.append(request))
    agent.goto(f"/incidents/{number}")
    frame = agent.frame_locator(".mail-frame")
    expect(agent.locator(".mail-frame")).to_be_hidden()
    agent.get_by_text("Show original").click()
    expect(frame.get_by_text("Good morning")).to_be_visible()
    expect(frame.get_by_text("1 image from elsewhere is not shown")).to_be_visible()
    agent.reload()
    expect(frame.get_by_text("Good morning")).to_be_visible()
    assert not [request.url for request in asked if "tracker.example" in request.url]
    expect(agent).not_to_have_title("run")


def test_an_agent_merges_and_takes_apart(agent: Page, desk: Desk) -> None:
    into = reported(desk, "Vera", "The belt stands still", Words("Line 4 stands still."))
    duplicate = reported(desk, "Wim", "Belt", Words("Nothing moves on line 4."))
    agent.goto(f"/incidents/{duplicate}")
    agent.get_by_label("More").click()
    agent.get_by_role("link", name="Merge into another").click()
    agent.get_by_role("searchbox", name="The other incident").fill(f"INC-{into}")
    agent.get_by_role("button", name="Find").click()
    expect(agent.get_by_text(f"INC-{duplicate} closes as a duplicate")).to_be_visible()
    expect(agent.get_by_role("checkbox", name="Wim")).to_be_checked()
    agent.get_by_role("button", name=f"Merge into INC-{into}").click()
    agent.wait_for_url(f"**/incidents/{into}")
    entry = agent.locator(".entry").filter(has_text="Nothing moves on line 4.")
    expect(entry.get_by_text(f"from INC-{duplicate}")).to_be_visible()
    agent.get_by_role("button", name="Undo").click()
    agent.wait_for_url(f"**/incidents/{duplicate}")
    expect(agent.locator(".thread").get_by_text("Nothing moves on line 4.")).to_be_visible()


def test_who_watches_a_merged_incident_is_led_to_the_other_one(agent: Page, colleague: Page, desk: Desk) -> None:
    into = reported(desk, "Vera", "Door", Words("The door is open."))
    duplicate = reported(desk, "Wim", "Door too", Words("It is."))
    agent.goto(f"/incidents/{duplicate}")
    colleague.goto(f"/incidents/{duplicate}/merge?into={into}")
    colleague.get_by_role("button", name=f"Merge into INC-{into}").click()
    agent.wait_for_url(f"**/incidents/{into}?merged={duplicate}")
    expect(agent.get_by_text(f"INC-{duplicate} was merged into this incident.")).to_be_visible()
