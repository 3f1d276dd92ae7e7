"""The demo's outbox: letters kept as files and read back."""

from pathlib import Path

import pytest

from helpdesk.incidents.thread import Words
from helpdesk.letters.captured import CapturingTransport, captured, read
from tests.letters.conftest import Desk, text_of


@pytest.fixture
def outbox(desk: Desk, tmp_path: Path) -> Path:
    """What stands in it: an acknowledgement and a reply to each of two."""
    desk.jo.notify_by_mail = desk.sam.notify_by_mail = False
    incident = desk.report("Grüße", cc=("jörg@example.net",))
    desk.tell()
    incident.reply(Words("Try again."), by=desk.jo.actor(), at=desk.at())
    desk.tell()
    for delivery in desk.deliveries():
        desk.send(delivery, transport=CapturingTransport(tmp_path / "outbox"))
    return tmp_path / "outbox"


def test_letters_are_listed_the_newest_first(desk: Desk, outbox: Path):
    lines = captured(outbox)
    assert {one.recipient for one in lines[:2]} == {"dana@example.net", "jörg@example.net"}
    assert lines[2].recipient == "dana@example.net"
    assert lines[2].at < lines[0].at
    assert lines[0].sender == '"Jo Park (Rowan Desk)" <help@desk.example>'
    assert lines[0].subject == "Re: Grüße [INC-1]"
    assert [one.name for one in captured(outbox, limit=1)] == [lines[0].name]
    assert all(one.answer.startswith("250 kept as") for one in desk.deliveries())


def test_a_letter_is_read_back_whole(outbox: Path):
    letter = read(outbox, captured(outbox)[0].name)
    assert letter is not None
    assert text_of(letter).startswith("Try again.")
    assert letter.get_body(("html",)) is not None


def test_the_same_letter_is_kept_once(desk: Desk, outbox: Path):
    before = sorted(path.name for path in outbox.iterdir())
    for delivery in desk.deliveries():
        letter = desk.letter(delivery)
        CapturingTransport(outbox).send(letter, desk.mailbox, delivery.recipient)
    assert sorted(path.name for path in outbox.iterdir()) == before


@pytest.mark.parametrize("name", ["../secret_key", "/etc/passwd", "", "x.eml", "20260302T093301Z-0000000000000000.eml"])
def test_no_other_file_can_be_read(outbox: Path, name: str):
    (outbox.parent / "secret_key").write_text("secret")
    assert read(outbox, name) is None


def test_strange_files_are_left_alone_and_an_empty_outbox_is_empty(outbox: Path, tmp_path: Path):
    count = len(captured(outbox))
    (outbox / "notes.eml").write_text("mine")
    (outbox / ".new-abc").write_text("half")
    assert len(captured(outbox)) == count
    assert captured(tmp_path / "nothing") == []
