"""Step 5 of the Handbook against what does not move with the sample: posts, standards, a base."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import numpy as np

from armillary.errors import IndexMethodError
from armillary.model.indicators import Direction

if TYPE_CHECKING:
    from numpy.typing import NDArray

Method = Literal[
    "minmax",
    "zscore",
    "scaled",
    "rank_points",
    "borda",
    "percentile_rank",
    "distance_to_maximum",
    "distance_to_reference",
    "distance_to_target",
    "goalposts",
    "share_of_maximum",
    "monitoring",
    "base_period",
]


def bounds_of(
    method: Method, *, bounds: tuple[float, float] = (0.0, 100.0), cap: float | None = None
) -> tuple[float, float]:
    """Tell between which scores a method can give, before it is run.

    A geometric mean needs the lowest score above 0; what this function promises holds for any
    data the method accepts.
    Source: follows from the definition of each method.

    Args:
        method: Name of the function.
        bounds: Its `bounds`, where it takes them: `minmax`, `goalposts`, `distance_to_target`.
        cap: What it caps at: the upper bound or 1 where its `cap` is true, the number given to
            `monitoring`; None where it does not cap.

    Returns:
        Lowest and highest possible score; infinite where there is no such limit.

    Examples:
        >>> bounds_of("goalposts", bounds=(1.0, 100.0), cap=100.0)
        (1.0, 100.0)
        >>> bounds_of("zscore")
        (-inf, inf)
    """
    highest = math.inf if cap is None else cap
    held = {
        "minmax": bounds,
        "rank_points": (1.0, math.inf),
        "borda": (0.0, math.inf),
        "percentile_rank": (0.0, 1.0),
        "distance_to_maximum": (0.0, 1.0),
        "distance_to_reference": (0.0, highest),
        "distance_to_target": (bounds[0], highest),
        "goalposts": (-math.inf, math.inf) if cap is None else bounds,
        "share_of_maximum": (-math.inf, 100.0),
        "monitoring": (-math.inf, highest),
    }
    return held.get(method, (-math.inf, math.inf))


def goalposts(
    values: NDArray[np.float64],
    *,
    indicator: str,
    low: float,
    high: float,
    direction: Direction = Direction.HIGHER_IS_BETTER,
    bounds: tuple[float, float] = (0.0, 100.0),
    cap: bool = True,
) -> NDArray[np.float64]:
    """Rescale one indicator between two fixed posts, so that years and editions compare.

    Where lower is better the posts change places: `high` scores the lower bound.
    Source: Becker and others, COINr (MIT), manual page `n_goalposts`; OECD/JRC (2008),
    doi:10.1787/9789264043466-en, step 5.

    Args:
        values: Raw values, shape (units,); NaN = missing, stays missing.
        indicator: Indicator code, so that a failure can name it.
        low: Lower post, in the unit of the values.
        high: Upper post, above `low`.
        direction: LOWER_IS_BETTER flips the scale.
        bounds: Score points of the worse and of the better post.
        cap: What lies beyond a post scores as the post.

    Returns:
        Score points, shape (units,); within `bounds` with `cap`, else without bounds.

    Raises:
        IndexMethodError: `low` is not below `high`.

    Examples:
        >>> goalposts(np.array([0.0, 6.0, 20.0]), indicator="GERD", low=2.0, high=10.0)
        array([  0.,  50., 100.])
    """
    if not -math.inf < low < high < math.inf:
        raise IndexMethodError(
            f"{indicator} has goalposts {low:g} and {high:g}: the first must be the lower one.",
            where="standards.goalposts, low and high",
            fix="give the lower post first; `direction` flips the scale",
        )
    worse, better = (low, high) if direction is Direction.HIGHER_IS_BETTER else (high, low)
    share = (values - worse) / (better - worse)
    scores: NDArray[np.float64] = bounds[0] + share * (bounds[1] - bounds[0])
    return np.clip(scores, *bounds) if cap else scores


def share_of_maximum(
    values: NDArray[np.float64],
    *,
    indicator: str,
    direction: Direction = Direction.HIGHER_IS_BETTER,
) -> NDArray[np.float64]:
    """Score each unit against the best one, which has 100: 100 x / max, or 100 min / x.

    One extreme unit pushes all others down. Negative values score below 0.
    Source: the benchmarking of the National Innovation Index (CASTED), its formula from memory;
    for higher values also Becker and others, COINr (MIT), manual page `n_fracmax`.

    Args:
        values: Raw values on a scale with a true zero, shape (units,); NaN = missing.
        indicator: Indicator code, so that a failure can name it.
        direction: LOWER_IS_BETTER takes 100 min / x.

    Returns:
        Scores up to 100, shape (units,).

    Raises:
        IndexMethodError: No value, a maximum that is not above 0, or, where lower is better, a
            value that is not above 0.

    Examples:
        >>> share_of_maximum(np.array([1.0, 4.0, np.nan]), indicator="GERD")
        array([ 25., 100.,  nan])
        >>> share_of_maximum(np.array([1.0, 4.0]), indicator="CO2", direction=Direction(-1))
        array([100.,  25.])
    """
    known = values[~np.isnan(values)]
    where = f"standards.share_of_maximum, {known.size} of {values.size} units known"
    if known.size == 0 or known.max() <= 0:
        raise IndexMethodError(
            f"{indicator} has no value above 0, so no unit can be measured by the best.",
            where=where,
            fix="normalise it with minmax",
        )
    if direction is Direction.HIGHER_IS_BETTER:
        return 100.0 * (values / float(known.max()))  # the best has 100 exactly
    _require_positive(known, indicator=indicator, where=where)
    return 100.0 * (float(known.min()) / values)


def monitoring(
    values: NDArray[np.float64],
    *,
    indicator: str,
    standard: float,
    direction: Direction = Direction.HIGHER_IS_BETTER,
    cap: float | None = 100.0,
) -> NDArray[np.float64]:
    """Score each unit against a fixed standard: 100 x / standard, or 100 standard / x, capped.

    Where lower is better a value of 0 scores the cap, and is refused without one.
    Source: the monitoring values of the Regional Science and Technology Innovation Evaluation
    (CASTED), its formula and cap from memory.

    Args:
        values: Raw values on a scale with a true zero, shape (units,); NaN = missing.
        indicator: Indicator code, so that a failure can name it.
        standard: Raw value that scores 100, above 0.
        direction: LOWER_IS_BETTER takes 100 standard / x.
        cap: Highest score; None for none.

    Returns:
        Scores up to `cap`, shape (units,).

    Raises:
        IndexMethodError: The standard is not above 0, or, where lower is better, a value is
            below 0, or is 0 without a cap.

    Examples:
        >>> monitoring(np.array([1.0, 5.0, np.nan]), indicator="GERD", standard=2.5)
        array([ 40., 100.,  nan])
    """
    where = f"standards.monitoring, standard {standard:g}"
    if not 0 < standard < math.inf:
        raise IndexMethodError(
            f"{indicator} has a standard of {standard:g}, which nothing can be measured by.",
            where=where,
            fix="give a standard above 0",
        )
    if direction is Direction.HIGHER_IS_BETTER:
        scores = 100.0 * values / standard
    else:
        known = values[~np.isnan(values)]
        _require_positive(
            known if cap is None else known[known != 0], indicator=indicator, where=where
        )
        with np.errstate(divide="ignore"):  # 0 is infinitely better than the standard
            scores = 100.0 * standard / np.abs(values)
    return scores if cap is None else np.minimum(scores, cap)


def base_period(
    values: NDArray[np.float64],
    *,
    indicator: str,
    base: float,
    direction: Direction = Direction.HIGHER_IS_BETTER,
) -> NDArray[np.float64]:
    """Score one indicator against its own past: 100 x / base, or 100 base / x.

    Source: index numbers with a base period, as the Zhongguancun Index (2008 = 100).

    Args:
        values: Raw values on a scale with a true zero, any shape; NaN = missing.
        indicator: Indicator code, so that a failure can name it.
        base: Value of the base period, above 0.
        direction: LOWER_IS_BETTER takes 100 base / x.

    Returns:
        Index numbers, base = 100, same shape, without upper bound.

    Raises:
        IndexMethodError: The base is missing or not above 0, or, where lower is better, a value
            is not above 0.

    Examples:
        >>> base_period(np.array([2.0, 3.0]), indicator="GERD", base=2.0)
        array([100., 150.])
    """
    where = f"standards.base_period, base {base:g}"
    if not 0 < base < math.inf:
        raise IndexMethodError(
            f"{indicator} has a base of {base:g}, which nothing can be measured by.",
            where=where,
            fix="choose a base period with a value above 0",
        )
    if direction is Direction.HIGHER_IS_BETTER:
        return 100.0 * values / base
    _require_positive(values[~np.isnan(values)], indicator=indicator, where=where)
    return 100.0 * base / values


def _require_positive(known: NDArray[np.float64], *, indicator: str, where: str) -> None:
    refused = int(np.sum(known <= 0))
    if refused:
        raise IndexMethodError(
            f"{indicator} has {refused} values not above 0; lower is better, so they would be "
            "divided by.",
            where=f"{where}, lowest value {known.min():g}",
            fix="normalise it with minmax or goalposts",
        )
