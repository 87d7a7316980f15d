"""Step 3 of the Handbook: missing values are filled, and which ones is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index.scores.normalise import minmax
from armillary.analyses.index.scores.trends import require_rising
from armillary.errors import IndexMethodError, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from armillary.model.indicators import Direction

Values = NDArray[np.float64]


class Imputed(msgspec.Struct, frozen=True, kw_only=True):
    """Values with what was filled.

    Args:
        values: The shape given; NaN = still missing.
        filled: Same shape: which values were filled.
    """

    values: Values
    filled: NDArray[np.bool_]


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """Series with what was filled, and from how far.

    Args:
        values: Shape (periods, units); NaN = still missing.
        filled: Same shape: which values were filled.
        age_years: Same shape: years between a filled period and the one its value comes from,
            the farther one where it lies between two; NaN where nothing was filled.
    """

    values: Values
    filled: NDArray[np.bool_]
    age_years: Values


def mean(
    values: Values,
    *,
    groups: Sequence[str | None] | None = None,
    units: Sequence[str] = (),
    indicator: str = "The indicator",
) -> Imputed:
    """Fill the missing values of one indicator with the mean of the known ones.

    A group without any known value stays missing.
    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 3, unconditional mean.

    Args:
        values: Any unit, shape (units,); NaN = missing.
        groups: Label of each unit: the mean is taken within its group. None takes all units.
        units: Code of each unit, so that a failure can name it.
        indicator: Indicator code, so that a failure can name it.

    Raises:
        IndexMethodError: A unit whose value is missing has no group.

    Examples:
        >>> mean(np.array([1.0, 3.0, np.nan])).values
        array([1., 3., 2.])
    """
    return _filled(values, by=np.mean, groups=groups, units=units, indicator=indicator)


def median(
    values: Values,
    *,
    groups: Sequence[str | None] | None = None,
    units: Sequence[str] = (),
    indicator: str = "The indicator",
) -> Imputed:
    """Fill the missing values of one indicator with the median of the known ones.

    A group without any known value stays missing.
    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 3, unconditional median.

    Args:
        values: As for `mean`.
        groups: As for `mean`.
        units: As for `mean`.
        indicator: As for `mean`.

    Raises:
        IndexMethodError: A unit whose value is missing has no group.

    Examples:
        >>> median(np.array([1.0, 2.0, 9.0, np.nan]), groups=["a", "b", "b", "b"]).values
        array([1. , 2. , 9. , 5.5])
    """
    return _filled(values, by=np.median, groups=groups, units=units, indicator=indicator)


def row_mean(
    values: Values,
    *,
    parts: Sequence[Sequence[int]],
    directions: Sequence[Direction],
    indicators: Sequence[str],
) -> Imputed:
    """Fill each missing value from the other indicators of its group, for the same unit.

    Indicators are rescaled to 0..1 by direction (min-max), the mean of the unit's known ones in
    the group is taken, and rescaled back into the unit of the missing one. A unit without any
    known value in the group stays missing there.
    Source: Becker and others, COINr (MIT), manual page `Impute`, by row within groups.

    Args:
        values: Shape (leaves, units); NaN = missing.
        parts: Rows of the leaves of each group; a leaf in no group is left as it is.
        directions: Of each leaf.
        indicators: Code of each leaf, so that a failure can name it.

    Raises:
        IndexMethodError: A leaf of a group has fewer than two distinct values.
    """
    if not values.shape[0] == len(directions) == len(indicators):
        raise ValueError(f"values {values.shape} do not fit {len(indicators)} indicators")
    held = values.copy()
    for part in parts:
        rows = list(part)
        scores = np.array(
            [
                minmax(
                    values[row],
                    indicator=indicators[row],
                    direction=directions[row],
                    bounds=(0.0, 1.0),
                )
                for row in rows
            ]
        )
        known = ~np.isnan(scores)
        counts = known.sum(axis=0)
        average = np.full(values.shape[1], np.nan)
        np.divide(np.where(known, scores, 0).sum(axis=0), counts, out=average, where=counts > 0)
        for row in rows:
            signed = values[row] * float(directions[row])
            worst, best = np.nanmin(signed), np.nanmax(signed)
            back = (worst + average * (best - worst)) * float(directions[row])
            gaps = np.isnan(values[row])
            held[row, gaps] = back[gaps]
    return Imputed(values=held, filled=np.isnan(values) & ~np.isnan(held))


def panel_latest(
    series: Values, *, years: NDArray[np.int64], max_age: int | None = None
) -> Carried:
    """Fill each missing period with the unit's latest earlier value. No later value is used.

    Source: Becker and others, COINr (MIT), manual page `impute_panel`, latest.

    Args:
        series: One indicator, shape (periods, units), oldest first; NaN = missing.
        years: Of the periods, rising; gaps are allowed.
        max_age: Years a value may be old; None for any.

    Raises:
        IndexMethodError: The years do not rise, or `max_age` is below 0.

    Examples:
        >>> panel_latest(np.array([[1.0], [np.nan]]), years=np.array([2020, 2023])).age_years
        array([[nan],
               [ 3.]])
    """
    _require_age(max_age)
    require_rising(years, periods=series.shape[0], where="impute.panel_latest")
    before, _ = _neighbours(series)
    source = np.take_along_axis(series, np.maximum(before, 0), axis=0)
    age = np.where(before >= 0, years[:, None] - years[np.maximum(before, 0)], np.nan)
    return _carried(series, offered=np.where(before >= 0, source, np.nan), age=age, most=max_age)


def panel_linear(
    series: Values, *, years: NDArray[np.int64], max_age: int | None = None
) -> Carried:
    """Fill each missing period on the straight line between the known ones around it.

    Before the first and after the last known period the nearest value is taken as it is.
    Source: Becker and others, COINr (MIT), manual page `impute_panel`, linear.

    Args:
        series: One indicator, shape (periods, units), oldest first; NaN = missing.
        years: Of the periods, rising; the line runs over years, not over periods.
        max_age: Years the farther of the two values may be away; None for any.

    Raises:
        IndexMethodError: The years do not rise, or `max_age` is below 0.

    Examples:
        >>> series = np.array([[1.0], [np.nan], [4.0]])
        >>> panel_linear(series, years=np.array([2020, 2022, 2023])).values.ravel()
        array([1., 3., 4.])
    """
    _require_age(max_age)
    require_rising(years, periods=series.shape[0], where="impute.panel_linear")
    before, after = _neighbours(series)
    earlier = np.where(before >= 0, before, after)
    later = np.where(after >= 0, after, before)
    start = np.take_along_axis(series, np.maximum(earlier, 0), axis=0)
    end = np.take_along_axis(series, np.maximum(later, 0), axis=0)
    spans = years[later] - years[earlier]
    share = np.zeros(series.shape)
    np.divide(years[:, None] - years[earlier], spans, out=share, where=spans > 0)
    farther = np.maximum(
        np.abs(years[:, None] - years[earlier]), np.abs(years[later] - years[:, None])
    )
    return _carried(
        series, offered=start + share * (end - start), age=farther.astype(np.float64), most=max_age
    )


def _neighbours(series: Values) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the nearest known period at or before, and at or after, each; -1 where none."""
    known = ~np.isnan(series)
    periods = np.arange(series.shape[0])[:, None]
    before = np.maximum.accumulate(np.where(known, periods, -1), axis=0)
    none = series.shape[0]
    after = np.minimum.accumulate(np.where(known, periods, none)[::-1], axis=0)[::-1]
    return before, np.where(after == none, -1, after)


def _carried(series: Values, *, offered: Values, age: Values, most: int | None) -> Carried:
    filled = np.isnan(series) & ~np.isnan(offered)
    if most is not None:
        filled &= age <= most
    return Carried(
        values=np.where(filled, offered, series),
        filled=filled,
        age_years=np.where(filled, age, np.nan),
    )


def _require_age(max_age: int | None) -> None:
    if max_age is not None and max_age < 0:
        raise IndexMethodError(
            f"{max_age} years is no age.", where="impute, max_age", fix="give 0 or more"
        )


def _filled(
    values: Values,
    *,
    by: Callable[[Values], np.floating],
    groups: Sequence[str | None] | None,
    units: Sequence[str],
    indicator: str,
) -> Imputed:
    missing = np.isnan(values)
    labels = [""] * values.size if groups is None else list(groups)
    if len(labels) != values.size:
        raise ValueError(f"{len(labels)} groups do not fit {values.size} units")
    lost = [at for at in np.flatnonzero(missing).tolist() if labels[at] is None]
    if lost:
        names = [units[at] if units else f"unit {at + 1}" for at in lost]
        raise IndexMethodError(
            f"{indicator} is missing for {listed(names)}, which have no group.",
            where=f"impute, {len(lost)} of {values.size} units",
            fix="give these units a group, or impute over all units",
        )
    held = values.copy()
    for label in {labels[at] for at in np.flatnonzero(missing).tolist()}:
        members = np.array([other == label for other in labels])
        known = values[members & ~missing]
        if known.size:
            held[members & missing] = by(known)
    return Imputed(values=held, filled=missing & ~np.isnan(held))
