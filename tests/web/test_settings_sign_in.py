"""Signing in by OAuth 2.0 from the settings: application, consent at the loopback provider, and what can go wrong."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from flask import Flask
from sqlalchemy import select

from helpdesk.clock import SetClock
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.mailboxes.oauth import OAuthGrant
from helpdesk.mailboxes.oauth_providers import ending_of, provider_of
from helpdesk.mailboxes.sealed import unseal
from tests.peers.oauth_server import CLIENT, OAuthServer, oauth_server
from tests.peers.oauth_server import SECRET as CLIENT_SECRET
from tests.web.conftest import SECRET, Browser
from tests.world import World

PAGE, CONSENT, BACK = (
    "/settings/mailboxes/1/sign-in",
    "/settings/mailboxes/1/consent",
    "/settings/mailboxes/consent",
)


@pytest.fixture
def oauth() -> Iterator[OAuthServer]:
    with oauth_server("help@northwind.example") as server:
        yield server


@pytest.fixture
def ada(world: World, browse: Callable[[str], Browser]) -> Browser:
    mailbox = world.session.get_one(Mailbox, 1)
    mailbox.sign_in, mailbox.imap_host, mailbox.imap_username = "oauth2", "imap.northwind.example", ""
    world.session.commit()
    return browse("ada")


def save(ada: Browser, oauth: OAuthServer, **given: str) -> None:
    sent = {"client_id": CLIENT, "client_secret": CLIENT_SECRET} | oauth.addresses | given
    assert ada.submit(PAGE, PAGE, **sent).status_code == 303


def go_there(ada: Browser) -> str:
    """Follows the consent link to the provider, who allows it; the way back is returned as a path."""
    answer = ada.get(CONSENT)
    assert answer.status_code == 303
    back = httpx.get(answer.headers["Location"]).headers["Location"]
    return back.removeprefix("http://127.0.0.1:5000")


def grant(world: World) -> OAuthGrant:
    world.session.rollback()
    world.session.expire_all()
    return world.session.scalars(select(OAuthGrant)).one()


def test_from_application_to_consent(world: World, ada: Browser, oauth: OAuthServer) -> None:
    page = ada.text(PAGE)
    assert f'value="http://127.0.0.1:5000{BACK}"' in page
    save(ada, oauth)
    page = ada.text(PAGE)
    assert "Needs consent" in page
    assert CLIENT_SECRET not in page
    assert ada.get(go_there(ada)).status_code == 303
    made = grant(world)
    assert unseal(SECRET, made.refresh_token_sealed) == oauth.refresh_token
    assert (made.consented_by, unseal(SECRET, made.client_secret_sealed)) == ("Ada Lindqvist", CLIENT_SECRET)
    page = ada.text(PAGE)
    assert "Signed in" in page
    assert "The provider names no end" in page
    for secret in (CLIENT_SECRET, str(oauth.refresh_token), unseal(SECRET, made.access_token_sealed)):
        assert secret not in page
        assert secret not in ada.text("/settings/mailboxes/1")


def test_the_question_at_the_provider_carries_state_and_proof(ada: Browser, oauth: OAuthServer) -> None:
    save(ada, oauth)
    asked = [parse_qs(urlsplit(ada.get(CONSENT).headers["Location"]).query) for _ in range(2)]
    assert asked[0]["code_challenge_method"] == ["S256"]
    assert asked[0]["login_hint"] == ["help@northwind.example"]
    assert asked[0]["redirect_uri"] == [f"http://127.0.0.1:5000{BACK}"]
    for name in ("state", "code_challenge"):
        assert asked[0][name] != asked[1][name]
        assert len(asked[0][name][0]) >= 43


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda path: path.replace("state=", "state=x"), "belongs to another question"),
        (lambda path: path.partition("?")[0], "belongs to another question"),
        (lambda path: path.replace("code=", "code=x"), "invalid_grant"),
        (lambda path: path.partition("code=")[0] + "error=access_denied&error_description=No", "access_denied: No"),
    ],
)
def test_a_false_way_back_is_refused(
    world: World, ada: Browser, oauth: OAuthServer, change: Callable[[str], str], said: str
) -> None:
    save(ada, oauth)
    ada.get(change(go_there(ada)))
    assert said in ada.text(PAGE)
    assert grant(world).refresh_token_sealed == ""


def test_a_way_back_counts_once_in_one_browser_and_not_for_ever(
    app: Flask, world: World, ada: Browser, oauth: OAuthServer, browse: Callable[[str], Browser]
) -> None:
    save(ada, oauth)
    path = go_there(ada)
    elsewhere = browse("ada")
    assert elsewhere.get(path).status_code == 303
    assert "this browser asked for none" in elsewhere.text("/settings/mailboxes")
    ada.get(path)
    ada.get(path)
    assert "this browser asked for none" in ada.text("/settings/mailboxes")
    assert len(oauth.asked) == 1
    path = go_there(ada)
    clock = app.extensions["house"].clock
    assert isinstance(clock, SetClock)
    clock.at += timedelta(minutes=16)
    ada.get(path)
    assert len(oauth.asked) == 1


def test_only_administrators(browse: Callable[[str], Browser], ada: Browser) -> None:
    kim = browse("kim")
    for path in (PAGE, CONSENT, BACK):
        assert kim.get(path).status_code == 403
        assert browse("").get(path).status_code == 302
    assert kim.post("/settings/mailboxes/1/renewal").status_code == 403


def test_a_consent_without_a_refresh_token_is_no_good(world: World, ada: Browser, oauth: OAuthServer) -> None:
    save(ada, oauth)
    oauth.gives_refresh_token = False
    ada.get(go_there(ada))
    assert "gave no refresh token" in ada.text(PAGE)
    assert grant(world).access_token_sealed == ""


def test_renewing_by_hand_and_consenting_again(world: World, ada: Browser, oauth: OAuthServer) -> None:
    save(ada, oauth)
    ada.get(go_there(ada))
    renewal = "/settings/mailboxes/1/renewal"
    assert ada.submit(PAGE, renewal).status_code == 303
    assert "Renewed: the desk may sign in" in ada.text(PAGE)
    oauth.revoke()
    ada.submit(PAGE, renewal)
    page = ada.text(PAGE)
    assert page.count("AADSTS70008") == 2  # said once, and kept as the last problem
    assert "Consent again" in page
    ada.get(go_there(ada))
    assert grant(world).last_error is None
    assert unseal(SECRET, grant(world).refresh_token_sealed) == oauth.refresh_token


def test_another_application_forgets_the_tokens_of_the_old_one(world: World, ada: Browser, oauth: OAuthServer) -> None:
    save(ada, oauth)
    ada.get(go_there(ada))
    assert ada.submit(PAGE, PAGE).status_code == 303
    assert grant(world).refresh_token_sealed, "saving without a change keeps the consent"
    save(ada, oauth, client_id="another")
    assert grant(world).refresh_token_sealed == ""


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"client_id": ""}, "Give the client ID"),
        ({"token_url": "http://login.example.com/token"}, "https://"),
        ({"token_url": "https://"}, "https://"),
        ({"token_url": "https://[bad/token"}, "https://"),
        ({"authorize_url": "javascript:alert(1)"}, "https://"),
        ({"tenant": "a/../b"}, "A tenant is an ID or a domain"),
        ({"flow": "app", "client_secret": ""}, "needs its secret"),
        ({"flow": "none"}, "choice"),
    ],
)
def test_what_can_not_work_is_said(ada: Browser, oauth: OAuthServer, given: dict[str, str], said: str) -> None:
    sent = {"client_id": CLIENT, "client_secret": CLIENT_SECRET} | oauth.addresses | given
    answer = ada.submit(PAGE, PAGE, **sent)
    assert answer.status_code == 422
    assert said in answer.text, answer.text[answer.text.find("Not saved") :][:500]
    assert CLIENT_SECRET not in answer.text


def test_a_mailbox_with_a_password_has_nothing_to_consent_to(world: World, browse: Callable[[str], Browser]) -> None:
    world.session.rollback()
    ada = browse("ada")
    assert ada.get(PAGE).headers["Location"] == "/settings/mailboxes/1"
    assert ada.get(CONSENT).headers["Location"] == PAGE
    assert ada.get(BACK).headers["Location"] == "/settings/mailboxes"


def test_a_new_mailbox_leads_on_to_its_sign_in(world: World, ada: Browser) -> None:
    form = ada.form("/settings/mailboxes/new?provider=microsoft", "/settings/mailboxes")
    assert form["imap_host"] == ["outlook.office365.com"]
    answer = ada.send("/settings/mailboxes", form, name="Sales", address="sales@northwind.example")
    assert answer.headers["Location"] == "/settings/mailboxes/2/sign-in"
    page = ada.text("/settings/mailboxes/2/sign-in")
    assert "IMAP.AccessAsUser.All" in page
    world.session.rollback()
    assert world.session.get_one(Mailbox, 2).awaits_preview


def test_another_provider_forgets_the_consent(world: World, ada: Browser, oauth: OAuthServer) -> None:
    save(ada, oauth)
    ada.get(go_there(ada))
    ada.submit("/settings/mailboxes/1", "/settings/mailboxes/1", sign_in="google")
    assert grant(world).refresh_token_sealed == ""
    assert "https://mail.google.com/" in ada.text(PAGE)


def mailbox_with(sign_in: str, **columns: object) -> tuple[Mailbox, OAuthGrant]:
    return Mailbox(id=1, sign_in=sign_in, address="help@northwind.example", imap_username=""), OAuthGrant(
        **{"flow": "consent", "client_id": "x", "tenant": "", "authorize_url": "", "token_url": "", "scopes": ""}
        | columns
    )


def test_what_is_asked_of_google_and_microsoft() -> None:
    google = provider_of(*mailbox_with("google"))
    assert dict(google.asks) == {
        "access_type": "offline", "prompt": "consent", "login_hint": "help@northwind.example",
    }  # fmt: skip
    assert google.token_url == "https://oauth2.googleapis.com/token"
    microsoft = provider_of(*mailbox_with("microsoft", tenant="northwind.example"))
    assert microsoft.token_url == "https://login.microsoftonline.com/northwind.example/oauth2/v2.0/token"
    assert "offline_access" in microsoft.scopes
    alone = provider_of(*mailbox_with("microsoft", tenant="northwind.example", flow="app"))
    assert alone.scopes == "https://outlook.office365.com/.default"


def test_days_left_in_words(world: World) -> None:
    now = world.at
    used = now - timedelta(days=80)
    microsoft = ending_of(*mailbox_with("microsoft", last_renewed_at=used), now)
    assert (microsoft.days, microsoft.is_near) == (10, False)
    assert "10 days left" in microsoft.words
    near = ending_of(*mailbox_with("microsoft", last_renewed_at=now - timedelta(days=84)), now)
    assert near.is_near
    told = ending_of(*mailbox_with("oauth2", refresh_token_expires_at=now + timedelta(days=1, hours=1)), now)
    assert told.words.startswith("1 day left")
    google = ending_of(*mailbox_with("google", consented_at=now), now)
    assert (google.days, google.is_near) == (None, False)
    assert "seven days" in google.words
    assert "client secret" in ending_of(*mailbox_with("microsoft", flow="app"), now).words
