"""What a set of children has in common: principal components, factors and their rotation."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.errors import IndexMethodError


class Components(msgspec.Struct, frozen=True):
    """Dimensions found behind the children.

    Args:
        loadings: Correlation of each child with each dimension, shape (children, dimensions);
            rotated where several are kept.
        variances: Variance of each dimension in children's worth (the sum of its squared
            loadings), shape (dimensions,).
        eigenvalues: All of the correlation matrix, the largest first, shape (children,).
        vectors: Eigenvectors, signed to sum to 0 or more, one a column, shape (children,
            children).
        units: Units without a gap, on which all this rests.
    """

    loadings: NDArray[np.float64]
    variances: NDArray[np.float64]
    eigenvalues: NDArray[np.float64]
    vectors: NDArray[np.float64]
    units: int


def complete(scores: NDArray[np.float64], *, method: str, least: int = 3) -> NDArray[np.float64]:
    """Keep the units without a gap, or say that they are too few or do not differ.

    No method of its own: correlations of pairs of children over different units need not make
    a possible set.

    Args:
        scores: Shape (children, units); NaN = missing.
        method: Named in the error.
        least: Units needed.

    Raises:
        IndexMethodError: Too few units without a gap, or a child on which they do not differ.
    """
    kept = scores[:, ~np.isnan(scores).any(axis=0)]
    if kept.shape[1] < least:
        raise IndexMethodError(
            f"{kept.shape[1]} of {scores.shape[1]} units have every child; {least} are needed.",
            where=method,
            fix="impute first, or drop the children with most gaps",
        )
    constant = np.flatnonzero(np.ptp(kept, axis=1) == 0)
    if constant.size:
        raise IndexMethodError(
            f"Child {constant[0]} is the same for every unit without a gap.",
            where=f"{method}, {kept.shape[1]} units",
            fix="drop it: what does not differ correlates with nothing",
        )
    return kept


def principal(scores: NDArray[np.float64], *, several: bool) -> Components:
    """Find the principal components of the correlations between children.

    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, steps 4 and 6.

    Args:
        scores: Shape (children, units); NaN = missing; units with a gap are left out.
        several: Keep every component with an eigenvalue above 1 (Kaiser's rule) and rotate
            them by varimax; else the first alone.

    Raises:
        IndexMethodError: As for `complete`.
    """
    kept = complete(scores, method="components.principal")
    values, vectors = _eigen(np.atleast_2d(np.corrcoef(kept)))
    dimensions = max(int((values > 1).sum()), 1) if several else 1
    loadings = varimax(vectors[:, :dimensions] * np.sqrt(values[:dimensions]))
    return Components(loadings, (loadings**2).sum(axis=0), values, vectors, kept.shape[1])


def principal_axes(
    scores: NDArray[np.float64], *, factors: int = 1, tolerance: float = 1e-10
) -> Components:
    """Find common factors by principal axes, repeated until the communalities stand still.

    Unlike a component, a factor leaves to each child what it shares with no other.
    Source: Harman (1976), Modern Factor Analysis, the principal-factor method.

    Args:
        scores: As for `principal`.
        factors: Factors kept, 1 or more; several are rotated by varimax.
        tolerance: Change of a communality below which the search ends.

    Raises:
        IndexMethodError: As for `complete`; a number of factors that cannot be; a child that
            would share more than all of its variance (a Heywood case); or no convergence.
    """
    kept = complete(scores, method="components.principal_axes")
    correlations = np.atleast_2d(np.corrcoef(kept))
    children = len(kept)
    if not 1 <= factors < children:
        raise IndexMethodError(
            f"{factors} factors cannot stand behind {children} children.",
            where="components.principal_axes, factors",
            fix=f"1 to {children - 1} factors",
        )
    all_values, all_vectors = _eigen(correlations)
    # a child's largest correlation: a start that exists for singular matrices too
    communalities = np.abs(correlations - np.eye(children)).max(axis=1)
    for _ in range(20_000):
        reduced = correlations - np.diag(1 - communalities)
        values, vectors = _eigen(reduced)
        loadings = vectors[:, :factors] * np.sqrt(np.maximum(values[:factors], 0.0))
        before, communalities = communalities, (loadings**2).sum(axis=1)
        if (communalities > 1 + 1e-6).any():
            raise IndexMethodError(
                f"Child {int(communalities.argmax())} would share more than its whole variance "
                "with the others (a Heywood case).",
                where=f"components.principal_axes, {factors} factors",
                fix='use fewer factors, or principal_components(components="first")',
            )
        if np.abs(communalities - before).max() < tolerance:
            rotated = varimax(loadings)
            variances = (rotated**2).sum(axis=0)
            return Components(rotated, variances, all_values, all_vectors, kept.shape[1])
    raise IndexMethodError(
        f"Communalities still move after {20_000} rounds.",
        where=f"components.principal_axes, {factors} factors",
        fix="use fewer factors",
    )


def varimax(loadings: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn the dimensions so that each child loads on few of them.

    Rows are brought to length 1 while turning (Kaiser's normalisation). Dimensions come back
    by falling variance, each signed to sum to 0 or more.
    Source: Kaiser (1958), The varimax criterion for analytic rotation in factor analysis.

    Args:
        loadings: Shape (children, dimensions).

    Returns:
        Loadings turned, same shape.
    """
    lengths = np.sqrt((loadings**2).sum(axis=1))
    unit = np.where(lengths > 0, lengths, 1.0)
    turned = loadings / unit[:, None]
    dimensions = loadings.shape[1]
    for _ in range(1_000 if dimensions > 1 else 0):
        largest = 0.0
        for i in range(dimensions - 1):
            for j in range(i + 1, dimensions):
                angle = _best_angle(turned[:, i], turned[:, j])
                largest = max(largest, abs(angle))
                turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
                turned[:, [i, j]] = turned[:, [i, j]] @ turn
        if largest < 1e-12:
            break
    turned *= unit[:, None]
    order = np.argsort(-(turned**2).sum(axis=0), kind="stable")
    signed: NDArray[np.float64] = turned[:, order] * _signs(turned[:, order])
    return signed


def _best_angle(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Find the angle in one plane at which the squared loadings differ most."""
    u, v = x**2 - y**2, 2 * x * y
    top = 2 * (np.mean(u * v) - np.mean(u) * np.mean(v))
    bottom = np.mean(u**2 - v**2) - (np.mean(u) ** 2 - np.mean(v) ** 2)
    return float(np.arctan2(top, bottom) / 4)


def _signs(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(columns.sum(axis=0) < 0, -1.0, 1.0)


def _eigen(matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    values, vectors = np.linalg.eigh(matrix)
    vectors = vectors[:, ::-1]
    return values[::-1], vectors * _signs(vectors)
