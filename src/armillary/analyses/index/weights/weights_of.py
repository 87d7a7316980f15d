"""The weights a recipe asks for: given, equal, from the data, or from experts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from armillary.model import methods

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from armillary.analyses.index.tree import Tree, Variant
    from armillary.model.methods import Weigh
    from armillary.model.recipe import IndexRecipe

    Array = NDArray[np.float64]


def weights_of(tree: Tree, recipe: IndexRecipe, *, variant: Variant) -> Array:
    """Work out the weights of all nodes, group by group from the leaves up.

    Weights from data need the scores of the parts, so each group is aggregated before the
    groups above it are weighed.
    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 6.

    Args:
        tree: The framework.
        recipe: Where weights come from, and how groups are aggregated.
        variant: Normalised scores of the edition.

    Returns:
        Shape (nodes,), in the order of `Tree.codes`; siblings need not sum to 1.

    Raises:
        IndexMethodError: The data do not decide the weights.
    """
    framework, weights = tree.framework, tree.weights.copy()
    wanted = [
        recipe.weight.of(group.code, level=framework.level[group.code])
        for group in framework.groups
    ]
    if all(isinstance(one, methods.GivenWeights) for one in wanted):
        return weights
    n = len(framework.leaves)
    for g, method in enumerate(wanted):
        parts = tree.parts[g]
        if isinstance(method, methods.GivenWeights):
            continue
        scores = variant.scores
        if max(parts) >= n:
            climbed = tree.climb([variant], [recipe.aggregate], weights=weights[None])[0]
            scores = np.vstack([variant.scores, climbed])
        weights[parts] = _of_group(
            method, [tree.codes[part] for part in parts], scores[parts], where=tree.codes[n + g]
        )
    return weights


def _of_group(  # noqa: PLR0911 - a line for each method
    method: Weigh, codes: list[str], scores: Array, *, where: str
) -> Array:
    from armillary.analyses.index.weights import elicitation, weighting

    match method:
        case methods.EqualWeights():
            return np.ones(len(codes))
        case methods.ComponentWeights():
            return weighting.principal_components(scores, components=method.components).weights
        case methods.FactorWeights():
            return weighting.factor(scores).weights
        case methods.EntropyWeights():
            return weighting.entropy(scores)
        case methods.CriticWeights():
            return weighting.critic(scores)
        case methods.BudgetWeights():
            points = np.array([[expert[code] for code in codes] for expert in method.experts])
            return elicitation.budget_allocation(points).weights
        case methods.HierarchyWeights():
            return elicitation.analytic_hierarchy(_matrix(method, codes)).weights
        case methods.OptimisedWeights():
            wanted = np.ones(len(codes))
            if method.wanted is not None:
                wanted = np.array([method.wanted[code] for code in codes])
            return weighting.optimised(scores, wanted=wanted).weights
        case _:
            raise AssertionError(f"{where}: {method}")


def _matrix(method: methods.HierarchyWeights, codes: list[str]) -> Array:
    matrix = np.eye(len(codes))
    for pair, times in method.comparisons.items():
        first, second = (codes.index(code) for code in pair.split("/"))
        matrix[first, second], matrix[second, first] = times, 1 / times
    return matrix
