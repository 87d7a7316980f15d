"""Kernel of text relatedness, compiled by numba."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def nearest(  # noqa: PLR0917 - compiled functions take places
    query_starts: NDArray[np.int64],
    query_terms: NDArray[np.int32],
    query_weights: NDArray[np.float32],
    term_starts: NDArray[np.int64],
    term_works: NDArray[np.int32],
    term_weights: NDArray[np.float32],
    first: int,
    last: int,
    neighbours: NDArray[np.int32],
    scores: NDArray[np.float32],
) -> None:
    """Find the works most like each of works first..last-1; equal scores go to the lower number.

    Args:
        query_starts: Row starts of the terms of each work asked for, shape (works + 1,).
        query_terms: Terms, shape (query entries,).
        query_weights: Their weights, shape (query entries,).
        term_starts: Row starts of the works of each term, shape (terms + 1,).
        term_works: Works, ascending within a term, shape (entries,).
        term_weights: Weight of the term in the work, shape (entries,).
        first: First work asked for.
        last: One past the last.
        neighbours: Filled, shape (works, k); -1 where fewer share a term.
        scores: Filled, shape (works, k), descending.
    """
    n_works, k = neighbours.shape
    total = np.zeros(n_works, np.float32)
    touched = np.empty(n_works, np.int32)
    for i in range(first, last):
        n_touched = 0
        for e in range(query_starts[i], query_starts[i + 1]):
            t = query_terms[e]
            w = query_weights[e]
            for f in range(term_starts[t], term_starts[t + 1]):
                j = term_works[f]
                if total[j] == 0.0:
                    touched[n_touched] = j
                    n_touched += 1
                total[j] += w * term_weights[f]
        total[i] = 0.0
        n_found = 0
        for m in range(n_touched):
            j = touched[m]
            score = total[j]
            total[j] = 0.0
            if score <= 0.0 or (
                n_found == k
                and (
                    score < scores[i, k - 1]
                    or (score == scores[i, k - 1] and j > neighbours[i, k - 1])
                )
            ):
                continue
            p = n_found if n_found < k else k - 1
            while p > 0 and (
                score > scores[i, p - 1] or (score == scores[i, p - 1] and j < neighbours[i, p - 1])
            ):
                neighbours[i, p] = neighbours[i, p - 1]
                scores[i, p] = scores[i, p - 1]
                p -= 1
            neighbours[i, p] = j
            scores[i, p] = score
            n_found = min(n_found + 1, k)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def weightiest(  # noqa: PLR0917 - compiled functions take places
    begin: int,
    end: int,
    starts: NDArray[np.int64],
    terms: NDArray[np.int32],
    weights: NDArray[np.float32],
    most: int,
    kept: NDArray[np.uint8],
) -> None:
    """Mark the weightiest terms of works begin..end-1; of equal weights the lower term.

    Args:
        begin: First work.
        end: One past the last.
        starts: Row starts, shape (works + 1,).
        terms: Terms, shape (entries,).
        weights: Their weights, shape (entries,).
        most: Terms to keep of a work.
        kept: Written: 1 for those kept, shape (entries,).
    """
    best = np.empty(most, np.int64)
    for r in range(begin, end):
        n = 0
        for e in range(starts[r], starts[r + 1]):
            if n == most:
                last = best[n - 1]
                if weights[e] < weights[last] or (
                    weights[e] == weights[last] and terms[e] > terms[last]
                ):
                    continue
                n -= 1
            place = n
            while place > 0 and (
                weights[e] > weights[best[place - 1]]
                or (weights[e] == weights[best[place - 1]] and terms[e] < terms[best[place - 1]])
            ):
                best[place] = best[place - 1]
                place -= 1
            best[place] = e
            n += 1
        for i in range(n):
            kept[best[i]] = 1


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def users(
    work: NDArray[np.int32], places: NDArray[np.int32], phrase: NDArray[np.int32], n: int
) -> NDArray[np.int64]:
    """Count the works that use each phrase.

    Args:
        work: Work of each place, ascending, shape (places,).
        places: Places of uses, ascending, shape (uses,).
        phrase: Phrase used, shape (uses,).
        n: Phrases there are.

    Returns:
        Works, shape (phrases,).
    """
    counts = np.zeros(n, np.int64)
    last = np.full(n, -1, np.int32)
    for u in range(places.size):
        p, w = phrase[u], work[places[u]]
        if last[p] != w:
            last[p] = w
            counts[p] += 1
    return counts


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def used_often(
    first: NDArray[np.int32], last: NDArray[np.int32], least: int, cells: NDArray[np.uint8]
) -> NDArray[np.bool_]:
    """Leave out combinations used fewer than `least` times, as far as counters can tell.

    Combinations share counters by a hash: some rare ones stay, no frequent one goes.

    Args:
        first: One part of each use, shape (uses,).
        last: The other part, shape (uses,).
        least: Fewest uses, at most 255.
        cells: Counters, all 0, a power of 2 in number.

    Returns:
        Whether each use stays, shape (uses,).
    """
    mask = np.uint64(cells.size - 1)
    golden, mixer = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)
    kept = np.empty(first.size, np.bool_)
    for turn in range(2):
        for u in range(first.size):
            key = (np.uint64(first[u]) << np.uint64(32)) | np.uint64(last[u])
            key = (key ^ (key >> np.uint64(30))) * mixer + golden
            cell = np.int64((key ^ (key >> np.uint64(29))) & mask)
            if turn == 0:
                if cells[cell] < least:
                    cells[cell] += np.uint8(1)
            else:
                kept[u] = cells[cell] >= least
    return kept
