"""From raw values to scores, step by step in the order of the Handbook, as the recipe says.

Every step is a function of arrays; `run` is the whole of them, once. Replicates of an audit run
the same functions: what is published is one of its own replicates.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from armillary.analyses.index import (
    impute,
    normalise,
    positions,
    standards,
    transforms,
    treat,
    treatment_rules,
    tree,
    trends,
)
from armillary.analyses.index.moments import within_limits
from armillary.analyses.index.screen import screened
from armillary.analyses.index.tree import Tree, Variant
from armillary.analyses.index.weights_of import weights_of
from armillary.errors import ArmillaryError, IndexMethodError, listed, raise_all
from armillary.model import recipe as methods
from armillary.model.feasibility import of_leaf
from armillary.model.indicators import Direction, Framework

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from armillary.analyses.index.treat import Treated
    from armillary.model.indicators import Node
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
    weights = weights_of(climbing, recipe, prepared.variant())
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


@threadpool_limits.wrap(limits=1, user_api="blas")  # many small matrices: threads only wait
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
    imputed = np.stack(
        [_imputed(inputs, recipe, raw[p], draw=draw) for p in range(len(inputs.periods))]
    )
    imputed = np.where(kept[:, None, :], imputed, np.nan)
    treated, treatments = _treated(inputs, recipe, imputed)
    normalised = _normalised(inputs, recipe, treated)
    coverage = tuple(
        tree.coverage(
            inputs.framework,
            present=~np.isnan(normalised[p]),
            minimum=recipe.minimum_coverage,
        )
        for p in range(len(inputs.periods))
    )
    return Prepared(
        kept=kept,
        imputed=imputed,
        treated=treated,
        treatments=treatments,
        normalised=normalised,
        coverage=coverage,
    )


def _imputed(inputs: Inputs, recipe: IndexRecipe, values: Array, *, draw: int | None) -> Array:
    """Fill one period; an indicator with a way of its own is filled by it alone."""
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
    from armillary.analyses.index import em, multiple_imputation

    some = ~np.isnan(values).all(axis=0)
    filled = values.copy()
    if isinstance(method, methods.EmImputation):
        filled[:, some] = em.fit(values[:, some]).filled
        return filled
    drawn = multiple_imputation.draws(
        values[:, some], number=method.draws, seed=method.seed, model=method.model
    )
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


def _slabs(inputs: Inputs, recipe: IndexRecipe) -> list[tuple[str | None, slice]]:
    """Return the runs of years that are treated and normalised together."""
    if recipe.pool_years or isinstance(recipe.normalise, OVER_TIME):
        return [(None, slice(None))]
    return [(year, slice(p, p + 1)) for p, year in enumerate(inputs.periods)]


def _treated(
    inputs: Inputs, recipe: IndexRecipe, values: Array
) -> tuple[Array, dict[tuple[str | None, int], Treated]]:
    treated, told = values.copy(), {}
    problems: list[ArmillaryError] = []
    for i, leaf in enumerate(inputs.framework.leaves):
        own = recipe.indicator.get(leaf.code)
        method = own.treat if own is not None and own.treat is not None else recipe.treat
        if isinstance(method, methods.NoTreatment):
            continue
        lower = inputs.framework.direction[leaf.code] is Direction.LOWER_IS_BETTER
        for year, rows in _slabs(inputs, recipe):
            slab = values[rows, i]
            try:
                one = _treat_leaf(slab.ravel(), method, code=leaf.code, lower_is_better=lower)
            except IndexMethodError as error:
                problems.append(error)
                continue
            treated[rows, i] = one.values.reshape(slab.shape)
            told[year, i] = one
    raise_all(problems)
    return treated, told


def _treat_leaf(values: Array, method: Any, *, code: str, lower_is_better: bool) -> Treated:
    match method:
        case methods.Winsorise():
            passes = partial(
                within_limits, skewness_limit=method.skewness, kurtosis_limit=method.kurtosis
            )
            first = partial(
                treat.winsorise,
                maximum=method.maximum,
                skewness_limit=method.skewness,
                kurtosis_limit=method.kurtosis,
                force=method.force,
            )
            second = None
            if method.otherwise != "none":
                second = _transform(method, method.otherwise, code, lower_is_better, passes)
            return treat.two_stage(
                values,
                first=first,
                second=second,
                passes=passes,
                combine=method.combine,
                force="first" if method.force else None,
            )
        case methods.GiiTreatment():
            return treatment_rules.gii_rule(
                values,
                lower_is_better=lower_is_better,
                skewness_limit=method.skewness,
                kurtosis_limit=method.kurtosis,
                maximum=method.maximum,
                factor=method.factor,
                indicator=code,
            )
        case methods.EisTreatment():
            return treatment_rules.eis_rule(
                values,
                deviations=method.deviations,
                skewness_limit=method.skewness,
                indicator=code,
            )
        case methods.Fences():
            return treatment_rules.interquartile(values, factor=method.factor)
        case methods.Transformed():
            if method.transform == "none":
                return treat.untreated(values)
            return _transform(method, method.transform, code, lower_is_better, within_limits)(
                values
            )
        case _:
            return treat.untreated(values)


def _transform(
    method: Any, name: str, code: str, lower_is_better: bool, passes: treat.Passes
) -> Callable[[Array], Treated]:
    """Return one formula as a treatment, its arguments bound."""
    formulas: dict[str, Callable[[Array], Array]] = {
        "log_coin_tool": partial(transforms.log_coin_tool, indicator=code),
        "log_two_sided": partial(transforms.log_two_sided, indicator=code),
        "log_shifted": partial(transforms.log_shifted, indicator=code),
        "log_gii": partial(
            transforms.log_gii,
            factor=method.factor,
            lower_is_better=lower_is_better,
            indicator=code,
        ),
        "square_root": partial(transforms.square_root, indicator=code),
        "box_cox": partial(transforms.box_cox, power=method.power, indicator=code),
    }
    return partial(treat.transformed, transform=formulas[name], method=name, passes=passes)


def _normalised(inputs: Inputs, recipe: IndexRecipe, values: Array) -> Array:
    scores = np.full(values.shape, np.nan)
    problems: list[ArmillaryError] = []
    for i, leaf in enumerate(inputs.framework.leaves):
        method = of_leaf(recipe, leaf)
        for _, rows in _slabs(inputs, recipe):
            slab = values[rows, i]
            try:
                scores[rows, i] = _normalise_leaf(inputs, slab, method, leaf).reshape(slab.shape)
            except IndexMethodError as error:
                problems.append(error)
    raise_all(problems)
    return scores


def _normalise_leaf(inputs: Inputs, slab: Array, method: Any, leaf: Node) -> Array:
    """Normalise the values of one indicator, shape (periods, units) flattened."""
    flat = slab.ravel()
    if np.isnan(flat).all():
        return flat
    known = {"indicator": leaf.code, "direction": inputs.framework.direction[leaf.code]}
    match method:
        case methods.MinMax():
            return normalise.minmax(flat, **known, bounds=method.range)
        case methods.ZScore():
            return normalise.zscore(flat, **known, mean=method.mean, deviation=method.deviation)
        case methods.RankScore():
            return positions.rank_points(flat, **known)
        case methods.Borda():
            return positions.borda(flat, **known)
        case methods.PercentileRank():
            return 100 * positions.percentile_rank(flat, **known)
        case methods.DistanceToTarget():
            return normalise.distance_to_target(
                flat, **known, target=_given(leaf.target), cap=method.cap, bounds=method.range
            )
        case methods.DistanceToReference():
            return _against(inputs, slab, method, known).ravel()
        case methods.DistanceToMaximum():
            return normalise.distance_to_maximum(flat, **known)
        case methods.Goalposts():
            return standards.goalposts(
                flat,
                **known,
                low=_given(leaf.low),
                high=_given(leaf.high),
                bounds=method.range,
                cap=method.cap,
            )
        case methods.ShareOfMaximum():
            return standards.share_of_maximum(flat, **known)
        case methods.Monitoring():
            return standards.monitoring(flat, **known, standard=_given(leaf.target), cap=method.cap)
        case methods.BasePeriod():
            return _since_base(inputs, slab, method, known).ravel()
        case methods.ChainIndex():
            rates = trends.growth_rates(
                slab, indicator=leaf.code, growth=method.growth, direction=known["direction"]
            )
            return np.vstack([np.full(slab.shape[1], np.nan), rates]).ravel()
        case _:
            return flat


def _given(number: float | None) -> float:
    assert number is not None, "model.feasibility refuses what lacks its goalposts or target"
    return number


def _against(
    inputs: Inputs, slab: Array, method: methods.DistanceToReference, known: dict[str, Any]
) -> Array:
    if method.unit not in inputs.units:
        raise IndexMethodError(
            f"The unit of reference {method.unit!r} is not among the units.",
            where="normalise, unit",
            fix=f"units are {listed(list(inputs.units))}",
        )
    at = inputs.units.index(method.unit)
    return np.stack(
        [
            normalise.distance_to_reference(row, **known, reference=float(row[at]), cap=method.cap)
            for row in slab
        ]
    )


def _since_base(
    inputs: Inputs, slab: Array, method: methods.BasePeriod, known: dict[str, Any]
) -> Array:
    base = inputs.periods.index(str(method.base))
    scores = np.full(slab.shape, np.nan)
    for u in np.flatnonzero(~np.isnan(slab[base])):
        scores[:, u] = standards.base_period(slab[:, u], **known, base=float(slab[base, u]))
    return scores


def _chained(inputs: Inputs, method: methods.ChainIndex, rates: Array) -> Array:
    """Turn the mean growth of every node into index numbers, shape (periods, nodes, units)."""
    base = inputs.periods.index(str(method.base))
    found = np.full(rates.shape, np.nan)
    for n in range(rates.shape[1]):
        index = trends.chained(rates[1:, n], growth=method.growth)
        known = ~np.isnan(rates[1:, n]).all(axis=0)
        found[:, n] = np.where(known, 100 * index / index[base], np.nan)
    return found
