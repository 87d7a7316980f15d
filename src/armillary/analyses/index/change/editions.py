"""Two editions of an index, switched one thing at a time: the parts of every unit's change."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index.change.movement import Movement, decompose, own_and_others
from armillary.analyses.index.pipeline import OVER_TIME, Inputs, run
from armillary.analyses.index.rank import rank
from armillary.errors import ArmillaryError, IndexMethodError
from armillary.model.feasibility import impossible
from armillary.model.indicators import Framework, Node
from armillary.model.methods import RowMeanImputation, Screen
from armillary.model.progress import Progress, silent
from armillary.model.recipe import Audit, IndexRecipe, Override

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = NDArray[np.float64]
Outcome = Callable[[frozenset[str]], Array]

OWN, OTHERS = "own_data", "data_of_others"
INDICATORS, METHOD, WEIGHTS, UNITS, MISSING = (
    "indicators", "method", "weights", "units", "missing",
)  # fmt: skip
FACTORS = (OWN, OTHERS, INDICATORS, METHOD, WEIGHTS, UNITS, MISSING)


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """One edition of an index.

    Args:
        inputs: Raw values; the last period is the edition.
        recipe: Its recipe.
    """

    inputs: Inputs
    recipe: IndexRecipe


class Moves(msgspec.Struct, frozen=True, kw_only=True):
    """Why every unit moved.

    Args:
        units: Those of both editions, sorted.
        movement: Parts of ranks (row 0) and scores (row 1) of the root, shape (factors, 2,
            units), for all of `FACTORS`; NaN for a unit that some mix of the editions does not
            rank. Parts of factors in which the editions do not differ are 0.
        notes: What could not be told apart.
    """

    units: tuple[str, ...]
    movement: Movement
    notes: tuple[str, ...]


def moves(before: Edition, after: Edition, *, progress: Progress = silent) -> Moves:
    """Share out every unit's change of rank and score over what differs between two editions.

    The factors: a unit's own data; the data of all others; the indicators (tree, directions,
    goalposts); the method (treatment, normalisation, aggregation); the weights; which units
    are ranked; and how missing values are handled (imputation, screening, coverage). An
    indicator or a unit that one edition alone has counts with that edition's data, so that
    only its coming and going, not its data, changes anything. Where weights of one edition
    meet the tree of the other, a node without a weight keeps the share it has in its own
    edition, and its siblings divide the rest.
    Source: Shapley (1953) and Shorrocks (2013), by `movement.decompose`; the factors are ours.

    Args:
        before: The old edition.
        after: The new edition.
        progress: Hears how many mixes of the editions are computed.

    Raises:
        IndexMethodError: An edition is an index number over time, which ranks nobody alone, or
            a mix of both cannot be computed.
    """
    mixed = _Mixed(before, after)
    active = mixed.active()
    total, done = 2 ** len(active), itertools.count(1)
    outcome = mixed.outcome()

    def told(chosen: frozenset[str]) -> Array:
        result = outcome(chosen)
        progress("mixes of both editions", next(done), total)
        return result

    found = decompose(told, active)
    parts = np.zeros((len(FACTORS), *found.before.shape))
    parts[:, np.isnan(found.parts).any(axis=0)] = np.nan
    for factor, part in zip(found.factors, found.parts, strict=True):
        parts[FACTORS.index(factor)] = part
    return Moves(
        units=mixed.units,
        movement=Movement(factors=FACTORS, parts=parts, before=found.before, after=found.after),
        notes=mixed.notes,
    )


class _Mixed:
    """Both editions on the same indicators and units, and every mix of them."""

    def __init__(self, before: Edition, after: Edition) -> None:
        for edition in (before, after):
            if isinstance(edition.recipe.normalise, OVER_TIME):
                raise IndexMethodError(
                    "An index number over time has no parts between two editions.",
                    where="editions.moves, normalise",
                    fix="compare editions that normalise each year, or all years pooled",
                )
        self.editions = (before, after)
        units = {unit for edition in self.editions for unit in edition.inputs.units}
        self.units = tuple(sorted(units))
        leaves = [leaf.code for one in self.editions for leaf in one.inputs.framework.leaves]
        self.leaves = tuple(dict.fromkeys(leaves))
        self.members = [np.isin(self.units, one.inputs.units) for one in self.editions]
        self.panels = [self._aligned(one.inputs) for one in self.editions]
        self.notes: tuple[str, ...] = ()
        self.joint = not self._separable()
        if self.joint:
            self.notes = (
                "The recipe of one edition cannot be applied to the indicators of the other; "
                "method, weights and missing values are counted with the indicators.",
            )

    def _aligned(self, inputs: Inputs) -> Array:
        """Put raw values on all leaves and units, shape (periods, leaves, units)."""
        panel = np.full((len(inputs.periods), len(self.leaves), len(self.units)), np.nan)
        rows = [self.leaves.index(leaf.code) for leaf in inputs.framework.leaves]
        columns = [self.units.index(unit) for unit in inputs.units]
        panel[np.ix_(range(len(inputs.periods)), rows, columns)] = inputs.values
        return panel

    @cached_property
    def data(self) -> tuple[Array, Array]:
        """Return both editions' data; what one alone has is the same in both."""
        old, new = self.panels[0][-1].copy(), self.panels[1][-1].copy()
        has = [
            np.isin(self.leaves, [leaf.code for leaf in one.inputs.framework.leaves])
            for one in self.editions
        ]
        cells = [np.outer(has[e], self.members[e]) for e in (0, 1)]
        old = np.where(cells[1] & ~cells[0], new, old)
        new = np.where(cells[0] & ~cells[1], self.panels[0][-1], new)
        return old, new

    def active(self) -> list[str]:
        """Return the factors in which the editions differ."""
        old, new = self.editions
        found = []
        if not np.array_equal(self.data[0], self.data[1], equal_nan=True):
            found += [OWN, OTHERS]
        differ = {
            INDICATORS: _structure(old) != _structure(new),
            METHOD: _method(old.recipe) != _method(new.recipe) or self._pooled_differ(),
            WEIGHTS: self._weights_differ(),
            MISSING: _missing(old.recipe) != _missing(new.recipe) or self._groups_differ(),
        }
        if self.joint:
            differ = {INDICATORS: any(differ.values())}
        if not np.array_equal(self.members[0], self.members[1]):
            differ[UNITS] = True
        found += [factor for factor in FACTORS if differ.get(factor)]
        return found or [INDICATORS]

    def _pooled_differ(self) -> bool:
        if not any(one.recipe.pool_years for one in self.editions):
            return False
        return not np.array_equal(self.panels[0][:-1], self.panels[1][:-1], equal_nan=True)

    def _groups_differ(self) -> bool:
        old, new = ({k: dict(zip(e.inputs.units, v, strict=True)) for k, v in
                     e.inputs.groups.items()} for e in self.editions)  # fmt: skip
        common = [
            unit for unit in self.editions[0].inputs.units if unit in self.editions[1].inputs.units
        ]
        return old.keys() != new.keys() or any(
            old[key][unit] != new[key][unit] for key in old for unit in common
        )

    def _weights_differ(self) -> bool:
        old, new = self.editions
        if old.recipe.weight != new.recipe.weight:
            return True
        trees = (old.inputs.framework, new.inputs.framework)
        return any(
            not np.allclose(_weights(tree, trees[0]), _weights(tree, trees[1]), rtol=1e-12, atol=0)
            for tree in trees
        )

    def _separable(self) -> bool:
        """Say whether every mix of tree, method, weights and handling of gaps makes sense."""
        factors = (INDICATORS, METHOD, WEIGHTS, MISSING)
        chosen = itertools.chain.from_iterable(
            itertools.combinations(factors, n) for n in range(len(factors) + 1)
        )
        for new in chosen:
            framework, recipe = self._definition(frozenset(new))
            if impossible(recipe, framework) or _names_parts(recipe, framework):
                return False
        return True

    def _definition(self, chosen: frozenset[str]) -> tuple[Framework, IndexRecipe]:
        """Return the tree and the recipe of a mix."""
        at = {factor: int(factor in chosen) for factor in FACTORS}
        recipes = [one.recipe for one in self.editions]
        framework = _weighted(
            self.editions[at[INDICATORS]].inputs.framework,
            self.editions[at[WEIGHTS]].inputs.framework,
        )
        recipe = msgspec.structs.replace(
            recipes[at[METHOD]],
            weight=recipes[at[WEIGHTS]].weight,
            **_missing(recipes[at[MISSING]])[0],
            indicator=_overrides(recipes[at[METHOD]], recipes[at[MISSING]]),
            tiers=None,
            audit=Audit(),
        )
        return framework, _fitted(recipe, framework)

    def outcome(self) -> Outcome:
        """Return rank and score of every unit, shape (2, units), of every mix."""

        def results(rest: frozenset[str], cases: Array) -> Array:
            kept: dict[bytes, Array] = {}  # most units have the same data in many cases
            found = []
            for case in cases:
                key = case.tobytes()
                if key not in kept:
                    kept[key] = self._result(rest, case)
                found.append(kept[key])
            return np.stack(found)

        old, new = self.data
        return own_and_others(results, before=old, after=new, own=OWN, others=OTHERS)

    def _result(self, chosen: frozenset[str], data: Array) -> Array:
        if self.joint and INDICATORS in chosen:
            chosen |= {METHOD, WEIGHTS, MISSING}
        framework, recipe = self._definition(chosen)
        rows = [self.leaves.index(leaf.code) for leaf in framework.leaves]
        panel = data[None, rows]
        if recipe.pool_years:  # the years before the edition belong to the method
            earlier = self.panels[int(METHOD in chosen)][:-1]
            panel = np.concatenate([earlier[:, rows], panel])
        held = self.members[int(UNITS in chosen)] & ~np.isnan(panel).all(axis=(0, 1))
        units = tuple(np.array(self.units)[held].tolist())
        recipe = msgspec.structs.replace(recipe, screen=_of_units(recipe.screen, units))
        inputs = Inputs(
            framework=framework,
            periods=tuple(str(n) for n in range(len(panel))),
            units=units,
            values=panel[:, :, held],
            groups=self._groups(int(MISSING in chosen), held),
        )
        found = np.full((2, len(self.units)), np.nan)
        try:
            scores = run(inputs, recipe).scores[-1, -1]
        except ArmillaryError as error:
            named = ", ".join(sorted(chosen)) or "nothing"
            raise IndexMethodError(
                f"A mix of both editions cannot be computed: {error.problem}",
                where=f"of the new edition: {named}; {error.where}",
                fix=error.fix,
            ) from error
        ranks = rank(scores)
        found[0, held] = np.where(ranks > 0, ranks, np.nan)
        found[1, held] = scores
        return found

    def _groups(self, edition: int, held: NDArray[np.bool_]) -> dict[str, tuple[str, ...]]:
        """Return the groups of one edition; a unit it lacks is grouped as in the other."""
        own, other = (self.editions[e].inputs for e in (edition, 1 - edition))
        labels = {}
        for key, column in own.groups.items():
            of_unit = dict(zip(other.units, other.groups.get(key, ()), strict=False))
            of_unit |= dict(zip(own.units, column, strict=True))
            labels[key] = tuple(
                of_unit.get(unit, "") for unit, one in zip(self.units, held, strict=True) if one
            )
        return labels


def _structure(edition: Edition) -> list[Any]:
    """Return all of a tree but its weights and names."""
    return [
        (n.code, n.parent, int(n.direction), n.target, n.low, n.high)
        for n in sorted(edition.inputs.framework.nodes, key=lambda node: node.code)
    ]


def _method(recipe: IndexRecipe) -> tuple[Any, ...]:
    own = {
        code: (one.treat, one.normalise)
        for code, one in recipe.indicator.items()
        if one.treat is not None or one.normalise is not None
    }
    return (recipe.treat, recipe.normalise, recipe.aggregate, recipe.pool_years, own)


def _missing(recipe: IndexRecipe) -> tuple[dict[str, Any], dict[str, Any]]:
    fields = ("impute", "screen", "minimum_coverage")
    own = {c: one.impute for c, one in recipe.indicator.items() if one.impute is not None}
    return {field: getattr(recipe, field) for field in fields}, own


def _overrides(method: IndexRecipe, missing: IndexRecipe) -> dict[str, Override]:
    """Take what single indicators do otherwise from the edition each step comes from."""
    none = Override()
    return {
        code: Override(
            impute=missing.indicator.get(code, none).impute,
            treat=method.indicator.get(code, none).treat,
            normalise=method.indicator.get(code, none).normalise,
        )
        for code in sorted({*method.indicator, *missing.indicator})
    }


def _fitted(recipe: IndexRecipe, framework: Framework) -> IndexRecipe:
    """Leave out what a recipe says of nodes the tree does not have."""
    leaves = {leaf.code for leaf in framework.leaves}
    levels = {framework.level[code] for code in framework.children}
    changes: dict[str, Any] = {
        "indicator": {code: one for code, one in recipe.indicator.items() if code in leaves}
    }
    for section in ("screen", "weight", "aggregate"):
        part = getattr(recipe, section)
        changes[section] = msgspec.structs.replace(
            part,
            node={code: one for code, one in part.node.items() if code in framework.children},
            level={level: one for level, one in part.level.items() if level in levels},
        )
    if isinstance(recipe.impute, RowMeanImputation) and recipe.impute.level not in levels:
        changes["impute"] = RowMeanImputation(level=max(levels))
    return msgspec.structs.replace(recipe, **changes)


def _of_units(screen: Screen, units: Sequence[str]) -> Screen:
    """Leave out the units that are not ranked in a mix."""
    return msgspec.structs.replace(
        screen,
        keep=tuple(unit for unit in screen.keep if unit in units),
        drop=tuple(unit for unit in screen.drop if unit in units),
    )


def _names_parts(recipe: IndexRecipe, framework: Framework) -> bool:
    """Say whether weights from experts or wanted importances lack a part of the tree."""
    for group in framework.groups:
        method: Any = recipe.weight.of(group.code, level=framework.level[group.code])
        parts = {part.code for part in framework.children[group.code]}
        named: Sequence[set[str]] = [set(one) for one in getattr(method, "experts", ())]
        wanted = getattr(method, "wanted", None)
        compared = getattr(method, "comparisons", None)
        if wanted is not None:
            named = [set(wanted)]
        if compared is not None:
            named = [{code for pair in compared for code in pair.split("/")}]
        if any(one != parts for one in named):
            return True
    return False


def _weighted(tree: Framework, weights: Framework) -> Framework:
    """Give a tree the weights of another edition."""
    if tree is weights:
        return tree
    return Framework(
        tuple(
            msgspec.structs.replace(node, weight=float(weight))
            for node, weight in zip(tree.nodes, _weights(tree, weights), strict=True)
        )
    )


def _weights(tree: Framework, weights: Framework) -> list[float]:
    """Return each node's weight among its siblings, its share as the other edition has it."""
    known = {(node.code, node.parent): node.weight for node in weights.nodes}
    found: dict[str, float] = {tree.root.code: 1.0}
    for parts in tree.children.values():
        found |= _of_siblings(parts, known)
    return [found[node.code] for node in tree.nodes]


def _of_siblings(
    parts: Sequence[Node], known: dict[tuple[str, str | None], float]
) -> dict[str, float]:
    total = sum(part.weight for part in parts)
    held = {p.code: known[p.code, p.parent] for p in parts if (p.code, p.parent) in known}
    whole = sum(held.values())
    if whole == 0:  # the other edition weighs none of them
        return {part.code: part.weight / total for part in parts}
    alone = {p.code: p.weight / total for p in parts if p.code not in held}
    rest = 1 - sum(alone.values())
    if rest <= 0:
        return {part.code: part.weight / total for part in parts}
    return {code: rest * weight / whole for code, weight in held.items()} | alone
