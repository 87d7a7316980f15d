"""Every choice of method of an index as data, so that a rerun and an audit need nothing else."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from armillary.model.methods import (
    Arithmetic,
    Count,
    GivenWeights,
    Impute,
    Mean,
    MeanImputation,
    MedianImputation,
    MinMax,
    NoImputation,
    Normalise,
    NoTreatment,
    Screen,
    Share,
    Treat,
    Weigh,
)
from armillary.model.tiers import Tiers


class Weights(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where weights come from: a group decides before its level before the default."""

    default: Weigh = GivenWeights()
    level: dict[int, Weigh] = {}
    node: dict[str, Weigh] = {}

    def of(self, code: str, *, level: int) -> Weigh:
        """Return the method for the parts of one group."""
        return self.node.get(code, self.level.get(level, self.default))


class Aggregate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the parts of a group become its score: a group decides before its level.

    Args:
        level: Method of the groups at a depth; 0 is the root.
        node: Method of one group, by code.
    """

    default: Mean = Arithmetic()
    level: dict[int, Mean] = {}
    node: dict[str, Mean] = {}

    def of(self, code: str, *, level: int) -> Mean:
        """Return the method of one group."""
        return self.node.get(code, self.level.get(level, self.default))


class Override(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one indicator does otherwise; None does as the recipe says."""

    impute: NoImputation | MeanImputation | MedianImputation | None = None
    treat: Treat | None = None
    normalise: Normalise | None = None


# -- audit -----------------------------------------------------------------------------------


class Variation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one part of a recipe may be instead; exactly one of these.

    Args:
        choices: Values drawn from a list, each as likely.
        spread: Weights drawn uniformly within this share of themselves, each on its own.
        uniform: Weights drawn uniformly between two values; siblings are then rescaled.
        simplex: Weights drawn uniformly from all that sum to 1: nothing is known of them.
    """

    choices: tuple[Any, ...] | None = None
    spread: Annotated[float, msgspec.Meta(ge=0, lt=1)] | None = None
    uniform: tuple[float, float] | None = None
    simplex: bool = False

    def __post_init__(self) -> None:
        """Refuse none and several at once."""
        said = [self.choices is not None, self.spread is not None, self.uniform is not None]
        if sum(said) + self.simplex != 1:
            raise ValueError("say one of: a list of choices, spread, uniform, simplex")
        if self.uniform is not None and not 0 <= self.uniform[0] < self.uniform[1]:
            raise ValueError("uniform needs two weights from 0 up, the smaller first")
        if self.choices is not None and len(self.choices) < 2:
            raise ValueError("one choice is no variation; list at least two")


class Audit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is doubted, and how often the index is computed to see what comes of it.

    Args:
        replicates: Computations for the intervals of ranks.
        rows: Rows of the design for sensitivity indices; each costs 2 + inputs computations.
        seed: Seed of all draws.
        frontier: Least and greatest share of a unit's score that a part may make up where
            weights favour the unit, as multiples of an equal share. [M] 5 to 20 % of seven.
        vary: By path into the recipe (`impute`, `normalise`, `aggregate.level.1`, `weight`,
            `weight.level.2`, `weight.node.INPUT`, ...): what it may be instead.
    """

    replicates: Count = 1_000
    rows: Count = 1_024
    seed: Annotated[int, msgspec.Meta(ge=0)] = 1
    frontier: tuple[float, float] = (0.35, 1.4)
    vary: dict[str, Variation] = msgspec.field(
        default_factory=lambda: {"weight": Variation(spread=0.25)}
    )


class IndexRecipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every choice of method of one index.

    Args:
        period: Year scored, or "latest": the newest year any indicator has a value for.
        since: First year scored, where an index is computed for several years.
        max_age_years: How much older than its year a unit's value may be; the newest one
            within is taken. None is 0, and must be given for "latest".
        fill: latest takes the newest older value; linear also interpolates between the years
            before and after, within `max_age_years` of both.
        pool_years: Whether treatment and normalisation take all years scored together, so
            that scores can be compared over time.
        minimum_coverage: Share of the weight of its indicators a node needs for a score. The
            default is the JRC's rule of thumb of at least 65 % of the data.
        exclude: Areas that are left out before anything else, e.g. the nation beside its
            provinces.
        screen: Which units are scored at all.
        impute: What stands in for missing values.
        treat: What is done about outliers.
        normalise: How raw values become scores.
        weight: Where weights come from.
        aggregate: How parts become the score of a group.
        indicator: What single indicators do otherwise, by code.
        tiers: Named groups of units by their score; None makes none.
        audit: What is doubted.
    """

    period: int | Literal["latest"]
    since: int | None = None
    max_age_years: int | None = None
    fill: Literal["latest", "linear"] = "latest"
    pool_years: bool = False
    minimum_coverage: Share = 0.65
    exclude: tuple[str, ...] = ()
    screen: Screen = Screen()
    impute: Impute = NoImputation()
    treat: Treat = NoTreatment()
    normalise: Normalise = MinMax()
    weight: Weights = Weights()
    aggregate: Aggregate = Aggregate()
    indicator: dict[str, Override] = {}
    tiers: Tiers | None = None
    audit: Audit = Audit()


def said(value: Any) -> str:
    """Spell a method or a variation out in one line.

    Examples:
        >>> said({"method": "minmax", "range": (0, 100)})
        'minmax (range 0, 100)'
        >>> said({"method": "em"})
        'em'
    """
    if isinstance(value, dict) and "method" in value:
        rest = [f"{k} {said(v)}" for k, v in value.items() if k != "method" and v is not None]
        return f"{value['method']} ({'; '.join(rest)})" if rest else str(value["method"])
    if isinstance(value, (list, tuple)):
        return ", ".join(said(one) for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def varied(audit: Audit) -> dict[str, str]:
    """Spell out what an audit varies, by path.

    Examples:
        >>> varied(Audit())
        {'weight': '±25 %'}
    """
    found: dict[str, str] = {}
    for path, one in sorted(audit.vary.items()):
        if one.choices is not None:
            found[path] = " / ".join(said(choice) for choice in one.choices)
        elif one.spread is not None:
            found[path] = f"±{100 * one.spread:g} %"
        elif one.uniform is not None:
            found[path] = f"{one.uniform[0]:g}–{one.uniform[1]:g}"
        else:
            found[path] = "any"
    return found


def flat(recipe: IndexRecipe) -> dict[str, Any]:
    """Return every choice of a recipe by its path, what is varied spelt out.

    Examples:
        >>> flat(IndexRecipe(period=2023))["normalise.range"]
        (0.0, 100.0)
    """
    choices = {path: value for path, value in _flat(plain(recipe)) if "audit.vary" not in path}
    return choices | {f"audit.vary.{k}": v for k, v in varied(recipe.audit).items()}


def plain(recipe: IndexRecipe) -> dict[str, Any]:
    """Return a recipe as nested tables of plain values, every choice spelt out."""
    return dict(msgspec.to_builtins(recipe, str_keys=True))


def parts_of(path: str) -> tuple[str, ...]:
    """Take a path apart; codes of nodes may hold points themselves.

    Examples:
        >>> parts_of("aggregate.node.2.1")
        ('aggregate', 'node', '2.1')
        >>> parts_of("indicator.2.1.4.treat")
        ('indicator', '2.1.4', 'treat')
        >>> parts_of("audit.rows")
        ('audit', 'rows')
    """
    first, _, rest = path.partition(".")
    if first == "indicator" and "." in rest:
        code, _, step = rest.rpartition(".")
        return first, code, step
    second, _, code = rest.partition(".")
    if second == "node" and code:
        return first, second, code
    return tuple(path.split("."))


def at(recipe: IndexRecipe, path: str) -> Any:
    """Return the plain value at a path; a level or node that is not named has the default's.

    Raises:
        KeyError: The path leads nowhere.

    Examples:
        >>> at(IndexRecipe(period=2023), "aggregate.level.1")
        {'method': 'arithmetic'}
    """
    value: Any = plain(recipe)
    parts = parts_of(path)
    if parts[0] in {"aggregate", "weight"} and len(parts) == 3:
        held = value[parts[0]]
        return held[parts[1]].get(parts[2], held["default"])
    if parts[0] == "indicator" and len(parts) == 3:
        own = value["indicator"].get(parts[1], {}).get(parts[2])
        return value[parts[2]] if own is None else own
    for part in parts:
        value = value[part]
    return value


def changed(recipe: IndexRecipe, changes: dict[str, Any]) -> IndexRecipe:
    """Return the recipe with other values at the given paths.

    Args:
        recipe: The base.
        changes: Plain values by path, e.g. {"normalise": {"method": "zscore"}}.

    Raises:
        msgspec.ValidationError: A value that the place cannot hold.

    Examples:
        >>> base = IndexRecipe(period=2023)
        >>> changed(base, {"aggregate.level.1": {"method": "geometric"}}).aggregate.level
        {1: Geometric()}
    """
    said = plain(recipe)
    for path, value in changes.items():
        *above, last = parts_of(path)
        held = said
        for part in above:
            held = held.setdefault(part, {})
        held[last] = value
    return msgspec.convert(said, IndexRecipe, str_keys=True)


def difference(one: IndexRecipe, other: IndexRecipe) -> list[tuple[str, Any, Any]]:
    """List every choice in which two recipes differ.

    Returns:
        (path, value of `one`, value of `other`), ordered by path; None where one has none.

    Examples:
        >>> base = IndexRecipe(period=2023)
        >>> difference(base, changed(base, {"normalise": {"method": "rank"}}))
        [('normalise.method', 'minmax', 'rank'), ('normalise.range', (0.0, 100.0), None)]
    """
    first, second = dict(_flat(plain(one))), dict(_flat(plain(other)))
    return [
        (path, first.get(path), second.get(path))
        for path in sorted(first.keys() | second.keys())
        if first.get(path) != second.get(path)
    ]


def _flat(value: Any, path: str = "") -> list[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        return [
            pair
            for key, part in value.items()
            for pair in _flat(part, f"{path}.{key}" if path else str(key))
        ]
    return [(path, value)]
