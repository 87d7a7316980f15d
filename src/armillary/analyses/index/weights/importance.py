"""Weights found by search: such that each child matters in the index as much as wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index.weights.components import complete
from armillary.errors import IndexMethodError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

Measure: TypeAlias = Literal["correlation", "squared_correlation"]

_MET = 1e-20  # sum of squared differences at which what is wanted is met
_SETTLED = 1e-6  # gain per unit of weight moved below which an optimum is reached


class Optimised(msgspec.Struct, frozen=True):
    """Weights at the optimum and what they achieve there.

    Args:
        weights: Share of the index each child carries, 0 or more, summing to 1, shape
            (children,).
        importances: Importance of each child under these weights, as measured, shape
            (children,).
        wanted: Importances aimed at, summing to 1, shape (children,); empty for `infomax`.
        objective: Sum of squared differences of importances, rescaled to sum to 1, from those
            wanted; for `infomax` the sum of the correlations.
        residual: Largest such difference; 0 for `infomax`.
        converged: Whether no small shift of weight improves the objective. Of the optima the
            starting points led to this is the best; that there is none better is not proved.
        starts: Starting points tried.
        units: Units without a gap, on which all this rests.
    """

    weights: NDArray[np.float64]
    importances: NDArray[np.float64]
    wanted: NDArray[np.float64]
    objective: float
    residual: float
    converged: bool
    starts: int
    units: int


def importances(
    scores: NDArray[np.float64], *, weights: NDArray[np.float64], measure: Measure
) -> NDArray[np.float64]:
    """Measure how closely each child goes with the weighted mean of all.

    Source: Paruolo, Saisana & Saltelli (2013), Ratings and rankings: voodoo or science?; the
    squared correlation is their correlation ratio where relations are straight lines.

    Args:
        scores: Shape (children, units), all on one scale; NaN = missing; units with a gap are
            left out.
        weights: Not below 0, shape (children,).
        measure: "correlation" or "squared_correlation" (Pearson's).

    Returns:
        Correlation -1..1 or its square, shape (children,).

    Raises:
        IndexMethodError: Too few units without a gap, a child that does not vary, weights under
            which the index does not vary, or another measure.
    """
    squared = _squared(measure)
    kept = complete(scores, method="importance.importances")
    correlations, _ = _correlations(weights, covariance=np.atleast_2d(np.cov(kept)))
    return correlations**2 if squared else correlations


def optimised(
    scores: NDArray[np.float64],
    *,
    wanted: NDArray[np.float64],
    measure: Measure = "correlation",
    groups: NDArray[np.int64] | None = None,
    group_weights: NDArray[np.float64] | None = None,
    starts: int = 24,
    seed: int = 0,
) -> Optimised:
    """Find weights of 0 or more under which importances are in the proportions wanted.

    A wanted balance may be out of reach for weights of 0 or more: then the nearest is given,
    and `residual` says how far off it is.
    Source: Becker, Saisana, Paruolo & Vandecasteele (2017), Weights and importance in composite
    indicators: closing the gap.

    Args:
        scores: As for `importances`.
        wanted: Above 0, any scale, shape (children,).
        measure: As for `importances`.
        groups: Number of the group of each child, 0.., shape (children,): children reach the
            index through their groups, and weight moves within a group alone. One group when
            None.
        group_weights: Above 0, shape (groups,); equal when None.
        starts: Most starting points: equal weights, then random ones, until what is wanted is
            met. Squared correlations may have several optima.
        seed: Same seed, same starting points.

    Raises:
        IndexMethodError: As for `importances`; wanted importances, groups or starts that
            cannot be.
    """
    target = np.asarray(wanted, dtype=np.float64)
    if target.shape != (len(scores),) or not ((target > 0).all() and np.isfinite(target).all()):
        raise IndexMethodError(
            f"Importances wanted do not fit {len(scores)} children: {np.array2string(target)}.",
            where="importance.optimised, wanted",
            fix="give one number above 0 for each child",
        )
    target = target / target.sum()
    kept = complete(scores, method="importance.optimised")
    covariance = np.atleast_2d(np.cov(kept))
    squared = _squared(measure)

    def misfit(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        found, slopes = _correlations(weights, covariance=covariance)
        if squared:
            found, slopes = found**2, 2 * found[:, None] * slopes
        total = found.sum()
        if total <= 1e-9:  # children that cancel out have no proportions
            return 1e3, np.zeros_like(weights)
        shares = found / total
        share_slopes = (slopes - np.outer(shares, slopes.sum(axis=0))) / total
        gap = shares - target
        return float(gap @ gap), 2 * gap @ share_slopes

    members = _members(groups, group_weights=group_weights, children=len(scores))
    weights, converged, tried = _search(
        misfit, members=members, starts=starts, seed=seed, enough=_MET
    )
    reached, _ = _correlations(weights, covariance=covariance)
    reached = reached**2 if squared else reached
    gap = reached / reached.sum() - target
    return Optimised(
        weights, reached, target, float(gap @ gap), float(np.abs(gap).max()), converged,
        tried, kept.shape[1],
    )  # fmt: skip


def infomax(
    scores: NDArray[np.float64],
    *,
    groups: NDArray[np.int64] | None = None,
    group_weights: NDArray[np.float64] | None = None,
) -> Optimised:
    """Find weights of 0 or more under which the index goes most closely with all its children.

    The sum of the correlations of the children with the index is made as large as can be. It
    has a single peak wherever it is positive, so one search finds it.
    Source: the information-maximising variant of weights in Becker, Saisana, Paruolo &
    Vandecasteele (2017), Weights and importance in composite indicators: closing the gap.

    Args:
        scores: As for `importances`.
        groups: As for `optimised`.
        group_weights: As for `optimised`.

    Raises:
        IndexMethodError: As for `importances`; groups that cannot be.
    """
    kept = complete(scores, method="importance.infomax")
    covariance = np.atleast_2d(np.cov(kept))

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        found, slopes = _correlations(weights, covariance=covariance)
        return -float(found.sum()), -slopes.sum(axis=0)

    members = _members(groups, group_weights=group_weights, children=len(scores))
    weights, converged, _ = _search(loss, members=members, starts=1, seed=0, enough=-np.inf)
    reached, _ = _correlations(weights, covariance=covariance)
    return Optimised(
        weights, reached, np.empty(0), float(reached.sum()), 0.0, converged, 1, kept.shape[1]
    )


def _squared(measure: str) -> bool:
    if measure not in ("correlation", "squared_correlation"):
        raise IndexMethodError(
            f"Importance is a 'correlation' or a 'squared_correlation', not {measure!r}.",
            where="importance, measure",
            fix='measure = "squared_correlation"',
        )
    return measure == "squared_correlation"


def _correlations(
    weights: NDArray[np.float64], *, covariance: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Correlate each child with the index; rows of the slopes are children, columns weights."""
    spread = np.sqrt(np.diag(covariance))
    with_index = covariance @ weights
    variance = float(weights @ with_index)
    if variance <= 1e-14 * float(spread @ spread):
        raise IndexMethodError(
            "Under these weights the index is the same for every unit.",
            where=f"importance, weights {np.array2string(weights, precision=3, threshold=5)}",
            fix="turn children of which less is better, so that they do not cancel out",
        )
    deviation = np.sqrt(variance)
    found = with_index / spread / deviation
    slopes = covariance / spread[:, None] / deviation - np.outer(found, with_index) / variance
    return found, slopes


def _members(
    groups: NDArray[np.int64] | None,
    *,
    group_weights: NDArray[np.float64] | None,
    children: int,
) -> NDArray[np.float64]:
    """Write who belongs to which group, in shares of the index, shape (groups, children)."""
    of = np.zeros(children, dtype=np.int64) if groups is None else np.asarray(groups)
    count = int(of.max(initial=0)) + 1
    shares = np.ones(count) if group_weights is None else np.asarray(group_weights, dtype=float)
    fits = of.shape == (children,) and np.array_equal(np.unique(of), np.arange(count))
    if not fits or shares.shape != (count,) or not (shares > 0).all():
        raise IndexMethodError(
            f"Groups {np.array2string(of, threshold=5)} with weights "
            f"{np.array2string(shares, threshold=5)} do not fit {children} children.",
            where="importance, groups and group_weights",
            fix="number groups from 0 without a gap, each with a weight above 0",
        )
    belongs = of == np.arange(count)[:, None]
    # each row adds up to 1 where the weights of its group add up to the group's share
    fixed: NDArray[np.float64] = belongs / (shares / shares.sum())[:, None]
    return fixed


def _search(
    loss: Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]],
    *,
    members: NDArray[np.float64],
    starts: int,
    seed: int,
    enough: float,
) -> tuple[NDArray[np.float64], bool, int]:
    """Try starting points by sequential quadratic programming until enough; keep the best."""
    from scipy.optimize import minimize

    if starts < 1:
        raise IndexMethodError(
            f"{starts} starting points find nothing.",
            where="importance.optimised, starts",
            fix="starts = 1 or more",
        )
    children = members.shape[1]
    generator = np.random.default_rng(seed)
    even = np.full(children, 1 / children)
    best, lowest = even, np.inf
    for number in range(starts):
        drawn = generator.dirichlet(np.ones(children)) if number else even
        found = minimize(
            loss,
            _within(drawn, members),
            jac=True,
            method="SLSQP",
            bounds=[(0.0, 1.0)] * children,
            constraints={
                "type": "eq", "fun": lambda w: members @ w - 1, "jac": lambda _: members
            },
            options={"ftol": 1e-18, "maxiter": 1_000},
        )  # fmt: skip
        weights = _within(np.clip(found.x, 0.0, None), members)
        value, _ = loss(weights)
        if value < lowest:
            best, lowest = weights, value
        if lowest <= enough:
            break
    return best, _settled(best, slope=loss(best)[1], members=members), number + 1


def _within(weights: NDArray[np.float64], members: NDArray[np.float64]) -> NDArray[np.float64]:
    totals = members @ weights
    inside: NDArray[np.float64] = weights / ((members > 0).T @ totals)
    return inside


def _settled(
    weights: NDArray[np.float64], *, slope: NDArray[np.float64], members: NDArray[np.float64]
) -> bool:
    """Say whether moving weight from any child that has some to any other gains nothing."""
    for row in members > 0:
        giving = slope[row & (weights > _SETTLED)]
        if giving.size and giving.max() - slope[row].min() > _SETTLED:
            return False
    return True
