"""Works simulated per second and peak memory, from 10^4 to 10^6 works.

Run with `python benchmarks/simulator.py [WORKS ...]`; each size runs in a process of its own, so
that its peak memory is its own.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time

from armillary.model.observatory import Simulation
from armillary.model.provenance import Origin
from armillary.sources.works.simulator import simulate

SIZES = (10_000, 100_000, 1_000_000)


def measure(works: int) -> tuple[float, float, float, int]:
    """Return seconds, peak memory and size of the tables in MB, and citations."""
    origin = Origin(
        origin="0" * 16, source="sim", file="-", title="-", sha256="0" * 64, bytes=0, simulated=True
    )
    simulation = Simulation(works=works, topics=max(40, works // 1_000), emerging=6)
    start = time.perf_counter()
    reading = simulate(simulation, source="sim", origin=origin)
    seconds = time.perf_counter() - start
    held = sum(table.nbytes for table in reading.tables.values()) / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return seconds, peak, held, reading.tables["citation"].num_rows


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or list(SIZES)
    print("   works  citations  seconds   works/s  peak MB  tables MB")
    for works in sizes:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            seconds, peak, held, n_citations = pool.apply(measure, (works,))
        print(
            f"{works:8,} {n_citations:10,} {seconds:8.1f} {works / seconds:9,.0f}"
            f" {peak:8,.0f} {held:10,.0f}"
        )


if __name__ == "__main__":
    main()
