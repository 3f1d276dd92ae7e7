"""Takes words out of one event, so that its hash still holds: what goes leaves its digest and takes its salt along.

Pure: works on the columns of the row. The words of a thread themselves are emptied by `helpdesk.incidents.erasure`."""

from collections.abc import Collection, Mapping
from typing import Any

from helpdesk.chain.event_hash import ACTOR, ACTOR_NAME, DATA, data_leaves
from helpdesk.chain.leaves import is_tombstone, replaced
from helpdesk.chain.salts import Salts
from helpdesk.chain.words import filled


class Eraser:
    """One event that is about to lose words. `written` are the words of each entry that its data proves, as they are
    still, by the name of their salts."""

    def __init__(
        self, data: Mapping[str, Any], actor_name: str, salt: str, written: Mapping[str, Mapping[str, Any]]
    ) -> None:
        self.data: Any = data
        self.taken = 0
        self._actor_name, self._words = actor_name, written
        salts = Salts.read(salt)
        groups = {DATA: [path for path, _ in data_leaves(data)[0]], ACTOR: [ACTOR_NAME]}
        self._salts = salts.broken_up(groups | {name: filled(words) for name, words in written.items()})

    @property
    def salt(self) -> str:
        return str(self._salts)

    def erase_data(self, paths: Collection[str]) -> None:
        """The words at these paths of the data; those that are gone already, and what is no word, stay as they are."""
        found = [
            (path, value) for path, value in data_leaves(self.data)[0] if path in paths and not is_tombstone(value)
        ]
        tombstones = dict(zip((path for path, _ in found), self._salts.digests(DATA, found), strict=True))
        self.data = replaced(self.data, tombstones)
        for path in tombstones:
            self._salts.forget(path)
        self.taken += len(tombstones)

    def erase_actor(self) -> None:
        """The name of who did it; what stands there instead is `event_hash.erased_name`."""
        self._forget(ACTOR, ACTOR_NAME, self._actor_name)

    def erase_words(self, name: str, parts: Collection[str]) -> None:
        """These parts of an entry's words; those in which nothing stands have nothing to erase."""
        words = self._words[name]
        for path in filled(words):
            if path[1:] in parts:
                self._forget(name, path, words[path[1:]])

    def _forget(self, name: str, path: str, value: Any) -> None:
        if self._salts.is_erased(name + path):
            return
        [digest] = self._salts.digests(name, [(path, value)])
        self._salts.forget(name + path, digest)
        self.taken += 1
