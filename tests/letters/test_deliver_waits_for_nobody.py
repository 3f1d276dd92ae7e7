"""A mail server that takes its time keeps nobody waiting for the database."""

from helpdesk.incidents.thread import Words
from helpdesk.letters.delivery import DeliveryState
from tests.letters.conftest import Desk


class Slow:
    """Asks everything of the mailbox that a real one does, while the other side thinks."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.had_transaction = desk, []

    def send(self, letter, mailbox, recipient, about_to_send):
        assert mailbox.smtp_host is not None
        assert mailbox.smtp_password_sealed is not None
        self.had_transaction.append(self.desk.session.in_transaction())
        mailbox.smtp_size_max = 1_000_000
        about_to_send()
        self.had_transaction.append(self.desk.session.in_transaction())
        return "250 taken"


def test_no_transaction_is_open_while_a_letter_is_handed_over(desk: Desk):
    incident = desk.report()
    incident.reply(Words("Try again."), by=desk.jo.actor(), at=desk.at())
    (delivery,) = [one for one in desk.tell() if one.letter == "reply"]
    desk.session.commit()
    slow = Slow(desk)
    desk.transport = slow
    desk.send(delivery)
    assert slow.had_transaction == [False, False]
    desk.session.expire_all()
    assert delivery.state == DeliveryState.SENT
    assert delivery.mailbox is not None
    assert delivery.mailbox.smtp_size_max == 1_000_000
