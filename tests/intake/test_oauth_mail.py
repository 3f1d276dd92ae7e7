"""Signing in to real servers with access tokens: Dovecot for IMAP, aiosmtpd for SMTP."""

import json
from base64 import b64decode, b64encode
from contextlib import contextmanager
from email.message import EmailMessage
from socket import create_server

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import MISSING, AuthResult
from sqlalchemy import select, update

from helpdesk.letters.smtp import SmtpTransport
from helpdesk.letters.transport import NotSent
from helpdesk.mailboxes.mailbox import Mailbox, MailboxHealth
from helpdesk.mailboxes.oauth import OAuthGrant
from helpdesk.mailboxes.renewals import renew_all
from intake.accounts import account_of, accounts
from intake.connections import try_incoming, try_outgoing
from intake.imap import ImapSession
from intake.mailbox_ledger import MailboxLedger
from intake.source import Health, ListenerState, LoginRefused
from tests.intake.desk import KEY, START, furnish
from tests.intake.mailbox import listening, mail
from tests.intake.oauth import USER, dovecot_with, give_grant, grant_in, refresh_token_in
from tests.peers.ledger import MemoryLedger
from tests.peers.oauth_server import oauth_server


@pytest.fixture
def oauth():
    with oauth_server(USER) as server:
        yield server


@pytest.fixture
def desk(sessions, oauth):
    """The desk's mailbox signs in at this provider; `desk(**columns)` points it at servers."""
    with sessions() as session:
        furnish(session)
        give_grant(session, oauth)

    def change(**columns):
        with sessions() as session:
            session.execute(update(Mailbox).values(imap_username=USER, smtp_username=USER, **columns))
            session.commit()

    return change


@pytest.fixture
def session_mailbox(sessions):
    @contextmanager
    def opened():
        with sessions() as session:
            yield session.scalars(select(Mailbox)).one()

    return opened


@pytest.fixture
def account(session_mailbox, house):
    """The account as the mail process has it: made of the mailbox, whose session is then at rest."""

    def made(**changes):
        with session_mailbox() as mailbox:
            for name, value in changes.items():
                setattr(mailbox, name, value)
            return account_of(mailbox, house)

    return made


def imap(server):
    return {"imap_host": server.host, "imap_port": server.port, "imap_security": "plain-loopback"}


@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
def test_mail_comes_in_with_a_token(sessions, account, desk, oauth, tmp_path, mechanism):
    with dovecot_with(oauth, tmp_path, mechanism) as server:
        desk(**imap(server))
        server.deliver(mail(1))
        ledger = MemoryLedger()
        with listening(account(), ledger):
            ledger.wait_for_filed(1)
    assert oauth.introspected
    assert refresh_token_in(sessions) == oauth.refresh_token


@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
def test_a_token_that_was_taken_back_is_renewed_at_once(account, desk, oauth, tmp_path, mechanism):
    with dovecot_with(oauth, tmp_path, mechanism) as server:
        desk(**imap(server))
        for _ in range(2):
            with ImapSession.connect(account()) as connection:
                assert connection.select("INBOX").exists == 0
            oauth.end_access_tokens()
    assert [asked["grant_type"] for asked in oauth.asked] == ["refresh_token"] * 2


def test_a_consent_taken_back_stops_this_mailbox_and_says_what_to_do(account, desk, oauth, tmp_path):
    oauth.revoke()
    with dovecot_with(oauth, tmp_path) as server:
        desk(**imap(server))
        server.deliver(mail(1))
        ledger = MemoryLedger()
        with listening(account(), ledger):
            health = ledger.wait_for_state(ListenerState.BACKING_OFF)
    assert "Consent again" in health.last_error
    assert ledger.rows == {}
    assert len(oauth.asked) == 1


def test_a_server_without_oauth_is_told(session_mailbox, desk, oauth, house, dovecot):
    desk(**imap(dovecot))
    with session_mailbox() as mailbox:
        assert try_incoming(mailbox, house) == (
            False,
            "127.0.0.1 takes no OAuth sign-in (neither XOAUTH2 nor OAUTHBEARER)",
        )


def test_another_user_name_is_refused_in_words(account, desk, oauth, tmp_path):
    with dovecot_with(oauth, tmp_path) as server:
        desk(**imap(server))
        somebody = account(imap_username="somebody@example.com")
        with pytest.raises(LoginRefused, match=r"refused the sign-in of somebody@example\.com"):
            ImapSession.connect(somebody)


class TokenSmtp:
    """Takes tokens of the provider by XOAUTH2 or OAUTHBEARER, and nothing else."""

    def __init__(self, oauth, mechanism):
        self.oauth, self.mechanism = oauth, mechanism
        self.presented, self.mails = [], []

    async def auth_XOAUTH2(self, server, args):
        return await self._take(server, args, "user=")

    async def auth_OAUTHBEARER(self, server, args):
        return await self._take(server, args, "n,a=")

    async def _take(self, server, args, start):
        said = b64decode(args[1]).decode()
        user = said.removeprefix(start).split("\1")[0].rstrip(",")
        token = said.partition("auth=Bearer ")[2].split("\1")[0]
        self.presented.append((user, token))
        if said.startswith(start) and self.oauth.is_good(token):
            return AuthResult(success=True, auth_data=user)
        challenge = b64encode(json.dumps({"status": "401"}).encode())
        answer = await server.challenge_auth(challenge, encode_to_b64=False)
        assert answer in (b"", b"\1", MISSING)
        return AuthResult(success=False, handled=False)

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(envelope)
        return "250 2.0.0 Kept"


class TokenServer(Controller):
    """Listens on the socket it is given, so that no other test can take the port in between."""

    def __init__(self, handler, taken, **options):
        self._taken = taken
        super().__init__(handler, **options)

    def _create_server(self):
        return self.loop.create_server(self._factory_invoker, sock=self._taken)


@pytest.fixture(params=["XOAUTH2", "OAUTHBEARER"])
def smtp(request, oauth, desk):
    handler = TokenSmtp(oauth, request.param)
    other = {"XOAUTH2": "OAUTHBEARER", "OAUTHBEARER": "XOAUTH2"}[request.param]

    with create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        options = {"auth_require_tls": False, "auth_exclude_mechanism": ["LOGIN", "PLAIN", other]}
        server = TokenServer(handler, taken, hostname="127.0.0.1", port=port, **options)
        server.start()
        desk(smtp_host="127.0.0.1", smtp_port=port, smtp_security="plain-loopback")
        yield handler
        server.stop()


def a_letter():
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = USER, "ada@example.org", "Fixed"
    letter.set_content("It works.")
    return letter


def send(mailbox):
    return SmtpTransport(KEY).send(a_letter(), mailbox, "ada@example.org", lambda: None)


def test_letters_leave_with_a_token(session_mailbox, smtp, oauth, sessions):
    with session_mailbox() as mailbox:
        assert send(mailbox).startswith("250")
    assert len(smtp.mails) == 1
    assert smtp.presented[0][0] == USER
    assert refresh_token_in(sessions) == oauth.refresh_token


def test_sending_renews_a_token_that_was_taken_back(session_mailbox, smtp, oauth):
    for _ in range(2):
        with session_mailbox() as mailbox:
            send(mailbox)
        oauth.end_access_tokens()
    assert len(smtp.mails) == 2
    assert len({token for _, token in smtp.presented}) == 2


def test_without_consent_a_letter_waits_and_says_why(session_mailbox, smtp, oauth):
    oauth.revoke()
    with session_mailbox() as mailbox, pytest.raises(NotSent, match="Consent again") as raised:
        send(mailbox)
    assert not raised.value.permanent
    assert smtp.presented == []


def test_a_server_without_oauth_keeps_letters_waiting(session_mailbox, desk, sink, house):
    desk(smtp_host=sink.host, smtp_port=sink.port, smtp_security="plain-loopback")
    with session_mailbox() as mailbox:
        well, words = try_outgoing(mailbox, house)
    assert not well
    assert "takes no OAuth sign-in" in words


def test_the_daily_test_stops_at_nobody_and_shows_in_the_health(sessions, desk, oauth, house):
    with oauth_server(USER) as broken, sessions() as session:
        other = Mailbox(name="Other", address="other@desk.example", created_at=START)
        session.add(other)
        session.flush()
        give_grant(session, broken, other)
        session.add(MailboxHealth(mailbox_id=other.id, state="idle"))
        session.execute(update(OAuthGrant).where(OAuthGrant.mailbox_id == other.id).values(id=0))
        session.commit()
        broken.revoke()
        trouble = renew_all(sessions.kw["bind"], KEY, house.clock)
    assert list(trouble) == ["Other"]
    with sessions() as session:
        good, bad = session.scalars(select(OAuthGrant).order_by(OAuthGrant.mailbox_id))
        assert good.last_renewed_at == START
        assert good.last_error is None
        assert "Consent again" in bad.last_error
        assert "Consent again" in session.scalars(select(MailboxHealth)).one().last_error
    # The listener's own report keeps it in sight while its connection still holds.
    ledger = MailboxLedger(sessions, house, 2, "one")
    ledger.report(Health(ListenerState.IDLE, START))
    with sessions() as session:
        assert "Consent again" in session.scalars(select(MailboxHealth)).one().last_error


def test_a_mailbox_without_its_application_never_stops_another(sessions, desk, house, oauth):
    desk(imap_host="imap.example.com")
    with sessions() as session:
        session.add(Mailbox(name="New", address="new@desk.example", imap_host="b", sign_in="google", created_at=START))
        session.commit()
        found = accounts(session, house)
    assert [account.mailbox_id for account in found] == [1, 2]
    with pytest.raises(LoginRefused, match="Nobody has consented"):
        found[1].token("")
    assert oauth.is_good(found[0].token(""))
    assert grant_in(sessions).last_error is None
