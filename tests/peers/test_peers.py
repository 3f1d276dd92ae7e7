"""The peers do what tests rely on."""

import smtplib

import psycopg
import pytest
import redis

from tests.peers.processes import accepts
from tests.peers.required import require
from tests.peers.smtp_sink import DROP

MAIL = b"From: kim@example.org\r\nTo: desk@example.com\r\nSubject: Printer\r\n\r\nIt smokes.\r\n"


def test_two_databases_know_nothing_of_each_other(postgres):
    first, second = (url.replace("+psycopg", "") for url in (postgres.create_database(), postgres.create_database()))
    with psycopg.connect(first) as connection:
        connection.execute("CREATE TABLE only_here (id int)")
    with psycopg.connect(second) as connection, pytest.raises(psycopg.errors.UndefinedTable):
        connection.execute("SELECT * FROM only_here")


def test_a_dropped_database_is_gone(postgres):
    url = postgres.create_database()
    postgres.drop_database(url)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url.replace("+psycopg", ""))


def test_redis_keeps_a_value(redis_url):
    with redis.Redis.from_url(redis_url) as client:
        client.set("key", b"value")
        assert client.get("key") == b"value"


def test_mail_in_dovecot_survives_a_kill(dovecot):
    dovecot.deliver(MAIL)
    dovecot.kill()
    assert not accepts(dovecot.port)
    dovecot.start()
    assert list(dovecot.messages().values()) == [MAIL]


def test_a_renumbered_folder_keeps_its_mail(dovecot):
    dovecot.deliver(MAIL)
    dovecot.set_uidvalidity(4711)
    with dovecot.client() as client:
        assert client.folder_status("INBOX", ["UIDVALIDITY"]) == {b"UIDVALIDITY": 4711}
    assert len(dovecot.messages()) == 1


def test_the_sink_keeps_mail_and_envelope(sink):
    with smtplib.SMTP(sink.host, sink.port) as client:
        client.sendmail("kim@example.org", ["a@example.com", "b@example.com"], MAIL)
    (mail,) = sink.wait_for_mails(1)
    assert (mail.mail_from, mail.rcpt_tos) == ("kim@example.org", ("a@example.com", "b@example.com"))
    assert mail.raw == MAIL
    assert mail.message["Subject"] == "Printer"


def test_the_sink_answers_by_its_script(sink):
    sink.answer_next("DATA", "451 4.3.0 Later")
    sink.answer_always("RCPT", "550 5.1.1 Unknown", "gone@example.com")
    with smtplib.SMTP(sink.host, sink.port) as client:
        with pytest.raises(smtplib.SMTPDataError) as later:
            client.sendmail("", ["a@example.com"], MAIL)
        refused = client.sendmail("", ["a@example.com", "gone@example.com"], MAIL)
    assert later.value.smtp_code == 451
    assert list(refused) == ["gone@example.com"]
    assert [mail.rcpt_tos for mail in sink.mails] == [("a@example.com",)]


def test_the_sink_drops_a_connection_when_told(sink):
    sink.answer_next("DATA", DROP)
    with smtplib.SMTP(sink.host, sink.port) as client, pytest.raises(smtplib.SMTPServerDisconnected):
        client.sendmail("kim@example.org", ["a@example.com"], MAIL)
    assert sink.mails == []


def test_chromium_starts(browser_type_launch_args, page):
    page.set_content("<h1>Desk</h1>")
    assert page.text_content("h1") == "Desk"


def test_a_missing_program_skips_with_its_package(monkeypatch):
    monkeypatch.delenv("HELPDESK_REQUIRE", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-server is not installed"):
        require("no-such-server")


def test_a_missing_program_fails_where_everything_is_required(monkeypatch):
    monkeypatch.setenv("HELPDESK_REQUIRE", "all")
    with pytest.raises(pytest.fail.Exception, match="no-such-server is not installed"):
        require("no-such-server")
