"""Tokens are renewed in time, rotated ones are never lost, and what fails says what to do next."""

from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import update

from helpdesk.clock import SetClock
from helpdesk.mailboxes.access_tokens import ASK_AGAIN, CLAIM, AccessTokens, NoToken
from helpdesk.mailboxes.oauth import OAuthGrant
from helpdesk.mailboxes.sealed import seal
from tests.intake.desk import KEY, START, furnish
from tests.intake.oauth import USER, give_grant, grant_in, refresh_token_in
from tests.peers.oauth_server import Pause, oauth_server
from tests.peers.waiting import wait_for


@pytest.fixture
def oauth():
    with oauth_server(USER) as server:
        yield server


@pytest.fixture
def clock():
    return SetClock(START)


@pytest.fixture
def make(sessions, clock, oauth):
    with sessions() as session:
        furnish(session)
        give_grant(session, oauth)

    def make():
        return AccessTokens(sessions.kw["bind"], 1, KEY, clock)

    return make


@pytest.fixture
def tokens(make):
    return make()


def test_a_token_is_fetched_once_and_kept_until_shortly_before_its_end(tokens, oauth, clock, sessions):
    first = tokens()
    assert oauth.is_good(first)
    clock.at = START + timedelta(minutes=54)
    assert tokens() == first
    assert len(oauth.asked) == 1
    clock.at = START + timedelta(minutes=56)
    assert tokens() != first
    assert refresh_token_in(sessions) == oauth.refresh_token


def test_nothing_is_stored_in_the_clear(tokens, oauth, sessions):
    access = tokens()
    grant = grant_in(sessions)
    stored = " ".join(str(value) for value in vars(grant).values())
    assert access not in stored
    assert oauth.refresh_token not in stored
    assert "a client secret" not in stored


def test_a_rotated_token_is_committed_before_the_new_access_token_is_used(tokens, oauth, sessions, clock):
    for _ in range(5):
        tokens()
        assert refresh_token_in(sessions) == oauth.refresh_token
        clock.at += timedelta(hours=1)
    assert [asked["refresh_token"] for asked in oauth.asked] == ["refresh-1", *[f"refresh-{n}" for n in (3, 5, 7, 9)]]


def test_a_provider_that_does_not_rotate_keeps_its_token(tokens, oauth, sessions, clock):
    oauth.rotates = False
    tokens()
    clock.at += timedelta(hours=1)
    tokens()
    assert refresh_token_in(sessions) == oauth.refresh_token == "refresh-1"


def test_two_at_once_ask_once(make, oauth, sessions):
    oauth.before_token = pause = Pause()
    found = []
    threads = [Thread(target=lambda: found.append(make()()), daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    assert pause.reached.wait(20)
    pause.go_on.set()
    for thread in threads:
        thread.join(20)
    assert len(oauth.asked) == 1
    assert len(found) == 2
    assert found[0] == found[1]
    assert refresh_token_in(sessions) == oauth.refresh_token


def test_who_died_while_asking_stops_nobody_for_long(tokens, oauth, sessions, clock):
    with sessions() as session:
        session.execute(update(OAuthGrant).values(renewing_by="dead", renewing_until=clock.at + CLAIM))
        session.commit()
    found = []
    waiting = Thread(target=lambda: found.append(tokens()), daemon=True)
    waiting.start()
    clock.at += CLAIM + timedelta(seconds=1)
    waiting.join(20)
    assert oauth.is_good(found[0])


def test_a_late_answer_never_overwrites_a_newer_consent(tokens, oauth, sessions):
    oauth.before_token = pause = Pause()
    slow = Thread(target=tokens.renew, daemon=True)
    slow.start()
    assert pause.reached.wait(20)
    with sessions() as session:
        session.execute(update(OAuthGrant).values(refresh_token_sealed=seal(KEY, "from a new consent")))
        session.commit()
    pause.go_on.set()
    slow.join(20)
    assert refresh_token_in(sessions) == "from a new consent"
    assert grant_in(sessions).renewing_by is None


def test_a_token_the_mail_server_refused_is_not_given_again(tokens, oauth):
    first = tokens()
    oauth.end_access_tokens()
    second = tokens(first)
    assert second != first
    assert oauth.is_good(second)
    assert tokens(first) == second


def test_a_consent_taken_back_says_so_and_the_provider_is_not_hammered(tokens, oauth, sessions, clock):
    oauth.revoke()
    for _ in range(3):
        with pytest.raises(NoToken, match=r"AADSTS70008: The refresh token has expired. Consent again under") as raised:
            tokens()
        assert raised.value.final
    assert len(oauth.asked) == 1
    assert "Consent again" in grant_in(sessions).last_error
    clock.at += ASK_AGAIN
    with pytest.raises(NoToken):
        tokens()
    assert len(oauth.asked) == 2


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (503, b"busy", "can't be reached"),
        (200, b"<html>", "makes no sense"),
        (200, b"[]", "makes no sense"),
        (200, {"token_type": "Bearer"}, "no access token"),
        (200, {"access_token": "a\r\nA1 DELETE INBOX"}, "no access token"),
        (200, {"access_token": "a\x01b"}, "no access token"),
        (200, {"access_token": 7}, "no access token"),
        (200, {"access_token": "good", "refresh_token": "line\nend"}, "refresh token that is none"),
        (200, {"access_token": "good", "expires_in": "soon"}, "makes no sense"),
        (200, b"x" * 100_000, "65,536 bytes"),
        (302, b"", "makes no sense"),
        (400, {"error": "temporarily_unavailable"}, "temporarily_unavailable"),
    ],
)
def test_what_a_provider_may_say_wrongly(tokens, oauth, sessions, status, body, says):
    kept = refresh_token_in(sessions)
    oauth.answer_next(status, body)
    with pytest.raises(NoToken, match=says) as raised:
        tokens()
    assert not raised.value.final
    assert says in grant_in(sessions).last_error
    assert refresh_token_in(sessions) == kept
    assert oauth.is_good(tokens())
    assert grant_in(sessions).last_error is None


@pytest.mark.parametrize("told", [0, -5, 1e300, "3600"])
def test_odd_lives_of_tokens_are_taken(tokens, oauth, told):
    oauth.answer_next(200, {"access_token": "good", "expires_in": told})
    assert tokens() == "good"


def test_when_the_refresh_token_ends_is_kept_where_it_is_told(tokens, oauth, sessions):
    oauth.refresh_life_seconds = 604_800
    tokens()
    assert grant_in(sessions).refresh_token_expires_at == START + timedelta(days=7)


def test_nobody_listens_at_the_provider(tokens, sessions):
    with oauth_server(USER) as gone, sessions() as session:
        session.execute(update(OAuthGrant).values(gone.addresses))
        session.commit()
    with pytest.raises(NoToken, match="can't be reached") as raised:
        tokens()
    assert not raised.value.final
    assert "a client secret" not in str(raised.value)


def test_the_application_by_itself_needs_no_consent(tokens, oauth, sessions):
    with sessions() as session:
        session.execute(update(OAuthGrant).values(flow="app", refresh_token_sealed="", scopes="all"))
        session.commit()
    assert oauth.is_good(tokens())
    assert (oauth.asked[0]["grant_type"], oauth.asked[0]["scope"]) == ("client_credentials", "all")


def test_without_consent_nobody_is_asked(tokens, oauth, sessions):
    with sessions() as session:
        session.execute(update(OAuthGrant).values(refresh_token_sealed=""))
        session.commit()
    with pytest.raises(NoToken, match="Nobody has consented"):
        tokens()
    assert oauth.asked == []


def test_another_secret_key_is_told_from_a_refusal(sessions, make, clock, oauth):
    other = AccessTokens(sessions.kw["bind"], 1, "another key", clock)
    with pytest.raises(NoToken, match="sealed under another secret key"):
        other()
    assert oauth.asked == []
    assert grant_in(sessions).renewing_by is None


def test_the_daily_renewal_counts_one_that_is_under_way(make, oauth, sessions):
    oauth.before_token = pause = Pause()
    first = Thread(target=make().renew, daemon=True)
    first.start()
    assert pause.reached.wait(20)
    make().renew()
    pause.go_on.set()
    first.join(20)
    wait_for(lambda: grant_in(sessions).renewing_by is None)
    assert len(oauth.asked) == 1
