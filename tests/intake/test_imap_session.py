"""Connecting, signing in and reading a real Dovecot."""

import re
import socket
from datetime import UTC, datetime
from threading import Event, Thread

import pytest

from intake.imap import ImapSession
from intake.imap_fetch import batches, fetch
from intake.source import LoginRefused, ServerRefused, Unreachable, Untrusted
from tests.intake.mailbox import account, mail
from tests.peers.certificates import make_certificates
from tests.peers.dovecot import ACCESS_LISTS, dovecot_server
from tests.peers.imap_proxy import imap_proxy
from tests.peers.processes import free_port


def read(session, uids=None, alone=frozenset()):
    folder = session.select("INBOX")
    plan = list(batches(session, session.uids(folder) if uids is None else uids, alone))
    return [fetch(session, batch) for batch in plan]


def test_mails_come_whole_in_order_and_stay_unread(dovecot):
    mails = [mail(number) for number in range(3)]
    dovecot.deliver(*mails)
    with ImapSession.connect(account(dovecot)) as session:
        (fetched,) = read(session)
    assert [one.raw for one in fetched] == mails
    assert [one.uid for one in fetched] == [1, 2, 3]
    assert [one.size for one in fetched] == [len(one) for one in mails]
    assert all(abs(datetime.now(UTC) - one.internal_date).total_seconds() < 3600 for one in fetched)
    assert dovecot.flags() == {1: set(), 2: set(), 3: set()}


def test_a_batch_is_bounded_by_count(dovecot):
    dovecot.deliver(*(mail(number) for number in range(5)))
    with ImapSession.connect(account(dovecot, batch=2)) as session:
        assert [[one.uid for one in batch] for batch in read(session)] == [[1, 2], [3, 4], [5]]


def test_a_batch_is_bounded_by_bytes(dovecot):
    dovecot.deliver(mail(1), mail(2, "long " * 300), mail(3), mail(4))
    with ImapSession.connect(account(dovecot, batch_bytes=1000)) as session:
        assert [[one.uid for one in batch] for batch in read(session)] == [[1], [2], [3, 4]]


def test_a_suspect_is_fetched_alone(dovecot):
    dovecot.deliver(*(mail(number) for number in range(4)))
    with ImapSession.connect(account(dovecot)) as session:
        batched = read(session, alone=frozenset({2}))
    assert [[one.uid for one in batch] for batch in batched] == [[1], [2], [3, 4]]


def test_an_oversize_mail_is_reported_with_its_header_only(dovecot):
    dovecot.deliver(mail(1, "long " * 1000), mail(2))
    with imap_proxy(dovecot.port) as proxy:
        with ImapSession.connect(account(proxy, message_bytes_max=2000)) as session:
            ((large, small),) = read(session)
        bodies = [sent.split()[3] for sent in proxy.sent if b"BODY.PEEK[]" in sent]
    assert bodies == [b"2"]
    assert large.raw is None
    assert large.size > 5000
    assert large.header.startswith(b"From: kim@example.org")
    assert b"long long" not in large.header
    assert "larger than this mailbox takes" in large.problem
    assert small.raw == mail(2)


def test_a_body_is_not_believed_smaller_than_it_is(dovecot):
    dovecot.deliver(mail(1, "long " * 1000))
    with imap_proxy(dovecot.port) as proxy:
        proxy.rewrite = lambda answer: answer.replace(b"RFC822.SIZE 5", b"RFC822.SIZE 0")
        with ImapSession.connect(account(proxy, message_bytes_max=2000)) as session:
            ((large,),) = read(session)
    assert large.raw is None
    assert large.size > 5000


def test_a_mail_that_vanished_is_left_out(dovecot):
    dovecot.deliver(mail(1), mail(2))
    with ImapSession.connect(account(dovecot)) as session:
        session.select("INBOX")
        (listed,) = batches(session, [1, 2])
        with dovecot.client() as other:
            other.select_folder("INBOX")
            other.delete_messages([1])
            other.expunge()
        session.noop()
        assert [one.uid for one in fetch(session, listed)] == [2]


def test_a_body_the_server_withholds_is_reported_and_stops_no_other(dovecot):
    dovecot.deliver(mail(1), mail(2), mail(3))
    with imap_proxy(dovecot.port) as proxy, ImapSession.connect(account(proxy)) as session:
        proxy.refuse_when = re.compile(rb"FETCH (2|\S+,2,\S+) \(BODY").search
        ((first, second, third),) = read(session)
    assert (first.raw, second.raw, third.raw) == (mail(1), None, mail(3))
    assert second.size == len(mail(2))
    assert "doesn't hand out this mail" in second.problem


def test_news_after_a_uid(dovecot):
    dovecot.deliver(mail(1), mail(2))
    with ImapSession.connect(account(dovecot)) as session:
        session.select("INBOX")
        assert session.uids_above(1) == [2]
        assert session.uids_above(2) == []


def test_a_long_folder_is_listed_in_slices(dovecot, monkeypatch):
    monkeypatch.setattr("intake.imap.LISTING", 10)
    dovecot.deliver(*(mail(number) for number in range(35)))
    with dovecot.client() as other:
        other.select_folder("INBOX")
        other.delete_messages(list(range(5, 12)))
        other.expunge()
    with imap_proxy(dovecot.port) as proxy, ImapSession.connect(account(proxy)) as session:
        assert session.uids(session.select("INBOX")) == [*range(1, 5), *range(12, 36)]
        assert sum(b"UID SEARCH" in sent for sent in proxy.sent) > 3


def test_an_empty_folder_has_no_uids(dovecot):
    with ImapSession.connect(account(dovecot)) as session:
        folder = session.select("INBOX")
        assert (folder.exists, folder.uid_next, session.uids(folder)) == (0, 1, [])
        assert folder.uidvalidity > 0


def test_a_missing_folder_is_named(dovecot):
    with ImapSession.connect(account(dovecot)) as session, pytest.raises(ServerRefused, match="'Nowhere'"):
        session.select("Nowhere")


def test_tls_with_the_right_authority(dovecot):
    secure = {"port": dovecot.tls_port, "security": "tls", "ca_file": dovecot.certificates.authority}
    dovecot.deliver(mail(1))
    with ImapSession.connect(account(dovecot, **secure)) as session:
        assert [one.raw for one in read(session)[0]] == [mail(1)]


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_an_unknown_authority_is_refused_before_the_password_leaves(dovecot, security, tmp_path):
    other = make_certificates(tmp_path, "other").authority
    for ca_file in (other, None):
        with imap_proxy(dovecot.tls_port if security == "tls" else dovecot.port) as proxy:
            with pytest.raises(Untrusted, match="certificate"):
                ImapSession.connect(account(proxy, security=security, ca_file=ca_file))
            assert not any(b"LOGIN" in sent or b"AUTHENTICATE" in sent for sent in proxy.sent)


def test_a_certificate_for_another_name_is_refused():
    # 127.0.0.2 is this machine as well, but not in the certificate.
    with dovecot_server(settings=["listen = 127.0.0.1, 127.0.0.2"]) as server:
        secure = {"port": server.tls_port, "security": "tls", "ca_file": server.certificates.authority}
        with pytest.raises(Untrusted):
            ImapSession.connect(account(server, host="127.0.0.2", **secure))


def test_starttls(dovecot):
    secure = {"security": "starttls", "ca_file": dovecot.certificates.authority}
    with imap_proxy(dovecot.port) as proxy:
        with ImapSession.connect(account(proxy, **secure)) as session:
            assert session.select("INBOX").exists == 0
        assert not any(b"AUTHENTICATE" in sent for sent in proxy.sent)


def test_starttls_stripped_on_the_way_is_refused(dovecot):
    secure = {"security": "starttls", "ca_file": dovecot.certificates.authority}
    with imap_proxy(dovecot.port) as proxy:
        proxy.rewrite = lambda answer: answer.replace(b" STARTTLS", b"")
        with pytest.raises(Untrusted, match="offers no STARTTLS"):
            ImapSession.connect(account(proxy, **secure))
        assert not any(b"AUTHENTICATE" in sent for sent in proxy.sent)


def test_an_authority_file_that_is_missing_is_said(dovecot, tmp_path):
    with pytest.raises(Untrusted, match="no certificate authority can be read"):
        ImapSession.connect(account(dovecot, security="tls", ca_file=tmp_path / "missing.pem"))


def test_a_wrong_password_is_not_a_network_error(dovecot):
    with pytest.raises(LoginRefused, match="correct user name or password"):
        ImapSession.connect(account(dovecot, password="wrong"))


def test_a_connection_that_breaks_during_sign_in_is_no_wrong_password(dovecot):
    with imap_proxy(dovecot.port) as proxy:
        proxy.cut_before = lambda sent: b"AUTHENTICATE" in sent
        with pytest.raises(Unreachable):
            ImapSession.connect(account(proxy))


def test_a_server_that_is_busy_is_no_wrong_password(dovecot):
    with imap_proxy(dovecot.port) as proxy:
        proxy.rewrite = lambda answer: answer.replace(b"[AUTHENTICATIONFAILED]", b"[UNAVAILABLE]")
        with pytest.raises(Unreachable, match="can't sign in just now"):
            ImapSession.connect(account(proxy, password="wrong"))


@pytest.mark.parametrize("password", ["pass word", 'quo"te\\', "Grüße 密码"])
def test_any_password_arrives(dovecot, password):
    dovecot.add_user("odd@example.com", password)
    with ImapSession.connect(account(dovecot, username="odd@example.com", password=password)) as session:
        assert session.select("INBOX").name == "INBOX"


def test_without_auth_plain_it_signs_in_by_login(dovecot):
    dovecot.add_user("odd@example.com", 'quo"te\\ word')
    with imap_proxy(dovecot.port) as proxy:
        proxy.rewrite = lambda answer: answer.replace(b"AUTH=PLAIN", b"AUTH=NONE1")
        who = {"username": "odd@example.com", "password": 'quo"te\\ word'}
        with ImapSession.connect(account(proxy, **who)) as session:
            assert session.select("INBOX").name == "INBOX"
        assert any(b" LOGIN " in sent for sent in proxy.sent)


def test_a_port_without_a_server_is_unreachable(dovecot):
    with pytest.raises(Unreachable, match="it is tried again"):
        ImapSession.connect(account(dovecot, port=free_port()))


def test_a_server_without_tls_on_the_tls_port_is_said(dovecot):
    with pytest.raises(Unreachable, match="check port and security"):
        ImapSession.connect(account(dovecot, security="tls"))


def test_a_server_that_is_no_imap_server_is_refused():
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def greet():
            connection, _ = listening.accept()
            with connection:
                connection.sendall(b"220 mail.example.com ESMTP\r\n")
                connection.recv(1000)

        thread = Thread(target=greet)
        thread.start()
        server = type("Address", (), {"host": "127.0.0.1", "port": listening.getsockname()[1]})
        with pytest.raises((ServerRefused, Unreachable)):
            ImapSession.connect(account(server))
        thread.join()


def test_idle_tells_of_a_new_mail(dovecot):
    with ImapSession.connect(account(dovecot)) as session:
        session.select("INBOX")
        assert session.can_idle
        assert session.wait(0.1, Event(), lambda: None) is False
        rounds = iter([lambda: dovecot.deliver(mail(1))])
        assert session.wait(30, Event(), lambda: next(rounds, lambda: None)()) is True
        assert session.uids_above(0) == [1]


def test_idle_is_silent_about_what_others_do_with_old_mail(dovecot):
    dovecot.deliver(mail(1))

    def read_it():
        with dovecot.client() as other:
            other.select_folder("INBOX")
            other.add_flags([1], [rb"\Seen"])

    with ImapSession.connect(account(dovecot)) as session:
        session.select("INBOX")
        session.wait(0.1, Event(), lambda: None)
        rounds = iter([read_it])
        assert session.wait(30, Event(), lambda: next(rounds, lambda: None)()) is False


def test_news_in_the_packet_that_begins_idle_is_not_missed(dovecot):
    with imap_proxy(dovecot.port) as proxy, ImapSession.connect(account(proxy)) as session:
        session.select("INBOX")
        proxy.rewrite = lambda answer: answer.replace(b"+ idling\r\n", b"+ idling\r\n* 1 EXISTS\r\n")
        assert session.wait(500, Event(), lambda: None) is True


def test_idle_ends_when_it_is_told_to_stop(dovecot):
    stop = Event()
    with ImapSession.connect(account(dovecot)) as session:
        session.select("INBOX")
        session.wait(0.1, stop, lambda: None)
        assert session.wait(300, stop, stop.set) is False
        assert session.uids_above(0) == []


def test_a_server_without_idle_is_known():
    with dovecot_server(capability="IMAP4rev1 NAMESPACE UIDPLUS MOVE") as server:
        session = ImapSession.connect(account(server))
        with session:
            assert not session.can_idle


def test_idle_announced_and_refused_is_not_asked_for_again(dovecot):
    with imap_proxy(dovecot.port) as proxy, ImapSession.connect(account(proxy)) as session:
        session.select("INBOX")
        proxy.refuse_when = lambda sent: b" IDLE" in sent
        assert session.wait(5, Event(), lambda: None) is False
        assert not session.can_idle
        assert session.uids_above(0) == []


def test_news_before_idle_begins_costs_the_connection_and_no_mail(dovecot):
    with imap_proxy(dovecot.port) as proxy:
        session = ImapSession.connect(account(proxy))
        session.select("INBOX")
        proxy.rewrite = lambda answer: answer.replace(b"+ idling", b"* 1 EXISTS\r\n+ idling")
        with pytest.raises(Unreachable, match="connecting again"), session:
            session.wait(5, Event(), lambda: None)


def test_a_server_that_dies_in_idle_is_noticed(dovecot):
    kills = iter([dovecot.kill])
    with ImapSession.connect(account(dovecot)) as session:
        session.select("INBOX")
        session.wait(0.1, Event(), lambda: None)
        with pytest.raises(Unreachable):
            session.wait(60, Event(), lambda: next(kills, lambda: None)())


def test_a_read_only_folder_is_read():
    with dovecot_server(settings=ACCESS_LISTS) as server:
        server.deliver(mail(1))
        server.restrict("lookup read")
        with ImapSession.connect(account(server)) as session:
            assert [one.raw for one in read(session)[0]] == [mail(1)]
            assert session.read_only
