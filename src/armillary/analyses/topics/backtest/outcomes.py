"""What came of units: outcomes from counts, each with the trap it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betainc, betaincinv

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from armillary.analyses.topics.backtest.units import Units

CERTIFIED = "certified"
DOUBLED = "doubled"
USUAL = ("ratio10", "eb10", "abs10", "cset_year_3", "cset_any_year")
YEARLY = 1.08
_DECILE = 0.9
_PSEUDO_WORKS = 5.0


def outcome(
    units: Units,
    name: str,
    *,
    yearly: float = YEARLY,
    confidence: float = 0.9,
    least_works: int = 10,
) -> NDArray[np.bool_]:
    """Say of each unit whether it grew, by one of several rules.

    - `certified`: the lower bound (one-sided, `confidence`) of the ratio of shares lies above
      `yearly` growth over `Units.distance` years. Works of base and future are Poisson; given
      their sum the future ones are binomial; the bound is exact, so that where nothing grows
      no more than one tenth passes. This is the headline.
    - `doubled`: share of the horizon at least twice that of the recent years, `least_works`
      works in it, and the same lower bound above no growth at all: two works become four by
      chance.
    - `ratio10`: top tenth of the ratio of shares. Picks what shrank by chance before.
    - `eb10`: the same with five works added on either side.
    - `abs10`: top tenth of the gain in share. Picks the big.
    - `cset_year_3`, `cset_any_year`: share of the last year, or of any, above the peak of the
      past by `yearly` growth. Picks what stands at its peak.

    Source: conditional test of two Poisson rates, Przyborowski & Wilenski (1940),
    doi:10.1093/biomet/31.3-4.313; exact bound, Clopper & Pearson (1934),
    doi:10.1093/biomet/26.4.404; growth above a peak, Rahkovsky et al. (2021),
    doi:10.3389/frma.2021.746370 (its threshold of 8 % a year as commonly cited).

    Args:
        units: Units at an origin.
        name: Rule.
        yearly: Yearly growth that counts as growth, as a ratio.
        confidence: Of the bound of `certified`.
        least_works: Works `doubled` asks for.

    Returns:
        Whether each unit grew, shape (units,).
    """
    base = units.base[:, units.recent].sum(axis=1)
    future = units.future.sum(axis=1)
    all_base = float(units.all_base[units.recent].sum())
    all_future = float(units.all_future.sum())
    share_base, share_future = base / all_base, future / all_future

    def surely_above(threshold: float) -> NDArray[np.bool_]:
        expected = threshold * all_future / (threshold * all_future + all_base)
        chance = betainc(np.maximum(future, 1), base + 1, expected)  # of so many or more
        return np.asarray((future > 0) & (chance < 1 - confidence))

    if name == CERTIFIED:
        return surely_above(yearly**units.distance)
    if name == DOUBLED:
        grown = (share_future >= 2 * share_base) & (future >= least_works)
        return np.asarray(grown & surely_above(1.0))
    if name == "ratio10":
        return _top(share_future / np.maximum(share_base, 0.5 / all_base))
    if name == "eb10":
        return _top((future + _PSEUDO_WORKS) / (base * all_future / all_base + _PSEUDO_WORKS))
    if name == "abs10":
        return _top(share_future - share_base)
    if name in ("cset_year_3", "cset_any_year"):
        peak = (units.base / np.maximum(units.all_base, 1)).max(axis=1)[:, None]
        grown = units.future / units.all_future > peak * yearly ** (
            units.future_years - units.origin
        )
        return np.asarray(grown[:, -1] if name == "cset_year_3" else grown.any(axis=1))
    raise KeyError(name)


def growth_bound(
    base: NDArray[np.int64],
    future: NDArray[np.int64],
    *,
    totals: tuple[float, float],
    confidence: float = 0.9,
) -> NDArray[np.float64]:
    """Return the lower bound of the ratio of two shares, one-sided.

    Source: as `outcome`, rule `certified`.

    Args:
        base: Works of each unit before, shape (units,).
        future: Works of each unit after, shape (units,).
        totals: All works before and after.
        confidence: Probability with which the true ratio lies above.

    Examples:
        >>> growth_bound(np.array([10]), np.array([60]), totals=(1000, 1500)).round(2)
        array([2.48])
    """
    low = np.where(future > 0, betaincinv(np.maximum(future, 1), base + 1, 1 - confidence), 0.0)
    return np.asarray(low / (1 - low) * totals[0] / totals[1])


def growth_after(units: Units) -> NDArray[np.float64]:
    """Return the ratio of the share of the horizon to that of the recent years.

    Half a work is added on either side, so that the ratio is always defined.
    No method of its own.
    """
    base = units.base[:, units.recent].sum(axis=1) + 0.5
    future = units.future.sum(axis=1) + 0.5
    return np.asarray(future / base * units.all_base[units.recent].sum() / units.all_future.sum())


def _top(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return the top tenth, ties at the cut left out."""
    return np.asarray(values > np.quantile(values, _DECILE)) if values.size else values > 0
