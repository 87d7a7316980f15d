"""The exact parts of an index at length: many random cases, and the coverage of intervals."""

from __future__ import annotations

import csv
import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from armillary.analyses.index.change import reach
from armillary.analyses.index.rank import rank
from armillary.analyses.index.robustness import certified, sobol
from armillary.analyses.index.robustness.weight_set import WeightSet

pytestmark = pytest.mark.shared

SHORT = Path(__file__).parents[1] / "analyses" / "index"
SHARED = Path(os.environ.get("ARMILLARY_SHARED", Path(__file__).parents[2].parent / "shared"))
REFERENCE = SHARED / "reference" / "coinr-asem" / "sensitivity"
G = np.array([0, 1, 4.5, 9, 99, 99, 99, 99])


def short(name):
    """The file of the short tests, whose brute force the long ones share."""
    spec = importlib.util.spec_from_file_location(name, next(SHORT.rglob(f"{name}.py")))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(name, column):
    with (REFERENCE / name).open(encoding="utf-8") as file:
        return np.array([float(row[column]) for row in csv.DictReader(file)])


def plain_estimator(y, *, rows):
    """COINr's: the variance of A and B together, the mean of B (AB - A), half that of (A - AB)^2.

    Source: Saltelli et al. (2010), with sample variance. Its first order keeps the mean of the
    output, which is why it is not the one of the package.
    """
    a, b, ab = y[:rows], y[rows : 2 * rows], y[2 * rows :].reshape(-1, rows)
    variance = np.concatenate([a, b]).var(ddof=1)
    first = (b * (ab - a)).mean(axis=1) / variance
    return first, ((a - ab) ** 2).mean(axis=1) / 2 / variance


@pytest.mark.parametrize(
    ("runs", "indices", "rows"),
    [
        ("sa_estimate_generic_design.csv", "sa_estimate_generic_indices.csv", 200),
        ("sa_target_mean_abs_rank_change.csv", "sa_indices.csv", 25),
    ],
)
def test_the_indices_of_coinr_are_those_of_its_plain_estimator(runs, indices, rows):
    if not REFERENCE.exists():
        pytest.skip(f"{REFERENCE} is absent; set ARMILLARY_SHARED")
    y = read(runs, "y")

    first, total = plain_estimator(y, rows=rows)

    np.testing.assert_allclose(first, read(indices, "Si"), rtol=1e-12)
    np.testing.assert_allclose(total, read(indices, "STi"), rtol=1e-12)


@pytest.mark.parametrize(
    ("runs", "indices", "rows"),
    [
        ("sa_estimate_generic_design.csv", "sa_estimate_generic_indices.csv", 200),
        ("sa_target_mean_abs_rank_change.csv", "sa_indices.csv", 25),
    ],
)
def test_our_totals_are_those_of_coinr_but_for_its_sample_variance(runs, indices, rows):
    if not REFERENCE.exists():
        pytest.skip(f"{REFERENCE} is absent; set ARMILLARY_SHARED")
    y = read(runs, "y")[:, None]
    mixed = y[2 * rows :].reshape(-1, rows, 1)
    sums = sobol.Accumulator(factors=len(mixed), outputs=1)

    sums.add(y[:rows], y[rows : 2 * rows], y_ab=mixed)

    correction = 2 * rows / (2 * rows - 1)
    expected = read(indices, "STi") * correction
    np.testing.assert_allclose(sums.indices().total[:, 0], expected, rtol=1e-9)


def test_certified_ranks_are_those_of_brute_force_in_1000_cases():
    cases = short("test_certified")
    generator = np.random.default_rng(2020)

    for _ in range(1_000):
        scores, weights = cases.random_case(generator)
        found = cases.certified.ranks(scores, weights=weights)
        best, worst = cases.brute_force(scores, weights)
        np.testing.assert_array_equal(found.best, best, err_msg=f"{scores} {weights}")
        np.testing.assert_array_equal(found.worst, worst, err_msg=f"{scores} {weights}")
        np.testing.assert_array_equal(found.best, found.best_bound)
        np.testing.assert_array_equal(found.worst, found.worst_bound)


def integer_programme(leads, weights):
    """Fewest leads above 0 over a box of weights, by mixed-integer programming (HiGHS)."""
    count, children = leads.shape
    most = np.abs(leads).max(axis=1)
    found = milp(
        np.r_[np.zeros(children), np.ones(count)],
        constraints=[
            LinearConstraint(np.hstack([leads, -np.diag(most)]), -np.inf, 0),
            LinearConstraint(np.r_[np.ones(children), np.zeros(count)][None], 1, 1),
        ],
        bounds=Bounds(np.r_[weights.lower, np.zeros(count)], np.r_[weights.upper, np.ones(count)]),
        integrality=np.r_[np.zeros(children), np.ones(count)],
    )
    return round(found.fun)


def test_certified_ranks_are_those_of_integer_programming_in_larger_cases():
    weights = WeightSet(lower=(0.05,) * 6, upper=(0.5,) * 6)

    for seed in range(15):
        scores = np.random.default_rng(seed).uniform(0, 100, size=(6, 25))
        found = certified.ranks(scores, weights=weights)
        for u in range(0, 25, 6):
            leads = np.delete(scores - scores[:, [u]], u, axis=1).T
            assert found.best[u] == 1 + integer_programme(leads, weights)
            assert found.worst[u] == 1 + len(leads) - integer_programme(-leads, weights)


def g_function(x):
    return np.prod((np.abs(4 * x - 2) + G) / (1 + G), axis=1)


def g_indices():
    alone = 1 / 3 / (1 + G) ** 2
    variance = np.prod(1 + alone) - 1
    others = np.array([np.prod(np.delete(1 + alone, i)) for i in range(G.size)])
    return alone / variance, alone * others / variance


@pytest.mark.parametrize(("rows", "batches"), [(1024, 10), (256, 20)])
@pytest.mark.parametrize("name", ["ishigami", "g-function"])
def test_intervals_of_indices_cover_the_truth_as_often_as_they_say(name, rows, batches, capsys):
    cases = short("test_sobol")
    function = cases.ishigami if name == "ishigami" else g_function
    truth = cases.ishigami_indices()[:2] if name == "ishigami" else g_indices()
    dimensions = [1] * truth[0].size

    covered, errors = [], []
    for seed in range(200):
        found = cases.run(
            lambda x: function(x)[:, None], dimensions, rows=rows, batches=batches, seed=seed
        )
        for estimate, error, true in (
            (found.first, found.first_error, truth[0]),
            (found.total, found.total_error, truth[1]),
        ):
            low, high = sobol.interval(estimate[:, 0], error[:, 0], batches=batches)
            covered.append((low <= true) & (true <= high))
            errors.append(np.abs(estimate[:, 0] - true))

    coverage = np.array(covered).reshape(200, 2, -1).mean(axis=0)
    with capsys.disabled():
        print(  # noqa: T201 - the coverage is what this test is run for
            f"\n{name}, {batches} scrambles of {rows} rows: 95 % intervals cover "
            f"{coverage.mean():.1%} (first {coverage[0].round(3)}, total {coverage[1].round(3)}); "
            f"largest error {np.max(errors):.4f}, mean {np.mean(errors):.4f}"
        )
    assert 0.92 <= coverage.mean() <= 0.985
    assert coverage.min() >= 0.88


def test_8192_rows_in_eight_scrambles_come_within_a_hundredth():
    cases = short("test_sobol")

    for seed in range(50):
        for function, truth in (
            (cases.ishigami, cases.ishigami_indices()[:2]),
            (g_function, g_indices()),
        ):
            dimensions = [1] * truth[0].size
            found = cases.run(
                lambda x, f=function: f(x)[:, None], dimensions, rows=2**10, batches=8, seed=seed
            )
            np.testing.assert_allclose(found.first[:, 0], truth[0], atol=0.01)
            np.testing.assert_allclose(found.total[:, 0], truth[1], atol=0.01)


@pytest.mark.parametrize("indicators", [2, 3, 4])
def test_what_it_takes_is_within_a_hundredth_of_exhaustive_search(indicators):
    cases = short("test_reach")
    steps = {2: 301, 3: 41, 4: 16}[indicators]
    shares = np.stack(
        np.meshgrid(*[np.linspace(0, 1, steps)] * indicators, indexing="ij"), axis=-1
    ).reshape(-1, indicators)
    solved = 0

    for seed in range(40):
        values, weights, unit, best, cost = cases.case(seed, indicators=indicators, units=7)
        index = cases.minmax_index(weights)
        way = best - values[:, unit]
        options = np.repeat(values[None], len(shares), axis=0)
        options[:, :, unit] += shares * way
        ranks = rank(index(options))[:, unit]
        for target in (1, 2, 3, 4):
            found = reach.least_change(
                index, values, unit=unit, target=target, best=best, cost=cost
            )
            moved = values.copy()
            moved[:, unit] = found.values
            assert rank(index(moved))[unit] == found.rank_after
            assert found.reached == (found.rank_after <= target)
            if (ranks <= target).any():
                cheapest = (shares[ranks <= target] @ (cost * way)).min()
                assert found.reached, f"seed {seed}, rank {target}"
                assert found.cost <= 1.01 * cheapest + 1e-6, f"seed {seed}, rank {target}"
                solved += 1
    assert solved > 80
