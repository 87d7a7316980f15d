"""Queries asked of a positional index, whole arrays at a time."""

from __future__ import annotations

from functools import reduce

import numpy as np
from numpy.typing import NDArray

from armillary.analyses.lenses.places import PARTS, Places
from armillary.model.lens import (
    All,
    Any,
    Exactly,
    Near,
    Query,
    Within,
    Without,
    Words,
    plurals_of,
)

Spans = tuple[NDArray[np.int64], NDArray[np.int64]]  # first and last place of each finding
_NOTHING = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
_EVERYWHERE = tuple(PARTS)
_WILD = frozenset("*?")


class Evaluator:
    """Asks queries of one index; what two queries have in common is asked once.

    Args:
        places: The index.
        plurals: Whether a word without a wildcard is found by its plural as well.
    """

    def __init__(self, places: Places, *, plurals: bool = True) -> None:
        self._places = places
        self._plurals = plurals
        self._spans: dict[Query, Spans] = {}
        self._works: dict[tuple[Query, tuple[str, ...]], NDArray[np.int32]] = {}

    def works(self, query: Query, *, fields: tuple[str, ...] = _EVERYWHERE) -> NDArray[np.int32]:
        """Return the works a query finds, ascending.

        Args:
            query: What is asked.
            fields: Parts of a work that are looked into.
        """
        key = (query, fields)
        if key not in self._works:
            self._works[key] = self._found(query, fields)
        return self._works[key]

    def _found(self, query: Query, fields: tuple[str, ...]) -> NDArray[np.int32]:
        if isinstance(query, Within):
            inside = tuple(field for field in fields if field in query.fields)
            return self.works(query.query, fields=inside)
        if isinstance(query, Any):
            found = [self.works(part, fields=fields) for part in query.parts]
            return np.unique(np.concatenate(found))
        if isinstance(query, All):
            found = [self.works(part, fields=fields) for part in query.parts]
            return reduce(lambda a, b: np.intersect1d(a, b, assume_unique=True), found)
        if isinstance(query, Without):
            kept = self.works(query.kept, fields=fields)
            return np.setdiff1d(kept, self.works(query.refused, fields=fields), assume_unique=True)
        first, _ = self.spans(query)
        parts = self._places.part_of(first)
        allowed = np.isin(self._places.part_field[parts], [PARTS.index(field) for field in fields])
        return np.unique(self._places.part_work[parts[allowed]])

    def spans(self, query: Query) -> Spans:
        """Return where a query is found: first and last place of each finding, by first place.

        Args:
            query: Words, an exact text, things near each other, or several of these.

        Raises:
            TypeError: The query has no place in a text (AND, AND NOT, a field).
        """
        if query not in self._spans:
            self._spans[query] = self._placed(query)
        return self._spans[query]

    def _placed(self, query: Query) -> Spans:
        if isinstance(query, Words):
            return self._phrase(query.words, loose=query.either_number)
        if isinstance(query, Exactly):
            first, last = self._phrase(query.words, loose=False)
            stands = np.array([self._places.says(int(p), query.text) for p in first], dtype=bool)
            return first[stands], last[stands]
        if isinstance(query, Near):
            return _near(
                self.spans(query.first),
                self.spans(query.second),
                between=query.between,
                ordered=query.ordered,
            )
        if isinstance(query, Any):
            found = [self.spans(part) for part in query.parts]
            return _distinct(
                np.concatenate([f for f, _ in found]), np.concatenate([t for _, t in found])
            )
        raise TypeError(f"{type(query).__name__} has no place in a text")

    def _phrase(self, words: tuple[str, ...], *, loose: bool) -> Spans:
        found: NDArray[np.int64] | None = None
        for step, word in enumerate(words):
            wild = loose and not _WILD.isdisjoint(word)
            also = plurals_of(word) if loose and self._plurals and not wild else ()
            begins = self._places.of_word(word, also=also) - step
            found = begins if found is None else np.intersect1d(found, begins, assume_unique=True)
            if found.size == 0:
                return _NOTHING
        if found is None:
            return _NOTHING
        return found, found + len(words) - 1


def _near(first: Spans, second: Spans, *, between: int, ordered: bool) -> Spans:
    """Return what spans both of two findings that stand near, not over, each other."""
    pairs = [_following(first, second, between)]
    if not ordered:
        pairs.append(_following(second, first, between))
    return _distinct(
        np.concatenate([begin for begin, _ in pairs]), np.concatenate([end for _, end in pairs])
    )


def _following(before: Spans, after: Spans, between: int) -> Spans:
    """Pair each finding with those that begin within `between` words of its end."""
    begin, end = before
    low = np.searchsorted(after[0], end + 1, side="left")
    high = np.searchsorted(after[0], end + 1 + between, side="right")
    counts = high - low
    total = int(counts.sum())
    if total == 0:
        return _NOTHING
    which = np.repeat(low - (np.cumsum(counts) - counts), counts) + np.arange(total)
    return np.repeat(begin, counts), after[1][which]


def _distinct(begin: NDArray[np.int64], end: NDArray[np.int64]) -> Spans:
    order = np.lexsort((end, begin))
    begin, end = begin[order], end[order]
    kept = np.ones(begin.size, dtype=bool)
    kept[1:] = (np.diff(begin) != 0) | (np.diff(end) != 0)
    return begin[kept], end[kept]
