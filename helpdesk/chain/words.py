"""The words of an entry as parts, so that each can be erased alone and the rest of the entry is still proved. A
further part, its `nature` (when, by whom, what kind), can't be erased.

The parts' digests are hashed into one value. It stands as `written` in the data of the event that wrote the entry,
and by the entry's number in `rewritten` of one that took words out of it."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from helpdesk.chain.leaves import spelled
from helpdesk.chain.salts import Salts

# In the order in which they are hashed; a part more is a new order, and so a new value for every entry.
PARTS = ("text", "html", "quoted", "author", "addresses", "message_id", "files", "features")
_NOTHING: tuple[Any, ...] = ("", None, [], {})
WRITTEN, REWRITTEN = "written", "rewritten"  # in the data of the event
WRITTEN_NAME = f"{WRITTEN}:"  # the group of their salts


def words_digest(salts: Salts, words: Mapping[str, Any], name: str) -> str:
    """One hash over the digests of all parts, as 64 hex digits. Raises KeyError for a salt that is missing."""
    leaves = [(f"/{part}", words[part]) for part in PARTS if _counts(words[part], salts, f"{name}/{part}")]
    found = [[path for path, _ in leaves], salts.digests(name, leaves), words["nature"]]
    return hashlib.sha256(spelled(found).encode("ascii")).hexdigest()


def _counts(value: Any, salts: Salts, path: str) -> bool:
    """A part in which nothing stands needs no digest; one that was emptied by erasing has left its own."""
    return value not in _NOTHING or salts.is_erased(path)


def filled(words: Mapping[str, Any]) -> list[str]:
    """The paths of the parts in which something stands, in the order in which they have their salts."""
    return [f"/{part}" for part in PARTS if words[part] not in _NOTHING]


def proved_entries(data: Mapping[str, Any]) -> Iterator[tuple[int, str, str]]:
    """(entry's number, name of its salts, digest) of every entry whose words this event's data proves."""
    if WRITTEN in data and "entry_id" in data:
        yield int(data["entry_id"]), WRITTEN_NAME, str(data[WRITTEN])
    again = data.get(REWRITTEN)
    if isinstance(again, Mapping):
        for number, digest in again.items():
            yield int(number), rewritten_name(int(number)), str(digest)


def rewritten_name(entry_id: int) -> str:
    """The group of salts of an entry in `rewritten`."""
    return f"{REWRITTEN}-{entry_id}:"
