"""Which incidents a bulk change is about, and what its preview showed of each, as they travel from page to page."""

from collections.abc import Iterable, Mapping, Sequence

from wtforms import HiddenField

from helpdesk.web.forms import Form

NUMBER_MAX = 2**53
LENGTH_MAX = 20_000


class Chosen(Form):
    """`incidents` and `last_seen` as “7 9” and “7:12 9:4”: the numbers, and the newest event shown of each."""

    incidents = HiddenField()
    last_seen = HiddenField()
    submission = HiddenField()

    @classmethod
    def of(cls, numbers: Sequence[int], seen: Mapping[int, int] | None = None) -> "Chosen":
        pairs = " ".join(f"{number}:{sequence}" for number, sequence in (seen or {}).items())
        return cls(incidents=" ".join(map(str, numbers)), last_seen=pairs)

    @property
    def numbers(self) -> list[int]:
        return self.checked((self.incidents.data or "")[:LENGTH_MAX].split())

    @property
    def seen(self) -> dict[int, int]:
        pairs = (one.partition(":") for one in (self.last_seen.data or "")[:LENGTH_MAX].split())
        return {int(one): int(other) for one, _, other in pairs if _is_number(one) and _is_number(other)}

    @staticmethod
    def checked(given: Iterable[str]) -> list[int]:
        """The numbers among these, each once."""
        return list(dict.fromkeys(int(one) for one in given if _is_number(one)))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 16 and int(text) < NUMBER_MAX
