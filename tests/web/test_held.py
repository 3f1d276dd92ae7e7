"""Held mail: who sees it, and what it says."""

from collections.abc import Callable
from html import unescape

from flask import Flask
from sqlalchemy import func, select

from helpdesk.errands import Errand
from helpdesk.journal import Event
from helpdesk.web.held_reasons import all_reasons, reason_for
from intake.ledger import LedgerState
from tests.web.conftest import Browser, Statements
from tests.web.held_mail import NASTY, Hold, state_of
from tests.world import World


def test_the_list_says_who_what_and_why(hold: Hold, kim: Browser) -> None:
    hold()
    page = kim.text("/held")
    for said in ("Re: your letter", "zoe@elsewhere.example", "is not part of it", "Stranger answers"):
        assert said in page


def test_an_empty_list_is_good_news(kim: Browser) -> None:
    assert "No mail is held" in kim.text("/held")


def test_the_list_can_be_narrowed_down(hold: Hold, kim: Browser) -> None:
    hold("First one")
    hold("Second one", rule="no sender", reason="It has no sender address.")
    assert "First one" not in kim.text("/held?rule=No+sender")
    assert "Second one" not in kim.text("/held?q=FIRST")
    assert "Nothing matches" in kim.text("/held?q=hovercraft")


def test_one_mail_with_all_it_says(hold: Hold, kim: Browser) -> None:
    page = kim.text(f"/held/{hold().id}")
    for said in (
        "I read this too.",
        "page.html",
        "It answers our letter.",
        "an odd header",
        "Zoe Stranger &lt;zoe@elsewhere.example&gt;",
        "0@elsewhere.example",
    ):
        assert said in page


def test_looking_changes_nothing(world: World, hold: Hold, kim: Browser) -> None:
    row = hold()
    before = world.session.scalar(select(func.count()).select_from(Event))
    for path in ("/held", f"/held/{row.id}", f"/held/{row.id}/raw", f"/held/{row.id}/attachments/0"):
        assert kim.get(path).status_code == 200
    assert state_of(world, row) == "held"
    assert world.session.scalar(select(func.count()).select_from(Event)) == before
    for verb in ("acceptance", "discard", "parse_again", "attachment_to"):
        assert kim.get(f"/held/{row.id}/{verb}").status_code == 405


def test_mail_about_private_work_is_for_its_team(world: World, hold: Hold, browse: Callable[[str], Browser]) -> None:
    row = hold("About my contract", answers=world.private_report())
    kim, petra = browse("kim"), browse("petra")
    page = kim.text("/held")
    assert "About my contract" not in page
    assert "No mail is held" in page  # not even counted
    for path in ("", "/raw", "/attachments/0"):
        assert kim.get(f"/held/{row.id}{path}").status_code == 404
    assert kim.post(f"/held/{row.id}/discard").status_code == 404
    assert "About my contract" in petra.text("/held")


def test_the_mail_as_it_came(app: Flask, hold: Hold, kim: Browser) -> None:
    row = hold()
    answer = kim.get(f"/held/{row.id}/raw")
    assert answer.data == app.extensions["house"].store.get(row.sha256)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.mimetype == "application/octet-stream"
    file = kim.get(f"/held/{row.id}/attachments/0")
    assert b"run()" in file.data
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert kim.get(f"/held/{row.id}/attachments/7").status_code == 404


def test_a_mail_left_on_the_server_says_so(world: World, hold: Hold, kim: Browser) -> None:
    row = hold()
    row.sha256 = None
    world.session.commit()
    assert "left on the server" in kim.text(f"/held/{row.id}")
    assert kim.get(f"/held/{row.id}/raw").status_code == 409
    assert kim.post(f"/held/{row.id}/acceptance").status_code == 409
    assert state_of(world, row) == "held"


def test_a_large_mail_is_asked_for_all_the_same(world: World, hold: Hold, kim: Browser) -> None:
    world.mailbox.imap_host = "imap.northwind.example"
    row = hold()
    row.sha256, row.uid, row.uidvalidity, row.folder, row.mailbox_id = None, 7, 1, "INBOX", world.mailbox.id
    world.session.commit()
    page = kim.text(f"/held/{row.id}")
    assert "Too large" in page
    assert "Too large (1)" in kim.text("/held")
    assert "Re: your letter" in kim.text("/held?rule=Too+large")
    assert kim.submit(f"/held/{row.id}", f"/held/{row.id}/fetching").status_code == 303
    errand = world.session.scalars(select(Errand).where(Errand.reaction == "fetch")).one()
    assert errand.payload == {"row_id": row.id}
    assert "it is being fetched" in kim.text(f"/held/{row.id}")


def test_filed_mail_is_not_opened_by_guessing_numbers(world: World, hold: Hold, kim: Browser) -> None:
    row = hold()
    row.state = LedgerState.FILED.value
    world.session.commit()
    assert kim.get(f"/held/{row.id}").status_code == 404
    assert kim.get("/held/999").status_code == 404


def test_markup_is_text(hold: Hold, kim: Browser) -> None:
    row = hold(subject=NASTY, text=NASTY, name="a&lt;b.html", reason=NASTY)
    for path in ("/held", f"/held/{row.id}"):
        page = kim.text(path)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<script>run" not in page


def test_strangers_and_forgers_get_nowhere(world: World, hold: Hold, browse: Callable[[str], Browser]) -> None:
    row = hold()
    assert browse("").get("/held").status_code == 302
    assert browse("kim").client.post(f"/held/{row.id}/discard").status_code == 400
    assert state_of(world, row) == "held"


def test_a_long_list_takes_few_statements(hold: Hold, world: World, kim: Browser, statements: Statements) -> None:
    for number in range(25):
        hold(f"Mail {number}", answers=world.report(f"Incident {number}"))
    with statements as said:
        kim.text("/held")
    assert len(said) <= 9, said


def test_long_lists_come_in_pages(hold: Hold, kim: Browser) -> None:
    for number in range(60):
        hold(f"Mail no {number:02}")
    page = kim.text("/held")
    assert "Mail no 59" in page
    assert "Mail no 00" not in page
    assert "(60)" in page
    assert "Mail no 00" in kim.text(page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&"))


def test_every_reason_says_what_it_means_and_what_to_do(hold: Hold, kim: Browser) -> None:
    handbook = unescape(kim.text("/help/mail"))
    for reason in all_reasons():
        assert reason.name in handbook, reason.name
        assert reason.means[-1] == reason.remedy[-1] == "."
    page = unescape(kim.text(f"/held/{hold(rule='loop').id}"))
    assert reason_for("loop").means in page
    assert reason_for("loop").remedy in page
