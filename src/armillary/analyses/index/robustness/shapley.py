"""Shapley values: what each factor contributes, whatever the order the factors are taken in.

For the parts of a difference. The parts of a variance are in `shapley_effects`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.errors import IndexMethodError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Evaluate = Callable[[frozenset[str]], NDArray[np.float64]]

_MOST = 12


class ShapleyValues(msgspec.Struct, frozen=True):
    """The part of each factor; the parts sum to `total`.

    Args:
        factors: Names, in the order given.
        parts: Shape (factors, ...), the dots being the shape of one evaluation.
        total: Value of all factors less that of none, shape (...).
        error: Standard error of each part, same shape as `parts`; 0 when exact.
    """

    factors: tuple[str, ...]
    parts: NDArray[np.float64]
    total: NDArray[np.float64]
    error: NDArray[np.float64]


def exact(evaluate: Evaluate, factors: Sequence[str]) -> ShapleyValues:
    """Average each factor's contribution over all orders, from all sets of factors.

    Every set is evaluated once, in Gray-code order, so that one factor changes between two
    evaluations. Sums run over sets in an order of the names, so the order of `factors` changes
    nothing, not even rounding.
    Source: Shapley (1953), A value for n-person games.

    Args:
        evaluate: Gives the value (an array, always the same shape) of a set of factors.
        factors: At most 12 names, no two alike; a call costs 2^n evaluations.

    Raises:
        IndexMethodError: No factor, more than 12, two alike, or a value that is not finite.

    Examples:
        >>> def value(chosen):
        ...     return np.array([len(chosen) ** 2 + 3.0 * ("a" in chosen)])
        >>> exact(value, ["a", "b"]).parts
        array([[5.], [2.]])
    """
    names = _checked(factors)
    count = len(names)
    if count > _MOST:
        raise IndexMethodError(
            f"{count} factors need {2**count:,} evaluations.",
            where="shapley.exact",
            fix=f"group them into at most {_MOST}, or use shapley.sampled()",
        )
    values: list[NDArray[np.float64]] = [np.empty(0)] * 2**count
    for step in range(2**count):
        code = step ^ (step >> 1)
        values[code] = _value(evaluate, names, code=code)
    parts = allocate(np.stack(values))
    at = [names.index(factor) for factor in factors]
    return ShapleyValues(
        factors=tuple(factors),
        parts=parts[at],
        total=values[-1] - values[0],
        error=np.zeros_like(parts),
    )


def allocate(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share out values given for all sets of factors.

    Source: Shapley (1953), A value for n-person games.

    Args:
        values: Shape (2^factors, ...); bit i of the position says whether factor i is in the set.

    Returns:
        The part of each factor, shape (factors, ...).

    Examples:
        >>> allocate(np.array([0.0, 4.0, 1.0, 7.0]))
        array([5., 2.])
    """
    count = values.shape[0].bit_length() - 1
    codes = np.arange(values.shape[0])
    sizes = np.array([code.bit_count() for code in codes.tolist()])
    # 1 / (n x C(n - 1, size)): the chance that just these factors come before.
    chance = np.ones(count)
    for size in range(1, count):
        chance[size] = chance[size - 1] * size / (count - size)
    chance /= count
    parts = []
    for factor in range(count):
        without = codes[codes >> factor & 1 == 0]
        gains = values[without | 1 << factor] - values[without]
        parts.append(np.tensordot(chance[sizes[without]], gains, 1))
    return np.stack(parts)


def sampled(evaluate: Evaluate, factors: Sequence[str], *, orders: int, seed: int) -> ShapleyValues:
    """Average each factor's contribution over orders drawn at random, each with its reverse.

    For more factors than `exact` takes. The parts still sum to the total exactly; each has a
    standard error, from the spread of the pairs of orders. Values already known are not
    evaluated again.
    Source: Castro, Gomez & Tejada (2009), Polynomial calculation of the Shapley value based on
    sampling; reversed pairs after Mitchell et al. (2022), Sampling permutations for Shapley value
    estimation.

    Args:
        evaluate: Gives the value (an array, always the same shape) of a set of factors.
        factors: Names, no two alike.
        orders: Pairs of orders, at least 2; a pair costs at most 2 (factors - 1) evaluations.
        seed: Same seed, same orders.

    Raises:
        IndexMethodError: No factor, two alike, fewer than 2 orders, or a value not finite.
    """
    names = _checked(factors)
    if orders < 2:
        raise IndexMethodError(
            f"{orders} pair of orders gives no standard error.",
            where="shapley.sampled",
            fix="draw at least 2, better 100",
        )
    generator = np.random.default_rng(seed)
    known: dict[int, NDArray[np.float64]] = {}

    def value(code: int) -> NDArray[np.float64]:
        if code not in known:
            known[code] = _value(evaluate, names, code=code)
        return known[code]

    everything = 2 ** len(names) - 1
    total = value(everything) - value(0)
    # Running mean and sum of squared deviations (Welford), so that memory does not grow.
    mean = np.zeros((len(names), *total.shape))
    squares = np.zeros_like(mean)
    for pair in range(1, orders + 1):
        order = generator.permutation(len(names))
        gains = np.zeros_like(mean)
        for directed in (order, order[::-1]):
            code = 0
            for factor in directed.tolist():
                gains[factor] += (value(code | 1 << factor) - value(code)) / 2
                code |= 1 << factor
        change = gains - mean
        mean += change / pair
        squares += change * (gains - mean)
    error = np.sqrt(squares / (orders - 1) / orders)
    at = [names.index(factor) for factor in factors]
    return ShapleyValues(factors=tuple(factors), parts=mean[at], total=total, error=error[at])


def _checked(factors: Sequence[str]) -> list[str]:
    """Sort the names, so that results do not depend on their order, or refuse them."""
    names = sorted(set(factors))
    if not names or len(names) != len(factors):
        raise IndexMethodError(
            f"{len(factors)} factors have {len(names)} different names.",
            where="shapley",
            fix="name at least one factor, and each once",
        )
    return names


def _value(evaluate: Evaluate, names: list[str], *, code: int) -> NDArray[np.float64]:
    """Evaluate the set of factors whose bits are set."""
    chosen = frozenset(name for bit, name in enumerate(names) if code >> bit & 1)
    value = np.asarray(evaluate(chosen), dtype=np.float64)
    if not np.isfinite(value).all():
        raise IndexMethodError(
            "A set of factors has a value that is missing or infinite.",
            where=f"shapley, factors {', '.join(sorted(chosen)) or 'none'}",
            fix="leave out units that are not ranked for every set of factors",
        )
    return value
