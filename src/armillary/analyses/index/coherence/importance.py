"""What each part contributes to a score as it works out, beside the weight it was given."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from armillary.analyses.index.coherence import smoothing
from armillary.analyses.index.coherence.lineage import Row, ancestors, by_code
from armillary.analyses.index.weights import weight
from armillary.errors import IndexMethodError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from armillary.model.indicators import Framework

_FEWEST = 5  # units; a curve through fewer explains anything


def correlation_ratio(
    x: NDArray[np.float64], y: NDArray[np.float64], *, most_knots: int = 10
) -> float:
    """Estimate the share of the variance of `y` that knowing `x` takes away: V(E(y|x)) / V(y).

    Unlike the squared correlation it sees curved relations. E(y|x) is a penalised cubic
    regression spline. Where y does not depend on x the estimate is not 0 but about
    (degrees of freedom - 1) / (units - 1): 1/30 or more for 31 units.
    Source: Paruolo, Saisana & Saltelli (2013), doi:10.1111/j.1467-985X.2012.01059.x.

    Args:
        x: The part, shape (units,); NaN = missing.
        y: The whole, shape (units,); NaN = missing. Units with both are used.
        most_knots: Most knots of the spline.

    Returns:
        Share 0..1.

    Raises:
        IndexMethodError: Fewer than 5 units have both, one of them does not vary or is
            infinite, or there are fewer than 3 knots.

    Examples:
        >>> x = np.linspace(-1, 1, 101)
        >>> round(correlation_ratio(x, x**2), 2)
        1.0
    """
    return _estimate(x, y, most_knots=most_knots, replicates=0, seed=[0], what="x")[
        "correlation_ratio"
    ]


def importance(
    framework: Framework,
    *,
    values: NDArray[np.float64],
    scores: Mapping[str, NDArray[np.float64]],
    target: str,
    codes: Sequence[str] | None = None,
    most_knots: int = 10,
    replicates: int = 200,
    seed: int = 1,
) -> list[Row]:
    """Set the importance of the parts of a score beside their weights.

    Standard errors come from resampling units, the smoothness of each curve kept.
    Source: Paruolo, Saisana & Saltelli (2013), doi:10.1111/j.1467-985X.2012.01059.x.

    Args:
        framework: The tree.
        values: Of the indicators, shape (leaves, units), higher is better; NaN = missing.
        scores: Of the groups, by code, shape (units,).
        target: Code of the group whose score is explained.
        codes: Nodes beneath it; None takes its parts.
        most_knots: As for `correlation_ratio`.
        replicates: Resamples for the standard errors; 0 leaves them NaN.
        seed: Same seed, same resamples; a node has the same ones whatever else is asked.

    Returns:
        One row per node: `code`, `target`, `level`, `units` with both, `weight` (its share
        in the target by the weights given, rescaled over the codes asked),
        `pearson_squared` and `correlation_ratio` (0..1) with `pearson_squared_error` and
        `correlation_ratio_error`, `degrees_of_freedom` of the curve; `pearson_share` and
        `correlation_ratio_share` (each over its sum, as the weights are), and `excess`:
        `correlation_ratio_share` less `weight`.

    Raises:
        IndexMethodError: The target is no group, a code is not beneath it, or as for
            `correlation_ratio`.
    """
    if target not in framework.children:
        raise IndexMethodError(
            f"{target!r} is no group, so nothing makes up its score.",
            where="coherence.importance, target",
            fix="name a group of the framework",
        )
    if replicates < 0 or replicates == 1 or seed < 0:
        raise IndexMethodError(
            f"{replicates} replicates with seed {seed} give no standard error.",
            where="coherence.importance",
            fix="give e.g. replicates=200, seed=1",
        )
    asked = list(codes) if codes is not None else [n.code for n in framework.children[target]]
    numbers = by_code(framework, values=values, scores=scores)
    strange = [c for c in asked if c not in numbers or target not in ancestors(framework, c)]
    if strange:
        raise IndexMethodError(
            f"{strange[0]!r} is not beneath {target!r}.",
            where="coherence.importance, codes",
            fix="name nodes beneath the target",
        )
    position = {node.code: i for i, node in enumerate(framework.nodes)}
    shares = weight.effective(framework)
    rows: list[Row] = []
    for code in asked:
        estimate = _estimate(
            numbers[code],
            numbers[target],
            most_knots=most_knots,
            replicates=replicates,
            seed=[seed, position[target], position[code]],
            what=f"{code} with {target}",
        )
        rows.append(
            {
                "code": code,
                "target": target,
                "level": framework.level[code],
                "units": int(estimate.pop("units")),
                "weight": shares[code],
                **estimate,
            }
        )
    for name, share in (
        ("weight", "weight"),
        ("pearson_squared", "pearson_share"),
        ("correlation_ratio", "correlation_ratio_share"),
    ):
        total = math.fsum(row[name] for row in rows)
        for row in rows:
            row[share] = row[name] / total if total > 0 else math.nan
    for row in rows:
        row["excess"] = row["correlation_ratio_share"] - row["weight"]
    return rows


def importance_by_group(
    framework: Framework,
    *,
    values: NDArray[np.float64],
    scores: Mapping[str, NDArray[np.float64]],
    most_knots: int = 10,
    replicates: int = 200,
    seed: int = 1,
) -> list[Row]:
    """Set the importance of the parts of every group beside their weights.

    Source: as for `importance`.

    Args:
        framework: The tree.
        values: As for `importance`.
        scores: As for `importance`.
        most_knots: As for `correlation_ratio`.
        replicates: As for `importance`.
        seed: As for `importance`.

    Returns:
        The rows of `importance` for each group, in the order of the framework.

    Raises:
        IndexMethodError: As for `importance`.
    """
    return [
        row
        for node in framework.nodes
        if node.code in framework.children
        for row in importance(
            framework,
            values=values,
            scores=scores,
            target=node.code,
            most_knots=most_knots,
            replicates=replicates,
            seed=seed,
        )
    ]


def _estimate(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    *,
    most_knots: int,
    replicates: int,
    seed: list[int],
    what: str,
) -> dict[str, float]:
    both = ~np.isnan(x) & ~np.isnan(y)
    x, y = x[both], y[both]
    _checked(x, y, most_knots=most_knots, what=what)
    # both on the scale 0 to 1: the estimates do not depend on units, the arithmetic would
    x, y = (x - x.min()) / np.ptp(x), (y - y.min()) / np.ptp(y)
    design, penalty = smoothing.basis(x, at=smoothing.knots(x, count=most_knots))
    whole = np.arange(x.size)[None]
    curve = smoothing.fit(design, penalty=penalty, y=y, samples=whole)
    found = {
        "units": float(x.size),
        "pearson_squared": float(_squared(x[whole], y[whole])[0]),
        "pearson_squared_error": math.nan,
        "correlation_ratio": float(curve.explained[0]),
        "correlation_ratio_error": math.nan,
        "degrees_of_freedom": float(curve.freedom[0]),
    }
    if replicates:
        drawn = np.random.default_rng(seed).integers(0, x.size, size=(replicates, x.size))
        again = smoothing.fit(
            design, penalty=penalty, y=y, samples=drawn, smoothness=float(curve.smoothness[0])
        )
        # a resample in which nothing varies has no estimate; the others speak
        known = ~np.isnan(again.explained)
        if known.sum() > 1:
            squared = _squared(x[drawn[known]], y[drawn[known]])
            found["pearson_squared_error"] = float(squared.std(ddof=1))
            found["correlation_ratio_error"] = float(again.explained[known].std(ddof=1))
    return found


def _squared(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Square the correlation of each pair of rows."""
    x, y = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    squared: NDArray[np.float64] = (x * y).sum(axis=1) ** 2 / (
        (x**2).sum(axis=1) * (y**2).sum(axis=1)
    )
    return np.minimum(squared, 1.0)


def _checked(x: NDArray[np.float64], y: NDArray[np.float64], *, most_knots: int, what: str) -> None:
    problem = ""
    if most_knots < 3:
        problem = f"{most_knots} knots make no curve."
        fix = "give at least 3, e.g. most_knots=10"
    elif x.size < _FEWEST:
        problem = f"Only {x.size} units have both, too few to tell importance."
        fix = f"give at least {_FEWEST} units"
    elif np.isinf(x).any() or np.isinf(y).any():
        problem = "An infinite value has no variance to explain."
        fix = "mend the value, or leave it missing"
    elif x.min() == x.max() or y.min() == y.max():
        problem = "One of the two is the same for all units, so there is no variance to share."
        fix = "leave the indicator out"
    if problem:
        raise IndexMethodError(problem, where=f"coherence.importance, {what}", fix=fix)
