"""One replicate of an audit, computed again step by step in plain arithmetic."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index.means import outranking, penalties
from armillary.analyses.index.means.frontier_scores import frontier_scores
from armillary.analyses.index.pipeline import prepare
from armillary.analyses.index.robustness.uncertainty import design_of
from armillary.errors import IndexMethodError
from armillary.model import methods
from armillary.model import recipe as recipes

if TYPE_CHECKING:
    from armillary.analyses.index.robustness.experiment import Experiment
    from armillary.analyses.index.tree import Variant
    from armillary.model.indicators import Framework
    from armillary.model.methods import Mean

Array = NDArray[np.float64]


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """One replicate, and what the compiled engine made of it.

    Args:
        number: Number of the replicate, from 1.
        choices: Method drawn, by path into the recipe.
        draw: Number of the imputed table, from 0; None where there is one only.
        weights: Weight by code of the node.
        scores: Scores of the root in plain arithmetic, shape (units,).
        compiled: Scores of the same replicate as the audit counts them.
        difference: Largest absolute difference of the two; 0 where both are missing.
    """

    number: int
    choices: dict[str, Any]
    draw: int | None
    weights: dict[str, float]
    scores: Array
    compiled: Array
    difference: float


def replay(experiment: Experiment, *, number: int) -> Replay:
    """Compute one replicate of the uncertainty sample again, group by group.

    Everything before the weights runs through the pipeline anew; the tree is climbed in plain
    array arithmetic, not by the compiled kernels.
    No method of its own: it repeats what `uncertainty.uncertainty` counts.

    Args:
        experiment: The index and what its audit varies.
        number: Number of the replicate, from 1.

    Raises:
        IndexMethodError: The audit has no such replicate.
    """
    audit = experiment.recipe.audit
    if not 1 <= number <= audit.replicates:
        raise IndexMethodError(
            f"There is no replicate {number}.",
            where="audit.replicates",
            fix=f"give a number from 1 to {audit.replicates:,}",
        )
    at = number - 1
    for design in design_of(experiment, replicates=audit.replicates, seed=audit.seed):
        if at < len(design):
            break
        at -= len(design)
    row = design[at]
    known = experiment.replayed(row)
    variant = prepare(experiment.inputs, known.recipe, draw=known.draw).variant()
    codes = experiment.tree.codes
    weights = dict(zip(codes, known.weights.tolist(), strict=True))
    scores = climbed(experiment.inputs.framework, variant, recipe=known.recipe, weights=weights)
    compiled = experiment.scores(row[None])[0]
    same = np.isnan(scores) & np.isnan(compiled)
    return Replay(
        number=number,
        choices=known.choices,
        draw=known.draw,
        weights=weights,
        scores=scores,
        compiled=compiled,
        difference=float(np.where(same, 0.0, np.abs(scores - compiled)).max(initial=0.0)),
    )


def climbed(
    framework: Framework,
    variant: Variant,
    *,
    recipe: recipes.IndexRecipe,
    weights: dict[str, float],
) -> Array:
    """Aggregate a tree in plain array arithmetic; return the scores of the root, (units,).

    No method of its own: the means of `aggregate`, `penalties` and `outranking`, as defined.

    Args:
        framework: The tree.
        variant: Normalised scores, and who is scored where.
        recipe: Says how each group is aggregated.
        weights: Weight by code.
    """
    held: dict[str, Array] = {
        leaf.code: variant.scores[i] for i, leaf in enumerate(framework.leaves)
    }
    for group in framework.groups:
        parts = [part.code for part in framework.children[group.code]]
        mean = recipe.aggregate.of(group.code, level=framework.level[group.code])
        rows = np.stack([held[code] for code in parts])
        own = np.array([weights[code] for code in parts])
        scored = variant.scored[group.code]
        found = np.full(rows.shape[1], np.nan)
        if scored.any():
            found[scored] = _mean(mean, rows[:, scored], own, codes=parts)
        held[group.code] = found
    root: Array = held[framework.root.code]
    return root


def _mean(mean: Mean, rows: Array, weights: Array, *, codes: list[str]) -> Array:
    known = ~np.isnan(rows) & (weights > 0)[:, None]
    share = known * weights[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = share / share.sum(axis=0)

    def weighted(values: Array) -> Array:
        return np.asarray((share * np.where(known, values, 0.0)).sum(axis=0))

    plain = np.where(known, rows, 1.0)
    match mean:
        case methods.Arithmetic():
            found = weighted(rows)
        case methods.Geometric() | methods.Generalised(power=0):
            found = np.exp(weighted(np.log(plain)))
        case methods.Harmonic():
            found = 1 / weighted(1 / plain)
        case methods.Generalised(power=power):
            found = weighted(plain**power) ** (1 / power)
        case methods.MeanMin(alpha=alpha):
            lowest = np.where(known, rows, np.inf).min(axis=0)
            found = weighted(rows) - alpha * (weighted(rows) - lowest)
        case methods.MazziottaPareto(penalty=penalty):
            found = penalties.mazziotta_pareto(rows, weights=weights, penalty=penalty)
        case methods.Ordered(orness=orness):
            order = partial(penalties.order_weights, orness=orness)
            found = penalties.ordered(rows, order_weights=order)
        case methods.Copeland():
            found = outranking.copeland(rows, weights=weights)
        case methods.BenefitOfDoubt() | methods.RobustBenefit() | methods.DirectionalBenefit():
            found = frontier_scores(rows, mean=mean, codes=codes)
    return np.asarray(found)
