"""Services, categories, mailboxes, operations and the reference of settings."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import select

from helpdesk.errands import Errand
from helpdesk.mailboxes.mailbox import Mailbox, MailboxHealth
from helpdesk.mailboxes.sealed import unseal
from helpdesk.services import Category, Service
from helpdesk.settings import Settings
from helpdesk.web.settings.connection import try_both
from helpdesk.web.settings.reference import setting_lines
from tests.web.conftest import SECRET, Browser, form_in
from tests.world import World

NEW_MAILBOX = {
    "name": "Printers",
    "address": "printers@northwind.example",
    "imap_host": "imap.northwind.example",
    "imap_username": "printers",
    "imap_password": "correct horse",
    "smtp_host": "smtp.northwind.example",
    "smtp_password": "battery staple",
}


@pytest.fixture
def ada(browse: Callable[[str], Browser]) -> Browser:
    return browse("ada")


def fresh(world: World) -> World:
    world.session.rollback()
    world.session.expire_all()
    return world


def test_a_service_is_added_changed_and_retired(world: World, ada: Browser) -> None:
    sent = {"name": "Shop", "owner": "Luis", "criticality": "1", "team_id": str(world.network.id)}
    world.session.rollback()
    assert ada.submit("/settings/services/new", "/settings/services", **sent).status_code == 303
    made = fresh(world).session.scalars(select(Service).where(Service.name == "Shop")).one()
    assert (made.owner, made.criticality, made.team_id, made.on_public_form) == ("Luis", 1, 2, True)
    page = f"/settings/services/{made.id}"
    form = ada.form(page, page)
    form.pop("in_use")
    assert ada.send(page, form).status_code == 303
    assert fresh(world).session.get_one(Service, made.id).retired_at is not None
    assert ">Shop</option>" not in ada.text("/support/report")
    assert ada.submit(page, page, in_use="y").status_code == 303
    assert fresh(world).session.get_one(Service, made.id).retired_at is None


def test_two_services_of_one_name_are_refused(ada: Browser) -> None:
    answer = ada.submit("/settings/services/new", "/settings/services", name="VPN", owner="Keep me")
    assert answer.status_code == 422
    assert form_in(answer.text, "/settings/services")["owner"] == ["Keep me"]


def test_a_renamed_category_takes_its_branch_along(world: World, ada: Browser) -> None:
    hardware = world.hardware.id
    world.session.rollback()
    page = f"/settings/categories/{hardware}"
    assert ada.submit(page, page, name="Devices").status_code == 303
    paths = [one.path for one in fresh(world).session.scalars(select(Category).order_by(Category.id))]
    assert paths == ["Devices", "Devices › Printing", "Access"]


def test_a_branch_moves_but_never_below_itself(world: World, ada: Browser) -> None:
    hardware, printing, access = world.hardware.id, world.printing.id, world.access.id
    world.session.rollback()
    page = f"/settings/categories/{hardware}"
    for bad in (hardware, printing):
        assert ada.submit(page, page, parent_id=str(bad)).status_code == 422
    assert ada.submit(page, page, parent_id=str(access)).status_code == 303
    paths = [one.path for one in fresh(world).session.scalars(select(Category).order_by(Category.id))]
    assert paths == ["Access › Hardware", "Access › Hardware › Printing", "Access"]


def test_a_category_is_added_once(world: World, ada: Browser) -> None:
    sent = {"name": "Scanners", "parent_id": str(world.hardware.id)}
    world.session.rollback()
    assert ada.submit("/settings/categories", "/settings/categories", **sent).status_code == 303
    assert ada.submit("/settings/categories", "/settings/categories", **sent).status_code == 422
    assert "Hardware › Scanners" in ada.text("/settings/categories")


def test_passwords_go_in_sealed_and_never_come_out(world: World, ada: Browser) -> None:
    assert ada.submit("/settings/mailboxes/new", "/settings/mailboxes", **NEW_MAILBOX).status_code == 303
    made = fresh(world).session.scalars(select(Mailbox).where(Mailbox.name == "Printers")).one()
    assert "correct horse" not in made.imap_password_sealed
    assert unseal(SECRET, made.imap_password_sealed) == "correct horse"
    page = f"/settings/mailboxes/{made.id}"
    shown = ada.text(page)
    assert "correct horse" not in shown
    assert made.imap_password_sealed not in shown
    assert ada.submit(page, page, display_name="IT").status_code == 303
    kept = fresh(world).session.get_one(Mailbox, made.id)
    assert unseal(SECRET, kept.imap_password_sealed) == "correct horse"
    assert unseal(SECRET, kept.smtp_password_sealed) == "battery staple"
    assert kept.display_name == "IT"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"address": "nobody"}, "not a mail address"),
        ({"address": "help@northwind.example"}, "a mailbox of this address"),
        ({"name": "Support"}, "a mailbox of this name"),
        ({"imap_port": "0"}, "1 to 65535"),
        ({"imap_port": "many"}, "valid integer"),
        ({"imap_security": "plain-loopback"}, "another machine"),
        ({"folders": "Helpdesk", "move_to": "Helpdesk"}, "is read itself"),
        ({"folders": " \n "}, "at least one folder"),
        ({"poll_seconds": "99999"}, "1500"),
        ({"disposition": "burn"}, "choice"),
    ],
)
def test_what_can_not_work_is_said(ada: Browser, given: dict[str, str], said: str) -> None:
    answer = ada.submit("/settings/mailboxes/new", "/settings/mailboxes", **NEW_MAILBOX | given)
    assert answer.status_code == 422
    assert said in answer.text
    assert "correct horse" not in answer.text
    assert form_in(answer.text, "/settings/mailboxes")["smtp_host"] == ["smtp.northwind.example"]


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A server that accepts and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    held.append(server.accept()[0])
                except OSError:
                    return

        Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        for one in held:
            one.close()


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_a_connection_that_fails_says_what_to_mend(world: World, ada: Browser) -> None:
    local = {"imap_host": "127.0.0.1", "smtp_host": "127.0.0.1", "imap_port": closed_port(), "smtp_port": closed_port()}
    form = ada.form("/settings/mailboxes/new", "/settings/mailboxes/connection")
    answer = ada.send("/settings/mailboxes/connection", form, **NEW_MAILBOX | local)
    assert answer.status_code == 200
    assert "Incoming (IMAP) does not work" in answer.text
    assert "Outgoing (SMTP) does not work" in answer.text
    assert "correct horse" not in answer.text
    assert form_in(answer.text, "/settings/mailboxes")["name"] == ["Printers"]
    assert len(fresh(world).session.scalars(select(Mailbox)).all()) == 1


def test_the_fragment_for_htmx_and_its_mistakes(ada: Browser) -> None:
    token = ada.token()
    answer = ada.client.post(
        "/settings/mailboxes/1/connection",
        data={"csrf_token": token, "name": ""},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 422
    assert "<html" not in answer.text
    assert "Name the mailbox" in answer.text


def test_nobody_waits_longer_than_said(app: Flask, silent_port: int) -> None:
    mailbox = Mailbox(
        id=0, name="Slow", address="a@b.example", imap_host="127.0.0.1", imap_port=silent_port, imap_security="tls",
        imap_username="a", folders=["INBOX"], disposition="leave", move_to="", poll_seconds=60, ca_file="",
        imap_password_sealed="", smtp_password_sealed="", smtp_username="",
        smtp_host="127.0.0.1", smtp_port=silent_port, smtp_security="tls",
    )  # fmt: skip
    tried = try_both(mailbox, app.extensions["house"], seconds=0.5)
    assert [one.is_well for one in tried] == [False, False]
    assert all("No answer within" in one.text for one in tried)


def test_a_mailbox_without_servers_is_neither_well_nor_ill(app: Flask) -> None:
    mailbox = Mailbox(id=0, name="Door", address="a@b.example", imap_host="", smtp_host="", folders=[])
    assert [one.is_well for one in try_both(mailbox, app.extensions["house"])] == [None, None]


def test_operations_are_for_leads_and_administrators(browse: Callable[[str], Browser]) -> None:
    assert browse("").get("/settings/operations").status_code == 302
    assert browse("kim").get("/settings/operations").status_code == 403
    assert browse("sam").get("/settings/operations").status_code == 200


def test_a_given_up_errand_is_shown_and_tried_again(world: World, browse: Callable[[str], Browser]) -> None:
    world.report()
    errand = Errand(
        reaction="deliver", payload={}, due_at=world.at, tries=12, state="given_up", finished_at=world.at,
        last_error="550 <script>alert(1)</script> no such user",
    )  # fmt: skip
    world.session.add(errand)
    world.session.add(MailboxHealth(mailbox_id=world.mailbox.id, state="backing off", last_error="password refused"))
    world.session.commit()
    number, sam = errand.id, browse("sam")
    page = sam.text("/settings/operations")
    assert "no such user" in page
    assert "<script>alert" not in page
    assert "password refused" in page
    assert "Update the search index" in page
    assert browse("kim").post(f"/settings/operations/errands/{number}/retry").status_code == 403
    retry = f"/settings/operations/errands/{number}/retry"
    assert sam.submit("/settings/operations", retry).status_code == 303
    again = fresh(world).session.get_one(Errand, number)
    assert (again.state, again.tries) == ("due", 0)
    assert sam.post(retry).status_code == 303  # a second click is no second try
    assert "Nothing was given up" in sam.text("/settings/operations")
    assert sam.post("/settings/operations/errands/999/retry").status_code == 404


def test_all_given_up_errands_at_once(world: World, browse: Callable[[str], Browser]) -> None:
    for _ in range(3):
        world.session.add(Errand(reaction="index", due_at=world.at, state="given_up", finished_at=world.at))
    world.session.commit()
    sam = browse("sam")
    assert sam.submit("/settings/operations", "/settings/operations/errands/retry").status_code == 303
    states = fresh(world).session.scalars(select(Errand.state).where(Errand.event_id.is_(None))).all()
    assert states == ["due"] * 3


def test_the_reference_lists_every_setting_and_no_secret(ada: Browser) -> None:
    page = ada.text("/settings/reference")
    for name, field in Settings.model_fields.items():
        assert name in page
        assert f"HELPDESK_{name.upper()}" in page
        assert field.description
    assert SECRET not in page


def test_passwords_inside_addresses_are_hidden(tmp_path: Path) -> None:
    settings = Settings(
        data_folder=tmp_path,
        secret_key=SecretStr("tops3cret"),
        database_url="postgresql://desk:tops3cret@db.example/desk",
        wake_up="redis://:tops3cret@redis.example/0",
    )
    values = {line.name: line.value for line in setting_lines(settings)}
    assert "tops3cret" not in str(values)
    assert values["database_url"] == "postgresql://desk:…@db.example/desk"
    assert "redis.example" in values["wake_up"]


def test_the_overview_points_at_trouble(world: World, ada: Browser) -> None:
    world.session.add(MailboxHealth(mailbox_id=world.mailbox.id, state="backing off", last_error="password refused"))
    world.session.add(Errand(reaction="deliver", due_at=world.at, state="given_up", finished_at=world.at))
    world.session.commit()
    page = ada.text("/settings")
    assert "1 with a problem" in page
    assert "1 errand given up" in page
