"""What pillars tell that the index does not: how many units rank otherwise there."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from armillary.analyses.index.coherence.lineage import Row, of_level
from armillary.analyses.index.rank import rank
from armillary.errors import IndexMethodError, listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from armillary.model.indicators import Framework


def added_value(
    framework: Framework,
    *,
    scores: Mapping[str, NDArray[np.float64]],
    level: int = 1,
    positions: int = 10,
) -> list[Row]:
    """Count the units whose rank in a pillar is far from their rank in the index.

    Ranks are those published: among all units with a score at that node.
    Source: the table of added value in the JRC's audits of indexes.

    Args:
        framework: The tree.
        scores: Of the groups at that level and the root, by code, shape (units,); NaN = none.
        level: Depth of the pillars, 1 the parts of the index.
        positions: How many positions are far.

    Returns:
        One row per pillar: `code`, `units` ranked both ways, `differing` (units), `share`
        0..1 of them (NaN where none is ranked both ways), `lower`, `higher` (units ranking
        worse, better in the pillar by as much).

    Raises:
        IndexMethodError: No pillar is at that level, its scores are not given, or `positions`
            is below 1.
    """
    if positions < 1:
        raise IndexMethodError(
            f"A rank that differs by {positions} positions does not differ.",
            where="coherence.added_value, positions",
            fix="give 1 or more, e.g. 10",
        )
    pillars = of_level(framework, level)
    absent = [code for code in (framework.root.code, *pillars) if code not in scores]
    if absent or level == 0:
        raise IndexMethodError(
            f"No scores are given for {listed(absent)}."
            if absent
            else "The index does not differ from itself.",
            where=f"coherence.added_value, level {level}",
            fix="give the scores of the index and of its groups, and a level from 1",
        )
    overall = rank(scores[framework.root.code])
    rows: list[Row] = []
    for code in pillars:
        own = rank(scores[code])
        both = (own > 0) & (overall > 0)
        gap = (own - overall)[both]
        lower, higher = int((gap >= positions).sum()), int((gap <= -positions).sum())
        rows.append(
            {
                "code": code,
                "units": int(both.sum()),
                "differing": lower + higher,
                "share": (lower + higher) / gap.size if gap.size else math.nan,
                "lower": lower,
                "higher": higher,
            }
        )
    return rows
