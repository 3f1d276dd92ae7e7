"""On servers without MOVE a mail is copied and expunged; killed in between, it is not copied twice."""

import pytest

from intake.imap import ImapSession
from intake.imap_settle import settle
from intake.source import Settlement, Unreachable, Unsettled
from tests.intake.mailbox import account, mail
from tests.peers.dovecot import dovecot_server
from tests.peers.imap_proxy import imap_proxy, never

MOVED = Settlement.MOVED


@pytest.fixture
def server():
    with dovecot_server(capability="IMAP4rev1 UIDPLUS NAMESPACE IDLE") as server:
        yield server


@pytest.fixture(params=["keywords", "no keywords"])
def proxy(request, server):
    with imap_proxy(server.port) as proxy:
        if request.param == "no keywords":
            proxy.rewrite = lambda answer: answer.replace(rb"\Draft \*)", rb"\Draft)")
        yield proxy


def apply(server, *uids):
    with ImapSession.connect(account(server)) as session:
        session.select("INBOX")
        return settle(session, [Unsettled(uid, True) for uid in uids])


def is_copy(sent):
    return b"UID COPY" in sent


def is_deletion(sent):
    return rb"\Deleted" in sent


def is_expunge(sent):
    return b"UID EXPUNGE" in sent


@pytest.mark.parametrize("moment", ["cut_before", "cut_after"])
@pytest.mark.parametrize("command", [is_copy, is_deletion, is_expunge])
def test_a_kill_in_between_leaves_one_copy(server, proxy, moment, command):
    server.deliver(mail(1), mail(2, "long " * 200), mail(3))
    setattr(proxy, moment, command)
    with pytest.raises(Unreachable):
        apply(proxy, 1, 2)
    setattr(proxy, moment, never)
    how = apply(proxy, 1, 2)
    assert set(how) <= {MOVED, Settlement.GONE}
    assert sorted(server.messages("Helpdesk").values()) == sorted([mail(1), mail(2, "long " * 200)])
    assert list(server.messages().values()) == [mail(3)]
    assert server.flags() == {3: set()}


def test_each_copy_stands_for_one_mail(server, proxy):
    """Two that are alike to the byte and the second, of which one was copied."""
    with server.client() as client:
        client.append("INBOX", mail(1), msg_time=None)
        client.select_folder("INBOX")
        client.copy([1], "INBOX")
    proxy.cut_after = is_copy
    with pytest.raises(Unreachable):
        apply(proxy, 1)
    proxy.cut_after = never
    apply(proxy, 1)
    apply(proxy, 2)
    assert server.messages() == {}
    assert set(server.messages("Helpdesk").values()) == {mail(1)}


def test_a_mail_with_the_same_name_and_size_is_no_copy(server, proxy):
    """Somebody sent one ahead with the same Message-ID: the mail itself is moved all the same."""
    other = mail(1, "It smiles.")
    assert len(other) == len(mail(1, "It smokes."))
    server.deliver(mail(1, "It smokes."))
    with server.client() as client:
        client.select_folder("INBOX")
        at = client.fetch([1], ["INTERNALDATE"])[1][b"INTERNALDATE"]
        client.create_folder("Helpdesk")
        client.append("Helpdesk", other, msg_time=at)
        client.add_flags([1], [b"$HelpdeskFiled"])
    assert apply(proxy, 1) == {MOVED: [1]}
    assert sorted(server.messages("Helpdesk").values()) == sorted([other, mail(1, "It smokes.")])


def test_without_a_mishap_the_target_is_not_searched(server):
    server.deliver(mail(1))
    with server.client() as client:
        client.create_folder("Helpdesk")
    with imap_proxy(server.port) as proxy:
        apply(proxy, 1)
        assert not any(b"SEARCH LARGER" in sent for sent in proxy.sent)
    assert list(server.messages("Helpdesk").values()) == [mail(1)]
