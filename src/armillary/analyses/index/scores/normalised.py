"""Step 5 of the Handbook, as a recipe asks for it: values become scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np

from armillary.analyses.index.scores import normalise, positions, standards, trends
from armillary.errors import ArmillaryError, IndexMethodError, listed, raise_all
from armillary.model import methods
from armillary.model.feasibility import of_leaf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from armillary.analyses.index.pipeline import Inputs
    from armillary.model.indicators import Direction, Node
    from armillary.model.recipe import IndexRecipe

    Array = NDArray[np.float64]
    Slabs = Sequence[tuple[str | None, slice]]


class _Known(TypedDict):
    indicator: str
    direction: Direction


def normalised(inputs: Inputs, recipe: IndexRecipe, *, values: Array, slabs: Slabs) -> Array:
    """Bring every indicator to scores.

    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 5; see each method.

    Args:
        inputs: The index.
        recipe: How to normalise; an indicator may have a way of its own.
        values: Shape (periods, leaves, units); NaN = missing.
        slabs: Runs of years that are normalised together.

    Returns:
        Scores, same shape; NaN = missing.

    Raises:
        ArmillaryError: An indicator cannot be normalised; all of them at once.
    """
    scores = np.full(values.shape, np.nan)
    problems: list[ArmillaryError] = []
    for i, leaf in enumerate(inputs.framework.leaves):
        method = of_leaf(recipe, leaf)
        for _, rows in slabs:
            slab = values[rows, i]
            try:
                scores[rows, i] = _normalise_leaf(inputs, slab, method, leaf).reshape(slab.shape)
            except IndexMethodError as error:
                problems.append(error)
    raise_all(problems)
    return scores


def _normalise_leaf(  # noqa: PLR0911, PLR0912 - a line for each method
    inputs: Inputs, slab: Array, method: Any, leaf: Node
) -> Array:
    """Normalise the values of one indicator, shape (periods, units) flattened."""
    flat = slab.ravel()
    if np.isnan(flat).all():
        return flat
    known: _Known = {
        "indicator": leaf.code,
        "direction": inputs.framework.direction[leaf.code],
    }
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
            rates = trends.growth_rates(slab, **known, growth=method.growth)
            return np.vstack([np.full(slab.shape[1], np.nan), rates]).ravel()
        case _:
            return flat


def _given(number: float | None) -> float:
    if number is None:
        raise AssertionError("model.feasibility refuses what lacks its goalposts or target")
    return number


def _against(
    inputs: Inputs, slab: Array, method: methods.DistanceToReference, known: _Known
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


def _since_base(inputs: Inputs, slab: Array, method: methods.BasePeriod, known: _Known) -> Array:
    base = inputs.periods.index(str(method.base))
    scores = np.full(slab.shape, np.nan)
    for u in np.flatnonzero(~np.isnan(slab[base])):
        scores[:, u] = standards.base_period(slab[:, u], **known, base=float(slab[base, u]))
    return scores
