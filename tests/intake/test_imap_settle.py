"""What becomes of a mail on the server, on servers that can do more and less."""

import pytest

from intake.imap import ImapSession
from intake.imap_settle import settle
from intake.source import Disposition, Settlement, Unsettled
from tests.intake.mailbox import account, mail
from tests.peers.dovecot import ACCESS_LISTS, dovecot_server
from tests.peers.imap_proxy import imap_proxy

FILED = {b"$HelpdeskFiled"}
MOVED, DELETED, FLAGGED, LEFT = Settlement.MOVED, Settlement.DELETED, Settlement.FLAGGED, Settlement.LEFT


def apply(server, *uids, disposition=Disposition.MOVE, stored=True, **changes):
    with ImapSession.connect(account(server, disposition=disposition, **changes)) as session:
        session.select("INBOX")
        return settle(session, [Unsettled(uid, stored) for uid in uids])


def test_moved_into_a_folder_that_is_made(dovecot):
    dovecot.deliver(mail(1), mail(2), mail(3))
    assert apply(dovecot, 1, 3) == {MOVED: [1, 3]}
    assert list(dovecot.messages("Helpdesk").values()) == [mail(1), mail(3)]
    assert list(dovecot.messages()) == [2]
    assert dovecot.flags() == {2: set()}


def test_moved_into_a_folder_that_exists(dovecot):
    dovecot.deliver(mail(1))
    with dovecot.client() as other:
        other.create_folder("Erledigt für heute")
    assert apply(dovecot, 1, move_to="Erledigt für heute") == {MOVED: [1]}
    assert list(dovecot.messages("Erledigt für heute").values()) == [mail(1)]


@pytest.mark.parametrize("name", ["Desk/Filed", "INBOX.Desk.Filed"])
def test_the_target_follows_prefix_and_separator_of_the_server(name):
    with dovecot_server(prefix="INBOX.", separator=".") as server:
        server.deliver(mail(1))
        assert apply(server, 1, move_to=name) == {MOVED: [1]}
        assert list(server.messages("INBOX.Desk.Filed").values()) == [mail(1)]


def test_without_move_it_is_copied_and_only_ours_is_expunged():
    with dovecot_server(capability="IMAP4rev1 UIDPLUS NAMESPACE IDLE") as server:
        server.deliver(mail(1), mail(2))
        with server.client() as other:
            other.select_folder("INBOX")
            other.delete_messages([2])
        assert apply(server, 1) == {MOVED: [1]}
        assert list(server.messages("Helpdesk").values()) == [mail(1)]
        assert server.flags() == {2: {rb"\Deleted"}}


@pytest.mark.parametrize("disposition", [Disposition.MOVE, Disposition.DELETE])
def test_without_move_and_uidplus_it_is_flagged(disposition):
    with dovecot_server(capability="IMAP4rev1 NAMESPACE IDLE") as server:
        server.deliver(mail(1), mail(2))
        with server.client() as other:
            other.select_folder("INBOX")
            other.delete_messages([2])
        assert apply(server, 1, disposition=disposition) == {FLAGGED: [1]}
        assert server.flags() == {1: FILED, 2: {rb"\Deleted"}}
        assert server.folders() == {"INBOX"}


def test_flagged(dovecot):
    dovecot.deliver(mail(1), mail(2))
    assert apply(dovecot, 2, disposition=Disposition.FLAG) == {FLAGGED: [2]}
    assert dovecot.flags() == {1: set(), 2: FILED}


def test_flagged_without_keywords(dovecot):
    dovecot.deliver(mail(1))
    with imap_proxy(dovecot.port) as proxy:
        proxy.rewrite = lambda answer: answer.replace(rb"\Draft \*)", rb"\Draft)")
        assert apply(proxy, 1, disposition=Disposition.FLAG) == {FLAGGED: [1]}
    assert dovecot.flags() == {1: {rb"\Flagged"}}


def test_a_folder_that_runs_out_of_keywords_gets_the_plain_flag(dovecot):
    dovecot.deliver(mail(1))
    with imap_proxy(dovecot.port) as proxy:
        proxy.refuse_when = lambda sent: b"$HelpdeskFiled" in sent
        assert apply(proxy, 1, disposition=Disposition.FLAG) == {FLAGGED: [1]}
    assert dovecot.flags() == {1: {rb"\Flagged"}}


def test_left(dovecot):
    dovecot.deliver(mail(1))
    assert apply(dovecot, 1, disposition=Disposition.LEAVE) == {LEFT: [1]}
    assert dovecot.flags() == {1: set()}


def test_deleted_alone(dovecot):
    dovecot.deliver(mail(1), mail(2), mail(3))
    with dovecot.client() as other:
        other.select_folder("INBOX")
        other.delete_messages([3])
    assert apply(dovecot, 2, disposition=Disposition.DELETE) == {DELETED: [2]}
    assert dovecot.flags() == {1: set(), 3: {rb"\Deleted"}}


@pytest.mark.parametrize("disposition", [Disposition.MOVE, Disposition.DELETE, Disposition.FLAG])
def test_a_mail_whose_body_is_not_here_stays_there(dovecot, disposition):
    dovecot.deliver(mail(1))
    assert apply(dovecot, 1, disposition=disposition, stored=False) == {FLAGGED: [1]}
    assert dovecot.flags() == {1: FILED}


@pytest.mark.parametrize("refused", [b"UID MOVE", b"CREATE"])
def test_a_move_that_fails_ends_flagged(dovecot, refused):
    dovecot.deliver(mail(1))
    with imap_proxy(dovecot.port) as proxy:
        proxy.refuse_when = lambda sent: refused in sent
        assert apply(proxy, 1) == {FLAGGED: [1]}
    assert dovecot.flags() == {1: FILED}


def test_a_read_only_folder_is_left():
    with dovecot_server(settings=ACCESS_LISTS) as server:
        server.deliver(mail(1))
        server.restrict("lookup read")
        assert apply(server, 1) == {LEFT: [1]}
        assert server.flags() == {1: set()}
        assert server.folders() == {"INBOX"}


def test_what_somebody_took_away_is_gone(dovecot):
    dovecot.deliver(mail(1))
    assert apply(dovecot, 1, 99) == {Settlement.GONE: [99], MOVED: [1]}


def test_many_are_moved_in_parts(dovecot, monkeypatch):
    monkeypatch.setattr("intake.imap_settle.MAILS_AT_ONCE", 3)
    dovecot.deliver(*(mail(number) for number in range(8)))
    assert apply(dovecot, *range(1, 9)) == {MOVED: list(range(1, 9))}
    assert len(dovecot.messages("Helpdesk")) == 8
