"""Nobody learns of a document they may not see: not by hits, counts, snippets or suggestions."""

from hypothesis import given, settings
from hypothesis import strategies as st

from search.document import Document, Hit, Key
from search.index import Index
from search.memory_index import MemoryIndex
from tests.search.builders import ask, ids, incident, plain, problem

TOKENS = ("public", "agents", "team:1", "team:2", "person:7", "person:70")
QUERIES = ("printer", "printer secret", '"red printer"', "printer -green", "state:resolved", "-zebra", "zebra printer")

audiences = st.frozensets(st.sampled_from(TOKENS))
texts = st.lists(st.sampled_from(("printer", "red printer", "green", "zebra", "secret")), max_size=4).map(" ".join)
desks = st.lists(st.tuples(audiences, texts, texts), min_size=1, max_size=8)


def made(desk: list[tuple[frozenset[str], str, str]]) -> list[Document]:
    return [
        incident(number, title, f"{body} only{number}", f"cure{number}", audience=audience)
        for number, (audience, title, body) in enumerate(desk)
    ]


@settings(max_examples=150, deadline=None)
@given(desks, audiences, st.sampled_from(QUERIES))
def test_hidden_documents_change_no_answer(
    desk: list[tuple[frozenset[str], str, str]], viewer: frozenset[str], text: str
) -> None:
    documents = made(desk)
    visible = [document for document in documents if document.audience & viewer]
    everything, only_visible = MemoryIndex(), MemoryIndex()
    everything.apply(documents)
    only_visible.apply(visible)
    found = everything.search(ask(text, audience=viewer))
    expected = only_visible.search(ask(text, audience=viewer))
    assert found.total == expected.total
    assert found.any_word == expected.any_word
    assert {hit.key for hit in found.hits} == {hit.key for hit in expected.hits}
    assert {shown(hit) for hit in found.hits} == {shown(hit) for hit in expected.hits}


@settings(max_examples=150, deadline=None)
@given(desks, audiences)
def test_suggestions_are_visible_suggestable_and_not_itself(
    desk: list[tuple[frozenset[str], str, str]], viewer: frozenset[str]
) -> None:
    documents = made(desk)
    index = MemoryIndex()
    index.apply(documents)
    allowed = {document.key for document in documents if document.audience & viewer} - {Key("incident", 0)}
    asked = problem("red printer zebra", "green secret", audience=viewer, exclude=Key("incident", 0))
    assert {found.key for found in index.suggest(asked, limit=50)} <= allowed


def shown(hit: Hit) -> tuple[object, ...]:
    return hit.title, hit.snippet


def test_one_token_of_several_is_enough(index: Index) -> None:
    index.apply([incident(1, "Printer", audience=frozenset({"team:3", "person:9"}))])
    for viewer in ({"team:3"}, {"person:9"}, {"agents", "person:9"}):
        assert ids(index.search(ask("printer", audience=frozenset(viewer))).hits) == [1]
    for viewer in ({"team:33"}, {"person"}, {"team", "3"}, {"TEAM:3"}, {""}, set()):
        assert index.search(ask("printer", audience=frozenset(viewer))).total == 0
        assert index.suggest(problem("printer", audience=frozenset(viewer))) == ()


def test_a_document_for_nobody_is_seen_by_nobody(index: Index) -> None:
    index.apply([incident(1, "Printer", audience=frozenset())])
    assert index.search(ask("printer", audience=frozenset(TOKENS))).total == 0
    assert index.document_count == 1


def test_withdrawn_rights_hold_at_once(index: Index) -> None:
    index.apply([incident(1, "Printer"), incident(2, "Printer")])
    index.apply([incident(1, "Printer", audience=frozenset({"team:1"}))])
    assert ids(index.search(ask("printer")).hits) == [2]


def test_identifiers_and_filters_reveal_nothing_either(index: Index) -> None:
    hidden = {
        "audience": frozenset({"team:1"}),
        "people": "eve@example.org",
        "service": "Payroll",
        "reference": "INC-9",
    }
    index.apply([incident(9, "Leak", "code 0xdeadbeef", "gone", **hidden), incident(1, "Printer")])
    for text in ("0xdeadbeef", "INC-9", "eve@example.org", "service:payroll", '"code 0xdeadbeef"', "leak"):
        assert index.search(ask(text, people=True)).total == 0, text
    assert ids(index.search(ask("-service:payroll")).hits) == [1]
    assert all("Leak" not in plain(hit.title) for hit in index.search(ask("-zebra")).hits)
