"""The SMTP and LMTP door, spoken to over a real connection."""

import smtplib
import socket
from contextlib import contextmanager
from ipaddress import ip_network
from threading import Event, Thread

import pytest

from intake.smtp_door import SmtpDoor
from intake.smtp_envelope import DoorRules
from intake.smtp_protocol import PIECE_BYTES
from tests.peers.processes import accepts
from tests.peers.waiting import wait_for

MAIL = b"From: kim@example.org\r\nTo: desk@example.com\r\nSubject: Printer\r\n\r\nIt smokes.\r\n"
DESK = "desk@example.com"
SALES = "sales@example.com"


class Desk:
    """Keeps what is delivered, unless told to fail."""

    def __init__(self):
        self.envelopes = []
        self.failure = None

    def deliver(self, envelope):
        if self.failure:
            raise self.failure
        self.envelopes.append(envelope)


@pytest.fixture
def desk():
    return Desk()


def anybody(address):
    return True


def door(desk, lmtp=False, **rules):
    usual = {"recipient_allowed": lambda address: address.lower() in (DESK, SALES), "message_bytes_max": 20_000}
    return SmtpDoor(desk.deliver, DoorRules(**(usual | rules)), hostname="desk.example.com", lmtp=lmtp)


@contextmanager
def client(open_door, kind=smtplib.SMTP):
    with kind(open_door.host, open_door.port, "client.example.org", timeout=20) as connection:
        yield connection


def test_a_mail_arrives_with_its_envelope(desk):
    with door(desk) as open_door, client(open_door) as smtp:
        assert smtp.sendmail("kim@example.org", [DESK, SALES], MAIL) == {}
    (envelope,) = desk.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("kim@example.org", (DESK, SALES))
    assert (envelope.peer, envelope.helo) == ("127.0.0.1", "client.example.org")
    assert envelope.raw == MAIL


def test_several_mails_come_over_one_connection(desk):
    with door(desk) as open_door, client(open_door) as smtp:
        for _ in range(3):
            smtp.sendmail("kim@example.org", [DESK], MAIL)
    assert [envelope.raw for envelope in desk.envelopes] == [MAIL] * 3


def test_a_bounce_has_an_empty_sender(desk):
    with door(desk) as open_door, client(open_door) as smtp:
        smtp.sendmail("", [DESK], MAIL)
    assert desk.envelopes[0].mail_from == ""


def test_it_announces_what_it_takes(desk):
    with door(desk) as open_door, client(open_door) as smtp:
        smtp.ehlo()
        assert {"size", "8bitmime", "smtputf8"} <= smtp.esmtp_features.keys()
        assert smtp.esmtp_features["size"] == "20000"
        assert "auth" not in smtp.esmtp_features


def test_accepted_is_said_only_after_it_is_recorded(desk):
    recording, go_on = Event(), Event()

    def slowly(envelope):
        recording.set()
        assert go_on.wait(20)
        desk.envelopes.append(envelope)

    answers = []
    with SmtpDoor(slowly, DoorRules(anybody)) as open_door, client(open_door) as smtp:
        sending = Thread(target=lambda: answers.append(smtp.sendmail("", [DESK], MAIL)))
        sending.start()
        assert recording.wait(20)
        with client(open_door) as another:  # the door still answers meanwhile
            assert another.noop()[0] == 250
        assert answers == []
        go_on.set()
        sending.join(20)
    assert (answers, len(desk.envelopes)) == ([{}], 1)


def test_what_can_not_be_recorded_is_to_be_sent_again(desk):
    desk.failure = OSError("disk full: secret path")
    with door(desk) as open_door, client(open_door) as smtp:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            smtp.sendmail("", [DESK], MAIL)
        desk.failure = None
        smtp.sendmail("", [DESK], MAIL)
    assert refused.value.smtp_code == 451
    assert refused.value.smtp_error.startswith(b"4.3.0")
    assert b"secret" not in refused.value.smtp_error
    assert len(desk.envelopes) == 1


def test_an_unknown_recipient_is_refused_and_the_others_get_it(desk):
    with door(desk) as open_door, client(open_door) as smtp:
        refused = smtp.sendmail("kim@example.org", [DESK, "victim@elsewhere.example"], MAIL)
    assert refused["victim@elsewhere.example"][0] == 550
    assert refused["victim@elsewhere.example"][1].startswith(b"5.1.1")
    assert desk.envelopes[0].rcpt_tos == (DESK,)


@pytest.mark.parametrize(
    "address",
    ["victim@elsewhere.example", "desk%elsewhere.example@example.com", "elsewhere.example!desk@example.com"],
)
def test_it_is_no_open_relay(desk, address):
    with door(desk) as open_door, client(open_door) as smtp, pytest.raises(smtplib.SMTPRecipientsRefused):
        smtp.sendmail(DESK, [address], MAIL)
    assert desk.envelopes == []


def test_recipients_that_can_not_be_looked_up_are_to_be_tried_again(desk):
    def broken(address):
        raise OSError("database away")

    with door(desk, recipient_allowed=broken) as open_door, client(open_door) as smtp:
        smtp.ehlo()
        smtp.docmd("MAIL", "FROM:<kim@example.org>")
        assert smtp.docmd("RCPT", f"TO:<{DESK}>")[0] == 451


def test_another_network_is_refused(desk):
    with door(desk, networks=[ip_network("192.0.2.0/24")]) as open_door, client(open_door) as smtp:
        smtp.ehlo()
        assert smtp.docmd("MAIL", "FROM:<kim@example.org>")[0] == 554
    assert desk.envelopes == []


@pytest.mark.parametrize(
    ("peer", "known"),
    [("127.0.0.9", True), ("::1", True), ("::ffff:127.0.0.1", True), ("192.0.2.1", False), ("fe80::1%eth0", False)],
)
def test_the_usual_networks_are_this_machine(peer, known):
    assert DoorRules(anybody).knows(peer) is known


def test_too_large_as_announced_by_the_client(desk):
    with door(desk) as open_door, client(open_door) as smtp:
        smtp.ehlo()
        code, words = smtp.docmd("MAIL", "FROM:<kim@example.org> SIZE=20001")
    assert (code, words[:5]) == (552, b"5.3.4")


def test_too_large_without_announcing_it(desk):
    with door(desk) as open_door, client(open_door) as smtp:
        smtp.helo()  # no SIZE in plain SMTP
        with pytest.raises(smtplib.SMTPDataError) as refused:
            smtp.sendmail("kim@example.org", [DESK], MAIL + b"x" * 30_000)
        assert (refused.value.smtp_code, refused.value.smtp_error[:5]) == (552, b"5.3.4")
        smtp.sendmail("kim@example.org", [DESK], MAIL)
    assert [envelope.raw for envelope in desk.envelopes] == [MAIL]


@pytest.mark.parametrize(
    "body",
    [
        b"a line of 15,000 bytes " + b"x" * 15_000 + b"\r\n",
        b".\r\n..\r\n.leading dots\r\n",
        b"a bare\rreturn, a bare\nfeed and \n.\n in between\r\n",
        bytes(range(1, 256)) + b"\r\n",
        b"nul \x00 inside\r\n",
    ],
)
def test_the_bytes_arrive_as_they_were_sent(desk, body):
    with door(desk) as open_door, client(open_door) as smtp:
        smtp.ehlo()
        smtp.docmd("MAIL", "FROM:<kim@example.org> BODY=8BITMIME")
        smtp.docmd("RCPT", f"TO:<{DESK}>")
        smtp.docmd("DATA")
        stuffed = b"\r\n".join(b"." + line if line[:1] == b"." else line for line in (MAIL + body).split(b"\r\n"))
        smtp.send(stuffed + b".\r\n")
        assert smtp.getreply()[0] == 250
    assert desk.envelopes[0].raw == MAIL + body


@pytest.mark.parametrize("length", [PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES])
def test_lines_around_and_over_the_buffer(desk, length):
    body = b"x" * length + b"\r\n.not the end\r\n"
    with door(desk, message_bytes_max=10**6) as open_door, client(open_door) as smtp:
        smtp.sendmail("kim@example.org", [DESK], MAIL + body)
    assert desk.envelopes[0].raw == MAIL + body


def test_a_dot_that_ends_a_very_long_line_does_not_end_the_mail(desk):
    line = b"x" * (PIECE_BYTES + 1) + b"."
    with door(desk, message_bytes_max=10**6) as open_door, client(open_door) as smtp, client(open_door) as other:
        smtp.ehlo()
        smtp.docmd("MAIL", "FROM:<kim@example.org>")
        smtp.docmd("RCPT", f"TO:<{DESK}>")
        smtp.docmd("DATA")
        smtp.send(MAIL + line)
        for _ in range(20):  # by then the door has read what came, and waits for the end of the line
            other.noop()
        smtp.send(b"\r\nmore\r\n.\r\n")
        assert smtp.getreply()[0] == 250
        assert smtp.noop()[0] == 250
    assert desk.envelopes[0].raw == MAIL + line + b"\r\nmore\r\n"


@pytest.mark.parametrize("ending", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r"])
def test_no_second_mail_is_smuggled_in(desk, ending):
    smuggled = b"MAIL FROM:<boss@example.com>\r\nRCPT TO:<" + DESK.encode() + b">\r\nDATA\r\nSubject: Pay\r\n"
    with door(desk) as open_door, client(open_door) as smtp:
        smtp.ehlo()
        smtp.docmd("MAIL", "FROM:<kim@example.org>")
        smtp.docmd("RCPT", f"TO:<{DESK}>")
        smtp.docmd("DATA")
        smtp.send(b"Subject: Hello\r\n\r\nhello" + ending + smuggled + b"\r\n.\r\n")
        assert smtp.getreply()[0] == 250
        assert smtp.noop()[0] == 250
    assert [envelope.mail_from for envelope in desk.envelopes] == ["kim@example.org"]


def test_addresses_beyond_ascii(desk):
    with door(desk, recipient_allowed=anybody) as open_door, client(open_door) as smtp:
        smtp.sendmail("jörg@exämple.org", ["wünsche@example.com"], MAIL, mail_options=["SMTPUTF8"])
    (envelope,) = desk.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("jörg@exämple.org", ("wünsche@example.com",))
    assert envelope.smtp_utf8


@pytest.mark.parametrize("line", [b"MAIL FROM:<k\xff@example.org>", b"MAIL FROM:<k\x00m@example.org>"])
def test_an_address_that_no_database_could_keep_is_refused(desk, line):
    with door(desk) as open_door, client(open_door) as smtp:
        smtp.ehlo()
        smtp.send(line + b"\r\n")
        assert smtp.getreply()[0] in (501, 553)
        assert smtp.sendmail("kim@example.org", [DESK], MAIL) == {}


def test_too_many_recipients_are_to_be_sent_later(desk):
    addresses = [f"r{number}@example.com" for number in range(103)]
    with door(desk, recipient_allowed=anybody) as open_door, client(open_door) as smtp:
        refused = smtp.sendmail("kim@example.org", addresses, MAIL)
    assert sorted(refused) == addresses[100:]
    assert {code for code, _ in refused.values()} == {452}
    assert len(desk.envelopes[0].rcpt_tos) == 100


def test_commands_out_of_order(desk):
    with door(desk) as open_door, client(open_door) as smtp:
        assert smtp.docmd("MAIL", "FROM:<kim@example.org>")[0] == 503
        smtp.ehlo()
        assert smtp.docmd("DATA")[0] == 503
        assert smtp.docmd("RCPT", f"TO:<{DESK}>")[0] == 503
        assert smtp.docmd("AUTH", "PLAIN AGEAYg==")[0] >= 500
    assert desk.envelopes == []


def test_a_connection_that_ends_in_the_middle_delivers_nothing(desk):
    with door(desk) as open_door:
        with socket.create_connection((open_door.host, open_door.port)) as raw:
            raw.sendall(
                b"HELO x\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<desk@example.com>\r\nDATA\r\nSubject: half\r\n"
            )
            wait_for(lambda: b"354" in raw.recv(1000))
        with client(open_door) as smtp:
            smtp.sendmail("kim@example.org", [DESK], MAIL)
    assert [envelope.raw for envelope in desk.envelopes] == [MAIL]


def test_lmtp_answers_for_each_recipient(desk):
    with door(desk, lmtp=True) as open_door, client(open_door, smtplib.LMTP) as lmtp:
        assert lmtp.docmd("EHLO", "client.example.org")[0] == 500
        lmtp.docmd("LHLO", "client.example.org")
        lmtp.docmd("MAIL", "FROM:<kim@example.org>")
        assert [lmtp.docmd("RCPT", f"TO:<{to}>")[0] for to in (DESK, "nobody@example.com", SALES)] == [250, 550, 250]
        assert lmtp.data(MAIL)[0] == 250
        assert lmtp.getreply()[0] == 250
        assert lmtp.noop()[0] == 250
    assert [envelope.rcpt_tos for envelope in desk.envelopes] == [(DESK, SALES)]


@pytest.mark.parametrize(("body", "failure", "code"), [(b"x" * 30_000, None, 552), (b"", OSError("full"), 451)])
def test_lmtp_refuses_for_each_recipient(desk, body, failure, code):
    desk.failure = failure
    with door(desk, lmtp=True) as open_door, client(open_door, smtplib.LMTP) as lmtp:
        lmtp.docmd("LHLO", "client.example.org")
        lmtp.docmd("MAIL", "FROM:<kim@example.org>")
        for to in (DESK, SALES):
            lmtp.docmd("RCPT", f"TO:<{to}>")
        assert (lmtp.data(MAIL + body)[0], lmtp.getreply()[0]) == (code, code)
        assert lmtp.noop()[0] == 250
    assert desk.envelopes == []


def test_a_taken_port_is_said(desk):
    with door(desk) as open_door, pytest.raises(OSError, match="in use"):
        SmtpDoor(desk.deliver, DoorRules(anybody), port=open_door.port).start()


def test_it_closes_and_opens_again(desk):
    open_door = door(desk)
    with open_door:
        port = open_door.port
    assert not accepts(port)
    open_door.stop()  # a second time is nothing
    with open_door, client(open_door) as smtp:
        assert open_door.port == port
        smtp.sendmail("kim@example.org", [DESK], MAIL)
    assert len(desk.envelopes) == 1


def test_closing_finishes_and_answers_what_is_under_way(desk):
    recording, go_on = Event(), Event()

    def slowly(envelope):
        recording.set()
        assert go_on.wait(20)
        desk.envelopes.append(envelope)

    open_door = SmtpDoor(slowly, DoorRules(anybody)).start()
    answers = []
    with client(open_door) as smtp:
        sending = Thread(target=lambda: answers.append(smtp.sendmail("", [DESK], MAIL)))
        sending.start()
        assert recording.wait(20)
        closing = Thread(target=open_door.stop)
        closing.start()
        go_on.set()
        closing.join(20)
        sending.join(20)
        smtp.close()
    assert (answers, len(desk.envelopes)) == ([{}], 1)
