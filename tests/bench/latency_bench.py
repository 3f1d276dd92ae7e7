"""From a mail handed to a real Dovecot to its row on an agent's open queue page, through IDLE, the ledger, filing and
the live stream: median and 95th percentile, with the whole desk in its own processes.

Wall time, since waiting is what is measured: say how busy the machine was beside it."""

import os
import re
import statistics
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import httpx

from helpdesk.cli.demo_data import PASSWORD
from helpdesk.sample.company import AMARA
from tests.bench.intake_bench import mails
from tests.bench.measure import table
from tests.peers.desk import Desk, desk_on
from tests.peers.dovecot import Dovecot, dovecot_server
from tests.peers.waiting import wait_for

MAILS = 40
FOUND_SECONDS = 60.0


def main(_sizes: Sequence[int]) -> None:
    with tempfile.TemporaryDirectory() as folder, dovecot_server() as dovecot, desk_on(Path(folder)) as desk:
        desk.connect(dovecot)
        desk.start("all")
        desk.wait_until_ready()
        taken = _measured(desk, dovecot)
    ordered = sorted(taken)
    table(
        ["mails", "median, s", "p95, s", "slowest, s", "load of the machine"],
        [
            [
                len(taken),
                statistics.median(ordered),
                ordered[int(len(ordered) * 0.95) - 1],
                ordered[-1],
                f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
            ]
        ],
    )


def _measured(desk: Desk, dovecot: Dovecot) -> list[float]:
    taken = []
    with httpx.Client(base_url=desk.url, timeout=30) as browser, dovecot.client() as delivering:
        _sign_in(browser)
        with _OpenPage(browser) as page:
            for number, raw in enumerate(mails(MAILS + 1, "latency")):
                subject = f"Latency {number} of this bench"
                begun = monotonic()
                delivering.append("INBOX", re.sub(rb"(?m)^Subject: .*$", f"Subject: {subject}".encode(), raw, count=1))
                page.wait_for_row(subject)
                # The first one waits for the listener to sign in.
                if number:
                    taken.append(monotonic() - begun)
    return taken


def _sign_in(browser: httpx.Client) -> None:
    page = browser.get("/sign-in").text
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "no form to sign in with"
    answer = browser.post("/sign-in", data={"email": AMARA, "password": PASSWORD, "csrf_token": found[1]})
    assert answer.status_code == 302, answer.status_code


class _OpenPage:
    """What a browser does with the queue open: it listens to the stream, and asks for the rows when there is news."""

    def __init__(self, browser: httpx.Client) -> None:
        self._browser = browser
        self._news, self._ended = Event(), Event()
        self._thread = Thread(target=self._listen, daemon=True)

    def __enter__(self) -> "_OpenPage":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()

    def wait_for_row(self, subject: str) -> None:
        def shown() -> bool:
            if not self._news.wait(0.5):
                return False
            self._news.clear()
            return subject in self._browser.get("/queue/rows?view=unassigned").text

        wait_for(shown, FOUND_SECONDS, what=f"the row of {subject!r}")

    def _listen(self) -> None:
        with httpx.Client(base_url=self._browser.base_url, cookies=self._browser.cookies, timeout=None) as client:
            while not self._ended.is_set():
                with suppress(httpx.HTTPError), client.stream("GET", "/live/queue") as stream:
                    for line in stream.iter_lines():
                        if line.startswith("event: incident"):
                            self._news.set()
                        if self._ended.is_set():
                            return
