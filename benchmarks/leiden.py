"""Our Leiden kernel against igraph on a planted graph: time, memory and quality.

Run: PYTHONPATH=src python benchmarks/leiden.py [nodes] [--grow EDGES ...]

Every measurement is a process of its own, so that its peak memory is its own; igraph takes its
graph as an integer array. Both run 2 iterations.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import random
import resource
import tempfile
import time
from pathlib import Path

import numpy as np

from planted import planted_graph

RESOLUTION = 0.002
GROW = (10_000, 100_000, 1_000_000, 10_000_000)


def apart(function, *arguments):
    """Call a function in a fresh process; ours stays small, for a child's peak begins at it."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, arguments)


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def make(folder: Path, nodes: int) -> None:
    planted = planted_graph(nodes)
    for name, values in planted._asdict().items():
        np.save(folder / f"{name}.npy", values)


def our_graph(n: int, rows: np.ndarray, columns: np.ndarray, *, threads: int | None = None):
    import pyarrow as pa
    import pyarrow.compute as pc

    from armillary.analyses.topics.graph import graph_from_edges

    numbers = pc.cast(pa.array(np.arange(n, dtype=np.int32)), pa.string())
    return graph_from_edges(
        pc.utf8_lpad(numbers, 10, "0"),
        rows=rows,
        columns=columns,
        weights=np.ones(rows.size, dtype=np.float32),
        undirected=True,
        threads=threads,
    )


def ours(folder: Path, threads: int | None = None, seed: int = 1) -> dict:
    from armillary.analyses.topics.leiden import cluster

    few = np.arange(3, dtype=np.int32)
    cluster(our_graph(4, few, few + 1), resolution=0.5, seed=0)  # compiles or loads the kernels
    rows, columns = np.load(folder / "rows.npy"), np.load(folder / "columns.npy")
    n = len(np.load(folder / "group.npy", mmap_mode="r"))
    begin = time.perf_counter()
    graph = our_graph(n, rows, columns, threads=threads)
    built = time.perf_counter()
    del rows, columns
    labels = cluster(graph, resolution=RESOLUTION, seed=seed, threads=threads)
    end = time.perf_counter()
    return {"build": built - begin, "call": end - built, "peak": peak_mb(), "labels": labels}


def igraphs(folder: Path) -> dict:
    import igraph

    edges = np.stack([np.load(folder / "rows.npy"), np.load(folder / "columns.npy")], axis=1)
    n = len(np.load(folder / "group.npy", mmap_mode="r"))
    random.seed(1)
    begin = time.perf_counter()
    graph = igraph.Graph(n=n, edges=edges)
    built = time.perf_counter()
    del edges
    found = graph.community_leiden(objective_function="CPM", resolution=RESOLUTION, n_iterations=2)
    end = time.perf_counter()
    labels = np.array(found.membership, dtype=np.int32)
    return {"build": built - begin, "call": end - built, "peak": peak_mb(), "labels": labels}


def judged(folder: Path, found: dict[str, np.ndarray]) -> dict[str, tuple[float, float]]:
    """Return quality and adjusted Rand index to the planted groups, of one function for all."""
    from sklearn.metrics import adjusted_rand_score

    from armillary.analyses.topics.leiden import quality

    group = np.load(folder / "group.npy")
    graph = our_graph(group.size, np.load(folder / "rows.npy"), np.load(folder / "columns.npy"))
    return {
        name: (quality(graph, labels, resolution=RESOLUTION), adjusted_rand_score(group, labels))
        for name, labels in found.items()
    }


def against_igraph(folder: Path, nodes: int) -> None:
    apart(make, folder, nodes)
    n_edges = len(np.load(folder / "rows.npy", mmap_mode="r"))
    runs = {"ours": apart(ours, folder), "igraph": apart(igraphs, folder)}
    runs["ours, 1 thread"] = apart(ours, folder, 1)
    scores = apart(judged, folder, {name: run["labels"] for name, run in runs.items()})
    print(f"{nodes:,} nodes, {n_edges:,} edges, resolution {RESOLUTION}")
    print("                 build s   call s  peak MB  clusters        Q     ARI")
    for name, run in runs.items():
        q, ari = scores[name]
        print(
            f"{name:15s} {run['build']:8.2f} {run['call']:8.2f} {run['peak']:8,.0f}"
            f" {run['labels'].max() + 1:9,} {q:8.5f} {ari:7.4f}"
        )
    us, them = runs["ours"], runs["igraph"]
    print(f"igraph's call takes {them['call'] / us['call']:.1f} times as long as ours;")
    whole = (them["build"] + them["call"]) / (us["build"] + us["call"])
    print(f"from edge arrays to clusters {whole:.1f} times; memory {them['peak'] / us['peak']:.1f}")
    assert np.array_equal(us["labels"], runs["ours, 1 thread"]["labels"])
    assert scores["ours"][0] > scores["igraph"][0] - 1e-4
    assert scores["ours"][1] > scores["igraph"][1] - 0.005


def growth(folder: Path, sizes: list[int]) -> None:
    print("\n     edges    build s   call s  us/edge  peak MB")
    for wanted in sizes:
        apart(make, folder, int(wanted / 9.5))
        run = apart(ours, folder)
        n_edges = len(np.load(folder / "rows.npy", mmap_mode="r"))
        print(
            f"{n_edges:10,} {run['build']:10.2f} {run['call']:8.2f}"
            f" {run['call'] / n_edges * 1e6:8.2f} {run['peak']:8,.0f}"
        )


def hashes(folder: Path) -> None:
    """Run again, on other numbers of threads and with everything shuffled."""
    from armillary.analyses.topics.leiden import cluster

    make(folder, 105_000)
    rows, columns = np.load(folder / "rows.npy"), np.load(folder / "columns.npy")
    rng = np.random.default_rng(1)
    found = []
    for threads in (1, 2, 3, 8, 2):
        order = rng.permutation(rows.size)
        ends = np.stack([rows, columns])[:, order]
        flip = rng.random(rows.size) < 0.5
        ends[:, flip] = ends[::-1, flip]
        graph = our_graph(105_000, *ends, threads=threads)
        labels = cluster(graph, resolution=RESOLUTION, seed=1, threads=threads)
        found.append(hashlib.sha256(labels.tobytes()).hexdigest()[:16])
    print(f"\n{rows.size:,} edges, shuffled five times, 1, 2, 3, 8 and 2 threads: {set(found)}")
    assert len(set(found)) == 1


def small(folder: Path, seeds: int = 20) -> None:
    """Say how much quality varies with the seed on a small graph, and what the best of k gives."""
    import igraph
    from sklearn.metrics import adjusted_rand_score

    from armillary.analyses.topics.leiden import best_of_seeds, cluster, quality

    make(folder, 10_000)
    rows, columns, group = (
        np.load(folder / f"{name}.npy") for name in ("rows", "columns", "group")
    )
    graph = our_graph(10_000, rows, columns)
    theirs = igraph.Graph(n=10_000, edges=np.stack([rows, columns], axis=1))
    found = {"ours": [], "igraph": []}
    seconds = 0.0
    for seed in range(seeds):
        begin = time.perf_counter()
        labels = cluster(graph, resolution=RESOLUTION, seed=seed)
        seconds += time.perf_counter() - begin
        random.seed(seed)
        membership = theirs.community_leiden(
            objective_function="CPM", resolution=RESOLUTION, n_iterations=2
        ).membership
        for name, result in (("ours", labels), ("igraph", np.array(membership))):
            found[name].append(
                (quality(graph, result, resolution=RESOLUTION), adjusted_rand_score(group, result))
            )
    print(f"\n10,000 nodes, {rows.size:,} edges, {seeds} seeds, {seconds / seeds:.3f} s each")
    for name, pairs in found.items():
        q, ari = np.array(pairs).T
        print(
            f"{name:7s} Q {q.min():.4f} to {q.max():.4f}, mean {q.mean():.4f};"
            f" ARI {ari.min():.3f} to {ari.max():.3f}"
        )
    for tries in (1, 5, 10, 20):
        best = best_of_seeds(graph, resolution=RESOLUTION, seed=0, tries=tries)
        print(
            f"best of {tries:2d}: Q {quality(graph, best, resolution=RESOLUTION):.4f},"
            f" ARI {adjusted_rand_score(group, best):.3f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("nodes", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--grow", nargs="*", type=int, default=list(GROW))
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if chosen.nodes:
            against_igraph(folder, chosen.nodes)
            apart(hashes, folder)
            apart(small, folder)
        growth(folder, chosen.grow)


if __name__ == "__main__":
    main()
