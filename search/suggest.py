"""Finds the fixes that may help with a problem, and says why.

The whole problem is the query: BM25 over arrays, lifted when near in time and of the same service or
category. What is too little alike is not shown at all.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import islice

import numpy as np

from search import fields
from search.document import Key, Problem, Suggestion
from search.postings import Mask, Numbers, Reals
from search.problem import Term, problem_terms
from search.ranking import best, positions
from search.snapshot import Snapshot

NEAR_DAYS = 14.0
SAME_LABEL = 1.1
CANDIDATES = 100

# Calibrated on public case collections: of texts from another trade seven in ten stay below, of right
# answers to long reports one in fifteen, of those to short ones hardly any.
LEAST_LIKENESS = 0.15
LEAST_TELLING = 2  # words that are no small talk; an error code counts for two
TERMS_SHOWN = 8

_DAY_SECONDS = 86_400.0


def suggest(
    snapshot: Snapshot, problem: Problem, limit: int, feedback: Mapping[Key, float] | None = None
) -> tuple[Suggestion, ...]:
    """At most `limit` suggestions, best first."""
    eligible = _eligible(snapshot, problem)
    asked = problem_terms(snapshot, problem.title, problem.body) if eligible.any() else []
    possible = sum(term.worth for term in asked)
    if possible <= 0:
        return ()
    alike = _alike(snapshot, asked) / np.float32(possible)
    near = positions(eligible & (alike >= LEAST_LIKENESS))
    scores = alike[near] * _lift(snapshot, problem, near)
    first = best(scores, snapshot.days[near], CANDIDATES)
    judged = _judged(snapshot, near[first], scores[first], feedback)
    told = (_tell(snapshot, problem, asked, at, score, float(alike[at])) for at, score in judged)
    return tuple(islice((one for one in told if one is not None), max(limit, 0)))


def _eligible(snapshot: Snapshot, problem: Problem) -> Mask:
    mask = snapshot.allowed(problem.audience) & snapshot.mask(fields.SUGGESTABLE, fields.YES)
    if problem.kinds is not None:
        mask &= snapshot.any_mask(fields.KIND, problem.kinds)
    itself = snapshot.find(problem.exclude) if problem.exclude else None
    if itself is not None:
        mask[itself] = False
    return mask


def _alike(snapshot: Snapshot, asked: list[Term]) -> Reals:
    scores = np.zeros(snapshot.size, np.float32)
    for term in asked:
        for run in term.found:
            scores[run.documents] += np.float32(term.worth) * run.weights
    return scores


def _lift(snapshot: Snapshot, problem: Problem, near: Numbers) -> Reals:
    """What broke this week is what the next reporter has; the same service or category helps a little."""
    lift = 1.0 + 1.0 / (1.0 + np.abs(snapshot.days[near] - _days(problem.at)) / NEAR_DAYS)
    for field, value in ((fields.SERVICE, problem.service), (fields.CATEGORY, problem.category)):
        if value.strip():
            lift[snapshot.mask(field, fields.whole_label(value))[near]] *= SAME_LABEL
    return lift.astype(np.float32)


def _judged(
    snapshot: Snapshot, near: Numbers, scores: Reals, feedback: Mapping[Key, float] | None
) -> list[tuple[int, float]]:
    """Candidates with their scores after what people said about them, best first."""
    judged = [(int(at), float(score)) for at, score in zip(near, scores, strict=True)]
    if feedback:
        judged = [(at, score * feedback.get(snapshot.key(at), 1.0)) for at, score in judged]
    return sorted((one for one in judged if one[1] > 0), key=lambda one: -one[1])


def _tell(
    snapshot: Snapshot, problem: Problem, asked: list[Term], at: int, score: float, likeness: float
) -> Suggestion | None:
    """The suggestion with its reasons; None when too little speaks for it."""
    shared = sorted(_shared(asked, at), key=lambda one: -one[0])
    needed = min(LEAST_TELLING, sum(term.telling for term in asked))
    if not needed or sum(term.telling for _worth, term in shared) < needed:
        return None
    return Suggestion(
        key=snapshot.key(at),
        score=score,
        likeness=min(1.0, likeness),
        matched_terms=tuple(islice(dict.fromkeys(term.word for _worth, term in shared), TERMS_SHOWN)),
        same_service=_holds(snapshot, at, fields.SERVICE, problem.service),
        same_category=_holds(snapshot, at, fields.CATEGORY, problem.category),
        age_days=abs(_days(problem.at) - float(snapshot.days[at])),
    )


def _shared(asked: list[Term], at: int) -> Iterator[tuple[float, Term]]:
    """The terms a document shares with the problem, with what each brought."""
    for term in asked:
        for run in term.found:
            if weight := run.weight_at(at):
                yield term.worth * weight, term


def _holds(snapshot: Snapshot, at: int, field: str, value: str) -> bool:
    return bool(value.strip()) and snapshot.holds(field, fields.whole_label(value), at)


def _days(moment: datetime) -> float:
    return moment.timestamp() / _DAY_SECONDS
