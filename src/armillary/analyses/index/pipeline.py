"""From raw values to scores, step by step in the order of the Handbook, as the recipe says.

Every step is a function of arrays; `run` is the whole of them, once. Replicates of an audit run
the same functions: what is published is one of its own replicates.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index import tree
from armillary.analyses.index.missing.imputed import imputed
from armillary.analyses.index.scores import trends
from armillary.analyses.index.scores.normalised import normalised
from armillary.analyses.index.screen import screened
from armillary.analyses.index.treatment.treat import Treated
from armillary.analyses.index.treatment.treated import treated
from armillary.analyses.index.tree import Tree, Variant
from armillary.analyses.index.weights.weights_of import weights_of
from armillary.model import methods
from armillary.model.indicators import Framework

if TYPE_CHECKING:
    from armillary.model.recipe import IndexRecipe

Array = NDArray[np.float64]
OVER_TIME = (methods.BasePeriod, methods.ChainIndex)  # need the years before the one scored


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """What an index is computed from.

    Args:
        framework: The tree.
        periods: Years, in order; the last is the edition.
        units: Codes of the units.
        values: Raw values, shape (periods, leaves, units); NaN = missing.
        groups: Columns of the table of units by name, each (units,) of labels; "" where a unit
            has none.
    """

    framework: Framework
    periods: tuple[str, ...]
    units: tuple[str, ...]
    values: Array
    groups: Mapping[str, tuple[str, ...]] = {}


class Stages(msgspec.Struct, frozen=True, kw_only=True):
    """What every step made of the values, each of shape (periods, leaves, units).

    Args:
        kept: Whether a unit is scored at all, shape (periods, units).
        imputed: Values after imputation; NaN = still missing.
        treated: Values after the treatment of outliers.
        treatments: What was done to each leaf, by (period, leaf number); the period is None
            where all years were treated together.
        normalised: Scores of the indicators.
        weights: Weights of the nodes, shape (nodes,), in the order of `Tree.codes`.
        coverage: What is known beneath each node, one for each period.
        scores: Scores of all nodes, shape (periods, nodes, units).
    """

    kept: NDArray[np.bool_]
    imputed: Array
    treated: Array
    treatments: dict[tuple[str | None, int], Treated]
    normalised: Array
    weights: Array
    coverage: tuple[tree.Coverage, ...]
    scores: Array


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """The steps before aggregation; fields as in `Stages`."""

    kept: NDArray[np.bool_]
    imputed: Array
    treated: Array
    treatments: dict[tuple[str | None, int], Treated]
    normalised: Array
    coverage: tuple[tree.Coverage, ...]

    def variant(self, period: int = -1) -> Variant:
        """Return one period as the tree climbs it."""
        return Variant(self.normalised[period], self.coverage[period].scored)


def run(inputs: Inputs, recipe: IndexRecipe) -> Stages:
    """Compute an index, every step kept.

    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, steps 3 to 6.

    Args:
        inputs: Raw values.
        recipe: Every choice of method; held to the framework beforehand
            (`model.feasibility.impossible`).

    Raises:
        ArmillaryError: A step cannot be done with these values; all indicators at once.
    """
    prepared = prepare(inputs, recipe)
    climbing = Tree(inputs.framework)
    weights = weights_of(climbing, recipe, variant=prepared.variant())
    scores = np.full((len(inputs.periods), len(climbing.codes), len(inputs.units)), np.nan)
    for p in range(len(inputs.periods)):
        one = prepared.variant(p)
        scores[p, : one.scores.shape[0]] = one.scores
        scores[p, one.scores.shape[0] :] = climbing.climb(
            [one], [recipe.aggregate], weights=weights[None]
        )[0]
    if isinstance(recipe.normalise, methods.ChainIndex):
        scores = _chained(inputs, recipe.normalise, scores)
    return Stages(
        **{name: getattr(prepared, name) for name in Prepared.__struct_fields__},
        weights=weights,
        scores=scores,
    )


def prepare(inputs: Inputs, recipe: IndexRecipe, *, draw: int | None = None) -> Prepared:
    """Screen, impute, treat and normalise: all that comes before weights.

    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, steps 3 to 5.

    Args:
        inputs: Raw values.
        recipe: The choices.
        draw: Which draw of a multiple imputation; None takes the mean of all.

    Raises:
        ArmillaryError: A step cannot be done with these values; all indicators at once.
    """
    kept = np.array([screened(inputs, recipe.screen, period=p) for p in range(len(inputs.periods))])
    raw = np.where(kept[:, None, :], inputs.values, np.nan)
    whole = np.stack([imputed(inputs, recipe, values=one, draw=draw) for one in raw])
    filled = np.where(kept[:, None, :], whole, np.nan)
    slabs = _slabs(inputs, recipe)
    calm, treatments = treated(inputs, recipe, values=filled, slabs=slabs)
    scores = normalised(inputs, recipe, values=calm, slabs=slabs)
    coverage = tuple(
        tree.coverage(
            inputs.framework,
            present=~np.isnan(scores[p]),
            minimum=recipe.minimum_coverage,
        )
        for p in range(len(inputs.periods))
    )
    return Prepared(
        kept=kept,
        imputed=filled,
        treated=calm,
        treatments=treatments,
        normalised=scores,
        coverage=coverage,
    )


def _chained(inputs: Inputs, method: methods.ChainIndex, rates: Array) -> Array:
    """Turn the mean growth of every node into index numbers, shape (periods, nodes, units)."""
    base = inputs.periods.index(str(method.base))
    found = np.full(rates.shape, np.nan)
    for n in range(rates.shape[1]):
        index = trends.chained(rates[1:, n], growth=method.growth)
        known = ~np.isnan(rates[1:, n]).all(axis=0)
        found[:, n] = np.where(known, 100 * index / index[base], np.nan)
    return found


def _slabs(inputs: Inputs, recipe: IndexRecipe) -> list[tuple[str | None, slice]]:
    """Return the runs of years that are treated and normalised together."""
    if recipe.pool_years or isinstance(recipe.normalise, OVER_TIME):
        return [(None, slice(None))]
    return [(year, slice(p, p + 1)) for p, year in enumerate(inputs.periods)]
