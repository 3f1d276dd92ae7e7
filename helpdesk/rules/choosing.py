"""The rows that conditions and actions of rules are chosen from, by source, and what they are called."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.incidents.action_choices import offered
from helpdesk.incidents.choices import Choice
from helpdesk.mailboxes.mailbox import Mailbox
from helpdesk.people.agent import Viewer
from helpdesk.people.organization import all_organizations

Rows = dict[str, tuple[Choice, ...]]


def rows(session: Session, viewer: Viewer) -> Rows:
    """What this viewer may choose: (number, name) of each row, by source."""
    mailboxes = select(Mailbox.id, Mailbox.name).where(Mailbox.active).order_by(Mailbox.name)
    return offered(session, viewer) | {
        "organizations": tuple((one.id, one.name) for one in all_organizations(session)),
        "mailboxes": tuple((number, name) for number, name in session.execute(mailboxes)),
    }


def names(known: Rows) -> dict[str, dict[str, str]]:
    """The same as names by number, which stand as text in conditions."""
    return {source: {str(number): name for number, name in found} for source, found in known.items()}
