"""The daily test of every OAuth sign-in: what is renewed each day doesn't end unnoticed. For the worker's schedule."""

import structlog
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from helpdesk.clock import Clock
from helpdesk.errors import Refused
from helpdesk.mailboxes.access_tokens import AccessTokens
from helpdesk.mailboxes.mailbox import Mailbox, MailboxHealth
from helpdesk.mailboxes.oauth import OAuthGrant, SignIn

log = structlog.get_logger()


def renew_all(engine: Engine, signing_key: str, clock: Clock) -> dict[str, str]:
    """Renews every active mailbox's tokens; returns what went wrong by mailbox name. One never stops another."""
    with Session(engine) as session:
        query = select(Mailbox.id, Mailbox.name).join(OAuthGrant, OAuthGrant.mailbox_id == Mailbox.id)
        query = query.where(Mailbox.active, Mailbox.sign_in != SignIn.PASSWORD.value).order_by(Mailbox.id)
        wanted = list(session.execute(query))
    trouble = {}
    for mailbox_id, name in wanted:
        try:
            AccessTokens(engine, mailbox_id, signing_key, clock).renew()
        except Refused as error:
            trouble[name] = str(error)
            log.warning("sign-in not renewed", mailbox=name, error=str(error))
            _show(engine, mailbox_id, str(error))
        except Exception as error:  # the others are tested all the same
            trouble[name] = f"{type(error).__name__}: {error}"
            log.exception("sign-in not renewed", mailbox=name)
    return trouble


def _show(engine: Engine, mailbox_id: int, words: str) -> None:
    """In the mailbox's health at once; the listener keeps it there as long as it lasts."""
    with Session(engine) as session:
        health = session.scalars(select(MailboxHealth).where(MailboxHealth.mailbox_id == mailbox_id)).first()
        if health is not None:
            health.last_error = words
            session.commit()
