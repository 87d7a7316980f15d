"""Weights of a framework as they work out in the index."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armillary.model.indicators import Framework


def effective(
    framework: Framework, *, weights: Mapping[str, float] | None = None
) -> dict[str, float]:
    """Work out what share of the index each node carries when nothing is missing.

    Weights are rescaled to sum to 1 among siblings and multiplied down the tree.
    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 6.

    Args:
        framework: The tree.
        weights: By node code; None takes those of the framework.

    Returns:
        Share by node code; the root has 1, the leaves sum to 1.
    """
    own = {node.code: node.weight for node in framework.nodes} if weights is None else weights
    shares = {framework.root.code: 1.0}
    for group in reversed(framework.groups):
        parts = framework.children[group.code]
        total = sum(own[part.code] for part in parts)
        for part in parts:
            shares[part.code] = shares[group.code] * own[part.code] / total
    return shares
