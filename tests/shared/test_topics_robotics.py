"""A real corpus without references: 35,796 papers of two robotics conferences, 2000-2023."""

from __future__ import annotations

import os
import resource
import time
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from armillary.analyses.topics import map_topics
from armillary.model.literature import TopicRecipe

SHARED = Path(os.environ.get("ARMILLARY_SHARED", Path(__file__).parents[3] / "shared"))
ROBOTICS = SHARED / "data/corpora/robotics-icra-iros/robotics.parquet"
NO_CITATIONS = pa.table({"citing": pa.array([], pa.string()), "cited": pa.array([], pa.string())})

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not ROBOTICS.exists(), reason=f"{ROBOTICS} is not here"),
]


def mapped(**recipe):
    table = pq.read_table(ROBOTICS)
    wanted = ["title", "abstract", "keywords", "year", "cited_by_count"]
    works = table.select(wanted).append_column("work", table["id"])
    return map_topics(
        ibis.memtable(works),
        ibis.memtable(NO_CITATIONS),
        corpus="robotics",
        recipe=TopicRecipe(**recipe),
    )


def growing(found):
    clusters = [c for c in found.tables["cluster"].to_pylist() if c["growing_rank"] is not None]
    return sorted(clusters, key=lambda c: c["growing_rank"])


@pytest.mark.parametrize("topics", [100, 150, 200])
def test_deep_and_reinforcement_learning_grew_by_2019_and_slam_did_not(topics):
    listed = growing(mapped(topics=topics, last_year=2019))
    top = [" ".join(c["terms"]).lower() for c in listed[:3]]

    assert any("deep learning" in terms for terms in top)
    assert any("reinforcement learning" in terms for terms in top)
    assert not any("slam" in c["label"].lower() for c in listed)
    assert all(c["growth_low"] > 1 for c in listed)
    assert {(c["recent_from"], c["recent_to"]) for c in listed} == {(2017, 2019)}


def test_the_whole_corpus_is_mapped_within_a_minute_and_the_memory_of_a_laptop():
    start = time.process_time()  # of all threads: other work on the machine does not count
    found = mapped(topics=150, last_year=2023)
    seconds = time.process_time() - start
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    assert found.tables["cluster"].num_rows == 150
    assert found.tables["cluster_work"].num_rows == 35_796
    assert seconds < 60
    assert peak_mb < 2_500
