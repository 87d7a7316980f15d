"""Step 3 of the Handbook, as a recipe asks for it: what is missing is filled."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from armillary.analyses.index.missing import impute
from armillary.errors import IndexMethodError, listed
from armillary.model import methods

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from armillary.analyses.index.pipeline import Inputs
    from armillary.model.indicators import Framework
    from armillary.model.recipe import IndexRecipe

    Array = NDArray[np.float64]


def imputed(
    inputs: Inputs, recipe: IndexRecipe, *, values: Array, draw: int | None = None
) -> Array:
    """Fill one period; an indicator with a way of its own is filled by it alone.

    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 3.

    Args:
        inputs: The index; its raw values are not looked at.
        recipe: How to impute.
        values: Raw values of the units that are scored, shape (leaves, units); NaN = missing.
        draw: Which draw of a multiple imputation; None takes the mean of all.

    Returns:
        Shape (leaves, units); NaN = still missing.

    Raises:
        IndexMethodError: A column of the table of units is absent, or a model cannot be fitted.
    """
    framework, method = inputs.framework, recipe.impute
    match method:
        case methods.RowMeanImputation(level=level):
            filled = impute.row_mean(
                values,
                parts=[part.tolist() for part in leaves_within(framework, level=level)],
                directions=[framework.direction[leaf.code] for leaf in framework.leaves],
                indicators=[leaf.code for leaf in framework.leaves],
            ).values
        case methods.EmImputation() | methods.MultipleImputation():
            filled = _modelled(values, method, draw=draw)
        case methods.MeanImputation() | methods.MedianImputation():
            codes = [leaf.code for leaf in framework.leaves]
            pairs = zip(values, codes, strict=True)
            filled = np.stack([_by_column(inputs, method, row, code=code) for row, code in pairs])
        case _:
            filled = values.copy()
    for i, leaf in enumerate(framework.leaves):
        own = recipe.indicator.get(leaf.code)
        if own is not None and own.impute is not None:
            filled[i] = _by_column(inputs, own.impute, values[i], code=leaf.code)
    return filled


def _by_column(inputs: Inputs, method: Any, row: Array, *, code: str) -> Array:
    if isinstance(method, methods.NoImputation):
        return row
    function = impute.mean if isinstance(method, methods.MeanImputation) else impute.median
    groups = None
    if method.by is not None:
        if method.by not in inputs.groups:
            raise IndexMethodError(
                f"The table of units has no column {method.by!r}.",
                where="impute, by",
                fix=f"columns are {listed(list(inputs.groups))}"
                if inputs.groups
                else 'name a table of units in observatory.toml: `units = "indexes/units.csv"`',
            )
        groups = [label or None for label in inputs.groups[method.by]]
    return function(row, groups=groups, units=inputs.units, indicator=code).values


def _modelled(
    values: Array,
    method: methods.EmImputation | methods.MultipleImputation,
    *,
    draw: int | None,
) -> Array:
    """Fill by a model of all indicators; units of which nothing is known stay missing."""
    some = ~np.isnan(values).all(axis=0)
    filled = values.copy()
    if isinstance(method, methods.EmImputation):
        filled[:, some] = _expected(values[:, some].tobytes(), values.shape[0])
        return filled
    drawn = _drawn(values[:, some].tobytes(), values.shape[0], method)
    filled[:, some] = drawn.mean(axis=0) if draw is None else drawn[draw]
    return filled


def leaves_within(framework: Framework, *, level: int) -> list[NDArray[np.int64]]:
    """Return the numbers of the leaves beneath each group of a depth.

    No method of its own. A leaf that hangs above the level is a group of itself.

    Args:
        framework: The tree.
        level: Depth; 0 is the root.
    """
    parents = {node.code: node.parent for node in framework.nodes}
    found: dict[str, list[int]] = {}
    for i, leaf in enumerate(framework.leaves):
        at = leaf.code
        while framework.level[at] > level:
            at = parents[at] or at
        found.setdefault(at, []).append(i)
    return [np.array(numbers) for numbers in found.values()]


@lru_cache(maxsize=4)  # an audit imputes the same table for every other choice it varies
def _expected(values: bytes, leaves: int) -> Array:
    from armillary.analyses.index.missing import em

    return em.fit(np.frombuffer(values).reshape(leaves, -1)).filled


@lru_cache(maxsize=2)  # an audit asks for each of the draws of one table in turn
def _drawn(values: bytes, leaves: int, method: methods.MultipleImputation) -> Array:
    from armillary.analyses.index.missing import multiple_imputation

    return multiple_imputation.draws(
        np.frombuffer(values).reshape(leaves, -1),
        number=method.draws,
        seed=method.seed,
        model=method.model,
    )
