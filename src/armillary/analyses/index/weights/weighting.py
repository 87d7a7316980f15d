"""Weights the data suggest: equal ones, shared variance, spread, conflict, and by search."""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index.weights.components import (
    Components,
    complete,
    principal,
    principal_axes,
)
from armillary.analyses.index.weights.importance import infomax, optimised
from armillary.errors import IndexMethodError

__all__ = [
    "ComponentWeights", "critic", "entropy", "equal", "factor", "infomax", "optimised",
    "principal_components",
]  # fmt: skip


class ComponentWeights(msgspec.Struct, frozen=True):
    """Weights and the dimensions they come from.

    Args:
        weights: Not below 0, summing to 1, shape (children,).
        components: Loadings, variances and eigenvalues.
    """

    weights: NDArray[np.float64]
    components: Components


def equal(children: int) -> NDArray[np.float64]:
    """Give every child the same weight.

    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 6, equal weighting.

    Returns:
        Weights summing to 1, shape (children,).

    Raises:
        IndexMethodError: No child.
    """
    if children < 1:
        raise IndexMethodError(
            f"{children} children have no weights.",
            where="weighting.equal",
            fix="give one child or more",
        )
    return np.full(children, 1 / children)


def principal_components(
    scores: NDArray[np.float64], *, components: Literal["first", "kaiser"]
) -> ComponentWeights:
    """Weight children by what they share with the principal components.

    "first": the squared loadings on the first component. "kaiser": components with an
    eigenvalue above 1, rotated by varimax; each child takes its squared loading on the
    component it loads on most, as a share of that component, times the component's share of
    the variance of those kept.
    Squared loadings hide a child that runs against the others: see its sign in the loadings.
    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 6, weights based on principal
    components analysis or factor analysis.

    Args:
        scores: Shape (children, units), any scale; NaN = missing; units with a gap left out.
        components: Which components are kept.

    Raises:
        IndexMethodError: Fewer than three units without a gap, or a child that does not vary.
    """
    if components not in ("first", "kaiser"):
        raise IndexMethodError(
            f"Components are 'first' or 'kaiser', not {components!r}.",
            where="weighting.principal_components, components",
            fix='components = "first"',
        )
    found = principal(scores, several=components == "kaiser")
    return ComponentWeights(_by_loadings(found), found)


def factor(scores: NDArray[np.float64], *, factors: int = 1) -> ComponentWeights:
    """Weight children by what they share with common factors, found by principal axes.

    Weights come from the loadings as in `principal_components`.
    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 6; factors by
    `components.principal_axes`.

    Args:
        scores: As for `principal_components`.
        factors: Factors kept; several are rotated by varimax.

    Raises:
        IndexMethodError: As for `components.principal_axes`.
    """
    alone = len(scores) == 1  # a child alone is its own factor
    found = principal(scores, several=False) if alone else principal_axes(scores, factors=factors)
    return ComponentWeights(_by_loadings(found), found)


def _by_loadings(found: Components) -> NDArray[np.float64]:
    squared = found.loadings**2
    chosen = squared.argmax(axis=1)
    # share of the dimension, times the share of the dimension: its variance cancels out
    taken = squared[np.arange(len(squared)), chosen]
    weights: NDArray[np.float64] = taken / taken.sum()
    return weights


def entropy(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weight children by how unevenly they are spread over the units.

    Source: Shannon's entropy as used for criteria weights in Zeleny (1982), Multiple Criteria
    Decision Making.

    Args:
        values: Not below 0, on a scale with a true zero, shape (children, units); NaN =
            missing, left out child by child.

    Returns:
        Weights summing to 1, shape (children,); 0 for a child equal for all units.

    Raises:
        IndexMethodError: A value below 0, a child without two values or without any above 0,
            or all children equal for all units.
    """
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    total, count = filled.sum(axis=1), known.sum(axis=1)
    if np.any(filled < 0) or np.any(total <= 0) or np.any(count < 2):
        raise IndexMethodError(
            "Values without two known, without any above 0, or below 0 have no entropy.",
            where=f"weighting.entropy, {int(np.sum(filled < 0))} values below 0",
            fix="normalise to 0 or more, and drop children without values",
        )
    share = filled / total[:, None]
    logs = np.log(share, where=share > 0, out=np.zeros_like(share))
    unevenness = np.maximum(1 + (share * logs).sum(axis=1) / np.log(count), 0.0)
    return _rescaled(np.where(unevenness > 1e-12, unevenness, 0.0), method="weighting.entropy")


def critic(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weight children by their spread and by how little they agree with the others.

    Source: Diakoulaki, Mavrotas & Papayannakis (1995), Determining objective weights in
    multiple criteria problems: the CRITIC method.

    Args:
        scores: Normalised to one scale, since spread counts, shape (children, units); NaN =
            missing; units with a gap are left out.

    Returns:
        Weights summing to 1, shape (children,).

    Raises:
        IndexMethodError: Fewer than three units without a gap, a child that does not vary, or
            children that all agree perfectly.
    """
    kept = complete(scores, method="weighting.critic")
    if len(kept) == 1:
        return equal(1)
    conflict = (1 - np.atleast_2d(np.corrcoef(kept))).sum(axis=1)
    information = kept.std(axis=1, ddof=1) * conflict
    return _rescaled(np.where(information > 1e-12, information, 0.0), method="weighting.critic")


def _rescaled(information: NDArray[np.float64], *, method: str) -> NDArray[np.float64]:
    total = information.sum()
    if total <= 0:
        raise IndexMethodError(
            "No child tells more than another, so there is nothing to weight by.",
            where=method,
            fix="use equal weights",
        )
    weights: NDArray[np.float64] = information / total
    return weights
