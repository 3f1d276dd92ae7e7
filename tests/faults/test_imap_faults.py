"""The line to a real Dovecot, cut in the middle of each command that the listener uses, at each moment of it; folders
that are renumbered, deleted and made anew. Every mail is filed once."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from intake import imap
from tests.faults.conftest import Fault
from tests.faults.rig import Rig, rig
from tests.peers.cutting_proxy import CuttingProxy, Moment, cutting_proxy
from tests.peers.dovecot import Dovecot, dovecot_server
from tests.peers.imap_proxy import imap_proxy
from tests.peers.waiting import wait_for

Note = Callable[[Fault], Fault]
WITHOUT_MOVE = "IMAP4rev1 UIDPLUS NAMESPACE AUTH=PLAIN LITERAL+"
POLLED = "IMAP4rev1 NAMESPACE AUTH=PLAIN LITERAL+"
numbers = count(1)

# Every command, as a pattern of what the client sends, and the server on which the listener uses it.
COMMANDS = {
    "CAPABILITY": (rb" CAPABILITY\r\n", None),
    "AUTHENTICATE": (rb" AUTHENTICATE ", None),
    "NAMESPACE": (rb" NAMESPACE\r\n", None),
    "SELECT": (rb" (?:SELECT|EXAMINE) ", None),
    "UID SEARCH": (rb" UID SEARCH ", None),
    "UID FETCH (size)": (rb" UID FETCH .*RFC822\.SIZE", None),
    "UID FETCH (mail)": (rb" UID FETCH .*BODY\.PEEK\[\]", None),
    "UID MOVE": (rb" UID MOVE ", None),
    "LIST": (rb" LIST ", None),
    "CREATE": (rb" CREATE ", None),
    "SUBSCRIBE": (rb" SUBSCRIBE ", None),
    "IDLE": (rb" IDLE\r\n", None),
    "DONE": (rb"DONE\r\n", None),
    "LOGOUT": (rb" LOGOUT\r\n", None),
    "UID COPY": (rb" UID COPY ", WITHOUT_MOVE),
    "UID EXPUNGE": (rb" UID EXPUNGE ", WITHOUT_MOVE),
    "UID STORE": (rb" UID STORE ", POLLED),
}
MAKES_FOLDER = ("LIST", "CREATE", "SUBSCRIBE")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comes back at once after a broken line, and looks again soon."""
    monkeypatch.setattr("intake.listener.BACK_OFF_FIRST_SECONDS", 0.02)
    monkeypatch.setattr("intake.listener.BACK_OFF_MAX_SECONDS", 0.05)
    monkeypatch.setattr(imap, "FIRST_IDLE_SECONDS", 0.3)
    monkeypatch.setattr(imap, "SLICE_SECONDS", 0.05)


def mail(lines: int = 40) -> bytes:
    number = next(numbers)
    return (
        f"From: kim@example.org\r\nTo: help@desk.example\r\nSubject: Printer {number}\r\n"
        f"Message-ID: <fault{number}@example.org>\r\nDate: Fri, 20 Nov 2026 10:00:00 +0000\r\n\r\n"
        + "It smokes.\r\n"
        * lines
    ).encode()


def strike(desk: Rig, proxy: CuttingProxy, dovecot: Dovecot, name: str, moment: Moment, before: int) -> list[bytes]:
    """Three mails, and the line cut while they are on their way. Returns them."""
    if name in MAKES_FOLDER:
        with dovecot.client() as client:
            client.delete_folder("Helpdesk")
    mails = [mail() for _ in range(3)]
    dovecot.deliver(*mails[:2])
    proxy.arm(COMMANDS[name][0], moment)
    # Should those be dealt with by now, this one asks for the command.
    dovecot.deliver(mails[2])
    if name == "LOGOUT":
        desk.wait_for_mails(before + len(mails))
        desk.end()
    wait_for(proxy.struck.is_set, what=f"{name} to be cut {moment}")
    if name == "LOGOUT":
        desk.start()
    return mails


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_is_cut_in_the_middle_of(name: str, tmp_path: Path, fault: Note) -> None:
    with (
        dovecot_server(capability=COMMANDS[name][1]) as dovecot,
        cutting_proxy(dovecot.port) as proxy,
        rig(tmp_path, proxy) as desk,
    ):
        mails = [mail()]
        dovecot.deliver(*mails)
        desk.start()
        desk.wait_for_mails(1)
        for moment in Moment:
            mails += strike(desk, proxy, dovecot, name, moment, len(mails))
            desk.wait_for_mails(len(mails))
        found = fault(desk.fault(f"line cut at {name}, {len(Moment)} moments", mails))
    assert found.filed == len(mails)


def test_a_mail_announced_with_the_answer_to_another_command_is_not_overlooked(tmp_path: Path, fault: Note) -> None:
    """IDLE does not tell of it again: without a look of its own it would lie there for minutes."""
    with (
        dovecot_server() as dovecot,
        imap_proxy(dovecot.port) as proxy,
        rig(tmp_path, proxy) as desk,
    ):
        mails = [mail() for _ in range(4)]
        left = iter(mails[1:])

        def one_more_comes(sent: bytes) -> bool:
            if b" UID MOVE " in sent and (another := next(left, None)):
                dovecot.deliver(another)
            return False

        proxy.cut_before = one_more_comes
        dovecot.deliver(mails[0])
        desk.start()
        desk.wait_for_mails(len(mails))
        fault(desk.fault("mail arrives in the middle of UID MOVE", mails))


def test_a_folder_is_renumbered_while_it_is_read(tmp_path: Path, fault: Note) -> None:
    """As a restore from backup does. The mails stay where they are, so all of them come once more."""
    with (
        dovecot_server() as dovecot,
        cutting_proxy(dovecot.port) as proxy,
        rig(tmp_path, proxy, disposition="leave", batch=4) as desk,
    ):
        mails = [mail() for _ in range(12)]
        dovecot.deliver(*mails)
        proxy.arm(rb" UID FETCH \d*[1-9]\d*[:,].*BODY\.PEEK\[\]", Moment.HALF_ANSWERED)
        desk.start()
        wait_for(proxy.struck.is_set, what="the line to be cut while mails are fetched")
        dovecot.set_uidvalidity(4_000_000_001)
        desk.wait_for_mails(12)
        mails.append(mail())
        dovecot.deliver(mails[-1])
        dovecot.set_uidvalidity(4_000_000_002)
        proxy.cut()
        desk.wait_for_mails(25)
        fault(desk.fault("UIDVALIDITY changes, twice, while mails are read", mails))


def test_a_folder_is_deleted_and_made_anew_while_it_is_read(tmp_path: Path, fault: Note) -> None:
    """Its mails come back from a backup, in another order and under other numbers."""
    with (
        dovecot_server() as dovecot,
        cutting_proxy(dovecot.port) as proxy,
        rig(tmp_path, proxy, folders=("INBOX", "Support"), disposition="leave", batch=4) as desk,
    ):
        mails = [mail() for _ in range(10)]
        with dovecot.client() as client:
            client.create_folder("Support")
        dovecot.deliver(*mails, folder="Support")
        proxy.arm(rb" UID FETCH .*BODY\.PEEK\[\]", Moment.HALF_ANSWERED)
        desk.start()
        wait_for(proxy.struck.is_set, what="the line to be cut while mails are fetched")
        with dovecot.client() as client:
            client.delete_folder("Support")
            client.create_folder("Support")
        mails += [mail(), mail()]
        dovecot.deliver(*reversed(mails), folder="Support")

        def all_filed() -> bool:
            found = desk.fault("", mails)
            return found.lost == 0 and desk.found()[1] == 0

        wait_for(all_filed, 30, what="every mail of the folder")
        fault(desk.fault("folder deleted and made anew while it is read", mails))
