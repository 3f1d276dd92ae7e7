"""The first look into a new mailbox and the decision where it begins, as the administrator meets them."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask

from helpdesk import heartbeats
from helpdesk.mailboxes.mailbox import Mailbox, MailboxFolder, MailboxHealth
from helpdesk.mailboxes.preview import FolderPreview, previews
from tests.peers.dovecot import Dovecot
from tests.web.conftest import Browser
from tests.world import World

PAGE = "/settings/mailboxes/1/beginning"


@pytest.fixture
def ada(world: World, browse: Callable[[str], Browser]) -> Browser:
    mailbox = world.session.get_one(Mailbox, 1)
    mailbox.imap_host, mailbox.awaits_preview = "imap.northwind.example", True
    world.session.commit()
    return browse("ada")


def found(world: World) -> None:
    subjects = [f"Printer {number} <script>" for number in range(5)]
    world.session.add(
        FolderPreview(
            mailbox_id=1, name="INBOX", mails=4812, size_bytes=913_000_000, looked_at=world.at,
            oldest_at=datetime(2019, 3, 4, tzinfo=UTC), newest_at=world.at, by_year={"2019": 4000, "2026": 812},
            newest=[{"subject": one, "sender": "Kim", "received_at": "2026-03-02T09:00:00+00:00"} for one in subjects],
        )
    )  # fmt: skip
    world.session.add(
        FolderPreview(mailbox_id=1, name="Sales", mails=0, size_bytes=0, looked_at=world.at, problem="no such folder")
    )
    world.session.commit()


def the_mailbox(world: World) -> Mailbox:
    world.session.rollback()
    world.session.expire_all()
    return world.session.get_one(Mailbox, 1)


def test_until_it_is_looked_into_the_page_says_what_it_waits_for(app: Flask, world: World, ada: Browser) -> None:
    assert "The mail process does not run" in ada.text(PAGE)
    heartbeats.beat(world.session, "mail", app.extensions["house"].clock.now())
    world.session.commit()
    assert "Looking into the mailbox" in ada.text(PAGE)
    world.session.add(MailboxHealth(mailbox_id=1, state="backing off", last_error="password refused"))
    world.session.commit()
    fragment = ada.get(PAGE, HX_Request="true").text
    assert "password refused" in fragment
    assert "<html" not in fragment
    assert 'hx-trigger="every 3s"' in fragment


def test_what_was_found_is_shown(world: World, ada: Browser) -> None:
    found(world)
    page = ada.text(PAGE)
    assert "4,812 mails" in page
    assert "oldest 4 Mar 2019" in page
    assert "about 913 MB" in page
    assert page.count("Printer ") == 5
    assert "<script>" not in page.replace("<script ", "")
    assert "no such folder" in page
    assert "every 3s" not in page
    assert "Say where to begin" in ada.text("/settings/mailboxes")
    assert PAGE in ada.text("/settings/mailboxes/1")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"begin": "everything"}, None),
        ({"begin": "new"}, "now"),
        ({"begin": "date", "start_from": "2026-01-31"}, datetime(2026, 1, 31, tzinfo=UTC)),
        ({"begin": "everything", "start_from": "2026-01-31"}, None),
    ],
)
def test_the_decision(app: Flask, world: World, ada: Browser, given: dict[str, str], expected: object) -> None:
    found(world)
    assert ada.submit(PAGE, PAGE, **given).status_code == 303
    mailbox = the_mailbox(world)
    now = app.extensions["house"].clock.now()
    start_from = now if expected == "now" else expected
    assert (mailbox.awaits_preview, mailbox.start_from, mailbox.listening_since) == (False, start_from, now)
    assert previews(world.session, 1) == []
    assert ada.get(PAGE).headers["Location"] == "/settings/mailboxes/1"
    assert ada.post(PAGE, begin="everything").status_code == 303
    assert the_mailbox(world).start_from == start_from, "decided once"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Say where it is to begin"),
        ({"begin": "some"}, "Not a valid choice"),
        ({"begin": "date"}, "Choose the day"),
        ({"begin": "date", "start_from": "yesterday"}, "Not a valid date"),
        ({"begin": "date", "start_from": "9999-12-31"}, "yet to come"),
    ],
)
def test_what_is_no_decision(world: World, ada: Browser, given: dict[str, str], said: str) -> None:
    answer = ada.submit(PAGE, PAGE, **given)
    assert answer.status_code == 422
    assert said in answer.text
    assert the_mailbox(world).awaits_preview


def test_only_administrators(browse: Callable[[str], Browser], ada: Browser) -> None:
    assert browse("kim").get(PAGE).status_code == 403
    assert browse("kim").post(PAGE, begin="everything").status_code == 403
    assert browse("").get(PAGE).status_code == 302


def test_folders_are_listed_to_choose_from(world: World, ada: Browser, dovecot: Dovecot) -> None:
    with dovecot.client() as client:
        client.create_folder("Sales, EMEA")
        client.create_folder("Verkauf für heute")
    new = ada.form("/settings/mailboxes/new", "/settings/mailboxes") | {
        "name": "Printers", "address": "printers@northwind.example", "imap_host": dovecot.host,
        "imap_port": str(dovecot.port), "imap_security": "plain-loopback", "imap_username": dovecot.username,
        "imap_password": dovecot.password, "folders": "INBOX\r\nElsewhere",
    }  # fmt: skip
    answer = ada.send("/settings/mailboxes/connection", new)  # type: ignore[arg-type]
    assert "no folder &#39;Elsewhere&#39;" in answer.text
    assert 'value="Sales, EMEA"' in answer.text
    listed = ["INBOX", "Sales, EMEA", "Verkauf für heute"]
    chosen = {"listed": listed, "ticked": ["INBOX", "Sales, EMEA"], "folders": "INBOX\r\nVerkauf für heute"}
    assert ada.send("/settings/mailboxes", new, **chosen).headers["Location"] == "/settings/mailboxes/2/beginning"  # type: ignore[arg-type]
    world.session.rollback()
    assert world.session.get_one(Mailbox, 2).folders == ["INBOX", "Sales, EMEA"]
    kept = ada.form("/settings/mailboxes/2", "/settings/mailboxes/2")
    assert ada.send("/settings/mailboxes/2", kept).status_code == 303
    world.session.rollback()
    assert world.session.get_one(Mailbox, 2).folders == ["INBOX", "Sales, EMEA"]


def test_the_numbers_of_each_folder_are_shown(world: World, ada: Browser) -> None:
    world.session.add(MailboxHealth(mailbox_id=1, state="idle"))
    world.session.add(
        MailboxFolder(
            mailbox_id=1, name="INBOX", uidvalidity=1, server_count=4812, known_count=12, skipped_count=4800,
            counted_at=world.at, renumbered_at=world.at,
        )
    )  # fmt: skip
    world.session.commit()
    page = ada.text("/settings/mailboxes/1")
    assert ">4,812</span>" in page
    assert ">4,800</span> older are left alone" in page
    assert "new numbers" in page
