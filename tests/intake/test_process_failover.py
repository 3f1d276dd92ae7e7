"""Two mail processes on two machines and one mailbox: the first has it, dies, and the second goes on."""

import signal
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copy

from sqlalchemy import select, update

from helpdesk.mailboxes.mailbox import MailboxHealth
from intake.ledger import LedgerRow
from tests.intake.mailbox import mail
from tests.peers.desk import desk_on
from tests.peers.dovecot import Dovecot
from tests.peers.waiting import wait_for

PATIENCE_SECONDS = 180.0  # processes start slowly on a busy machine


def test_the_second_takes_over_when_the_first_dies(tmp_path: Path, dovecot: Dovecot) -> None:
    with ExitStack() as desks:
        first = desks.enter_context(desk_on(tmp_path / "first"))
        database = f"sqlite:///{first.settings.data_folder / 'helpdesk.db'}"
        # A machine of its own with the same secret key: another data folder, and so another name on the lease.
        (tmp_path / "second" / "data").mkdir(parents=True)
        copy(first.settings.data_folder / "secret_key", tmp_path / "second" / "data")
        second = desks.enter_context(desk_on(tmp_path / "second", database, with_company=False))
        first.connect(dovecot, poll_seconds=1)

        def health() -> MailboxHealth:
            with first.session() as session:
                row = session.scalars(select(MailboxHealth)).first() or MailboxHealth()
                session.expunge_all()
                session.rollback()
                return row

        def filed() -> int:
            with first.session() as session:
                count = len(session.scalars(select(LedgerRow.id).where(LedgerRow.settlement == "moved")).all())
                session.rollback()
                return count

        process = first.start("mail")
        dovecot.deliver(mail(1))
        wait_for(lambda: filed() == 1, PATIENCE_SECONDS, "the first to file")
        holder = health().lease_holder
        assert holder
        second.start("mail")
        wait_for(lambda: "another machine has this mailbox" in second.log(), PATIENCE_SECONDS, "the second to stand by")
        process.send_signal(signal.SIGKILL)
        process.wait(20)
        assert health().lease_holder == holder, "its lease outlives it"
        with first.session() as session:  # and time goes by
            session.execute(update(MailboxHealth).values(lease_until=datetime.now(UTC) - timedelta(seconds=1)))
            session.commit()
        dovecot.deliver(mail(2))
        wait_for(lambda: filed() == 2, PATIENCE_SECONDS, "the second to file")
        assert health().lease_holder not in (None, holder)
    assert sorted(dovecot.messages("Helpdesk").values()) == [mail(1), mail(2)]
    assert dovecot.messages() == {}
