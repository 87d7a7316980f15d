"""Climbs the framework: coverage, then scores of every node from the leaves to the root."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index import aggregate

if TYPE_CHECKING:
    from armillary.model.indicators import Framework, IndexRecipe


class Coverage(msgspec.Struct, frozen=True):
    """What is known beneath each node.

    Args:
        share: By node code, weight of the indicators beneath that are present, shape (units,).
        scored: By node code, whether a unit gets a score there, shape (units,).
    """

    share: dict[str, NDArray[np.float64]]
    scored: dict[str, NDArray[np.bool_]]


_ROUNDING = 1e-9  # 0.65 of twenty equal weights must not fail by the last bit


def coverage(framework: Framework, *, present: NDArray[np.bool_], minimum: float) -> Coverage:
    """Find how much of the weight beneath each node is known, and which nodes get a score.

    A part without a score, for want of coverage, counts as absent for its group.
    Source: the data-availability thresholds of OECD/JRC (2008), step 3.

    Args:
        framework: The tree; weights as given, draws do not change what is covered.
        present: Whether an indicator has a value, shape (leaves, units).
        minimum: Share of the weight a node needs.
    """
    share = {leaf.code: present[i].astype(np.float64) for i, leaf in enumerate(framework.leaves)}
    scored = {leaf.code: present[i] for i, leaf in enumerate(framework.leaves)}
    for group in framework.groups:
        parts = framework.children[group.code]
        total = sum(part.weight for part in parts)
        held = np.zeros(present.shape[1])
        some = np.zeros(present.shape[1], dtype=bool)
        for part in parts:
            held += part.weight / total * np.where(scored[part.code], share[part.code], 0.0)
            some |= scored[part.code] & (part.weight > 0)
        share[group.code] = np.minimum(held, 1.0)
        scored[group.code] = some & (held >= minimum - _ROUNDING)
    return Coverage(share, scored)


def climb(
    framework: Framework,
    *,
    recipe: IndexRecipe,
    scores: NDArray[np.float64],
    weights: NDArray[np.float64],
    scored: dict[str, NDArray[np.bool_]],
    root_only: bool = False,
) -> dict[str, NDArray[np.float64]]:
    """Aggregate the tree once for every draw of the weights.

    The published scores are one draw, of the weights as given, so that they and every
    replicate are computed by the same lines.
    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, steps 6 and 7.

    Args:
        framework: The tree.
        recipe: Which mean each group takes.
        scores: Scores of the indicators, shape (leaves, units); NaN = missing; above 0 beneath
            a geometric mean.
        weights: Shape (draws, nodes), nodes in the order of the framework.
        scored: From `coverage`.
        root_only: Give the root alone, which saves memory when there are many draws.

    Returns:
        Scores of the groups by code, shape (draws, units); NaN = no score.

    Raises:
        IndexMethodError: A score at or below 0 meets a geometric mean.
    """
    from armillary.analyses.index import kernels

    row = {node.code: i for i, node in enumerate(framework.nodes)}
    parts = [[row[part.code] for part in framework.children[g.code]] for g in framework.groups]
    geometric = [
        recipe.aggregate.of(g.code, level=framework.level[g.code]) == "geometric"
        for g in framework.groups
    ]
    logged = np.zeros(len(row), dtype=bool)
    for children, kind in zip(parts, geometric, strict=True):
        logged[children] = kind
    units = scores.shape[1]
    values = np.full((len(row), units), np.nan)
    for i, leaf in enumerate(framework.leaves):
        at = row[leaf.code]
        values[at] = aggregate.logarithms(scores[i]) if logged[at] else scores[i]
    kept = framework.groups[-1:] if root_only else framework.groups
    found = np.empty((weights.shape[0], len(kept), units))
    kernels.climb(
        values,
        np.ascontiguousarray(weights),
        np.array([row[g.code] for g in framework.groups]),
        np.cumsum([len(children) for children in parts]),
        np.array([child for children in parts for child in children]),
        np.array(geometric),
        logged,
        np.array([scored[node.code] for node in framework.nodes]),
        found,
    )
    return {group.code: found[:, i] for i, group in enumerate(kept)}
