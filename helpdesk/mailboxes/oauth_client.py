"""Asks a provider for consent and tokens, through Authlib. Every call ends in time and reads a bounded answer.

For `access_tokens` and the consent page. Nothing is stored here, and no secret is part of an error."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from requests.adapters import HTTPAdapter

from helpdesk.mailboxes.oauth_providers import Provider

CONNECT_SECONDS, READ_SECONDS, TOGETHER_SECONDS = 5.0, 10.0, 20.0
ANSWER_BYTES_MAX = 64 * 1024
LIFE_SECONDS_DEFAULT = 3600  # where the provider doesn't tell (RFC 6749 section 5.1 only recommends it)
LIFE_SECONDS_MAX = 10 * 365 * 24 * 3600
# RFC 6749 section 5.2 and Microsoft's own: another try with the same grant can't help.
FINAL = frozenset(
    {
        "invalid_grant",
        "invalid_client",
        "unauthorized_client",
        "invalid_scope",
        "access_denied",
        "interaction_required",
        "consent_required",
        "login_required",
    }
)


class OAuthFailed(Exception):
    """No token now; the text says why. `final`: it stays so until somebody mends it."""

    def __init__(self, message: str, *, final: bool) -> None:
        super().__init__(message)
        self.final = final


@dataclass(frozen=True, slots=True)
class Application:
    """Who asks: registered at the provider by an administrator. `ca_file` for a provider of one's own."""

    client_id: str
    client_secret: str
    redirect_uri: str = ""
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a provider gave. `refresh_token` "": none, so the one there is stays."""

    access_token: str
    expires_at: datetime
    refresh_token: str = ""
    refresh_token_expires_at: datetime | None = None


def consent_url(provider: Provider, application: Application, state: str, verifier: str) -> str:
    """The provider's page on which somebody allows the desk to read and send (RFC 6749 section 4.1.1)."""
    with _asking(provider, application) as client:
        url, _ = client.create_authorization_url(
            provider.authorize_url, state=state, code_verifier=verifier, **dict(provider.asks)
        )
    return str(url)


def exchange(provider: Provider, application: Application, code: str, verifier: str, now: datetime) -> Tokens:
    """Tokens for the code a consent ended with. Raises OAuthFailed."""
    return _fetch(provider, application, now, grant_type="authorization_code", code=code, code_verifier=verifier)


def refresh(provider: Provider, application: Application, refresh_token: str, now: datetime) -> Tokens:
    """New tokens for a refresh token, which may be of no use afterwards (RFC 6749 section 6). Raises OAuthFailed."""
    return _fetch(provider, application, now, grant_type="refresh_token", refresh_token=refresh_token)


def as_application(provider: Provider, application: Application, now: datetime) -> Tokens:
    """A token for the application itself. Raises OAuthFailed."""
    return _fetch(provider, application, now, grant_type="client_credentials", scope=provider.scopes)


def _fetch(provider: Provider, application: Application, now: datetime, **asked: str) -> Tokens:
    where = f"{provider.title} ({provider.token_url})"
    try:
        with _asking(provider, application) as client:
            # A redirect could carry the secret elsewhere.
            answer = client.fetch_token(provider.token_url, allow_redirects=False, **asked)
        return _tokens(answer, now)
    except AuthlibBaseError as error:
        said = " ".join(f"{error.error or ''}: {error.description or ''}".split())[:300].strip(": ")
        raise OAuthFailed(f"{where} says: {said}", final=error.error in FINAL) from error
    except requests.RequestException as error:
        raise OAuthFailed(f"{where} can't be reached: {_words(error)}", final=False) from error
    except (ValueError, TypeError, OverflowError) as error:
        raise OAuthFailed(f"{where} gave an answer that makes no sense: {_words(error)}", final=False) from error


def _asking(provider: Provider, application: Application) -> Any:
    client = OAuth2Session(
        application.client_id,
        application.client_secret or None,
        token_endpoint_auth_method="client_secret_post" if application.client_secret else "none",
        scope=provider.scopes or None,
        redirect_uri=application.redirect_uri or None,
        code_challenge_method="S256",
    )
    if application.ca_file:
        client.verify = application.ca_file
    for scheme in ("https://", "http://"):
        client.mount(scheme, _Bounded())
    return client


def _tokens(answer: Any, now: datetime) -> Tokens:
    access = answer.get("access_token")
    if not _is_token(access):
        raise ValueError("no access token")
    rotated = answer.get("refresh_token") or ""
    if rotated and not _is_token(rotated):
        raise ValueError("a refresh token that is none")
    # Google and Keycloak tell when a refresh token ends, each under a name of its own.
    told = answer.get("refresh_token_expires_in") or answer.get("refresh_expires_in")
    ends = now + _life(told) if told and float(told) > 0 else None
    return Tokens(access, now + _life(answer.get("expires_in")), rotated, ends)


def _is_token(value: object) -> bool:
    # b64token of RFC 6750 section 2.1 and more, but never what could end the line of a mail protocol.
    return isinstance(value, str) and 0 < len(value) <= ANSWER_BYTES_MAX and all("!" <= one <= "~" for one in value)


def _life(seconds: Any) -> timedelta:
    given = float(seconds) if seconds else float(LIFE_SECONDS_DEFAULT)
    return timedelta(seconds=min(max(given, 0.0), LIFE_SECONDS_MAX))


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


class _Bounded(HTTPAdapter):
    """Reads an answer at once, in time and up to a size."""

    def send(self, request: Any, **options: Any) -> requests.Response:  # type: ignore[override]
        end = monotonic() + TOGETHER_SECONDS
        options |= {"timeout": (CONNECT_SECONDS, READ_SECONDS), "stream": True}
        response = super().send(request, **options)
        body = bytearray()
        while piece := response.raw.read1(8192, decode_content=True):
            body += piece
            if len(body) > ANSWER_BYTES_MAX:
                raise requests.exceptions.ContentDecodingError(f"more than {ANSWER_BYTES_MAX:,} bytes")
            if monotonic() > end:
                raise requests.exceptions.ReadTimeout(f"no end after {TOGETHER_SECONDS:.0f} seconds")
        response.raw.release_conn()
        response._content, response._content_consumed = bytes(body), True
        return response
