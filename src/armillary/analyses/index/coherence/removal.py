"""What would change if an element of the framework were not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index.coherence.lineage import Row, of_level
from armillary.analyses.index.rank import rank
from armillary.errors import IndexMethodError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from armillary.analyses.index.tree import Tree


class Removal(msgspec.Struct, frozen=True, kw_only=True):
    """Scores and ranks of the units, as they are and without each element in turn.

    Args:
        codes: Elements removed.
        nominal_scores: With all of them, shape (units,); NaN = no score.
        nominal_ranks: Shape (units,); 0 = no score.
        scores: Without each, shape (elements, units).
        ranks: Shape (elements, units).
        mean_absolute_rank_change: Over the units ranked both ways, shape (elements,); NaN
            where there are none.
    """

    codes: tuple[str, ...]
    nominal_scores: NDArray[np.float64]
    nominal_ranks: NDArray[np.int64]
    scores: NDArray[np.float64]
    ranks: NDArray[np.int64]
    mean_absolute_rank_change: NDArray[np.float64]


def without_each(
    tree: Tree,
    rescored: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    *,
    level: int | None = None,
    weights: NDArray[np.float64] | None = None,
) -> Removal:
    """Set the weight of each element of a level to 0 in turn, and rank the units anew.

    The siblings of an element share its weight out among themselves. A group whose only part
    goes, goes as well.
    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 7, inclusion and exclusion.

    Args:
        tree: The framework.
        rescored: Gives the scores of the index, shape (draws, units), for weights of shape
            (draws, nodes), nodes in the order of `Tree.codes`.
        level: Depth of the elements, 1 the parts of the index; None takes the indicators.
        weights: Shape (nodes,); None takes those of the framework.

    Returns:
        Scores, ranks and how far ranks move.

    Raises:
        IndexMethodError: No node, or the root alone, is at that level, the scores returned are
            of another shape, or an element is all the index is made of.
    """
    codes = of_level(tree.framework, level)
    if codes == (tree.framework.root.code,):
        raise IndexMethodError(
            f"Without {tree.framework.root.code!r} there is no index.",
            where="coherence.removal, level 0",
            fix="give a level from 1, or None for the indicators",
        )
    drawn = np.tile(tree.weights if weights is None else weights, (len(codes) + 1, 1))
    for i, code in enumerate(codes):
        drawn[i + 1, tree.number[code]] = 0.0
    found = rescored(drawn)
    if found.ndim != 2 or found.shape[0] != len(drawn):
        raise IndexMethodError(
            f"Scores of shape {found.shape} came back for {len(drawn)} draws of weights.",
            where="coherence.removal, rescored",
            fix="return scores of shape (draws, units)",
        )
    bare = np.isnan(found[1:]).all(axis=1) & ~np.isnan(found[0]).all()
    if bare.any():
        raise IndexMethodError(
            f"Without {codes[int(np.argmax(bare))]!r} no unit has a score.",
            where="coherence.removal",
            fix="ask for a level whose groups have several parts with weight",
        )
    ranks = rank(found)
    return Removal(
        codes=codes,
        nominal_scores=found[0],
        nominal_ranks=ranks[0],
        scores=found[1:],
        ranks=ranks[1:],
        mean_absolute_rank_change=np.array([_shift(ranks[0], one) for one in ranks[1:]]),
    )


def unit_rows(removal: Removal, *, units: Sequence[str]) -> list[Row]:
    """Tell the effect on every unit as rows.

    No method of its own: a table of `removal`.

    Args:
        removal: From `without_each`.
        units: Codes of the units.

    Returns:
        One row per element and unit: `removed`, `unit`, `score`, `score_change`, `rank`,
        `rank_change` (positive: a better rank without it). Ranks are None without a score.
    """
    return [
        {
            "removed": code,
            "unit": unit,
            "score": float(removal.scores[i, u]),
            "score_change": float(removal.scores[i, u] - removal.nominal_scores[u]),
            "rank": int(removal.ranks[i, u]) or None,
            "rank_change": int(removal.nominal_ranks[u] - removal.ranks[i, u])
            if removal.nominal_ranks[u] and removal.ranks[i, u]
            else None,
        }
        for i, code in enumerate(removal.codes)
        for u, unit in enumerate(units)
    ]


def element_rows(removal: Removal) -> list[Row]:
    """Tell how far each element moves the ranking as rows.

    No method of its own: a table of `removal`.

    Returns:
        One row per element: `removed`, `mean_absolute_rank_change`, `largest_rank_change`
        (positions; None where no unit is ranked both ways).
    """
    rows: list[Row] = []
    for i, code in enumerate(removal.codes):
        both = (removal.nominal_ranks > 0) & (removal.ranks[i] > 0)
        moved = np.abs(removal.ranks[i] - removal.nominal_ranks)[both]
        rows.append(
            {
                "removed": code,
                "mean_absolute_rank_change": float(removal.mean_absolute_rank_change[i]),
                "largest_rank_change": int(moved.max()) if moved.size else None,
            }
        )
    return rows


def _shift(before: NDArray[np.int64], after: NDArray[np.int64]) -> float:
    both = (before > 0) & (after > 0)
    return float(np.abs(after - before)[both].mean()) if both.any() else float("nan")
