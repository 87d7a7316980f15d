"""Step 4 of the Handbook, its formulas: one function of one indicator, order of units kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from armillary.analyses.index.treatment.moments import skewness
from armillary.errors import IndexMethodError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_EDGE = 0.01  # share of the range added below the minimum, so that it has a logarithm


def log_coin_tool(
    values: NDArray[np.float64], *, indicator: str = "The indicator"
) -> NDArray[np.float64]:
    """Take ln(x - min + 0.01 range), which any unit of measure and any sign can have.

    Source: Becker and others, COINr (MIT), manual page `log_CT`; after the COIN Tool.

    Args:
        values: Any unit, shape (units,); NaN = missing, stays missing.
        indicator: Indicator code, so that a failure can name it.

    Returns:
        Transformed values, same shape, in logarithms.

    Raises:
        IndexMethodError: Fewer than two distinct values.

    Examples:
        >>> log_coin_tool(np.array([0.0, 99.0, 100.0])).round(3)
        array([0.   , 4.605, 4.615])
    """
    low, high = _extremes(values, indicator=indicator, method="log_coin_tool")
    logs: NDArray[np.float64] = np.log(values - low + _EDGE * (high - low))
    return logs


def log_two_sided(
    values: NDArray[np.float64], *, indicator: str = "The indicator"
) -> NDArray[np.float64]:
    """Pull in whichever tail is long: `log_coin_tool`, or its mirror image for a long low tail.

    For skewness below 0 it is -ln(max - x + 0.01 range).
    Source: Becker and others, COINr (MIT), manual page `log_CT_plus`.

    Args:
        values: As for `log_coin_tool`.
        indicator: Indicator code, so that a failure can name it.

    Returns:
        Transformed values, same shape and same order of units.

    Raises:
        IndexMethodError: Fewer than two distinct values.

    Examples:
        >>> log_two_sided(np.array([0.0, 99.0, 100.0])).round(3)
        array([-4.615, -0.693, -0.   ])
    """
    if skewness(values) < 0:
        return -log_coin_tool(-values, indicator=indicator)
    return log_coin_tool(values, indicator=indicator)


def log_shifted(
    values: NDArray[np.float64], *, indicator: str = "The indicator"
) -> NDArray[np.float64]:
    """Take ln(x - min + 1). It depends on the unit of measure: shares are hardly changed.

    Source: Becker and others, COINr (MIT), manual page `log_CT_orig`; after the COIN Tool.

    Args:
        values: As for `log_coin_tool`.
        indicator: Indicator code, so that a failure can name it.

    Returns:
        Transformed values, same shape; the lowest is 0.

    Raises:
        IndexMethodError: Fewer than two distinct values.

    Examples:
        >>> log_shifted(np.array([5.0, 6.0, np.nan])).round(3)
        array([0.   , 0.693,   nan])
    """
    low, _ = _extremes(values, indicator=indicator, method="log_shifted")
    logs: NDArray[np.float64] = np.log1p(values - low)
    return logs


def log_gii(
    values: NDArray[np.float64],
    *,
    factor: float,
    lower_is_better: bool = False,
    indicator: str = "The indicator",
) -> NDArray[np.float64]:
    """Take the logarithm of the Global Innovation Index, which spares the best end.

    With u the distance from the worst unit as a share of the range, it is
    ln[(max f - 1) u + 1]: u = (x - min) / (max - min). Where lower is better,
    u = (max - x) / (max - min), and the sign is turned so that the order of the values, and
    with it the meaning of the direction, stays. Where max f is not above 1 the formula would
    turn the indicator upside down; that is refused.
    Source: after the appendix on method of the Global Innovation Index (WIPO), from memory: the
    factor is the caller's to give.

    Args:
        values: Any unit, shape (units,); NaN = missing, stays missing.
        factor: A power of ten that brings the maximum above 1.
        lower_is_better: Direction of the indicator.
        indicator: Indicator code, so that a failure can name it.

    Returns:
        Transformed values, same shape and same order of units.

    Raises:
        IndexMethodError: Fewer than two distinct values, `factor` is no power of ten, or the
            maximum times `factor` is not above 1.

    Examples:
        >>> log_gii(np.array([0.0, 50.0, 100.0]), factor=1.0).round(3)
        array([0.   , 3.922, 4.605])
    """
    low, high = _extremes(values, indicator=indicator, method="log_gii")
    spot = f"transforms.log_gii, maximum {high:g}, factor {factor:g}"
    if not (factor > 0 and np.isclose(np.log10(factor) % 1, [0, 1], atol=1e-9).any()):
        raise IndexMethodError(
            f"{indicator}: the factor {factor:g} is no power of ten.",
            where=spot,
            fix="give factor=1, 10, 100 ...",
        )
    if high * factor <= 1:
        raise IndexMethodError(
            f"{indicator}: its maximum times the factor is {high * factor:g}, not above 1.",
            where=spot,
            fix=f"give factor={_least_factor(high):g}" if high > 0 else "use log_coin_tool",
        )
    share = (high - values if lower_is_better else values - low) / (high - low)
    logs: NDArray[np.float64] = np.log1p((high * factor - 1) * share)
    return -logs if lower_is_better else logs


def box_cox(
    values: NDArray[np.float64], *, power: float, indicator: str = "The indicator"
) -> NDArray[np.float64]:
    """Raise x - min + 1 to a power: ((x - min + 1)^power - 1) / power; power 0 is ln.

    Source: Box & Cox (1964), An analysis of transformations; shifted as in Becker and others,
    COINr (MIT), manual page `boxcox`.

    Args:
        values: As for `log_coin_tool`.
        power: Below 1 pulls high values in, above 1 pulls low values in.
        indicator: Indicator code, so that a failure can name it.

    Returns:
        Transformed values, same shape; the lowest is 0.

    Raises:
        IndexMethodError: Fewer than two distinct values.

    Examples:
        >>> box_cox(np.array([3.0, 6.0]), power=0.5)
        array([0., 2.])
    """
    low, _ = _extremes(values, indicator=indicator, method="box_cox")
    if power == 0:
        return log_shifted(values, indicator=indicator)
    raised: NDArray[np.float64] = ((values - low + 1) ** power - 1) / power
    return raised


def square_root(
    values: NDArray[np.float64], *, indicator: str = "The indicator"
) -> NDArray[np.float64]:
    """Take the square root of the values as they are.

    Source: European Innovation Scoreboard 2008, technical annex: for skewed indicators that
    have no upper bound.

    Args:
        values: 0 or above, any unit, shape (units,); NaN = missing, stays missing.
        indicator: Indicator code, so that a failure can name it.

    Returns:
        Square roots, same shape.

    Raises:
        IndexMethodError: A value is below 0.

    Examples:
        >>> square_root(np.array([4.0, np.nan, 0.0]))
        array([ 2., nan,  0.])
    """
    below = int(np.sum(values < 0))
    if below:
        raise IndexMethodError(
            f"{indicator} has {below} values below 0, which have no square root.",
            where=f"transforms.square_root, lowest value {np.nanmin(values):g}",
            fix="use log_two_sided, or leave the indicator untransformed",
        )
    roots: NDArray[np.float64] = np.sqrt(values)
    return roots


def _extremes(values: NDArray[np.float64], *, indicator: str, method: str) -> tuple[float, float]:
    known = values[~np.isnan(values)]
    if np.unique(known).size < 2:
        raise IndexMethodError(
            f"{indicator} has fewer than two distinct values: there is nothing to transform.",
            where=f"transforms.{method}, {known.size} of {values.size} units known",
            fix="drop the indicator from the framework, or treat it with nothing",
        )
    return float(known.min()), float(known.max())


def _least_factor(high: float) -> float:
    return 10.0 ** max(0, int(np.floor(-np.log10(high))) + 1)
