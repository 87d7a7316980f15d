"""Step 4 of the Handbook, as a recipe asks for it: outliers are treated."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from armillary.analyses.index.treatment import transforms, treat, treatment_rules
from armillary.analyses.index.treatment.moments import within_limits
from armillary.errors import ArmillaryError, IndexMethodError, raise_all
from armillary.model import methods
from armillary.model.indicators import Direction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from armillary.analyses.index.pipeline import Inputs
    from armillary.analyses.index.treatment.treat import Treated
    from armillary.model.recipe import IndexRecipe

    Array = NDArray[np.float64]
    Slabs = Sequence[tuple[str | None, slice]]


def treated(
    inputs: Inputs, recipe: IndexRecipe, *, values: Array, slabs: Slabs
) -> tuple[Array, dict[tuple[str | None, int], Treated]]:
    """Treat the outliers of every indicator.

    Source: OECD/JRC (2008), doi:10.1787/9789264043466-en, step 4; see each method.

    Args:
        inputs: The index.
        recipe: How to treat; an indicator may have a way of its own.
        values: Shape (periods, leaves, units); NaN = missing.
        slabs: Runs of years that are treated together.

    Returns:
        Values of the same shape, and what was done by (year, number of the leaf).

    Raises:
        ArmillaryError: A treatment cannot be applied; all indicators at once.
    """
    calm, told = values.copy(), {}
    problems: list[ArmillaryError] = []
    for i, leaf in enumerate(inputs.framework.leaves):
        own = recipe.indicator.get(leaf.code)
        method = own.treat if own is not None and own.treat is not None else recipe.treat
        if isinstance(method, methods.NoTreatment):
            continue
        lower = inputs.framework.direction[leaf.code] is Direction.LOWER_IS_BETTER
        for year, rows in slabs:
            slab = values[rows, i]
            try:
                one = _treat_leaf(slab.ravel(), method, code=leaf.code, lower_is_better=lower)
            except IndexMethodError as error:
                problems.append(error)
                continue
            calm[rows, i] = one.values.reshape(slab.shape)
            told[year, i] = one
    raise_all(problems)
    return calm, told


def _treat_leaf(  # noqa: PLR0911 - a line for each method
    values: Array, method: Any, *, code: str, lower_is_better: bool
) -> Treated:
    match method:
        case methods.Winsorise():
            passes = partial(
                within_limits, skewness_limit=method.skewness, kurtosis_limit=method.kurtosis
            )
            first = partial(
                treat.winsorise,
                maximum=method.maximum,
                skewness_limit=method.skewness,
                kurtosis_limit=method.kurtosis,
                force=method.force,
            )
            second = None
            if method.otherwise != "none":
                second = _transform(method, method.otherwise, code, lower_is_better, passes)
            return treat.two_stage(
                values,
                first=first,
                second=second,
                passes=passes,
                combine=method.combine,
                force="first" if method.force else None,
            )
        case methods.GiiTreatment():
            return treatment_rules.gii_rule(
                values,
                lower_is_better=lower_is_better,
                skewness_limit=method.skewness,
                kurtosis_limit=method.kurtosis,
                maximum=method.maximum,
                factor=method.factor,
                indicator=code,
            )
        case methods.EisTreatment():
            return treatment_rules.eis_rule(
                values,
                deviations=method.deviations,
                skewness_limit=method.skewness,
                indicator=code,
            )
        case methods.Fences():
            return treatment_rules.interquartile(values, factor=method.factor)
        case methods.Transformed():
            if method.transform == "none":
                return treat.untreated(values)
            return _transform(method, method.transform, code, lower_is_better, within_limits)(
                values
            )
        case _:
            return treat.untreated(values)


def _transform(
    method: Any, name: str, code: str, lower_is_better: bool, passes: treat.Passes
) -> Callable[[Array], Treated]:
    """Return one formula as a treatment, its arguments bound."""
    formulas: dict[str, Callable[[Array], Array]] = {
        "log_coin_tool": partial(transforms.log_coin_tool, indicator=code),
        "log_two_sided": partial(transforms.log_two_sided, indicator=code),
        "log_shifted": partial(transforms.log_shifted, indicator=code),
        "log_gii": partial(
            transforms.log_gii,
            factor=method.factor,
            lower_is_better=lower_is_better,
            indicator=code,
        ),
        "square_root": partial(transforms.square_root, indicator=code),
        "box_cox": partial(transforms.box_cox, power=method.power, indicator=code),
    }
    return partial(treat.transformed, transform=formulas[name], method=name, passes=passes)
