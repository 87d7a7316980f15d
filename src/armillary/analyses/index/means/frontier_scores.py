"""Scores of a group against the frontier of its units, as a recipe asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from armillary.analyses.index.means.frontier import benefit_of_the_doubt, robust
from armillary.analyses.index.means.frontier_direction import directional
from armillary.model import methods

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def frontier_scores(
    rows: NDArray[np.float64], *, mean: methods.Frontier, codes: Sequence[str]
) -> NDArray[np.float64]:
    """Score units by one of the methods of the frontier.

    Source: see each method.

    Args:
        rows: Scores of the parts, shape (parts, units); NaN = missing.
        mean: Which method, with its parameters.
        codes: Codes of the parts.

    Returns:
        Score points, shape (units,); 100 lies on the frontier.

    Raises:
        IndexMethodError: The method cannot be applied to these scores.
    """
    match mean:
        case methods.BenefitOfDoubt():
            scores = benefit_of_the_doubt(
                rows, lowest_share=mean.lowest_share, highest_share=mean.highest_share
            ).scores
        case methods.RobustBenefit():
            scores = robust(
                rows,
                sample_size=mean.sample_size,
                replicates=mean.replicates,
                seed=mean.seed,
                lowest_share=mean.lowest_share,
                highest_share=mean.highest_share,
            ).scores
        case methods.DirectionalBenefit():
            step = np.nanmean(rows, axis=1)
            if mean.direction is not None:
                step = np.array([mean.direction[code] for code in codes])
            scores = directional(rows, direction=step).scores
    return 100 * np.asarray(scores)
