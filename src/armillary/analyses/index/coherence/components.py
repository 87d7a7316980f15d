"""Principal components of a group or level: how many dimensions its parts measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index.coherence.lineage import Row, by_code, of_level
from armillary.errors import IndexMethodError, listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from armillary.model.indicators import Framework

_TIED = 1e-9  # loadings this close are equally large: the first decides the sign


class Components(msgspec.Struct, frozen=True, kw_only=True):
    """Principal components of the correlation matrix of some items, the largest first.

    Args:
        codes: Codes of the items.
        units: Units with all items, which alone are used.
        eigenvalues: Variance of each component, shape (components,); they sum to the items.
        shares: Share of the variance 0..1, shape (components,).
        vectors: Weights of unit length, shape (items, components).
        loadings: Correlation of item and component, shape (items, components).
        above_one: How many eigenvalues are above 1.
        thresholds: Quantile of each eigenvalue where nothing goes together, shape
            (components,); None without parallel analysis.
        parallel: How many leading eigenvalues are above their threshold; None without.
    """

    codes: tuple[str, ...]
    units: int
    eigenvalues: NDArray[np.float64]
    shares: NDArray[np.float64]
    vectors: NDArray[np.float64]
    loadings: NDArray[np.float64]
    above_one: int
    thresholds: NDArray[np.float64] | None
    parallel: int | None


def principal_components(
    items: NDArray[np.float64],
    *,
    codes: Sequence[str],
    permutations: int = 0,
    quantile: float = 0.95,
    seed: int = 1,
) -> Components:
    """Find the principal components of standardised items.

    Signs mean nothing by themselves: each component is turned so that its largest loading is
    positive (the first of equally large ones). Parallel analysis shuffles every item on its
    own and asks which eigenvalues chance would not give.
    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 4; Kaiser (1960), eigenvalues
    above 1; Horn (1965), parallel analysis.

    Args:
        items: Shape (items, units), any units; NaN = missing.
        codes: Codes of the items.
        permutations: Shuffles of the parallel analysis; 0 leaves it out.
        quantile: Share of the shuffles an eigenvalue must exceed.
        seed: Same seed, same shuffles.

    Returns:
        All components, as many as there are items or units less one, whichever is fewer.

    Raises:
        IndexMethodError: Fewer than 2 items, fewer than 3 units with all of them, an infinite
            value, an item that does not vary, or a quantile that is none.
    """
    complete = _complete(items, codes)
    if permutations < 0 or not 0 < quantile < 1 or seed < 0:
        raise IndexMethodError(
            f"{permutations} permutations at quantile {quantile:g} with seed {seed} mean nothing.",
            where="coherence.components",
            fix="give e.g. permutations=1000, quantile=0.95, seed=1",
        )
    standard = _standardised(complete)
    n = complete.shape[1]
    vectors, lengths, _ = np.linalg.svd(standard, full_matrices=False)
    kept = min(len(items), n - 1)
    vectors, eigenvalues = vectors[:, :kept], (lengths**2)[:kept]
    sizes = np.abs(vectors)
    first = np.argmax(sizes >= sizes.max(axis=0) - _TIED, axis=0)
    vectors = vectors * np.where(vectors[first, np.arange(kept)] < 0, -1.0, 1.0)
    thresholds, parallel = None, None
    if permutations:
        thresholds = _chance(standard, permutations, quantile, seed)[:kept]
        beaten = eigenvalues > thresholds
        parallel = kept if beaten.all() else int(np.argmin(beaten))
    return Components(
        codes=tuple(codes),
        units=n,
        eigenvalues=eigenvalues,
        shares=eigenvalues / len(items),
        vectors=vectors,
        loadings=vectors * np.sqrt(eigenvalues),
        # rounding must not turn independent items, all of eigenvalue 1, into components
        above_one=int(np.sum(eigenvalues > 1 + _TIED)),
        thresholds=thresholds,
        parallel=parallel,
    )


def components_by_group(
    framework: Framework,
    *,
    values: NDArray[np.float64],
    scores: Mapping[str, NDArray[np.float64]],
    permutations: int = 0,
    quantile: float = 0.95,
    seed: int = 1,
) -> dict[str, Components]:
    """Find the principal components of the parts of every group of two or more.

    Source: as for `principal_components`.

    Args:
        framework: The tree.
        values: Of the indicators, shape (leaves, units); NaN = missing.
        scores: Of the groups, by code, shape (units,).
        permutations: As for `principal_components`.
        quantile: As for `principal_components`.
        seed: As for `principal_components`.

    Returns:
        By code of the group, in the order of the framework.

    Raises:
        IndexMethodError: As for `principal_components`.
    """
    numbers = by_code(framework, values=values, scores=scores)
    found: dict[str, Components] = {}
    for node in framework.nodes:
        parts = [part.code for part in framework.children.get(node.code, ())]
        if len(parts) > 1:
            found[node.code] = principal_components(
                np.array([numbers[code] for code in parts]),
                codes=parts,
                permutations=permutations,
                quantile=quantile,
                seed=seed,
            )
    return found


def components_of_level(
    framework: Framework,
    *,
    values: NDArray[np.float64],
    scores: Mapping[str, NDArray[np.float64]],
    level: int | None,
    permutations: int = 0,
    quantile: float = 0.95,
    seed: int = 1,
) -> Components:
    """Find the principal components of all nodes of a level together, whatever their group.

    Source: as for `principal_components`.

    Args:
        framework: The tree.
        values: Of the indicators, shape (leaves, units); NaN = missing.
        scores: Of the groups, by code, shape (units,).
        level: Depth of the nodes, 1 the parts of the index; None takes the indicators.
        permutations: As for `principal_components`.
        quantile: As for `principal_components`.
        seed: As for `principal_components`.

    Raises:
        IndexMethodError: No node is at that level, or as for `principal_components`.
    """
    numbers = by_code(framework, values=values, scores=scores)
    codes = of_level(framework, level)
    return principal_components(
        np.array([numbers[code] for code in codes]),
        codes=codes,
        permutations=permutations,
        quantile=quantile,
        seed=seed,
    )


def variance_rows(components: Components, *, group: str) -> list[Row]:
    """Tell the variance of each component as rows.

    No method of its own: a table of `components`.

    Returns:
        One row per component: `group`, `component` (from 1), `eigenvalue`, `share`,
        `cumulative_share`, `threshold` (None without parallel analysis), `units`.
    """
    cumulative = np.minimum(np.cumsum(components.shares), 1.0)
    return [
        {
            "group": group,
            "component": i + 1,
            "eigenvalue": float(components.eigenvalues[i]),
            "share": float(components.shares[i]),
            "cumulative_share": float(cumulative[i]),
            "threshold": None if components.thresholds is None else float(components.thresholds[i]),
            "units": components.units,
        }
        for i in range(components.eigenvalues.size)
    ]


def loading_rows(components: Components, *, group: str) -> list[Row]:
    """Tell what each item has to do with each component as rows.

    No method of its own: a table of `components`.

    Returns:
        One row per component and item: `group`, `component` (from 1), `code`, `vector` (its
        weight in the component), `loading` (their correlation).
    """
    return [
        {
            "group": group,
            "component": i + 1,
            "code": code,
            "vector": float(components.vectors[row, i]),
            "loading": float(components.loadings[row, i]),
        }
        for i in range(components.eigenvalues.size)
        for row, code in enumerate(components.codes)
    ]


def _complete(items: NDArray[np.float64], codes: Sequence[str]) -> NDArray[np.float64]:
    if items.ndim != 2 or items.shape[0] != len(codes) or len(codes) < 2:
        raise IndexMethodError(
            f"Items of shape {items.shape} with {len(codes)} codes have no components.",
            where="coherence.components",
            fix="give at least 2 items, shape (items, units), with a code for each",
        )
    if np.isinf(items).any():
        raise IndexMethodError(
            "An infinite value has no components.",
            where="coherence.components",
            fix="mend the value, or leave it missing",
        )
    complete = items[:, ~np.isnan(items).any(axis=0)]
    if complete.shape[1] < 3:
        raise IndexMethodError(
            f"Only {complete.shape[1]} of {items.shape[1]} units have all of {listed(codes)}.",
            where="coherence.components",
            fix="impute first, or leave out the items with most gaps",
        )
    constant = [code for code, row in zip(codes, complete, strict=True) if row.min() == row.max()]
    if constant:
        raise IndexMethodError(
            f"{listed(constant)} is the same for all {complete.shape[1]} units with every item.",
            where="coherence.components",
            fix="leave it out",
        )
    return complete


def _standardised(items: NDArray[np.float64]) -> NDArray[np.float64]:
    """Centre each row and give it length 1, so that products of rows are correlations."""
    centred = items - items.mean(axis=1, keepdims=True)
    centred /= np.abs(centred).max(axis=1, keepdims=True)
    standard: NDArray[np.float64] = centred / np.sqrt((centred**2).sum(axis=1, keepdims=True))
    return standard


def _chance(
    standard: NDArray[np.float64], permutations: int, quantile: float, seed: int
) -> NDArray[np.float64]:
    """Find the quantile of each eigenvalue over items shuffled each on its own."""
    generator = np.random.default_rng(seed)
    drawn = np.empty((permutations, len(standard)))
    for i in range(permutations):
        shuffled = generator.permuted(standard, axis=1)
        drawn[i] = np.linalg.eigvalsh(shuffled @ shuffled.T)[::-1]
    thresholds: NDArray[np.float64] = np.quantile(drawn, quantile, axis=0)
    return thresholds
