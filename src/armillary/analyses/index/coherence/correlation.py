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
    return _coefficients(values, values if other is None else other, method)[0]


def p_values(
    values: NDArray[np.float64],
    other: NDArray[np.float64] | None = None,
    *,
    method: Method = "pearson",
) -> NDArray[np.float64]:
    """Find how probable so large a coefficient is, either way, where nothing goes together.

    Pearson and Spearman: Student's t with n - 2 degrees of freedom. Kendall: normal, its
    variance adjusted for ties. With few units those of ranks are approximate.
    Source: Student (1908), Probable error of a correlation coefficient; Kendall (1970), Rank
    correlation methods, chapter 4.

    Args:
        values: As for `matrix`.
        other: As for `matrix`.
        method: The coefficient.

    Returns:
        Two-sided probabilities 0..1, shape (rows, others); NaN where `matrix` has NaN.

    Raises:
        IndexMethodError: As for `matrix`.
    """
    from scipy import special

    right = values if other is None else other
    coefficients, z = _coefficients(values, right, method)
    if method == "kendall":
        probabilities: NDArray[np.float64] = special.erfc(np.abs(z) / np.sqrt(2))
        return probabilities
    freedom = units_in_common(values, right) - 2.0
    found = np.full(coefficients.shape, np.nan)
    known = ~np.isnan(coefficients)
    with np.errstate(divide="ignore", invalid="ignore"):  # 1 over 0 is the t of a straight line
        t = np.abs(coefficients) * np.sqrt(freedom / ((1 - coefficients) * (1 + coefficients)))
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


def _coefficients(
    left: NDArray[np.float64], right: NDArray[np.float64], method: Method
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compute the coefficients, and of Kendall's their z."""
    from armillary.analyses.index.coherence import kernels

    _checked(left, right, method)
    left, right = np.ascontiguousarray(left), np.ascontiguousarray(right)
    found = np.empty((left.shape[0], right.shape[0]))
    z = np.empty(found.shape)
    if method == "pearson":
        kernels.pearson(left, right, _FEWEST, found)
        return found, z
    orders = np.argsort(left, axis=1), np.argsort(right, axis=1)
    if method == "spearman":
        kernels.spearman(left, right, *orders, _FEWEST, found)
    else:
        kernels.kendall(left, right, *orders, _FEWEST, found, z)
    return found, z


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
