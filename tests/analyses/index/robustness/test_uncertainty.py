"""Replicates against a plain loop over the same draws, and each computed again step by step."""

from __future__ import annotations

import numpy as np
import pytest

from armillary.analyses.index import tree
from armillary.analyses.index.pipeline import Inputs, prepare, run
from armillary.analyses.index.robustness.experiment import Experiment
from armillary.analyses.index.robustness.uncertainty import design_of, mean_shift, uncertainty
from armillary.errors import IndexMethodError
from armillary.model.indicators import Framework, Node
from armillary.model.recipe import IndexRecipe, changed

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
AS_SCORES = {"normalise": {"method": "none"}, "minimum_coverage": 0.0}


def data(units, *, missing, seed=1):
    generator = np.random.default_rng(seed)
    scores = generator.uniform(1, 100, size=(5, units))
    scores[generator.random(scores.shape) < missing] = np.nan
    return scores


def experiment(scores, changes=None, vary=None):
    recipe = changed(
        IndexRecipe(period=2024),
        AS_SCORES | (changes or {}) | {"audit.vary": vary or {"weight": {"spread": 0.25}}},
    )
    units = tuple(f"U{i}" for i in range(scores.shape[1]))
    inputs = Inputs(framework=FRAMEWORK, periods=("2024",), units=units, values=scores[None])
    return Experiment(inputs, recipe)


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
def test_replicates_are_those_of_a_plain_loop_over_the_same_draws(kind, minimum):
    units, scores = 9, data(9, missing=0.3)
    tried = experiment(
        scores,
        {"aggregate.level.0": {"method": kind}, "minimum_coverage": minimum},
        {"weight": {"spread": 0.4}},
    )
    found = uncertainty(tried, replicates=301, seed=11)

    (design,) = design_of(tried, replicates=301, seed=11)
    held = tree.coverage(FRAMEWORK, present=~np.isnan(scores), minimum=minimum)
    totals = np.full((301, units), np.nan)
    # factors are the nodes but the root, in the order leaves, then groups
    names = [code for code in tree.Tree(FRAMEWORK).codes if code != "I"]
    given = {node.code: node.weight for node in FRAMEWORK.nodes}
    for d, row in enumerate(design):
        w = {c: given[c] * (1 + 0.4 * (2 * u - 1)) for c, u in zip(names, row, strict=True)}
        for u in range(units):
            p1, p2, q1, q2, alone = scores[:, u]
            p = q = np.nan
            if held.scored["P"][u]:
                p = plain_mean([p1, p2], [w["p1"], w["p2"]], "arithmetic")
            if held.scored["Q"][u]:
                q = plain_mean([q1, q2], [w["q1"], w["q2"]], "arithmetic")
            if held.scored["I"][u]:
                totals[d, u] = plain_mean([p, q, alone], [w["P"], w["Q"], w["alone"]], kind)
    ranked = held.scored["I"]
    ranks = np.array([[1 + (row > s).sum() for s in row] for row in totals])[:, ranked]

    low, high = np.quantile(ranks, [0.05, 0.95], axis=0, method="inverted_cdf")
    np.testing.assert_array_equal(found.rank_low[ranked], low)
    np.testing.assert_array_equal(found.rank_high[ranked], high)
    np.testing.assert_array_equal(found.rank_median[ranked], np.median(ranks, axis=0))
    np.testing.assert_allclose(found.rank_mean[ranked], ranks.mean(axis=0))
    ends = np.quantile(totals[:, ranked], [0.05, 0.95], axis=0)
    np.testing.assert_allclose(found.score_low[ranked], ends[0])
    np.testing.assert_allclose(found.score_high[ranked], ends[1])
    held_by = totals[:, ranked]
    beats = (held_by[:, :, None] > held_by[:, None, :]).mean(axis=0)
    ties = (held_by[:, :, None] == held_by[:, None, :]).mean(axis=0)
    np.testing.assert_allclose(found.wins[np.ix_(ranked, ranked)], beats + ties / 2)
    share = (ranks[:, :, None] == np.arange(1, units + 1)).mean(axis=0)
    np.testing.assert_allclose(found.acceptability[ranked], share)
    assert (found.rank_low[~ranked] == 0).all()


@pytest.mark.parametrize("replicates", [1, 2, 10, 5_001])
def test_medians_are_those_of_numpy_for_odd_and_even_numbers_of_replicates(replicates):
    tried = experiment(data(6, missing=0.0), vary={"weight": {"spread": 0.9}})
    found = uncertainty(tried, replicates=replicates, seed=1)
    totals = np.vstack(
        [tried.scores(one) for one in design_of(tried, replicates=replicates, seed=1)]
    )
    ranks = np.array([[1 + (row > s).sum() for s in row] for row in totals])

    np.testing.assert_array_equal(found.rank_median, np.median(ranks, axis=0))


def test_without_spread_every_interval_is_the_rank_itself():
    tried = experiment(data(20, missing=0.1), vary={"weight": {"spread": 0.0}})
    found = uncertainty(tried, replicates=50, seed=1)

    np.testing.assert_array_equal(found.rank_low, found.rank_high)
    np.testing.assert_allclose(found.score_low, found.score_high)
    assert (found.shift == 0).all()


def test_a_unit_best_everywhere_is_first_in_every_replicate():
    scores = data(12, missing=0.2)
    scores[:, 4] = 101.0
    found = uncertainty(
        experiment(scores, vary={"weight": {"simplex": True}}), replicates=500, seed=1
    )

    assert (found.rank_low[4], found.rank_high[4]) == (1, 1)
    assert found.wins[4, :4].min() == 1.0


VARY = {
    "impute": {"choices": [{"method": "none"}, {"method": "mean"}, {"method": "median"}]},
    "treat": {"choices": [{"method": "none"}, {"method": "winsorise", "maximum": 2}]},
    "normalise": {"choices": [{"method": "minmax", "range": (1.0, 100.0)}, {"method": "rank"}]},
    "aggregate.level.0": {"choices": [{"method": "arithmetic"}, {"method": "geometric"}]},
    "aggregate.node.P": {
        "choices": [{"method": "arithmetic"}, {"method": "ordered"}, {"method": "mean_min"}]
    },
    "weight": {"spread": 0.25},
    "weight.node.I": {"uniform": (0.1, 0.4)},
}


def test_every_replicate_can_be_computed_again_step_by_step():
    tried = experiment(
        data(15, missing=0.2),
        {"normalise": {"method": "minmax", "range": (1.0, 100.0)}},
        VARY,
    )
    (design,) = design_of(tried, replicates=200, seed=5)
    scores = tried.scores(design)

    for row, expected in zip(design, scores, strict=True):
        again = tried.replayed(row)
        prepared = prepare(tried.inputs, again.recipe, draw=again.draw).variant()
        found = tried.tree.climb([prepared], [again.recipe.aggregate], weights=again.weights[None])
        np.testing.assert_allclose(found[0, -1], expected, rtol=1e-13)


def test_every_choice_is_drawn_about_as_often():
    tried = experiment(
        data(6, missing=0.1), {"normalise": {"method": "minmax", "range": (1.0, 100.0)}}, VARY
    )
    (design,) = design_of(tried, replicates=600, seed=5)
    drawn = [tried.replayed(row).choices["impute"]["method"] for row in design]

    counts = [drawn.count(name) for name in ("none", "mean", "median")]
    assert sum(counts) == 600
    assert min(counts) > 150


def test_weights_of_one_node_override_those_of_all():
    tried = experiment(
        data(6, missing=0.0),
        vary={"weight": {"spread": 0.5}, "weight.node.I": {"uniform": (0.1, 0.3)}},
    )
    (design,) = design_of(tried, replicates=100, seed=2)
    weights = np.array([tried.replayed(row).weights for row in design])
    parts = tried.tree.parts_of("I")

    assert 0.1 <= weights[:, parts].min() <= weights[:, parts].max() <= 0.3
    assert weights[:, tried.tree.number["p1"]].max() > 1.2


def test_the_published_index_is_the_replicate_that_changes_nothing():
    scores = data(8, missing=0.2)
    tried = experiment(scores, vary={"weight": {"spread": 0.25}})

    middle = np.full((1, tried.dimensions), 0.5)
    np.testing.assert_allclose(tried.scores(middle)[0], tried.published(), rtol=1e-15)
    np.testing.assert_allclose(tried.published(), run(tried.inputs, tried.recipe).scores[-1, -1])


def test_a_combination_the_data_do_not_allow_is_named():
    scores = data(5, missing=0.0)
    scores[0] = 7.0
    with pytest.raises(IndexMethodError, match="combination normalise = minmax"):
        uncertainty(
            experiment(
                scores,
                vary={"normalise": {"choices": [{"method": "none"}, {"method": "minmax"}]}},
            ),
            replicates=20,
            seed=1,
        )


def test_the_mean_shift_counts_units_ranked_on_both_sides():
    ranks = np.array([[1, 3, 2, 0], [1, 2, 3, 4]])

    np.testing.assert_allclose(mean_shift(ranks, np.array([1, 2, 3, 0])), [2 / 3, 0.0])


def test_progress_tells_every_chunk():
    heard = []
    uncertainty(
        experiment(data(3, missing=0.0)),
        replicates=9_000,
        seed=1,
        progress=lambda what, done, total: heard.append((what, done, total)),
    )

    assert heard == [("replicates", n, 9_000) for n in (4_096, 8_192, 9_000)]


def test_groups_may_be_multiplied_as_soon_as_one_of_their_parts_is_above_zero():
    scores = data(8, missing=0.0)
    scores[0, 2] = 0.0
    tried = experiment(scores, {"aggregate.level.0": {"method": "geometric"}})

    found = uncertainty(tried, replicates=50, seed=1)

    assert np.isfinite(found.score_low).all()


def test_a_group_of_nothing_but_zeros_may_not_be_multiplied():
    scores = data(8, missing=0.0)
    scores[:2, 2] = 0.0
    tried = experiment(scores, {"aggregate.level.0": {"method": "geometric"}})

    with pytest.raises(IndexMethodError, match=r"meets P \(lowest 0\)"):
        uncertainty(tried, replicates=50, seed=1)


@pytest.mark.parametrize(
    "method",
    [
        {"method": "benefit_of_the_doubt", "lowest_share": 0.1},
        {"method": "robust_benefit_of_the_doubt", "sample_size": 5, "replicates": 20},
        {"method": "directional_benefit_of_the_doubt"},
        {"method": "directional_benefit_of_the_doubt", "direction": {"p1": 1.0, "p2": 2.0}},
    ],
)
def test_a_group_may_be_scored_against_its_frontier_and_replayed(method):
    tried = experiment(
        data(12, missing=0.0), {"aggregate.node.P": method}, {"weight": {"spread": 0.25}}
    )
    (design,) = design_of(tried, replicates=20, seed=5)
    scores = tried.scores(design)
    group = run(tried.inputs, tried.recipe).scores[-1, tried.tree.number["P"]]

    assert np.isfinite(scores).all()
    assert group.max() > 99 or method["method"].startswith("robust")
    again = tried.replayed(design[3])
    found = tried.tree.climb(
        [prepare(tried.inputs, again.recipe).variant()],
        [again.recipe.aggregate],
        weights=again.weights[None],
    )
    np.testing.assert_allclose(found[0, -1], scores[3], rtol=1e-12)
