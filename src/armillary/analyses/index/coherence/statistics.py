"""Describes every indicator: range, shape, gaps, repeated values; and every unit's gaps."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from armillary.analyses.index.coherence.lineage import Row, beneath
from armillary.analyses.index.treatment.moments import kurtosis, skewness
from armillary.errors import IndexMethodError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from armillary.model.indicators import Framework


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What is worth a second look; rules of thumb, to be set by whoever audits.

    Args:
        skewness: Outliers are suspected above this absolute skewness ...
        kurtosis: ... where excess kurtosis is above this as well.
        available: Share of units with a value, below which data are scarce.
        nonzero: Share of values other than 0, below which zeros crowd the scale.
        unique: Share of distinct values, below which an indicator hardly tells units apart.
    """

    skewness: float = 2.0
    kurtosis: float = 3.5
    available: float = 0.65
    nonzero: float = 0.5
    unique: float = 0.5


def describe(
    values: NDArray[np.float64], *, codes: Sequence[str], limits: Limits | None = None
) -> list[Row]:
    """Describe every indicator.

    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, steps 2 to 4; quantiles interpolate
    linearly between order statistics (Hyndman & Fan 1996, type 7).

    Args:
        values: Shape (indicators, units), each row in its own unit; NaN = missing.
        codes: Codes of the indicators.
        limits: What to flag.

    Returns:
        One row per indicator, in the order given: `code`; `units`; `available`, `nonzero`,
        `unique` (numbers of values), `most_frequent` (times the commonest value occurs);
        `minimum`, `q05`, `q25`, `median`, `q75`, `q95`, `maximum`, `mean`,
        `standard_deviation` (n - 1) in the unit of the indicator; `skewness`, `kurtosis`
        (G1, G2); `share_available` of the units; `share_nonzero`, `share_zero`,
        `share_unique`, `share_most_frequent` of the values available; `few_available`,
        `many_zeros`, `few_unique`, `outliers` (flags; None where they cannot be judged). NaN
        where there are too few values.

    Raises:
        IndexMethodError: Codes and values do not fit, or a value is infinite.
    """
    _fitting(values, codes)
    bounds = limits or Limits()
    return [_described(row, code, bounds) for row, code in zip(values, codes, strict=True)]


def _described(row: NDArray[np.float64], code: str, limits: Limits) -> Row:
    known = row[~np.isnan(row)]
    n = known.size
    counts = np.unique(known, return_counts=True)[1]
    most = int(counts.max()) if n else 0
    q05, q25, median, q75, q95 = (
        np.quantile(known, [0.05, 0.25, 0.5, 0.75, 0.95]).tolist() if n else [math.nan] * 5
    )
    skew, tails = skewness(row), kurtosis(row)
    judged = not (math.isnan(skew) or math.isnan(tails))
    nonzero = int(np.count_nonzero(known))
    return {
        "code": code,
        "units": row.size,
        "available": n,
        "nonzero": nonzero,
        "unique": counts.size,
        "most_frequent": most,
        "minimum": float(known.min()) if n else math.nan,
        "q05": q05,
        "q25": q25,
        "median": median,
        "q75": q75,
        "q95": q95,
        "maximum": float(known.max()) if n else math.nan,
        "mean": float(known.mean()) if n else math.nan,
        "standard_deviation": float(known.std(ddof=1)) if n > 1 else math.nan,
        "skewness": skew,
        "kurtosis": tails,
        "share_available": n / row.size,
        "share_nonzero": _share(nonzero, n),
        "share_zero": _share(n - nonzero, n),
        "share_unique": _share(counts.size, n),
        "share_most_frequent": _share(most, n),
        "few_available": n / row.size < limits.available,
        "many_zeros": nonzero / n < limits.nonzero if n else None,
        "few_unique": counts.size / n < limits.unique if n else None,
        "outliers": abs(skew) > limits.skewness and tails > limits.kurtosis if judged else None,
    }


def availability(values: NDArray[np.float64], *, units: Sequence[str]) -> list[Row]:
    """Count what is missing and what is zero for every unit.

    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 3.

    Args:
        values: Shape (indicators, units); NaN = missing.
        units: Codes of the units.

    Returns:
        One row per unit: `unit`, `missing`, `zero`, `missing_or_zero` (numbers of indicators),
        `share_available` of the indicators, `share_nonzero` of those available (NaN for none).

    Raises:
        IndexMethodError: Units and values do not fit, or a value is infinite.
    """
    _fitting(values.T, units)
    missing = np.isnan(values).sum(axis=0)
    zero = (values == 0).sum(axis=0)
    of = values.shape[0]
    return [
        {
            "unit": unit,
            "missing": int(gaps),
            "zero": int(zeros),
            "missing_or_zero": int(gaps + zeros),
            "share_available": (of - int(gaps)) / of,
            "share_nonzero": _share(of - int(gaps) - int(zeros), of - int(gaps)),
        }
        for unit, gaps, zeros in zip(units, missing, zero, strict=True)
    ]


def availability_by_group(
    framework: Framework, *, values: NDArray[np.float64]
) -> dict[str, NDArray[np.float64]]:
    """Find what share of the indicators beneath each group every unit has, each counted once.

    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 3.

    Args:
        framework: The tree.
        values: Shape (leaves, units); NaN = missing.

    Returns:
        Share 0..1 by code of the group, in the order of the framework, shape (units,).
    """
    row = {leaf.code: i for i, leaf in enumerate(framework.leaves)}
    _fitting(values, list(row))
    known = ~np.isnan(values)
    return {
        node.code: known[[row[leaf] for leaf in beneath(framework, node.code)]].mean(axis=0)
        for node in framework.nodes
        if node.code in framework.children
    }


def _share(part: int, whole: int) -> float:
    return part / whole if whole else math.nan


def _fitting(values: NDArray[np.float64], codes: Sequence[str]) -> None:
    if values.ndim != 2 or values.shape[0] != len(codes) or values.shape[1] == 0:
        raise IndexMethodError(
            f"Values of shape {values.shape} do not fit {len(codes)} codes.",
            where="coherence.statistics",
            fix="give values of shape (indicators, units), with a code for each",
        )
    if np.isinf(values).any():
        raise IndexMethodError(
            f"{int(np.isinf(values).sum())} values are infinite, so they have no statistics.",
            where="coherence.statistics",
            fix="mend the values, or leave them missing",
        )
