"""Bursts of a stream in batches: Kleinberg's automaton of two states, for many streams at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from scipy.special import gammaln, xlog1py, xlogy

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Burst(msgspec.Struct, frozen=True):
    """One interval in the upper state.

    Args:
        stream: Number of the stream.
        first: Its first batch.
        last: Its last batch.
        weight: Cost saved by the upper state over the interval; the larger, the stronger.
    """

    stream: int
    first: int
    last: int
    weight: float


def costs(
    relevant: NDArray[np.int64], of: NDArray[np.int64], *, scaling: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what each state costs in each batch: minus the log of the binomial probability.

    The lower state expects the share of the whole stream, the upper one `scaling` times it,
    at most all works.
    Source: Kleinberg (2003), doi:10.1023/A:1024940629314, on batched arrivals.

    Args:
        relevant: Works that use a term (or are of a cluster), shape (streams, batches).
        of: All works of each batch, shape (batches,).
        scaling: How much more frequent a term is in a burst, above 1.

    Returns:
        Costs of the lower and of the upper state, shape (streams, batches).
    """
    whole = max(float(of.sum()), 1.0)
    usual = relevant.sum(axis=1, keepdims=True) / whole
    raised = np.minimum(scaling * usual, 1.0)
    others = of[None, :] - relevant
    ways = gammaln(of + 1.0) - gammaln(relevant + 1.0) - gammaln(others + 1.0)
    low, high = (
        -(ways + xlogy(relevant, share) + xlog1py(others, -share)) for share in (usual, raised)
    )
    return np.asarray(low), np.asarray(high)


def burst_states(
    relevant: NDArray[np.int64],
    of: NDArray[np.int64],
    *,
    scaling: float = 2.0,
    gamma: float = 1.0,
) -> NDArray[np.bool_]:
    """Find the cheapest sequence of states of each stream.

    A stream begins in the lower state. Going up costs gamma x ln(batches), going down nothing.
    Of sequences that cost the same the one that is lower for longer at the end is taken.
    Source: Kleinberg (2003), doi:10.1023/A:1024940629314.

    Args:
        relevant: Works that use a term (or are of a cluster), shape (streams, batches).
        of: All works of each batch, shape (batches,); a batch without works tells nothing.
        scaling: How much more frequent a term is in a burst, above 1.
        gamma: How dear it is to begin a burst.

    Returns:
        Whether each stream is in the upper state, shape (streams, batches).
    """
    low, high = costs(relevant, of, scaling=scaling)
    n_streams, n_batches = relevant.shape
    up = gamma * np.log(max(n_batches, 1))
    from_high = np.zeros((2, n_streams, n_batches), dtype=np.bool_)
    total_low, total_high = np.zeros(n_streams), np.full(n_streams, np.inf)
    for batch in range(n_batches):
        from_high[0, :, batch] = total_high < total_low
        from_high[1, :, batch] = total_high <= total_low + up
        into_low = np.minimum(total_low, total_high)
        into_high = np.minimum(total_low + up, total_high)
        total_low = into_low + low[:, batch]
        total_high = into_high + high[:, batch]
    states = np.zeros((n_streams, n_batches), dtype=np.bool_)
    now = total_high < total_low
    for batch in range(n_batches - 1, -1, -1):
        states[:, batch] = now
        now = np.where(now, from_high[1, :, batch], from_high[0, :, batch])
    return states


def sequence_cost(
    states: NDArray[np.bool_],
    relevant: NDArray[np.int64],
    *,
    of: NDArray[np.int64],
    scaling: float,
    gamma: float,
) -> NDArray[np.float64]:
    """Return what given sequences of states cost.

    Source: Kleinberg (2003), doi:10.1023/A:1024940629314.

    Args:
        states: Whether each stream is in the upper state, shape (streams, batches).
        relevant: As `burst_states` takes it.
        of: As `burst_states` takes it.
        scaling: As `burst_states` takes it.
        gamma: As `burst_states` takes it.
    """
    low, high = costs(relevant, of, scaling=scaling)
    before = np.zeros_like(states)
    before[:, 1:] = states[:, :-1]
    n_up = (states & ~before).sum(axis=1)
    up = gamma * np.log(max(states.shape[1], 1))
    return np.asarray(np.where(states, high, low).sum(axis=1) + up * n_up)


def bursts(
    states: NDArray[np.bool_],
    relevant: NDArray[np.int64],
    *,
    of: NDArray[np.int64],
    scaling: float,
) -> list[Burst]:
    """List the intervals in the upper state with their weights, stream by stream.

    Source: Kleinberg (2003), doi:10.1023/A:1024940629314, on the weight of a burst.

    Args:
        states: As `burst_states` returns it.
        relevant: As `burst_states` takes it.
        of: As `burst_states` takes it.
        scaling: As `burst_states` takes it.
    """
    low, high = costs(relevant, of, scaling=scaling)
    saved = np.where(states, low - np.where(states, high, 0.0), 0.0)
    edges = np.diff(np.pad(states.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    begins, ends = np.nonzero(edges == 1), np.nonzero(edges == -1)
    return [
        Burst(int(stream), int(first), int(end) - 1, float(saved[stream, first:end].sum()))
        for stream, first, end in zip(begins[0], begins[1], ends[1], strict=True)
    ]
