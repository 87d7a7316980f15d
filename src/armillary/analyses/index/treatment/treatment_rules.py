"""Treatments of outliers as published indexes lay them down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from armillary.analyses.index.treatment import transforms, treat
from armillary.analyses.index.treatment.moments import kurtosis, skewness, within_limits
from armillary.errors import IndexMethodError

if TYPE_CHECKING:
    from armillary.analyses.index.treatment.treat import Treated, Values


def gii_rule(
    values: Values,
    *,
    lower_is_better: bool = False,
    skewness_limit: float = 2.25,
    kurtosis_limit: float = 3.5,
    maximum: int = 5,
    factor: float = 1.0,
    indicator: str = "The indicator",
) -> Treated:
    """Treat one indicator as the Global Innovation Index does.

    A problem is abs(skewness) above its limit AND kurtosis above its limit. Up to `maximum`
    outliers are winsorised to the next value until the indicator is within range; where that
    does not suffice, the raw values are transformed by `transforms.log_gii` instead.
    Source: the rule as told for a GII-style index by Mohamed (2019), ISI World Statistics
    Congress, STS 2320, after Groeneveld & Meeden (1984); the limits and the factor are from
    memory, so they are arguments.

    Args:
        values: Any unit, shape (units,); NaN = missing.
        lower_is_better: Direction of the indicator; used by the logarithm.
        skewness_limit: Of abs(skewness).
        kurtosis_limit: Of the excess kurtosis.
        maximum: Outliers that may be winsorised.
        factor: Power of ten of `transforms.log_gii`.
        indicator: Indicator code, so that a failure can name it.

    Raises:
        IndexMethodError: `maximum` below 0, or the logarithm is needed and `factor` unfit.
    """

    def passes(held: Values) -> bool:
        return not (abs(skewness(held)) > skewness_limit and kurtosis(held) > kurtosis_limit)

    def logarithm(raw: Values) -> Values:
        return transforms.log_gii(
            raw, factor=factor, lower_is_better=lower_is_better, indicator=indicator
        )

    return treat.two_stage(
        values,
        first=lambda raw: treat.winsorise_until(
            raw, passes=passes, maximum=maximum, indicator=indicator
        ),
        second=lambda raw: treat.transformed(
            raw, transform=logarithm, method="log_gii", passes=passes
        ),
        passes=passes,
    )


def eis_rule(
    values: Values,
    *,
    deviations: float = 2.0,
    skewness_limit: float = 1.0,
    indicator: str = "The indicator",
) -> Treated:
    """Treat one indicator as the European Innovation Scoreboard does.

    Values beyond the mean by more than `deviations` standard deviations (n - 1) are replaced
    by the largest or smallest value that is no outlier. Where skewness then still exceeds its
    limit, the square root is taken. For a panel, pass all units of all years at once.
    Source: the current European Innovation Scoreboard, from memory: so both numbers are
    arguments. (The edition of 2008 used 3 deviations and fixed the indicators to transform.)

    Args:
        values: Any unit, shape (units,); NaN = missing.
        deviations: Above 0.
        skewness_limit: Above it (the high tail only) the square root is taken.
        indicator: Indicator code, so that a failure can name it.

    Raises:
        IndexMethodError: `deviations` is not above 0, fewer than two distinct values lie
            within them, or a square is needed of a value below 0.
    """

    def passes(held: Values) -> bool:
        return not skewness(held) > skewness_limit

    if not deviations > 0:
        raise IndexMethodError(
            f"{deviations:g} standard deviations hold no value.",
            where=f"treatment_rules.eis_rule, {indicator}",
            fix="give e.g. deviations=2",
        )
    after = _replaced(values, deviations=deviations, indicator=indicator)
    one = treat.moved(values, after=after, method="outliers_replaced", passes=passes)
    return treat.two_stage(
        values,
        first=lambda _: one,
        second=lambda held: treat.transformed(
            held,
            transform=lambda v: transforms.square_root(v, indicator=indicator),
            method="square_root",
            passes=passes,
        ),
        passes=passes,
        combine=True,
        force="first",
    )


def fences(values: Values, *, factor: float = 1.5) -> tuple[float, float]:
    """Work out the fences beyond which a value counts as outlier: quartiles and their distance.

    Source: Tukey (1977), Exploratory Data Analysis; quartiles interpolated between ranks
    (type 7 of Hyndman & Fan, 1996).

    Args:
        values: Any unit, shape (units,); NaN = missing.
        factor: How many interquartile ranges the fences lie beyond the quartiles.

    Returns:
        Lower and upper fence, in the unit of the values; NaN where no value is known.

    Examples:
        >>> fences(np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
        (-1.0, 7.0)
    """
    known = values[~np.isnan(values)]
    if known.size == 0:
        return float("nan"), float("nan")
    lower, upper = np.quantile(known, [0.25, 0.75])
    reach = factor * (upper - lower)
    return float(lower - reach), float(upper + reach)


def interquartile(
    values: Values,
    *,
    factor: float = 1.5,
    skewness_limit: float = 2.0,
    kurtosis_limit: float = 3.5,
    indicator: str = "The indicator",
) -> Treated:
    """Clip values beyond the fences to the fences.

    Source: Tukey (1977), Exploratory Data Analysis.

    Args:
        values: Any unit, shape (units,); NaN = missing.
        factor: See `fences`.
        skewness_limit: For `Treated.passed`, see `moments.within_limits`.
        kurtosis_limit: For `Treated.passed`.
        indicator: Indicator code, so that a failure can name it.

    Raises:
        IndexMethodError: `factor` is below 0, or half of the values are equal, so that the
            fences meet and would make the indicator constant.
    """
    lower, upper = fences(values, factor=factor)
    known = values[~np.isnan(values)]
    spot = f"treatment_rules.interquartile, {known.size} of {values.size} units known"
    if factor < 0:
        raise IndexMethodError(
            f"A factor of {factor:g} puts the fences inside the quartiles.",
            where=spot,
            fix="give e.g. factor=1.5",
        )
    if lower == upper and np.unique(known).size > 1:
        raise IndexMethodError(
            f"{indicator}: both fences are {lower:g}, because so many values are equal.",
            where=spot,
            fix="winsorise, or take a logarithm",
        )
    return treat.moved(
        values,
        after=np.clip(values, lower, upper),
        method="interquartile",
        passes=lambda held: within_limits(
            held, skewness_limit=skewness_limit, kurtosis_limit=kurtosis_limit
        ),
    )


def _replaced(values: Values, *, deviations: float, indicator: str) -> Values:
    known = values[~np.isnan(values)]
    if known.size < 2 or known.min() == known.max():
        return values
    reach = deviations * float(known.std(ddof=1))
    inside = known[np.abs(known - known.mean()) <= reach]
    if np.unique(inside).size < 2:
        raise IndexMethodError(
            f"{indicator} has not two distinct values within {deviations:g} standard deviations "
            "of its mean, so replacing the others would leave no range.",
            where=f"treatment_rules.eis_rule, {known.size} of {values.size} units known",
            fix="give more deviations, or treat it by winsorising",
        )
    replaced: Values = np.clip(values, inside.min(), inside.max())
    return replaced
