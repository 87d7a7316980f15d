"""How much of a unit's score may come from each child, when the unit chooses its own weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.errors import IndexMethodError, listed

if TYPE_CHECKING:
    from typing import TypeAlias

Bound: TypeAlias = float | NDArray[np.float64] | None

_ROUNDING = 1e-9


class PieShares(msgspec.Struct, frozen=True):
    """Bounds on the share of each child in a unit's score.

    Args:
        lowest: 0..1, shape (children,).
        highest: 0..1, shape (children,), not below `lowest`.
    """

    lowest: NDArray[np.float64]
    highest: NDArray[np.float64]

    @property
    def bind(self) -> bool:
        """Whether anything is restricted."""
        return bool((self.lowest > 0).any() or (self.highest < 1).any())

    def among(self, present: NDArray[np.bool_]) -> PieShares:
        """Restrict the children present as the whole was restricted.

        Every child has a middle share, as far between its bounds as lets all middle shares sum
        to 1. Both bounds are divided by the middle shares of those present, so that the
        restrictions can be met whatever is missing; with equal bounds this multiplies them by
        children over children present.

        Args:
            present: Shape (children,).

        Returns:
            Bounds of the children present, shape (present,).

        Raises:
            IndexMethodError: Nothing may come from the children present.
        """
        if present.all():
            return self
        room = self.highest - self.lowest
        rest = 1 - self.lowest.sum()
        middle = self.lowest + room * (rest / room.sum() if room.sum() > 0 else 0.0)
        total = middle[present].sum()
        if total <= 0:
            raise IndexMethodError(
                "The children a unit has may add nothing to its score.",
                where=f"pie_shares, highest_share {listed(self.highest[present].tolist())}",
                fix="raise highest_share, or leave the unit out",
            )
        return PieShares(
            np.minimum(self.lowest[present] / total, 1.0),
            np.minimum(self.highest[present] / total, 1.0),
        )

    def rows(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Write the restrictions as rows that, times the weights, may not exceed 0.

        Args:
            values: Scores of the unit that chooses, shape (children,).

        Returns:
            Shape (restrictions, children).
        """
        own = np.diag(values)
        low = self.lowest[:, None] * values - own
        high = own - self.highest[:, None] * values
        return np.vstack([low[self.lowest > 0], high[self.highest < 1]])


def pie_shares(children: int, *, lowest: Bound, highest: Bound) -> PieShares:
    """Take bounds for all children or for each, and refuse those no score can meet.

    Source: Cherchye, Moesen, Rogge & Van Puyenbroeck (2007), doi:10.1007/s11205-006-9029-7,
    pie share constraints.

    Args:
        children: Number of children.
        lowest: Share of the score 0..1, one for all or shape (children,); None = 0.
        highest: As `lowest`; None = 1.

    Raises:
        IndexMethodError: Bounds outside 0..1, crossed, or without shares that sum to 1.
    """
    low = _of_each(0.0 if lowest is None else lowest, children)
    high = _of_each(1.0 if highest is None else highest, children)
    if not ((low >= 0).all() and (high <= 1).all() and (low <= high).all()):
        raise IndexMethodError(
            f"Shares from {listed(low.tolist())} to {listed(high.tolist())} are no bounds.",
            where="lowest_share and highest_share",
            fix="give shares of the score with 0 <= lowest <= highest <= 1",
        )
    if low.sum() > 1 + _ROUNDING or high.sum() < 1 - _ROUNDING:
        most = low.sum() > 1
        raise IndexMethodError(
            f"The {'lowest' if most else 'highest'} shares of {children} children sum to "
            f"{(low if most else high).sum():g}, so no shares sum to 1.",
            where="lowest_share" if most else "highest_share",
            fix=f"{'lower' if most else 'raise'} them: equal shares are {1 / children:.4g}",
        )
    return PieShares(low, high)


def _of_each(bound: float | NDArray[np.float64], children: int) -> NDArray[np.float64]:
    each = np.asarray(bound, dtype=np.float64)
    if each.shape not in ((), (children,)):
        raise IndexMethodError(
            f"{each.size} share bounds do not fit {children} children.",
            where="lowest_share and highest_share",
            fix="give one number, or one for each child",
        )
    return np.broadcast_to(each, (children,)).copy()
