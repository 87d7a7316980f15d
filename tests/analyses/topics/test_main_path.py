from __future__ import annotations

import itertools

import numpy as np
import pyarrow as pa
import pytest

from armillary.analyses.topics.main_path import flow, main_path, main_paths, traversal_weights

# The part below B of the sample network of the encyclopaedia's article on main path analysis:
# knowledge flows from the first letter to the second.
SAMPLE = ["BD", "DF", "DI", "FH", "FI", "HK", "IL", "IM", "MN"]


def citations(pairs):
    """Citations from pairs (cited, citing)."""
    return pa.table({"citing": [b for _, b in pairs], "cited": [a for a, _ in pairs]})


def weights(pairs, weighting):
    found = flow(citations(pairs))
    logs = traversal_weights(found, weighting=weighting)
    names = [found.ids[t] + found.ids[h] for t, h in zip(found.tail, found.head, strict=True)]
    return dict(zip(names, np.exp(logs), strict=True))


def chosen(pairs, **asked):
    found = flow(citations(pairs))
    logs = traversal_weights(found)
    picked = main_path(found, log_weights=logs, **asked)
    return [found.ids[found.tail[n]] + found.ids[found.head[n]] for n in picked]


def test_counts_are_those_published_for_the_sample_network():
    assert weights(SAMPLE, "SPC")["BD"] == pytest.approx(5)
    assert weights(SAMPLE, "SPLC")["DF"] == pytest.approx(6)


def counted_by_hand(pairs, weighting):
    """Walk every path of a small network."""
    works = sorted({work for pair in pairs for work in pair})
    heads = {work: [b for a, b in pairs if a == work] for work in works}
    cited_by_none = {work for work in works if not heads[work]}
    sources = {work for work in works if work not in {b for _, b in pairs}}
    starts = sources if weighting == "SPC" else set(works)
    counts = dict.fromkeys((a + b for a, b in pairs), 0)

    def walk(path):
        if path[-1] in cited_by_none or weighting == "SPNP":
            for a, b in itertools.pairwise(path):
                counts[a + b] += 1
        for following in heads[path[-1]]:
            walk([*path, following])

    for start in starts:
        walk([start])
    return counts


@pytest.mark.parametrize("weighting", ["SPC", "SPLC", "SPNP"])
@pytest.mark.parametrize("seed", range(5))
def test_counts_equal_a_walk_along_every_path(weighting, seed):
    rng = np.random.default_rng(seed)
    letters = "ABCDEFGHIJ"
    pairs = [a + b for a, b in itertools.combinations(letters, 2) if rng.random() < 0.35]

    assert weights(pairs, weighting) == pytest.approx(counted_by_hand(pairs, weighting))


@pytest.mark.parametrize("seed", range(5))
def test_the_global_path_is_the_weightiest_of_all_paths(seed):
    rng = np.random.default_rng(100 + seed)
    letters = "ABCDEFGHIJ"
    pairs = [a + b for a, b in itertools.combinations(letters, 2) if rng.random() < 0.35]
    known = weights(pairs, "SPC")

    def heaviest(work):
        options = [known[p] + heaviest(p[1]) for p in pairs if p[0] == work]
        return max(options, default=0.0)

    best = max(heaviest(work) for work in letters)
    assert sum(known[step] for step in chosen(pairs, route="global")) == pytest.approx(best)


def test_key_routes_hold_the_weightiest_citations_that_the_global_path_misses():
    # Two strands that never meet: the lesser one is lost on the global path.
    strands = ["AB", "BC", "CD", "AX", "XD", "PQ", "QR"]
    assert "PQ" not in chosen(strands, route="global")
    assert {"PQ", "QR"} <= set(chosen(strands, route="key-route", n_routes=20))


def test_the_local_path_follows_every_equal_best_step():
    assert chosen(["AB", "BC", "BD"], route="local") == ["AB", "BC", "BD"]


def test_counts_beyond_any_number_keep_their_logarithm():
    # 1,100 diamonds in a row: 2^1100 paths, beyond a float.
    pairs = []
    for n in range(1100):
        a, b, c, d = f"{n:05d}a", f"{n:05d}b", f"{n:05d}c", f"{n + 1:05d}a"
        pairs += [(a, b), (a, c), (b, d), (c, d)]
    found = flow(citations(pairs))

    assert traversal_weights(found).max() == pytest.approx(1099 * np.log(2))


def test_citations_in_a_cycle_are_left_out_and_counted():
    found = flow(citations(["AB", "BC", "CB", "CD"]))

    names = [found.ids[t] + found.ids[h] for t, h in zip(found.tail, found.head, strict=True)]
    assert names == ["AB", "CD"]
    assert found.n_in_cycles == 2


def test_each_cluster_has_its_own_path():
    pairs = citations(["AB", "BC", "CD", "DX", "XY", "YZ"])
    clusters = pa.table({"cluster": list("1111222"), "work": list("ABCDXYZ")})

    table = main_paths(pairs, corpus="c", clusters=clusters, min_works=3)

    rows = [r for r in table.to_pylist() if r["route"] == "global"]
    steps = {
        k: [r["cited"] + r["citing"] for r in rows if r["cluster"] == k] for k in (None, "1", "2")
    }
    assert steps == {
        None: ["AB", "BC", "CD", "DX", "XY", "YZ"],
        "1": ["AB", "BC", "CD"],
        "2": ["XY", "YZ"],
    }
    assert [r["step"] for r in rows if r["cluster"] == "2"] == [0, 1]
