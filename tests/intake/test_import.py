"""Importing old mail: each mail once, in its thread, dated as it was written, and nobody is told."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from helpdesk.attachments.store import MemoryStore
from helpdesk.errands import Errand, enlist
from helpdesk.errors import Conflict
from helpdesk.house import House
from helpdesk.incidents.incident import Incident
from helpdesk.journal import Actor
from helpdesk.journal import Event as Happened
from helpdesk.people.agent import Agent
from helpdesk.proof import breaks
from helpdesk.reactions import TABLE
from intake.importing import placing
from intake.importing.importer import import_until
from intake.importing.job import ImportJob, JobState, Runner
from intake.importing.run import run_job
from intake.ledger import LedgerState, unfiled
from tests.intake.desk import DESK, arrive, furnish, incidents, letter
from tests.intake.old_mail import LONG_AGO, as_it_is, finished, imported, maildir, mbox, new_job, old, rows
from tests.peers.waiting import wait_for

OURS = f"Help Desk <{DESK}>"
Sessions = sessionmaker[Session]


@pytest.fixture
def desk(sessions: Sessions, house: House) -> Sessions:
    """Sessions whose events are followed by errands, as in the running desk."""
    house.settings.data_folder.mkdir(parents=True)
    enlist(sessions, TABLE, lambda: None)
    with sessions() as session:
        furnish(session)
    return sessions


@pytest.fixture
def thread(tmp_path: Path) -> list[Path]:
    """A conversation over two files: the newest mail stands first, ours are in a file of their own."""
    (tmp_path / "inbox").write_bytes(
        mbox(
            old(2, text="Still smoking.", answers=1, subject="Re: Printer 0"),
            old(9, sender="Bea <bea@example.org>"),
            old(0),
        )
    )
    (tmp_path / "Sent").write_bytes(
        mbox(
            old(1, sender=OURS, to="ada@example.org", text="Pull the plug.", answers=0, subject="Re: Printer 0"),
            old(3, sender=OURS, to="ada@example.org", text="It was the fuser.", answers=2, subject="Re: Printer 0"),
            old(5, sender=OURS, to="eve@example.org", text="Shall we meet?"),
        )
    )
    return [tmp_path / "inbox", tmp_path / "Sent"]


def test_a_thread_is_put_together_oldest_first(desk: Sessions, house: House, thread: list[Path]) -> None:
    job = imported(desk, house, *thread, closes=False)
    assert (job.state, job.total, job.position) == ("done", 6, 6)
    assert (job.filed, job.joined, job.held, job.ignored, job.known, job.failed) == (2, 3, 0, 1, 0, 0)
    assert (job.oldest, job.newest) == (LONG_AGO, LONG_AGO + timedelta(days=9))
    with desk() as session:
        first, other = incidents(session)
        assert [(entry.kind, entry.text) for entry in first.entries] == [
            ("message", "It smokes since 0."),
            ("reply", "Pull the plug."),
            ("message", "Still smoking."),
            ("reply", "It was the fuser."),
        ]
        assert [entry.at for entry in first.entries] == [LONG_AGO + timedelta(days=day) for day in (0, 1, 2, 3)]
        assert (first.opened_at, first.state) == (LONG_AGO, "open")
        assert (other.requester.name, other.state, other.opened_at) == ("Bea", "new", LONG_AGO + timedelta(days=9))
        skipped = next(row for row in rows(session) if row.state == LedgerState.IGNORED.value)
        assert skipped.reason == "We wrote it, and it answers nothing that is known here."
        assert list(breaks(session)) == []


def test_history_is_closed_with_the_last_reply_as_its_fix(desk: Sessions, house: House, thread: list[Path]) -> None:
    imported(desk, house, *thread)
    with desk() as session:
        first, other = incidents(session)
        assert (first.state, first.resolution_code, first.resolution) == ("closed", "fixed", "It was the fuser.")
        assert first.closed_at == LONG_AGO + timedelta(days=3)
        # Nobody will be offered this as a fix.
        assert (other.state, other.resolution_code) == ("closed", "withdrawn")


def test_nobody_is_told_of_history(desk: Sessions, house: House, thread: list[Path]) -> None:
    imported(desk, house, *thread)
    with desk() as session:
        followed = {errand.reaction for errand in session.scalars(select(Errand))}
        assert followed == {"index", "clocks"}


@pytest.mark.parametrize("kind", ["mbox", "maildir", "eml", "windows"])
def test_what_was_imported_is_known_in_any_shape(desk: Sessions, house: House, tmp_path: Path, kind: str) -> None:
    # Without a Message-ID, only the content tells.
    mails = [old(number, message_id=number != 1) for number in range(3)]
    (tmp_path / "first").write_bytes(mbox(*mails))
    imported(desk, house, tmp_path / "first")
    again = {
        "mbox": lambda path: path.write_bytes(mbox(*reversed(mails))),
        "maildir": lambda path: maildir(path, mails),
        "eml": lambda path: written(path, mails),
        "windows": lambda path: written(path, [mail.replace(b"\n", b"\r\n") for mail in mails]),
    }
    again[kind](tmp_path / "again")
    job = imported(desk, house, tmp_path / "again")
    assert (job.known, job.filed, job.ignored) == (3, 0, 0)
    with desk() as session:
        assert len(incidents(session)) == len(rows(session)) == 3


def written(folder: Path, mails: list[bytes]) -> None:
    folder.mkdir()
    for number, mail in enumerate(mails):
        (folder / f"{number}.eml").write_bytes(mail)


def test_what_came_by_the_mailbox_is_no_second_incident(desk: Sessions, house: House, tmp_path: Path) -> None:
    came = letter(message_id="<twice@example.org>")
    with desk() as session:
        arrive(session, house, came)
    (tmp_path / "old.eml").write_bytes(b"Received: from elsewhere\n" + came)
    assert imported(desk, house, tmp_path / "old.eml", dry_run=True).known == 1
    job = imported(desk, house, tmp_path / "old.eml")
    assert (job.ignored, job.filed) == (1, 0)
    with desk() as session:
        assert len(incidents(session)) == 1


def test_a_dry_run_counts_and_stores_nothing(desk: Sessions, house: House, thread: list[Path]) -> None:
    (thread[0].parent / "notes.txt").write_text("Buy milk.")
    job = imported(desk, house, *thread, thread[0].parent / "notes.txt", dry_run=True)
    assert (job.state, job.total, job.known, job.position, job.strange) == ("done", 6, 0, 6, 1)
    assert (job.oldest, job.newest) == (LONG_AGO, LONG_AGO + timedelta(days=9))
    assert isinstance(house.store, MemoryStore)
    assert house.store.blobs == {}
    with desk() as session:
        assert rows(session) == incidents(session) == []
    assert imported(desk, house, *thread).filed == 2
    assert imported(desk, house, *thread, dry_run=True).known == 6


def test_mail_of_ours_that_answers_nothing_is_held_where_that_is_wished(
    desk: Sessions, house: House, thread: list[Path]
) -> None:
    job = imported(desk, house, *thread, sent_mail="hold")
    assert (job.held, job.ignored) == (1, 0)


def test_a_mail_by_an_agent_in_the_folder_of_sent_mail_is_their_reply(
    desk: Sessions, house: House, tmp_path: Path
) -> None:
    top = maildir(tmp_path / "Maildir", [old(0)])
    maildir(top / ".Sent", [old(1, sender="Kim <kim@desk.example>", answers=0, text="Done.")])
    imported(desk, house, top)
    with desk() as session:
        (incident,) = incidents(session)
        reply = incident.entries[1]
        assert (reply.kind, reply.author_kind, reply.author_name) == ("reply", "agent", "Kim")


def test_an_old_mail_changes_nothing_of_a_live_incident(desk: Sessions, house: House, tmp_path: Path) -> None:
    with desk() as session:
        kim = kim_in(session)
        arrive(session, house, letter(message_id="<old7@example.org>", sender="Ada <ada@example.org>"))
        (incident,) = incidents(session)
        number, before = incident.id, incident.updated_at
        incident.start(by=kim, at=house.clock.now())
        session.commit()
    (tmp_path / "old.eml").write_bytes(old(8, answers=7, text="Years ago."))
    assert imported(desk, house, tmp_path / "old.eml").joined == 1
    with desk() as session:
        incident = session.get_one(Incident, number)
        assert (incident.state, incident.updated_at) == ("open", before)
        assert len(incident.entries) == 2


def kim_in(session: Session) -> Actor:
    return session.scalars(select(Agent)).one().actor()


def test_what_is_too_large_is_held_and_names_its_place(desk: Sessions, house: House, tmp_path: Path) -> None:
    house.settings.message_bytes_max = 2000
    (tmp_path / "inbox").write_bytes(mbox(old(0), old(1, text="x " * 4000)))
    job = imported(desk, house, tmp_path / "inbox")
    assert (job.filed, job.held) == (1, 1)
    with desk() as session:
        held = next(row for row in rows(session) if row.state == LedgerState.HELD.value)
        assert "inbox at byte" in held.reason
    assert imported(desk, house, tmp_path / "inbox").known == 2


def test_a_mailbox_may_be_named(desk: Sessions, house: House, tmp_path: Path) -> None:
    (tmp_path / "old.eml").write_bytes(old(0, to="former@example.org"))
    imported(desk, house, tmp_path / "old.eml", mailbox_id=1)
    with desk() as session:
        assert incidents(session)[0].mailbox_id == 1
        assert rows(session)[0].mailbox_id == 1


class Power:
    """A store that fails from the so-manieth mail on, as when somebody pulls the plug."""

    def __init__(self, store: MemoryStore, after: int, how: Callable[[], BaseException]) -> None:
        self.store, self.left, self.how = store, after, how
        self.get, self.has = store.get, store.has

    def put(self, content: bytes) -> str:
        self.left -= 1
        if self.left < 0:
            raise self.how()
        return self.store.put(content)


class Killed(BaseException):
    """The process ends here."""


def test_a_kill_at_any_moment_loses_nothing_and_files_nothing_twice(
    desk: Sessions, house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("intake.importing.run.BATCH", 3)
    (tmp_path / "inbox").write_bytes(
        mbox(*(old(number, answers=number - 1 if number % 4 else None) for number in range(12)))
    )
    store, number = house.store, new_job(desk, house, tmp_path / "inbox")
    moments = iter(range(1, 100))

    def dying_at(moment: int) -> None:
        said = iter(range(moment))

        def file_row(*given: object) -> object:
            if next(said, None) is None:
                raise Killed
            return original(*given)  # type: ignore[arg-type]

        monkeypatch.setattr("intake.importing.placing.file_row", file_row)

    original = placing.file_row
    lives = 0
    while as_it_is(desk, number).state != "done":
        lives += 1
        dying_at(next(moments) % 3)
        try:
            run_job(desk, house, number)
        except Killed:
            continue
        finally:
            monkeypatch.setattr("intake.importing.placing.file_row", original)
    job = as_it_is(desk, number)
    assert lives > 4
    assert (job.filed, job.joined, job.position) == (3, 9, 12)
    assert job.held == job.ignored == job.known == job.failed == 0
    with desk() as session:
        assert [len(incident.entries) for incident in incidents(session)] == [4, 4, 4]
        assert len(rows(session)) == 12
    assert store is house.store


def test_a_full_disk_is_said_and_gone_on_from(desk: Sessions, house: House, tmp_path: Path) -> None:
    (tmp_path / "inbox").write_bytes(mbox(*(old(number) for number in range(30))))
    full = Power(house.store, 27, lambda: OSError(28, "No space left on device"))  # type: ignore[arg-type]
    object.__setattr__(house, "store", full)
    job = imported(desk, house, tmp_path / "inbox")
    assert job.state == "failed"
    assert "No space left on device" in job.problem
    assert job.filed == 25
    with pytest.raises(Conflict, match="ended"):
        run_job(desk, house, job.id)
    object.__setattr__(house, "store", full.store)
    with desk() as session:
        session.get_one(ImportJob, job.id).go_on(at=house.clock.now())
        session.commit()
    job = finished(desk, house, job.id)
    assert (job.state, job.filed, job.known, job.problem) == ("done", 30, 0, "")


def test_cancelled_in_the_middle_what_is_filed_stays(
    desk: Sessions, house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("intake.importing.run.SAVE_SECONDS", 0.0)
    (tmp_path / "inbox").write_bytes(mbox(*(old(number) for number in range(60))))
    number = new_job(desk, house, tmp_path / "inbox")

    def told(position: int, total: int) -> None:
        with desk() as session:
            session.get_one(ImportJob, number).cancel(at=house.clock.now())
            session.commit()

    assert run_job(desk, house, number, told=told) is JobState.CANCELLED
    job = as_it_is(desk, number)
    assert (job.state, job.filed, job.position) == ("cancelled", 25, 25)
    with desk() as session, pytest.raises(Conflict):
        session.get_one(ImportJob, number).cancel(at=house.clock.now())


def test_two_processes_do_not_do_one_import(desk: Sessions, house: House, tmp_path: Path) -> None:
    (tmp_path / "inbox").write_bytes(mbox(*(old(number) for number in range(3))))
    number = new_job(desk, house, tmp_path / "inbox")
    refused = []

    def told(position: int, total: int) -> None:
        with pytest.raises(Conflict, match="another process"):
            run_job(desk, house, number)
        refused.append(position)

    run_job(desk, house, number, told=told)
    assert refused == [3]
    assert as_it_is(desk, number).filed == 3


def test_another_machine_waits_until_the_claim_is_over(desk: Sessions, house: House, tmp_path: Path) -> None:
    (tmp_path / "inbox").write_bytes(mbox(old(0)))
    until = house.clock.now() + timedelta(seconds=30)
    number = new_job(desk, house, tmp_path / "inbox", claimed_by="elsewhere", claimed_until=until, state="filing")
    with pytest.raises(Conflict, match="another machine"):
        run_job(desk, house, number)
    house.clock.advance(seconds=31)  # type: ignore[attr-defined]
    assert finished(desk, house, number).filed == 1


def test_a_path_that_is_gone_fails_the_import_in_words(desk: Sessions, house: House, tmp_path: Path) -> None:
    job = imported(desk, house, tmp_path / "nowhere")
    assert job.state == "failed"
    assert "Check the path" in job.problem


def test_the_mail_process_does_what_the_page_asked_for(desk: Sessions, house: House, tmp_path: Path) -> None:
    """Of two imports the older first; not the command's, which does its own."""
    (tmp_path / "a.eml").write_bytes(old(0))
    (tmp_path / "b.eml").write_bytes(old(1))
    theirs = new_job(desk, house, tmp_path / "a.eml", runner=Runner.COMMAND.value)
    numbers = [new_job(desk, house, tmp_path / name) for name in ("a.eml", "b.eml")]
    stop = Event()
    thread = Thread(target=import_until, args=(desk, house, stop))
    thread.start()
    try:
        wait_for(lambda: all(as_it_is(desk, number).state == "done" for number in numbers), what="both imports")
    finally:
        stop.set()
        thread.join()
    assert as_it_is(desk, theirs).state == "waiting"


def test_the_sweep_leaves_rows_of_an_import_to_it(desk: Sessions, house: House, tmp_path: Path) -> None:
    """The import knows that the mail was sent by us; the sweep would make an incident of it."""
    folder = tmp_path / "Sent"
    written(folder, [old(0, sender="Kim <kim@desk.example>", to="ada@example.org")])
    assert imported(desk, house, folder, sent_mail="skip").ignored == 1
    with desk() as session:
        row = rows(session)[0]
        row.state = LedgerState.FETCHED.value
        session.commit()
        assert unfiled(session) == []


def test_events_tell_when_it_happened_and_when_it_was_recorded(desk: Sessions, house: House, tmp_path: Path) -> None:
    (tmp_path / "old.eml").write_bytes(old(0))
    imported(desk, house, tmp_path / "old.eml")
    with desk() as session:
        opened = session.scalars(select(Happened).where(Happened.kind == "opened")).one()
        assert opened.at == LONG_AGO
        assert opened.recorded_at.year > 2019
