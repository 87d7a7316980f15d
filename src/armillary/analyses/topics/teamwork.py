"""Compiled kernels shared out over threads, without a threading layer of numba's.

Kernels release Python's lock, so plain threads run them side by side. Nothing has to be
installed for it, any number of Python threads may cluster at once, and a forked process has no
pool it cannot use.
"""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

T = TypeVar("T")
_AT_ONCE = 4  # each holds graphs of its own in memory
_SHARES = 4  # a thread held up by other work leaves its later shares to the others


def available_threads() -> int:
    """Return how many threads kernels may use: the cores allowed, or NUMBA_NUM_THREADS.

    No method of its own.
    """
    from numba import config

    return int(config.NUMBA_NUM_THREADS)


def side_by_side(
    calls: Sequence[Callable[[], T]], *, told: Callable[[int], object] | None = None
) -> list[T]:
    """Make independent calls on as many threads as kernels may use, four at most.

    No method of its own.

    Args:
        calls: Each should keep to one thread of its own.
        told: Told in the calling thread how many of the first calls are done.

    Returns:
        What each call returned, in their order.
    """
    threads = min(available_threads(), _AT_ONCE, len(calls))
    found: list[T] = []
    with ThreadPoolExecutor(threads) if threads > 1 else nullcontext() as pool:
        for one in (call() for call in calls) if pool is None else pool.map(_made, calls):
            found.append(one)
            if told is not None:
                told(len(found))
    return found


def _made(call: Callable[[], T]) -> T:
    return call()


class Team:
    """Threads that run shares of one kernel at a time.

    Kernels are called as `kernel(begin, end, *arguments)`, or with their thread's own scratch
    memory before the arguments; the shares must write to places of their own.

    Args:
        threads: Threads, this one included; none given = all there are.
    """

    def __init__(self, threads: int | None = None) -> None:
        self.threads = available_threads() if threads is None else threads
        if self.threads < 1:
            raise ValueError("at least one thread is needed")
        self._scratch: list[tuple[NDArray[Any], ...]] = [()] * self.threads
        self._pool = ThreadPoolExecutor(self.threads - 1) if self.threads > 1 else None

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let the threads go."""
        if self._pool is not None:
            self._pool.shutdown()

    def give_tables(self, entries: int) -> None:
        """Give each thread a table of sums that holds `entries` different keys."""
        bits = 3
        while 1 << bits < 2 * entries:
            bits += 1
        if not self._scratch[0] or self._scratch[0][0].size < 1 << bits:
            self._scratch = [
                (
                    np.full(1 << bits, -1, dtype=np.int32),
                    np.zeros(1 << bits),
                    np.empty(1 << bits, dtype=np.int32),
                )
                for _ in range(self.threads)
            ]

    def even(self, begin: int, end: int) -> list[int]:
        """Return bounds that cut a range into shares of equal length."""
        n = min(_SHARES * self.threads if self.threads > 1 else 1, max(end - begin, 1))
        return [begin + (end - begin) * i // n for i in range(n + 1)]

    def by_load(self, load: NDArray[np.int64]) -> list[int]:
        """Return bounds that cut rows into shares of about equal work.

        Args:
            load: Work before each row, and in all, shape (rows + 1,).
        """
        n = _SHARES * self.threads if self.threads > 1 else 1
        wanted = load[-1] * np.arange(1, n) / n
        inner = np.searchsorted(load, wanted)
        return [int(bound) for bound in np.unique(np.r_[0, inner, load.size - 1])]

    def run(self, kernel: Callable[..., object], bounds: Sequence[int], *arguments: object) -> None:
        """Run a kernel over all shares; return when the last is done."""
        self._all(lambda share, _: kernel(*share, *arguments), bounds)

    def run_with_tables(
        self, kernel: Callable[..., object], bounds: Sequence[int], *arguments: object
    ) -> None:
        """Run a kernel over all shares, each thread with its own table of sums."""
        self._all(lambda share, thread: kernel(*share, *self._scratch[thread], *arguments), bounds)

    @property
    def table(self) -> tuple[NDArray[Any], ...]:
        """The calling thread's own table of sums."""
        return self._scratch[0]

    def _all(self, call: Callable[[tuple[int, int], int], object], bounds: Sequence[int]) -> None:
        shares = list(itertools.pairwise(bounds))
        if self._pool is None or len(shares) == 1:
            for share in shares:
                call(share, 0)
            return
        waiting = iter(shares)  # drawing from a list iterator is atomic

        def work(thread: int) -> None:
            for share in waiting:
                call(share, thread)

        others = [self._pool.submit(work, t) for t in range(1, min(self.threads, len(shares)))]
        work(0)
        for other in others:
            other.result()
