"""What a unit could change, at what cost, and whether improving can ever harm its rank."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from armillary.errors import IndexMethodError
from armillary.model import methods
from armillary.model import recipe as recipes
from armillary.model.feasibility import of_leaf
from armillary.model.indicators import Direction, Framework

if TYPE_CHECKING:
    from armillary.analyses.index.pipeline import Inputs
    from armillary.model.recipe import IndexRecipe

Array = NDArray[np.float64]
YEARS = 5
_OWN_VALUE_ALONE = (methods.Goalposts, methods.Monitoring)
_WEIGHTS_BEFORE_DATA = (
    methods.GivenWeights, methods.EqualWeights, methods.BudgetWeights, methods.HierarchyWeights,
)  # fmt: skip
_RISING = (
    methods.Arithmetic, methods.Geometric, methods.Harmonic, methods.Generalised,
    methods.MeanMin, methods.Ordered,
)  # fmt: skip


def signs(framework: Framework) -> Array:
    """Return 1 where more is better and -1 where less is, shape (leaves,).

    No method of its own.

    Args:
        framework: The tree.
    """
    return np.array([float(framework.direction[leaf.code]) for leaf in framework.leaves])


def toward_best(values: Array, framework: Framework, *, unit: int, share: float) -> Array:
    """Bound a unit's values by a share of the way to the best value any unit has.

    No method of its own: the share says what is thought feasible.

    Args:
        values: Raw values, shape (leaves, units); NaN = missing.
        framework: Its leaves say which way is better.
        unit: Position of the unit.
        share: 0 = nothing can change, 1 = the best value observed.

    Returns:
        Best feasible value, shape (leaves,); NaN where the unit has no value.
    """
    turned = signs(framework)
    best = np.full(len(turned), np.nan)
    some = ~np.isnan(values).all(axis=1)
    best[some] = turned[some] * np.nanmax(values[some] * turned[some, None], axis=1)
    own = values[:, unit]
    reachable: Array = own + share * (best - own)
    return reachable


def like_peers(panel: Array, framework: Framework, *, unit: int) -> Array:
    """Bound a unit's values by the largest improvement of another unit over the same years.

    No method of its own.

    Args:
        panel: Raw values, shape (years, leaves, units), from the first to the last year.
        framework: Its leaves say which way is better.
        unit: Position of the unit.

    Returns:
        Best feasible value, shape (leaves,); NaN where no other unit improved, or none has a
        value in both years.

    Raises:
        IndexMethodError: No indicator has values in the first year.
    """
    turned = signs(framework)
    gained = (panel[-1] - panel[0]) * turned[:, None]
    gained[:, unit] = np.nan
    some = (gained > 0).any(axis=1)
    if np.isnan(gained).all():
        raise IndexMethodError(
            f"No unit has values both in the edition and {len(panel) - 1} years before.",
            where="reach, bounds from peers",
            fix="give a share of the way to the best value instead: --within 0.5",
        )
    most = np.full(len(turned), np.nan)
    most[some] = np.nanmax(np.where(gained[some] > 0, gained[some], np.nan), axis=1)
    reachable: Array = panel[-1][:, unit] + turned * most
    return reachable


def cost_of(values: Array) -> Array:
    """Price a change of each indicator by the range of its values: 1 is the whole range.

    No method of its own.

    Args:
        values: Raw values, shape (leaves, units); NaN = missing.

    Returns:
        Cost of one unit of change, shape (leaves,); NaN where all values are equal.
    """
    cost = np.full(len(values), np.nan)
    some = ~np.isnan(values).all(axis=1)
    spread = np.nanmax(values[some], axis=1) - np.nanmin(values[some], axis=1)
    cost[some] = np.where(spread > 0, 1 / np.where(spread > 0, spread, 1.0), np.nan)
    return cost


def never_harms(inputs: Inputs, recipe: IndexRecipe) -> bool:
    """Say whether it is proved that a better value of a unit never worsens its rank.

    It is where a unit's score depends on its own values alone and rises with each of them:
    fixed goalposts or standards for every indicator, no treatment of outliers, nothing
    imputed, weights that do not come from the data, means that rise with every part, and no
    screening by zeros. Then improving raises (or keeps) the unit's score and leaves all others
    as they are. Anywhere else the answer is no, which says that it is not proved.
    No method of its own: each of these functions is non-decreasing, and so is their composition.

    Args:
        inputs: Raw values.
        recipe: The choices.
    """
    framework = inputs.framework
    none = recipes.Override()
    complete = not np.isnan(inputs.values).any()
    for leaf in framework.leaves:
        own = recipe.indicator.get(leaf.code, none)
        normalise = of_leaf(recipe, leaf)
        plain = isinstance(normalise, methods.NoNormalisation)
        if not isinstance(normalise, _OWN_VALUE_ALONE) and not (
            plain and framework.direction[leaf.code] is Direction.HIGHER_IS_BETTER
        ):
            return False
        if not isinstance(own.treat or recipe.treat, methods.NoTreatment):
            return False
        if not complete and not isinstance(own.impute or recipe.impute, methods.NoImputation):
            return False
    groups = [(group.code, framework.level[group.code]) for group in framework.groups]
    weighed = all(
        isinstance(recipe.weight.of(code, level=level), _WEIGHTS_BEFORE_DATA)
        for code, level in groups
    )
    rising = all(
        isinstance(recipe.aggregate.of(code, level=level), _RISING) for code, level in groups
    )
    return weighed and rising and recipe.screen.nonzero == 0
