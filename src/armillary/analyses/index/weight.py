"""Weights of a framework: as they work out in the index, and as they are doubted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from armillary.model.indicators import Framework


def effective(framework: Framework) -> dict[str, float]:
    """Work out what share of the index each node carries when nothing is missing.

    Weights are rescaled to sum to 1 among siblings and multiplied down the tree.
    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 6.

    Returns:
        Share by node code; the root has 1, the leaves sum to 1.
    """
    shares = {framework.root.code: 1.0}
    for group in reversed(framework.groups):
        parts = framework.children[group.code]
        total = sum(part.weight for part in parts)
        for part in parts:
            shares[part.code] = shares[group.code] * part.weight / total
    return shares


def draw(
    weights: NDArray[np.float64], *, replicates: int, spread: float, seed: int
) -> NDArray[np.float64]:
    """Draw every weight uniformly within `spread` of itself either way, each on its own.

    Siblings are rescaled where they are averaged, so the draws need not sum to 1.
    Source: Saisana, Saltelli & Tarantola (2005), doi:10.1111/j.1467-985X.2005.00350.x.

    Args:
        weights: Shape (nodes,), not below 0.
        replicates: Number of draws.
        spread: Share of each weight, 0 to below 1.
        seed: Same seed, same draws.

    Returns:
        Shape (replicates, nodes).
    """
    generator = np.random.default_rng(seed)
    shift = generator.uniform(-spread, spread, size=(replicates, weights.size))
    drawn: NDArray[np.float64] = weights * (1 + shift)
    return drawn
