"""The whole road of a topic map, stage by stage: wall time, CPU time and peak memory.

Run: PYTHONPATH=src python benchmarks/topic_road.py [works] [--topics N]

Works are simulated; where ARMILLARY_SHARED names a folder with real corpora, 55,000 records of
arXiv follow, whose limits are 3 minutes and 4 GB on two free cores. Each corpus runs in a
process of its own, so that its peak memory is its own. Kernels are compiled on the first run
of a machine: take the second.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import time
from pathlib import Path

MINUTES, GIGABYTES = 3, 4
ARXIV = "data/corpora/arxiv-cs-1993-2019/arxiv-cs.parquet"


def simulated(works: int):
    from armillary.evidence.duckdb import DuckDBStore
    from armillary.model.observatory import Simulation
    from armillary.model.provenance import Origin
    from armillary.sources.works.simulator import simulate
    from armillary.workflow.corpus import Corpus
    from armillary.workflow.topic_files import NAME

    origin = Origin(
        origin="0" * 16, source=NAME, file="-", title="-", sha256="0" * 64, bytes=0, simulated=True
    )
    asked = Simulation(works=works, topics=max(40, works // 1_000), emerging=6)
    tables = simulate(asked, source=NAME, origin=origin).tables
    store = DuckDBStore({})
    rows = store.lend("read_work", tables["work"])
    return Corpus(
        id=NAME, store=store, works=rows, citations=store.lend("cited", tables["citation"])
    )


def read(path: str):
    from armillary.workflow.topic_files import opened

    return opened([Path(path)])


def stages(of: int | str, topics: int) -> float:
    from armillary.workflow import corpus as made
    from armillary.workflow.topic_files import definition_of

    asked = definition_of(topics=topics, clusters=40, areas=8)
    whole = 0.0

    def stage(name, step, *arguments, **options):
        nonlocal whole
        wall, cpu = time.perf_counter(), time.process_time()
        result = step(*arguments, **options)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        whole += wall
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        print(f"{name:22}{wall:8.1f} s wall {cpu:8.1f} s CPU {peak:7.2f} GB peak", flush=True)
        return result

    corpus = stage("read", simulated if isinstance(of, int) else read, of)
    found = stage("map", made.map_tables, corpus, asked)
    members = found.tables["cluster_work"]
    stage("cards and open lists", made.card_tables, corpus, tables=found.tables, links=None)
    stage("lineage", made.lineage_tables, corpus, asked, members=members)
    stage("main paths", made.path_tables, corpus, members=members)
    stage("rising, backtested", made.rising_tables, corpus, asked, members=members)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"{'all':22}{whole:8.1f} s wall {'':16}{peak:7.2f} GB peak")
    return whole


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("works", nargs="?", type=int, default=20_000)
    parser.add_argument("--topics", type=int, default=200)
    given = parser.parse_args()
    corpora: list[tuple[str, int | str, int]] = [
        (f"{given.works:,} simulated works", given.works, max(given.works // 100, 10))
    ]
    shared = os.environ.get("ARMILLARY_SHARED")
    if shared:
        corpora.append(("arXiv", str(Path(shared) / ARXIV), given.topics))
    for name, of, topics in corpora:
        print(f"{name}, {topics} topics")
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            wall = pool.apply(stages, (of, topics))
        if of != given.works:
            print(f"limit {MINUTES * 60} s and {GIGABYTES} GB: {wall / 60:.1f} of {MINUTES} min")


if __name__ == "__main__":
    main()
