"""The requester's page of one incident, and the question whether it is fixed. Forged, cut and old links included."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import func, select

from helpdesk.attachments import attach
from helpdesk.clock import SetClock
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.lifecycle import REQUESTER_WORDING, State
from helpdesk.incidents.thread import EntryKind, Words
from helpdesk.journal import Event, history
from helpdesk.letters.links import Answer, confirm_url, tracking_url
from tests.web.conftest import SECRET, Browser, form_in
from tests.world import World

NASTY = """<script>alert(1)</script>"'><img src=x onerror=alert(1)>"""


@pytest.fixture
def mia(browse: Callable[[str], Browser]) -> Browser:
    return browse("")


def link(incident: Incident) -> str:
    return tracking_url("", SECRET, incident.id, incident.requester_id)


def question(world: World, incident: Incident, answer: Answer = Answer.YES) -> str:
    events = history(world.session, "incident", incident.id)
    sequence = max(event.sequence for event in events if event.kind == "resolved")
    return confirm_url("", SECRET, incident.id, incident.requester_id, sequence, answer)


def resolved(world: World) -> Incident:
    incident = world.report()
    world.resolve(incident)
    world.session.commit()
    return incident


def again(world: World, incident: Incident) -> Incident:
    number = incident.id
    world.session.rollback()
    world.session.expire_all()
    return world.session.get_one(Incident, number)


def events(world: World) -> int:
    world.session.rollback()
    return world.session.scalar(select(func.count()).select_from(Event)) or 0


def test_the_thread_without_what_is_internal(world: World, mia: Browser) -> None:
    incident = world.report("VPN drops", "It drops.")
    world.reply(incident, "We **look** into it.")
    incident.note(Words(text="The requester is difficult"), by=world.kim.actor(), at=world.at)
    world.assign(incident, world.sam)
    world.report("Another one of Mia")
    world.session.commit()
    page = mia.text(link(incident))
    assert incident.number in page
    assert "It drops." in page
    assert "<strong>look</strong>" in page
    assert "difficult" not in page
    assert "Sam Okafor" not in page
    assert "Another one" not in page
    assert "INC-2" not in page


@pytest.mark.parametrize("state", list(State))
def test_each_state_in_the_requesters_words(world: World, mia: Browser, state: State) -> None:
    incident = world.report()
    incident.state = state.value
    world.session.commit()
    assert REQUESTER_WORDING[state] in mia.text(link(incident))


def test_forged_and_cut_links_are_404_and_helpful(world: World, mia: Browser) -> None:
    incident = world.report()
    world.session.commit()
    good = link(incident)
    forged = tracking_url("", "another key", incident.id, incident.requester_id)
    stranger = tracking_url("", SECRET, incident.id, incident.requester_id + 1)
    missing = tracking_url("", SECRET, 999, incident.requester_id)
    other_purpose = confirm_url("", SECRET, incident.id, incident.requester_id, 1, Answer.YES).removesuffix("/answer")
    for bad in (forged, stranger, missing, other_purpose, good[:-1], good[:-8], good + "x", "/track/x", "/track/%00"):
        answer = mia.get(bad)
        assert answer.status_code == 404, bad
        assert "This link does not work" in answer.text
        assert incident.subject not in answer.text


def test_nobody_else_learns_the_address(world: World, mia: Browser) -> None:
    incident = resolved(world)
    for path in (link(incident), question(world, incident), "/track/nonsense"):
        answer = mia.get(path)
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert answer.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
        assert "no-store" in answer.headers["Cache-Control"]
        assert 'name="robots"' in answer.text


def test_adding_something_wakes_the_incident(world: World, mia: Browser) -> None:
    incident = world.report()
    incident.wait_for_requester(by=world.kim.actor(), at=world.at)
    world.session.commit()
    path = link(incident)
    files = [(BytesIO(b"picture"), "screen.png")]
    answer = mia.submit(path, f"{path}/messages#thread-end", text="Here is more.", files=files)
    assert answer.status_code == 303
    incident = again(world, incident)
    assert incident.state == "open"
    last = incident.entries[-1]
    assert (last.text, last.author_kind, last.author_id) == ("Here is more.", "requester", incident.requester_id)
    assert [one.filename for one in last.attachments] == ["screen.png"]
    assert "Here is more." in mia.text(path)


def test_the_same_words_twice_in_a_row_count_once(world: World, mia: Browser) -> None:
    incident = world.report()
    world.session.commit()
    path = link(incident)
    form = mia.form(path, f"{path}/messages#thread-end")
    for _ in range(3):
        assert mia.send(f"{path}/messages", form, text="Any news?").status_code == 303
    assert [one.text for one in again(world, incident).entries].count("Any news?") == 1


def test_an_empty_message_is_refused_and_files_stay(world: World, mia: Browser) -> None:
    incident = world.report()
    world.session.commit()
    path = link(incident)
    answer = mia.submit(path, f"{path}/messages#thread-end", text="  ")
    assert answer.status_code == 422
    assert "Write something first" in answer.text
    assert len(again(world, incident).entries) == 1
    long = mia.submit(path, f"{path}/messages#thread-end", text="x" * 100_001, files=[(BytesIO(b"p"), "kept.png")])
    assert long.status_code == 422
    assert "kept.png" in long.text


def test_a_message_to_a_forged_link_is_404(world: World, mia: Browser) -> None:
    incident = world.report()
    world.session.commit()
    path = link(incident)
    form = mia.form(path, f"{path}/messages#thread-end")
    assert mia.send(f"{path[:-3]}/messages", form, text="Hello").status_code == 404
    assert mia.client.post(f"{path}/messages", data={"text": "Hello"}).status_code == 400
    assert len(again(world, incident).entries) == 1


def test_over_https_the_forms_work(world: World, mia: Browser) -> None:
    # A browser sends a Referer only if the page's policy lets it, and the CSRF check wants one over HTTPS.
    incident = world.report()
    world.session.commit()
    path = link(incident)
    secure = {"wsgi.url_scheme": "https"}
    page = mia.client.get(path, environ_overrides=secure)
    assert page.headers["Referrer-Policy"] != "no-referrer"
    form = form_in(page.text, f"{path}/messages#thread-end")
    answer = mia.client.post(
        f"{path}/messages",
        data={**form, "text": "Over TLS"},
        environ_overrides=secure,
        headers={"Referer": f"https://localhost{path}"},
    )
    assert answer.status_code == 303


def test_files_of_the_public_thread_only(app: Flask, world: World, mia: Browser) -> None:
    store = app.extensions["house"].store
    shown, hidden = attach(store, 'a"b<i>.html', "text/html", b"<script>"), attach(store, "n.txt", "text/plain", b"no")
    incident = world.report(words=Words(text="See file", attachments=(shown,)))
    incident.note(Words(text="n", attachments=(hidden,)), by=world.kim.actor(), at=world.at)
    other = world.report("Of Jonas", requester=world.jonas)
    world.session.commit()
    answer = mia.get(f"{link(incident)}/attachments/{shown.id}")
    assert answer.data == b"<script>"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.mimetype == "application/octet-stream"
    assert mia.get(f"{link(incident)}/attachments/{hidden.id}").status_code == 404
    assert mia.get(f"{link(other)}/attachments/{shown.id}").status_code == 404
    assert mia.get(f"/track/forged/attachments/{shown.id}").status_code == 404


def test_looking_changes_nothing(world: World, mia: Browser) -> None:
    incident = resolved(world)
    paths = [link(incident), question(world, incident, Answer.YES), question(world, incident, Answer.NO)]
    before = events(world)
    for path in paths * 2:
        mia.text(path)
        mia.client.head(path)
    assert events(world) == before
    assert again(world, incident).state == "resolved"
    assert mia.get(f"{paths[0]}/messages").status_code == 405


def test_yes_closes_it(world: World, mia: Browser) -> None:
    incident = resolved(world)
    path = question(world, incident)
    answer = mia.submit(path, path, answer="yes")
    assert answer.status_code == 303
    assert "closed" in mia.text(answer.location)
    assert again(world, incident).state == "closed"


def test_no_opens_it_again_with_the_words(world: World, mia: Browser) -> None:
    incident = resolved(world)
    path = question(world, incident, Answer.NO)
    answer = mia.submit(path, path, answer="no", text="It still drops.")
    assert answer.status_code == 303
    assert "open again" in mia.text(answer.location)
    incident = again(world, incident)
    assert (incident.state, incident.entries[-1].text) == ("open", "It still drops.")


def test_no_needs_no_words(world: World, mia: Browser) -> None:
    incident = resolved(world)
    path = question(world, incident, Answer.NO)
    mia.submit(path, path, answer="no", text="")
    incident = again(world, incident)
    assert (incident.state, len(incident.entries)) == ("open", 1)


def test_an_answer_counts_once(world: World, mia: Browser) -> None:
    incident = resolved(world)
    path = question(world, incident)
    form = mia.form(path, path)
    assert mia.send(path, form, answer="yes").status_code == 303
    second = mia.send(path, form, answer="no", text="Changed my mind")
    assert second.status_code == 410
    assert "has been answered" in second.text
    assert again(world, incident).state == "closed"
    assert mia.get(path).status_code == 410


def test_a_link_of_an_older_resolution_is_stale(world: World, mia: Browser) -> None:
    incident = resolved(world)
    old = question(world, incident)
    incident.reopen("no", by=world.kim.actor(), at=world.at)
    world.resolve(incident, text="Second try")
    world.session.commit()
    assert mia.get(old).status_code == 410
    assert "Second try" in mia.text(question(world, incident))


def test_a_forged_answer_is_404(world: World, mia: Browser) -> None:
    incident = resolved(world)
    good = question(world, incident)
    form = mia.form(good, good)
    for bad in (
        link(incident) + "/answer",
        confirm_url("", "other key", incident.id, incident.requester_id, 2, Answer.YES),
        good.replace("/answer", "x/answer"),
    ):
        assert mia.get(bad).status_code == 404
        assert mia.send(bad, form, answer="yes").status_code == 404
    assert mia.client.post(good, data={"answer": "yes"}).status_code == 400
    assert again(world, incident).state == "resolved"


def test_the_resolved_page_asks_and_leads_to_the_answer(world: World, mia: Browser) -> None:
    incident = resolved(world)
    page = mia.text(link(incident))
    assert question(world, incident) in page
    assert "Renewed the certificate" in page
    assert "/answer" not in mia.text(link(_open(world)))


def _open(world: World) -> Incident:
    incident = world.report("Another")
    world.session.commit()
    return incident


def test_markup_is_text(world: World, mia: Browser) -> None:
    incident = world.report(NASTY, NASTY, words=Words(text=NASTY, quoted=NASTY, html=NASTY))
    world.reply(incident, NASTY)
    world.resolve(incident, text=NASTY)
    world.session.commit()
    for path in (link(incident), question(world, incident)):
        page = mia.text(path)
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def later(app: Flask, **duration: float) -> None:
    clock = app.extensions["house"].clock
    assert isinstance(clock, SetClock)
    clock.advance(**duration)


def test_long_after_the_end_a_new_report_is_asked_for(app: Flask, world: World, mia: Browser) -> None:
    incident = resolved(world)
    form = mia.form(link(incident), link(incident) + "/messages#thread-end")
    later(app, days=15)
    page = mia.text(link(incident))
    assert "Report it anew" in page
    assert "/messages" not in page
    before = events(world)
    assert mia.send(link(incident) + "/messages", form, text="It is back").status_code == 409
    assert (events(world), again(world, incident).state) == (before, "resolved")


def test_a_reply_that_may_be_called_back_is_not_shown_yet(app: Flask, world: World, mia: Browser) -> None:
    incident = world.report()
    kept, withdrawn = world.reply(incident, "Leaves soon"), world.reply(incident, "Called back")
    now = app.extensions["house"].clock.now()
    kept.send_at, withdrawn.withdrawn_at = now + timedelta(seconds=10), now
    world.session.commit()
    page = mia.text(link(incident))
    assert ("Leaves soon" in page, "Called back" in page) == (False, False)
    kept.send_at = None  # it left
    world.session.commit()
    assert ("Leaves soon" in mia.text(link(incident)), "Called back" in mia.text(link(incident))) == (True, False)


def test_what_a_third_party_was_asked_and_said_is_not_shown(world: World, mia: Browser) -> None:
    incident = world.report()
    world.reply(incident, "A reply")
    asked = incident.note(Words(text="Can you repair it?"), by=world.kim.actor(), at=world.at)
    asked.kind = EntryKind.CONSULTATION.value
    incident.advise(Words(text="Not worth it"), by=world.jonas.actor(), at=world.at)
    world.session.commit()
    page = mia.text(link(incident))
    assert [text in page for text in ("A reply", "Can you repair it?", "Not worth it")] == [True, False, False]
