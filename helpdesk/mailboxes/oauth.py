"""What a mailbox holds to sign in by OAuth 2.0 (RFC 6749): the application it goes by, its tokens, how they are doing.

Tokens and secrets are sealed. They are fetched in `oauth_client`, and handed out and renewed in `access_tokens`."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from helpdesk.base import Base


class SignIn(StrEnum):
    """The values of `Mailbox.sign_in`, for both directions."""

    PASSWORD = "password"  # noqa: S105 - the word, not one
    GOOGLE = "google"
    MICROSOFT = "microsoft"
    OAUTH2 = "oauth2"  # any other provider, by its addresses


class Flow(StrEnum):
    CONSENT = "consent"  # somebody signs in and allows it once: authorization code with PKCE (RFC 7636)
    APP = "app"  # the application by itself: client credentials (RFC 6749 section 4.4), Microsoft 365


class OAuthGrant(Base):
    """One for each mailbox. `refused`: the provider said no for good, so only people can mend it. `renewing_by` and
    `renewing_until` are a claim: a refresh token that is used twice at once is lost where they rotate."""

    __tablename__ = "oauth_grants"

    mailbox_id: Mapped[int] = mapped_column(ForeignKey("mailboxes.id"), unique=True)
    flow: Mapped[str] = mapped_column(default=Flow.CONSENT.value)
    client_id: Mapped[str] = mapped_column(default="")
    client_secret_sealed: Mapped[str] = mapped_column(default="")
    tenant: Mapped[str] = mapped_column(default="")
    # Empty: those that are known of the provider.
    authorize_url: Mapped[str] = mapped_column(default="")
    token_url: Mapped[str] = mapped_column(default="")
    scopes: Mapped[str] = mapped_column(default="")

    access_token_sealed: Mapped[str] = mapped_column(default="")
    expires_at: Mapped[datetime | None]
    refresh_token_sealed: Mapped[str] = mapped_column(default="")
    # Only where the provider tells it.
    refresh_token_expires_at: Mapped[datetime | None]
    consented_at: Mapped[datetime | None]
    consented_by: Mapped[str] = mapped_column(default="")
    last_renewed_at: Mapped[datetime | None]
    last_tried_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    refused: Mapped[bool] = mapped_column(default=False)
    renewing_by: Mapped[str | None]
    renewing_until: Mapped[datetime | None]

    @property
    def is_app_only(self) -> bool:
        return self.flow == Flow.APP.value

    @property
    def is_usable(self) -> bool:
        """Whether a token can be asked for without anybody's consent first."""
        return bool(self.client_id) and (self.is_app_only or bool(self.refresh_token_sealed))

    def forget_tokens(self) -> None:
        """For a new consent, or another application: what there is belongs to the old one."""
        self.access_token_sealed = self.refresh_token_sealed = self.consented_by = ""
        self.expires_at = self.refresh_token_expires_at = self.consented_at = self.last_renewed_at = None
        self.last_tried_at = self.last_error = None
        self.refused = False


def grant_of(session: Session, mailbox_id: int) -> OAuthGrant | None:
    return session.scalars(select(OAuthGrant).where(OAuthGrant.mailbox_id == mailbox_id)).first()
