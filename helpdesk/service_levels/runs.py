"""When each promise is owed and when it is kept: one `Run` from the start of a clock to its end. Pure; the rules that
`intervals.Target.meaning` puts into words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from helpdesk.service_levels.intervals import Target
from helpdesk.service_levels.situations import Situation


class Standing(StrEnum):
    OWED = "owed"
    KEPT = "kept"  # what was promised was done
    VOID = "void"  # nothing is owed: merged, or resolved without a word


@dataclass(frozen=True, slots=True)
class Stage:
    """From this situation on, how a promise stands."""

    situation: Situation
    standing: Standing


Run = tuple[Stage, ...]


def runs(target: Target, history: Sequence[Situation]) -> list[Run]:
    """The runs of a target, in order: one, or for updates one for each."""
    if target is Target.NEXT_UPDATE:
        return list(_updates(history))
    return [tuple(Stage(one, _standing(target, one)) for one in history)]


def _standing(target: Target, one: Situation) -> Standing:
    match target:
        case Target.FIRST_RESPONSE:
            is_kept = one.is_answered
        case Target.RESTORATION:
            is_kept = one.is_restored or one.is_resolved
        case _:
            is_kept = one.is_resolved
    if is_kept:
        return Standing.KEPT
    return Standing.VOID if one.merged_into or one.is_resolved else Standing.OWED


def _updates(history: Sequence[Situation]) -> Iterator[Run]:
    """Each letter of an agent keeps one promise and makes the next, as long as the incident is unresolved."""
    stages: list[Stage] = []
    for one in history:
        if one.is_word and stages:
            yield (*stages, Stage(one, Standing.KEPT))
            stages = []
        standing = Standing.VOID if one.merged_into or one.is_resolved else Standing.OWED
        if stages or standing is Standing.OWED:
            stages.append(Stage(one, standing))
    if stages:
        yield tuple(stages)
