"""Answers the search box from a snapshot: rights and filters as masks, words as BM25 over arrays."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from search import asking, fields
from search.asking import Asked, Clause, Phrase
from search.document import Hit, Query, Results
from search.highlight import Wanted, marked_title, snippet
from search.postings import Mask, Numbers, Postings, Reals
from search.ranking import best, positions
from search.snapshot import Snapshot
from search.words import fold

MOST_PHRASES_READ = 2_000  # documents whose text is read to see whether the words stand in a row
RECENCY = 0.25
RECENCY_DAYS = 90.0


@dataclass(frozen=True, slots=True)
class _Found:
    """Positions that match, with a score for each."""

    places: Numbers
    scores: Reals
    partial: bool = False
    any_word: bool = False


def search(snapshot: Snapshot, query: Query) -> Results:
    """One page of hits."""
    started = perf_counter()
    asked = asking.read(query.text)
    if asked.is_empty or not query.audience or not snapshot.size:
        return Results(partial=asked.left_out, took_seconds=perf_counter() - started)
    found = _find(snapshot, query, asked)
    first = max(query.offset, 0)
    shown = min(first + max(query.limit, 0), len(found.places)) if query.limit > 0 else 0
    ranked = best(found.scores, snapshot.days[found.places], shown)[first:]
    wanted = _wanted(asked)
    return Results(
        hits=tuple(_hit(snapshot, int(found.places[at]), float(found.scores[at]), wanted) for at in ranked),
        total=len(found.places),
        partial=found.partial or asked.left_out,
        any_word=found.any_word and len(found.places) > 0,
        took_seconds=perf_counter() - started,
    )


def _find(snapshot: Snapshot, query: Query, asked: Asked) -> _Found:
    scope = _scope(snapshot, query, asked)
    everything = [*asked.clauses, *(clause for phrase in asked.phrases for clause in phrase.clauses)]
    scores = np.zeros(snapshot.size, np.float32)
    masks = [_match(snapshot, clause, scores, people=query.people) for clause in everything]
    if not everything:
        scores += 1.0
    optional, required = masks[: len(asked.clauses)], masks[len(asked.clauses) :]
    for mask in required:
        scope &= mask
    both = scope & np.logical_and.reduce(optional) if optional else scope
    found = _keep_phrases(snapshot, asked, _scored(snapshot, positions(both), scores))
    if len(found.places) or len(optional) < 2:
        return found
    either = scope & np.logical_or.reduce(optional)
    found = _keep_phrases(snapshot, asked, _scored(snapshot, positions(either), scores))
    return replace(found, any_word=True)


def _scope(snapshot: Snapshot, query: Query, asked: Asked) -> Mask:
    """What this viewer may see and has not filtered away. A fresh mask."""
    scope = snapshot.allowed(query.audience).copy()
    if query.kinds is not None:
        scope &= snapshot.any_mask(fields.KIND, query.kinds)
    for name, values in asked.filters.items():
        scope &= _labelled(snapshot, name, values)
    for name, values in asked.without_filters.items():
        scope &= ~_labelled(snapshot, name, values)
    for clause in asked.without:
        scope &= ~_match(snapshot, clause, None, people=query.people)
    return scope


def _labelled(snapshot: Snapshot, name: str, values: Iterable[str]) -> Mask:
    """Documents with any of these values in a label; a value of several words needs them all."""
    mask = np.zeros(snapshot.size, np.bool_)
    for value in values:
        if name == fields.KIND:
            mask |= snapshot.mask(name, fold(value.strip()))
        else:
            words = [snapshot.mask(name, word) for word in fields.label_words(value)]
            mask |= np.logical_and.reduce(words)
    return mask


def _match(snapshot: Snapshot, clause: Clause, scores: Reals | None, *, people: bool) -> Mask:
    """Which documents meet a clause; adds what it's worth to the scores."""
    coded = np.zeros(snapshot.size, np.bool_)
    places = (fields.CODE, fields.PEOPLE) if people else (fields.CODE,)
    for code in clause.codes:
        for place in places:
            _add(snapshot.code_impacts(place, code), snapshot.rarity(place, code), coded, scores)
    worded = [_group(snapshot, group, scores, people=people) for group in clause.words]
    return coded | np.logical_and.reduce(worded) if worded else coded


def _group(snapshot: Snapshot, spellings: tuple[str, ...], scores: Reals | None, *, people: bool) -> Mask:
    mask = np.zeros(snapshot.size, np.bool_)
    for term in spellings:
        _add(snapshot.impacts(term), snapshot.rarity("", term), mask, scores)
        if people:
            place = fields.PEOPLE
            _add(snapshot.code_impacts(place, term), snapshot.rarity(place, term), mask, scores)
    return mask


def _add(found: Iterable[Postings], worth: float, mask: Mask, scores: Reals | None) -> None:
    for run in found:
        mask[run.documents] = True
        if scores is not None:
            scores[run.documents] += np.float32(worth) * run.weights


def _scored(snapshot: Snapshot, places: Numbers, scores: Reals) -> _Found:
    """With a mild lift for what is new, measured from the newest that is found so that no clock is needed."""
    days = snapshot.days[places]
    age = days.max(initial=0.0) - days
    lift = 1.0 + RECENCY / (1.0 + age / RECENCY_DAYS)
    return _Found(places, (scores[places] * lift).astype(np.float32))


def _keep_phrases(snapshot: Snapshot, asked: Asked, found: _Found) -> _Found:
    """Reads the best candidates and keeps those whose text holds every phrase and no forbidden one."""
    if not asked.phrases and not asked.without_phrases:
        return found
    read = best(found.scores, snapshot.days[found.places], MOST_PHRASES_READ)
    kept = np.array([at for at in read if _reads(snapshot, int(found.places[at]), asked)], np.int32)
    return _Found(found.places[kept], found.scores[kept], partial=len(found.places) > len(read))


def _reads(snapshot: Snapshot, at: int, asked: Asked) -> bool:
    stored = snapshot.stored(at)
    texts = [fold(text) for text in (stored.title, stored.body, stored.fix)]
    return all(_stands(phrase, texts) for phrase in asked.phrases) and not any(
        _stands(phrase, texts) for phrase in asked.without_phrases
    )


def _stands(phrase: Phrase, texts: list[str]) -> bool:
    return any(phrase.pattern.search(text) for text in texts)


def _wanted(asked: Asked) -> Wanted:
    everything = [*asked.clauses, *(clause for phrase in asked.phrases for clause in phrase.clauses)]
    return Wanted(
        frozenset(term for clause in everything for group in clause.words for term in group),
        frozenset(code for clause in everything for code in clause.codes),
    )


def _hit(snapshot: Snapshot, at: int, score: float, wanted: Wanted) -> Hit:
    stored = snapshot.stored(at)
    return Hit(stored.key, score, marked_title(stored.title, wanted), snippet((stored.body, stored.fix), wanted))
