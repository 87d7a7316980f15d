"""Why did 130 units move: seconds for the exact parts of eight factors, own data among them.

A compiled index of 80 indicators (treat, normalise, weigh, rank) is run for every set of factors
and, where own data and those of others are apart, for every unit: 16,768 indexes.
`python benchmarks/movement.py` prints the median of five runs and the largest error of the sum.
"""

from __future__ import annotations

import statistics
import time

import numpy as np
from numba import njit

from armillary.analyses.index.change import movement

UNITS, INDICATORS = 130, 80
FACTORS = ["bounds", "cap", "framework", "members", "missing", "weights"]


@njit(cache=True)
def index(values, weights, members, bounds, cap, out):  # noqa: PLR0917
    cases, indicators, units = values.shape
    scores = np.empty(units)
    total = np.empty(units)
    for c in range(cases):
        scores[:] = 0.0
        total[:] = 0.0
        for i in range(indicators):
            low, high = np.inf, -np.inf
            row = values[c, i]
            for u in range(units):
                x = row[u] if members[u] else np.nan
                low = x if x < low else low  # never true of NaN
                high = x if x > high else high
            low = 0.0 if bounds else low
            slope, weight = 1.0 / (high - low), weights[i]
            least = 0.0 if cap else -np.inf
            most = 1.0 if cap else np.inf
            for u in range(units):
                score = (row[u] - low) * slope
                score = least if score < least else score
                score = most if score > most else score
                known = score == score  # noqa: PLR0124
                scores[u] += weight * score if known else 0.0
                total[u] += weight if known else 0.0
        for u in range(units):
            scores[u] = scores[u] / total[u]
        for u in range(units):
            above = 0
            for v in range(units):
                above += members[v] and scores[v] > scores[u]
            out[c, 0, u], out[c, 1, u] = scores[u], above + 1


def main() -> None:
    generator = np.random.default_rng(1)
    before = generator.uniform(1, 9, size=(INDICATORS, UNITS))
    after = before + generator.normal(scale=0.5, size=before.shape)
    gaps = generator.random(before.shape) < 0.1
    masks = np.ones((2, UNITS), dtype=bool)
    masks[0, -4:] = False

    def run(new: frozenset[str], values: np.ndarray) -> np.ndarray:
        weights = np.linspace(1, 2, INDICATORS) if "weights" in new else np.ones(INDICATORS)
        weights[-5:] *= "framework" not in new
        if "missing" in new:
            values = np.where(gaps, np.nan, values)
        out = np.empty((len(values), 2, UNITS))
        members = masks[int("members" in new)]
        index(values, weights, members, "bounds" in new, "cap" in new, out)
        return out

    outcome = movement.own_and_others(run, before=before, after=after)
    seconds, busy = [], []
    for _ in range(6):
        start, at_work = time.perf_counter(), time.process_time()
        found = movement.decompose(outcome, ["own data", "data of others", *FACTORS])
        seconds.append(time.perf_counter() - start)
        busy.append(time.process_time() - at_work)
    error = np.abs(found.parts.sum(axis=0) - (found.after - found.before)).max()
    print(
        f"{UNITS} units, {INDICATORS} indicators, 8 factors: "
        f"{statistics.median(seconds[1:]):.2f} s ({statistics.median(busy[1:]):.2f} s of one "
        f"processor), sum of the parts wrong by {error:.0e} at most"
    )


if __name__ == "__main__":
    main()
