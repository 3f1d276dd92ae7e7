"""A listener on a real Dovecot: from the mail's arrival to its settlement, through everything that breaks."""

from datetime import timedelta

import pytest

from intake.source import Disposition, ListenerState, Settlement
from tests.intake.mailbox import account, listening, mail
from tests.peers.dovecot import dovecot_server
from tests.peers.imap_proxy import imap_proxy
from tests.peers.ledger import MemoryLedger
from tests.peers.waiting import wait_for

WITHOUT_IDLE = "IMAP4rev1 NAMESPACE UIDPLUS MOVE"


@pytest.fixture
def ledger():
    return MemoryLedger()


def raws(ledger):
    return sorted(row.mail.raw for row in ledger.rows.values())


def test_what_lies_there_and_what_arrives_is_filed_and_moved(dovecot, ledger):
    dovecot.deliver(mail(1))
    with listening(account(dovecot), ledger):
        ledger.wait_for_filed(1)
        idle = ledger.wait_for_state(ListenerState.IDLE)
        dovecot.deliver(mail(2))
        ledger.wait_for_filed(2)
    assert raws(ledger) == [mail(1), mail(2)]
    assert {row.settled for row in ledger.rows.values()} == {Settlement.MOVED}
    assert list(dovecot.messages("Helpdesk").values()) == [mail(1), mail(2)]
    assert dovecot.messages() == {}
    assert (idle.last_error, idle.exists) == ("", {"INBOX": 0})
    assert ledger.reports[-1].state is ListenerState.STOPPED
    assert ledger.released == 1


@pytest.mark.parametrize("folders", [("INBOX",), ("INBOX", "Sales")])
def test_idle_and_not_the_clock_brings_the_mail(dovecot, ledger, folders):
    with dovecot.client() as client:
        client.create_folder("Sales")
    with listening(account(dovecot, folders=folders, poll_seconds=1500), ledger):
        idle = ledger.wait_for_state(ListenerState.IDLE)
        assert idle.next_check_at - idle.at > timedelta(minutes=5)
        for number in range(3):
            dovecot.deliver(mail(number))
            ledger.wait_for_filed(number + 1)


def test_a_server_without_idle_is_polled(ledger):
    with dovecot_server(capability=WITHOUT_IDLE) as server, listening(account(server), ledger):
        polling = ledger.wait_for_state(ListenerState.POLLING)
        assert polling.next_check_at - polling.at == timedelta(seconds=1)
        server.deliver(mail(1))
        ledger.wait_for_filed(1)


def test_every_folder_is_read(dovecot, ledger):
    with dovecot.client() as client:
        client.create_folder("Sales")
    dovecot.deliver(mail(1))
    dovecot.deliver(mail(2), folder="Sales")
    with listening(account(dovecot, folders=("INBOX", "Sales")), ledger):
        ledger.wait_for_filed(2)
        dovecot.deliver(mail(3), folder="Sales")
        ledger.wait_for_filed(3)
        dovecot.deliver(mail(4))
        ledger.wait_for_filed(4)
    assert sorted({folder for folder, _, _ in ledger.rows}) == ["INBOX", "Sales"]
    assert raws(ledger) == [mail(number) for number in (1, 2, 3, 4)]


def test_a_missing_folder_is_reported_and_the_others_are_read(dovecot, ledger):
    dovecot.deliver(mail(1))
    with listening(account(dovecot, folders=("Nowhere", "INBOX")), ledger):
        ledger.wait_for_filed(1)
        health = ledger.wait_for_state(ListenerState.POLLING)
    assert "'Nowhere'" in health.last_error
    assert health.exists == {"INBOX": 0}


def test_mail_is_recorded_in_batches_before_it_is_touched(dovecot, ledger):
    dovecot.deliver(*(mail(number) for number in range(7)))
    seen = []
    ledger.on_record = lambda: seen.append(len(dovecot.messages("Helpdesk")))
    with listening(account(dovecot, batch=3), ledger):
        ledger.wait_for_filed(7)
    assert ledger.recorded == [[1, 2, 3], [4, 5, 6], [7]]
    assert seen == [0, 3, 6]


def test_left_mail_is_read_once(dovecot, ledger):
    dovecot.deliver(mail(1), mail(2))
    for _ in range(2):
        with listening(account(dovecot, disposition=Disposition.LEAVE), ledger):
            ledger.wait_for_state(ListenerState.IDLE, after=len(ledger.reports))
    assert ledger.recorded == [[1, 2]]
    assert dovecot.flags() == {1: set(), 2: set()}


def test_an_oversize_mail_is_recorded_flagged_and_kept(dovecot, ledger):
    dovecot.deliver(mail(1, "long " * 1000), mail(2))
    with listening(account(dovecot, message_bytes_max=2000), ledger):
        large, small = ledger.wait_for_filed(2)
    assert (large.mail.raw, large.settled) == (None, Settlement.FLAGGED)
    assert (small.mail.raw, small.settled) == (mail(2), Settlement.MOVED)
    assert list(dovecot.messages()) == [1]


def test_a_server_that_dies_is_found_again(dovecot, ledger):
    with listening(account(dovecot), ledger):
        ledger.wait_for_state(ListenerState.IDLE)
        dovecot.kill()
        trouble = ledger.wait_for_state(ListenerState.BACKING_OFF)
        dovecot.start()
        dovecot.deliver(mail(1))
        ledger.wait_for_filed(1)
        assert "it is tried again" in trouble.last_error
        healthy = ledger.wait_for_state(ListenerState.IDLE, after=ledger.reports.index(trouble))
        assert healthy.last_error == ""


def test_a_server_that_stays_away_is_asked_ever_less_often(dovecot, ledger):
    dovecot.kill()
    with listening(account(dovecot), ledger):
        ledger.wait_for(lambda: sum(h.state is ListenerState.BACKING_OFF for h in ledger.reports) >= 3)
    waits = [(h.next_check_at - h.at).total_seconds() for h in ledger.reports if h.next_check_at]
    assert 0.7 < waits[0] < 1.1 < waits[1] < 2.1 < waits[2] < 4.1


def test_a_wrong_password_is_reported_and_not_hammered(dovecot, ledger):
    with listening(account(dovecot, password="wrong"), ledger):
        health = ledger.wait_for_state(ListenerState.BACKING_OFF)
    assert "correct user name or password" in health.last_error
    assert health.next_check_at - health.at > timedelta(seconds=20)


@pytest.mark.parametrize("folder", ["INBOX", "Sales"])  # one is open in IDLE, the other is looked at in turn
def test_a_renumbered_folder_is_read_again_and_the_ledger_decides(dovecot, ledger, folder):
    with dovecot.client() as client:
        client.create_folder("Sales")
    dovecot.deliver(mail(1), folder=folder)
    with listening(account(dovecot, folders=("INBOX", "Sales"), disposition=Disposition.LEAVE), ledger):
        ledger.wait_for_filed(1)
        ledger.wait_for_state(ListenerState.IDLE)
        dovecot.set_uidvalidity(4711, folder)
        dovecot.deliver(mail(2), folder=folder)
        ledger.wait_for_filed(3)
    assert (folder, 4711, 1) in ledger.rows
    assert raws(ledger) == [mail(1), mail(1), mail(2)]


def test_what_a_killed_life_recorded_is_filed_and_settled_by_the_next(dovecot, ledger):
    dovecot.deliver(mail(1), mail(2))
    with dovecot.client() as client:
        validity = client.select_folder("INBOX")[b"UIDVALIDITY"]
    fetched = MemoryLedger()
    with listening(account(dovecot, disposition=Disposition.LEAVE), fetched):
        rows = fetched.wait_for_filed(2)
    ledger.record("INBOX", validity, [rows[0].mail])  # and then the machine lost its power
    with listening(account(dovecot), ledger):
        ledger.wait_for_filed(2)
    assert ledger.recorded == [[1], [2]]
    assert {row.settled for row in ledger.rows.values()} == {Settlement.MOVED}
    assert list(dovecot.messages("Helpdesk").values()) == [mail(1), mail(2)]


def test_mail_is_filed_from_the_ledger_even_when_the_server_is_away(dovecot, ledger):
    dovecot.deliver(mail(1))
    fetched = MemoryLedger()
    with listening(account(dovecot, disposition=Disposition.LEAVE), fetched):
        rows = fetched.wait_for_filed(1)
    ledger.record("INBOX", 1, [rows[0].mail])
    dovecot.kill()
    with listening(account(dovecot), ledger):
        ledger.wait_for(lambda: all(row.filed for row in ledger.rows.values()))


@pytest.mark.parametrize("command", [b"SELECT", b"SEARCH", b"RFC822.SIZE", b"BODY.PEEK", b"UID MOVE", b"IDLE"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_line_cut_at_any_command_loses_nothing(dovecot, ledger, command, moment):
    dovecot.deliver(*(mail(number) for number in range(5)))
    cuts = iter([True])

    def cut(sent):
        return command in sent and next(cuts, False)

    with imap_proxy(dovecot.port) as proxy, listening(account(proxy, batch=2), ledger):
        setattr(proxy, f"cut_{moment}", cut)
        dovecot.deliver(mail(5))
        ledger.wait_for_filed(6)
        wait_for(lambda: proxy.connections > 1 or next(cuts, None))
    assert raws(ledger) == [mail(number) for number in range(6)]
    assert sorted(dovecot.messages("Helpdesk").values()) == [mail(number) for number in range(6)]
    assert {row.settled for row in ledger.rows.values()} <= {Settlement.MOVED, Settlement.GONE}


@pytest.mark.parametrize("question", [b"BODY.PEEK[]", b"RFC822.SIZE"])
def test_a_mail_that_ends_the_connection_each_time_is_given_up_alone(dovecot, ledger, monkeypatch, question):
    monkeypatch.setattr("intake.listener.BREAKS_MAX", 2)
    dovecot.deliver(mail(1), mail(2), mail(3))
    with imap_proxy(dovecot.port) as proxy:
        proxy.cut_before = lambda sent: question in sent and b"2" in sent.split()[3].split(b",")
        with listening(account(proxy), ledger):
            ledger.wait_for_filed(3)
            ledger.wait_for_state(ListenerState.IDLE)
    first, second, third = (row for _, row in sorted(ledger.rows.items()))
    assert (first.mail.raw, second.mail.raw, third.mail.raw) == (mail(1), None, mail(3))
    assert "the connection broke each time" in second.mail.problem
    assert second.settled is Settlement.FLAGGED
    assert list(dovecot.messages()) == [2]


def test_a_ledger_that_fails_is_tried_again_and_shown(dovecot, ledger):
    dovecot.deliver(mail(1))
    failures = iter([OSError("disk full")])

    def fail_once():
        for failure in failures:
            raise failure

    ledger.on_record = fail_once
    with listening(account(dovecot), ledger):
        trouble = ledger.wait_for_state(ListenerState.BACKING_OFF)
        ledger.wait_for_filed(1)
    assert trouble.last_error == "OSError: disk full"


def test_another_machine_has_the_mailbox(dovecot, ledger, monkeypatch):
    monkeypatch.setattr("intake.listener.LEASE_SECONDS", 0.1)
    dovecot.deliver(mail(1))
    ledger.leased = False
    with listening(account(dovecot), ledger):
        ledger.wait_for(lambda: ledger.lease_refusals >= 3)
        assert (ledger.rows, ledger.reports) == ({}, [])
        ledger.leased = True
        ledger.wait_for_filed(1)
        ledger.wait_for_state(ListenerState.IDLE)
        ledger.leased = False
        ledger.wait_for(lambda: ledger.lease_refusals >= 5)
        reports = list(ledger.reports)
        dovecot.deliver(mail(2))
        ledger.wait_for(lambda: ledger.lease_refusals >= 7)
    assert len(ledger.rows) == 1
    assert (ledger.reports, ledger.released) == (reports, 0)


def test_a_listener_that_fetches_stops_between_batches(dovecot, ledger):
    dovecot.deliver(*(mail(number) for number in range(6)))
    with listening(account(dovecot, batch=2), ledger) as stop:
        ledger.on_record = stop.set
        ledger.wait_for_state(ListenerState.STOPPED)
    assert ledger.recorded == [[1, 2]]
    assert len(dovecot.messages()) == 4
