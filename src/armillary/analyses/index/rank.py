"""Ranks: 1 is the best, ties share the lowest rank, what has no score has no rank."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SORTED_FROM = 800  # units: counting larger values is quicker below (`benchmarks/audit.py`)


def rank(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """Rank units by score, the largest first.

    Source: the competition ranking ("1224") printed by published indexes.

    Args:
        scores: Shape (units,) or (draws, units); NaN = no score.

    Returns:
        Ranks from 1, same shape; 0 where there is no score.

    Examples:
        >>> rank(np.array([50.0, 70.0, np.nan, 50.0, 10.0]))
        array([2, 1, 0, 2, 4])
    """
    from armillary.analyses.index import kernels
    from armillary.analyses.index.tree import in_parts

    rows = np.ascontiguousarray(np.atleast_2d(scores))
    ranks = np.empty(rows.shape, dtype=np.int64)
    ranked = kernels.rank if rows.shape[1] < _SORTED_FROM else kernels.rank_sorted
    in_parts(lambda part: ranked(rows[part], ranks[part]), total=len(rows))
    return ranks.reshape(scores.shape)
