"""Words can be taken out of an event, and its hash still holds; nothing else can be changed about it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk.chain.erasing import Eraser
from helpdesk.chain.event_hash import NO_HASH, Said, data_leaves, erased_name, event_hash
from helpdesk.chain.leaves import erased_count, is_tombstone, leaves, without_tombstones
from helpdesk.chain.salts import Salts
from helpdesk.chain.words import PARTS, WRITTEN_NAME, words_digest

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(st.text(max_size=8), values, max_size=5)


def said(data: Any, name: str = "Mia Tanaka") -> Said:
    return Said("incident", 7, 3, "noted", AT, AT, "requester", 12, name, data, NO_HASH)


@given(objects, st.data())
def test_any_words_can_be_erased_in_any_order(data: dict[str, Any], draw: st.DataObject) -> None:
    salt = str(Salts.fresh())
    hashed = event_hash(said(data), Salts.read(salt))
    paths = [path for path, _ in data_leaves(data)[0]]
    for path in draw.draw(st.permutations(paths)):
        eraser = Eraser(data, "Mia Tanaka", salt, {})
        eraser.erase_data([path])
        data, salt = eraser.data, eraser.salt
        assert event_hash(said(data), Salts.read(salt)) == hashed
    assert erased_count(data) == len(set(paths))
    assert all(
        is_tombstone(value) or value == "" for _, value in leaves(data) if isinstance(value, str | dict) and value
    )


@given(objects, st.data())
def test_no_other_value_has_the_same_hash(data: dict[str, Any], draw: st.DataObject) -> None:
    salts = Salts.fresh()
    other = draw.draw(objects.filter(lambda one: repr(one) != repr(data) and one != data))
    assert event_hash(said(data), salts) != event_hash(said(other), salts)


def test_the_name_of_who_did_it_can_be_erased() -> None:
    salt = str(Salts.fresh())
    hashed = event_hash(said({"text": "Hello"}), Salts.read(salt))
    eraser = Eraser({"text": "Hello"}, "Mia Tanaka", salt, {})
    eraser.erase_actor()
    eraser.erase_actor()
    assert eraser.taken == 1
    assert event_hash(said(eraser.data, erased_name("requester", 12)), Salts.read(eraser.salt)) == hashed
    # The text is still proved.
    assert event_hash(said({"text": "Hallo"}), Salts.read(eraser.salt)) != hashed


@pytest.mark.parametrize("part", ["text", "html", "addresses", "files"])
def test_a_part_of_an_entry_can_be_erased_and_the_rest_is_still_proved(part: str) -> None:
    words: dict[str, Any] = dict.fromkeys(PARTS, "") | {
        "text": "My till is dark.", "html": "<p>My till is dark.</p>", "addresses": ["mia@example.org", [], []],
        "files": [["till.png", "image/png", 3, "f" * 64, False, None]], "author": "Mia Tanaka", "nature": ["message"],
    }  # fmt: skip
    salt = str(Salts.fresh())
    digest = words_digest(Salts.read(salt), words, WRITTEN_NAME)
    eraser = Eraser({}, "Mia Tanaka", salt, {WRITTEN_NAME: words})
    eraser.erase_words(WRITTEN_NAME, [part, "quoted"])
    assert eraser.taken == 1  # nothing was quoted
    after = words | {part: []}
    assert words_digest(Salts.read(eraser.salt), after, WRITTEN_NAME) == digest
    assert words_digest(Salts.read(eraser.salt), after | {"author": "Lee"}, WRITTEN_NAME) != digest
    with pytest.raises(KeyError):  # nothing stood there, so it has no salt
        words_digest(Salts.read(eraser.salt), after | {"quoted": "I never wrote that"}, WRITTEN_NAME)


def test_what_was_erased_can_not_be_guessed_back() -> None:
    salt = str(Salts.fresh())
    eraser = Eraser({"answer": "yes", "other": "no"}, "Mia", salt, {})
    eraser.erase_data(["/answer"])
    kept = Salts.read(eraser.salt)
    left = eraser.data["answer"]["erased"]
    assert "/answer" not in kept.by_path
    assert bytes.fromhex(salt).hex() not in eraser.salt
    guessed = {kept.digests("", [("/other", guess)])[0] for guess in ("yes", "no")}
    assert left not in guessed


def test_pages_read_that_something_was_erased() -> None:
    data = {"before": {"name": {"erased": "a" * 64}, "id": 3}, "list": ["x", {"erased": "b" * 64}]}
    assert without_tombstones(data) == {"before": {"name": "(erased)", "id": 3}, "list": ["x", "(erased)"]}
