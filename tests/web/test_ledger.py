"""The ledger page: mailboxes, the list with its filters, one mail, and who may see which."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.letters.delivery import Delivery
from helpdesk.mailboxes.mailbox import Mailbox, MailboxFolder, MailboxHealth
from intake import ledger_search
from intake.ledger import LedgerRow
from intake.ledger_search import LedgerFilter, search_ledger
from tests.web.conftest import Browser, Statements
from tests.web.mails import Keep, keeper
from tests.world import START, World

NASTY = """<script>alert(1)</script>"'><img src=x onerror=alert(1)>"""


@pytest.fixture
def keep(app: Flask, world: World) -> Keep:
    return keeper(app, world)


def counted(world: World, **columns: object) -> None:
    folder = {"name": "INBOX", "uidvalidity": 1, "server_count": 4812, "known_count": 4812, "counted_at": START}
    world.session.add(MailboxFolder(mailbox_id=world.mailbox.id, **folder | columns))
    world.session.commit()


def test_each_mail_says_what_became_of_it(world: World, keep: Keep, kim: Browser) -> None:
    incident = world.report("The VPN drops")
    keep("filed", "A filed one", incident=incident, rule="thread")
    keep("held", "A held one", rule="no sender")
    keep("ignored", "A copy", rule="copy")
    keep("discarded", "An old one", dealt_with_by="Sam Okafor")
    page = kim.text("/ledger")
    for said in (f"INC-{incident.id}", "Answers a known mail", "No sender", "The same mail again", "by Sam Okafor"):
        assert said in page
    assert "A held one" in kim.text("/ledger?state=held")
    assert "A filed one" not in kim.text("/ledger?state=held")


def test_server_and_ledger_side_by_side(world: World, sam: Browser) -> None:
    counted(world)
    page = sam.text("/ledger")
    assert 'the server has <b class="number">4,812</b>, we have <b class="number">4,812</b>' in page
    assert "All here" in page


def test_what_is_missing_stands_out(world: World, sam: Browser) -> None:
    counted(world, known_count=4000, skipped_count=810, gap_since=START)
    page = sam.text("/ledger")
    assert "2 missing" in page
    assert "left 810 older alone" in page


def test_times_state_and_last_error_of_a_mailbox(world: World, sam: Browser) -> None:
    world.mailbox.imap_host = "imap.northwind.example"
    health = MailboxHealth(mailbox_id=world.mailbox.id, state="backing off", last_error="refused the sign-in")
    health.next_check_at = START + timedelta(hours=3)
    world.session.add(health)
    world.session.commit()
    page = sam.text("/ledger")
    assert "refused the sign-in" in page
    assert "in 2 hours" in page
    assert "Backing off" in page


def test_last_mail_in_and_out(app: Flask, world: World, keep: Keep, sam: Browser) -> None:
    keep("filed", incident=world.report())
    world.session.add(
        Delivery(
            letter="reply",
            event_id=1,
            mailbox_id=world.mailbox.id,
            recipient="a@b.example",
            message_id="m",
            state="sent",
            created_at=START,
            sent_at=START + timedelta(minutes=45),
        )
    )
    world.session.commit()
    page = sam.text("/ledger")
    assert "30 minutes ago" in page
    assert "15 minutes ago" in page


@pytest.mark.parametrize("words", ["toner", "TONER printer", "zoe@elsewhere", "rosé", "ROSÉ"])
def test_words_of_subject_and_sender(keep: Keep, kim: Browser, words: str) -> None:
    keep(subject="Printer: no toner for rosé")
    keep(subject="The weather")
    page = kim.get("/ledger?q=" + words.replace(" ", "+")).text
    assert "no toner for" in page
    assert words.startswith("zoe") or "The weather" not in page


@pytest.mark.parametrize("words", ["100%", "a_b", "back\\slash"])
def test_signs_of_the_pattern_language_are_letters(keep: Keep, kim: Browser, words: str) -> None:
    keep(subject=f"It says {words} here")
    keep(subject="It says 100 axb backslash here")
    page = kim.text("/ledger?q=" + words.replace("%", "%25").replace("\\", "%5C"))
    assert words in page
    assert "axb" not in page


def test_a_number_and_a_message_id_lead_straight_there(world: World, keep: Keep, kim: Browser) -> None:
    incident = world.report("The VPN drops")
    row = keep("filed", "This very one", incident=incident)
    keep("held", "It would have joined", concerns=incident)
    keep("filed", "Something else", incident=world.report())
    page = kim.text(f"/ledger?q=inc-{incident.id}")
    assert "This very one" in page
    assert "It would have joined" in page
    assert "Something else" not in page
    assert "It would have joined" not in kim.text(f"/ledger?q=%3C{row.message_id}%3E")


def test_up_to_a_day(keep: Keep, kim: Browser) -> None:
    keep(subject="On Monday")
    keep(subject="On Wednesday", received_at=START + timedelta(days=2))
    page = kim.text("/ledger?until=2026-03-03")
    assert "On Monday" in page
    assert "On Wednesday" not in page
    assert "On Wednesday" in kim.text("/ledger?until=2026-03-04")


@pytest.mark.parametrize(
    "odd",
    ["state=x", "mailbox=x", "mailbox=9999999999999999999999", "until=x", "until=9999-12-31", "before=-1", "q=%00"],
)
def test_odd_addresses_narrow_nothing_down(keep: Keep, kim: Browser, odd: str) -> None:
    keep(subject="Here")
    assert kim.get(f"/ledger?{odd}").status_code == 200


def test_pages_hold_every_mail_once(keep: Keep, kim: Browser) -> None:
    for number in range(120):
        keep(subject=f"Mail no {number:03}")
    seen: list[str] = []
    path = "/ledger"
    while path:
        page = kim.text(path)
        seen += [part.partition("<")[0] for part in page.split('">Mail no ')[1:]]
        link = page.partition('rel="next" href="')[2].partition('"')[0]
        path = link.replace("&amp;", "&")
    assert seen == [f"{number:03}" for number in reversed(range(120))]


def test_words_go_on_where_a_page_stopped_looking(
    world: World, keep: Keep, monkeypatch: pytest.MonkeyPatch, kim: Browser
) -> None:
    keep(subject="A needle")
    for _ in range(30):
        keep(subject="Hay")
    monkeypatch.setattr(ledger_search, "SCAN_MAX", 10)
    page, steps = kim.text("/ledger?q=needle"), 0
    while "A needle" not in page:
        assert "Searched down to number" in page
        page = kim.text(page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&"))
        steps += 1
    assert steps == 3


def test_one_mail_with_all_that_is_known(world: World, keep: Keep, kim: Browser) -> None:
    incident = world.report("The VPN drops")
    row = keep("filed", incident=incident, rule="thread", settlement="moved")
    page = kim.text(f"/ledger/{row.id}")
    for said in (
        "It has been out since nine.",
        "It answers our letter.",
        "She was copied in its thread.",
        "Sender proven",
        "mx.example: DKIM passed.",
        "an odd header",
        "Support › INBOX",
        "moved to another folder",
        "The VPN drops",
        "Message-ID: &lt;",
    ):
        assert said in page
    raw = kim.get(f"/ledger/{row.id}/raw")
    assert raw.data.startswith(b"From: Zoe Stranger")
    assert raw.headers["Content-Disposition"].startswith("attachment")


def test_the_same_mail_in_two_mailboxes(world: World, keep: Keep, kim: Browser) -> None:
    row = keep("filed", incident=world.report())
    copy = keep("ignored", rule="copy", message_id=row.message_id)
    assert f'href="/ledger/{copy.id}"' in kim.text(f"/ledger/{row.id}")
    assert f'href="/ledger/{row.id}"' in kim.text(f"/ledger/{copy.id}")


def test_a_mail_whose_body_stayed_on_the_server(keep: Keep, kim: Browser) -> None:
    row = keep(sha256=None)
    assert "left on the server" in kim.text(f"/ledger/{row.id}")
    assert kim.get(f"/ledger/{row.id}/raw").status_code == 409


def test_private_work_is_for_its_team(world: World, keep: Keep, browse: Callable[[str], Browser]) -> None:
    incident = world.private_report()
    filed = keep("filed", "My contract", incident=incident)
    held = keep("held", "About my contract", concerns=incident)
    kim, petra, ada = browse("kim"), browse("petra"), browse("ada")
    for agent in (kim, ada):
        page = agent.text("/ledger")
        assert "y contract" not in page
        assert '<span class="count">0</span>' in page
        assert '<span class="count">1</span>' not in page
        assert "y contract" not in agent.text(f"/ledger?q=INC-{incident.id}")
        for row in (filed, held):
            assert agent.get(f"/ledger/{row.id}").status_code == 404
            assert agent.get(f"/ledger/{row.id}/raw").status_code == 404
    assert "About my contract" in petra.text("/ledger")


def test_what_a_private_mailbox_got_is_for_its_team(world: World, keep: Keep, browse: Callable[[str], Browser]) -> None:
    hr = Mailbox(name="Personnel", address="hr@northwind.example", team=world.personnel, created_at=START)
    world.session.add(hr)
    world.session.commit()
    row = keep("held", "My salary", mailbox_id=hr.id)
    kim, petra = browse("kim"), browse("petra")
    assert "My salary" not in kim.text("/ledger")
    assert "hr@northwind.example" not in kim.text("/ledger")
    assert kim.get(f"/ledger/{row.id}").status_code == 404
    assert "My salary" in petra.text("/held")
    assert 'id="count-held"' not in kim.text("/queue")
    # What was filed from there into an open team's incident is for everybody.
    row.incident_id, row.state = world.report().id, "filed"
    world.session.commit()
    assert "My salary" in kim.text("/ledger")


@pytest.fixture
def sam(browse: Callable[[str], Browser]) -> Browser:
    """A lead, who sees how the desk runs."""
    return browse("sam")


def test_strangers_are_sent_to_sign_in(browse: Callable[[str], Browser]) -> None:
    assert browse("").get("/ledger").status_code == 302


def test_markup_is_text(keep: Keep, kim: Browser) -> None:
    row = keep(subject=NASTY, reason=NASTY, sender=NASTY, folder=NASTY)
    for path in ("/ledger", f"/ledger/{row.id}"):
        page = kim.text(path)
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_few_statements_however_many_mails(world: World, keep: Keep, sam: Browser, statements: Statements) -> None:
    for _ in range(40):
        keep("filed", incident=world.report())
    with statements as said:
        sam.text("/ledger")
    assert len(said) <= 11, said


def test_the_list_is_read_off_an_index(world: World, keep: Keep) -> None:
    keep("held")
    viewer = world.kim.viewer()
    plan = _plan(world.session, viewer, LedgerFilter(state="held", limit=50))
    assert "ix_ledger_state" in plan
    assert "SCAN ledger" not in plan
    assert "TEMP B-TREE" not in plan


def _plan(session: Session, viewer: object, asked: LedgerFilter) -> str:
    query = select(LedgerRow.id).where(ledger_search.may_see(viewer), LedgerRow.state == asked.state)  # type: ignore[arg-type]
    text = str(
        query.order_by(LedgerRow.id.desc())
        .limit(50)
        .compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    )
    rows = session.connection().exec_driver_sql("EXPLAIN QUERY PLAN " + text)
    assert search_ledger(session, viewer, asked).lines  # type: ignore[arg-type]
    return "\n".join(str(row) for row in rows)
