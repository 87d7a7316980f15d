"""The weights an audit draws, as a set: what ranks can be certified over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index.robustness.weight_set import WeightSet
from armillary.model.recipe import varied

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.analyses.index.robustness.experiment import Experiment
    from armillary.model.recipe import Variation

Array = NDArray[np.float64]


def drawn_set(
    experiment: Experiment, codes: Sequence[str], *, weights: Array, otherwise: float
) -> tuple[WeightSet, str]:
    """Describe the effective weights of some nodes under everything an audit draws above them.

    The set holds every draw. It is exact for the parts of one group; over several levels it is
    a little wider, as it does not bind how groups of different branches move together.
    No method of its own: it eliminates the sum from lower <= w x sum <= upper, by level.

    Args:
        experiment: The index and what is varied.
        codes: Nodes that make up the whole index between them, in the order of the set.
        weights: Weights as published, shape (nodes,), in the order of `Tree.codes`.
        otherwise: Share of itself by which each weight moves where none of them is drawn.

    Returns:
        The set, and in words what is drawn.
    """
    place = {code: i for i, code in enumerate(codes)}
    lower, upper = np.zeros(len(codes)), np.zeros(len(codes))
    ratios: list[tuple[int, int, float]] = []
    groups: list[tuple[tuple[int, ...], float, float]] = []
    above = _groups_above(experiment, codes)
    said = {path for code in above if (path := _path(experiment, code)) is not None}
    children = experiment.inputs.framework.children

    def walk(code: str, least: float, most: float) -> list[int]:
        low, high = _drawn(experiment, code, weights, otherwise=otherwise if not said else 0.0)
        shares_low, shares_high = _shares(low, high)
        found: list[int] = []
        parts = [part.code for part in children[code]]
        for part, a, b in zip(parts, least * shares_low, most * shares_high, strict=True):
            if part in place:
                lower[place[part]], upper[place[part]] = a, b
                found.append(place[part])
            elif b > 0:
                inside = walk(part, a, b)
                groups.append((tuple(inside), float(a), float(b)))
                found += inside
        ratios.extend(
            (place[one], place[other], float(high[i] / low[j]))
            for i, one in enumerate(parts)
            for j, other in enumerate(parts)
            if i != j and one in place and other in place and low[j] > 0 and np.isfinite(high[i])
        )
        return found

    walk(experiment.inputs.framework.root.code, 1.0, 1.0)
    spelt = varied(experiment.recipe.audit)
    words = "; ".join(f"{path} {spelt[path]}" for path in sorted(said))
    return (
        WeightSet(
            lower=tuple(lower.tolist()),
            upper=tuple(upper.tolist()),
            ratios=tuple(ratios),
            groups=tuple(groups),
        ),
        words or f"±{100 * otherwise:g} %",
    )


def _groups_above(experiment: Experiment, codes: Sequence[str]) -> set[str]:
    parents = {node.code: node.parent for node in experiment.inputs.framework.nodes}
    found: set[str] = set()
    for code in codes:
        at = parents[code]
        while at is not None:
            found.add(at)
            at = parents[at]
    return found


def _path(experiment: Experiment, code: str) -> str | None:
    """Return the path that draws the weights of the parts of a group, the most specific one."""
    level = experiment.inputs.framework.level[code]
    vary = experiment.recipe.audit.vary
    for path in (f"weight.node.{code}", f"weight.level.{level}", "weight"):
        if path in vary and vary[path].choices is None:
            return path
    return None


def _drawn(
    experiment: Experiment, code: str, weights: Array, *, otherwise: float
) -> tuple[Array, Array]:
    """Return the least and greatest weight of each part of a group, before they are rescaled."""
    own = weights[experiment.tree.parts_of(code)]
    path = _path(experiment, code)
    if path is None:
        return own * (1 - otherwise), own * (1 + otherwise)
    one: Variation = experiment.recipe.audit.vary[path]
    if one.spread is not None:
        return own * (1 - one.spread), own * (1 + one.spread)
    if one.uniform is not None:
        return np.full(own.shape, one.uniform[0]), np.full(own.shape, one.uniform[1])
    return np.zeros(own.shape), np.full(own.shape, np.inf)


def _shares(low: Array, high: Array) -> tuple[Array, Array]:
    """Return the least and greatest share of each part once weights are rescaled to sum 1."""
    if low.size == 1:
        return np.ones(1), np.ones(1)
    if np.isinf(high).any():
        return np.zeros(low.shape), np.ones(low.shape)
    others_low, others_high = low.sum() - low, high.sum() - high
    with np.errstate(invalid="ignore", divide="ignore"):
        least = np.where(low > 0, low / (low + others_high), 0.0)
        most = np.where(high > 0, high / (high + others_low), 0.0)
    return least, most
