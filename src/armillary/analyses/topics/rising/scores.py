"""The scores topics are ordered by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armillary.analyses.topics.backtest.forecast import logistic, one_feature, sum_of
from armillary.analyses.topics.backtest.history import HISTORY, history_scores

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from armillary.analyses.topics.backtest.forecast import Scorer
    from armillary.analyses.topics.backtest.units import Units

OUTLOOK: Mapping[str, float] = {
    "trend_z": 0.2,
    "trend_elsewhere": 0.8,
    "term_trend": 0.5,
    "size": 0.5,
}
"""Weights of the default score: one map of five is the cluster's own."""
LEARNED = ("trend_z", "trend_elsewhere", "term_trend", "hot_terms", "size")
SIGNALS = (
    "trend_elsewhere",
    "term_trend",
    "hot_terms",
    "new_terms",
    "term_momentum",
    "young_neighbours",
    "near_growth",
)
_PENALTY = 100.0


def features(units: Units) -> Mapping[str, NDArray[np.float64]]:
    """Return everything a score may use: scores from counts, and signals.

    No method of its own: see `history` and `signals`.
    """
    return history_scores(units) | {name: units.signal(name) for name in units.signal_names}


def scorers(*, signals: bool = False) -> dict[str, Scorer]:
    """Return the scores topics are ordered by, the default first, and the baselines.

    No method of its own: see `forecast`.

    Args:
        signals: Whether each signal is shown on its own as well.
    """
    found: dict[str, Scorer] = {"outlook": sum_of(OUTLOOK)}
    found |= {name: one_feature(name) for name in HISTORY}
    found["logistic"] = logistic(LEARNED, penalty=_PENALTY, fallback="trend_elsewhere")
    return found | ({name: one_feature(name) for name in SIGNALS} if signals else {})
