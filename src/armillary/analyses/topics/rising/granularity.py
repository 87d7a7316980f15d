"""How finely a corpus can be cut before the growth of its clusters is mostly noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from armillary.analyses.topics.backtest.history import growth_seen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from armillary.analyses.topics.backtest.units import Units

LEAST_RELIABILITY = 0.5
CANDIDATES = (400, 300, 200, 150, 100, 70, 50, 30, 20)


class Granularity(msgspec.Struct, frozen=True, kw_only=True):
    """The number of clusters chosen, and what the others would have given.

    Args:
        topics: Clusters wanted.
        reliability: Median reliability of the growth of clusters by number of clusters tried.
        spread: Standard deviation of true log growth, by number of clusters tried.
    """

    topics: int
    reliability: Mapping[int, float]
    spread: Mapping[int, float]


def reliability(units: Units) -> NDArray[np.float64]:
    """Return the share of the variance of each unit's growth to come that is not noise.

    The variance of true log growth is that of the past, of which it is all that is known: of
    the recent years against as many before. The works of the horizon are expected at the rate
    of the recent years. With n works in the recent years and m in the horizon the noise of
    the log ratio is 1/n + 1/m.
    Source: Lord & Novick (1968), Statistical Theories of Mental Test Scores (reliability as the
    share of true variance); spread: Paule & Mandel (1982), doi:10.6028/jres.087.022.

    Args:
        units: Units at an origin; what signals may see is used.

    Returns:
        0..1, shape (units,).
    """
    recent = units.size.astype(np.float64) + 0.5
    per_year = recent / max(int(units.recent.sum()), 1)
    to_come = per_year * max(int(units.future_years.size), 1)
    spread = growth_seen(units).spread
    return np.asarray(spread / (spread + 1 / recent + 1 / to_come))
