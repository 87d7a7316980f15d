"""Where clusters stand on the map: related ones near each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import dijkstra

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LINKS = 6


def strongest_links(weights: sparse.csr_array, *, links: int = _LINKS) -> sparse.csr_array:
    """Keep the links that are among the strongest of either end.

    No method of its own.

    Args:
        weights: Symmetric relatedness of clusters, shape (clusters, clusters).
        links: Links each cluster names.
    """
    rows = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
    order = np.lexsort((weights.indices, -weights.data, rows))
    place = np.arange(order.size) - weights.indptr[rows]
    kept = order[place < links]
    named = sparse.csr_array(
        (weights.data[kept], (rows[kept], weights.indices[kept])), shape=weights.shape
    )
    both = named.maximum(named.T).tocsr()
    both.sort_indices()
    return both


def place(
    weights: sparse.csr_array, sizes: NDArray[np.int64], *, iterations: int = 300
) -> NDArray[np.float64]:
    """Lay clusters out so that distances follow relatedness.

    Distances are shortest paths over the strongest links, a link being the shorter the more
    related its ends; stress is majorised from classical scaling, hence without chance; at last
    clusters that cover each other are pushed apart.
    Source: Gansner, Koren & North (2005), doi:10.1007/978-3-540-31843-9_25.

    Args:
        weights: Symmetric mean relatedness of clusters, shape (clusters, clusters).
        sizes: Works, shape (clusters,); the radius of a cluster goes with the square root.
        iterations: Steps of majorisation.

    Returns:
        Positions in [-1, 1], shape (clusters, 2).
    """
    n = sizes.size
    if n == 1:
        return np.zeros((1, 2))
    distances = _distances(strongest_links(weights))
    positions = _classical_scaling(distances)
    inverse = np.where(distances > 0, distances, 1.0) ** -2
    np.fill_diagonal(inverse, 0.0)
    laplacian = np.diag(inverse.sum(axis=1)) - inverse
    solve = np.linalg.pinv(laplacian, hermitian=True)
    for _ in range(iterations):
        apart = _pairwise(positions)
        ratio = np.where(apart > 1e-12, inverse * distances / np.maximum(apart, 1e-12), 0.0)
        positions = solve @ (np.diag(ratio.sum(axis=1)) - ratio) @ positions
    return _push_apart(_scaled(positions), sizes)


def _distances(links: sparse.csr_array) -> NDArray[np.float64]:
    """Return path lengths; parts without a path stand a little beyond the longest one."""
    lengths = links.copy()
    # Relatedness spans orders of magnitude: its logarithm gives lengths from 1 to 3.
    strength = np.log(links.data)
    span = float(np.ptp(strength)) if strength.size else 0.0
    lengths.data = 1.0 + 2.0 * (strength.max(initial=-np.inf) - strength) / (span or 1.0)
    paths = dijkstra(lengths, directed=False)
    reached = paths[np.isfinite(paths)]
    paths[~np.isfinite(paths)] = 1.2 * max(float(reached.max()), 1.0)
    return np.asarray(paths)


def _classical_scaling(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    n = len(distances)
    centring = np.eye(n) - 1.0 / n
    values, vectors = np.linalg.eigh(-0.5 * centring @ distances**2 @ centring)
    top = vectors[:, -2:][:, ::-1] * np.sqrt(np.maximum(values[-2:][::-1], 0.0))
    # An eigenvector's sign is arbitrary: its largest entry is made positive.
    largest = np.abs(top).argmax(axis=0)
    top = top * np.where(top[largest, np.arange(top.shape[1])] < 0, -1.0, 1.0)
    # Clusters that coincide must differ a little, or they never part.
    angle = np.arange(n) * 2.399963229728653
    return np.asarray(top + 1e-3 * np.column_stack([np.cos(angle), np.sin(angle)]))


def _pairwise(positions: NDArray[np.float64]) -> NDArray[np.float64]:
    difference = positions[:, None, :] - positions[None, :, :]
    return np.asarray(np.sqrt((difference**2).sum(axis=2)))


def _scaled(positions: NDArray[np.float64]) -> NDArray[np.float64]:
    centred = positions - (positions.max(axis=0) + positions.min(axis=0)) / 2
    return np.asarray(centred / max(float(np.abs(centred).max()), 1e-12))


def _push_apart(positions: NDArray[np.float64], sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Move clusters that cover each other apart, half the overlap each, until none does."""
    radii = np.sqrt(sizes / sizes.sum()) * 0.75  # all discs together cover under half the map
    for _ in range(200):
        difference = positions[:, None, :] - positions[None, :, :]
        apart = np.maximum(np.sqrt((difference**2).sum(axis=2)), 1e-9)
        overlap = np.maximum(radii[:, None] + radii[None, :] - apart, 0.0)
        np.fill_diagonal(overlap, 0.0)
        if overlap.max() < 1e-3:
            break
        positions = positions + 0.45 * (difference / apart[..., None] * overlap[..., None]).sum(1)
    return _scaled(positions)
