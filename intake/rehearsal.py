"""The dry run: what would become of a mail, by the very functions that decide, and nothing changed."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from helpdesk.house import House
from helpdesk.mailboxes.mailbox import Mailbox
from intake.decision import Decision
from intake.incoming import Incoming, all_mailboxes, incoming, mailbox_of, read_mail, trust_in
from intake.mail.arrival import Arrival
from intake.matching import decide


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A mail as filing would see it, and what would be decided."""

    mail: Incoming
    decision: Decision

    @property
    def arrival(self) -> Arrival:
        return self.mail.arrival

    @property
    def mailbox(self) -> Mailbox | None:
        """The one it would have come in by, if any."""
        return self.mail.mailbox


def rehearse(
    session: Session, house: House, raw: bytes, *, envelope_to: tuple[str, ...] = (), mailbox: Mailbox | None = None
) -> Rehearsal:
    """Raises nothing that a mail could cause. `mailbox`: as if it were fetched from there."""
    arrival, mailboxes = read_mail(house, raw), all_mailboxes(session)
    found = mailbox or mailbox_of(arrival, envelope_to, None, mailboxes)
    trust = trust_in(house, raw, arrival, found)
    mail = incoming(house, arrival, mailboxes, envelope_to=envelope_to, mailbox=found, trust=trust)
    return Rehearsal(mail, decide(session, mail))
