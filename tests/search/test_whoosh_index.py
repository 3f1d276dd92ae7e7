"""What only an index on disk has: other processes, kills, damage, rights of its folder."""

import multiprocessing
import os
import signal
import stat
import threading
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from search.document import Document, Key
from search.index import Index, IndexBusy, IndexDamaged, SearchError, open_index
from search.whoosh_index import WhooshIndex
from tests.search.builders import ask, ids, incident, problem

SPAWN = multiprocessing.get_context("spawn")
DEADLINE_SECONDS = 60.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


def answer(folder: Path, pipe: Connection) -> None:
    """A reading process: gets a query's text, sends the numbers found and the generation."""
    index = open_index(folder)
    while text := pipe.recv():
        pipe.send((sorted(ids(index.search(ask(text)).hits)), index.generation))


def write_for_ever(folder: Path, started: Connection) -> None:
    """A writing process to be killed: batches of ten whose documents belong together."""
    index = open_index(folder)
    for batch in range(10_000):
        index.apply([incident(n, f"Printer batch{batch}", f"page{n} " * 300, version=batch) for n in range(10)])
        started.send(batch)


def rebuild_for_ever(folder: Path, started: Connection) -> None:
    """A process to be killed while it rebuilds."""

    def endless() -> Iterator[Document]:
        for number in range(10**9):
            if number == 50:
                started.send(number)
            yield incident(number, "Scanner")

    open_index(folder).rebuild(endless())


def received(pipe: Connection) -> object:
    assert pipe.poll(DEADLINE_SECONDS), "the other process said nothing"
    return pipe.recv()


def test_another_process_sees_each_new_generation(folder: Path) -> None:
    index = open_index(folder)
    here, there = SPAWN.Pipe()
    reader = SPAWN.Process(target=answer, args=(folder, there))
    reader.start()
    try:
        here.send("printer")
        assert received(here) == ([], 0)
        for number in (1, 2, 3):
            index.apply([incident(number, "Printer")])
            here.send("printer")
            assert received(here) == (list(range(1, number + 1)), index.generation)
        index.rebuild([incident(9, "Printer")])
        here.send("printer")
        assert received(here) == ([9], index.generation)
    finally:
        here.send("")
        reader.join(DEADLINE_SECONDS)
        here.close()
        there.close()
    assert reader.exitcode == 0


def test_a_rebuild_never_takes_search_away(folder: Path) -> None:
    index = open_index(folder)
    index.apply([incident(number, "Printer old") for number in range(20)])
    seen: list[int] = []
    wrong: list[object] = []
    stop = threading.Event()

    def keep_reading() -> None:
        own = open_index(folder)
        while not stop.is_set():
            try:
                total = own.search(ask("printer")).total
            except SearchError as error:
                wrong.append(error)
                return
            seen.append(total)

    readers = [threading.Thread(target=keep_reading) for _ in range(3)]
    for reader in readers:
        reader.start()
    for size in (30, 40, 50, 60):
        index.rebuild(incident(number, "Printer new") for number in range(size))
        index.apply([incident(1, "Printer changed")])
    stop.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert set(seen) <= {20, 30, 40, 50, 60}
    assert len(list(folder.glob("built-*"))) == 1


def test_an_open_reader_keeps_answering_from_deleted_files(folder: Path) -> None:
    writer, reader = open_index(folder), open_index(folder)
    writer.apply([incident(1, "Printer", "the old text")])
    assert ids(reader.search(ask("printer")).hits) == [1]
    snapshot = reader._current()  # type: ignore[attr-defined]
    writer.rebuild([incident(2, "Printer")])
    assert snapshot.stored(0).body == "the old text"
    assert ids(reader.search(ask("printer")).hits) == [2]


@pytest.mark.parametrize("pause_seconds", [0.0, 0.003, 0.01, 0.02, 0.03, 0.05])
def test_a_writer_killed_in_the_middle_leaves_whole_batches_and_no_lock(folder: Path, pause_seconds: float) -> None:
    here, there = SPAWN.Pipe()
    writer = SPAWN.Process(target=write_for_ever, args=(folder, there))
    writer.start()
    received(here)
    threading.Event().wait(pause_seconds)
    assert writer.pid
    os.kill(writer.pid, signal.SIGKILL)
    writer.join(DEADLINE_SECONDS)
    index = WhooshIndex(folder, busy_seconds=0.0)
    assert len(set(index.versions().values())) == 1
    assert len(index.versions()) == 10
    index.apply([incident(100, "Scanner")], [Key("incident", 0)])
    assert ids(index.search(ask("scanner")).hits) == [100]
    assert len(index.versions()) == 10
    here.close()
    there.close()


def test_a_rebuild_killed_in_the_middle_leaves_the_live_index(folder: Path) -> None:
    open_index(folder).apply([incident(1, "Printer")])
    here, there = SPAWN.Pipe()
    builder = SPAWN.Process(target=rebuild_for_ever, args=(folder, there))
    builder.start()
    received(here)
    assert builder.pid
    os.kill(builder.pid, signal.SIGKILL)
    builder.join(DEADLINE_SECONDS)
    index = WhooshIndex(folder, busy_seconds=0.0)
    assert ids(index.search(ask("printer")).hits) == [1]
    assert len(list(folder.glob("built-*"))) == 2
    with pytest.raises(ZeroDivisionError):
        index.rebuild(incident(1 // number, "Printer") for number in (1, 0))
    assert [build.name for build in folder.glob("built-*")] == ["built-1"]
    index.rebuild([incident(2, "Printer")])
    assert len(list(folder.glob("built-*"))) == 1
    here.close()
    there.close()


def test_a_second_writer_waits_and_then_says_so(folder: Path) -> None:
    index = open_index(folder)
    index.apply([incident(1, "Printer")])

    def slowly() -> Iterator[Document]:
        yield incident(1, "Printer")
        with pytest.raises(IndexBusy, match="try again later"):
            WhooshIndex(folder, busy_seconds=0.05).apply([incident(2, "Scanner")])
        yield incident(3, "Plotter")

    assert index.rebuild(slowly()) == 2
    WhooshIndex(folder, busy_seconds=0.0).apply([incident(2, "Scanner")])
    assert index.document_count == 3


def test_threads_that_write_at_once_lose_nothing(folder: Path) -> None:
    index = open_index(folder)
    threads = [threading.Thread(target=index.apply, args=([incident(n, "Printer")],)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert index.search(ask("printer")).total == 12


def test_the_folder_is_private_even_if_it_was_there_before(folder: Path) -> None:
    folder.mkdir(mode=0o755)
    folder.chmod(0o775)
    open_index(folder).apply([incident(1, "Printer")])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(build.stat().st_mode) for build in folder.glob("built-*")} == {0o700}


def test_a_folder_others_may_write_is_not_read(folder: Path) -> None:
    index = open_index(folder)
    index.apply([incident(1, "Printer")])
    folder.chmod(0o777)
    with pytest.raises(SearchError, match="0700"):
        open_index(folder).search(ask("printer"))


def damage_nothing_left(build: Path) -> None:
    for file in build.iterdir():
        file.unlink()


def damage_contents_list(build: Path) -> None:
    next(build.glob("*.toc")).write_bytes(b"\x00" * 40)


def damage_segment_gone(build: Path) -> None:
    next(build.glob("*.seg")).unlink()


def damage_segment_empty(build: Path) -> None:
    next(build.glob("*.seg")).write_bytes(b"")


def damage_segment_cut(build: Path) -> None:
    segment = next(build.glob("*.seg"))
    segment.write_bytes(segment.read_bytes()[: segment.stat().st_size // 2])


def damage_postings(build: Path) -> None:
    segment = next(build.glob("*.seg"))
    segment.write_bytes(segment.read_bytes().replace(b"W3Bl", b"\xff\xff\xff\xff"))


def damage_pointer(build: Path) -> None:
    (build.parent / "current").write_bytes(b"\xff\xfe nonsense")


def damage_format(build: Path) -> None:
    (build.parent / "current").write_text("built-1 format-0\n")


def damage_whole_build(build: Path) -> None:
    damage_nothing_left(build)
    build.rmdir()


DAMAGES = [
    damage_nothing_left, damage_contents_list, damage_segment_gone, damage_segment_empty, damage_segment_cut,
    damage_postings, damage_pointer, damage_format, damage_whole_build,
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES, ids=[damage.__name__ for damage in DAMAGES])
def test_damage_is_said_and_a_rebuild_mends_it(folder: Path, damage) -> None:
    open_index(folder).apply([incident(1, "Printer", "jammed")])
    damage(folder / "built-1")
    index = open_index(folder)
    for attempt in (
        lambda: index.search(ask("printer")),
        lambda: index.suggest(problem("Printer jammed")),
        lambda: index.apply([incident(1, "Scanner")]),
    ):
        with pytest.raises(IndexDamaged, match="helpdesk search rebuild"):
            attempt()
    assert index.rebuild([incident(1, "Printer")]) == 1
    assert ids(index.search(ask("printer")).hits) == [1]


def test_segments_stay_few_and_hold_everything(folder: Path) -> None:
    index = open_index(folder)
    for number in range(70):
        index.apply([incident(number % 50, f"Printer step{number}", version=number)])
    assert len(list((folder / "built-1").glob("*.seg"))) < 24
    assert index.versions() == {Key("incident", n): n + 50 if n < 20 else n for n in range(50)}
    assert [index.search(ask(f"step{number}")).total for number in (0, 19, 20, 69)] == [0, 0, 1, 1]
    before = answers(index)
    index.rebuild([incident(number % 50, f"Printer step{number}", version=number) for number in range(70)])
    assert answers(index) == before


def answers(index: Index) -> list[list[int]]:
    return [sorted(ids(index.search(ask(text, limit=100)).hits)) for text in ("printer", "step33", "state:resolved")]


def test_more_terms_than_fit_in_memory_are_all_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.whoosh_pool.MOST_TERMS", 50)
    index = open_index(folder)
    index.rebuild(incident(number, f"Printer word{number}", "common words here") for number in range(100))
    assert index.search(ask("common printer", limit=0)).total == 100
    assert [ids(index.search(ask(f"word{number}")).hits) for number in (0, 50, 99)] == [[0], [50], [99]]
    assert not list(folder.rglob("*.run"))


def test_many_generations_leave_no_open_files(folder: Path) -> None:
    """A segment in use holds one descriptor for its map; those merged away must let go of theirs."""
    index = open_index(folder)
    before = len(os.listdir("/proc/self/fd"))
    for number in range(60):
        index.apply([incident(number, "Printer")])
        index.search(ask("printer"))
    assert len(os.listdir("/proc/self/fd")) <= before + len(list(folder.glob("built-1/*.seg"))) + 1
