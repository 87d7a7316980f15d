"""What an audit varies, as an experiment: numbers between 0 and 1 in, scores of all units out.

A replicate is one row of numbers. The same row always gives the same scores, whatever rows
stand beside it, and `replayed` gives the recipe and the weights behind it, so that any
replicate can be computed again step by step and compared.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index.pipeline import OVER_TIME, Inputs, prepare
from armillary.analyses.index.tree import Tree, Variant
from armillary.analyses.index.weights.weights_of import weights_of
from armillary.errors import ArmillaryError, IndexMethodError
from armillary.model import methods
from armillary.model import recipe as recipes
from armillary.model.recipe import IndexRecipe, Variation

if TYPE_CHECKING:
    from collections.abc import Iterator

Array = NDArray[np.float64]
_BEFORE_WEIGHTS = ("impute", "treat", "normalise", "indicator")


class Factor(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is varied.

    Args:
        path: Path into the recipe.
        varied: What it may be instead.
        choices: Plain values it is drawn from; empty where weights are drawn.
        columns: Columns of the design that decide it.
        nodes: Numbers of the nodes whose weights it draws.
    """

    path: str
    varied: Variation
    choices: tuple[Any, ...] = ()
    columns: slice
    nodes: tuple[int, ...] = ()


class Replicate(msgspec.Struct, frozen=True):
    """One replicate, so that it can be computed again.

    Args:
        choices: Plain value by path, for the methods that were drawn.
        draw: Number of the imputed table, where there are several.
        recipe: The recipe with these choices.
        weights: Weights of the nodes, in the order of `Tree.codes`.
    """

    choices: dict[str, Any]
    draw: int | None
    recipe: IndexRecipe
    weights: Array


class Experiment:
    """An index with everything its audit varies.

    Steps before the weights are computed once for each combination of choices; weights and
    aggregation anew for each replicate.

    Args:
        inputs: Raw values; the last period is audited.
        recipe: The recipe, its `audit.vary` held to it by `model.feasibility.impossible`.
    """

    def __init__(self, inputs: Inputs, recipe: IndexRecipe) -> None:
        self.inputs = msgspec.structs.replace(
            inputs,
            periods=inputs.periods if recipe.pool_years else inputs.periods[-1:],
            values=inputs.values if recipe.pool_years else inputs.values[-1:],
        )
        if isinstance(recipe.normalise, OVER_TIME):
            self.inputs = inputs
        self.recipe = recipe
        self.tree = Tree(inputs.framework)
        self.factors = tuple(self._factors())
        self.dimensions = max((f.columns.stop for f in self.factors), default=0)
        self._variants: list[Variant] = []
        self._variant_number: dict[tuple[int, ...], int] = {}
        self._weights: dict[tuple[int, int, int], Array] = {}
        choosers = [f for f in self.factors if f.choices]
        self._before = [f for f in choosers if f.path.split(".")[0] in _BEFORE_WEIGHTS]
        self._means = [f for f in choosers if f.path.split(".")[0] == "aggregate"]
        self._weighers = [f for f in choosers if f.path.split(".")[0] == "weight"]
        self._aggregates = [
            self._changed(self._means, numbers).aggregate for numbers in _products(self._means)
        ]
        self._weighings = [
            self._changed(self._weighers, numbers).weight for numbers in _products(self._weighers)
        ]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the paths of the factors, in order."""
        return tuple(factor.path for factor in self.factors)

    def _factors(self) -> Iterator[Factor]:
        varied = dict(self.recipe.audit.vary)
        if isinstance(self.recipe.impute, methods.MultipleImputation) and "impute" not in varied:
            # several imputed tables are doubt in themselves, though no method is varied
            varied["impute"] = Variation(simplex=True)
        at = 0
        for path, one in sorted(varied.items(), key=_general_first):
            section = path.split(".")[0]
            if one.choices is not None or path == "impute":
                plain = one.choices or (recipes.at(self.recipe, path),)
                choices = tuple(
                    recipes.at(recipes.changed(self.recipe, {path: choice}), path)
                    for choice in plain
                )
                wide = 2 if path == "impute" else 1
                yield Factor(path=path, varied=one, choices=choices, columns=slice(at, at + wide))
                at += wide
            elif section == "weight":
                nodes = self._weighed(path)
                yield Factor(path=path, varied=one, nodes=nodes, columns=slice(at, at + len(nodes)))
                at += len(nodes)

    def _weighed(self, path: str) -> tuple[int, ...]:
        """Return the numbers of the nodes whose weights a path names."""
        framework = self.inputs.framework
        parts = recipes.parts_of(path)
        groups = [
            group.code
            for group in framework.groups
            if len(parts) == 1
            or (parts[1] == "node" and parts[2] == group.code)
            or (parts[1] == "level" and int(parts[2]) == framework.level[group.code])
        ]
        return tuple(sorted(n for code in groups for n in self.tree.parts_of(code)))

    def _changed(self, factors: list[Factor], numbers: tuple[int, ...]) -> IndexRecipe:
        pairs = zip(factors, numbers, strict=True)
        return recipes.changed(
            self.recipe, {factor.path: factor.choices[number] for factor, number in pairs}
        )

    def scores(self, design: Array) -> Array:
        """Compute the index for every row of a design.

        Args:
            design: Shape (replicates, dimensions), numbers from 0 to below 1.

        Returns:
            Scores of the root, shape (replicates, units); NaN = no score.

        Raises:
            IndexMethodError: A combination of choices cannot be computed; it is named.
        """
        variant, aggregate, weighing = self._numbers(design)
        weights = self._drawn(design, variant, aggregate, weighing)
        climbed = self.tree.climb(
            self._variants,
            self._aggregates,
            weights=weights,
            variant=variant,
            aggregate=aggregate,
            root_only=True,
        )
        return climbed[:, 0]

    def always_ranked(self) -> NDArray[np.bool_]:
        """Say which units have a score whatever is chosen, shape (units,)."""
        for key in itertools.product(*(range(len(f.choices)) for f in self._before)):
            for draw in self._draws(key):
                self._variant((*key, draw))
        root = self.inputs.framework.root.code
        return np.asarray(np.all([one.scored[root] for one in self._variants], axis=0))

    def _draws(self, key: tuple[int, ...]) -> range:
        """Return the numbers of the imputed tables under some choices; -1 where there is one."""
        for factor, number in zip(self._before, key, strict=True):
            choice = factor.choices[number]
            if factor.path == "impute" and choice["method"] == "multiple":
                return range(int(choice["draws"]))
        return range(-1, 0)

    def published(self) -> Array:
        """Return the scores of the root under the recipe as it is, shape (units,)."""
        prepared = prepare(self.inputs, self.recipe).variant()
        weights = weights_of(self.tree, self.recipe, variant=prepared)
        climbed = self.tree.climb(
            [prepared], [self.recipe.aggregate], weights=weights[None], root_only=True
        )
        return np.asarray(climbed[0, 0])

    def replayed(self, row: Array) -> Replicate:
        """Return what one row of a design stands for.

        Args:
            row: Shape (dimensions,).
        """
        design = row[None]
        variant, aggregate, weighing = self._numbers(design)
        (choices,) = self.chosen(design)
        recipe = recipes.changed(self.recipe, choices)
        draw = None
        impute = next((f for f in self.factors if f.path == "impute"), None)
        if impute is not None and isinstance(recipe.impute, methods.MultipleImputation):
            draw = int(design[0, impute.columns.start + 1] * recipe.impute.draws)
        weights = self._drawn(design, variant, aggregate, weighing)[0]
        return Replicate(choices, draw, recipe, weights)

    def weights(self, design: Array) -> Array:
        """Return the weights each row of a design draws, all methods as published.

        Args:
            design: Shape (replicates, dimensions).
        """
        still = design.copy()
        for factor in self.factors:
            if factor.choices:
                number = factor.choices.index(recipes.at(self.recipe, factor.path))
                still[:, factor.columns.start] = (number + 0.5) / len(factor.choices)
        return self._drawn(still, *self._numbers(still))

    def chosen(self, design: Array) -> list[dict[str, Any]]:
        """Return the methods each row of a design draws: plain value by path."""
        choosers = [f for f in self.factors if f.choices]
        numbers = [_choice(design, f) for f in choosers]
        return [
            {f.path: f.choices[int(n[r])] for f, n in zip(choosers, numbers, strict=True)}
            for r in range(design.shape[0])
        ]

    def _numbers(
        self, design: Array
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Return which variant, aggregation and weighing each row takes."""
        n = design.shape[0]
        aggregate = _mixed([_choice(design, f) for f in self._means], self._means, n)
        weighing = _mixed([_choice(design, f) for f in self._weighers], self._weighers, n)
        picked = [_choice(design, f) for f in self._before]
        drawn = np.full(n, -1)
        impute = next((f for f in self._before if f.path == "impute"), None)
        if impute is not None:
            u = design[:, impute.columns.start + 1]
            number = picked[self._before.index(impute)]
            for i, choice in enumerate(impute.choices):
                if choice["method"] == "multiple":
                    drawn = np.where(number == i, (u * choice["draws"]).astype(np.int64), drawn)
        keys = np.stack([*picked, drawn], axis=1)
        unique, place = np.unique(keys, axis=0, return_inverse=True)
        numbers = np.array([self._variant(tuple(int(k) for k in key)) for key in unique])
        return numbers[place.reshape(-1)], aggregate, weighing

    def _variant(self, key: tuple[int, ...]) -> int:
        """Return the number of a variant, computed where it is met first."""
        if key not in self._variant_number:
            *numbers, draw = key
            recipe = self._changed(self._before, tuple(numbers))
            try:
                found = prepare(self.inputs, recipe, draw=None if draw < 0 else draw).variant()
            except ArmillaryError as error:
                pairs = zip(self._before, numbers, strict=True)
                named = ", ".join(f"{f.path} = {f.choices[n]['method']}" for f, n in pairs)
                raise IndexMethodError(
                    f"The combination {named} cannot be computed: {error.problem}",
                    where=f"audit.vary; {error.where}",
                    fix=error.fix,
                ) from error
            self._variant_number[key] = len(self._variants)
            self._variants.append(found)
        return self._variant_number[key]

    def _drawn(
        self,
        design: Array,
        variant: NDArray[np.int64],
        aggregate: NDArray[np.int64],
        weighing: NDArray[np.int64],
    ) -> Array:
        """Return the weights of every row, shape (rows, nodes)."""
        if self._weighers or not self._given():
            keys = np.stack([variant, aggregate, weighing], axis=1)
            unique, place = np.unique(keys, axis=0, return_inverse=True)
            base = np.stack([self._base_weights(*(int(k) for k in key)) for key in unique])
            weights = base[place.reshape(-1)]
        else:
            weights = np.tile(self.tree.weights, (design.shape[0], 1))
        for factor in self.factors:
            if factor.choices:
                continue
            u, nodes = design[:, factor.columns], list(factor.nodes)
            if factor.varied.spread is not None:
                weights[:, nodes] *= 1 + factor.varied.spread * (2 * u - 1)
            elif factor.varied.uniform is not None:
                low, high = factor.varied.uniform
                weights[:, nodes] = low + (high - low) * u
            else:
                weights[:, nodes] = -np.log1p(-u)  # exponential; rescaled, uniform on the simplex
        return weights

    def _given(self) -> bool:
        weigh = self.recipe.weight
        every = (weigh.default, *weigh.level.values(), *weigh.node.values())
        return all(isinstance(one, methods.GivenWeights) for one in every)

    def _base_weights(self, variant: int, aggregate: int, weighing: int) -> Array:
        key = (variant, aggregate, weighing)
        if key not in self._weights:
            recipe = msgspec.structs.replace(
                self.recipe,
                aggregate=self._aggregates[aggregate],
                weight=self._weighings[weighing],
            )
            self._weights[key] = weights_of(self.tree, recipe, variant=self._variants[variant])
        return self._weights[key]


def _general_first(pair: tuple[str, Variation]) -> tuple[int, str]:
    """Order factors so that what is said of one node overrides what is said of all."""
    rank = {"level": 1, "node": 2}
    parts = pair[0].split(".")
    return rank.get(parts[1], 0) if len(parts) > 1 else 0, pair[0]


def _choice(design: Array, factor: Factor) -> NDArray[np.int64]:
    numbers: NDArray[np.int64] = (design[:, factor.columns.start] * len(factor.choices)).astype(
        np.int64
    )
    return numbers


def _products(factors: list[Factor]) -> list[tuple[int, ...]]:
    return list(itertools.product(*(range(len(f.choices)) for f in factors)))


def _mixed(picked: list[NDArray[np.int64]], factors: list[Factor], n: int) -> NDArray[np.int64]:
    """Number the combinations of several choices as `_products` lists them."""
    number = np.zeros(n, dtype=np.int64)
    for one, factor in zip(picked, factors, strict=True):
        number = number * len(factor.choices) + one
    return number
