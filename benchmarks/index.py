"""Rank intervals of a large index: compiled draws against plain NumPy and SciPy.

Both run the whole index for every draw of the weights: 130 units, 80 indicators in 20 groups in
4 pillars, 10 % of the values missing. `python benchmarks/index.py` prints both times and their
ratio, after checking that both give the same intervals.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np
from scipy.stats import rankdata

from armillary.analyses.index import tree, weight
from armillary.analyses.index.uncertainty import intervals
from armillary.model.indicators import Framework, IndexRecipe, Node, Uncertainty

UNITS, PILLARS, GROUPS, INDICATORS = 130, 4, 5, 4


def framework() -> Framework:
    nodes = [Node(code="I", name_en="I")]
    for p in range(PILLARS):
        nodes.append(Node(code=f"P{p}", name_en="P", parent="I"))
        for g in range(GROUPS):
            group = f"P{p}.{g}"
            nodes.append(Node(code=group, name_en="G", parent=f"P{p}"))
            nodes += [
                Node(code=f"{group}.{i}", name_en="X", parent=group) for i in range(INDICATORS)
            ]
    return Framework(tuple(nodes))


def peer(tree_of: Framework, recipe: IndexRecipe, scores: np.ndarray) -> np.ndarray:
    """The same in vectorised NumPy with scipy.stats.rankdata; shape (2, units) of ranks."""
    doubt = recipe.uncertainty
    drawn = weight.draw(
        np.array([n.weight for n in tree_of.nodes]),
        replicates=doubt.replicates,
        spread=doubt.spread,
        seed=doubt.seed,
    )
    column = {n.code: i for i, n in enumerate(tree_of.nodes)}
    row = {n.code: i for i, n in enumerate(tree_of.leaves)}
    known = ~np.isnan(scores)
    filled = np.where(known, scores, 0.0)
    ranks = np.empty((doubt.replicates, scores.shape[1]))
    for start in range(0, doubt.replicates, 500):
        w = drawn[start : start + 500]
        values: dict[str, np.ndarray] = {}
        for group in tree_of.groups:
            codes = [n.code for n in tree_of.children[group.code]]
            own = w[:, [column[c] for c in codes]]
            if codes[0] in row:
                rows = [row[c] for c in codes]
                above, below = own @ filled[rows], own @ known[rows].astype(float)
            else:
                stacked = np.stack([values[c] for c in codes], axis=1)
                there = ~np.isnan(stacked)
                above = np.einsum("dc,dcu->du", own, np.where(there, stacked, 0.0))
                below = np.einsum("dc,dcu->du", own, there.astype(float))
            with np.errstate(invalid="ignore"):
                values[group.code] = above / below
        ranks[start : start + 500] = rankdata(-values["I"], method="min", axis=1)
    return np.quantile(ranks, (0.05, 0.95), axis=0, method="inverted_cdf")


def main(replicates: int = 10_000) -> None:
    tree_of = framework()
    generator = np.random.default_rng(7)
    scores = generator.uniform(1, 100, size=(len(tree_of.leaves), UNITS))
    scores[generator.random(scores.shape) < 0.1] = np.nan
    recipe = IndexRecipe(period=2024, uncertainty=Uncertainty(replicates=replicates))
    held = tree.coverage(tree_of, present=~np.isnan(scores), minimum=0.0)

    def ours():
        return intervals(tree_of, recipe=recipe, scores=scores, scored=held.scored)

    started = time.perf_counter()
    found = ours()
    print(f"first call, compiling or loading kernels: {time.perf_counter() - started:.3f} s")
    times = {"armillary": [], "numpy + scipy": []}
    for _ in range(5):
        started = time.perf_counter()
        found = ours()
        times["armillary"].append(time.perf_counter() - started)
        started = time.perf_counter()
        expected = peer(tree_of, recipe, scores)
        times["numpy + scipy"].append(time.perf_counter() - started)
    same = (found.rank_low == expected[0]) & (found.rank_high == expected[1])
    one, other = (float(np.median(t)) for t in times.values())
    print(f"{UNITS} units x {len(tree_of.leaves)} indicators x {replicates:,} draws, median of 5")
    print(f"armillary      {one:.3f} s")
    print(f"numpy + scipy  {other:.3f} s  (without score percentiles and medians)")
    print(f"ratio          {other / one:.1f}")
    print(f"equal rank intervals: {int(same.sum())} of {UNITS}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the process: {peak:.0f} MB")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
