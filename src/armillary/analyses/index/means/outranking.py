"""Units compared two by two: who is better on more of the weight. No child makes up for another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

from armillary.analyses.index.means import presence

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ROUNDING = 1e-12  # half of the weight must not become a majority by the last bit


class Dominance(msgspec.Struct, frozen=True):
    """How often one unit beats another on everything.

    Args:
        pairs: Pairs of units of which one is better on every child with weight both have.
        compared: Pairs of units that share a child with weight.
        share: `pairs` over `compared`, 0..1; NaN where no pair can be compared.
    """

    pairs: int
    compared: int
    share: float


def outranking_matrix(
    scores: NDArray[np.float64], *, weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Find on what share of the weight each unit is better than each other; a tie counts half.

    Two units are compared over the children both have, the weights rescaled over these: the
    result does not depend on the order of the units.
    Source: Munda & Nardo (2009), Noncompensatory/nonlinear composite indicators for ranking
    countries: a defensible setting.

    Args:
        scores: Score points, more is better, shape (children, units); NaN = missing.
        weights: Not below 0, shape (children,).

    Returns:
        Shares 0..1, shape (units, units): row better than column; 0 on the diagonal, NaN where
        two units share no child with weight. An entry and its mirror image sum to 1.

    Raises:
        IndexMethodError: Weights cannot be shared out.

    Examples:
        >>> outranking_matrix(np.array([[3.0, 1.0], [5.0, 5.0]]), weights=np.array([3.0, 1.0]))
        array([[0.   , 0.875],
               [0.125, 0.   ]])
    """
    presence.shares(scores, weights=weights)
    units = scores.shape[1]
    won = np.zeros((units, units))
    both = np.zeros((units, units))
    for row, weight in zip(scores, weights / weights.sum(), strict=True):
        known = ~np.isnan(row)
        better = row[:, None] > row  # false where either is missing
        won += weight * better
        both += weight * (known[:, None] & known)
    shared = both > 0
    lost = won.T
    # what both have and neither won is tied
    better_share = (won + 0.5 * (both - won - lost)) / np.where(shared, both, 1.0)
    matrix: NDArray[np.float64] = np.where(shared, better_share, np.nan)
    np.fill_diagonal(matrix, 0.0)
    return matrix


def copeland(scores: NDArray[np.float64], *, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Count for each unit the units it beats on most of the weight, less those that beat it.

    Source: Copeland (1951), A reasonable social welfare function; the outranking of
    `outranking_matrix`.

    Args:
        scores: As for `outranking_matrix`.
        weights: As for `outranking_matrix`.

    Returns:
        Wins less losses, -(units - 1)..(units - 1), shape (units,); NaN where a unit can be
        compared with no other.

    Raises:
        IndexMethodError: Weights cannot be shared out.

    Examples:
        >>> copeland(np.array([[3.0, 2.0, 1.0], [1.0, 2.0, 3.0]]), weights=np.array([2.0, 1.0]))
        array([ 2.,  0., -2.])
    """
    matrix = outranking_matrix(scores, weights=weights)
    np.fill_diagonal(matrix, np.nan)
    balance = np.sum(matrix > 0.5 + _ROUNDING, axis=1) - np.sum(matrix < 0.5 - _ROUNDING, axis=1)
    alone = np.isnan(matrix).all(axis=1)
    return np.where(alone, np.nan, balance.astype(np.float64))


def dominance(scores: NDArray[np.float64], *, weights: NDArray[np.float64]) -> Dominance:
    """Count the pairs in which one unit is better on everything, so that no weight matters.

    No method of its own: it reads `outranking_matrix`, and tells how far the order of units is
    beyond dispute.

    Args:
        scores: As for `outranking_matrix`.
        weights: As for `outranking_matrix`; only whether they are 0 matters.

    Raises:
        IndexMethodError: Weights cannot be shared out.

    Examples:
        >>> dominance(np.array([[3.0, 2.0], [2.0, 1.0]]), weights=np.ones(2)).pairs
        1
    """
    matrix = outranking_matrix(scores, weights=weights)
    compared = np.isfinite(matrix[np.triu_indices_from(matrix, 1)]).sum()
    pairs = int(np.sum(matrix > 1 - _ROUNDING))
    return Dominance(pairs, int(compared), pairs / compared if compared else float("nan"))
