"""The hash of one event: over everything that was said, as digests, and over the event before it. Pure.

Written by `helpdesk.journal`; computed again, from the rows or from a sealed export, by whoever proves a chain."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from helpdesk.chain.leaves import is_erasable, leaves, spelled
from helpdesk.chain.salts import Salts

NO_HASH = "0" * 64
DATA, ACTOR = "", "actor:"  # names of groups of leaves; see `Salts.digests`
ACTOR_NAME = "/name"
_SCHEME = 2  # 1 hashed the words themselves


class Said(NamedTuple):
    """What the hash of an event covers. Moments are in UTC."""

    record_kind: str
    record_id: int
    sequence: int
    kind: str
    at: datetime
    recorded_at: datetime
    actor_kind: str
    actor_id: int | None
    actor_name: str
    data: Mapping[str, Any]
    previous_hash: str


def data_leaves(data: Mapping[str, Any]) -> tuple[list[tuple[str, Any]], list[tuple[str, Any]]]:
    """The leaves of an event's data by path: words, which are digested and can be erased, in the order in which they
    have their salts; and everything else (numbers, yes and no, nothing), which is hashed as it is."""
    words: list[tuple[str, Any]] = []
    plain: list[tuple[str, Any]] = []
    for leaf in sorted(leaves(data), key=_path):
        (words if is_erasable(leaf[1]) else plain).append(leaf)
    return words, plain


def event_hash(said: Said, salts: Salts) -> str:
    """64 hex digits. Raises KeyError where the salt of a leaf is missing."""
    words, plain = data_leaves(said.data)
    actor = salts.digests(ACTOR, [(ACTOR_NAME, said.actor_name)])
    chained = [
        _SCHEME, said.record_kind, said.record_id, said.sequence, said.kind, said.at.isoformat(),
        said.recorded_at.isoformat(), said.actor_kind, said.actor_id, actor, [path for path, _ in words],
        salts.digests(DATA, words), plain, said.previous_hash,
    ]  # fmt: skip
    return hashlib.sha256(spelled(chained).encode("ascii")).hexdigest()


def _path(leaf: tuple[str, Any]) -> str:
    return leaf[0]


def erased_name(actor_kind: str, actor_id: int | None) -> str:
    """What stands where the name of somebody stood who was erased; proved, since the digest no longer is."""
    who = "agent" if actor_kind == "agent" else "person"
    return f"Erased {who} {actor_id}" if actor_id is not None else f"Erased {who}"
