"""A person is erased: no word, name, address or byte of theirs is left, every chain holds, the figures stay."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, func, select, update
from sqlalchemy.orm import Session

import helpdesk.worker  # noqa: F401 - every table must be known before they are made
from helpdesk.attachments import attach
from helpdesk.attachments.store import MemoryStore
from helpdesk.base import Base
from helpdesk.chain.erasing import Eraser
from helpdesk.cli.audit import prove_all
from helpdesk.errands import Errand
from helpdesk.errors import Conflict, NotAllowed
from helpdesk.incidents.incident import Incident
from helpdesk.incidents.thread import Entry, Words
from helpdesk.journal import Event, EventKind, history
from helpdesk.letters.delivery import Delivery
from helpdesk.proof import Tally
from helpdesk.reactions import FORGET, INDEX
from helpdesk.reactions.forget import forget
from intake.erasure import Erasure, erase, preview
from intake.ledger import LedgerRow, LedgerState
from tests.peers.postgres import Postgres
from tests.world import DOMAIN, START, World, build_world

MIA = f"mia@{DOMAIN}"
TRACES = ("mia", "tanaka", "dark till", "crimson")


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    postgres: Postgres | None = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    made = create_engine(postgres.create_database() if postgres else "sqlite://")
    Base.metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def world(engine: Engine) -> Iterator[World]:
    with Session(engine, expire_on_commit=False) as session:
        yield build_world(session)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def told(world: World, store: MemoryStore) -> Incident:
    """Mia's incident with everything that can hold words of hers, and one of Jonas' that names her."""
    session, kim = world.session, world.kim.actor()
    photo = attach(store, "mia-till.png", "image/png", b"a photo")
    words = Words("My dark till shows crimson.", html="<p>My dark till</p>", attachments=(photo,), sender=MIA)
    incident = world.report("Mia’s dark till", words=words)
    reply = Words(
        "Hello Mia,\n\nwhich till?", quoted="> My dark till shows crimson.", to=(MIA,), cc=(f"jonas@{DOMAIN}",)
    )
    incident.reply(reply, by=kim, at=world.at)
    incident.note(Words("Mia Tanaka calls often."), by=kim, at=world.at)
    incident.rename("Dark till at Mia’s", by=kim, at=world.at)
    world.resolve(incident, by=world.kim)
    incident.reopen("It is dark till again", by=world.mia.actor(), at=world.at)
    other = world.report("Scanner", "Ask mia@northwind.example about it.", requester=world.jonas)
    shared = attach(store, "rules.pdf", "application/pdf", b"shared")
    world.session.add_all([other])
    other.note(Words("The same file.", attachments=(shared,)), by=kim, at=world.at)
    incident.receive(
        Words("See the file.", attachments=(attach(store, "rules.pdf", "application/pdf", b"shared"),), sender=MIA),
        by=world.mia.actor(),
        at=world.at,
    )
    session.flush()
    event = history(session, "incident", incident.id)[1]
    session.add_all([
        LedgerRow(
            source="imap", key="a", sha256=store.put(b"raw mail of Mia"), size_bytes=5, received_at=world.at,
            state=LedgerState.FILED.value, sender=MIA, subject="Mia’s dark till", incident_id=incident.id,
            decision={"evidence": ["sent by mia@northwind.example"]}, filed_fingerprint="f" * 64,
        ),
        LedgerRow(
            source="imap", key="b", size_bytes=5, received_at=world.at, state="held", sender=MIA, subject="crimson"
        ),
        Delivery(
            letter="reply", event_id=event.id, incident_id=incident.id, recipient=MIA, message_id="x@y",
            subject="Re: Mia’s dark till", created_at=world.at, raw_sha256=store.put(b"letter to Mia"),
        ),
    ])  # fmt: skip
    session.commit()
    return incident


def everything(session: Session) -> str:
    """All text of all rows of all tables."""
    rows = (row for table in Base.metadata.sorted_tables for row in session.execute(select(table)))
    return "\n".join(repr(tuple(row)) for row in rows)


def breaks(session: Session) -> list[str]:
    return [str(one) for one in prove_all(session, Tally())]


def erased(world: World, folder: Path) -> Erasure:
    found = erase(world.session, world.mia, by=world.ada.actor(), at=world.at, outbox=folder)
    world.session.commit()
    world.session.expire_all()
    return found


def test_nothing_of_them_is_left_and_every_chain_holds(world: World, told: Incident, tmp_path: Path) -> None:
    before = {name: getattr(told, name) for name in ("state", "priority", "opened_at", "updated_at", "requester_id")}
    erased(world, tmp_path)
    left = everything(world.session).lower()
    assert [one for one in TRACES if one in left] == []
    assert breaks(world.session) == []
    assert {name: getattr(told, name) for name in before} == before
    assert world.session.scalar(select(func.count()).select_from(Entry).where(Entry.incident_id == told.id)) == 4
    # What others said is still there, without the name.
    texts = [entry.text for entry in told.entries]
    label = f"Erased person {world.mia.id}"
    assert f"Hello {label},\n\nwhich till?" in texts
    assert f"{label} calls often." in texts
    assert "> My dark till" not in texts
    assert world.mia.name == label


def test_events_read_well_afterwards(world: World, told: Incident, tmp_path: Path) -> None:
    erased(world, tmp_path)
    events = history(world.session, "incident", told.id)
    assert events[0].actor_name == f"Erased person {world.mia.id}"
    renamed = next(one for one in events if one.kind == EventKind.RENAMED)
    assert renamed.data == {"before": "(erased)", "after": "(erased)"}
    assert events[-1].kind == EventKind.PERSON_ERASED


def test_the_preview_finds_the_same_and_changes_nothing(world: World, told: Incident, tmp_path: Path) -> None:
    before = everything(world.session)
    foretold = preview(world.session, world.mia, by=world.ada.actor(), at=world.at, outbox=tmp_path)
    assert everything(world.session) == before
    assert foretold == erased(world, tmp_path)
    assert foretold.counts["incidents"] == 1
    assert foretold.counts["files they sent"] == 2
    assert foretold.counts["raw mails"] == 2


def test_the_bytes_go_unless_somebody_else_has_them(
    world: World, told: Incident, store: MemoryStore, tmp_path: Path
) -> None:
    erased(world, tmp_path)
    for errand in world.session.scalars(select(Errand).where(Errand.reaction == FORGET)):
        forget(world.session, store, tmp_path, errand.payload["sha256"], errand.payload["letters"])
    assert list(store.blobs.values()) == [b"shared"]


def test_the_index_is_told(world: World, told: Incident, tmp_path: Path) -> None:
    erased(world, tmp_path)
    [errand] = world.session.scalars(select(Errand).where(Errand.reaction == INDEX))
    assert ["incident", told.id] in errand.payload["records"]


def test_held_mail_of_theirs_is_put_away_and_a_copy_is_still_known(
    world: World, told: Incident, tmp_path: Path
) -> None:
    erased(world, tmp_path)
    rows = {row.key: row for row in world.session.scalars(select(LedgerRow))}
    assert (rows["a"].state, rows["a"].filed_fingerprint) == ("filed", "f" * 64)
    assert rows["b"].state == LedgerState.DISCARDED


def test_it_can_not_be_done_twice_nor_by_everybody(world: World, told: Incident, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed):
        erase(world.session, world.mia, by=world.kim.actor(), at=world.at, outbox=tmp_path)
    erased(world, tmp_path)
    with pytest.raises(Conflict, match="erased before"):
        erase(world.session, world.mia, by=world.ada.actor(), at=world.at, outbox=tmp_path)
    assert breaks(world.session) == []


def test_two_people_of_one_thread_one_after_the_other(world: World, told: Incident, tmp_path: Path) -> None:
    told.receive(Words("Mine is dark as well.", sender=f"jonas@{DOMAIN}"), by=world.jonas.actor(), at=world.at)
    world.session.commit()
    erased(world, tmp_path)
    erase(world.session, world.jonas, by=world.ada.actor(), at=world.at, outbox=tmp_path)
    world.session.commit()
    assert breaks(world.session) == []
    assert "jonas" not in everything(world.session).lower()


def test_an_agent_who_left(world: World, told: Incident, tmp_path: Path) -> None:
    name, number = world.sam.name, world.sam.id
    world.assign(told, world.sam)
    told.note(Words(f"I look at it. {name}"), by=world.sam.actor(), at=world.at)
    world.session.commit()
    with pytest.raises(Conflict, match="works here"):
        erase(world.session, world.sam, by=world.ada.actor(), at=world.at, outbox=tmp_path)
    world.sam.active = False
    erase(world.session, world.sam, by=world.ada.actor(), at=world.at, outbox=tmp_path)
    world.session.commit()
    assert name.lower() not in everything(world.session).lower()
    assert any(entry.text == f"I look at it. Erased agent {number}" for entry in told.entries)
    assert breaks(world.session) == []


TAMPERED: list[tuple[str, Any]] = [
    ("an entry's text", update(Entry).where(Entry.id == 2).values(text="We never answered.")),
    ("what was left of an entry", update(Entry).where(Entry.id == 1).values(text="(erased).")),
    ("who did it", update(Event).where(Event.id == 1).values(actor_name="Erased person 99")),
    ("when", update(Event).where(Event.id == 2).values(at=START + timedelta(seconds=1))),
]


@pytest.mark.parametrize("change", [change for _, change in TAMPERED], ids=[name for name, _ in TAMPERED])
def test_a_change_is_still_noticed_afterwards(world: World, told: Incident, tmp_path: Path, change: Any) -> None:
    erased(world, tmp_path)
    world.session.execute(change)
    assert breaks(world.session) != []


def test_words_that_somebody_else_marked_as_erased_are_noticed(world: World, told: Incident, tmp_path: Path) -> None:
    row = world.session.execute(select(Event.__table__).where(Event.kind == "renamed")).one()
    eraser = Eraser(row.data, row.actor_name, row.salt, {})
    eraser.erase_data(["/before"])
    world.session.execute(update(Event).where(Event.id == row.id).values(data=eraser.data, salt=eraser.salt))
    assert breaks(world.session) == ["journal: 1 words are marked as erased, but the desk erased 0"]
