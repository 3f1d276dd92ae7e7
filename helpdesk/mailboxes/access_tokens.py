"""Access tokens of one mailbox, renewed in time, by whichever process comes first.

A provider may take a refresh token back once it is used, so only the holder of the grant's claim uses it, and what
comes in its place is committed before anybody signs in with it. No transaction is open while a provider is asked."""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import sleep
from uuid import uuid4

from sqlalchemy import ColumnElement, Engine, or_, select, update
from sqlalchemy.orm import Session, object_session

from helpdesk.clock import Clock
from helpdesk.errors import Conflict, Refused
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.mailboxes.oauth import OAuthGrant, SignIn, grant_of
from helpdesk.mailboxes.oauth_client import TOGETHER_SECONDS, Application, OAuthFailed, Tokens, as_application, refresh
from helpdesk.mailboxes.oauth_providers import provider_of
from helpdesk.mailboxes.sealed import seal, unseal

MARGIN = timedelta(minutes=5)  # a token that ends sooner is renewed before it is used
CLAIM = timedelta(seconds=TOGETHER_SECONDS * 3)
# A provider that said no for good is asked again so often: somebody may have mended it on that side.
ASK_AGAIN = timedelta(minutes=30)
WAIT_SECONDS = 0.2  # between looks while another process renews
CONSENT_AGAIN = "Consent again under Settings › Mailboxes"


class NoToken(Refused):
    """The desk can't sign in by OAuth now. `final`: not until somebody mends it."""

    def __init__(self, message: str, *, final: bool) -> None:
        super().__init__(message)
        self.final = final


class AccessTokens:
    """Call it for a token that is good now; `refused`, a token the mail server would not take, is not given again.

    Uses sessions of its own. Raises NoToken with what to do next."""

    def __init__(self, engine: Engine, mailbox_id: int, signing_key: str, clock: Clock) -> None:
        self._engine, self._mailbox_id, self._key, self._clock = engine, mailbox_id, signing_key, clock
        self._holder = uuid4().hex

    def __call__(self, refused: str = "") -> str:
        while True:
            if token := self._good(refused):
                return token
            if self._claim():
                return self._renew(unless_good=True, refused=refused)
            sleep(WAIT_SECONDS)

    def renew(self) -> None:
        """A new token now, whatever there is: the daily test. Somebody else's renewal at this moment counts."""
        with Session(self._engine) as session:
            self._grant(session)
        if self._claim():
            self._renew()

    def _grant(self, session: Session) -> OAuthGrant:
        grant = grant_of(session, self._mailbox_id)
        if grant is None or not grant.is_usable:
            raise NoToken(f"Nobody has consented to this sign-in yet. {CONSENT_AGAIN}.", final=True)
        return grant

    def _good(self, refused: str) -> str:
        """The token there is, or "". Raises NoToken where asking the provider would be in vain."""
        now = self._clock.now()
        with Session(self._engine) as session:
            grant = self._grant(session)
            token = unseal(self._key, grant.access_token_sealed)
            if token and token != refused and grant.expires_at and grant.expires_at > now + MARGIN:
                return token
            if grant.refused and grant.last_tried_at and now - grant.last_tried_at < ASK_AGAIN:
                raise NoToken(grant.last_error or CONSENT_AGAIN, final=True)
        return ""

    def _claim(self) -> bool:
        now = self._clock.now()
        free = or_(OAuthGrant.renewing_until.is_(None), OAuthGrant.renewing_until < now)
        return self._update({"renewing_by": self._holder, "renewing_until": now + CLAIM}, free)

    def _renew(self, *, unless_good: bool = False, refused: str = "") -> str:
        """Asks the provider; the claim is ours, and given back in any case."""
        used = ""
        try:
            # Somebody may have renewed it a moment before the claim was ours.
            if unless_good and (token := self._good(refused)):
                return token
            with Session(self._engine) as session:
                grant = self._grant(session)
                used = grant.refresh_token_sealed
                ask = _asker(session.get_one(Mailbox, self._mailbox_id), grant, self._key)
            tokens = ask(self._clock.now())
            self._keep(tokens, used)
        except OAuthFailed as failure:
            words = f"{failure}. {CONSENT_AGAIN}." if failure.final else f"{failure}. It is tried again."
            self._failed(used, words, final=failure.final)
            raise NoToken(words, final=failure.final) from failure
        except NoToken:
            raise
        except Refused as error:
            self._failed(used, str(error), final=True)
            raise NoToken(str(error), final=True) from error
        finally:
            self._give_back()
        return tokens.access_token

    def _keep(self, tokens: Tokens, used: str) -> None:
        now = self._clock.now()
        values: dict[str, object] = {
            "access_token_sealed": seal(self._key, tokens.access_token),
            "expires_at": tokens.expires_at,
            "last_renewed_at": now,
            "last_tried_at": now,
            "last_error": None,
            "refused": False,
        }
        if tokens.refresh_token:
            values["refresh_token_sealed"] = seal(self._key, tokens.refresh_token)
        if tokens.refresh_token_expires_at:
            values["refresh_token_expires_at"] = tokens.refresh_token_expires_at
        self._store(used, values)

    def _failed(self, used: str, words: str, *, final: bool) -> None:
        self._store(used, {"last_error": words, "refused": final, "last_tried_at": self._clock.now()})

    def _store(self, used: str, values: dict[str, object]) -> None:
        """Unless the refresh token that was used is there no longer: then somebody consented anew, or renewed after
        our claim had run out, and theirs is the newer one."""
        self._update(values, OAuthGrant.refresh_token_sealed == used)

    def _give_back(self) -> None:
        self._update({"renewing_by": None, "renewing_until": None}, OAuthGrant.renewing_by == self._holder)

    def _update(self, values: dict[str, object], where: ColumnElement[bool]) -> bool:
        statement = update(OAuthGrant).where(OAuthGrant.mailbox_id == self._mailbox_id, where).values(**values)
        with Session(self._engine) as session:
            changed = session.execute(statement.execution_options(synchronize_session=False))
            session.commit()
        return getattr(changed, "rowcount", 0) == 1


def _asker(mailbox: Mailbox, grant: OAuthGrant, signing_key: str) -> Callable[[datetime], Tokens]:
    """All that is needed to ask, so that no transaction stays open meanwhile. Raises Refused."""
    provider, application = provider_of(mailbox, grant), application_of(mailbox, grant, signing_key)
    if grant.is_app_only:
        return lambda now: as_application(provider, application, now)
    token = unseal(signing_key, grant.refresh_token_sealed)
    return lambda now: refresh(provider, application, token, now)


def application_of(mailbox: Mailbox, grant: OAuthGrant, signing_key: str, redirect_uri: str = "") -> Application:
    """Raises Conflict when the secret was sealed under another key."""
    own = mailbox.sign_in == SignIn.OAUTH2
    secret = unseal(signing_key, grant.client_secret_sealed)
    return Application(grant.client_id, secret, redirect_uri, mailbox.ca_file if own else "")


def tokens_of(mailbox: Mailbox, signing_key: str, clock: Clock) -> AccessTokens:
    """For a mailbox that belongs to a session. Raises Conflict for one that does not."""
    session = object_session(mailbox)
    if session is None:
        raise Conflict("Save the mailbox first, then consent to its sign-in.")
    engine = session.get_bind(Mailbox)
    if not isinstance(engine, Engine):
        engine = engine.engine
    return AccessTokens(engine, mailbox.id, signing_key, clock)


def let_go(mailbox: Mailbox) -> None:
    """Ends a transaction that only read, so that nobody waits for the database while we wait for another server."""
    session = object_session(mailbox)
    if session is not None and not (session.new or session.dirty or session.deleted):
        session.commit()


def sign_in_trouble(session: Session, mailbox_id: int) -> str:
    """Why the latest renewal failed; "" when it went well, or when there is a password."""
    wanted = select(OAuthGrant.last_error).join(Mailbox, Mailbox.id == OAuthGrant.mailbox_id)
    query = wanted.where(Mailbox.id == mailbox_id, Mailbox.sign_in != SignIn.PASSWORD.value)
    return session.scalar(query) or ""


def take_consent(grant: OAuthGrant, tokens: Tokens, signing_key: str, *, by: str, at: datetime) -> None:
    """Keeps what a consent gave; the door commits. Raises Conflict when it can't last."""
    if not tokens.refresh_token:
        raise Conflict(
            "The provider gave no refresh token, so this would end within the hour. Remove the application from the "
            "account's connections and consent again; elsewhere ask for the scope offline_access."
        )
    grant.forget_tokens()
    grant.access_token_sealed, grant.expires_at = seal(signing_key, tokens.access_token), tokens.expires_at
    grant.refresh_token_sealed = seal(signing_key, tokens.refresh_token)
    grant.refresh_token_expires_at = tokens.refresh_token_expires_at
    grant.consented_at = grant.last_renewed_at = grant.last_tried_at = at
    grant.consented_by = by
