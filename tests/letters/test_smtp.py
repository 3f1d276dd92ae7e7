"""Letters out through real SMTP servers on this machine, with refusals and breaks at every stage."""

import socket
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from helpdesk.letters.smtp import SmtpTransport
from helpdesk.letters.transport import NotSent, Uncertain
from helpdesk.letters.wire import new_letter
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.mailboxes.sealed import seal
from tests.letters.servers import Kept, mail_server, scripted, server_context
from tests.peers.certificates import Certificates, make_certificates
from tests.peers.smtp_sink import DROP, SmtpSink

KEY = "key"
READER = "dana@example.net"
TRANSPORT = SmtpTransport(KEY, timeout_seconds=5, taking_seconds=2)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


def mailbox(port: int, security: str = "plain-loopback", **more: str) -> Mailbox:
    given = {"smtp_host": "127.0.0.1", "smtp_username": "", "smtp_password_sealed": "", "ca_file": ""} | more
    return Mailbox(name="Help", address="help@desk.example", smtp_port=port, smtp_security=security, **given)


def letter(text: str = "Hello.\n.\nA line with a dot.\nFrom here.\n", to: str = READER):
    made = new_letter(to)
    made["From"], made["To"], made["Subject"] = "help@desk.example", to, "Grüße"
    made["Message-ID"], made["Date"] = "<1@desk.example>", datetime(2026, 3, 2, tzinfo=UTC)
    made.set_content(text)
    return made


def refusal(box: Mailbox, recipient: str = READER, **more: str) -> NotSent:
    with pytest.raises(NotSent) as caught:
        TRANSPORT.send(letter(**more), box, recipient)
    return caught.value


def doubt(port: int) -> str:
    """What is told when nobody can know; the note that it may have left was made before."""
    noted: list[str] = []
    with pytest.raises(Uncertain) as caught:
        TRANSPORT.send(letter(), mailbox(port), READER, lambda: noted.append("about to send"))
    assert noted == ["about to send"]
    return str(caught.value)


def test_a_letter_arrives_as_it_was_composed(sink: SmtpSink):
    assert TRANSPORT.send(letter(), mailbox(sink.port), READER) == "250 2.0.0 Kept"
    (mail,) = sink.wait_for_mails(1)
    assert (mail.mail_from, mail.rcpt_tos) == ("help@desk.example", (READER,))
    assert mail.raw == letter().as_bytes()


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    ("answer", "permanent"),
    [("550 5.1.1 No such user", True), ("554 5.7.1 Spam", True), ("451 4.3.0 Later", False), ("421 4.3.2 Bye", False)],
)  # fmt: skip
def test_refusals_are_told_apart(sink: SmtpSink, stage, answer: str, permanent: bool):
    sink.answer_next(stage, answer)
    refused = refusal(mailbox(sink.port))
    assert refused.permanent is permanent
    assert answer in str(refused)
    TRANSPORT.send(letter(), mailbox(sink.port), READER)
    assert len(sink.wait_for_mails(1)) == 1


@pytest.mark.parametrize("stage", ["MAIL", "RCPT"])
def test_a_broken_connection_is_temporary(sink: SmtpSink, stage):
    sink.answer_next(stage, DROP)
    refused = refusal(mailbox(sink.port))
    assert refused.permanent is False
    assert f"127.0.0.1:{sink.port}" in str(refused)


def test_a_sender_who_must_sign_in_first_is_a_matter_of_settings(sink: SmtpSink):
    sink.answer_always("MAIL", "530 5.7.0 Authentication required")
    assert refusal(mailbox(sink.port)).permanent is False


def test_one_bad_recipient_stops_nobody_else(sink: SmtpSink):
    sink.answer_always("RCPT", "550 5.1.1 No such user", "lee@example.net")
    assert refusal(mailbox(sink.port), "lee@example.net").permanent
    assert TRANSPORT.send(letter(), mailbox(sink.port), READER)


@pytest.mark.parametrize(
    "answers",
    [
        (b"554 5.7.1 We know you not\r\n",),
        (b"421 4.3.2 Too busy\r\n",),
        (b"220 hello\r\n", b"550 no EHLO\r\n", b"550 no HELO\r\n"),
        (b"220 hello\r\n",),
        (b"garbage\r\n",),
        (b"\xff" * 20_000 + b"\r\n",),
        (b"",),
    ],
)
def test_trouble_before_the_letter_lets_it_wait(answers: tuple[bytes, ...]):
    with scripted(*answers) as port:
        assert refusal(mailbox(port)).permanent is False


UP_TO_THE_LETTER = (b"220 hi\r\n", b"250 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n")


def test_a_hang_up_at_the_goodbye_is_no_failure():
    with scripted(*UP_TO_THE_LETTER, b"250 kept\r\n") as port:
        assert TRANSPORT.send(letter(), mailbox(port), READER) == "250 kept"


@pytest.mark.parametrize("answers", [(), (b"",), (b"no number\r\n",), (b"354 more\r\n",), (b"x" * 9000,)])
def test_no_proper_answer_to_the_letter_is_uncertain(answers: tuple[bytes, ...]):
    with scripted(*UP_TO_THE_LETTER, *answers) as port:
        assert "handed over" in doubt(port)


@pytest.mark.parametrize(
    ("answer", "permanent"), [(b"451 4.3.0 Later\r\n", False), (b"554 5.7.1 Spam\r\n", True), (b"421 Bye\r\n", False)]
)
def test_a_no_to_the_letter_is_a_no(answer: bytes, permanent: bool):
    with scripted(*UP_TO_THE_LETTER, answer) as port:
        assert refusal(mailbox(port)).permanent is permanent


@pytest.mark.parametrize("answer", [b"451 4.7.1 Greylisted\r\n", b"554 5.5.1 No valid recipients\r\n", b"250 odd\r\n"])
def test_a_server_that_wants_no_letter_has_none(answer: bytes):
    noted: list[str] = []
    with scripted(*UP_TO_THE_LETTER[:-1], answer) as port, pytest.raises(NotSent) as caught:
        TRANSPORT.send(letter(), mailbox(port), READER, lambda: noted.append("about to send"))
    assert noted == []
    assert caught.value.permanent is answer.startswith(b"5")


def test_a_hang_up_at_the_go_ahead_is_tried_again():
    with scripted(*UP_TO_THE_LETTER[:-1]) as port:
        assert refusal(mailbox(port)).permanent is False


def test_what_fails_before_the_letter_begins_leaves_nothing(sink: SmtpSink):
    def stopped() -> None:
        raise RuntimeError("somebody called it back")

    with pytest.raises(RuntimeError):
        TRANSPORT.send(letter(), mailbox(sink.port), READER, stopped)
    assert sink.mails == []


def test_it_was_the_address_or_something_else(sink: SmtpSink):
    sink.answer_next("RCPT", "550 5.1.1 No such user", "451 4.3.0 Later")
    sink.answer_next("DATA", "554 5.7.1 Spam")
    assert [refusal(mailbox(sink.port)).recipient for _ in range(3)] == [True, False, False]


def test_the_server_says_how_large_letters_may_be():
    with mail_server(Kept(), data_size_limit=5000) as port:
        box = mailbox(port)
        TRANSPORT.send(letter(), box, READER)
        assert box.smtp_size_max == 5000
    with mail_server(Kept(), data_size_limit=0) as port:
        box.smtp_port = port
        assert TRANSPORT.check(box)
        assert box.smtp_size_max is None


def test_a_server_that_is_not_there_is_temporary():
    with scripted(b"") as port:
        pass
    refused = refusal(mailbox(port))
    assert refused.permanent is False
    assert "can't be reached" in str(refused)


def test_a_letter_too_large_for_the_server_is_refused_before_it_is_sent():
    kept = Kept()
    with mail_server(kept, data_size_limit=5000) as port:
        refused = refusal(mailbox(port), text="x" * 6000)
    assert refused.permanent
    assert "5,000" in str(refused)
    assert kept.envelopes == []


def test_addresses_outside_ascii_need_a_server_that_takes_them():
    kept = Kept()
    with mail_server(kept, enable_SMTPUTF8=True) as port:
        TRANSPORT.send(letter(to="jörg@example.net"), mailbox(port), "jörg@bücher.example")
    assert kept.envelopes[0].rcpt_tos == ["jörg@xn--bcher-kva.example"]
    assert "jörg@example.net".encode() in kept.envelopes[0].content
    with mail_server(kept, enable_SMTPUTF8=False) as port:
        refused = refusal(mailbox(port), "jörg@example.net")
    assert refused.permanent
    assert len(kept.envelopes) == 1


# Sign-in and encryption


def starttls(kept: Kept, certificates: Certificates, **more):
    context = server_context(certificates)
    return mail_server(kept, tls_context=context, require_starttls=True, authenticator=kept, auth_required=True, **more)


def secured(port: int, certificates: Certificates, password: str = "secret", **more: str) -> Mailbox:
    account = {"smtp_username": "help", "smtp_password_sealed": seal(KEY, password)}
    return mailbox(port, **({"security": "starttls", "ca_file": str(certificates.authority)} | account | more))


@pytest.mark.parametrize("password", ["secret", "Größe 日本"])
def test_starttls_with_a_sign_in(certificates: Certificates, password: str):
    kept = Kept(password=password)
    with starttls(kept, certificates) as port:
        assert TRANSPORT.send(letter(), secured(port, certificates, password), READER) == "250 2.0.0 Kept"
    assert kept.tried == [("help", password)]


@pytest.mark.parametrize("password", ["wrong", "fälsch"])
def test_a_wrong_password_lets_letters_wait(certificates: Certificates, password: str):
    kept = Kept()
    with starttls(kept, certificates) as port:
        refused = refusal(secured(port, certificates, password))
    assert refused.permanent is False
    assert "535" in str(refused)
    assert password not in str(refused)


def test_tls_from_the_start(certificates: Certificates):
    kept = Kept()
    with mail_server(kept, wrapped=server_context(certificates)) as port:
        box = mailbox(port, "tls", ca_file=str(certificates.authority))
        assert TRANSPORT.send(letter(), box, READER) == "250 2.0.0 Kept"


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_nobody_vouches_for_is_not_trusted(certificates: Certificates, security: str, tmp_path: Path):
    stranger = str(make_certificates(tmp_path, "other").authority)
    kept = Kept()
    context = server_context(certificates)
    options = {"wrapped": context} if security == "tls" else {"tls_context": context}
    for authority in ("", stranger):
        with mail_server(kept, authenticator=kept, **options) as port:
            refused = refusal(secured(port, certificates, security=security, ca_file=authority))
        assert refused.permanent is False
        assert "can't prove who it is" in str(refused)
    assert kept.tried == kept.envelopes == []


def test_no_clear_text_where_starttls_is_not_offered(certificates: Certificates):
    kept = Kept()
    with mail_server(kept, authenticator=kept, auth_require_tls=False) as port:
        refused = refusal(secured(port, certificates))
    assert refused.permanent is False
    assert "STARTTLS" in str(refused)
    assert kept.tried == kept.envelopes == []


def test_no_clear_text_where_starttls_is_refused(certificates: Certificates):
    with scripted(b"220 hi\r\n", b"250-hi\r\n250 STARTTLS\r\n", b"454 4.7.0 Not now\r\n") as port:
        refused = refusal(secured(port, certificates))
    assert refused.permanent is False
    assert "454" in str(refused)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"smtp_host": ""}, "no SMTP server"),
        ({"smtp_host": "mail.example.net", "security": "plain-loopback"}, "clear text"),
        ({"security": "none"}, "no way to secure"),
        ({"ca_file": "/nowhere/ca.pem"}, "can't be read"),
        ({"smtp_host": "x" * 80 + ".example"}, "can't be reached"),
    ],
)
def test_settings_to_mend_are_named(certificates: Certificates, changed: dict[str, str], reason: str):
    with mail_server(Kept(), tls_context=server_context(certificates)) as port:
        refused = refusal(secured(port, certificates, **changed))
    assert refused.permanent is False
    assert reason in str(refused)


def test_a_password_sealed_under_another_key_says_so(certificates: Certificates):
    kept = Kept()
    with starttls(kept, certificates) as port:
        refused = refusal(secured(port, certificates, smtp_password_sealed=seal("old key", "secret")))
    assert refused.permanent is False
    assert "another secret key" in str(refused)


def test_the_check_signs_in_and_sends_nothing(certificates: Certificates):
    kept = Kept()
    with starttls(kept, certificates) as port:
        said = TRANSPORT.check(secured(port, certificates))
        with pytest.raises(NotSent, match="535"):
            TRANSPORT.check(secured(port, certificates, "wrong"))
    assert said == f"127.0.0.1:{port} takes letters from help@desk.example."
    assert kept.envelopes == []


def test_the_check_tells_when_the_sender_is_refused(sink: SmtpSink):
    sink.answer_always("MAIL", "553 5.7.1 Not your address")
    with pytest.raises(NotSent, match=r"553 5\.7\.1"):
        TRANSPORT.check(mailbox(sink.port))


def test_a_silent_server_is_not_asked_for_every_letter(sink: SmtpSink):
    """Whoever waits behind it gets their turn: the second letter is put off without waiting at all."""
    transport = SmtpTransport(KEY, timeout_seconds=0.2)
    asked = 0
    with socket.create_server(("127.0.0.1", 0)) as silent:
        box = mailbox(silent.getsockname()[1])
        for _ in range(3):
            with pytest.raises(NotSent) as caught:
                transport.send(letter(), box, READER)
            assert not caught.value.permanent
        silent.settimeout(0.1)
        with suppress(TimeoutError):
            while True:
                silent.accept()[0].close()
                asked += 1
        assert "did not answer a moment ago" in str(caught.value)
        assert transport.send(letter(), mailbox(sink.port), READER) == "250 2.0.0 Kept"
    assert asked == 1
