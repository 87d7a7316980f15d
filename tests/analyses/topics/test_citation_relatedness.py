"""Works related by what they cite, against pairs counted one by one in plain Python."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from itertools import permutations

import pyarrow as pa
import pytest

from armillary.analyses.topics.citation_relatedness import (
    bibliographic_coupling,
    cocitation,
    extended_direct_citation,
    heavy_references,
)


def drawn(seed, *, n_works=30, n_outside=25):
    """Return references of a small corpus: works cite each other, outside works and themselves."""
    rng = random.Random(seed)  # noqa: S311 - draws a test corpus
    works = [f"W{n:02d}" for n in range(n_works)]
    rows = []
    for citing in works:
        for cited in rng.sample(works, 4):
            rows.append((citing, f"work:{cited}", cited))
        for n in rng.sample(range(n_outside), 5):
            rows.append((citing, f"doi:10.1/{n}", None))
    rows += rng.sample(rows, 20)  # a source lists some references twice
    rows += [(citing, "doi:10.1/famous", None) for citing in works]
    return rows


def table_of(rows):
    return pa.table(
        dict(zip(("citing", "key", "cited"), map(list, zip(*rows, strict=True)), strict=True))
    )


def shares(counts):
    totals = defaultdict(float)
    for (work, _), units in counts.items():
        totals[work] += units
    return {pair: units / totals[pair[0]] for pair, units in counts.items()}


def coupled(rows, heaviest):
    citing = defaultdict(set)
    for work, key, cited in rows:
        if work != cited:
            citing[key].add(work)
    groups = [group for group in citing.values() if len(group) <= heaviest]
    return shares(Counter(pair for group in groups for pair in permutations(group, 2)))


def cocited(rows, heaviest):
    cites = defaultdict(set)
    for work, _, cited in rows:
        if cited is not None and cited != work:
            cites[work].add(cited)
    groups = [group for group in cites.values() if len(group) <= heaviest]
    return shares(Counter(pair for group in groups for pair in permutations(group, 2)))


def extended(rows, heaviest):
    direct, outside = set(), defaultdict(set)
    for work, key, cited in rows:
        if cited is None:
            outside[key].add(work)
        elif cited != work:
            direct |= {(work, cited), (cited, work)}
    counts = Counter(dict.fromkeys(direct, 1.0))
    for group in outside.values():
        if 2 <= len(group) <= heaviest:
            for pair in permutations(group, 2):
                counts[pair] += 1 / (len(group) - 1)
    return shares(counts)


def as_given(rows):
    return {(work, neighbour): weight for work, neighbour, weight in rows}


@pytest.mark.parametrize("heaviest", [100, 8])
def test_every_form_gives_the_shares_counted_pair_by_pair(frame, rows, heaviest):
    drawn_rows = drawn(1)
    references = frame(table_of(drawn_rows))
    citations = references.filter(references.cited.notnull()).select("citing", "cited")

    found = [
        as_given(rows(bibliographic_coupling(references, heaviest=heaviest))),
        as_given(rows(cocitation(citations, heaviest=heaviest))),
        as_given(rows(extended_direct_citation(references, heaviest=heaviest))),
    ]

    assert found[0] == pytest.approx(coupled(drawn_rows, heaviest), abs=1e-12)
    assert found[1] == pytest.approx(cocited(drawn_rows, heaviest), abs=1e-12)
    assert found[2] == pytest.approx(extended(drawn_rows, heaviest), abs=1e-10)


def test_only_the_strongest_relations_of_a_work_are_kept_and_still_share_one_unit(frame, rows):
    drawn_rows = drawn(2)
    whole = coupled(drawn_rows, 100)
    kept = as_given(
        rows(bibliographic_coupling(frame(table_of(drawn_rows)), heaviest=100, neighbours=3))
    )
    strongest = {}
    for work in {work for work, _ in whole}:
        own = sorted(
            (pair for pair in whole if pair[0] == work), key=lambda pair: (-whole[pair], pair[1])
        )
        strongest |= {pair: whole[pair] for pair in own[:3]}

    assert kept == pytest.approx(shares(strongest))


def test_references_too_widely_cited_are_counted_for_the_note(frame):
    heavy = heavy_references(frame(table_of(drawn(3))), heaviest=20)

    assert heavy.n_references == 1
    assert heavy.n_citations == 30
    assert heavy.n_all > 200


def test_the_order_of_references_does_not_change_a_bit_of_the_weights(frame, rows):
    drawn_rows = drawn(4)
    shuffled = random.Random(5).sample(drawn_rows, len(drawn_rows))  # noqa: S311

    one, other = (
        as_given(rows(extended_direct_citation(frame(table_of(given)))))
        for given in (drawn_rows, shuffled)
    )

    assert one == other
