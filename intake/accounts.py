"""From a mailbox as it is set up to the account its listener signs in to: the password unsealed, or tokens by OAuth.

For the mail process, the connection tests and the settings page."""

from collections.abc import Callable
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.errors import Refused
from helpdesk.house import House
from helpdesk.mailboxes.access_tokens import AccessTokens, NoToken, tokens_of
from helpdesk.mailboxes.mailbox import Mailbox, MailboxHealth
from helpdesk.mailboxes.oauth import SignIn
from helpdesk.mailboxes.sealed import unseal
from intake.source import Disposition, ListenerState, LoginRefused, MailboxAccount, Unreachable

log = structlog.get_logger()


def health_of(session: Session, mailbox_id: int) -> MailboxHealth:
    """The health row of a mailbox; made when there is none."""
    row = session.scalars(select(MailboxHealth).where(MailboxHealth.mailbox_id == mailbox_id)).first()
    if row is None:
        row = MailboxHealth(mailbox_id=mailbox_id)
        session.add(row)
    return row


def accounts(session: Session, house: House) -> list[MailboxAccount]:
    """The IMAP accounts to listen on. One whose settings can't work is left out and says so in its health."""
    found = []
    for mailbox in session.scalars(select(Mailbox).where(Mailbox.active, Mailbox.imap_host != "").order_by(Mailbox.id)):
        try:
            found.append(account_of(mailbox, house))
        except (ValueError, Refused) as error:
            # One broken mailbox never stops another.
            log.warning("mailbox left out", mailbox=mailbox.name, error=str(error))
            health = health_of(session, mailbox.id)
            health.state, health.last_error = ListenerState.STOPPED.value, f"Its settings can't work: {error}"
            session.commit()
    return found


def account_of(mailbox: Mailbox, house: House, *, with_tokens: bool = True) -> MailboxAccount:
    """How to reach one mailbox. Raises Conflict when its password can't be read, or when it signs in by OAuth and is
    not stored yet (without tokens it can be checked all the same), ValueError for a bad setting."""
    by_password = (mailbox.sign_in or SignIn.PASSWORD) == SignIn.PASSWORD
    tokens = tokens_of(mailbox, house.signing_key, house.clock) if with_tokens and not by_password else None
    return MailboxAccount(
        mailbox_id=mailbox.id,
        host=mailbox.imap_host,
        port=mailbox.imap_port,
        security=mailbox.imap_security,  # type: ignore[arg-type]
        username=mailbox.imap_username if by_password else mailbox.imap_username or mailbox.address,
        password=unseal(house.signing_key, mailbox.imap_password_sealed) if by_password else "",
        folders=tuple(mailbox.folders),
        disposition=Disposition(mailbox.disposition),
        move_to=mailbox.move_to,
        poll_seconds=mailbox.poll_seconds,
        message_bytes_max=house.settings.message_bytes_max,
        ca_file=Path(mailbox.ca_file) if mailbox.ca_file else None,
        token=_in_our_words(tokens) if tokens else None,
        start_from=mailbox.start_from,
        awaits_preview=bool(mailbox.awaits_preview),
    )


def _in_our_words(tokens: AccessTokens) -> Callable[[str], str]:
    def token(refused: str) -> str:
        try:
            return tokens(refused)
        except NoToken as error:
            raise (LoginRefused if error.final else Unreachable)(str(error)) from error
        except Refused as error:
            raise LoginRefused(str(error)) from error

    return token
