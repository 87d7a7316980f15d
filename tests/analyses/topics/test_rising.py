"""Rising topics on small corpora in which it is known what grows."""

from __future__ import annotations

import ibis
import msgspec
import numpy as np
import pyarrow as pa
import pytest

from armillary.analyses.topics.backtest.controls import false_growth
from armillary.analyses.topics.backtest.units import Frame
from armillary.analyses.topics.rising import (
    RisingRecipe,
    Subject,
    backtest_past,
    backtest_topics,
    dated_works,
    past_topics,
    rising_topics,
    topics_at,
)
from armillary.analyses.topics.rising.frozen_map import elected, freeze, nearest_centres, votes
from armillary.analyses.topics.rising.granularity import CANDIDATES, finest, reliability
from armillary.analyses.topics.rising.seen import growth_of, seen_works
from armillary.errors import TopicError

FIRST, LAST, N_TOPICS = 2001, 2014, 8
RECIPE = RisingRecipe(
    topics=N_TOPICS, least_works=200, worlds=1, more_maps=1, other_sizes=(2.0,), frame=Frame()
)


def corpus(*, growth=1.0, seed=3, per_year=150, shuffled=False):
    """Works of eight subjects; the share of subject 5 grows by `growth` a year from 2009 on."""
    rng = np.random.default_rng(seed)
    rows = []
    for year in range(FIRST, LAST + 1):
        weight = np.ones(N_TOPICS)
        weight[5] = growth ** max(year - 2008, 0)
        for topic in rng.choice(N_TOPICS, size=per_year, p=weight / weight.sum()):
            own = [f"sub{chr(97 + topic)}word{chr(97 + n)}" for n in rng.integers(0, 14, 7)]
            common = [f"shared{chr(97 + n)}" for n in rng.integers(0, 20, 3)]
            words = " ".join(rng.permutation(own + common))
            rows.append((f"w{len(rows):05d}", words, year))
    if shuffled:
        rng.shuffle(rows)
    works, titles, years = zip(*rows, strict=True)
    table = pa.table(
        {
            "work": list(works),
            "title": list(titles),
            "abstract": pa.nulls(len(rows), pa.string()),
            "year": [int(y) for y in years],
            "date": pa.nulls(len(rows), pa.string()),
        }
    )
    return dated_works(ibis.memtable(table), corpus="planted")


@pytest.fixture(scope="module")
def growing():
    return corpus(growth=1.8)


@pytest.fixture(scope="module")
def steady():
    return corpus()


def test_a_list_and_its_backtest_are_the_same_from_maps_made_once(growing):
    past = past_topics(growing, recipe=RECIPE)

    listed = rising_topics(growing, recipe=RECIPE, past=past).topic_list
    assert listed.equals(rising_topics(growing, recipe=RECIPE).topic_list)
    tested, alone = backtest_past([past], recipe=RECIPE), backtest_topics([growing], recipe=RECIPE)
    assert tested.keys() == alone.keys()
    assert all(tested[name].equals(alone[name]) for name in tested)


def test_later_works_change_nothing_of_a_frozen_map(growing):
    alone = freeze(growing.written, growing.years, origin=2009, horizon=0)
    looked_up = freeze(growing.written, growing.years, origin=2009, horizon=3)

    known = slice(alone.n_known)
    assert looked_up.n_known == alone.n_known < looked_up.works.size
    np.testing.assert_array_equal(looked_up.neighbours[known], alone.neighbours)
    np.testing.assert_array_equal(looked_up.likeness[known], alone.likeness)
    assert (alone.weights != looked_up.weights[known][:, : alone.weights.shape[1]]).nnz == 0
    assert looked_up.neighbours.max() < alone.n_known


def test_votes_and_centres_are_those_counted_by_hand(growing):
    frozen = freeze(growing.written, growing.years, origin=2006, horizon=2)
    labels = np.random.default_rng(1).integers(-1, 6, frozen.n_known).astype(np.int32)
    by_vote, by_centre = elected(votes(frozen, labels)), nearest_centres(frozen, labels)

    dense = frozen.weights.toarray().astype(np.float64)
    for work in range(0, frozen.works.size, 37):
        ballot = np.zeros(6)
        for neighbour, likeness in zip(frozen.neighbours[work], frozen.likeness[work], strict=True):
            if neighbour >= 0 and labels[neighbour] >= 0:
                ballot[labels[neighbour]] += likeness
        assert by_vote[work] == (ballot.argmax() if ballot.any() else -1)
        cosine = []
        for cluster in range(6):
            members = [m for m in np.flatnonzero(labels == cluster) if m != work]
            centre = dense[members].sum(axis=0)
            cosine.append(dense[work] @ centre / np.linalg.norm(centre))
        assert by_centre[work] == np.argmax(cosine)


def test_works_kept_out_of_a_map_do_not_seem_to_grow_or_shrink(steady):
    told = grown = 0
    for origin in range(2006, 2014):
        found = topics_at(
            steady, origin=origin, design="split", recipe=RECIPE, judged=False, checked=True
        )
        seeming, n = false_growth(found.units)
        told, grown = told + n, grown + seeming

    assert told >= 60
    assert grown / told <= 0.12


def test_the_planted_topic_is_listed_first_and_grew_by_what_was_planted(growing):
    found = rising_topics(growing, recipe=RECIPE, origin=2011)
    first, *rest = found.topic_list.to_pylist()

    assert "subf" in first["label"]
    assert first["verdict"] == "grows"
    assert first["growth_low"] > 1 > max(row["growth_low"] for row in rest)
    share = {year: (w := 1.8 ** max(year - 2008, 0)) / (w + 7) for year in range(2008, 2012)}
    planted = (share[2010] + share[2011]) / (share[2008] + share[2009])
    assert first["growth_low"] < planted < first["growth_high"] * 1.25  # estimates are shrunken
    assert 0 < first["reliability"] < 1
    assert all(row["note"].startswith("cannot") for row in rest if row["verdict"] == "unsure")


def test_a_steady_corpus_lists_nothing_as_growing_beyond_chance(steady):
    rows = rising_topics(steady, recipe=RECIPE).topic_list.to_pylist()

    assert len(rows) == N_TOPICS
    assert sum(row["verdict"] == "grows" for row in rows) <= 1


def test_the_same_works_in_any_order_give_the_same_list(growing):
    again = corpus(growth=1.8, shuffled=True)
    lists = [rising_topics(w, recipe=RECIPE, origin=2009).topic_list for w in (growing, again)]

    assert lists[0].equals(lists[1])


def test_the_backtest_finds_the_planted_topic_and_says_what_became_of_it(growing):
    subject = Subject(corpus="planted", origin=2010, item="the sixth", pattern="subfword")
    tables = backtest_topics([growing], recipe=RECIPE, subjects=[subject])
    case = next(r for r in tables["backtest_case"].to_pylist() if r["score"] == "outlook")
    auc = [
        r["value"]
        for r in tables["backtest_origin"].to_pylist()
        if (r["score"], r["metric"], r["outcome"]) == ("outlook", "auc", "certified")
        and r["origin"] in (2009, 2010)
    ]
    controls = {r["control"] for r in tables["backtest_control"].to_pylist()}

    assert (case["rank"], case["rank_after"], case["grew"]) == (1, 1, True)
    assert min(auc) > 0.8
    assert controls == {"shuffled years", "no growth", "held-out works"}


def test_reliability_is_the_share_of_variance_that_is_not_noise(steady):
    frozen = freeze(steady.written, steady.years, origin=2010)
    labels = np.arange(frozen.works.size, dtype=np.int32) % 5
    grown = growth_of(labels, seen_works(frozen, steady.years, half=None))
    grown = msgspec.structs.replace(grown, spread=0.2**2, n_recent=np.array([169.5, 24.5]))

    # 170 recent works and 1.5 times as many to come, true spread .2: .04 / (.04 + .0098)
    assert reliability(grown, years_ahead=1.5).round(3).tolist() == [0.803, 0.375]


def test_the_finest_reliable_number_of_topics_is_found(steady):
    for cut in (5, 10, 77, 150, 5_000):
        wanted = [n for n in CANDIDATES if n <= 500 and n <= cut]
        assert finest(lambda n, cut=cut: float(n <= cut), most=500)[0] == (wanted or [10])[-1]


def test_too_short_a_corpus_is_refused_with_the_reason(steady):
    short = msgspec.structs.replace(steady, complete=np.array([2001, 2002]))
    with pytest.raises(TopicError, match="complete years"):
        rising_topics(short, recipe=RECIPE)
