"""Importing old mail from the page: asked for here, done by the mail process, looked at while it goes on."""

import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from threading import Event

import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.cli.desk import house_of, session_of
from intake.importing.importer import _next
from intake.importing.job import ImportJob
from intake.importing.uploads import KEPT_DAYS, forget_old
from intake.ledger import LedgerRow
from tests.intake.old_mail import mbox, old
from tests.web.conftest import Browser
from tests.world import World

PAGE = "/settings/imports"


@pytest.fixture
def ada(browse: Callable[[str], Browser]) -> Browser:
    return browse("ada")


def job_of(world: World) -> ImportJob:
    world.session.expire_all()
    return world.session.scalars(select(ImportJob).order_by(ImportJob.id.desc())).first()  # type: ignore[return-value]


def work(app: Flask) -> None:
    """The mail process does what is due."""
    while _next(lambda: session_of(app), house_of(app), Event()):
        pass


def laid(app: Flask, name: str, content: bytes) -> Path:
    folder = house_of(app).settings.data_folder / "import"
    shutil.rmtree(folder, ignore_errors=True)  # the folder outlives each test
    folder.mkdir()
    (folder / name).write_bytes(content)
    return folder / name


def upload(browser: Browser, *files: tuple[bytes, str], **fields: object) -> int:
    answer = browser.submit(PAGE, PAGE, files=[(BytesIO(content), name) for content, name in files], **fields)
    assert answer.status_code == 303, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def test_counted_first_then_imported(app: Flask, world: World, ada: Browser) -> None:
    mails = [old(number, to="help@northwind.example") for number in range(3)]
    number = upload(ada, (mbox(*mails), "../../Old Inbox.mbox"))
    assert "The mail process takes it up" in ada.text(f"{PAGE}/{number}")
    work(app)
    page = ada.text(f"{PAGE}/{number}")
    assert "3 of 3 mails" in page
    assert "6 May 2019 to 8 May 2019" in page
    assert "Import these mails" in page
    assert "every 2s" not in page
    assert world.session.scalars(select(LedgerRow)).all() == []
    answer = ada.submit(f"{PAGE}/{number}", f"{PAGE}/{number}/import")
    assert answer.status_code == 303
    assert "every 2s" in ada.text(f"{answer.location}/progress")
    work(app)
    assert "every 2s" not in ada.text(f"{answer.location}/progress")
    job = job_of(world)
    assert (job.state, job.filed, job.made_by) == ("done", 3, world.ada.name)
    assert "Old Inbox.mbox" in ada.text(PAGE)
    assert "Done" in ada.text(PAGE)


def test_what_was_uploaded_is_removed_once_it_is_imported(app: Flask, world: World, ada: Browser) -> None:
    upload(ada, (mbox(old(0)), "a.mbox"), (old(1), "b.eml"), how="now", history="open")
    paths = [Path(path) for path in job_of(world).paths]
    assert [path.read_bytes()[:5] for path in paths] == [b"From ", b"From:"]
    work(app)
    assert job_of(world).filed == 2
    forget_old(lambda: session_of(app), house_of(app))
    assert not any(path.exists() for path in paths)


def test_an_upload_nobody_came_back_for_is_removed_after_a_week(app: Flask, world: World, ada: Browser) -> None:
    number = upload(ada, (mbox(old(0)), "a.mbox"))
    work(app)
    (path,) = map(Path, job_of(world).paths)
    forget_old(lambda: session_of(app), house_of(app))
    assert path.exists()
    house_of(app).clock.advance(days=KEPT_DAYS + 1)  # type: ignore[attr-defined]
    forget_old(lambda: session_of(app), house_of(app))
    assert not path.exists()
    assert ada.submit(f"{PAGE}/{number}", f"{PAGE}/{number}/import").location == PAGE
    assert "no longer there" in ada.text(PAGE)


def test_from_the_folder_of_the_server(app: Flask, world: World, ada: Browser) -> None:
    laid(app, "inbox", mbox(old(0)))
    assert "There now: inbox." in ada.text(PAGE)
    assert ada.submit(PAGE, PAGE, name="inbox", how="now").status_code == 303
    work(app)
    assert job_of(world).filed == 1


@pytest.mark.parametrize(
    "name", ["../secret_key", "/etc/passwd", "inbox/../../secret_key", "link", "nothing", "a\x00b"]
)
def test_nothing_outside_that_folder_can_be_named(app: Flask, world: World, ada: Browser, name: str) -> None:
    folder = laid(app, "inbox", mbox(old(0))).parent
    (folder.parent / "secret_key").write_text("secret")
    (folder / "link").symlink_to(folder.parent / "secret_key")
    answer = ada.submit(PAGE, PAGE, name=name, how="now")
    assert answer.status_code == 422
    assert job_of(world) is None


def test_one_of_the_two_has_to_be_chosen(world: World, ada: Browser) -> None:
    assert "one of the two" in ada.submit(PAGE, PAGE).text
    assert job_of(world) is None


def test_cancelled_before_it_began_and_gone_on_with(app: Flask, world: World, ada: Browser) -> None:
    number = upload(ada, (mbox(old(0)), "a.mbox"), how="now")
    ada.submit(f"{PAGE}/{number}", f"{PAGE}/{number}/cancellation")
    assert job_of(world).state == "cancelled"
    work(app)
    assert job_of(world).filed == 0
    ada.submit(f"{PAGE}/{number}", f"{PAGE}/{number}/continuation")
    work(app)
    assert (job_of(world).state, job_of(world).filed) == ("done", 1)
    assert ada.post(f"{PAGE}/{number}/cancellation").status_code == 409


def test_a_failed_one_says_why(app: Flask, world: World, ada: Browser) -> None:
    path = laid(app, "inbox.pst", b"!BDN" + bytes(100))
    ada.submit(PAGE, PAGE, name="inbox.pst", how="now")
    work(app)
    number = job_of(world).id
    page = ada.text(f"{PAGE}/{number}")
    assert "readpst" in page
    path.write_bytes(mbox(old(0)))
    ada.submit(f"{PAGE}/{number}", f"{PAGE}/{number}/continuation")
    work(app)
    assert job_of(world).filed == 1


def test_only_for_administrators(browse: Callable[[str], Browser]) -> None:
    kim = browse("kim")
    assert kim.get(PAGE).status_code == 403
    assert kim.post(PAGE, name="inbox").status_code == 403
    assert kim.get(f"{PAGE}/1").status_code == 403


def test_an_unknown_number(ada: Browser) -> None:
    assert ada.get(f"{PAGE}/99").status_code == 404
