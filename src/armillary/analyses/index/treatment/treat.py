"""Step 4 of the Handbook: outliers of one indicator are treated, and what was done is told."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index.treatment.moments import kurtosis, skewness, within_limits
from armillary.errors import IndexMethodError

Values = NDArray[np.float64]
Passes = Callable[[Values], bool]
Treatment = Callable[[Values], "Treated"]


class Treated(msgspec.Struct, frozen=True, kw_only=True):
    """One indicator after its treatment, with all that was done to it.

    Args:
        values: Shape (units,); NaN = missing, as before.
        method: none, winsorise, or the name of what was done; "a+b" is b after a.
        touched: Shape (units,): points moved by themselves (winsorised, replaced or clipped),
            not those that a formula transforms with all others.
        n_high: Points moved down from the high end.
        n_low: Points moved up from the low end.
        skewness_before: Of the raw values; NaN where it is not defined.
        kurtosis_before: Excess kurtosis of the raw values.
        skewness_after: Of `values`.
        kurtosis_after: Of `values`.
        passed: Whether `values` pass the test.
        first: What a first treatment gave, where it failed and a second one was taken.
    """

    values: Values
    method: str
    touched: NDArray[np.bool_]
    n_high: int
    n_low: int
    skewness_before: float
    kurtosis_before: float
    skewness_after: float
    kurtosis_after: float
    passed: bool
    first: Treated | None = None


def winsorise(
    values: Values,
    *,
    maximum: int = 5,
    skewness_limit: float = 2.0,
    kurtosis_limit: float = 3.5,
    force: int = 0,
    indicator: str = "The indicator",
) -> Treated:
    """Set the most extreme points to the next value until the indicator passes the test.

    All maxima (skewness 0 or above) or all minima (below 0) move together, so ties may take
    the count past `maximum`. It stops while two distinct values are left: an indicator is
    never made constant. A `maximum` of 0 does nothing.
    Source: Becker and others, COINr (MIT), manual page `winsorise`.

    Args:
        values: Any unit, shape (units,); NaN = missing.
        maximum: Points that may be moved.
        skewness_limit: See `moments.within_limits`.
        kurtosis_limit: See `moments.within_limits`.
        force: Move this many points whatever the test says; above 0 it takes the place of
            `maximum`.
        indicator: Indicator code, so that a failure can name it.

    Raises:
        IndexMethodError: `maximum` or `force` below 0, or too few distinct values for `force`.
    """
    passes = partial(within_limits, skewness_limit=skewness_limit, kurtosis_limit=kurtosis_limit)
    return winsorise_until(values, passes=passes, maximum=maximum, force=force, indicator=indicator)


def winsorise_until(
    values: Values,
    *,
    passes: Passes,
    maximum: int,
    force: int = 0,
    indicator: str = "The indicator",
) -> Treated:
    """Winsorise as `winsorise` does, until a test of one's own passes.

    Source: as `winsorise`.

    Args:
        values: Any unit, shape (units,); NaN = missing.
        passes: The test.
        maximum: Points that may be moved.
        force: Move this many points whatever the test says.
        indicator: Indicator code, so that a failure can name it.

    Raises:
        IndexMethodError: `maximum` or `force` below 0, or too few distinct values for `force`.
    """
    if maximum < 0 or force < 0:
        raise IndexMethodError(
            f"{min(maximum, force)} points to winsorise are fewer than none.",
            where=f"treat.winsorise, {indicator}",
            fix="give 0 or more",
        )
    most = force or maximum
    after = values.copy()
    touched = np.zeros(values.shape, dtype=bool)
    while int(touched.sum()) < most and (force or not passes(after)):
        distinct = np.unique(after[~np.isnan(after)])
        if distinct.size <= 2:
            break
        if skewness(after) < 0:
            extreme, nearest = after == distinct[0], distinct[1]
        else:
            extreme, nearest = after == distinct[-1], distinct[-2]
        after[extreme] = nearest
        touched |= extreme
    if int(touched.sum()) < force:
        raise IndexMethodError(
            f"{indicator}: {force} points cannot be winsorised, only {int(touched.sum())} can.",
            where=f"treat.winsorise, {np.unique(values[~np.isnan(values)]).size} distinct values",
            fix="force fewer points",
        )
    return moved(values, after=after, method="winsorise", passes=passes)


def transformed(
    values: Values, *, transform: Callable[[Values], Values], method: str, passes: Passes
) -> Treated:
    """Apply one formula of `transforms` to all points, as a treatment.

    No method of its own: it joins a formula and a test.

    Args:
        values: Any unit, shape (units,).
        transform: Keeps the shape.
        method: Name of the formula, e.g. "log_coin_tool".
        passes: The test of `Treated.passed`.
    """
    untouched = np.zeros(values.shape, dtype=bool)
    return _told(
        values, after=transform(values), method=method, high=untouched, low=untouched, passes=passes
    )


def two_stage(
    values: Values,
    *,
    first: Treatment,
    second: Treatment | None,
    passes: Passes = within_limits,
    combine: bool = False,
    force: Literal["first", "second"] | None = None,
) -> Treated:
    """Test, treat, test again, and treat otherwise what still fails.

    What passes is left alone. The second treatment takes the raw values, unless `combine`.
    A treatment that is forced is applied, and its result is kept: the first one whatever the
    test says before or after, the second one even where nothing failed. After a forced first
    treatment that fails, only a combined second one may follow.
    Source: Becker and others, COINr (MIT), manual page `Treat`.

    Args:
        values: Any unit, shape (units,); NaN = missing.
        first: E.g. `winsorise`, its arguments bound.
        second: E.g. `transformed`, its arguments bound; None stops after the first.
        passes: The test of the shape.
        combine: The second treatment takes what the first has made.
        force: Which treatment is applied whatever the test says.
    """
    if force is None and passes(values):
        return untreated(values, passes=passes)
    one = first(values)
    one = msgspec.structs.replace(one, passed=passes(one.values))
    kept = one.passed or (force == "first" and not combine)
    if second is None or (kept and force != "second"):
        return one
    two = second(one.values if combine else values)
    if not combine or one.method == "none":
        return msgspec.structs.replace(two, passed=passes(two.values), first=one)
    return msgspec.structs.replace(
        two,
        method=f"{one.method}+{two.method}",
        touched=one.touched | two.touched,
        n_high=one.n_high + two.n_high,
        n_low=one.n_low + two.n_low,
        skewness_before=one.skewness_before,
        kurtosis_before=one.kurtosis_before,
        passed=passes(two.values),
        first=one,
    )


def untreated(values: Values, *, passes: Passes = within_limits) -> Treated:
    """Leave the values as they are and tell their shape.

    No method: what is told of an indicator that is not treated.
    No method of its own.

    Args:
        values: Any unit, shape (units,).
        passes: The test of `Treated.passed`.
    """
    return moved(values, after=values, method="none", passes=passes)


def moved(values: Values, *, after: Values, method: str, passes: Passes) -> Treated:
    """Tell of points that were moved one by one, from the values before and after.

    No method of its own: what winsorising, replacing and clipping have in common.

    Args:
        values: Before, shape (units,).
        after: Same shape.
        method: Name of what was done; "none" is told where no point moved.
        passes: The test of `Treated.passed`.
    """
    high, low = after < values, after > values
    name = method if (high | low).any() else "none"
    return _told(values, after=after, method=name, high=high, low=low, passes=passes)


def _told(
    before: Values,
    *,
    after: Values,
    method: str,
    high: NDArray[np.bool_],
    low: NDArray[np.bool_],
    passes: Passes,
) -> Treated:
    first = skewness(before), kurtosis(before)
    then = first if method == "none" else (skewness(after), kurtosis(after))
    return Treated(
        values=after,
        method=method,
        touched=high | low,
        n_high=int(high.sum()),
        n_low=int(low.sum()),
        skewness_before=first[0],
        kurtosis_before=first[1],
        skewness_after=then[0],
        kurtosis_after=then[1],
        passed=passes(after),
    )
