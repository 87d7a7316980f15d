"""Tiers: units sorted into named groups by thresholds on their scores."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from armillary.errors import ArmillaryError, IndexMethodError, raise_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from armillary.model.tiers import Tier, Tiers


def tiers(
    scores: NDArray[np.float64],
    *,
    periods: Sequence[str],
    units: Sequence[str],
    rule: Tiers,
    reference: NDArray[np.float64] | None = None,
) -> list[dict[str, Any]]:
    """Give every unit with a score the first tier whose threshold it meets.

    Scores and percentages are rounded to the decimals of the rule, then compared as exact
    fractions: what computing adds in the last digits moves no unit over a threshold. A unit
    without a score is in no tier.
    Source: thresholds on scores or on percentages of a reference, as the European Innovation
    Scoreboard and the regional evaluations of China group their units; the numbers are the
    recipe's.

    Args:
        scores: Of the index, shape (periods, units); NaN = no score.
        periods: Years.
        units: Codes.
        rule: The tiers, the best first.
        reference: Score of the unit of reference, shape (periods,).

    Returns:
        Rows of the table `tier`, without `index`.

    Raises:
        IndexMethodError: The unit of reference has no score, or none above 0.
    """
    _check(rule, periods, reference)
    rows: list[dict[str, Any]] = []
    for p, period in enumerate(periods):
        base = None if reference is None else float(reference[p])
        for j, unit in enumerate(units):
            if np.isnan(scores[p, j]):
                continue
            score = float(scores[p, j])
            position, one = _tier(score, base, rule)
            rows.append(
                {
                    "TIME_PERIOD": period,
                    "unit": unit,
                    "tier": one.code,
                    "position": position,
                    "name_en": one.en,
                    "name_zh": one.zh or one.en,
                    "score": score,
                    "reference": base,
                    "percent": None if base is None else 100 * (score / base),
                }
            )
    return rows


def _check(rule: Tiers, periods: Sequence[str], reference: NDArray[np.float64] | None) -> None:
    if reference is None:
        return
    problems: list[ArmillaryError] = [
        IndexMethodError(
            f"The unit of reference {rule.relative_to!r} has no score above 0 in {period}.",
            where="tiers, relative_to",
            fix="name a unit that is scored in every year, or thresholds on the score itself",
        )
        for period, score in zip(periods, reference, strict=True)
        if not score > 0
    ]
    raise_all(problems)


def _tier(score: float, reference: float | None, rule: Tiers) -> tuple[int, Tier]:
    """Return the number (1 the best) and the tier of one score."""
    exact, percent = _rounded(Fraction(score), rule.decimals), None
    if reference is not None:
        percent = _rounded(100 * Fraction(score) / Fraction(reference), rule.decimals)
    for position, one in enumerate(rule.tier, 1):
        held = exact if one.of == "score" else percent
        if held is None or (one.above is None and one.at_least is None):
            return position, one
        if one.above is not None and held > Fraction(str(one.above)):
            return position, one
        if one.at_least is not None and held >= Fraction(str(one.at_least)):
            return position, one
    raise AssertionError("the last tier takes what is left")


def _rounded(number: Fraction, decimals: int) -> Fraction:
    return Fraction(round(number * 10**decimals), 10**decimals)
