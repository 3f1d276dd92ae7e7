"""Values of the site's own fields: what each type takes, what it makes of it, what it refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.errors import Invalid
from helpdesk.incidents.custom_fields import FieldType
from helpdesk.incidents.field_values import checked

TAKEN = [
    ("text", "  two\n words ", "two words"),
    ("long_text", " a\r\nb ", "a\nb"),
    ("number", "12", 12),
    ("number", "3,50", 3.5),
    ("number", "1 000", 1000),
    ("number", -2.0, -2),
    ("date", "2026-12-24", "2026-12-24"),
    ("yes_no", "no", False),
    ("yes_no", True, True),
    ("choice", "rome", "rome"),
    ("choices", ["oslo", "rome", "oslo", ""], ["oslo", "rome"]),
    ("choices", "rome", ["rome"]),
    ("url", "https://example.org/a?b=c", "https://example.org/a?b=c"),
]
REFUSED = [
    ("text", "x" * 501),
    ("text", 7),
    ("long_text", "x" * 20_001),
    ("number", "twelve"),
    ("number", "1e9"),
    ("number", "٣"),
    ("number", float("nan")),
    ("number", float("inf")),
    ("number", "9" * 18),
    ("number", True),
    ("date", "24.12.2026"),
    ("date", "2026-02-30"),
    ("yes_no", "perhaps"),
    ("choice", "paris"),
    ("choice", ["rome"]),
    ("choices", ["rome", "paris"]),
    ("choices", {"rome": 1}),
    ("url", "javascript:alert(1)"),
    ("url", "https://"),
    ("url", "http://[x"),
    ("url", "https://a b"),
    ("url", "//example.org"),
]


@pytest.mark.parametrize(("kind", "typed", "value"), TAKEN)
def test_what_is_taken(kind: str, typed: object, value: object) -> None:
    assert checked(kind, typed, {"rome", "oslo"}) == value


@pytest.mark.parametrize(("kind", "typed"), REFUSED)
def test_what_is_refused(kind: str, typed: object) -> None:
    with pytest.raises(Invalid):
        checked(kind, typed, {"rome", "oslo"})


@pytest.mark.parametrize("kind", list(FieldType))
@pytest.mark.parametrize("nothing", [None, "", "  ", []])
def test_nothing_is_no_value_of_any_type(kind: str, nothing: object) -> None:
    assert checked(kind, nothing) is None


@given(st.sampled_from(list(FieldType)), st.text() | st.integers() | st.floats() | st.lists(st.text()) | st.booleans())
def test_anything_is_taken_or_refused_and_what_was_taken_stays_as_it_is(kind: FieldType, typed: object) -> None:
    try:
        value = checked(kind, typed, {"rome"})
    except Invalid:
        return
    assert checked(kind, value, {"rome"}) == value
