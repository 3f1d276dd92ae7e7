"""Signs an IMAP connection in: by password, or with an access token by XOAUTH2 or OAUTHBEARER (RFC 7628).

Used when a connection is made. What the server says comes out as a LoginRefused or Unreachable in words."""

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, LoginError

from intake.source import LoginRefused, MailboxAccount, Unreachable

# RFC 5530: the account is fine, the server isn't.
TEMPORARY = ("[UNAVAILABLE]", "[LIMIT]", "[INUSE]", "[SERVERBUG]")


def sign_in(client: IMAPClient, account: MailboxAccount) -> None:
    if account.token is None:
        _with_password(client, account)
        return
    token = account.token("")
    try:
        _with_token(client, account, token)
    except LoginRefused:
        # It may have been taken back before its time: once more with a new one.
        _with_token(client, account, account.token(token))


def _with_token(client: IMAPClient, account: MailboxAccount, token: str) -> None:
    if client.has_capability("AUTH=XOAUTH2"):
        mechanism, said, farewell = "XOAUTH2", f"user={account.username}\1auth=Bearer {token}\1\1", b""
    elif client.has_capability("AUTH=OAUTHBEARER"):
        name = account.username.replace("=", "=3D").replace(",", "=2C")  # RFC 5801 section 4
        where = f"host={account.host}\1port={account.port}\1"
        mechanism, said, farewell = "OAUTHBEARER", f"n,a={name},\1{where}auth=Bearer {token}\1\1", b"\1"
    else:
        raise LoginRefused(f"{account.host} takes no OAuth sign-in (neither XOAUTH2 nor OAUTHBEARER)")
    # A refusal comes as a second challenge with the reason, to be answered before the server says NO (RFC 7628
    # section 3.2.3).
    answers = iter([said.encode()])
    try:
        client.sasl_login(mechanism, lambda _challenge: next(answers, farewell))
    except IMAPClientError as error:
        _explain(account, error, "consent again, and see that the account may use IMAP")


def _with_password(client: IMAPClient, account: MailboxAccount) -> None:
    try:
        if client.has_capability("AUTH=PLAIN"):  # carries any character; LOGIN is ASCII in imaplib
            client.plain_login(account.username, account.password)
        elif client.has_capability("LOGINDISABLED"):
            raise LoginRefused(f"{account.host} takes no password on this connection; use tls or starttls")
        else:
            client.login(_quoted(account.username), account.password)
    except UnicodeEncodeError as error:
        raise LoginRefused(f"{account.host} takes only ASCII user names and passwords (no AUTH=PLAIN)") from error
    except LoginError as error:
        _explain(account, error, "correct user name or password")


def _explain(account: MailboxAccount, error: IMAPClientError, remedy: str) -> None:
    # imapclient raises LoginError for a connection that broke as well.
    broke = isinstance(error, IMAPClientAbortError) or isinstance(error.__context__, IMAPClientAbortError)
    if broke or any(word in str(error) for word in TEMPORARY):
        raise Unreachable(f"{account.host} can't sign in just now ({words_of(error)}); it is tried again") from error
    raise LoginRefused(
        f"{account.host} refused the sign-in of {account.username} ({words_of(error)}); {remedy}"
    ) from error


def _quoted(text: str) -> str:
    # imaplib quotes the password of LOGIN, but not the user name.
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def words_of(error: BaseException) -> str:
    """What a library's exception says, without the marks of a bytes literal."""
    text = str(error) or type(error).__name__
    return text[2:-1] if text.startswith(("b'", 'b"')) else text
