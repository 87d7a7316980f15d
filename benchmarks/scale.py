"""A topic map of very many works: wall clock, processor and peak memory of every stage.

Run: PYTHONPATH=src python benchmarks/scale.py [works] [--peers] [--runs N]

A corpus is simulated (about ten citations for each work) and mapped from its tables, all in one
process, as a build does. `--peers` then does the same steps on the same corpus with
scikit-learn's CountVectorizer, TfidfVectorizer and NearestNeighbors, and with igraph's Leiden.
"""

from __future__ import annotations

import argparse
import os
import resource
import threading
import time
from contextlib import contextmanager
from functools import wraps
from pathlib import Path

import ibis
import msgspec

from armillary.analyses.topics import consensus, related_works, relatedness, topic_map
from armillary.analyses.topics.leiden import cluster, quality
from armillary.model.literature import TopicRecipe
from armillary.model.observatory import Simulation
from armillary.model.provenance import Origin
from armillary.sources.works.simulator import simulate

_PAGE = os.sysconf("SC_PAGE_SIZE")
_EVERY = 0.02  # seconds between two looks at memory
_MOST_FOR_BRUTE_FORCE = 50_000
STAGES = (  # as they stand where they are called; a name indented is part of the one after it
    (topic_map, "_considered", "works collected"),
    (topic_map, "cut_works", "texts cut"),
    (topic_map, "tokenise", "words"),
    (topic_map, "fold", "words folded"),
    (topic_map, "phrases", "phrases"),
    (related_works, "_by_citation", "  citations related"),
    (relatedness, "bm25", "    BM25 weights"),
    (relatedness, "nearest_works", "    nearest works"),
    (related_works, "text_likeness", "  text related"),
    (topic_map, "relate_works", "relations"),
    (topic_map, "graph_of", "graph"),
    (consensus, "clusters_wanted", "  resolution found"),
    (consensus, "agreed", "  runs agreed on"),
    (topic_map, "consensus_wanted", "clusters"),
    (topic_map, "characteristic_terms", "labels"),
    (topic_map, "cluster_weights", "weight between topics"),
    (topic_map, "topic_tables", "tables, growth, layout"),
    (topic_map, "level_tables", "levels"),
)


class Measured(msgspec.Struct):
    """What a stage took."""

    name: str
    wall: float
    cpu: float
    peak: float
    left: float


class Watch:
    """Measures stages; a thread looks at the memory of the process all the while."""

    def __init__(self) -> None:
        self.stages: list[Measured] = []
        self.peaks: list[float] = []
        self.kept: dict[str, object] = {}
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        while True:
            held = self.held()
            self.peaks = [max(peak, held) for peak in self.peaks]
            time.sleep(_EVERY)

    @staticmethod
    def held() -> float:
        """Return memory held, GB."""
        return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE / 1e9

    @contextmanager
    def stage(self, name: str):
        depth = len(self.peaks)
        self.peaks = [*self.peaks, self.held()]
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        peak, self.peaks = self.peaks[depth], self.peaks[:depth]
        found = Measured(name, wall, cpu, max(peak, self.held()), self.held())
        self.stages.append(found)
        print(
            f"{name:26s} {wall:8.1f} s {cpu:8.1f} s of processor   peak {found.peak:6.2f} GB"
            f"   left {found.left:6.2f} GB",
            flush=True,
        )

    def follow(self) -> None:
        """Measure the steps of a map where they are called."""
        for module, name, stage in STAGES:
            if hasattr(module, name):
                setattr(module, name, self._followed(getattr(module, name), stage))

    def _followed(self, step, stage: str):
        @wraps(step)
        def followed(*arguments, **options):
            with self.stage(stage):
                result = step(*arguments, **options)
            if stage in {"graph", "clusters"}:
                self.kept[stage] = result  # for the peers
            return result

        return followed


def corpus(works: int):
    origin = Origin(
        origin="0" * 16, source="sim", file="-", title="-", sha256="0" * 64, bytes=0, simulated=True
    )
    asked = Simulation(works=works, topics=max(40, works // 1_000), emerging=6, references=11.0)
    return simulate(asked, source="sim", origin=origin).tables


def peers(watch: Watch, works) -> None:
    """Do the same steps with scikit-learn and igraph, beside the map that is still held."""
    import igraph
    import numpy as np

    from topics import count_theirs, nearest_theirs

    texts = list(zip(works["title"].to_pylist(), works["abstract"].to_pylist(), strict=True))
    with watch.stage("CountVectorizer"):
        count_theirs(texts)
    if len(texts) <= _MOST_FOR_BRUTE_FORCE:
        with watch.stage("Tfidf, NearestNeighbors"):
            nearest_theirs(texts)
    else:
        print(
            f"NearestNeighbors compares all pairs: left out above {_MOST_FOR_BRUTE_FORCE:,} works"
        )
    graph, (_, resolution) = watch.kept["graph"], watch.kept["clusters"]
    ends = graph.rows()
    once = ends < graph.neighbours
    edges = np.stack([ends[once], graph.neighbours[once]], axis=1)
    other = igraph.Graph(n=graph.n_nodes, edges=edges)
    weights = graph.weights[once].tolist()
    with watch.stage("igraph Leiden, one run"):
        theirs = other.community_leiden(
            objective_function="CPM", resolution=resolution, weights=weights, n_iterations=3
        )
    with watch.stage("ours, one run"):
        ours = cluster(graph, resolution=resolution, seed=1, iterations=3)
    for name, labels in (("igraph", np.array(theirs.membership, dtype=np.int32)), ("ours", ours)):
        print(f"{name:7s} quality {quality(graph, labels, resolution=resolution):.5f}")


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("works", type=int, nargs="?", default=50_000)
    asked.add_argument("--peers", action="store_true")
    asked.add_argument("--runs", type=int, default=TopicRecipe().runs)
    asked = asked.parse_args()
    watch = Watch()
    watch.follow()
    begin = time.perf_counter(), time.process_time()
    with watch.stage("simulated"):
        tables = corpus(asked.works)
    print(f"{asked.works:,} works, {tables['citation'].num_rows:,} citations", flush=True)
    n_topics = max(40, asked.works // 1_000)
    recipe = TopicRecipe(
        topics=n_topics, clusters=n_topics // 5, areas=n_topics // 20, runs=asked.runs
    )
    with watch.stage("map"):
        found = topic_map.map_topics(
            ibis.memtable(tables["work"]),
            ibis.memtable(tables["citation"].select(["citing", "cited"])),
            corpus="sim",
            recipe=recipe,
        )
    wall, cpu = time.perf_counter() - begin[0], time.process_time() - begin[1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    print(f"in all {wall:.1f} s, {cpu:.1f} s of processor, peak {peak:.2f} GB")
    for note in found.notes:
        print(f"- {note}")
    print({name: table.num_rows for name, table in found.tables.items()})
    if asked.peers:
        peers(watch, tables["work"])


if __name__ == "__main__":
    main()
