"""A mailbox that signs in by OAuth at the loopback provider, for tests of the ways in and out."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.mailboxes.oauth import OAuthGrant
from helpdesk.mailboxes.sealed import seal, unseal
from tests.intake.desk import KEY
from tests.peers.dovecot import USER, Dovecot, dovecot_server
from tests.peers.oauth_server import CLIENT, SECRET, OAuthServer, dovecot_settings


def give_grant(session: Session, oauth: OAuthServer, mailbox: Mailbox | None = None, **columns: Any) -> OAuthGrant:
    """The desk's mailbox signs in there, and somebody consented a while ago."""
    mailbox = mailbox or session.scalars(select(Mailbox)).first()
    assert mailbox is not None
    mailbox.sign_in = "oauth2"
    usual = {
        "mailbox_id": mailbox.id,
        "client_id": CLIENT,
        "client_secret_sealed": seal(KEY, SECRET),
        "refresh_token_sealed": seal(KEY, oauth.give_refresh_token()),
    }
    grant = OAuthGrant(**(usual | oauth.addresses | columns))
    session.add(grant)
    session.commit()
    return grant


def grant_in(sessions: sessionmaker[Session]) -> OAuthGrant:
    with sessions() as session:
        return session.scalars(select(OAuthGrant)).one()


def refresh_token_in(sessions: sessionmaker[Session]) -> str:
    return unseal(KEY, grant_in(sessions).refresh_token_sealed)


@contextmanager
def dovecot_with(oauth: OAuthServer, folder: Path, mechanisms: str = "xoauth2 oauthbearer") -> Iterator[Dovecot]:
    """A Dovecot that takes the provider's tokens."""
    lines, file = dovecot_settings(oauth, mechanisms)
    path = folder / "oauth2.conf"
    path.write_text(file)
    with dovecot_server(settings=[line.replace("{oauth}", str(path)) for line in lines]) as server:
        yield server


__all__ = ["USER", "dovecot_with", "give_grant", "grant_in", "refresh_token_in"]
