"""Where Google, Microsoft 365 and others are asked for consent and tokens, and when what they gave comes to an end.

Pure: no network and no database. Addresses and scopes as the providers' own documentation gives them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from helpdesk.errors import Invalid
from helpdesk.mailboxes.loopback import is_loopback
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.mailboxes.oauth import OAuthGrant, SignIn

MICROSOFT_LOGIN = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/{what}"
MICROSOFT_SCOPES = (
    "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access"
)
MICROSOFT_APP_SCOPE = "https://outlook.office365.com/.default"  # app-only: what the administrator granted
MICROSOFT_IDLE = timedelta(days=90)  # a refresh token nobody uses for so long ends
GOOGLE_TESTING = timedelta(days=7)  # while the application's consent screen is in testing
ENDS_SOON_DAYS = 7

TITLES = {SignIn.GOOGLE: "Google", SignIn.MICROSOFT: "Microsoft 365", SignIn.OAUTH2: "OAuth 2.0"}


@dataclass(frozen=True, slots=True)
class Provider:
    title: str
    authorize_url: str
    token_url: str
    scopes: str
    # Further parameters of the consent page.
    asks: tuple[tuple[str, str], ...] = ()


def provider_of(mailbox: Mailbox, grant: OAuthGrant) -> Provider:
    """Who is asked, with the addresses an administrator gave put before the known ones. Raises Invalid."""
    known = _known(mailbox, grant)
    found = Provider(
        known.title,
        grant.authorize_url or known.authorize_url,
        grant.token_url or known.token_url,
        grant.scopes or known.scopes,
        (*known.asks, ("login_hint", mailbox.imap_username or mailbox.address)),
    )
    _check_address(found.token_url, "token_url")
    if not grant.is_app_only:
        _check_address(found.authorize_url, "authorize_url")
    return found


def _known(mailbox: Mailbox, grant: OAuthGrant) -> Provider:
    if mailbox.sign_in == SignIn.GOOGLE:
        # offline and consent: otherwise Google gives a refresh token the first time only.
        return Provider(
            TITLES[SignIn.GOOGLE],
            "https://accounts.google.com/o/oauth2/v2/auth",
            "https://oauth2.googleapis.com/token",
            "https://mail.google.com/",
            (("access_type", "offline"), ("prompt", "consent")),
        )
    if mailbox.sign_in == SignIn.MICROSOFT:
        if grant.is_app_only and not grant.tenant:
            raise Invalid("The application by itself needs the tenant: its id or domain.", field="tenant")
        tenant = grant.tenant or "organizations"
        return Provider(
            TITLES[SignIn.MICROSOFT],
            MICROSOFT_LOGIN.format(tenant=tenant, what="authorize"),
            MICROSOFT_LOGIN.format(tenant=tenant, what="token"),
            MICROSOFT_APP_SCOPE if grant.is_app_only else MICROSOFT_SCOPES,
        )
    return Provider(TITLES[SignIn.OAUTH2], "", "", "")


def _check_address(url: str, field: str) -> None:
    try:
        parts = urlsplit(url)
        secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    except ValueError:
        secure = False
    if not secure or not parts.hostname or "\\" in url or any(character <= " " for character in url):
        raise Invalid("Give the provider's address in full; it starts with https://.", field=field)


@dataclass(frozen=True, slots=True)
class Ending:
    """When a consent comes to an end, in words. `days` None: nobody knows, or never."""

    words: str
    days: int | None = None

    @property
    def is_near(self) -> bool:
        return self.days is not None and self.days <= ENDS_SOON_DAYS


def ending_of(mailbox: Mailbox, grant: OAuthGrant, now: datetime) -> Ending:
    """How long the desk may go on signing in, as far as that is known."""
    if grant.is_app_only:
        return Ending("With the client secret: its last day is shown in Entra, under Certificates & secrets.")
    told = grant.refresh_token_expires_at
    if told is not None:
        return _in_days(told, now, "as the provider told")
    used = grant.last_renewed_at or grant.consented_at
    if mailbox.sign_in == SignIn.MICROSOFT and used is not None:
        return _in_days(used + MICROSOFT_IDLE, now, "if it is not used; the desk renews it every day")
    if mailbox.sign_in == SignIn.GOOGLE and grant.consented_at is not None:
        until = grant.consented_at + GOOGLE_TESTING
        return Ending(
            f"Google names no end. Only while the application is in testing does it end after seven days, "
            f"on {until:%Y-%m-%d}: publish it, or make it internal."
        )
    return Ending("The provider names no end.")


def _in_days(end: datetime, now: datetime, why: str) -> Ending:
    days = max(0, (end - now).days)
    return Ending(f"{days} day{'' if days == 1 else 's'} left, until {end:%Y-%m-%d} ({why})", days)
