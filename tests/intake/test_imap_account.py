"""Combinations of settings that can't work are refused where they are made, with what to change."""

import pytest

from intake.source import Disposition, MailboxAccount

GOOD = {"mailbox_id": 1, "host": "imap.example.com", "username": "desk", "password": "secret"}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"folders": ()}, "at least one folder"),
        ({"folders": ("INBOX", "Helpdesk")}, "name another"),
        ({"security": "plain-loopback"}, "use tls or starttls"),
        ({"security": "plain-loopback", "host": "127.0.0.1.example.com"}, "use tls or starttls"),
        ({"password": "secret\r\nA1 DELETE INBOX"}, "line breaks"),
        ({"username": "desk\x00"}, "line breaks"),
        ({"poll_seconds": 0}, "poll_seconds"),
        ({"poll_seconds": 7200}, "poll_seconds"),
        ({"batch": 0}, "batch"),
    ],
)
def test_refused(changes, says):
    with pytest.raises(ValueError, match=says):
        MailboxAccount(**(GOOD | changes))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"security": "plain-loopback", "host": "127.0.0.1"},
        {"security": "plain-loopback", "host": "::1"},
        {"security": "plain-loopback", "host": "localhost"},
        {"folders": ("INBOX", "Helpdesk"), "disposition": Disposition.FLAG},
    ],
)
def test_accepted(changes):
    assert MailboxAccount(**(GOOD | changes)).poll_seconds == 60


def test_the_password_is_not_shown():
    assert "secret" not in repr(MailboxAccount(**GOOD))
