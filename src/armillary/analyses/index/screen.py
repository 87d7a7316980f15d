"""Which units are scored at all: by what is known of them before anything is imputed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from armillary.errors import IndexMethodError, did_you_mean, listed, raise_all

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from armillary.analyses.index.pipeline import Inputs
    from armillary.model.methods import Screen

_ROUNDING = 1e-9


def screened(inputs: Inputs, screen: Screen, *, period: int) -> NDArray[np.bool_]:
    """Find the units that have enough of the data.

    Availability counts indicators, not weights; at a group, those beneath it.
    Source: OECD/JRC (2008), step 3; the thresholds are the recipe's.

    Args:
        inputs: Raw values.
        screen: The thresholds.
        period: Number of the year.

    Returns:
        Shape (units,).

    Raises:
        IndexMethodError: A unit to keep or to drop is not among the units.
    """
    framework, values = inputs.framework, inputs.values[period]
    named = (*screen.keep, *screen.drop)
    raise_all(
        [
            IndexMethodError(
                f"The screening names {unit!r}, which is no unit.",
                where="screen",
                fix=did_you_mean(unit, inputs.units, otherwise=f"units are {listed(inputs.units)}"),
            )
            for unit in named
            if unit not in inputs.units
        ]
    )
    known = ~np.isnan(values)
    enough = known.mean(axis=0) >= screen.minimum - _ROUNDING
    beneath = _beneath(inputs)
    for group in framework.groups:
        level = screen.level.get(framework.level[group.code], 0.0)
        least = screen.node.get(group.code, level)
        enough &= known[beneath[group.code]].mean(axis=0) >= least - _ROUNDING
    if screen.nonzero:
        count = known.sum(axis=0)
        nonzero = ((values != 0) & known).sum(axis=0)
        enough &= nonzero >= screen.nonzero * count - _ROUNDING
    enough |= np.isin(inputs.units, screen.keep)
    enough &= ~np.isin(inputs.units, screen.drop)
    return np.asarray(enough)


def _beneath(inputs: Inputs) -> dict[str, list[int]]:
    """Return the numbers of the leaves beneath each group."""
    tree = inputs.framework
    own = {leaf.code: [i] for i, leaf in enumerate(tree.leaves)}
    for group in tree.groups:
        own[group.code] = [i for part in tree.children[group.code] for i in own[part.code]]
    return own
