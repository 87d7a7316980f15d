"""Step 7 of the Handbook: how far ranks and scores move when the choices are doubted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index.rank import rank
from armillary.model.progress import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from armillary.analyses.index.robustness.experiment import Experiment

Array = NDArray[np.float64]

CHUNK = 4_096  # replicates between two reports of progress
KEPT = 2**17  # replicates whose scores are kept for percentiles
_LOW, _HIGH = 0.05, 0.95


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """What the replicates gave each unit, each of shape (units,) unless said.

    Args:
        replicates: Number of replicates.
        ranked: Whether the unit has a score in any replicate.
        rank_mean: Mean rank; NaN where it has no score.
        rank_median: Median rank.
        rank_low: Least rank that at least 5 % of the replicates do not exceed; 0 = no score.
        rank_high: Least rank that at least 95 % of the replicates do not exceed.
        score_low: 5th percentile of the score, in score points.
        score_high: 95th percentile of the score.
        acceptability: Share of the replicates in which the unit takes each rank, shape
            (units, units): column 0 is rank 1.
        wins: Share of the replicates in which the row scores more than the column, ties half,
            shape (units, units).
        shift: Mean absolute difference between the ranks of a replicate and those published,
            shape (replicates,).
    """

    replicates: int
    ranked: NDArray[np.bool_]
    rank_mean: Array
    rank_median: Array
    rank_low: NDArray[np.int64]
    rank_high: NDArray[np.int64]
    score_low: Array
    score_high: Array
    acceptability: Array
    wins: Array
    shift: Array


def design_of(experiment: Experiment, *, replicates: int, seed: int) -> Iterator[Array]:
    """Give the numbers behind the replicates, chunk by chunk; the same for the same seed.

    Source: plain Monte Carlo, as in OECD/JRC (2008), step 7.

    Args:
        experiment: Says how many numbers a replicate takes.
        replicates: Number of rows in all.
        seed: Seed.
    """
    generator = np.random.default_rng(seed)
    for start in range(0, replicates, CHUNK):
        n = min(CHUNK, replicates - start)
        yield generator.random((n, experiment.dimensions))


def uncertainty(
    experiment: Experiment,
    *,
    replicates: int,
    seed: int,
    what: str = "replicates",
    progress: Progress = silent,
) -> Doubt:
    """Compute the whole index for many draws of everything that is doubted.

    The rank interval holds at least 90 % of the replicates (inverted distribution function, so
    that its ends are ranks); percentiles of scores are interpolated (type 7), over the first
    131,072 replicates where there are more. Memory does not grow with the replicates beyond.
    Source: Saisana, Saltelli & Tarantola (2005), doi:10.1111/j.1467-985X.2005.00350.x.

    Args:
        experiment: The index and what is varied.
        replicates: How often.
        seed: Same seed, same replicates.
        what: Name of the work, for `progress`.
        progress: Hears how many replicates are done.
    """
    from armillary.analyses.index import kernels

    published = rank(experiment.published())
    units = published.size
    counts = np.zeros((units, units + 1), dtype=np.int64)
    wins = np.zeros((units, units))
    kept, shift = np.empty((min(replicates, KEPT), units)), np.empty(replicates)
    done = 0
    for design in design_of(experiment, replicates=replicates, seed=seed):
        scores = experiment.scores(design)
        ranks = rank(scores)
        kernels.count_ranks(ranks, counts)
        kernels.count_wins(scores, wins)
        rows = slice(done, done + scores.shape[0])
        shift[rows] = mean_shift(ranks, published)
        kept[rows] = scores[: max(0, KEPT - done)]
        done += scores.shape[0]
        progress(what, done, replicates)
    held = counts[:, 1:]
    ranked = held.sum(axis=1) > 0
    ends = np.full((2, units), np.nan)
    if ranked.any():
        ends[:, ranked] = np.nanquantile(kept.T[ranked], (_LOW, _HIGH), axis=1)
    total = np.maximum(held.sum(axis=1, keepdims=True), 1)
    places = np.arange(1, units + 1)
    middle = (_quantile(held, 0.5) + _quantile(held, 0.5, upper=True)) / 2
    return Doubt(
        replicates=replicates,
        ranked=ranked,
        rank_mean=np.where(ranked, held @ places / total[:, 0], np.nan),
        rank_median=np.where(ranked, middle, np.nan),
        rank_low=np.where(ranked, _quantile(held, _LOW), 0),
        rank_high=np.where(ranked, _quantile(held, _HIGH), 0),
        score_low=ends[0],
        score_high=ends[1],
        acceptability=held / total,
        wins=wins / replicates,
        shift=shift,
    )


def mean_shift(ranks: NDArray[np.int64], published: NDArray[np.int64]) -> Array:
    """Average over units how far ranks lie from those published, shape (replicates,).

    Units without a rank on either side do not count.
    Source: Saisana, Saltelli & Tarantola (2005), the average shift in rank.

    Args:
        ranks: Shape (replicates, units); 0 = no score.
        published: Shape (units,).
    """
    both = (ranks > 0) & (published > 0)
    moved = np.abs(ranks - published) * both
    shift: Array = moved.sum(axis=1) / np.maximum(both.sum(axis=1), 1)
    return shift


def _quantile(counts: NDArray[np.int64], share: float, *, upper: bool = False) -> NDArray[np.int64]:
    """Find the least rank that at least `share` of the draws do not exceed.

    `upper` asks for more than `share`: with the other one, the ends of the median.
    """
    draws = counts.sum(axis=1, keepdims=True)
    below = np.cumsum(counts, axis=1)
    wanted = share * draws
    reached = below > wanted + 1e-9 if upper else below >= np.ceil(wanted - 1e-9)
    return np.asarray(np.argmax(reached, axis=1) + 1, dtype=np.int64)
