"""Certified ranks of a large index: seconds, and how much sampling weights underestimates them.

130 units and 7 pillars made to look like a global index: pillars correlate by about 0.75 and
weights of 0.10 to 0.20, 0.05 to 0.25, or all there are. `python benchmarks/certified.py` prints
the median of five runs, checks every rank with the weights that come with it, and compares the
widths of the rank intervals with those of 1,000 draws of the same weights.
"""

from __future__ import annotations

import statistics
import time

import numpy as np

from armillary.analyses.index.rank import rank
from armillary.analyses.index.robustness import certified
from armillary.analyses.index.robustness.weight_set import WeightSet, rescaled

UNITS, PILLARS, INDICATORS, DRAWS = 130, 7, 40, 1_000


def scores(children: int, *, seed: int = 1) -> np.ndarray:
    generator = np.random.default_rng(seed)
    level = generator.normal(size=UNITS)
    own = generator.normal(size=(children, UNITS))
    return np.clip(45 + 15 * (0.85 * level + 0.5 * own), 0, 100)


def timed(values: np.ndarray, weights: WeightSet) -> tuple[float, certified.CertifiedRanks]:
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        found = certified.ranks(values, weights=weights)
        seconds.append(time.perf_counter() - start)
    for ranks, witnesses in ((found.best, found.best_weights), (found.worst, found.worst_weights)):
        assert (rank(witnesses @ values).diagonal() == ranks).all()
    return statistics.median(seconds), found


def report(name: str, seconds: float, found: certified.CertifiedRanks) -> None:
    proved = (found.best == found.best_bound) & (found.worst == found.worst_bound)
    print(
        f"{name:38} {seconds:6.3f} s  mean width {np.mean(found.worst - found.best):5.1f} places, "
        f"proved {proved.sum()} of {proved.size}"
    )


def main() -> None:
    values = scores(PILLARS)
    certified.ranks(values, weights=WeightSet(lower=(0.1,) * 7, upper=(0.2,) * 7))  # compiles
    for low, high in ((0.1, 0.2), (0.05, 0.25), (0.0, 1.0)):
        weights = WeightSet(lower=(low,) * PILLARS, upper=(high,) * PILLARS)
        report(f"7 pillars, {low:.2f}..{high:.2f} each", *timed(values, weights))
    equal = np.full(PILLARS, 1 / PILLARS)
    for spread in (0.25, 0.5):
        weights = rescaled(equal * (1 - spread), equal * (1 + spread))
        seconds, found = timed(values, weights)
        report(f"7 pillars, +-{spread:.0%} then rescaled", seconds, found)
        u = np.random.default_rng(1).uniform(-spread, spread, size=(DRAWS, equal.size))
        drawn = equal * (1 + u)
        ranks = rank(drawn / drawn.sum(axis=1, keepdims=True) @ values)
        assert (ranks.min(axis=0) >= found.best).all()
        assert (ranks.max(axis=0) <= found.worst).all()
        width = found.worst - found.best
        for what, ends in (
            ("least and greatest of", (ranks.min(axis=0), ranks.max(axis=0))),
            ("5..95 % of", np.quantile(ranks, (0.05, 0.95), axis=0)),
        ):
            sampled = ends[1] - ends[0]
            short = (sampled < width).mean()
            missed = (width - sampled).mean()
            print(
                f"    {what} {DRAWS:,} draws: mean width {sampled.mean():.1f}, "
                f"{sampled.sum() / width.sum():.0%} of the certified one; too narrow for "
                f"{short:.0%} of units, by {missed:.1f} places on average and "
                f"{(width - sampled).max():.0f} at most"
            )
    values = scores(INDICATORS)
    share = 1 / INDICATORS
    weights = WeightSet(lower=(share * 0.75,) * INDICATORS, upper=(share * 1.25,) * INDICATORS)
    start = time.perf_counter()
    found = certified.ranks(values, weights=weights, budget=200)
    report(f"{INDICATORS} indicators, +-25 % each", time.perf_counter() - start, found)


if __name__ == "__main__":
    main()
