"""Every choice of method of an index as data, so that a rerun and an audit need nothing else.

Each step is one of several methods, each with its own parameters and no others. `[M]` behind a
default says that the literature was not at hand to confirm it: change it in the recipe.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from armillary.model.tiers import Tiers

Positive = Annotated[float, msgspec.Meta(gt=0)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Count = Annotated[int, msgspec.Meta(ge=1)]


class _Method(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="method",
):
    """One method of one step."""


# -- screening -------------------------------------------------------------------------------


class Screen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which units are scored at all, by what is known of them before anything is imputed.

    Args:
        minimum: Share of all indicators a unit needs.
        level: The same at each group of a depth (0 is the root).
        node: The same at one group.
        nonzero: Share of a unit's known values that must not be 0.
        keep: Units scored whatever they lack.
        drop: Units never scored.
    """

    minimum: Share = 0.0
    level: dict[int, Share] = {}
    node: dict[str, Share] = {}
    nonzero: Share = 0.0
    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


# -- imputation ------------------------------------------------------------------------------


class NoImputation(_Method, frozen=True, tag="none"):
    """Leave what is missing missing."""


class MeanImputation(_Method, frozen=True, tag="mean"):
    """Fill with the mean of the indicator, over all units or over those of the same group.

    Args:
        by: Column of the table of units; None takes all units.
    """

    by: str | None = None


class MedianImputation(_Method, frozen=True, tag="median"):
    """Fill with the median of the indicator; `by` as for the mean."""

    by: str | None = None


class RowMeanImputation(_Method, frozen=True, tag="row_mean"):
    """Fill with the mean of the unit's other indicators in the same group, on a common scale.

    Args:
        level: Depth of the groups within which indicators stand in for each other.
    """

    level: int = 1


class EmImputation(_Method, frozen=True, tag="em"):
    """Fill with expectations under a multivariate normal distribution fitted by EM."""


class MultipleImputation(_Method, frozen=True, tag="multiple"):
    """Fill several times with draws from what the known values allow.

    The scores published are those of the mean of the draws; ranks and their doubt use all.

    Args:
        draws: Number of imputed tables.
        model: normal draws from the fitted distribution, matching takes values of like units.
        seed: Seed of the draws.
    """

    draws: Count = 20
    model: Literal["normal", "matching"] = "normal"
    seed: int = 1


Impute = (
    NoImputation
    | MeanImputation
    | MedianImputation
    | RowMeanImputation
    | EmImputation
    | MultipleImputation
)


# -- treatment of outliers -------------------------------------------------------------------

Transform = Literal[
    "none", "log_coin_tool", "log_two_sided", "log_shifted", "log_gii", "square_root", "box_cox",
]  # fmt: skip


class NoTreatment(_Method, frozen=True, tag="none"):
    """Take values as they are."""


class Winsorise(_Method, frozen=True, tag="winsorise"):
    """Bring outliers to the next value until the distribution passes; else transform.

    An indicator passes where |skewness| < `skewness` or excess kurtosis < `kurtosis`.

    Args:
        maximum: Values brought in at most; beyond it the transform is taken instead.
        skewness: Largest absolute skewness that passes.
        kurtosis: Largest excess kurtosis that passes.
        otherwise: Transform for what does not pass even so.
        combine: Whether the transform is of the winsorised values, not of the raw ones.
        force: Values brought in whatever the test says.
        power: Of box_cox.
        factor: Of log_gii.
    """

    maximum: Annotated[int, msgspec.Meta(ge=0)] = 5
    skewness: Positive = 2.0
    kurtosis: float = 3.5
    otherwise: Transform = "log_coin_tool"
    combine: bool = False
    force: Annotated[int, msgspec.Meta(ge=0)] = 0
    power: float = 0.0
    factor: Positive = 10.0


class GiiTreatment(_Method, frozen=True, tag="gii"):
    """Treat as the Global Innovation Index does: few outliers are winsorised, many logged.

    An indicator is a problem where |skewness| > `skewness` and excess kurtosis > `kurtosis`.

    Args:
        maximum: Outliers that are winsorised; more call for the logarithm.
        skewness: [M] 2.25 in recent editions, 2 in older ones.
        kurtosis: Largest excess kurtosis.
        factor: Power of ten of the logarithm.
    """

    maximum: Count = 5
    skewness: Positive = 2.25
    kurtosis: float = 3.5
    factor: Positive = 10.0


class EisTreatment(_Method, frozen=True, tag="eis"):
    """Treat as the European Innovation Scoreboard does: mean and deviations, then square root.

    Args:
        deviations: [M] Values further than this many standard deviations from the mean are
            brought to the outermost value within.
        skewness: [M] Above it the square root is taken.
    """

    deviations: Positive = 2.0
    skewness: float = 1.0


class Fences(_Method, frozen=True, tag="fences"):
    """Bring values beyond the fences of the box plot to the fences.

    Args:
        factor: Interquartile ranges beyond the quartiles.
    """

    factor: Positive = 1.5


class Transformed(_Method, frozen=True, tag="transform"):
    """Transform whatever the distribution.

    Args:
        transform: Which transform.
        power: Of box_cox.
        factor: Of log_gii.
    """

    transform: Transform
    power: float = 0.0
    factor: Positive = 10.0


Treat = NoTreatment | Winsorise | GiiTreatment | EisTreatment | Fences | Transformed


# -- normalisation ---------------------------------------------------------------------------

Range = tuple[float, float]


class NoNormalisation(_Method, frozen=True, tag="none"):
    """Take values as scores already, higher is better."""


class MinMax(_Method, frozen=True, tag="minmax"):
    """Worst unit to the lower end of `range`, best to the upper."""

    range: Range = (0.0, 100.0)


class ZScore(_Method, frozen=True, tag="zscore"):
    """Standardise to `mean` and `deviation`; scores may be of any size and sign."""

    mean: float = 0.0
    deviation: Positive = 1.0


class RankScore(_Method, frozen=True, tag="rank"):
    """Take the rank, the worst unit 1."""


class Borda(_Method, frozen=True, tag="borda"):
    """Take the number of units beaten."""


class PercentileRank(_Method, frozen=True, tag="percentile_rank"):
    """Take the share of the other units that are worse, times 100."""


class DistanceToTarget(_Method, frozen=True, tag="target"):
    """Score the way gone from the worst unit to the target of the framework.

    Args:
        cap: Whether what is beyond the target counts as the target.
        range: Scores of the worst unit and of the target.
    """

    cap: bool = False
    range: Range = (0.0, 100.0)


class DistanceToReference(_Method, frozen=True, tag="reference"):
    """Score against one unit, which gets 1.

    Args:
        unit: The unit of reference.
        cap: Whether what is beyond it counts as 1.
    """

    unit: str
    cap: bool = False


class DistanceToMaximum(_Method, frozen=True, tag="maximum"):
    """Score the way gone from the worst unit to the best, 0 to 1."""


class Goalposts(_Method, frozen=True, tag="goalposts"):
    """Score between fixed goalposts: columns `low` and `high` of the framework.

    Args:
        range: Scores of the goalposts.
        cap: Whether scores stay within `range`.
    """

    range: Range = (0.0, 100.0)
    cap: bool = True


class ShareOfMaximum(_Method, frozen=True, tag="share_of_maximum"):
    """Score as a percentage of the best unit, which gets 100 (benchmark method)."""


class Monitoring(_Method, frozen=True, tag="monitoring"):
    """Score as a percentage of a fixed standard: column `target` of the framework.

    Args:
        cap: Highest score; None lets it go beyond.
    """

    cap: float | None = 100.0


class BasePeriod(_Method, frozen=True, tag="base_period"):
    """Score each unit against its own value in a base year, which is 100.

    Args:
        base: The base year.
    """

    base: int


class ChainIndex(_Method, frozen=True, tag="chain"):
    """Average yearly growth over the parts of each group, and chain it from a base year.

    Args:
        base: The base year, which is 100.
        growth: plain is over the older value; symmetric over the mean of both, so that a rise
            and the fall back cancel.
    """

    base: int
    growth: Literal["plain", "symmetric"] = "symmetric"


Normalise = (
    NoNormalisation
    | MinMax
    | ZScore
    | RankScore
    | Borda
    | PercentileRank
    | DistanceToTarget
    | DistanceToReference
    | DistanceToMaximum
    | Goalposts
    | ShareOfMaximum
    | Monitoring
    | BasePeriod
    | ChainIndex
)


# -- weights ---------------------------------------------------------------------------------


class GivenWeights(_Method, frozen=True, tag="given"):
    """Take the weights of the framework."""


class EqualWeights(_Method, frozen=True, tag="equal"):
    """Weigh all parts of a group alike."""


class ComponentWeights(_Method, frozen=True, tag="principal_components"):
    """Weigh by the squared loadings on the principal components of the parts.

    Args:
        components: The first one, or those with an eigenvalue above 1, rotated.
    """

    components: Literal["first", "kaiser"] = "first"


class FactorWeights(_Method, frozen=True, tag="factor"):
    """Weigh by the squared loadings on one common factor of the parts."""


class EntropyWeights(_Method, frozen=True, tag="entropy"):
    """Weigh by how much the parts differ between units, by Shannon's entropy."""


class CriticWeights(_Method, frozen=True, tag="critic"):
    """Weigh by spread and by conflict with the other parts (CRITIC)."""


class BudgetWeights(_Method, frozen=True, tag="budget"):
    """Weigh by the points that experts gave to the parts.

    Args:
        experts: Points by code of the part, one table for each expert.
    """

    experts: tuple[dict[str, float], ...]


class HierarchyWeights(_Method, frozen=True, tag="hierarchy"):
    """Weigh by pairwise comparisons (analytic hierarchy process).

    Args:
        comparisons: How many times more important the first part is, by "FIRST/SECOND".
    """

    comparisons: dict[str, float]


class OptimisedWeights(_Method, frozen=True, tag="optimised"):
    """Weigh so that the parts are as important for the scores as wanted, no weight below 0.

    Args:
        wanted: Relative importance by code of the part; None wants all alike.
    """

    wanted: dict[str, float] | None = None


Weigh = (
    GivenWeights
    | EqualWeights
    | ComponentWeights
    | FactorWeights
    | EntropyWeights
    | CriticWeights
    | BudgetWeights
    | HierarchyWeights
    | OptimisedWeights
)


# -- aggregation -----------------------------------------------------------------------------


class Arithmetic(_Method, frozen=True, tag="arithmetic"):
    """Weighted arithmetic mean: a low part is made up for by a high one."""


class Geometric(_Method, frozen=True, tag="geometric"):
    """Weighted geometric mean of scores above 0: a low part weighs on the others."""


class Harmonic(_Method, frozen=True, tag="harmonic"):
    """Weighted harmonic mean of scores above 0: a low part weighs heavily."""


class Generalised(_Method, frozen=True, tag="generalised"):
    """Weighted power mean."""

    power: float


class MeanMin(_Method, frozen=True, tag="mean_min"):
    """Arithmetic mean less a penalty for the distance to the lowest part.

    Args:
        alpha: Share of the distance that is taken off: 0 the mean, 1 the lowest part.
    """

    alpha: Share = 0.5


class Ordered(_Method, frozen=True, tag="ordered"):
    """Ordered weighted average: weights belong to places, the highest score first.

    Args:
        orness: 1 takes the highest part, 0 the lowest, 0.5 the mean.
    """

    orness: Share = 0.3


class MazziottaPareto(_Method, frozen=True, tag="mazziotta_pareto"):
    """Mean of the parts corrected by how unbalanced they are.

    Args:
        penalty: minus lowers unbalanced units (more is better), plus raises them.
    """

    penalty: Literal["minus", "plus"] = "minus"


class Copeland(_Method, frozen=True, tag="copeland"):
    """Duels won less duels lost against all other units, weighted."""


class BenefitOfDoubt(_Method, frozen=True, tag="benefit_of_the_doubt"):
    """Each unit's parts under the weights that favour it most, times 100.

    Args:
        lowest_share: Least share of a unit's score that each part must make up.
        highest_share: Greatest share.
    """

    lowest_share: Share | None = None
    highest_share: Share | None = None


Mean = (
    Arithmetic
    | Geometric
    | Harmonic
    | Generalised
    | MeanMin
    | Ordered
    | MazziottaPareto
    | Copeland
    | BenefitOfDoubt
)


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
