"""The backtest frame against brute force, scikit-learn and worlds whose truth is known."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from scipy.stats import binomtest, rankdata
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, f1_score, jaccard_score, roc_auc_score

from armillary.analyses.topics.backtest import (
    HISTORY,
    Case,
    Frame,
    Plan,
    backtest,
    complete_years,
    halves,
    logistic,
    one_feature,
    origins,
    units_at,
)
from armillary.analyses.topics.backtest.bootstrap import block_draws
from armillary.analyses.topics.backtest.controls import false_growth, no_growth, shuffled_years
from armillary.analyses.topics.backtest.forecast import fit_logistic, shift_to
from armillary.analyses.topics.backtest.metrics import (
    auc,
    auc_within_size,
    calibration_error,
    list_metrics,
    probability_metrics,
    reliability_bins,
)
from armillary.analyses.topics.backtest.outcomes import growth_bound, outcome
from armillary.analyses.topics.backtest.units import known_by
from armillary.errors import TopicError

YEARS = np.arange(1998, 2021)
FRAME = Frame()


def world(*, n_units=250, rising=25, seed=1, design="split", per_year=1500, corpus="w"):
    """Units of which some double every two years once begun; the rest never change."""
    rng = np.random.default_rng(seed)
    share = np.exp(rng.normal(-4.8, 0.6, n_units))[:, None] * np.ones(YEARS.size)
    onset = rng.integers(2001, 2013, rising)
    share[:rising] *= 2 ** (np.clip(YEARS - onset[:, None], 0, 12) / 2)
    n_all = np.full(YEARS.size, per_year)
    a, b = rng.poisson(share * per_year), rng.poisson(share * per_year)
    names = [f"u{n:03d}" for n in range(n_units)]
    found = []
    for origin in origins(YEARS, frame=FRAME):
        recent = (origin - 2 < YEARS) & (origin >= YEARS)
        held = np.column_stack([a[:, recent].sum(axis=1), b[:, recent].sum(axis=1)])
        found.append(
            units_at(
                origin,
                corpus=corpus,
                design=design,
                frame=FRAME,
                names=names,
                years=YEARS,
                counts=(a, b),
                n_all=(n_all, n_all),
                signals={},
                held=(held, np.array([2 * per_year, 2 * per_year])),
            )
        )
    return found


@pytest.fixture(scope="module")
def found():
    scorers = {name: one_feature(name) for name in HISTORY} | {"logistic": logistic(HISTORY)}
    plan = Plan(list="units", scorers=scorers, gated="trend_z", worlds=1)
    cases = [
        Case(corpus="w", origin=2012, item="the first", unit="u000"),
        Case(corpus="w", origin=2012, item="blockchain", unit=None, note="5 works"),
    ]
    return backtest(world(), plan=plan, cases=cases)


def value(found, **wanted):
    wanted = {"outcome": "certified", "against": "none", "corpus": "w"} | wanted
    rows = found["backtest"].to_pylist()
    (row,) = [r for r in rows if all(r[k] == v for k, v in wanted.items())]
    return row


def test_a_trend_finds_what_was_planted_to_rise_and_size_does_not(found):
    trend = value(found, score="trend_z", metric="precision_10")
    size = value(found, score="size", metric="precision_10")

    assert trend["value"] > 0.55  # at early origins few have begun
    assert size["value"] < trend["value"] - 0.1
    assert value(found, score="trend_z", metric="precision_10", against="size")["low"] > 0
    assert trend["low"] < trend["value"] < trend["high"]
    assert trend["n_origins"] >= 8


def test_probabilities_of_planted_growth_are_calibrated_and_skilled(found):
    assert value(found, score="logistic", metric="brier_skill")["value"] > 0.1
    assert value(found, score="logistic", metric="calibration_error")["value"] < 0.05
    bins = [r for r in found["backtest_bin"].to_pylist() if r["score"] == "logistic"]
    assert len(bins) == 10
    assert bins[-1]["came"] > 3 * bins[0]["came"]


def test_the_controls_pass_and_the_usual_outcome_is_shown_to_be_mechanical(found):
    rows = found["backtest_control"].to_pylist()
    gated = [r for r in rows if r["passes"] is not None]

    assert {r["control"] for r in gated} == {"shuffled years", "no growth", "held-out works"}
    assert all(r["passes"] for r in gated)
    peak = [
        r["value"]
        for r in rows
        if (r["control"], r["outcome"], r["score"], r["metric"])
        == ("no growth", "abs10", "size", "auc")
    ]
    assert peak[0] > 0.6  # large units gain most where nothing grows


def test_named_units_are_followed_and_absent_ones_say_why(found):
    cases = [r for r in found["backtest_case"].to_pylist() if r["score"] == "trend_z"]

    first, absent = sorted(cases, key=lambda r: r["item"] == "blockchain")
    assert first["verdict"] == "listed"
    assert first["grew"]
    assert (absent["verdict"], absent["note"], absent["rank"]) == ("absent", "5 works", None)


def test_the_same_seed_gives_the_same_tables_in_any_order_of_units(found):
    scorers = {name: one_feature(name) for name in HISTORY} | {"logistic": logistic(HISTORY)}
    plan = Plan(list="units", scorers=scorers, gated="trend_z", worlds=1)
    again = backtest(world()[::-1], plan=plan)

    for name in ("backtest", "backtest_origin", "backtest_bin", "backtest_control"):
        assert again[name].equals(found[name])


def test_a_score_that_looks_ahead_is_caught_by_what_known_by_hands_out():
    units = world(n_units=50)
    for u in units:
        earlier = known_by(u.origin, among=units)
        assert all(int(e.future_years.max()) <= u.origin for e in earlier)
    assert len(known_by(units[-1].origin, among=units)) == len(units) - 3


def test_seen_and_base_share_no_works_in_the_split_design():
    split, ordinary = world()[5], world(design="ordinary")[5]

    assert (split.seen + split.base == ordinary.seen).all()
    assert (ordinary.seen == ordinary.base).all()
    assert (split.future == ordinary.future).all()
    assert split.distance == 2.5


def test_certified_growth_is_the_exact_binomial_test():
    units = world(seed=3)[4]
    base, future = units.base[:, units.recent].sum(axis=1), units.future.sum(axis=1)
    totals = units.all_base[units.recent].sum(), units.all_future.sum()
    odds = 1.08**2.5 * totals[1] / totals[0]
    exact = [
        binomtest(int(f), int(f + b), odds / (1 + odds), alternative="greater").pvalue
        for f, b in zip(future, base, strict=True)
    ]
    ours = outcome(units, "certified")

    assert (ours == (np.array(exact) < 0.1)).all()
    assert ((growth_bound(base, future, totals=totals) > 1.08**2.5) == ours).all()


def test_growth_bounds_are_wrong_at_most_as_often_as_they_say():
    rng = np.random.default_rng(5)
    for level in (5, 20, 200):
        base, future = rng.poisson(level, 20_000), rng.poisson(3 * level, 20_000)
        above = (growth_bound(base, future, totals=(1.0, 1.0)) > 3).mean()
        assert 0.05 < above < 0.105


def test_metrics_of_no_unit_are_unknown():
    nothing = np.zeros(0)
    ours = list_metrics(nothing, nothing > 0, tie=nothing, size=nothing.astype(np.int64))
    assert np.isnan([ours["auc"], ours["precision_10"], ours["base"]]).all()


def test_metrics_agree_with_scikit_learn():
    rng = np.random.default_rng(2)
    hit = rng.random(300) < 0.2
    score = np.round(rng.normal(size=300) + hit, 1)  # ties
    tie = np.arange(300)
    ours = list_metrics(score, hit, tie=tie, size=rng.integers(1, 50, 300))
    flagged = np.zeros(300, bool)
    flagged[np.lexsort((tie, -score))[:30]] = True

    assert ours["auc"] == pytest.approx(roc_auc_score(hit, score))
    assert ours["f1_tenth"] == pytest.approx(f1_score(hit, flagged))
    assert ours["csi_tenth"] == pytest.approx(jaccard_score(hit, flagged))
    said = rng.random(300)
    brier = probability_metrics(said, hit, climatology=0.2)["brier"]
    assert brier == pytest.approx(brier_score_loss(hit, said))


def test_auc_within_size_gives_nothing_to_size_itself():
    rng = np.random.default_rng(3)
    size = rng.permutation(3_000)
    hit = rng.random(3_000) < size / 6_000  # the larger, the likelier

    assert auc(size.astype(float), hit) > 0.6
    thirds = np.argsort(size).reshape(3, -1)
    pairs = [(roc_auc_score(hit[t], size[t]), hit[t].sum() * (~hit[t]).sum()) for t in thirds]
    expected = sum(a * n for a, n in pairs) / sum(n for _, n in pairs)
    assert auc_within_size(size.astype(float), hit, size=size) == pytest.approx(expected)


def test_bins_hold_equally_many_units_and_their_error_is_weighted():
    said = np.linspace(0, 1, 100)
    bins = reliability_bins(said, said > 0.5)

    assert [n for n, _, _ in bins] == [10] * 10
    expected = np.mean([abs(a - b) for _, a, b in bins])
    assert calibration_error(bins) == pytest.approx(expected)


def test_the_logistic_regression_is_scikit_learns():
    rng = np.random.default_rng(4)
    features = rng.normal(size=(500, 3))
    hit = rng.random(500) < 1 / (1 + np.exp(2 - features @ [1.0, -0.5, 0.0]))
    ours = fit_logistic(features, hit, penalty=2.0)
    peer = LogisticRegression(C=1 / 2.0, tol=1e-10, max_iter=1000).fit(features, hit)

    assert ours.weights == pytest.approx(peer.coef_[0], abs=1e-5)
    assert ours.intercept == pytest.approx(peer.intercept_[0], abs=1e-5)
    odds = ours.log_odds(features) + 3
    moved = 1 / (1 + np.exp(-(odds + shift_to(odds, hit))))
    assert moved.mean() == pytest.approx((hit.sum() + 0.5) / 501)


def test_blocks_are_runs_of_neighbours_and_every_origin_is_drawn_as_often():
    draws = block_draws(7, n_draws=7_000)

    assert draws.shape == (7_000, 7)
    assert ((draws[:, 1] - draws[:, 0]) % 7 == 1).all()
    assert np.bincount(draws.ravel()) / 7_000 == pytest.approx(np.ones(7), abs=0.05)


def test_shuffling_years_keeps_each_units_works_and_no_growth_keeps_its_level():
    units = world(seed=6)[5]
    rng = np.random.default_rng(1)
    shuffled = shuffled_years(units, rng)
    cells = [units.seen[:, units.recent], units.base[:, units.recent], units.future]
    after = [shuffled.seen[:, units.recent], shuffled.base[:, units.recent], shuffled.future]
    assert (np.hstack(cells).sum(axis=1) == np.hstack(after).sum(axis=1)).all()
    assert (shuffled.seen[:, ~units.recent] == units.seen[:, ~units.recent]).all()

    drawn = [no_growth(units, rng) for _ in range(40)]
    base = np.mean([d.base[:, units.recent].sum(axis=1) for d in drawn], axis=0)
    future = np.mean([d.future.sum(axis=1) for d in drawn], axis=0)
    growth = future.sum() / base.sum() * 3_000 / 9_000
    assert growth == pytest.approx(1, abs=0.01)


def test_an_assignment_that_draws_works_into_small_units_fails_the_held_out_control():
    units = world(seed=7)[5]
    counted = [false_growth(u) for u in world(seed=7)]
    assert sum(n for n, _ in counted) / sum(n for _, n in counted) < 0.12
    small = rankdata(units.size) < units.n_units / 2
    held = units.held.copy()
    held[small, 1] = held[small, 1] * 3 // 2 + 2
    wrong, told = false_growth(msgspec.structs.replace(units, held=held))
    assert wrong / told > 0.12


def test_incomplete_years_and_the_years_before_a_source_begins_are_left_out():
    per_year = {2000: 294, 2001: 270, 2002: 329, 2003: 375, 2004: 325, 2005: 1433}
    per_year |= dict.fromkeys(range(2006, 2016), 1700) | {2016: 878}
    per_year |= dict.fromkeys(range(2017, 2024), 2000) | {2024: 100}
    years = np.repeat(list(per_year), list(per_year.values()))
    complete = complete_years(years)

    assert complete.tolist() == [*range(2005, 2016), *range(2017, 2024)]
    found = origins(complete, frame=FRAME)
    assert found == [*range(2008, 2016), *range(2017, 2021)]
    grown = np.repeat(
        [*range(1998, 2010)], [46, 73, 69, 190, 117, 207, 222, 291, 403, 483, 662, 984]
    )
    assert complete_years(grown)[0] <= 1999  # steady growth is no sudden beginning
    with pytest.raises(TopicError, match="too few"):
        origins(np.arange(2010, 2015), frame=FRAME)


def test_a_works_half_depends_on_nothing_but_its_id_and_the_seed():
    ids = [f"w{n}" for n in range(4_000)]
    first = halves(ids)

    assert first.mean() == pytest.approx(0.5, abs=0.03)
    assert (halves(ids[::-1])[::-1] == first).all()
    assert (halves(ids, seed=2) == first).mean() == pytest.approx(0.5, abs=0.04)
