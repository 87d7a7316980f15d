"""The methods of every step of an index, each with its own parameters and no others.

`[M]` behind a default says that the literature was not at hand to confirm it: change it in the
recipe.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

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
        factor: Power of ten of the logarithm. 1 is what the published scores of 2019 follow.
    """

    maximum: Count = 5
    skewness: Positive = 2.25
    kurtosis: float = 3.5
    factor: Positive = 1.0


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


class RobustBenefit(_Method, frozen=True, tag="robust_benefit_of_the_doubt"):
    """Benefit of the doubt against random samples of units, so that no outlier sets the bar.

    Scores may exceed 100.

    Args:
        sample_size: Units in a sample.
        replicates: Samples for each unit.
        seed: Seed of the samples.
        lowest_share: As for benefit of the doubt.
        highest_share: As for benefit of the doubt.
    """

    sample_size: Count = 30
    replicates: Annotated[int, msgspec.Meta(ge=2)] = 200
    seed: int = 1
    lowest_share: Share | None = None
    highest_share: Share | None = None


class DirectionalBenefit(_Method, frozen=True, tag="directional_benefit_of_the_doubt"):
    """How near each unit is to the best mixtures of units, going in one direction, times 100.

    Args:
        direction: Step by code of the part; None goes in proportion to the mean of each part.
    """

    direction: dict[str, float] | None = None


Frontier = BenefitOfDoubt | RobustBenefit | DirectionalBenefit

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
    | RobustBenefit
    | DirectionalBenefit
)
