"""How good a forecast was at one origin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

AT = (10, 40, 100)
_TERCILES = 3


def order_of(score: NDArray[np.float64], *, tie: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rank units, best first.

    No method of its own.

    Args:
        score: Higher is better, shape (units,).
        tie: What decides between equal scores, lower first: the place of the unit's name in
            the alphabet, so that the order of input decides nothing.
    """
    return np.lexsort((tie, -score))


def mean_ranks(values: NDArray[np.number[Any]]) -> NDArray[np.float64]:
    """Return ranks from 1, ties sharing their mean.

    No method of its own: as `scipy.stats.rankdata`, without its overhead on short arrays.

    Examples:
        >>> mean_ranks(np.array([5.0, 1.0, 5.0]))
        array([2.5, 1. , 2.5])
    """
    order = np.argsort(values, kind="stable")
    ascending = values[order]
    starts = np.flatnonzero(np.append(values.size > 0, ascending[1:] != ascending[:-1]))
    ends = np.append(starts[1:], values.size)
    ranks = np.empty(values.size)
    ranks[order] = np.repeat((starts + ends + 1) / 2, ends - starts)
    return ranks


def auc(score: NDArray[np.float64], hit: NDArray[np.bool_]) -> float:
    """Return the probability that a hit scores above a miss, ties counted half.

    Source: Hanley & McNeil (1982), doi:10.1148/radiology.143.1.7063747.

    Examples:
        >>> auc(np.array([1.0, 2.0, 3.0, 4.0]), np.array([False, True, False, True]))
        0.75
    """
    n_hits = int(hit.sum())
    if n_hits in (0, hit.size):
        return float("nan")
    ranks = mean_ranks(score)[hit].sum() - n_hits * (n_hits + 1) / 2
    return float(ranks / (n_hits * (hit.size - n_hits)))


def auc_within_size(
    score: NDArray[np.float64], hit: NDArray[np.bool_], *, size: NDArray[np.int64]
) -> float:
    """Return the AUC among units of like size: the mean over thirds, weighted by their pairs.

    A large unit is certified more easily; whoever wins by size alone gets 0.5 here.
    No method of its own.
    """
    third = np.minimum((mean_ranks(size) - 1) * _TERCILES // max(size.size, 1), _TERCILES - 1)
    total = weight = 0.0
    for n in range(_TERCILES):
        own = third == n
        value = auc(score[own], hit[own])
        if not np.isnan(value):
            pairs = float(hit[own].sum()) * float((~hit[own]).sum())
            total, weight = total + pairs * value, weight + pairs
    return total / weight if weight else float("nan")


def list_metrics(
    score: NDArray[np.float64],
    hit: NDArray[np.bool_],
    *,
    tie: NDArray[np.int64],
    size: NDArray[np.int64],
) -> dict[str, float]:
    """Measure a ranking: at the top of the list, for the flagged tenth, and over all.

    Precision, recall, F1 and the threat score (CSI: hits over hits, misses and false alarms)
    at a tenth flag the best tenth of units; lift is precision at 10 over the base rate.
    Source: Wilks (2011), Statistical Methods in the Atmospheric Sciences, chapter 8.

    Returns:
        Values by metric; NaN where the list is too short or nothing grew.
    """
    best = hit[order_of(score, tie=tie)]
    n, n_hits = best.size, int(best.sum())
    base = n_hits / n if n else float("nan")
    found = {f"precision_{k}": float(best[:k].mean()) if n >= k else float("nan") for k in AT}
    flagged = max(1, round(n / 10))
    right = int(best[:flagged].sum())
    found["base"] = base
    found["lift_10"] = found["precision_10"] / base if n_hits else float("nan")
    found["precision_tenth"] = right / flagged
    found["recall_tenth"] = right / n_hits if n_hits else float("nan")
    found["f1_tenth"] = 2 * right / (flagged + n_hits)
    found["csi_tenth"] = right / (flagged + n_hits - right)
    found["auc"] = auc(score, hit)
    found["auc_within_size"] = auc_within_size(score, hit, size=size)
    return found


def probability_metrics(
    probability: NDArray[np.float64], hit: NDArray[np.bool_], *, climatology: float
) -> dict[str, float]:
    """Measure probabilities against what came.

    The skill is 1 less the Brier score over that of `climatology`, the base rate known by the
    origin. The bias is the mean probability less the share that came.
    Source: Brier (1950), doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2; Wilks (2011).
    """
    brier = float(((probability - hit) ** 2).mean())
    plain = float(((climatology - hit) ** 2).mean())
    return {
        "brier": brier,
        "brier_climatology": plain,
        "brier_skill": 1 - brier / plain if plain else float("nan"),
        "bias": float(probability.mean() - hit.mean()),
    }


def reliability_bins(
    probability: NDArray[np.float64], hit: NDArray[np.bool_], *, n_bins: int = 10
) -> list[tuple[int, float, float]]:
    """Set what was said beside what came, in bins of equally many units.

    Source: Wilks (2011), reliability diagram.

    Returns:
        Units, mean probability and share that came, from the lowest probabilities on.
    """
    order = np.argsort(probability, kind="stable")
    parts = np.array_split(order, min(n_bins, max(order.size, 1)))
    return [(p.size, float(probability[p].mean()), float(hit[p].mean())) for p in parts if p.size]


def calibration_error(bins: Sequence[tuple[int, float, float]]) -> float:
    """Return the mean distance between said and came, bins weighted by their units.

    Source: Naeini, Cooper & Hauskrecht (2015), doi:10.1609/aaai.v29i1.9602 (expected
    calibration error).

    Examples:
        >>> round(calibration_error([(10, 0.1, 0.2), (30, 0.3, 0.3)]), 3)
        0.025
    """
    total = sum(n for n, _, _ in bins)
    return sum(n * abs(said - came) for n, said, came in bins) / total if total else float("nan")
