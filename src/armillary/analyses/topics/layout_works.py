"""Where works stand within their topic: the central ones inside, the others by their ties."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from armillary.analyses.topics.graph import Graph

_GOLDEN = 2.399963229728653  # radians; spreads works without ties evenly
_TOUCHING = 0.95


def radii(positions: NDArray[np.float64], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return radii, in proportion to the root of works, at which discs nearly touch.

    No method of its own.

    Args:
        positions: Centres, shape (clusters, 2).
        sizes: Works, shape (clusters,).
    """
    roots = np.sqrt(sizes)
    n = sizes.size
    if n == 1:
        return np.full(1, 1.0)
    apart = np.hypot(*(positions[:, None, :] - positions[None, :, :]).transpose(2, 0, 1))
    room = apart / (roots[:, None] + roots[None, :])
    closest = np.sort(room[np.triu_indices(n, k=1)])
    # A few pairs that could not be parted must not make all others tiny.
    return np.asarray(_TOUCHING * closest[min(n // 20, closest.size - 1)] * roots)


def place_works(
    graph: Graph,
    labels: NDArray[np.int32],
    *,
    positions: NDArray[np.float64],
    radius: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Place every work within the disc of its topic.

    Works fill rings from the middle: first those whose relatedness stays in the topic. Around
    a ring they stand in the direction of the other topics they are related to, so that a work
    between two topics stands on the side of the second. There is no chance in it.
    No method of its own: a drawing, not a measurement.

    Args:
        graph: Related works.
        labels: Topic of each node, -1 for none, shape (nodes,).
        positions: Centres of the topics, shape (clusters, 2).
        radius: Radii of the discs, shape (clusters,).

    Returns:
        Positions, shape (nodes, 2); NaN for nodes without a topic.
    """
    inner, angle = _ties(graph, labels, positions)
    placed = np.full((graph.n_nodes, 2), np.nan)
    nodes = np.flatnonzero(labels >= 0)
    nodes = nodes[np.lexsort((nodes, -inner[nodes], labels[nodes]))]
    bounds = np.searchsorted(labels[nodes], np.arange(len(positions) + 1))
    for c in range(len(positions)):
        own = nodes[bounds[c] : bounds[c + 1]]
        if own.size:
            placed[own] = positions[c] + radius[c] * _rings(angle[own])
    return placed


def _ties(
    graph: Graph, labels: NDArray[np.int32], positions: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the share of relatedness that stays inside, and the direction of the rest."""
    n = graph.n_nodes
    rows = np.repeat(np.arange(n), np.diff(graph.starts))
    own, other = labels[rows], labels[graph.neighbours]
    weights = graph.weights.astype(np.float64)
    total = np.bincount(rows, weights=weights, minlength=n)
    inside = np.bincount(rows, weights=weights * (own == other), minlength=n)
    out = np.flatnonzero((own != other) & (own >= 0) & (other >= 0))
    away = positions[other[out]] - positions[own[out]]
    away /= np.maximum(np.hypot(away[:, 0], away[:, 1]), 1e-12)[:, None]
    pull = sparse.csr_array((weights[out], (rows[out], np.arange(out.size))), shape=(n, out.size))
    direction = pull @ away
    angle = np.arctan2(direction[:, 1], direction[:, 0])
    tied = np.abs(direction).sum(axis=1) > 1e-12
    angle[~tied] = (np.flatnonzero(~tied) * _GOLDEN) % (2 * np.pi)
    return inside / np.maximum(total, 1e-300), angle % (2 * np.pi)


def _rings(angle: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fill rings of 1, 6, 12, ... places of the unit disc, each work near its direction."""
    n = angle.size
    placed = np.zeros((n, 2))
    n_rings = int(np.ceil((np.sqrt(12 * max(n, 1) - 3) - 3) / 6)) if n > 1 else 0
    begin = 1
    for ring in range(1, n_rings + 1):
        end = min(begin + 6 * ring, n)
        at = _spaced(angle[begin:end], spacing=2 * np.pi / (6 * ring))
        placed[begin:end] = np.column_stack([np.cos(at), np.sin(at)]) * (ring / (n_rings + 0.5))
        begin = end
    return placed


def _spaced(wanted: NDArray[np.float64], *, spacing: float) -> NDArray[np.float64]:
    """Return angles at least `spacing` apart that lie nearest to those wanted.

    The circle is cut at its widest gap; on the line that is left, neighbours that stand too
    close are spread evenly around their mean (pool adjacent violators).
    """
    order = np.argsort(wanted, kind="stable")
    gaps = np.diff(wanted[order], append=wanted[order[0]] + 2 * np.pi)
    cut = int(gaps.argmax()) + 1
    order = np.roll(order, -cut)
    line = wanted[order]
    line = np.where(line < line[0], line + 2 * np.pi, line)
    means: list[float] = []
    counts: list[int] = []
    for shifted in (line - spacing * np.arange(line.size)).tolist():
        means.append(shifted)
        counts.append(1)
        while len(means) > 1 and means[-2] >= means[-1]:
            last, n_last = means.pop(), counts.pop()
            means[-1] = (means[-1] * counts[-1] + last * n_last) / (counts[-1] + n_last)
            counts[-1] += n_last
    at = np.repeat(means, counts) + spacing * np.arange(line.size)
    if at[-1] - at[0] > 2 * np.pi - spacing + 1e-9:
        # No room for all around the ring as they lie: it is filled evenly instead.
        at = line.mean() + spacing * (np.arange(line.size) - (line.size - 1) / 2)
    found = np.empty(line.size)
    found[order] = at
    return found
