"""Benefit of the doubt along a direction, with children of which less is better."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.errors import IndexMethodError

_ZERO = 1e-9


class DirectionalScores(msgspec.Struct, frozen=True):
    """How far each unit is from the best practice, measured along a direction.

    Args:
        distances: Steps of the direction to the frontier, 0 = on it, shape (units,); NaN where
            every child is missing.
        scores: 1 / (1 + distance), 0..1, shape (units,).
        peers: Share of each unit of the column in the best practice that the unit of the row is
            compared with, shape (units, units).
    """

    distances: NDArray[np.float64]
    scores: NDArray[np.float64]
    peers: NDArray[np.float64]


def directional(
    scores: NDArray[np.float64],
    *,
    direction: NDArray[np.float64],
    bads: NDArray[np.bool_] | None = None,
) -> DirectionalScores:
    """Ask how far a unit could move along a direction within what mixtures of units achieve.

    Goods are to rise and bads to fall by a common number of steps. A mixture may be scaled
    down. With the unit's own scores as its direction and no bads, the score is that of
    `frontier.benefit_of_the_doubt`. A missing child is dropped for the unit that lacks it; as a
    reference a unit counts with the goods known of it, and not at all where a bad is missing.
    Source: the directional distance function of Chambers, Chung & Fare (1998), Profit,
    directional distance functions, and Nerlovian efficiency; for indexes with bads Zanella,
    Camanho & Dias (2015), Undesirable outputs and weighting schemes in composite indicators
    based on data envelopment analysis.

    Args:
        scores: Not below 0, each child on its own scale, shape (children, units); NaN =
            missing. Bads as they are measured, less being better.
        direction: Not below 0, in the units of the children: one step for all units, shape
            (children,), or each unit's own, shape (children, units).
        bads: Whether less of a child is better, shape (children,); no bads when None.

    Raises:
        IndexMethodError: A score or step is below 0, shapes do not fit, or a unit has nowhere
            to go.

    Examples:
        >>> goods = np.array([[4.0, 1.0, 2.0], [1.0, 4.0, 1.5]])
        >>> directional(goods, direction=goods).scores
        array([1. , 1. , 0.7])
    """
    children, units = scores.shape
    bad = np.zeros(children, dtype=bool) if bads is None else np.asarray(bads, dtype=bool)
    steps = np.asarray(direction, dtype=np.float64)
    steps = steps[:, None] if steps.ndim == 1 else steps
    if steps.shape not in ((children, 1), scores.shape) or bad.shape != (children,):
        raise IndexMethodError(
            f"Direction {steps.shape} and bads {bad.shape} do not fit scores {scores.shape}.",
            where="frontier_direction.directional",
            fix="direction of shape (children,) or (children, units), bads of (children,)",
        )
    steps = np.broadcast_to(steps, scores.shape)
    known = ~np.isnan(scores)
    if np.any(scores < 0) or not (np.where(known, steps, 0.0) >= 0).all():
        raise IndexMethodError(
            "Scores and steps below 0, or steps unknown, give no distance.",
            where=f"frontier_direction.directional, {int(np.sum(scores < 0))} scores below 0",
            fix="give bads as measured with `bads`, and steps of 0 or more",
        )
    largest = np.where(known, scores, 0.0).max(axis=1, initial=0.0)
    scale = np.where(largest > 0, largest, 1.0)[:, None]
    signed = np.where(known, scores, 0.0) / scale * np.where(bad, -1.0, 1.0)[:, None]
    steps = steps / scale
    distances = np.full(units, np.nan)
    peers = np.zeros((units, units))
    for unit in range(units):
        present = known[:, unit]
        if not present.any():
            continue
        if not steps[present, unit].any():
            raise IndexMethodError(
                f"Unit {unit} has no child to move along.",
                where="frontier_direction.directional, direction",
                fix="give a step above 0 for a child the unit has",
            )
        rivals = np.flatnonzero(known[present & bad].all(axis=0))
        distances[unit], peers[unit, rivals] = _distance(
            signed[present, unit], rivals=signed[np.ix_(present, rivals)].T,
            steps=steps[present, unit],
        )  # fmt: skip
    return DirectionalScores(distances, 1 / (1 + distances), peers)


def _distance(
    own: NDArray[np.float64], *, rivals: NDArray[np.float64], steps: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    """Find the prices that show the unit in its best light; the last variable is the best sum."""
    from scipy.optimize import linprog

    solved = linprog(
        np.append(-own, 1.0),
        A_ub=np.column_stack([rivals, -np.ones(len(rivals))]),
        b_ub=np.zeros(len(rivals)),
        A_eq=np.append(steps, 0.0)[None],
        b_eq=[1.0],
        bounds=(0, None),
        method="highs",
    )
    held = -solved.ineqlin.marginals
    return max(float(solved.fun), 0.0), np.where(held > _ZERO, held, 0.0)
