"""Titles and snippets as fragments: nothing lost, nothing escaped, the right words marked."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.highlight import Wanted, marked_title, snippet
from search.index import Index
from tests.search.builders import ask, incident, marked, plain

WANTED = Wanted(frozenset({"printer", "打印", "jam"}), frozenset({"0x80070005"}))


def test_markup_in_a_document_stays_plain_text(index: Index) -> None:
    index.apply([incident(1, '<b>Printer</b> & "co"', "<script>alert('printer')</script>")])
    (hit,) = index.search(ask("printer")).hits
    assert plain(hit.title) == '<b>Printer</b> & "co"'
    assert marked(hit.title) == ["Printer"]
    assert plain(hit.snippet) == "<script>alert('printer')</script>"
    assert marked(hit.snippet) == ["printer"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Printers jammed, printer!", ["Printers", "jammed", "printer"]),
        ("fail 0x80070005.", ["0x80070005"]),
        ("大打印机", ["打印"]),
        ("sprinter", []),
        ("PRINTER", ["PRINTER"]),
    ],
)
def test_words_are_marked_as_they_are_written(text: str, expected: list[str]) -> None:
    assert marked(marked_title(text, WANTED)) == expected
    assert marked(snippet([text], WANTED)) == expected


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=400))
def test_fragments_put_together_are_the_text(text: str) -> None:
    line = " ".join(text.split())
    assert plain(marked_title(text, WANTED)) == line
    if len(line) <= 200:
        assert plain(snippet([text], WANTED)) == line


def test_the_snippet_shows_where_the_words_stand_together() -> None:
    text = "printer once. " + "other words " * 200 + "the printer jam came back " + "more words " * 200
    shown = snippet([text], WANTED)
    assert marked(shown) == ["printer", "jam"]
    assert plain(shown).startswith("…")
    assert plain(shown).endswith("…")
    assert len(plain(shown)) < 280


def test_the_fix_is_shown_when_the_words_are_there() -> None:
    assert marked(snippet(["nothing of it here", "cleared the printer jam"], WANTED)) == ["printer", "jam"]


def test_without_a_match_the_beginning_is_shown() -> None:
    assert plain(snippet(["word " * 100], WANTED)).startswith("word word")
    assert snippet(["", "  "], WANTED) == ()
