"""Why did this unit move: the change between two editions, shared out over what changed.

A factor is one thing that differs between the editions: the unit's own data, the data of others,
revisions, the framework, the method, the units ranked, missing data. Switching them one by one
gives a table that depends on the order; the mean over all orders does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.index.robustness.shapley import allocate
from armillary.errors import IndexMethodError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Outcome = Callable[[frozenset[str]], NDArray[np.float64]]
    Run = Callable[[frozenset[str], NDArray[np.float64]], NDArray[np.float64]]

_MOST = 12


class Movement(msgspec.Struct, frozen=True):
    """The parts of the change of every unit; over factors they sum to `after` - `before`.

    Args:
        factors: Names, in the order given.
        parts: Shape (factors, ..., units); NaN for a unit that has no result in some set of
            factors, e.g. because only one edition ranks it. A negative part of a rank is a
            climb.
        before: Results of the old edition, shape (..., units).
        after: Results of the new edition, shape (..., units).
    """

    factors: tuple[str, ...]
    parts: NDArray[np.float64]
    before: NDArray[np.float64]
    after: NDArray[np.float64]


def decompose(outcome: Outcome, factors: Sequence[str]) -> Movement:
    """Share out the change of every unit by the mean over all orders of switching the factors.

    Every set of factors is evaluated once; parts do not depend on the order of `factors`.
    Source: Shapley (1953), A value for n-person games; Shorrocks (2013), Decomposition procedures
    for distributional analysis: a unified framework based on the Shapley value.

    Args:
        outcome: Gives scores, ranks or both, shape (..., units), of an edition in which the
            factors given are those of the new edition and the rest those of the old one. Units
            in the same order in every set; NaN where a unit has no result.
        factors: 1 to 12 names, no two alike; 2^n calls of `outcome`.

    Raises:
        IndexMethodError: No factor, more than 12, two alike, or results whose shape changes.

    Examples:
        >>> def score(new):
        ...     value = 30.0 if "data" in new else 20.0
        ...     return np.array([value * (2.0 if "method" in new else 1.0)])
        >>> decompose(score, ["data", "method"]).parts.tolist()
        [[15.0], [25.0]]
    """
    names = sorted(_checked(factors))
    count = len(names)
    results: list[NDArray[np.float64]] = []
    for code in range(2**count):
        chosen = frozenset(name for bit, name in enumerate(names) if code >> bit & 1)
        results.append(_result(outcome, chosen, shape=results[0].shape if results else None))
    values = np.stack(results)
    values[:, np.isnan(values).any(axis=0)] = np.nan
    parts = allocate(values)
    at = [names.index(factor) for factor in factors]
    return Movement(factors=tuple(factors), parts=parts[at], before=results[0], after=results[-1])


def sequential(outcome: Outcome, order: Sequence[str]) -> Movement:
    """Switch the factors one after another, and call each change the part of its factor.

    The table some published indexes print. Another order gives other parts: their mean over all
    orders is what `decompose` gives.
    Source: the step-by-step comparison of editions of the Global Innovation Index 2012.

    Args:
        outcome: As for `decompose`.
        order: Names of the factors, in the order in which they are switched.

    Raises:
        IndexMethodError: No factor, more than 12, two alike, or results whose shape changes.

    Examples:
        >>> def score(new):
        ...     value = 30.0 if "data" in new else 20.0
        ...     return np.array([value * (2.0 if "method" in new else 1.0)])
        >>> sequential(score, ["data", "method"]).parts.tolist()
        [[10.0], [30.0]]
    """
    names = _checked(order)
    results = [_result(outcome, frozenset(), shape=None)]
    for step in range(1, len(names) + 1):
        results.append(_result(outcome, frozenset(names[:step]), shape=results[0].shape))
    values = np.stack(results)
    return Movement(
        factors=tuple(order), parts=np.diff(values, axis=0), before=values[0], after=values[-1]
    )


def own_and_others(
    run: Run,
    *,
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    own: str = "own data",
    others: str = "data of others",
) -> Outcome:
    """Make two factors of the data, a unit's own and those of others, for all units at once.

    For each unit its own column alone is switched, or all columns but its own. Both editions'
    data must therefore have the same indicators and units; an indicator or a unit that only one
    edition has is NaN in the other, or is dropped inside `run` by a factor of its own.
    No method of its own: it only builds the data of each set of factors.

    Args:
        run: Gives the results, shape (cases, ..., units), of data, shape (cases, indicators,
            units), each case being one edition of the index; the factors given to it are those
            of the new edition, the data's own factors left out.
        before: Data of the old edition, shape (indicators, units).
        after: Data of the new edition, same shape.
        own: Name of the factor "the unit's own data".
        others: Name of the factor "the data of others".

    Returns:
        An `outcome` for `decompose` or `sequential`, whose factors include `own` and `others`.

    Raises:
        IndexMethodError: The two editions' data have different shapes.
    """
    if before.shape != after.shape or before.ndim != 2:
        raise IndexMethodError(
            f"Data of shapes {before.shape} and {after.shape} cannot be mixed unit by unit.",
            where="movement.own_and_others",
            fix="give both editions the same indicators and units, NaN where one has no value",
        )
    units = np.arange(before.shape[1])

    def outcome(chosen: frozenset[str]) -> NDArray[np.float64]:
        rest = chosen - {own, others}
        if (own in chosen) == (others in chosen):
            whole: NDArray[np.float64] = run(rest, (after if own in chosen else before)[None])[0]
            return whole
        kept, switched = (before, after) if own in chosen else (after, before)
        cases = np.repeat(kept[None], units.size, axis=0)
        cases[units, :, units] = switched.T
        results = run(rest, cases)
        one_each: NDArray[np.float64] = np.moveaxis(results[units, ..., units], 0, -1)
        return one_each

    return outcome


def _checked(factors: Sequence[str]) -> list[str]:
    """Return the names, or refuse them."""
    names = list(factors)
    if not 1 <= len(set(names)) == len(names) <= _MOST:
        raise IndexMethodError(
            f"{len(names)} factors with {len(set(names))} different names cannot be taken apart.",
            where="movement",
            fix=f"name 1 to {_MOST} factors, each once",
        )
    return names


def _result(
    outcome: Outcome, chosen: frozenset[str], *, shape: tuple[int, ...] | None
) -> NDArray[np.float64]:
    """Evaluate one set of factors, or say that its result is not that of the same units."""
    result: NDArray[np.float64] = np.array(outcome(chosen), dtype=np.float64)
    if result.ndim == 0 or (shape is not None and result.shape != shape):
        raise IndexMethodError(
            f"A result of shape {result.shape} cannot be compared with one of {shape}.",
            where=f"movement, new edition's factors: {', '.join(sorted(chosen)) or 'none'}",
            fix="give every set of factors the same units, NaN where one has no result",
        )
    return result
