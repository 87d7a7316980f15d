"""Whether the parts of a group measure one thing: Cronbach's alpha and what goes with it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from armillary.analyses.index.coherence import correlation
from armillary.analyses.index.coherence.lineage import Row, by_code
from armillary.errors import IndexMethodError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from armillary.model.indicators import Framework


def cronbach_alpha(items: NDArray[np.float64]) -> float:
    """Measure how much of the variance of a sum comes from what its items share.

    Each covariance is over the units that have both items. Items that run against each other
    pull alpha down, below 0 where they do so on balance: turn them round first.
    Source: Cronbach (1951), Coefficient alpha and the internal structure of tests.

    Args:
        items: Shape (items, units), all turned so that higher is better; NaN = missing.

    Returns:
        Alpha, at most 1; NaN where two items have fewer than 2 units in common.

    Raises:
        IndexMethodError: Fewer than 2 items, an infinite value, or items that do not vary.

    Examples:
        >>> round(cronbach_alpha(np.array([[1.0, 2.0, 3.0], [2.0, 2.0, 5.0]])), 6)
        0.857143
    """
    return _alpha(_covariances(items))


def alpha_if_deleted(items: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compute alpha without each item in turn: where it rises, the item does not belong.

    Source: as for `cronbach_alpha`.

    Args:
        items: Shape (items, units), as for `cronbach_alpha`.

    Returns:
        Alpha of the other items, shape (items,).

    Raises:
        IndexMethodError: Fewer than 3 items, so that no two are left, or as `cronbach_alpha`.
    """
    covariances = _covariances(items)
    if len(items) < 3:
        raise _too_few(len(items), needed=3)
    return np.array(
        [_alpha(np.delete(np.delete(covariances, i, axis=0), i, axis=1)) for i in range(len(items))]
    )


def average_correlation(items: NDArray[np.float64]) -> float:
    """Average the Pearson correlations of all pairs of items; NaN where one has none.

    Source: Cronbach (1951), Coefficient alpha and the internal structure of tests.

    Args:
        items: Shape (items, units), as for `cronbach_alpha`.

    Raises:
        IndexMethodError: Fewer than 2 items.
    """
    if len(items) < 2:
        raise _too_few(len(items), needed=2)
    coefficients = correlation.matrix(items)
    return float(coefficients[np.triu_indices(len(items), k=1)].mean())


def reliability(
    framework: Framework,
    *,
    values: NDArray[np.float64],
    scores: Mapping[str, NDArray[np.float64]],
) -> list[Row]:
    """Judge the parts of every group of two or more, as a whole and without each of them.

    Source: as for `cronbach_alpha`.

    Args:
        framework: The tree.
        values: Of the indicators, shape (leaves, units), higher is better; NaN = missing.
        scores: Of the groups, by code, shape (units,).

    Returns:
        For each group in the order of the framework one row with `deleted` None, then one per
        part: `group`, `level` of the group, `deleted` (code of the part left out), `items`,
        `alpha`, `average_correlation` of the items left; NaN where one item is left.

    Raises:
        IndexMethodError: As for `cronbach_alpha`.
    """
    numbers = by_code(framework, values=values, scores=scores)
    rows: list[Row] = []
    for node in framework.nodes:
        parts = [part.code for part in framework.children.get(node.code, ())]
        if len(parts) < 2:
            continue
        for deleted in (None, *parts):
            items = np.array([numbers[code] for code in parts if code != deleted])
            several = len(items) > 1
            rows.append(
                {
                    "group": node.code,
                    "level": framework.level[node.code],
                    "deleted": deleted,
                    "items": len(items),
                    "alpha": cronbach_alpha(items) if several else math.nan,
                    "average_correlation": average_correlation(items) if several else math.nan,
                }
            )
    return rows


def _covariances(items: NDArray[np.float64]) -> NDArray[np.float64]:
    if items.ndim != 2 or len(items) < 2:
        raise _too_few(len(items) if items.ndim == 2 else 1, needed=2)
    if np.isinf(items).any():
        raise IndexMethodError(
            "An infinite value has no variance.",
            where="coherence.reliability",
            fix="mend the value, or leave it missing",
        )
    known = ~np.isnan(items)
    covariances = np.full((len(items), len(items)), np.nan)
    for i in range(len(items)):
        for j in range(i, len(items)):
            both = known[i] & known[j]
            if both.sum() > 1:
                x, y = items[i][both], items[j][both]
                found = float((x - x.mean()) @ (y - y.mean())) / (both.sum() - 1)
                covariances[i, j] = covariances[j, i] = found
    return covariances


def _alpha(covariances: NDArray[np.float64]) -> float:
    total, k = float(covariances.sum()), len(covariances)
    own = float(np.trace(covariances))
    if math.isnan(total):
        return math.nan
    # a sum of rounding errors is no variance to take shares of
    if total <= 1e-12 * own or own == 0:
        raise IndexMethodError(
            f"The sum of {k} items does not vary over the units, so alpha has no meaning.",
            where="coherence.reliability",
            fix="turn the items so that higher is better, and drop items that are constant",
        )
    return k / (k - 1) * (1.0 - own / total)


def _too_few(items: int, *, needed: int) -> IndexMethodError:
    return IndexMethodError(
        f"{items} items are too few to agree with each other.",
        where="coherence.reliability",
        fix=f"ask for groups of at least {needed} parts",
    )
