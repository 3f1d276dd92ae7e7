"""The last step of making a letter: its bytes are kept, and an errand sends them. Commits nothing.

For the reactions that compose letters."""

from datetime import datetime
from email.message import EmailMessage

from sqlalchemy.orm import Session

from helpdesk.attachments.store import BlobStore
from helpdesk.errands import send_on
from helpdesk.letters.delivery import Delivery
from helpdesk.letters.wire import to_bytes
from helpdesk.reactions import DELIVER


def queue(session: Session, delivery: Delivery, letter: EmailMessage, *, store: BlobStore, leaves: datetime) -> None:
    """Stores the delivery with its letter, to be sent when it leaves."""
    delivery.subject = str(letter["Subject"])
    delivery.raw_sha256 = store.put(to_bytes(letter))
    session.add(delivery)
    session.flush()
    send_on(session, DELIVER, at=leaves, delivery_id=delivery.id)
