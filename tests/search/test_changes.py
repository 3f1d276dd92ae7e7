"""What goes in and out of an index, whichever it is."""

from collections.abc import Iterator

import pytest

from search.document import Document, Key
from search.index import Index
from tests.search.builders import ask, ids, incident, problem


def test_an_index_never_written_answers_with_nothing(index: Index) -> None:
    assert index.search(ask("printer")).total == 0
    assert index.suggest(problem("printer jammed")) == ()
    assert index.versions() == {}
    assert index.document_count == 0
    assert index.generation == 0


def test_a_document_is_found_as_soon_as_it_is_applied(index: Index) -> None:
    index.apply([incident(1, "Printer jammed")])
    assert ids(index.search(ask("printer")).hits) == [1]
    assert index.document_count == 1


def test_replacing_forgets_the_old_words(index: Index) -> None:
    index.apply([incident(1, "Printer jammed"), incident(2, "Other printer")])
    index.apply([incident(1, "Scanner dark", version=2)])
    assert ids(index.search(ask("printer")).hits) == [2]
    assert ids(index.search(ask("scanner")).hits) == [1]
    assert index.versions() == {Key("incident", 1): 2, Key("incident", 2): 1}


def test_of_two_upserts_with_one_key_the_later_wins(index: Index) -> None:
    index.apply([incident(1, "Printer"), incident(1, "Scanner", version=2)])
    assert index.versions() == {Key("incident", 1): 2}
    assert index.search(ask("printer")).total == 0


def test_deleted_documents_are_gone_everywhere(index: Index) -> None:
    index.apply([incident(1, "Printer jammed"), incident(2, "Printer dark")])
    index.apply([], [Key("incident", 1), Key("incident", 99)])
    assert ids(index.search(ask("printer")).hits) == [2]
    assert [found.key.id for found in index.suggest(problem("printer jammed dark"))] == [2]
    assert index.versions() == {Key("incident", 2): 1}
    assert index.document_count == 1


def test_deletes_come_before_upserts(index: Index) -> None:
    index.apply([incident(1, "Printer")])
    index.apply([incident(1, "Scanner", version=5)], [Key("incident", 1)])
    assert index.versions() == {Key("incident", 1): 5}


def test_kinds_with_the_same_number_are_two_records(index: Index) -> None:
    index.apply([incident(7, "Printer"), incident(7, "Printer", key=Key("article", 7))])
    assert index.versions() == {Key("incident", 7): 1, Key("article", 7): 1}
    index.apply([], [Key("article", 7)])
    assert index.versions() == {Key("incident", 7): 1}


def test_generations_grow_and_never_come_back(index: Index) -> None:
    seen = [index.generation]
    for step in range(3):
        index.apply([incident(step, "Printer")])
        seen.append(index.generation)
    index.rebuild([incident(1, "Printer")])
    seen.append(index.generation)
    assert seen == sorted(set(seen))


def test_applying_nothing_changes_nothing(index: Index) -> None:
    index.apply([incident(1, "Printer")])
    index.apply([])
    index.apply([], [])
    assert index.document_count == 1


def test_many_small_changes_lose_nothing(index: Index) -> None:
    for number in range(40):
        index.apply([incident(number, f"Printer number{number}")], [Key("incident", number - 20)])
    assert index.versions() == {Key("incident", number): 1 for number in range(20, 40)}
    assert [ids(index.search(ask(f"number{number}")).hits) for number in (3, 20, 39)] == [[], [20], [39]]
    assert index.search(ask("printer")).total == 20


def test_a_rebuild_holds_exactly_what_it_was_given(index: Index) -> None:
    index.apply([incident(1, "Printer"), incident(2, "Scanner")])
    told: list[int] = []
    documents = [incident(2, "Plotter"), incident(3, "Beamer"), incident(2, "Plotter again", version=9)]
    assert index.rebuild(iter(documents), told.append) == 2
    assert index.versions() == {Key("incident", 2): 9, Key("incident", 3): 1}
    assert ids(index.search(ask("again")).hits) == [2]
    assert told
    assert told == sorted(told)


def test_a_rebuild_that_fails_leaves_the_old_index(index: Index) -> None:
    index.apply([incident(1, "Printer")])

    def broken() -> Iterator[Document]:
        yield incident(2, "Scanner")
        raise RuntimeError("database went away")

    with pytest.raises(RuntimeError, match="database went away"):
        index.rebuild(broken())
    assert index.versions() == {Key("incident", 1): 1}
    index.apply([incident(3, "Plotter")])
    assert index.document_count == 2


def test_an_index_answers_again_after_close(index: Index) -> None:
    index.apply([incident(1, "Printer")])
    index.close()
    assert ids(index.search(ask("printer")).hits) == [1]


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        incident(1, "Printer", at=incident(1, "").at.replace(tzinfo=None))


def test_zero_and_huge_numbers_are_kept(index: Index) -> None:
    odd = [Key("incident", 0), Key("incident", 2**60)]
    index.apply([incident(1, "Printer", key=key, version=0) for key in odd])
    assert index.versions() == dict.fromkeys(odd, 0)
    assert {hit.key for hit in index.search(ask("printer")).hits} == set(odd)
