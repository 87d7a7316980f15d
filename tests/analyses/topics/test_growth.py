from __future__ import annotations

import numpy as np
import pytest

from armillary.analyses.topics.growth import (
    Windows,
    growth,
    hot_scores,
    last_complete_year,
    verdicts,
    windows,
)
from armillary.errors import TopicError

YEARS = np.arange(2010, 2020)
WINDOW = Windows(recent_from=2017, recent_to=2019, before_from=2014, before_to=2016)


def measure(counts, n_all=None):
    counts = np.asarray(counts, dtype=np.int64)
    n_all = counts.sum(axis=0) if n_all is None else np.asarray(n_all)
    return growth(counts, n_all, years=YEARS, window=WINDOW)


def noise(*, n_clusters=150, mean=20.0, seed=0):
    return np.random.default_rng(seed).poisson(mean, (n_clusters, YEARS.size))


def test_shares_are_compared_so_a_half_empty_year_is_no_decline():
    counts = np.full((20, 10), 40)
    counts[:, -2] = 12

    found = measure(counts)

    np.testing.assert_allclose(found.growth, 1.0, atol=0.01)
    np.testing.assert_allclose(found.trend_z, 0.0, atol=0.1)


def test_growth_is_shrunken_towards_none_and_more_so_when_small():
    counts = np.vstack([noise(mean=200.0), np.full((2, 10), 200)])
    counts[-2, 7:] = 600
    counts[-1] = [2] * 7 + [6] * 3

    found = measure(counts)
    raw = found.share_recent / found.share_before

    assert 1 < found.growth[-1] < found.growth[-2] <= raw[-2]
    assert found.low[-2] > 2
    assert (found.low <= found.growth).all()
    assert (found.growth <= found.high).all()


def test_noise_alone_is_hardly_ever_called_growing():
    alarms = [
        int(((f := measure(noise(seed=s))).low > 1).sum() + 0 * f.trend_z.size) for s in range(20)
    ]

    assert sum(alarms) / (20 * 150) < 0.01


def test_a_rising_cluster_has_the_largest_trend_and_a_fading_one_the_smallest():
    counts = noise()
    counts[3] = np.round(10 * 1.35 ** np.arange(10))
    counts[7] = np.round(200 * 0.75 ** np.arange(10))

    z = measure(counts).trend_z

    assert z.argmax() == 3
    assert z.argmin() == 7


def test_growth_that_is_only_a_change_of_words_is_not_listed():
    counts = noise()
    counts[0] = [20] * 7 + [60] * 3
    counts[1] = [20] * 7 + [60] * 3
    terms = noise(seed=5)
    terms[0] = [40] * 7 + [42] * 3
    terms[1] = [15] * 7 + [55] * 3
    n_all = counts.sum(axis=0)

    found = verdicts(measure(counts), measure(terms, n_all), named=np.ones(150, dtype=bool))

    assert found[0] == "doubt"
    assert found[1] == "grows"
    assert np.isin(found[2:], ["unsure", "shrinks", "doubt"]).mean() > 0.97


def test_a_rare_leading_term_confirms_growth_by_its_own_interval():
    counts = noise()
    counts[0] = [20] * 7 + [60] * 3
    terms = noise(seed=5)
    terms[0] = [0] * 7 + [6] * 3
    n_all = counts.sum(axis=0)

    found = verdicts(measure(counts), measure(terms, n_all), named=np.ones(150, dtype=bool))

    assert found[0] == "grows"


def test_a_cluster_that_lost_most_of_its_share_shrinks():
    counts = noise()
    counts[0] = [60] * 7 + [15] * 3

    found = verdicts(measure(counts), measure(counts), named=np.zeros(150, dtype=bool))

    assert found[0] == "shrinks"


def test_a_year_wrongly_far_ahead_is_no_complete_year():
    assert last_complete_year(np.array([2018] * 10 + [2019] * 12 + [2031])) == 2019


def test_an_empty_window_is_refused():
    with pytest.raises(TopicError, match="2013-2015") as caught:
        windows(np.array([2017, 2018]), last_year=2018, recent_years=3)

    assert "recent_years" in caught.value.fix


def test_hot_counts_recent_works_by_their_place_among_works_of_their_year():
    labels = np.array([0, 0, 1, 1, -1], dtype=np.int32)
    years = np.array([2018, 2019, 2018, 2019, 2019])
    cited = np.array([50.0, 3.0, 1.0, 9.0, 900.0])

    np.testing.assert_allclose(hot_scores(labels, years, cited_by=cited, window=WINDOW), [1.0, 1.0])


def test_hot_is_half_the_recent_works_where_no_citations_are_counted():
    labels = np.array([0, 0, 1], dtype=np.int32)
    years = np.array([2018, 2019, 2012])

    found = hot_scores(labels, years, cited_by=np.full(3, np.nan), window=WINDOW)

    np.testing.assert_allclose(found, [1.0, 0.0])
