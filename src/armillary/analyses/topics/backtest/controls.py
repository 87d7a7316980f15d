"""Worlds in which nothing can be foretold: what a score seems to achieve there is not skill."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from armillary.analyses.topics.backtest.outcomes import growth_bound

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from armillary.analyses.topics.backtest.units import Units

SHUFFLED, NO_GROWTH, HELD_OUT = "shuffled years", "no growth", "held-out works"
_LEAST_HELD = 5


def shuffled_years(units: Units, rng: np.random.Generator) -> Units:
    """Shuffle the years of the works from the recent window to the end of the horizon.

    Each unit's works of these years fall anew on years and halves in proportion to all works
    there, so growth over them is noise.
    No method of its own: a permutation test, with draws that keep each unit's total.

    Args:
        units: Units at an origin.
        rng: Source of draws.
    """
    recent = units.recent
    if units.design == "split":
        cells = [units.seen[:, recent], units.base[:, recent], units.future]
        totals = [units.all_seen[recent], units.all_base[recent], units.all_future]
    else:
        cells = [units.seen[:, recent], units.future]
        totals = [units.all_seen[recent], units.all_future]
    drawn = _spread_anew(np.column_stack(cells), np.concatenate(totals), rng)
    width = int(recent.sum())
    seen = units.seen.copy()
    seen[:, recent] = drawn[:, :width]
    base = seen
    if units.design == "split":
        base = units.base.copy()
        base[:, recent] = drawn[:, width : 2 * width]
    return msgspec.structs.replace(
        units, seen=seen, base=base, future=drawn[:, -units.future_years.size :]
    )


def _spread_anew(
    counts: NDArray[np.int64], totals: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int64]:
    return np.asarray(rng.multinomial(counts.sum(axis=1), totals / totals.sum()), dtype=np.int64)


def no_growth(units: Units, rng: np.random.Generator) -> Units:
    """Simulate a world whose shares follow the real past and then stay as they are.

    Shares of past years are those counted in both halves; the share of the recent years and of
    the horizon is their share in the recent years. All counts are drawn from these.
    No method of its own: a parametric simulation under the null hypothesis (Poisson counts).

    Args:
        units: Units at an origin.
        rng: Source of draws.
    """
    both, all_both = units.seen, units.all_seen
    if units.design == "split":
        both, all_both = units.seen + units.base, units.all_seen + units.all_base
    share = both / np.maximum(all_both, 1)
    level = both[:, units.recent].sum(axis=1) / all_both[units.recent].sum()
    share[:, units.recent] = level[:, None]
    seen = rng.poisson(share * units.all_seen)
    base = rng.poisson(share * units.all_base) if units.design == "split" else seen
    future = rng.poisson(level[:, None] * units.all_future)
    return msgspec.structs.replace(units, seen=seen, base=base, future=future)


def false_growth(units: Units, *, confidence: float = 0.9) -> tuple[int, int]:
    """Count units that seem to grow between works of the same years, where none can.

    Works that made the units are compared with works of the same years kept out of the making.
    If a unit draws in new works otherwise than it holds old ones, it shows here.
    No method of its own: see `outcomes.growth_bound`.

    Args:
        units: Units at an origin, with `held`.
        confidence: Of the bound; 1 less it is the nominal rate.

    Returns:
        Units whose lower bound lies above 1, and units with enough works to tell.
    """
    if units.held is None or units.all_held is None:
        return 0, 0
    told = units.held.sum(axis=1) >= _LEAST_HELD
    made, kept_out = units.held[told].T
    bound = growth_bound(
        made,
        kept_out,
        totals=(float(units.all_held[0]), float(units.all_held[1])),
        confidence=confidence,
    )
    return int((bound > 1).sum()), int(told.sum())
