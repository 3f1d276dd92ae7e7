"""A provider of OAuth 2.0 on loopback: consent page, tokens that rotate and end, and the question a mail server asks.

Stands for Google, Microsoft and others. It holds clients to PKCE, and takes everything back when a refresh token is
used twice, as strict providers do."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT, SECRET = "helpdesk-client", "a client secret"


@dataclass
class Code:
    challenge: str
    redirect_uri: str
    scope: str


class OAuthServer:
    """Use `oauth_server()`. What is public may be changed at any time."""

    def __init__(self, user: str) -> None:
        self.user = user
        self.life_seconds: int | str | None = 3600
        self.refresh_life_seconds: int | None = None
        self.rotates = True
        self.gives_refresh_token = True
        self.asked: list[dict[str, str]] = []  # each question at the token endpoint
        self.introspected: list[str] = []
        self.before_token = lambda: None  # called while a client waits for a token
        self._next: list[tuple[int, bytes]] = []
        self._active: set[str] = set()
        self._refresh: str | None = None
        self._spent: set[str] = set()
        self._codes: dict[str, Code] = {}
        self._numbers = count(1)
        self._lock = Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def addresses(self) -> dict[str, str]:
        """Columns of an `OAuthGrant`."""
        return {"authorize_url": f"{self.url}/authorize", "token_url": f"{self.url}/token", "scopes": "mail offline"}

    @property
    def refresh_token(self) -> str | None:
        """The one that counts now."""
        return self._refresh

    def give_refresh_token(self) -> str:
        """As if somebody had consented some time ago."""
        self._refresh = f"refresh-{next(self._numbers)}"
        return self._refresh

    def answer_next(self, status: int, body: bytes | dict[str, Any]) -> None:
        """The next question at the token endpoint gets this answer."""
        self._next.append((status, body if isinstance(body, bytes) else json.dumps(body).encode()))

    def end_access_tokens(self) -> None:
        """Takes them back before their time; clients don't know."""
        self._active.clear()

    def revoke(self) -> None:
        """The user took the consent back."""
        self._active.clear()
        self._refresh = None

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser is sent on to."""
        back = {"state": asked.get("state", "")}
        if asked.get("client_id") != CLIENT or asked.get("code_challenge_method") != "S256":
            return f"{asked['redirect_uri']}?{urlencode(back | {'error': 'invalid_request'})}"
        code = f"code-{next(self._numbers)}"
        self._codes[code] = Code(asked["code_challenge"], asked["redirect_uri"], asked.get("scope", ""))
        return f"{asked['redirect_uri']}?{urlencode(back | {'code': code})}"

    def token(self, asked: dict[str, str]) -> tuple[int, bytes]:
        self.asked.append(asked)
        self.before_token()
        with self._lock:
            if self._next:
                return self._next.pop(0)
            if (asked.get("client_id"), asked.get("client_secret")) != (CLIENT, SECRET):
                return _error("invalid_client", "Unknown application, or a wrong secret", 401)
            kind = asked.get("grant_type", "")
            if kind == "authorization_code":
                return self._for_code(asked)
            if kind == "refresh_token":
                return self._for_refresh_token(asked)
            return self._tokens(with_refresh=False)

    def _for_code(self, asked: dict[str, str]) -> tuple[int, bytes]:
        code = self._codes.pop(asked.get("code", ""), None)
        proof = urlsafe_b64encode(sha256(asked.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
        if code is None or proof != code.challenge or asked.get("redirect_uri") != code.redirect_uri:
            return _error("invalid_grant", "The code or its proof is wrong")
        return self._tokens(with_refresh=self.gives_refresh_token)

    def _for_refresh_token(self, asked: dict[str, str]) -> tuple[int, bytes]:
        given = asked.get("refresh_token", "")
        if given in self._spent:
            self.revoke()
        if given != self._refresh:
            return _error("invalid_grant", "AADSTS70008: The refresh token has expired")
        return self._tokens(with_refresh=self.rotates)

    def _tokens(self, *, with_refresh: bool) -> tuple[int, bytes]:
        access = f"access-{next(self._numbers)}"
        self._active.add(access)
        answer: dict[str, Any] = {"access_token": access, "token_type": "Bearer"}
        if self.life_seconds is not None:
            answer["expires_in"] = self.life_seconds
        if with_refresh:
            if self._refresh:
                self._spent.add(self._refresh)
            answer["refresh_token"] = self.give_refresh_token()
        if self.refresh_life_seconds is not None:
            answer["refresh_token_expires_in"] = self.refresh_life_seconds
        return 200, json.dumps(answer).encode()

    def is_good(self, token: str) -> bool:
        return token in self._active

    def introspect(self, token: str) -> tuple[int, bytes]:
        """What Dovecot asks (RFC 7662)."""
        self.introspected.append(token)
        good = self.is_good(token)
        return 200, json.dumps({"active": good, "email": self.user} if good else {"active": False}).encode()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _error(code: str, description: str, status: int = 400) -> tuple[int, bytes]:
    return status, json.dumps({"error": code, "error_description": description}).encode()


def _handler(server: OAuthServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", server.authorize(_flat(parts.query)))
                self.end_headers()
                return
            self._answer(*server.introspect(_flat(parts.query).get("token", "")))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            self._answer(*server.token(_flat(body)))

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    return Handler


def _flat(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}


@contextmanager
def oauth_server(user: str) -> Iterator[OAuthServer]:
    server = OAuthServer(user)
    try:
        yield server
    finally:
        server.close()


def dovecot_settings(server: OAuthServer, mechanisms: str = "xoauth2 oauthbearer") -> tuple[list[str], str]:
    """Lines for `dovecot_server(settings=...)` with which it takes tokens of this provider, and a file they name.

    The file is to be written where "{oauth}" stands in the lines."""
    lines = [
        f"auth_mechanisms = plain login {mechanisms}",
        "passdb {",
        "driver = oauth2",
        f"mechanisms = {mechanisms}",
        "args = {oauth}",
        "}",
    ]
    file = "\n".join(
        [
            "introspection_mode = get",
            f"introspection_url = {server.url}/introspect?token=",
            "username_attribute = email",
            "active_attribute = active",
            "active_value = true",
            "",
        ]
    )
    return lines, file


class Pause:
    """Holds a client at the token endpoint: `oauth.before_token = pause`."""

    def __init__(self) -> None:
        self.reached, self.go_on = Event(), Event()

    def __call__(self) -> None:
        self.reached.set()
        self.go_on.wait(20)
