"""How indicators and groups go together: three coefficients over the units that have both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from armillary.analyses.index.coherence.lineage import Row, ancestors, by_code
from armillary.errors import IndexMethodError, listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from armillary.model.indicators import Framework

Method = Literal["pearson", "spearman", "kendall"]
_FEWEST = 3  # two points always lie on a line


def matrix(
    values: NDArray[np.float64],
    other: NDArray[np.float64] | None = None,
    *,
    method: Method = "pearson",
) -> NDArray[np.float64]:
    """Correlate every row with every row of `other`, each pair over the units that have both.

    Ranks for Spearman are taken anew among the units of each pair. Kendall is tau-b, which
    allows for ties.
    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 4; Kendall (1945), The treatment
    of ties in ranking problems.

    Args:
        values: Shape (rows, units), any units; NaN = missing.
        other: Shape (others, units); None takes `values` once more.
        method: The coefficient.

    Returns:
        Coefficients -1..1, shape (rows, others); NaN where fewer than 3 units have both, or
        one of the two does not vary among them.

    Raises:
        IndexMethodError: The shapes do not fit, a value is infinite, or the method is unknown.

    Examples:
        >>> matrix(np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0]])).round(12).tolist()
        [[1.0, 1.0], [1.0, 1.0]]
    """
    right = values if other is None else other
    _checked(values, right, method)
    if method == "kendall":
        return _kendall(values, right)
    found = np.full((values.shape[0], right.shape[0]), np.nan)
    # rows with the same gaps share the units of their pairs, so they are done in one block
    for rows, known in _patterns(values):
        for others, seen in _patterns(right):
            both = known & seen
            if both.sum() >= _FEWEST:
                found[np.ix_(rows, others)] = _block(
                    values[rows][:, both], right[others][:, both], method
                )
    return found


def p_values(
    values: NDArray[np.float64],
    other: NDArray[np.float64] | None = None,
    *,
    method: Method = "pearson",
) -> NDArray[np.float64]:
    """Find how probable so large a coefficient is, either way, where nothing goes together.

    Pearson and Spearman: Student's t with n - 2 degrees of freedom. Kendall: exact for few
    units without ties, else normal with the variance adjusted for ties (SciPy).
    Source: Student (1908), Probable error of a correlation coefficient.

    Args:
        values: As for `matrix`.
        other: As for `matrix`.
        method: The coefficient.

    Returns:
        Two-sided probabilities 0..1, shape (rows, others); NaN where `matrix` has NaN.

    Raises:
        IndexMethodError: As for `matrix`.
    """
    from scipy import special, stats

    right = values if other is None else other
    coefficients = matrix(values, right, method=method)
    found = np.full(coefficients.shape, np.nan)
    if method == "kendall":
        for i, j in zip(*np.nonzero(~np.isnan(coefficients)), strict=True):
            both = ~np.isnan(values[i]) & ~np.isnan(right[j])
            found[i, j] = stats.kendalltau(values[i][both], right[j][both]).pvalue
        return found
    freedom = units_in_common(values, right) - 2.0
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(coefficients) * np.sqrt(freedom / ((1 - coefficients) * (1 + coefficients)))
    known = ~np.isnan(coefficients)
    found[known] = 2 * special.stdtr(freedom[known], -t[known])
    return found


def units_in_common(
    values: NDArray[np.float64], other: NDArray[np.float64] | None = None
) -> NDArray[np.int64]:
    """Count the units that have both values of each pair, shape (rows, others).

    No method of its own: what every pairwise statistic rests on.
    """
    right = values if other is None else other
    counts: NDArray[np.int64] = (~np.isnan(values)).astype(np.int64) @ (~np.isnan(right)).T
    return counts


def among(
    numbers: Mapping[str, NDArray[np.float64]],
    *,
    codes: Sequence[str],
    method: Method = "pearson",
) -> list[Row]:
    """Correlate indicators among themselves, or pillars, or whatever codes are given.

    Source: as for `matrix`.

    Args:
        numbers: Shape (units,) by code.
        codes: The nodes to pair, each with every later one.
        method: The coefficient.

    Returns:
        One row per pair: `code`, `other`, `method`, `correlation`, `p_value`, `units`.

    Raises:
        IndexMethodError: As for `matrix`.
    """
    values = np.array([numbers[code] for code in codes])
    pairs = [(i, j) for i in range(len(codes)) for j in range(i + 1, len(codes))]
    return _rows(values, codes, pairs, method)


def with_ancestors(
    framework: Framework,
    *,
    values: NDArray[np.float64],
    scores: Mapping[str, NDArray[np.float64]],
    method: Method = "pearson",
) -> list[Row]:
    """Correlate every node with its group, the group of that, and so on to the index.

    Source: as for `matrix`.

    Args:
        framework: The tree.
        values: Of the indicators, shape (leaves, units), higher is better; NaN = missing.
        scores: Of the groups, by code, shape (units,).
        method: The coefficient.

    Returns:
        One row per node and group above it: `code`, `other` (the group), `method`,
        `correlation`, `p_value`, `units`, `level` of the node, `other_level` (0: the root).

    Raises:
        IndexMethodError: As for `matrix`.
    """
    numbers = by_code(framework, values=values, scores=scores)
    at = {code: i for i, code in enumerate(numbers)}
    pairs = [(i, at[above]) for code, i in at.items() for above in ancestors(framework, code)]
    rows = _rows(np.array(list(numbers.values())), list(numbers), pairs, method)
    for row in rows:
        row["level"] = framework.level[row["code"]]
        row["other_level"] = framework.level[row["other"]]
    return rows


def _rows(
    values: NDArray[np.float64],
    codes: Sequence[str],
    pairs: list[tuple[int, int]],
    method: Method,
) -> list[Row]:
    if not pairs:
        return []
    coefficients = matrix(values, method=method)
    probabilities = p_values(values, method=method)
    units = units_in_common(values)
    return [
        {
            "code": codes[i],
            "other": codes[j],
            "method": method,
            "correlation": float(coefficients[i, j]),
            "p_value": float(probabilities[i, j]),
            "units": int(units[i, j]),
        }
        for i, j in pairs
    ]


def _patterns(
    values: NDArray[np.float64],
) -> list[tuple[NDArray[np.int64], NDArray[np.bool_]]]:
    """Group rows by which units they know."""
    known, which = np.unique(~np.isnan(values), axis=0, return_inverse=True)
    return [(np.flatnonzero(which.reshape(-1) == i), mask) for i, mask in enumerate(known)]


def _block(
    left: NDArray[np.float64], right: NDArray[np.float64], method: Method
) -> NDArray[np.float64]:
    """Correlate rows without gaps."""
    if method == "spearman":
        from scipy import stats

        left, right = stats.rankdata(left, axis=1), stats.rankdata(right, axis=1)
    product: NDArray[np.float64] = _directions(left) @ _directions(right).T
    return np.clip(product, -1.0, 1.0)


def _directions(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Centre each row and give it length 1; NaN for a row of equal values."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    largest = np.abs(centred).max(axis=1, keepdims=True)
    # equal values are compared, not their variance, which rounding may leave above 0
    varies = (rows.max(axis=1, keepdims=True) > rows.min(axis=1, keepdims=True)) & (largest > 0)
    centred = np.where(varies, centred / np.where(varies, largest, 1.0), np.nan)
    directions: NDArray[np.float64] = centred / np.sqrt((centred**2).sum(axis=1, keepdims=True))
    return directions


def _kendall(left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Count pairs of units unit by unit, for all pairs of rows at once; sums of whole numbers."""
    shape = (left.shape[0], right.shape[0])
    agreed, untied_left, untied_right = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for unit in range(left.shape[1] - 1):
        a, b = left[:, unit + 1 :] - left[:, [unit]], right[:, unit + 1 :] - right[:, [unit]]
        known_a, known_b = (~np.isnan(a)).astype(float), (~np.isnan(b)).astype(float)
        sign_a, sign_b = np.nan_to_num(np.sign(a)), np.nan_to_num(np.sign(b))
        agreed += sign_a @ sign_b.T
        untied_left += np.abs(sign_a) @ known_b.T
        untied_right += known_a @ np.abs(sign_b).T
    # NaN, not a warning, where all pairs are tied
    scale = np.sqrt(untied_left * untied_right)
    tau: NDArray[np.float64] = np.where(scale > 0, agreed / np.where(scale > 0, scale, 1), np.nan)
    tau[units_in_common(left, right) < _FEWEST] = np.nan
    return tau


def _checked(left: NDArray[np.float64], right: NDArray[np.float64], method: str) -> None:
    if method not in get_args(Method):
        raise IndexMethodError(
            f"{method!r} is no coefficient of correlation known here.",
            where="coherence.correlation, method",
            fix=f"use one of {listed(get_args(Method))}",
        )
    if left.ndim != 2 or right.ndim != 2 or left.shape[1] != right.shape[1]:
        raise IndexMethodError(
            f"Shapes {left.shape} and {right.shape} do not hold the same units.",
            where="coherence.correlation",
            fix="give both as (rows, units), units in the same order",
        )
    if np.isinf(left).any() or np.isinf(right).any():
        raise IndexMethodError(
            "An infinite value has no correlation.",
            where="coherence.correlation",
            fix="mend the value, or leave it missing",
        )
