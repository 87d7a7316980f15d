"""Our Leiden kernel against igraph on a planted graph: time and quality.

Run: PYTHONPATH=src python benchmarks/leiden.py [nodes]
"""

from __future__ import annotations

import random
import sys
import time

import igraph
import numpy as np

from armillary.analyses.topics.graph import graph_from_edges
from armillary.analyses.topics.leiden import cluster, quality

RESOLUTION = 0.005


def planted(n: int, *, degree: int = 19, mixing: float = 0.4) -> np.ndarray:
    rng = np.random.default_rng(1)
    groups = n // 150
    shares = rng.pareto(1.5, groups) + 1
    group = np.sort(rng.choice(groups, n, p=shares / shares.sum()))
    first, last = (np.searchsorted(group, np.arange(groups), side=s) for s in ("left", "right"))
    one = rng.integers(0, n, n * degree // 2)
    own = rng.integers(first[group[one]], last[group[one]])
    other = np.where(rng.random(one.size) < mixing, rng.integers(0, n, one.size), own)
    return np.unique(np.sort(np.column_stack([one, other])[one != other], axis=1), axis=0)


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    edges = planted(n)
    rows, columns = np.r_[edges[:, 0], edges[:, 1]], np.r_[edges[:, 1], edges[:, 0]]
    ids = [f"W{i:09d}" for i in range(n)]
    graph = graph_from_edges(ids, rows=rows, columns=columns, weights=np.ones(2 * len(edges)))
    theirs = igraph.Graph(n=n, edges=edges)
    cluster(graph, resolution=RESOLUTION, seed=0)  # compiles or loads the kernels
    start = time.perf_counter()
    ours = cluster(graph, resolution=RESOLUTION, seed=1)
    seconds = time.perf_counter() - start
    random.seed(1)
    start = time.perf_counter()
    found = theirs.community_leiden(objective_function="CPM", resolution=RESOLUTION, n_iterations=2)
    igraph_seconds = time.perf_counter() - start
    print(f"{n:,} nodes, {len(edges):,} edges, 2 iterations, one thread")
    print(f"ours   {seconds:6.2f} s  Q {quality(graph, ours, resolution=RESOLUTION):.5f}")
    membership = np.array(found.membership)
    print(
        f"igraph {igraph_seconds:6.2f} s  Q {quality(graph, membership, resolution=RESOLUTION):.5f}"
    )
    print(f"ratio  {igraph_seconds / seconds:6.2f}")


if __name__ == "__main__":
    main()
