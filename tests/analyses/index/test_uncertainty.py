"""Rank intervals against a plain loop over the same draws."""

from __future__ import annotations

import numpy as np
import pytest

from armillary.analyses.index import tree, weight
from armillary.analyses.index.uncertainty import intervals
from armillary.model.indicators import (
    Aggregate,
    Framework,
    IndexRecipe,
    Node,
    Uncertainty,
)

FRAMEWORK = Framework(
    (
        Node(code="I", name_en="I"),
        Node(code="P", name_en="P", parent="I", weight=2),
        Node(code="Q", name_en="Q", parent="I"),
        Node(code="p1", name_en="p1", parent="P"),
        Node(code="p2", name_en="p2", parent="P", weight=0.5),
        Node(code="q1", name_en="q1", parent="Q"),
        Node(code="q2", name_en="q2", parent="Q"),
        Node(code="alone", name_en="alone", parent="I", weight=0.7),
    )
)


def data(units, *, missing, seed=1):
    generator = np.random.default_rng(seed)
    scores = generator.uniform(1, 100, size=(5, units))
    scores[generator.random(scores.shape) < missing] = np.nan
    return scores


def run(scores, recipe):
    held = tree.coverage(FRAMEWORK, present=~np.isnan(scores), minimum=recipe.minimum_coverage)
    return intervals(FRAMEWORK, recipe=recipe, scores=scores, scored=held.scored), held


def plain_mean(parts, weights, kind):
    pairs = [(w, s) for w, s in zip(weights, parts, strict=True) if not np.isnan(s)]
    total = sum(w for w, _ in pairs)
    if not total:
        return np.nan
    if kind == "geometric":
        return float(np.prod([s ** (w / total) for w, s in pairs]))
    return sum(w * s for w, s in pairs) / total


@pytest.mark.parametrize("kind", ["arithmetic", "geometric"])
@pytest.mark.parametrize("minimum", [0.0, 0.6])
def test_intervals_are_those_of_a_plain_loop_over_the_same_draws(kind, minimum):
    units, scores = 9, data(9, missing=0.3)
    recipe = IndexRecipe(
        period=2024,
        aggregate=Aggregate(level={0: kind}),
        minimum_coverage=minimum,
        uncertainty=Uncertainty(replicates=301, spread=0.4, seed=11),
    )
    found, held = run(scores, recipe)

    drawn = weight.draw(
        np.array([n.weight for n in FRAMEWORK.nodes]), replicates=301, spread=0.4, seed=11
    )
    totals = np.full((301, units), np.nan)
    for d, w in enumerate(drawn):
        for u in range(units):
            p1, p2, q1, q2, alone = scores[:, u]
            p = plain_mean([p1, p2], w[[3, 4]], "arithmetic") if held.scored["P"][u] else np.nan
            q = plain_mean([q1, q2], w[[5, 6]], "arithmetic") if held.scored["Q"][u] else np.nan
            if held.scored["I"][u]:
                totals[d, u] = plain_mean([p, q, alone], w[[1, 2, 7]], kind)
    ranked = held.scored["I"]
    ranks = np.array([[1 + (row > s).sum() for s in row] for row in totals])[:, ranked]

    low, high = np.quantile(ranks, [0.05, 0.95], axis=0, method="inverted_cdf")
    np.testing.assert_array_equal(found.rank_low[ranked], low)
    np.testing.assert_array_equal(found.rank_high[ranked], high)
    np.testing.assert_array_equal(found.rank_median[ranked], np.median(ranks, axis=0))
    ends = np.quantile(totals[:, ranked], [0.05, 0.95], axis=0)
    np.testing.assert_allclose(found.score_low[ranked], ends[0])
    np.testing.assert_allclose(found.score_high[ranked], ends[1])
    assert (found.rank_low[~ranked] == 0).all()


@pytest.mark.parametrize("replicates", [1, 2, 10, 1_501])
def test_medians_are_those_of_numpy_for_odd_and_even_numbers_of_draws(replicates):
    scores = data(6, missing=0.0)
    recipe = IndexRecipe(period=2024, uncertainty=Uncertainty(replicates=replicates, spread=0.9))
    found, held = run(scores, recipe)
    drawn = weight.draw(
        np.array([n.weight for n in FRAMEWORK.nodes]), replicates=replicates, spread=0.9, seed=1
    )
    totals = tree.climb(FRAMEWORK, recipe=recipe, scores=scores, weights=drawn, scored=held.scored)[
        "I"
    ]
    ranks = np.array([[1 + (row > s).sum() for s in row] for row in totals])

    np.testing.assert_array_equal(found.rank_median, np.median(ranks, axis=0))


def test_without_spread_every_interval_is_the_rank_itself():
    scores = data(20, missing=0.1)
    recipe = IndexRecipe(
        period=2024, minimum_coverage=0.0, uncertainty=Uncertainty(replicates=50, spread=0.0)
    )
    found, _ = run(scores, recipe)

    np.testing.assert_array_equal(found.rank_low, found.rank_high)
    np.testing.assert_allclose(found.score_low, found.score_high)


def test_a_unit_best_everywhere_is_first_in_every_draw():
    scores = data(12, missing=0.2)
    scores[:, 4] = 101.0
    recipe = IndexRecipe(
        period=2024, minimum_coverage=0.0, uncertainty=Uncertainty(replicates=500, spread=0.99)
    )
    found, _ = run(scores, recipe)

    assert (found.rank_low[4], found.rank_high[4]) == (1, 1)


def test_progress_tells_every_thousand_draws():
    heard = []
    recipe = IndexRecipe(period=2024, uncertainty=Uncertainty(replicates=2_500))
    scores = data(3, missing=0.0)
    held = tree.coverage(FRAMEWORK, present=~np.isnan(scores), minimum=0.0)
    intervals(
        FRAMEWORK,
        recipe=recipe,
        scores=scores,
        scored=held.scored,
        progress=lambda what, done, total: heard.append((what, done, total)),
    )

    assert heard == [("weight draws", n, 2_500) for n in (1_000, 2_000, 2_500)]
