"""Step 7 of the Handbook: how far ranks and scores move when the weights are doubted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index import tree, weight
from armillary.analyses.index.rank import rank
from armillary.model.progress import Progress, silent

if TYPE_CHECKING:
    from armillary.model.indicators import Framework, IndexRecipe

_CHUNK = 1_000  # draws between two reports of progress
_LOW, _HIGH = 0.05, 0.95


class Intervals(msgspec.Struct, frozen=True):
    """What the draws gave each unit, each shape (units,); rank 0 and NaN where it has no score.

    Args:
        rank_median: Median rank.
        rank_low: Least rank that at least 5 % of the draws do not exceed.
        rank_high: Least rank that at least 95 % of the draws do not exceed.
        score_low: 5th percentile of the score, in score points.
        score_high: 95th percentile of the score, in score points.
    """

    rank_median: NDArray[np.float64]
    rank_low: NDArray[np.int64]
    rank_high: NDArray[np.int64]
    score_low: NDArray[np.float64]
    score_high: NDArray[np.float64]


def intervals(
    framework: Framework,
    *,
    recipe: IndexRecipe,
    scores: NDArray[np.float64],
    scored: dict[str, NDArray[np.bool_]],
    what: str = "weight draws",
    progress: Progress = silent,
) -> Intervals:
    """Draw the weights of every level many times and run the whole index for each draw.

    The rank interval holds at least 90 % of the draws (inverted distribution function, so
    that its ends are ranks); score percentiles are interpolated (type 7).
    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 7.

    Args:
        framework: The tree.
        recipe: Means, and how far the weights are doubted.
        scores: Scores of the indicators, shape (leaves, units); NaN = missing.
        scored: Which units get a score at each node, from `tree.coverage`.
        what: Name of the work, for `progress`.
        progress: Hears how many draws are done.
    """
    from armillary.analyses.index import kernels

    doubt = recipe.uncertainty
    given = np.array([node.weight for node in framework.nodes])
    weights = weight.draw(given, replicates=doubt.replicates, spread=doubt.spread, seed=doubt.seed)
    units = scores.shape[1]
    totals = np.empty((doubt.replicates, units))
    counts = np.zeros((units, units + 1), dtype=np.int64)
    for start in range(0, doubt.replicates, _CHUNK):
        drawn = slice(start, min(start + _CHUNK, doubt.replicates))
        climbed = tree.climb(
            framework,
            recipe=recipe,
            scores=scores,
            weights=weights[drawn],
            scored=scored,
            root_only=True,
        )
        totals[drawn] = climbed[framework.root.code]
        kernels.count_ranks(rank(totals[drawn]), counts)
        progress(what, drawn.stop, doubt.replicates)
    ranked = scored[framework.root.code]
    low, middle_low, middle_high, high = (
        _quantile(counts, share=share, ranked=ranked)
        for share in (_LOW, 0.5, 0.5 + 0.5 / doubt.replicates, _HIGH)
    )
    ends = np.full((2, units), np.nan)
    if ranked.any():
        ends[:, ranked] = np.quantile(totals.T[ranked], (_LOW, _HIGH), axis=1)
    return Intervals(
        rank_median=np.where(ranked, (middle_low + middle_high) / 2, np.nan),
        rank_low=low,
        rank_high=high,
        score_low=ends[0],
        score_high=ends[1],
    )


def _quantile(
    counts: NDArray[np.int64], *, share: float, ranked: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Find the least rank that at least `share` of the draws do not exceed."""
    draws = counts.sum(axis=1, keepdims=True)
    wanted = np.ceil(share * draws - 1e-9)
    ranks = np.argmax(np.cumsum(counts, axis=1) >= wanted, axis=1)
    return np.where(ranked, ranks, 0).astype(np.int64)
