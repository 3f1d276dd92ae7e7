"""A signed-in SMTP session with the server of a mailbox, or a clear reason why there is none.

Whatever stands in the way here concerns all letters of the mailbox alike and is for people to mend, so it is never
permanent: letters wait until the settings are right."""

import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address
from smtplib import SMTP, SMTP_SSL, SMTPException, SMTPNotSupportedError, SMTPResponseException

from helpdesk.errors import Conflict
from helpdesk.letters.addresses import ascii_domain, one_line
from helpdesk.letters.transport import NotSent
from helpdesk.mailboxes.mailbox import Mailbox
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
    if security == PLAIN and not _is_loopback(host):
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
    if not mailbox.smtp_username:
        return
    try:
        name, password = mailbox.smtp_username, unseal(signing_key, mailbox.smtp_password_sealed)
    except Conflict as error:
        raise _to_mend(str(error)) from error
    if name.isascii() and password.isascii():
        client.login(name, password)
        return
    # smtplib signs in with ASCII only; AUTH PLAIN takes UTF-8 (RFC 4616 section 2).
    said = b64encode(f"\0{name}\0{password}".encode()).decode()
    code, words = client.docmd("AUTH", f"PLAIN {said}")
    if code != 235:
        raise _to_mend(f"{mailbox.smtp_host} answered {answer(code, words)}")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _to_mend(reason: str) -> NotSent:
    return NotSent(reason, permanent=False)
