"""The lanes of the worker: which errands are run one after the other, and how each is settled.

A lane of its own keeps a slow mail server from delaying the index. `helpdesk.worker.running` runs them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event as Signal

from sqlalchemy.orm import Session

from helpdesk import errands
from helpdesk.errands import Errand
from helpdesk.house import House
from helpdesk.policies import MailPolicy, policy
from helpdesk.reactions import AUTOMATE, CLOCKS, DELIVER, DEPART, DIGEST, FETCH, FORGET, INDEX, NOTIFY
from helpdesk.reactions.automate import automate
from helpdesk.reactions.clocks import keep_clocks, look_again_at, look_at_open
from helpdesk.reactions.deliver import deliver
from helpdesk.reactions.depart import depart
from helpdesk.reactions.digests import send_digest
from helpdesk.reactions.forget import forget
from helpdesk.reactions.index import index_records, keys_of
from helpdesk.reactions.notify import notify
from intake.late_fetch import fetch_late
from search.index import SearchError

BATCH = 100

Run = Callable[[Session, House, list[Errand]], None]


@dataclass
class Lane:
    """Errands that are run one batch after the other. `run` settles each errand of the batch it is given."""

    name: str
    reactions: tuple[str, ...]
    run: Run
    batch: int
    signal: Signal = field(default_factory=Signal)


def run_index(session: Session, house: House, batch: list[Errand]) -> None:
    """All changes of a batch become one change of the index: a commit of Whoosh is dear, a document is not."""
    try:
        index_records(session, house.index, keys_of(batch))
    except SearchError as error:
        for errand in batch:
            put_back(errand, house, str(error))
        return
    for errand in batch:
        errands.done(errand, now=house.clock.now())


def run_clocks(session: Session, house: House, batch: list[Errand]) -> None:
    """Each incident of a batch once, however much happened to it."""
    now = house.clock.now()
    keep_clocks(session, [errand.event for errand in batch if errand.event is not None], now=now)
    look_again_at(session, [one.payload["incident"] for one in batch if "incident" in one.payload], now=now)
    for errand in batch:
        if "after" in errand.payload:
            look_at_open(session, after=errand.payload["after"], now=now)
        errands.done(errand, now=now)


def run_letters(session: Session, house: House, batch: list[Errand]) -> None:
    for errand in batch:
        now = house.clock.now()
        if errand.reaction == DEPART:
            depart(session, errand.payload["entry_id"], stationery=house.stationery, now=now)
        elif errand.event is not None:
            notify(session, errand.event, stationery=house.stationery, now=now)
        errands.done(errand, now=house.clock.now())


def run_digest(session: Session, house: House, batch: list[Errand]) -> None:
    for errand in batch:
        send_digest(session, errand.payload["agent_id"], stationery=house.stationery, now=house.clock.now())
        errands.done(errand, now=house.clock.now())


def run_deliver(session: Session, house: House, batch: list[Errand]) -> None:
    for errand in batch:
        last_try = errand.tries >= tries_max(session, house, errand)
        now = house.clock.now()
        deliver(
            session,
            errand.payload["delivery_id"],
            transport=house.transport,
            store=house.store,
            now=now,
            last_try=last_try,
        )
        errands.done(errand, now=house.clock.now())


def run_fetch(session: Session, house: House, batch: list[Errand]) -> None:
    for errand in batch:
        last_try = errand.tries >= house.settings.errand_tries_max
        fetch_late(session, house, errand.payload["row_id"], last_try=last_try)
        errands.done(errand, now=house.clock.now())


def run_forget(session: Session, house: House, batch: list[Errand]) -> None:
    for errand in batch:
        said = errand.payload
        forget(session, house.store, house.settings.data_folder / "outbox", said["sha256"], said["letters"])
        errands.done(errand, now=house.clock.now())


def run_automate(session: Session, house: House, batch: list[Errand]) -> None:
    for errand in batch:
        if errand.event is not None:
            automate(session, errand.event, stationery=house.stationery, now=house.clock.now())
        errands.done(errand, now=house.clock.now())


def lanes() -> list[Lane]:
    return [
        Lane("index", (INDEX,), run_index, batch=BATCH),
        Lane("letters", (NOTIFY, DEPART), run_letters, batch=1),
        Lane("clocks", (CLOCKS,), run_clocks, batch=BATCH),
        Lane("digests", (DIGEST,), run_digest, batch=1),
        Lane("post", (DELIVER,), run_deliver, batch=1),
        Lane("automation", (AUTOMATE,), run_automate, batch=1),
        Lane("fetch", (FETCH,), run_fetch, batch=1),
        Lane("forgetting", (FORGET,), run_forget, batch=1),
    ]


def tries_max(session: Session, house: House, errand: Errand) -> int:
    """Mail servers are away for longer than anything of our own (RFC 5321 section 4.5.4.1)."""
    if errand.reaction != DELIVER:
        return house.settings.errand_tries_max
    return errands.tries_within(policy(session, MailPolicy).keep_trying_hours * 3600.0)


def put_back(
    errand: Errand, house: House, reason: str, after_seconds: float | None = None, tries_max: int | None = None
) -> None:
    limit = house.settings.errand_tries_max if tries_max is None else tries_max
    errands.failed(errand, reason, now=house.clock.now(), tries_max=limit, after_seconds=after_seconds)
