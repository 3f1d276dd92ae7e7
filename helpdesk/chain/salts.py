"""The salts of one event: a single random one, or, once words of it were erased, one for each leaf that is left.

Kept beside the event as text: 32 hex digits, or a JSON object of leaf salts by path, in which "erased:<digest>" stands
for what was erased outside the data (the actor's name, words of the thread)."""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import shake_256
from typing import Any

from helpdesk.chain.leaves import digest_of, is_tombstone

SALT_BYTES = 16
_GONE = "erased:"


@dataclass(slots=True)
class Salts:
    """`whole`: the salt of the event while nothing of it was erased."""

    whole: bytes | None = None
    by_path: dict[str, str] = field(default_factory=dict)

    @classmethod
    def fresh(cls) -> "Salts":
        return cls(secrets.token_bytes(SALT_BYTES))

    @classmethod
    def read(cls, text: str) -> "Salts":
        """Raises ValueError for what is no salt."""
        if not text.startswith("{"):
            return cls(bytes.fromhex(text))
        said = json.loads(text)
        if not all(isinstance(one, str) for one in said.values()):
            raise ValueError("a salt is a string")
        return cls(None, said)

    def __str__(self) -> str:
        return self.whole.hex() if self.whole is not None else json.dumps(self.by_path, separators=(",", ":"))

    def digests(self, name: str, leaves: Sequence[tuple[str, Any]]) -> list[str]:
        """Of a group of leaves in the order of their paths: computed, or what they left behind. `name` keeps one
        group's salts apart from another's. Raises KeyError where the salt of a leaf is gone without a trace."""
        if self.whole is None:
            return [self._kept(name + path, value) for path, value in leaves]
        salts = self._expanded(name, len(leaves))
        return [digest_of(salt, path, value) for salt, (path, value) in zip(salts, leaves, strict=True)]

    def _expanded(self, name: str, count: int) -> Iterator[bytes]:
        # One call for all: SHAKE256 (FIPS 202) gives as many bytes as are asked for, none of which tells another.
        said = shake_256((self.whole or b"") + name.encode("utf-8", "surrogatepass")).digest(SALT_BYTES * count)
        return (said[first : first + SALT_BYTES] for first in range(0, len(said), SALT_BYTES))

    def _kept(self, path: str, value: Any) -> str:
        if is_tombstone(value):
            return str(value["erased"])
        kept = self.by_path[path]
        # The path within its group is what was digested.
        if kept.startswith(_GONE):
            return kept.removeprefix(_GONE)
        return digest_of(bytes.fromhex(kept), path[path.index("/") :], value)

    def is_erased(self, path: str) -> bool:
        return self.by_path.get(path, "").startswith(_GONE)

    @property
    def erased_count(self) -> int:
        """How many leaves outside the data were erased."""
        return sum(1 for kept in self.by_path.values() if kept.startswith(_GONE))

    def broken_up(self, groups: Mapping[str, Iterable[str]]) -> "Salts":
        """One salt for each leaf of these groups (paths by the group's name): from now on they can be erased singly."""
        if self.whole is None:
            return Salts(None, dict(self.by_path))
        by_path: dict[str, str] = {}
        for name, paths in groups.items():
            found = list(paths)
            salts = self._expanded(name, len(found))
            by_path |= {name + path: salt.hex() for path, salt in zip(found, salts, strict=True)}
        return Salts(None, by_path)

    def forget(self, path: str, digest: str = "") -> None:
        """Drops a leaf's salt for good; `digest` stays where nothing else keeps it."""
        if digest:
            self.by_path[path] = _GONE + digest
        else:
            self.by_path.pop(path, None)
