"""What share of a group each child carries, unit by unit, where some children are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from armillary.errors import IndexMethodError

if TYPE_CHECKING:
    from numpy.typing import NDArray


def shares(scores: NDArray[np.float64], *, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Drop the weight of what is missing and rescale the rest to sum to 1.

    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 6, weights among those present.

    Args:
        scores: Score points, shape (children, units); NaN = missing.
        weights: Not below 0, shape (children,).

    Returns:
        Share of each child, 0..1, shape (children, units); 0 where it is missing. All of a
        unit's shares are 0 where no child with weight is present.

    Raises:
        IndexMethodError: Weights do not fit the children, are negative, unknown, or all 0.

    Examples:
        >>> shares(np.array([[1.0, 1.0], [2.0, np.nan]]), weights=np.array([1.0, 3.0]))
        array([[0.25, 1.  ],
               [0.75, 0.  ]])
    """
    if scores.ndim != 2 or weights.shape != (scores.shape[0],):
        raise IndexMethodError(
            f"{weights.size} weights do not fit scores of shape {scores.shape}.",
            where="presence.shares, weights",
            fix="give one weight for each child",
        )
    if not (np.isfinite(weights).all() and (weights >= 0).all() and (weights > 0).any()):
        raise IndexMethodError(
            f"Weights {np.array2string(weights, threshold=5)} cannot be shared out.",
            where="presence.shares, weights",
            fix="give weights of 0 or more, at least one of them above 0",
        )
    held = np.where(np.isnan(scores), 0.0, weights[:, None])
    total = held.sum(axis=0)
    rescaled: NDArray[np.float64] = held / np.where(total > 0, total, 1.0)
    return rescaled
