"""A signed-in SMTP session with the server of a mailbox, or a clear reason why there is none.

Whatever stands in the way here concerns all letters of the mailbox alike and is for people to mend, so it is never
permanent: letters wait until the settings are right."""

import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from smtplib import SMTP, SMTP_SSL, SMTPAuthenticationError, SMTPException, SMTPNotSupportedError, SMTPResponseException

from helpdesk.clock import SystemClock
from helpdesk.errors import Refused
from helpdesk.letters.addresses import ascii_domain, one_line
from helpdesk.letters.transport import NotSent
from helpdesk.mailboxes.access_tokens import AccessTokens, let_go, tokens_of
from helpdesk.mailboxes.loopback import is_loopback
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.mailboxes.oauth import SignIn
from helpdesk.mailboxes.sealed import unseal

PLAIN = "plain-loopback"
TLS, STARTTLS = "tls", "starttls"


@contextmanager
def signed_in(mailbox: Mailbox, signing_key: str, timeout_seconds: float) -> Iterator[SMTP]:
    """The session; it is ended afterwards in any case. Raises NotSent, not permanent."""
    with explained(mailbox):
        client = _connect(mailbox, timeout_seconds)
    try:
        with explained(mailbox):
            if mailbox.smtp_security == STARTTLS:
                client.starttls(context=_trust(mailbox))  # raises where it is not offered: no clear text instead
            client.ehlo_or_helo_if_needed()
            _log_in(client, mailbox, signing_key)
        yield client
    finally:
        # What was accepted is accepted, even if the server is gone before it says goodbye.
        with suppress(SMTPException, OSError):
            client.quit()
        client.close()


def answer(code: int, words: bytes | str) -> str:
    """A server's answer as one readable line, such as "550 5.1.1 No such user"."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    return f"{code} {one_line(text)}"[:500]


@contextmanager
def explained(mailbox: Mailbox) -> Iterator[None]:
    """Turns what can go wrong on the way to the server into NotSent, with what to do next."""
    server = f"{mailbox.smtp_host}:{mailbox.smtp_port}"
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise _to_mend(f"{server} can't prove who it is: {error.verify_message}. Nothing was sent to it.") from error
    except ssl.SSLError as error:
        raise _to_mend(f"{server}: no encrypted connection ({error.reason}). Check port and security.") from error
    except SMTPNotSupportedError as error:
        raise _to_mend(f"{server}: {error} Check port and security.") from error
    except SMTPResponseException as error:
        raise _to_mend(f"{server} answered {answer(error.smtp_code, error.smtp_error)}") from error
    except (SMTPException, OSError, UnicodeError) as error:
        raise _to_mend(f"{server} can't be reached, or broke off: {one_line(str(error))}") from error


def _connect(mailbox: Mailbox, timeout_seconds: float) -> SMTP:
    host, port, security = mailbox.smtp_host, mailbox.smtp_port, mailbox.smtp_security
    if not host:
        raise _to_mend(f"The mailbox {mailbox.name} has no SMTP server. Enter one under Settings.")
    if security not in (PLAIN, TLS, STARTTLS):
        raise _to_mend(f"“{security}” is no way to secure SMTP. Choose tls or starttls.")
    if security == PLAIN and not is_loopback(host):
        raise _to_mend(f"{host} is another machine: letters would travel in clear text. Choose tls or starttls.")
    own_name = ascii_domain(mailbox.domain)  # for EHLO; the machine's own name is nobody's business
    if security == TLS:
        return SMTP_SSL(host, port, own_name, timeout=timeout_seconds, context=_trust(mailbox))
    return SMTP(host, port, own_name, timeout=timeout_seconds)


def _trust(mailbox: Mailbox) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=mailbox.ca_file or None)
    except OSError as error:  # ssl.SSLError is one too
        raise _to_mend(f"The certificate authority in {mailbox.ca_file} can't be read: {error}") from error


def _log_in(client: SMTP, mailbox: Mailbox, signing_key: str) -> None:
    try:
        if (mailbox.sign_in or SignIn.PASSWORD) != SignIn.PASSWORD:
            _with_token(client, mailbox, tokens_of(mailbox, signing_key, SystemClock()))
        elif mailbox.smtp_username:
            _with_password(client, mailbox, unseal(signing_key, mailbox.smtp_password_sealed))
    except Refused as error:
        raise _to_mend(str(error)) from error


def _with_password(client: SMTP, mailbox: Mailbox, password: str) -> None:
    name = mailbox.smtp_username
    if name.isascii() and password.isascii():
        client.login(name, password)
        return
    # smtplib signs in with ASCII only; AUTH PLAIN takes UTF-8 (RFC 4616 section 2).
    said = b64encode(f"\0{name}\0{password}".encode()).decode()
    code, words = client.docmd("AUTH", f"PLAIN {said}")
    if code != 235:
        raise _to_mend(f"{mailbox.smtp_host} answered {answer(code, words)}")


def _with_token(client: SMTP, mailbox: Mailbox, tokens: AccessTokens) -> None:
    name, host, port = mailbox.smtp_username or mailbox.address, mailbox.smtp_host, mailbox.smtp_port
    offered = client.esmtp_features.get("auth", "").upper().split()
    mechanism = next((one for one in ("XOAUTH2", "OAUTHBEARER") if one in offered), None)
    if mechanism is None:
        raise _to_mend(f"{host} takes no OAuth sign-in (neither XOAUTH2 nor OAUTHBEARER). Check port and security.")
    let_go(mailbox)
    token = tokens()
    try:
        _present(client, mechanism, name, f"host={host}\1port={port}\1", token)
    except SMTPAuthenticationError:
        # It may have been taken back before its time: once more with a new one.
        _present(client, mechanism, name, f"host={host}\1port={port}\1", tokens(token))


def _present(client: SMTP, mechanism: str, name: str, where: str, token: str) -> None:
    """One sign-in with an access token. Raises SMTPAuthenticationError."""
    if mechanism == "XOAUTH2":
        said, farewell = f"user={name}\1auth=Bearer {token}\1\1", ""
    else:  # RFC 7628 section 3.1, with the name as RFC 5801 section 4 spells it
        written = name.replace("=", "=3D").replace(",", "=2C")
        said, farewell = f"n,a={written},\1{where}auth=Bearer {token}\1\1", "\1"

    # A refusal comes as a challenge with the reason, to be answered before the server says no.
    client.auth(mechanism, lambda challenge=None: said if challenge is None else farewell)


def _to_mend(reason: str) -> NotSent:
    return NotSent(reason, permanent=False)
