"""Topics placed by what works cite, on a handful of works counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from armillary.analyses.topics.rising.frozen_map import FrozenMap, elected, votes
from armillary.analyses.topics.rising.references import (
    References,
    by_references,
    reference_signals,
)
from armillary.analyses.topics.rising.seen import Seen

# Works 0-5 are known (two clusters of three), 6 and 7 came later; work 9 is not on the map.
YEARS = np.array([2001, 2003, 2004, 2001, 2003, 2004, 2005, 2005])
LABELS = np.array([0, 0, 0, 1, 1, 1], dtype=np.int32)
PAIRS = [(1, 0), (2, 1), (2, 0), (4, 3), (5, 3), (5, 2), (6, 2), (6, 1), (6, 5), (7, 6), (7, 9)]
REFERENCES = References(
    citing=np.array([a for a, _ in PAIRS]), cited=np.array([b for _, b in PAIRS])
)


@pytest.fixture
def frozen():
    return FrozenMap(
        origin=2004,
        works=np.arange(8),
        n_known=6,
        weights=sparse.csr_array((8, 1), dtype=np.float32),
        neighbours=np.array([[3]] * 8, dtype=np.int32),
        likeness=np.full((8, 1), 2.0, dtype=np.float32),
    )


def test_works_go_where_most_of_what_they_cite_is(frozen):
    by_citing = by_references(frozen, REFERENCES)
    placed = elected(votes(by_citing, LABELS))

    # 0 and 3 cite nothing; 5 cites one work of either (the larger of equals); 7 cites only 6,
    # which the map does not know.
    assert placed.tolist() == [-1, 0, 0, -1, 1, 0, 0, -1]


def test_text_places_works_that_cite_nothing_known(frozen):
    placed = elected(votes(by_references(frozen, REFERENCES, text_share=0.2), LABELS))

    assert placed.tolist() == [1, 0, 0, 1, 1, 1, 0, 1]


def test_citing_order_and_repeats_change_nothing(frozen):
    twice = References(
        citing=np.concatenate([REFERENCES.citing[::-1], REFERENCES.citing]),
        cited=np.concatenate([REFERENCES.cited[::-1], REFERENCES.cited]),
    )
    once, again = (by_references(frozen, r) for r in (REFERENCES, twice))

    np.testing.assert_array_equal(once.neighbours, again.neighbours)


def test_signals_of_references_are_those_counted_by_hand(frozen):
    known = np.arange(8) < 6
    chosen = Seen(
        years=YEARS,
        seen=known,
        recent=known & (YEARS > 2002),
        before=known & (YEARS <= 2002),
        origin=2004,
    )
    labels = np.array([0, 0, 0, 1, 1, 1, 0, 1], dtype=np.int32)
    found = reference_signals(frozen, labels, chosen=chosen, references=REFERENCES)

    # Recent works: 1, 2 of cluster 0 (references aged 2, 1, 3), 4, 5 of cluster 1 (2, 3, 0).
    # Means are drawn towards that of all by five references or works.
    usual = 11 / 6
    ages = [(6 + 5 * usual) / 8, (5 + 5 * usual) / 8]
    np.testing.assert_allclose(found["reference_youth"], [-ages[0], -ages[1]])
    np.testing.assert_allclose(found["recent_references"], [(1 + 5 * 2 / 6) / 8] * 2)
    # Of four recent works only 2 cites a recent work of its own cluster.
    np.testing.assert_allclose(found["cites_own_newest"], [(1 + 5 / 4) / 7, (5 / 4) / 7])
    np.testing.assert_allclose(found["citations_to_recent"], [(2 + 5 * 2 / 4) / 7, (2.5) / 7])
