"""A ledger in memory that keeps the promises of `intake.source.MailLedger`, as far as memory can."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Condition
from typing import TypeVar

from intake.source import Fetched, Found, Health, ListenerState, Settlement, Unsettled

Answer = TypeVar("Answer")
WAIT_SECONDS = 20.0


@dataclass
class Row:
    mail: Fetched
    filed: bool = False
    settled: Settlement | None = None


class MemoryLedger:
    """Outlives listeners, as a database does. `on_...` are called where a test wants to interfere."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, int, int], Row] = {}
        self.reports: list[Health] = []
        self.previews: list[list[Found]] = []
        self.recorded: list[list[int]] = []  # uids, one list for each call
        self.leased = True
        self.lease_refusals = 0
        self.released = 0
        self.on_filed: Callable[[], None] = lambda: None
        self.on_record: Callable[[], None] = lambda: None
        self._changed = Condition()

    def wait_for(self, condition: Callable[[], Answer], what: str = "") -> Answer:
        """The first truthy answer, looked for after each change; fails the test when there is none in time."""
        with self._changed:
            found = self._changed.wait_for(condition, WAIT_SECONDS)
        assert found, f"not within {WAIT_SECONDS} s: {what}; last report {self.reports[-1:]}"
        return found

    def wait_for_filed(self, number: int) -> list[Row]:
        """All rows, once `number` of them are filed and settled."""
        self.wait_for(lambda: sum(row.settled is not None for row in self.rows.values()) >= number, f"{number} settled")
        return list(self.rows.values())

    def wait_for_state(self, *states: ListenerState, after: int = 0) -> Health:
        """The first report of one of these states, not counting the first `after` reports."""
        return self.wait_for(
            lambda: next((health for health in self.reports[after:] if health.state in states), None), str(states)
        )

    def unknown(self, folder: str, uidvalidity: int, uids: Sequence[int]) -> list[int]:
        return [uid for uid in uids if (folder, uidvalidity, uid) not in self.rows]

    def record(self, folder: str, uidvalidity: int, mails: Sequence[Fetched]) -> None:
        self.on_record()
        with self._changed:
            self.recorded.append([mail.uid for mail in mails])
            for mail in mails:
                self.rows.setdefault((folder, uidvalidity, mail.uid), Row(mail))
            self._changed.notify_all()

    def file_recorded(self) -> int:
        with self._changed:
            fresh = [row for row in self.rows.values() if not row.filed]
            for row in fresh:
                row.filed = True
            self._changed.notify_all()
        self.on_filed()
        return len(fresh)

    def unsettled(self, folder: str, uidvalidity: int) -> list[Unsettled]:
        return [
            Unsettled(uid, row.mail.raw is not None)
            for (name, validity, uid), row in sorted(self.rows.items())
            if (name, validity) == (folder, uidvalidity) and row.filed and row.settled is None
        ]

    def settle(self, folder: str, uidvalidity: int, uids: Sequence[int], how: Settlement) -> None:
        with self._changed:
            for uid in uids:
                self.rows[folder, uidvalidity, uid].settled = how
            self._changed.notify_all()

    def keep_lease(self) -> bool:
        with self._changed:
            self.lease_refusals += not self.leased
            self._changed.notify_all()
        return self.leased

    def release_lease(self) -> None:
        self.released += 1

    def report(self, health: Health) -> None:
        with self._changed:
            self.reports.append(health)
            self._changed.notify_all()

    def preview(self, found: Sequence[Found]) -> None:
        with self._changed:
            self.previews.append(list(found))
            self._changed.notify_all()
