"""BM25 over arrays: how much one word in one document counts.

Problem text (title and body together) against problem text, and the fix beside it with less weight:
who describes a problem uses the words of the problem, rarely those of its cure.
"""

import numpy as np

from search.postings import Mask, Moments, Numbers, Postings, Reals

SATURATION = 1.2  # BM25's k1
LENGTH_WEIGHT = 0.75  # BM25's b
TITLE_WEIGHT = 2.0
FIX_WEIGHT = 0.35

_Counts = tuple[Postings, Reals]


def rarity(holding: int, documents: int) -> float:
    """BM25's inverse document frequency, never negative."""
    return float(np.log1p((max(documents - holding, 0) + 0.5) / (holding + 0.5)))


def length_norm(lengths: Reals, average: float) -> Reals:
    """What a count is divided by in a document of each length; 1 for one of average length."""
    norm: Reals = (1.0 - LENGTH_WEIGHT + (LENGTH_WEIGHT / average) * lengths).astype(np.float32)
    return norm


def saturated(counts: Reals) -> Reals:
    """1 for one occurrence in a document of average length, at most k1 + 1."""
    result: Reals = counts * np.float32(SATURATION + 1) / (counts + np.float32(SATURATION))
    return result


def impact(title: _Counts, body: _Counts, fix: _Counts) -> Postings:
    """One term's weight in each document that holds it. Each field comes with its length norms."""
    problem = _merged(_normed(title, TITLE_WEIGHT), _normed(body, 1.0))
    cure = _normed(fix, 1.0)
    return _merged(
        Postings(problem.documents, saturated(problem.weights)),
        Postings(cure.documents, np.float32(FIX_WEIGHT) * saturated(cure.weights)),
    )


def best(scores: Reals, days: Moments, wanted: int) -> Numbers:
    """Where the `wanted` best stand, best first, newer first among equals, always in the same order."""
    if wanted <= 0:
        return np.empty(0, np.int32)
    places = np.arange(len(scores), dtype=np.int32)
    if len(scores) > wanted:
        least = np.partition(scores, len(scores) - wanted)[len(scores) - wanted]
        places = places[scores >= least]
    order = np.lexsort((places, -days[places], -scores[places]))
    result: Numbers = places[order[:wanted]]
    return result


def positions(mask: Mask) -> Numbers:
    """Where a mask is true."""
    return np.flatnonzero(mask).astype(np.int32)


def _normed(counts: _Counts, weight: float) -> Postings:
    postings, norms = counts
    if not len(postings.documents):
        return postings
    return Postings(postings.documents, np.float32(weight) * postings.weights / norms[postings.documents])


def _merged(one: Postings, other: Postings) -> Postings:
    if not len(one.documents) or not len(other.documents):
        return one if len(one.documents) else other
    documents, where = np.unique(np.concatenate((one.documents, other.documents)), return_inverse=True)
    weights = np.bincount(where, np.concatenate((one.weights, other.weights)), len(documents))
    return Postings(documents, weights.astype(np.float32))
