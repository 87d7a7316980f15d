"""What a recipe asks that cannot be done: found before anything is computed, all at once."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

import msgspec

from armillary.errors import ArmillaryError, DefinitionError, IndexMethodError, did_you_mean, listed
from armillary.model import methods
from armillary.model import recipe as recipes
from armillary.model.indicators import Direction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from armillary.model.indicators import Framework, Node
    from armillary.model.methods import Mean, Normalise
    from armillary.model.recipe import IndexRecipe

MOST_COMBINATIONS = 512
_VARIED = ("impute", "treat", "normalise", "aggregate", "weight", "indicator")


def impossible(
    recipe: IndexRecipe, framework: Framework, *, where: str = "recipe"
) -> list[ArmillaryError]:
    """Find what the recipe asks that cannot be done, before anything is computed.

    Args:
        recipe: The choices.
        framework: The tree they apply to.
        where: File or step, for the errors.

    Returns:
        One error for each problem: DefinitionError for values that mean nothing,
        IndexMethodError for choices that exclude each other.
    """
    found: list[ArmillaryError] = []

    def refuse(key: str, problem: str, fix: str) -> None:
        found.append(DefinitionError(problem, where=f"{where}, {key}", fix=fix))

    _check_time(recipe, refuse)
    _check_names(recipe, framework, refuse)
    _check_ranges(recipe, framework, refuse)
    _check_weights(recipe, framework, refuse)
    _check_directions(recipe, framework, refuse)
    found += _contradictions(recipe, framework, where=where)
    if not found:
        found += _check_audit(recipe, framework, where=where)
    return found


def _check_time(recipe: IndexRecipe, refuse: Callable[[str, str, str], None]) -> None:
    if recipe.max_age_years is None and recipe.period == "latest":
        refuse(
            "period",
            '`period = "latest"` does not say how old a value may be.',
            "add `max_age_years = 3`, or name a year",
        )
    if recipe.max_age_years is not None and recipe.max_age_years < 0:
        refuse("max_age_years", f"{recipe.max_age_years} years is no age.", "give 0 or more")
    if recipe.fill == "linear" and not recipe.max_age_years:
        refuse(
            "fill",
            '`fill = "linear"` does not say over how many years it may reach.',
            "add `max_age_years = 3`",
        )
    for key, year in (("period", recipe.period), ("since", recipe.since)):
        if isinstance(year, int) and not 1000 <= year <= 9999:
            refuse(key, f"{year} is no year.", "give four digits, e.g. 2023")
    if recipe.since is not None and isinstance(recipe.period, int) and recipe.since > recipe.period:
        refuse("since", f"{recipe.since} comes after {recipe.period}.", "give the first year")
    base = recipe.normalise
    if isinstance(base, methods.BasePeriod | methods.ChainIndex):
        since = recipe.since if recipe.since is not None else recipe.period
        if since == "latest" or base.base < int(since):
            refuse(
                "normalise.base",
                f"The base year {base.base} is not among the years scored.",
                f"add `since = {base.base}`",
            )


def _check_names(
    recipe: IndexRecipe, framework: Framework, refuse: Callable[[str, str, str], None]
) -> None:
    codes = [group.code for group in framework.groups]
    levels = sorted({framework.level[code] for code in codes})
    for section in ("screen", "weight", "aggregate"):
        part = getattr(recipe, section)
        for code in part.node:
            if code not in codes:
                refuse(
                    f"{section}.node.{code}",
                    f"{code!r} is no group of the framework.",
                    did_you_mean(code, codes, otherwise=f"groups are {listed(codes)}"),
                )
        for level in part.level:
            if level not in levels:
                refuse(
                    f"{section}.level.{level}",
                    f"No group is at level {level}.",
                    f"groups are at levels {listed(levels)}; 0 is the root",
                )
    leaves = [leaf.code for leaf in framework.leaves]
    for code in recipe.indicator:
        if code not in leaves:
            refuse(
                f"indicator.{code}",
                f"{code!r} is no indicator of the framework.",
                did_you_mean(code, leaves, otherwise=f"indicators are {listed(leaves)}"),
            )
    if isinstance(recipe.impute, methods.RowMeanImputation) and recipe.impute.level not in levels:
        refuse(
            "impute.level",
            f"No group is at level {recipe.impute.level}.",
            f"groups are at levels {listed(levels)}; 0 is the root",
        )


def _check_ranges(
    recipe: IndexRecipe, framework: Framework, refuse: Callable[[str, str, str], None]
) -> None:
    for leaf in framework.leaves:
        own = recipe.indicator.get(leaf.code)
        method = (own.normalise if own else None) or recipe.normalise
        key = f"indicator.{leaf.code}.normalise" if own and own.normalise else "normalise"
        bounds = getattr(method, "range", None)
        if bounds is not None:
            low, high = bounds
            if not (math.isfinite(low) and math.isfinite(high) and low < high):
                refuse(f"{key}.range", f"[{low:g}, {high:g}] is no range.", "give e.g. [0, 100]")
                if key == "normalise":
                    break
    targeted = methods.DistanceToTarget | methods.Monitoring
    lacking = [
        leaf.code
        for leaf in framework.leaves
        if isinstance(of_leaf(recipe, leaf), targeted) and leaf.target is None
    ]
    if lacking:
        refuse(
            "normalise",
            f"{listed(lacking)}: no target to score against.",
            "fill the column `target` of the framework",
        )
    lacking = [
        leaf.code
        for leaf in framework.leaves
        if isinstance(of_leaf(recipe, leaf), methods.Goalposts) and leaf.low is None
    ]
    if lacking:
        refuse(
            "normalise",
            f"{listed(lacking)}: no goalposts.",
            "fill the columns `low` and `high` of the framework",
        )


def of_leaf(recipe: IndexRecipe, leaf: Node) -> Normalise:
    """Return how one indicator is normalised: its own way, or that of the recipe."""
    own = recipe.indicator.get(leaf.code)
    return own.normalise if own is not None and own.normalise is not None else recipe.normalise


def _check_weights(
    recipe: IndexRecipe, framework: Framework, refuse: Callable[[str, str, str], None]
) -> None:
    """Hold weights that name parts to the parts there are."""
    for group in framework.groups:
        method = recipe.weight.of(group.code, level=framework.level[group.code])
        parts = {part.code for part in framework.children[group.code]}
        key = f"weight, group {group.code}"
        if isinstance(method, methods.BudgetWeights):
            if not method.experts:
                refuse(key, "No expert gave points.", "list one table of points for each expert")
            for number, points in enumerate(method.experts, 1):
                if points.keys() != parts:
                    refuse(
                        key,
                        f"Expert {number} gave points to {listed(sorted(points))}.",
                        f"give points to each of {listed(sorted(parts))}",
                    )
        elif isinstance(method, methods.HierarchyWeights):
            wanted = {frozenset(pair) for pair in itertools.combinations(sorted(parts), 2)}
            said = [frozenset(pair.split("/")) for pair in method.comparisons]
            if set(said) != wanted or len(said) != len(wanted):
                refuse(
                    key,
                    f"{len(said)} comparisons do not compare each of the "
                    f"{len(wanted)} pairs of parts once.",
                    f'write "FIRST/SECOND" = 3 once for each pair of {listed(sorted(parts))}',
                )
            elif any(value <= 0 for value in method.comparisons.values()):
                refuse(key, "A comparison is 0 or below.", "write 1/3 as 0.333, not as -3")
        elif isinstance(method, methods.OptimisedWeights) and method.wanted is not None:
            if method.wanted.keys() != parts:
                refuse(
                    f"{key}, wanted",
                    f"Importance is wanted for {listed(sorted(method.wanted))}.",
                    f"say it for each of {listed(sorted(parts))}",
                )
            elif min(method.wanted.values()) < 0 or sum(method.wanted.values()) <= 0:
                refuse(f"{key}, wanted", "Importance below 0.", "give numbers from 0 up")


def _check_directions(
    recipe: IndexRecipe, framework: Framework, refuse: Callable[[str, str, str], None]
) -> None:
    """Hold the steps of a directional benefit of the doubt to the parts there are."""
    for group in framework.groups:
        mean = recipe.aggregate.of(group.code, level=framework.level[group.code])
        if not isinstance(mean, methods.DirectionalBenefit) or mean.direction is None:
            continue
        parts = sorted(part.code for part in framework.children[group.code])
        key = f"aggregate, group {group.code}, direction"
        if sorted(mean.direction) != parts:
            refuse(
                key,
                f"Steps are given for {listed(sorted(mean.direction))}.",
                f"give one for each of {listed(parts)}",
            )
        elif min(mean.direction.values()) < 0 or sum(mean.direction.values()) <= 0:
            refuse(key, "A step is below 0, or all are 0.", "give numbers from 0 up")


def lowest(method: Normalise) -> float | None:
    """Return the lowest score a normalisation can give; None where the data decide.

    Examples:
        >>> lowest(methods.MinMax(range=(1, 100)))
        1
        >>> lowest(methods.ZScore())
        -inf
    """
    match method:
        case methods.MinMax() | methods.DistanceToTarget():
            return method.range[0]
        case methods.Goalposts():
            return method.range[0] if method.cap else None
        case methods.ZScore():  # far above 0, the data decide
            return -math.inf if method.mean <= 0 else None
        case methods.RankScore():
            return 1.0
        case methods.Borda() | methods.PercentileRank() | methods.DistanceToMaximum():
            return 0.0
        case _:
            return None


def needs_positive(mean: Mean) -> bool:
    """Say whether an aggregation is only defined for scores above 0."""
    match mean:
        case methods.Geometric() | methods.Harmonic() | methods.MazziottaPareto():
            return True
        case methods.Generalised():
            return mean.power != 1
        case methods.BenefitOfDoubt() | methods.RobustBenefit():
            return True
        case _:
            return False


def _leaves_beneath(framework: Framework, code: str) -> Iterator[Node]:
    for part in framework.children[code]:
        if part.code in framework.children:
            yield from _leaves_beneath(framework, part.code)
        else:
            yield part


def _contradictions(
    recipe: IndexRecipe, framework: Framework, *, where: str
) -> list[ArmillaryError]:
    found: list[ArmillaryError] = []
    turned = [
        leaf.code
        for leaf in framework.leaves
        if framework.direction[leaf.code] is Direction.LOWER_IS_BETTER
        and isinstance(of_leaf(recipe, leaf), methods.NoNormalisation)
    ]
    if turned:
        found.append(
            IndexMethodError(
                f'{listed(turned)}: direction -1, but `normalise = "none"` takes values as '
                "scores and turns none round.",
                where=f"{where}, normalise with direction",
                fix="set direction 1 where the values are scores already, or use minmax",
            )
        )
    seen: set[tuple[str, str]] = set()
    for group in framework.groups:
        mean = recipe.aggregate.of(group.code, level=framework.level[group.code])
        if not needs_positive(mean):
            continue
        low = [
            leaf
            for leaf in _leaves_beneath(framework, group.code)
            if (least := lowest(of_leaf(recipe, leaf))) is not None
            and (least < 0 or (least == 0 and leaf.parent == group.code))
        ]
        signless = [
            part.code
            for part in framework.children[group.code]
            if part.code in framework.children
            and isinstance(
                recipe.aggregate.of(part.code, level=framework.level[part.code]),
                methods.Copeland | methods.MazziottaPareto,
            )
        ]
        if signless:
            found.append(
                IndexMethodError(
                    f"The {_name(mean)} mean of {group.code} needs scores above 0, but "
                    f"{listed(signless)} may score below 0 by its own method.",
                    where=f"{where}, aggregate",
                    fix="take an arithmetic mean above it",
                )
            )
        if not low:
            continue
        method = of_leaf(recipe, low[0])
        names = (_name(mean), _name(method))
        if names in seen:
            continue
        seen.add(names)
        least = lowest(method) or 0.0
        gives = f"gives scores down to {least:g}" if least == 0 else "gives scores below 0"
        found.append(
            IndexMethodError(
                f"The {names[0]} mean of {group.code} needs scores above 0, but "
                f"{names[1]} {gives} ({listed([leaf.code for leaf in low])}).",
                where=f"{where}, normalise with aggregate",
                fix='set `normalise = { method = "minmax", range = [1, 100] }`',
            )
        )
    return found


def _name(method: Any) -> str:
    return str(msgspec.to_builtins(method)["method"])


def _check_audit(recipe: IndexRecipe, framework: Framework, *, where: str) -> list[ArmillaryError]:
    """Refuse a variation of what is not in the recipe, and combinations that cannot be."""
    found: list[ArmillaryError] = []

    def refuse(path: str, problem: str, fix: str) -> None:
        found.append(IndexMethodError(problem, where=f"{where}, audit.vary.{path}", fix=fix))

    for path, varied in recipe.audit.vary.items():
        if path.split(".")[0] not in _VARIED:
            refuse(
                path,
                f"{path!r} cannot be varied.",
                did_you_mean(path, _VARIED, otherwise=f"what can be varied: {', '.join(_VARIED)}"),
            )
            continue
        weights = path.split(".")[0] == "weight"
        if not weights and varied.choices is None:
            refuse(path, f"{path} is a choice of method.", 'list the methods: ["none", "em"]')
        if varied.choices is None:
            if weights and path != "weight":
                _check_part(path, framework, refuse)
            continue
        try:
            base = recipes.at(recipe, path)
            changed = [recipes.changed(recipe, {path: one}) for one in varied.choices]
        except KeyError:
            refuse(path, f"The recipe has no {path}.", "vary what the recipe says")
            continue
        except msgspec.ValidationError as error:
            refuse(path, f"A choice is none: {error}.", "give methods as in the recipe itself")
            continue
        own = [recipes.at(one, path) for one in changed]
        if base not in own:
            refuse(
                path,
                f"The recipe itself takes {_said(base)}, which is not among the choices: the "
                "published index would not be one of its own replicates.",
                f"add {_said(base)} to the list, or make one of the choices the recipe's",
            )
    lists = {p: v.choices for p, v in recipe.audit.vary.items() if v.choices is not None}
    if found or not lists:
        return found
    if math.prod(len(one) for one in lists.values()) > MOST_COMBINATIONS:
        refuse(
            listed(list(lists)),
            f"The choices combine in more than {MOST_COMBINATIONS} ways.",
            "vary fewer steps at once",
        )
        return found
    plain = recipes.changed(recipe, {"audit.vary": {}})
    for combination in itertools.product(*lists.values()):
        changes = dict(zip(lists, combination, strict=True))
        wrong = impossible(recipes.changed(plain, changes), framework, where=where)
        if wrong:
            spelt = ", ".join(f"{path} = {_said(one)}" for path, one in changes.items())
            refuse(
                listed(list(lists)),
                f"The combination {spelt} cannot be computed: {wrong[0].problem}",
                wrong[0].fix,
            )
            break
    return found


def _check_part(path: str, framework: Framework, refuse: Callable[[str, str, str], None]) -> None:
    parts = recipes.parts_of(path)
    groups = [group.code for group in framework.groups]
    levels = sorted({framework.level[code] for code in groups})
    if parts[1:2] == ("level",) and len(parts) == 3:
        if not parts[2].isdecimal() or int(parts[2]) not in levels:
            refuse(
                path,
                f"No group is at level {parts[2]}.",
                f"groups are at levels {listed(levels)}; 0 is the root",
            )
    elif parts[1:2] == ("node",) and len(parts) == 3:
        if parts[2] not in groups:
            mend = did_you_mean(parts[2], groups, otherwise=f"groups are {listed(groups)}")
            refuse(path, f"{parts[2]!r} is no group of the framework.", mend)
    else:
        refuse(path, f"{path!r} names no weights.", "weight, weight.level.1 or weight.node.CODE")


def _said(value: Any) -> str:
    if isinstance(value, dict) and "method" in value:
        rest = {key: one for key, one in value.items() if key != "method"}
        return str(value["method"]) if not rest else f"{value['method']} {rest}"
    return repr(value)
