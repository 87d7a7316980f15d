"""Weights experts give: by sharing out a budget, by comparing in pairs, by best and worst."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.errors import IndexMethodError

if TYPE_CHECKING:
    from collections.abc import Mapping

SAATY_RANDOM_INDICES: Mapping[int, float] = MappingProxyType(
    {3: 0.58, 4: 0.90, 5: 1.12, 6: 1.24, 7: 1.32, 8: 1.41, 9: 1.45, 10: 1.49}
)

_RECIPROCAL = 0.02  # 0.33 and 3 are meant as reciprocal


class BudgetWeights(msgspec.Struct, frozen=True):
    """What a panel of experts gives each child.

    Args:
        weights: Mean share of the budget, summing to 1, shape (children,).
        spread: Standard deviation of the shares between experts, shape (children,).
        agreement: Share of the budget two experts place alike, mean over all pairs, 0..1.
        least: Smallest share any expert gives, shape (children,).
        largest: Largest share any expert gives, shape (children,).
    """

    weights: NDArray[np.float64]
    spread: NDArray[np.float64]
    agreement: float
    least: NDArray[np.float64]
    largest: NDArray[np.float64]


class PairwiseWeights(msgspec.Struct, frozen=True):
    """Weights from comparisons in pairs, and whether the comparisons fit together.

    Args:
        weights: Summing to 1, shape (children,).
        eigenvalue: The largest of the comparisons; the number of children when they fit.
        consistency_ratio: 0 = comparisons fit together, 1 = as if made at random.
        warning: What is wrong with the comparisons; empty when nothing is.
    """

    weights: NDArray[np.float64]
    eigenvalue: float
    consistency_ratio: float
    warning: str


class BestWorstWeights(msgspec.Struct, frozen=True):
    """Weights from comparisons with the best and the worst child.

    Args:
        weights: Summing to 1, shape (children,).
        inconsistency: Largest difference, in weight, of a comparison from what the weights
            say; 0 = all comparisons fit together.
    """

    weights: NDArray[np.float64]
    inconsistency: float


def budget_allocation(points: NDArray[np.float64]) -> BudgetWeights:
    """Average what experts give each child when they share out a budget of points.

    Every expert counts the same, whatever the total of points used.
    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 6, budget allocation process.

    Args:
        points: Not below 0, shape (experts, children), two experts or more.

    Raises:
        IndexMethodError: Fewer than two experts; points unknown or below 0; an expert who
            gives none.

    Examples:
        >>> budget_allocation(np.array([[60.0, 40.0], [5.0, 5.0]])).weights
        array([0.55, 0.45])
    """
    if points.ndim != 2 or len(points) < 2:
        raise IndexMethodError(
            f"Points of shape {points.shape} come from fewer than two experts.",
            where="elicitation.budget_allocation",
            fix="give one row for each expert; one expert's points are weights as they are",
        )
    refused = ~((points >= 0) & np.isfinite(points)).all(axis=1) | (points.sum(axis=1) == 0)
    if refused.any():
        raise IndexMethodError(
            f"Expert {int(refused.argmax())} gives points that are unknown, below 0, or none.",
            where=f"elicitation.budget_allocation, {int(refused.sum())} experts",
            fix="ask again, or leave the expert out; 0 is a number of points",
        )
    shares = points / points.sum(axis=1, keepdims=True)
    one, other = np.triu_indices(len(shares), 1)
    return BudgetWeights(
        weights=shares.mean(axis=0),
        spread=shares.std(axis=0, ddof=1),
        agreement=float(np.minimum(shares[one], shares[other]).sum(axis=1).mean()),
        least=shares.min(axis=0),
        largest=shares.max(axis=0),
    )


def analytic_hierarchy(
    comparisons: NDArray[np.float64],
    *,
    random_indices: Mapping[int, float] = SAATY_RANDOM_INDICES,
    acceptable: float = 0.1,
) -> PairwiseWeights:
    """Find the weights that comparisons in pairs imply: their principal eigenvector.

    Source: Saaty (1977), A scaling method for priorities in hierarchical structures.

    Args:
        comparisons: How many times as important the row is as the column, above 0, shape
            (children, children); mirror entries reciprocal within 2 % (0.33 for 3), and made
            exactly so by their geometric mean.
        random_indices: Mean consistency index of random comparisons by number of children;
            Saaty's table unless another is given.
        acceptable: Consistency ratio above which a warning is given.

    Raises:
        IndexMethodError: Not square, not above 0, not reciprocal, or of a size for which
            `random_indices` has no number.

    Examples:
        >>> analytic_hierarchy(np.array([[1.0, 3.0], [1 / 3, 1.0]])).weights
        array([0.75, 0.25])
    """
    children = len(comparisons)
    if comparisons.shape != (children, children) or not (
        (comparisons > 0).all() and np.isfinite(comparisons).all()
    ):
        raise IndexMethodError(
            f"Comparisons of shape {comparisons.shape} are not square and above 0.",
            where="elicitation.analytic_hierarchy",
            fix="compare every child with every other: 1 = equal, 9 = far more important",
        )
    off = np.abs(comparisons * comparisons.T - 1)
    if off.max() > _RECIPROCAL:
        i, j = np.unravel_index(int(off.argmax()), off.shape)
        raise IndexMethodError(
            f"Child {i} is {comparisons[i, j]:g} times child {j}, which is "
            f"{comparisons[j, i]:g} times child {i}: not reciprocal.",
            where=f"elicitation.analytic_hierarchy, {int((off > _RECIPROCAL).sum())} entries",
            fix=f"write {1 / comparisons[i, j]:.4g} for the second",
        )
    values, vectors = np.linalg.eig(np.sqrt(comparisons / comparisons.T))
    first = int(values.real.argmax())
    weights = np.abs(vectors[:, first].real)
    eigenvalue = float(values[first].real)
    ratio = 0.0
    if children > 2:  # two comparisons cannot contradict each other
        if children not in random_indices:
            raise IndexMethodError(
                f"No random index is known for {children} children.",
                where=f"elicitation.analytic_hierarchy, sizes {sorted(random_indices)}",
                fix="give random_indices, or compare within smaller groups",
            )
        index = (eigenvalue - children) / (children - 1)
        ratio = max(index / random_indices[children], 0.0)
    warning = (
        f"consistency ratio {ratio:.3f} is above {acceptable:g}: comparisons contradict each other"
        if ratio > acceptable
        else ""
    )
    return PairwiseWeights(weights / weights.sum(), eigenvalue, ratio, warning)


def best_worst(
    best_to_others: NDArray[np.float64], *, others_to_worst: NDArray[np.float64]
) -> BestWorstWeights:
    """Find weights from comparing the best child to all, and all to the worst.

    The linear model: the largest |w_best - a_best,j w_j| and |w_j - a_j,worst w_worst| is made
    as small as can be.
    Source: Rezaei (2016), Best-worst multi-criteria decision-making method: some properties
    and a linear model, Omega 64, 126-130.

    Args:
        best_to_others: How many times as important the best child is, 1 or more, 1 for itself,
            shape (children,).
        others_to_worst: How many times as important each child is as the worst, likewise.

    Raises:
        IndexMethodError: Fewer than two children, comparisons below 1, no 1 for the best or
            the worst itself, or two different comparisons of the best with the worst.

    Examples:
        >>> best_worst(np.array([1.0, 2.0, 4.0]), others_to_worst=np.array([4.0, 2.0, 1.0])).weights
        array([0.57142857, 0.28571429, 0.14285714])
    """
    from scipy.optimize import linprog

    best, worst = _best_and_worst(best_to_others, others_to_worst)
    children = len(best_to_others)
    unit = np.eye(children)
    gaps = np.vstack([
        unit[best] - best_to_others[:, None] * unit,
        unit - others_to_worst[:, None] * unit[worst],
    ])  # fmt: skip
    solved = linprog(
        np.append(np.zeros(children), 1.0),
        A_ub=np.column_stack([np.vstack([gaps, -gaps]), -np.ones(4 * children)]),
        b_ub=np.zeros(4 * children),
        A_eq=np.append(np.ones(children), 0.0)[None],
        b_eq=[1.0],
        bounds=(0, None),
        method="highs",
    )
    return BestWorstWeights(solved.x[:-1], max(float(solved.fun), 0.0))


def _best_and_worst(
    best_to_others: NDArray[np.float64], others_to_worst: NDArray[np.float64]
) -> tuple[int, int]:
    """Find which child is the best and which the worst, or refuse the comparisons."""
    both = np.concatenate([best_to_others, others_to_worst])
    shaped = best_to_others.shape == others_to_worst.shape and best_to_others.ndim == 1
    problem = ""
    if not shaped or len(best_to_others) < 2 or not (both >= 1).all() or np.isinf(both).any():
        problem = "Comparisons with the best and the worst must be two rows of numbers from 1."
    elif best_to_others.min() > 1 or others_to_worst.min() > 1:
        problem = "The best or the worst child is not 1 compared with itself."
    else:
        # of several equals take the one the other row singles out
        best = max(np.flatnonzero(best_to_others == 1), key=lambda j: others_to_worst[j])
        worst = max(np.flatnonzero(others_to_worst == 1), key=lambda j: best_to_others[j])
        if best_to_others[worst] == others_to_worst[best]:
            return int(best), int(worst)
        problem = (
            f"The best child is {best_to_others[worst]:g} times the worst in one row and "
            f"{others_to_worst[best]:g} times in the other."
        )
    raise IndexMethodError(
        problem,
        where=f"elicitation.best_worst, shapes {best_to_others.shape}, {others_to_worst.shape}",
        fix="give 1 to 9 for each child, 1 for the best (the worst) itself",
    )
