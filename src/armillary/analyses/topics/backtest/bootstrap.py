"""Intervals for means over origins whose horizons overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEED = 1
_LOW, _HIGH = 0.05, 0.95


def block_draws(
    n_origins: int, *, block: int = 3, n_draws: int = 2_000, seed: int = SEED
) -> NDArray[np.int64]:
    """Draw origins in runs of neighbours, the last one followed by the first.

    Source: Politis & Romano (1992), circular block bootstrap, in LePage & Billard (eds),
    Exploring the Limits of Bootstrap, 263-270.

    Args:
        n_origins: Origins, in order of year.
        block: Origins in a run; the horizon, since so many overlap.
        n_draws: Number of draws.
        seed: Seed of the draws.

    Returns:
        Origins drawn, shape (n_draws, n_origins).
    """
    rng = np.random.default_rng(seed)
    n_blocks = -(-n_origins // block)
    starts = rng.integers(0, n_origins, size=(n_draws, n_blocks))
    drawn = (starts[:, :, None] + np.arange(block)) % n_origins
    return np.asarray(drawn.reshape(n_draws, -1)[:, :n_origins])


def drawn_means(values: NDArray[np.float64], *, seed: int = SEED) -> NDArray[np.float64]:
    """Return the mean over origins in each draw; NaN origins are left out.

    No method of its own: see `block_draws`. The same seed draws the same origins, so the
    difference of two results is a paired one.

    Args:
        values: One value per origin, in order of year, shape (origins,).
        seed: Seed of the draws.
    """
    drawn = values[block_draws(values.size, seed=seed)]
    known = ~np.isnan(drawn)
    n = known.sum(axis=1)
    total = np.where(known, drawn, 0.0).sum(axis=1)
    return np.where(n > 0, total / np.maximum(n, 1), np.nan)


def interval(draws: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 90 % interval of draws.

    No method of its own.
    """
    known = draws[~np.isnan(draws)]
    if known.size == 0:
        return float("nan"), float("nan")
    low, high = np.quantile(known, [_LOW, _HIGH])
    return float(low), float(high)
