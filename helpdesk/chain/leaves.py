"""The leaves of an event's data: each value by its path, with a digest and a salt of its own. Pure.

A path is a JSON pointer (RFC 6901). A leaf is whatever is no filled object or list. An erased leaf is the object
{"erased": digest} in its place. `helpdesk.journal` writes with these, `helpdesk.chain.proof` proves with them."""

import json
from collections.abc import Callable, Iterator, Mapping
from hashlib import blake2s
from typing import Any

ERASED = "erased"
DIGEST_LENGTH = 64


def leaves(data: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """(path, value) of every leaf, in the order in which they stand. A tombstone counts as one leaf."""
    if isinstance(data, Mapping) and data and not is_tombstone(data):
        for key, value in data.items():
            yield from leaves(value, f"{path}/{_escaped(str(key))}")
    elif isinstance(data, list | tuple) and data:
        for number, value in enumerate(data):
            yield from leaves(value, f"{path}/{number}")
    else:
        yield path, data


def replaced(data: Any, tombstones: Mapping[str, str], path: str = "") -> Any:
    """The same data with these leaves erased: `tombstones` holds the digest of each by its path."""
    if path in tombstones:
        return {ERASED: tombstones[path]}
    if isinstance(data, Mapping) and data and not is_tombstone(data):
        return {key: replaced(value, tombstones, f"{path}/{_escaped(str(key))}") for key, value in data.items()}
    if isinstance(data, list | tuple) and data:
        return [replaced(value, tombstones, f"{path}/{number}") for number, value in enumerate(data)]
    return data


def is_tombstone(value: Any) -> bool:
    return isinstance(value, Mapping) and len(value) == 1 and _is_digest(value.get(ERASED))


def is_erasable(value: Any) -> bool:
    """Whether a leaf can be erased, or was: words only. A number tells of nobody once the names are gone."""
    return (isinstance(value, str) and value != "") or is_tombstone(value)


def erased_count(data: Any) -> int:
    """How many leaves of this data were erased."""
    return sum(1 for _, value in leaves(data) if is_tombstone(value))


def without_tombstones(data: Any) -> Any:
    """For pages: the same data with "(erased)" where words stood, so that what shows it finds text."""
    if is_tombstone(data):
        return f"({ERASED})"
    if isinstance(data, Mapping):
        return {key: without_tombstones(value) for key, value in data.items()}
    return [without_tombstones(value) for value in data] if isinstance(data, list) else data


def digest_of(leaf_salt: bytes, path: str, value: Any) -> str:
    """Keyed BLAKE2s (RFC 7693) over path and value in their canonical form, as 64 hex digits."""
    return blake2s(f"[{_quoted(path)},{spelled(value)}]".encode("ascii"), key=leaf_salt).hexdigest()


def spelled(value: Any) -> str:
    """One spelling for one value, in ASCII: JSON with sorted keys, where a number that is whole has no fraction, since
    PostgreSQL gives 1e22 back as a whole number and objects in another order."""
    if isinstance(value, str):
        return _quoted(value)
    return _dumps(_plain(value))


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind is str or kind is int:
        return value
    if kind is float:
        return int(value) if value.is_integer() else value
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    return value


_quoted = json.encoder.encode_basestring_ascii
_dumps: Callable[[Any], str] = json.JSONEncoder(
    ensure_ascii=True, sort_keys=True, separators=(",", ":"), check_circular=False
).encode


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1") if "/" in key or "~" in key else key


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and len(value) == DIGEST_LENGTH and all(one in "0123456789abcdef" for one in value)
