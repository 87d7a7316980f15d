"""What would it take: seconds and runs of the index for 20 of 130 units to climb five places.

80 indicators, min-max over the units as they are, weights that differ; each indicator may gain
what a peer gained. `python benchmarks/reach.py` runs the index again with every answer.
"""

from __future__ import annotations

import statistics
import time

import numpy as np

from armillary.analyses.index.change import reach

UNITS, INDICATORS, PLACES = 130, 80, 5


def main() -> None:
    generator = np.random.default_rng(1)
    level = generator.normal(size=UNITS)
    values = 50 + 10 * (0.7 * level + generator.normal(size=(INDICATORS, UNITS)))
    weights = generator.dirichlet(np.full(INDICATORS, 5.0))

    def index(cells: np.ndarray) -> np.ndarray:
        low, high = cells.min(axis=1), cells.max(axis=1)
        slope = weights / (high - low)
        return slope @ cells - slope @ low

    order = np.argsort(-index(values))
    cost = 1 / np.ptp(values, axis=1)
    seconds, runs, reached = [], [], 0
    for place in range(PLACES, UNITS, UNITS // 20):
        unit, target = int(order[place]), place + 1 - PLACES
        best = values[:, unit] + generator.uniform(0, 12, size=INDICATORS)
        start = time.perf_counter()
        found = reach.least_change(index, values, unit=unit, target=target, best=best, cost=cost)
        seconds.append(time.perf_counter() - start)
        runs.append(found.runs)
        if found.reached:
            moved = values.copy()
            moved[:, unit] = found.values
            scores = index(moved)
            assert 1 + np.sum(scores > scores[unit]) <= target
            reached += 1
    print(
        f"{len(seconds)} units, {reached} reach their target, each confirmed by a rerun; median "
        f"{statistics.median(seconds):.2f} s, most {max(seconds):.2f} s; median "
        f"{statistics.median(runs):,.0f} runs of the index"
    )


if __name__ == "__main__":
    main()
