"""From Dovecot to committed incident, at few and at many incidents, beside the bare mail loop."""

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from itertools import islice
from pathlib import Path
from threading import Event
from time import perf_counter, process_time

from imapclient import IMAPClient

from helpdesk.app import create_app
from helpdesk.cli.db import ensure_newest
from helpdesk.cli.demo_data import load_company
from helpdesk.cli.desk import house_of, session_of
from helpdesk.house import House
from helpdesk.mailboxes.sealed import seal
from helpdesk.sample.bulk import bulk
from helpdesk.sample.company import DESK_ADDRESS
from helpdesk.settings import Settings
from intake.accounts import account_of
from intake.listener import listen
from intake.mailbox_ledger import MailboxLedger
from intake.source import Settlement
from tests.bench import bare
from tests.bench.fill import fill
from tests.bench.measure import table
from tests.peers.dovecot import Dovecot, dovecot_server

MAILS = 1_000


def mails(count: int, mark: str) -> list[bytes]:
    """Ordinary mails: a text of some lines, some with an HTML part, as a service desk gets them."""
    written = []
    for number, one in enumerate(islice(bulk(count, seed=99), count)):
        mail = EmailMessage()
        mail["From"] = f"{one.requester_name} <{one.requester}>"
        mail["To"], mail["Subject"] = DESK_ADDRESS, one.subject
        mail["Date"], mail["Message-ID"] = "Fri, 20 Nov 2026 10:00:00 +0000", f"<{mark}.{number}@sender.example>"
        mail.set_content(one.steps[0].text)
        if number % 2:
            mail.add_alternative(f"<html><body><p>{one.steps[0].text}</p></body></html>", subtype="html")
        written.append(mail.as_bytes())
    return written


def main(sizes: Sequence[int]) -> None:
    rows = []
    for size in [0, *[one for one in sizes if one > 1_000]]:
        with tempfile.TemporaryDirectory() as folder, dovecot_server() as dovecot:
            bare_cpu, bare_rate = _bare(Path(folder), dovecot, size)
            cpu, rate = _desk(Path(folder), dovecot, size)
            rows.append([size, bare_cpu, bare_rate, cpu, rate, cpu / bare_cpu])
    table(
        ["incidents before", "bare: CPU ms a mail", "bare: mails/s", "desk: CPU ms a mail", "desk: mails/s", "ratio"],
        rows,
    )


def _bare(folder: Path, dovecot: Dovecot, size: int) -> tuple[float, float]:
    sessions = bare.open_sessions(folder / "bare.db")
    bare.fill(sessions, size)
    dovecot.add_user("bare")
    dovecot.deliver(*mails(MAILS, f"bare{size}"), user="bare")
    with dovecot.client("bare") as client:
        client.select_folder("INBOX")
        uids = client.search()
        cpu, wall = process_time(), perf_counter()
        _in_batches(sessions, client, uids)
        return (process_time() - cpu) * 1000 / MAILS, MAILS / (perf_counter() - wall)


def _in_batches(sessions: object, client: IMAPClient, uids: list[int]) -> None:
    for first in range(0, len(uids), 50):
        bare.take_in(sessions, client, uids[first : first + 50])  # type: ignore[arg-type]


def _desk(folder: Path, dovecot: Dovecot, size: int) -> tuple[float, float]:
    app = create_app(Settings(data_folder=folder / f"desk{size}"))
    ensure_newest(app, upgrade=True)
    house: House = house_of(app)
    with session_of(app) as session:
        cast = load_company(session, at=datetime.now(UTC), with_passwords=False)
        mailbox = cast.mailbox
        assert mailbox is not None
        mailbox.imap_host, mailbox.imap_port, mailbox.imap_security = dovecot.host, dovecot.port, "plain-loopback"
        mailbox.imap_username = dovecot.username
        mailbox.imap_password_sealed = seal(house.signing_key, dovecot.password)
        session.commit()
        fill(session, cast, size)
        account, number = account_of(mailbox, house), mailbox.id
    dovecot.deliver(*mails(MAILS, f"desk{size}"))
    stop = Event()
    ledger = _Counted(lambda: session_of(app), house, number, "bench")
    ledger.until(MAILS, stop)
    cpu, wall = process_time(), perf_counter()
    listen(account, ledger, stop)
    return (process_time() - cpu) * 1000 / MAILS, MAILS / (perf_counter() - wall)


class _Counted(MailboxLedger):
    """The real ledger, which says stop once so many mails are settled on the server."""

    def until(self, count: int, stop: Event) -> None:
        self.left, self.stop = count, stop

    def settle(self, folder: str, uidvalidity: int, uids: Sequence[int], how: Settlement) -> None:
        super().settle(folder, uidvalidity, uids, how)
        self.left -= len(uids)
        if self.left <= 0:
            self.stop.set()
