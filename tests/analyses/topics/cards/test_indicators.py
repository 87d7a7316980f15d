"""Indicators against numbers worked by hand and against slower ways."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from scipy.spatial.distance import jensenshannon
from scipy.stats import binomtest, hypergeom

from armillary.analyses.intervals import bootstrap_mean, exact_interval
from armillary.analyses.topics.cards.actors import actors_of, concentration
from armillary.analyses.topics.cards.coherence import (
    CoherenceRule,
    divergences,
    random_divergences,
)
from armillary.analyses.topics.cards.impact import in_top, normalised, reference_sets
from armillary.analyses.topics.cards.novelty import tail_scores


def test_citations_are_divided_by_the_mean_of_year_and_field():
    years = np.array([2019, 2019, 2019, 2020, 2020, 2020])
    fields = ("A", "A", "B", "A", "A", "B")
    cited_by = np.array([1.0, 3.0, 5.0, 0.0, 0.0, np.nan])

    sets = reference_sets(years, fields, known=~np.isnan(cited_by), least=1)
    score = normalised(cited_by, sets)

    # 2019 A has mean 2, 2019 B mean 5; nothing of 2020 A is cited, so it cannot be compared.
    np.testing.assert_array_equal(score, [0.5, 1.5, 1.0, np.nan, np.nan, np.nan])


def test_small_fields_of_a_year_are_put_together():
    years = np.full(5, 2020)

    sets = reference_sets(years, ("A", "A", "B", "C", ""), known=np.ones(5, bool), least=2)

    assert sets[0] == sets[1]
    assert sets[2] == sets[3] == sets[4] != sets[0]


def test_ties_at_the_top_are_thinned_so_that_it_is_exactly_a_tenth():
    cited_by = np.array([9.0, 5, 5, 5, *[1] * 16])
    sets = np.zeros(20, dtype=int)

    top = in_top(cited_by, sets, top=0.1)

    # 2 of 20 are the top: the first, and a third of each of the three tied.
    assert top[:4] == pytest.approx([1, 1 / 3, 1 / 3, 1 / 3])
    assert top.sum() == pytest.approx(2.0)


@pytest.mark.parametrize("seed", range(4))
def test_the_top_of_every_set_is_as_large_as_asked(seed):
    random = np.random.default_rng(seed)
    sets = random.integers(-1, 4, 200)
    cited_by = random.poisson(1.5, 200).astype(float)

    top = in_top(cited_by, sets, top=0.1)

    assert np.isnan(top[sets < 0]).all()
    for one in range(4):
        assert np.nansum(top[sets == one]) == pytest.approx(0.1 * (sets == one).sum())


def test_divergence_is_that_of_jensen_and_shannon():
    random = np.random.default_rng(1)
    words = random.poisson(0.5, (12, 30)) + np.eye(12, 30)
    works = np.array([0, 3, 4, 7, 11])

    found = divergences(sparse.csr_array(words), works)

    pooled = words[works].sum(axis=0)
    expected = [jensenshannon(words[w], pooled, base=2) ** 2 for w in works]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_larger_random_sets_diverge_more_so_size_must_be_allowed_for():
    random = np.random.default_rng(2)
    words = sparse.csr_array(random.poisson(0.1, (300, 200)) + np.eye(300, 200))

    small, large = random_divergences(words, np.array([3, 200]), rule=CoherenceRule())

    assert small < large


def test_a_pair_is_as_unusual_as_the_hypergeometric_distribution_says():
    items = [{"a", "b"}] * 3 + [{"a"}] * 3 + [{"b", "c"}] * 2 + [{"c", "a"}] + [{"c"}] * 5

    scores, pairs = tail_scores(items, least=1, tail=0.0)

    chance = hypergeom(14, 7, 8 - 3)  # 14 works: 7 use a, 5 use b
    expected = (3 - chance.mean()) / chance.std()
    assert scores[0] == pytest.approx(expected)
    assert pairs[8] == "a + c"
    assert scores[8] < 0 < scores[0]
    assert np.isnan(scores[3])


def test_full_counts_count_a_work_for_each_actor_and_fractional_ones_share_it():
    names = (("CHN", "USA"), ("CHN",), None, ("CHN", "USA", "GBR", "GBR"))

    actors, known = actors_of(names, np.arange(4), kind="country")

    assert [(a.item, a.works.size) for a in actors] == [("CHN", 3), ("USA", 2), ("GBR", 1)]
    assert [a.n_fractional for a in actors] == pytest.approx([11 / 6, 5 / 6, 1 / 3])
    assert known.tolist() == [0, 1, 3]
    assert sum(a.n_fractional for a in actors) == pytest.approx(3)


def test_equal_actors_are_as_many_as_the_effective_number_says():
    told = concentration(np.full(8, 2.5))

    assert told == pytest.approx({"hhi": 1 / 8, "effective": 8, "cr4": 0.5})


@pytest.mark.parametrize(("k", "n"), [(0, 7), (1, 7), (3, 7), (7, 7), (40, 200)])
def test_exact_intervals_are_those_of_scipy(k, n):
    low, high = exact_interval(np.array([k]), np.array([n]), level=0.9)

    expected = binomtest(k, n).proportion_ci(0.9, method="exact")
    assert (low[0], high[0]) == pytest.approx((expected.low, expected.high))


def test_a_bootstrap_interval_covers_the_mean_nine_times_in_ten():
    random = np.random.default_rng(3)
    inside = 0
    for _ in range(300):
        low, high = bootstrap_mean(random.normal(5, 2, 40), level=0.9, draws=300, seed=1)
        inside += low <= 5 <= high

    assert 0.84 < inside / 300 < 0.95


def test_a_bootstrap_interval_does_not_depend_on_the_order_of_works():
    values = np.random.default_rng(4).normal(size=30)

    one = bootstrap_mean(values, level=0.9, draws=200, seed=1)

    assert bootstrap_mean(values[::-1], level=0.9, draws=200, seed=1) == one
