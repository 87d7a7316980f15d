"""How many noisy copies of simulated works are found, and how many lookalikes are joined."""

from __future__ import annotations

import importlib.util
from collections import Counter
from pathlib import Path

import pytest

from armillary.sources.works.merging import merge_works

SPEC = importlib.util.spec_from_file_location(
    "noisy_copies", Path(__file__).with_name("noisy_copies.py")
)
noisy = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(noisy)


@pytest.fixture(scope="module")
def tried():
    works = noisy.corpus(1200, seed=3)
    copies, gold = noisy.copies(works, seed=4)
    lookalikes = noisy.lookalikes(works, seed=5)
    return merge_works(noisy.table(works, copies, lookalikes)), gold


def test_copies_are_found_and_lookalikes_are_not(tried):
    merged, gold = tried

    found = noisy.joined_pairs(merged)

    assert len(found & gold) / len(found) >= 0.99
    assert len(found & gold) / len(gold) >= 0.95


@pytest.mark.parametrize("rule", ["doi", "title", "title_alike", "subtitle"])
def test_each_rule_joins_copies_alone(tried, rule):
    merged, gold = tried
    pairs = [
        (row["a"], row["b"])
        for row in merged.tables["work_pair"].to_pylist()
        if row["outcome"] == "joined" and row["rule"] == rule
    ]

    right = Counter(pair in gold for pair in pairs)

    assert right[True] >= 5
    assert right[False] <= 0.01 * len(pairs)
