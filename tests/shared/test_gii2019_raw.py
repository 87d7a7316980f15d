"""The Global Innovation Index 2019 computed from its published raw values, and its ranks tested."""

from __future__ import annotations

import csv
import gzip
import itertools
import math
import os
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr

from armillary.analyses.index.compute import compute
from armillary.analyses.index.pipeline import Inputs
from armillary.analyses.index.rank import rank
from armillary.analyses.index.robustness import certified
from armillary.analyses.index.robustness.audited_weights import drawn_set
from armillary.analyses.index.robustness.experiment import Experiment
from armillary.analyses.index.robustness.uncertainty import design_of
from armillary.analyses.index.robustness.weight_set import WeightSet
from armillary.evidence.duckdb import DuckDBStore
from armillary.model.columns import table_of
from armillary.model.recipe import changed
from armillary.sources.frameworks import read_framework
from armillary.sources.recipes import read_recipe

pytestmark = pytest.mark.shared

REPOSITORY = Path(__file__).parents[2]
SHARED = Path(os.environ.get("ARMILLARY_SHARED", REPOSITORY.parent / "shared"))
INDEXES = REPOSITORY / "acceptance" / "indexes"
HALF = 0.05  # half of the last printed digit, of values and of scores
EXACT = 1e-9

# Indicators whose published scores do not follow from the published values, each with the reason.
UNFIT = {
    "5.2.5": "the export gives the four largest values a score below that of the fifth",
    "5.3.4": "no logarithm and no single power gives its curve; the nearest power stands in",
}
TAKEN_AS_SCORES = {"5.2.4": "printed as 0.0 to 0.3: its values score nothing"}
# Rounding leaves these so open (over 10 of 100 points on average) that fitting proves little.
LOOSE = {"4.2.3", "6.2.3", "6.2.5"}


def number(text):
    return None if text == "n/a" else float(text)


@pytest.fixture(scope="module")
def export():
    """Cells as published, by column ("score" or "value"), economy and code."""
    path = SHARED / "data" / "indicators" / "gii2019" / "gii2019_long.csv.gz"
    if not path.exists():
        pytest.skip(f"{path} is absent; set ARMILLARY_SHARED")
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {
        column: {(r["economy"], r["code"]): number(r[column]) for r in rows}
        for column in ("score", "value")
    }


@pytest.fixture(scope="module")
def framework():
    return read_framework(INDEXES / "gii2019_raw.csv")


@pytest.fixture(scope="module")
def index(export, framework):
    rows = [
        {
            "source": "gii",
            "origin": "0" * 16,
            "locator": f"{economy} {code} {column}",
            "DATAFLOW": f"GII_{column.upper()}",
            "INDICATOR": code,
            "REF_AREA": economy,
            "TIME_PERIOD": "2019",
            "SECT_PERF": "_Z",
            "SECT_FUND": "_Z",
            "TYPE_RD": "_Z",
            "FORD": "_Z",
            "SEX": "_Z",
            "DIMENSIONS": "",
            "OBS_VALUE": value,
            "OBS_STATUS": "A" if value is not None else "M",
            "UNIT_MEASURE": "_U",
            "UNIT_MULT": 0,
            "PRICE_BASE": "_Z",
            "VINTAGE": "2019",
        }
        for column, cells in export.items()
        for (economy, code), value in cells.items()
    ]
    recipe = read_recipe(INDEXES / "gii2019_raw.toml", framework)
    recipe = changed(recipe, {"audit.replicates": 10})
    store = DuckDBStore({})
    found = compute(
        store.lend("gii", table_of("observation", rows)),
        index="gii2019_raw",
        framework=framework,
        recipe=recipe,
    )
    store.close()
    return found


@pytest.fixture(scope="module")
def scores(index):
    return {(r["unit"], r["code"]): r["score"] for r in index["score"].to_pylist()}


@pytest.fixture(scope="module")
def inputs(export, framework):
    economies = sorted({economy for economy, _ in export["score"]})
    values = np.array(
        [
            [
                np.nan if (cell := export[leaf.dataflow[4:].lower()][e, leaf.code]) is None
                else cell
                for e in economies
            ]
            for leaf in framework.leaves
        ]
    )  # fmt: skip
    return Inputs(
        framework=framework, periods=("2019",), units=tuple(economies), values=values[None]
    )


def min_max(value, *, low, high, logarithm, lower_is_better):
    """The definition in plain numbers, on values as the recipe leaves them."""
    share = min(max((value - low) / (high - low), 0.0), 1.0)
    if logarithm:
        share = math.log1p((high - 1) * share) / math.log(high)
    return 100 * (1 - share if lower_is_better else share)


def bounds(values, leaf, *, treatment, turned):
    """Least and greatest score, printed, that values with these printed digits can have.

    Every order statistic of the exact values lies within half a digit of the printed one, and
    the score rises or falls in the value and in both ends, so corners are the extremes.
    """
    ordered = sorted(values)
    slack = 0.0 if leaf.low is not None else HALF
    low = leaf.low if leaf.low is not None else ordered[treatment["n_low"]]
    high = leaf.high if leaf.high is not None else ordered[-1 - treatment["n_high"]]
    corners = list(itertools.product((-HALF, HALF), (-slack, slack), (-slack, slack)))
    for value in values:
        found = [
            min_max(
                value + a,
                low=low + b,
                high=high + c,
                logarithm=treatment["method"] == "log_gii",
                lower_is_better=turned,
            )
            for a, b, c in corners
        ]
        yield min(found) - HALF - EXACT, max(found) + HALF + EXACT


@pytest.fixture(scope="module")
def fits(export, framework, index):
    """By indicator: whether every economy fits, and how many points rounding leaves open."""
    told = {r["code"]: r for r in index["treatment"].to_pylist()}
    untreated = {"method": "none", "n_high": 0, "n_low": 0}
    found = {}
    for leaf in framework.leaves:
        code = leaf.code
        if code in TAKEN_AS_SCORES:
            continue
        cells = [
            (value, export["score"][key])
            for key, value in export["value"].items()
            if key[1] == code and value is not None
        ]
        within = list(
            bounds(
                [value for value, _ in cells],
                leaf,
                treatment=told.get(code, untreated),
                turned=int(framework.direction[code]) < 0,
            )
        )
        open_points = sum(high - low for low, high in within) / len(within)
        fit = all(
            low <= score <= high for (_, score), (low, high) in zip(cells, within, strict=True)
        )
        found[code] = (fit, open_points)
    return found


def test_all_indicators_but_two_fit_within_what_rounding_can_cause(fits):
    fitting = {code for code, (fit, _) in fits.items() if fit}

    assert len(fitting) >= 73
    assert set(fits) - fitting == set(UNFIT)
    assert {code for code in fitting if fits[code][1] > 10} == LOOSE


def test_the_engine_gives_the_scores_of_the_definition(export, framework, index, scores):
    told = {r["code"]: r for r in index["treatment"].to_pylist()}
    untreated = {"method": "none", "n_high": 0, "n_low": 0}
    gaps = []
    for leaf in framework.leaves:
        if leaf.code in {*TAKEN_AS_SCORES, "5.3.4"}:
            continue
        cells = {k[0]: v for k, v in export["value"].items() if k[1] == leaf.code and v is not None}
        treatment = told.get(leaf.code, untreated)
        ordered = sorted(cells.values())
        for economy, value in cells.items():
            expected = min_max(
                value,
                low=leaf.low if leaf.low is not None else ordered[treatment["n_low"]],
                high=leaf.high if leaf.high is not None else ordered[-1 - treatment["n_high"]],
                logarithm=treatment["method"] == "log_gii",
                lower_is_better=int(framework.direction[leaf.code]) < 0,
            )
            gaps.append(abs(scores[economy, leaf.code] - expected))

    assert len(gaps) > 8_500
    assert max(gaps) < EXACT


def test_the_four_largest_of_one_indicator_are_published_below_the_fifth(export):
    ranked = sorted(
        (
            (value, export["score"][key])
            for key, value in export["value"].items()
            if key[1] == "5.2.5" and value is not None
        ),
        reverse=True,
    )

    assert [score for _, score in ranked[:5]] == [85.9, 85.9, 85.9, 85.9, 100.0]


# With 5.2.4 from its printed values too, the largest gap is 0.317 (Belgium) and all others are
# below 0.3: three indicators printed to one decimal but below 1 make up most of it.
def test_every_economy_has_its_published_index_within_three_tenths(export, scores):
    gaps = {
        economy: abs(scores[economy, code] - score)
        for (economy, code), score in export["score"].items()
        if code == "GII"
    }

    assert len(gaps) == 129
    assert max(gaps.values()) <= 0.3
    assert sum(gaps.values()) / len(gaps) < 0.1


def test_ranks_are_the_published_ones_but_for_near_ties(export, scores):
    keys = [key for key in export["score"] if key[1] == "GII"]

    correlation = spearmanr([scores[k] for k in keys], [export["score"][k] for k in keys])

    assert correlation.statistic > 0.999


def test_moving_all_scores_to_1_to_100_leaves_the_index_where_it_is(inputs, framework):
    plain = Experiment(inputs, read_recipe(INDEXES / "gii2019_raw.toml", framework)).published()
    moved = Experiment(inputs, read_recipe(INDEXES / "gii2019_audit.toml", framework)).published()

    np.testing.assert_allclose((moved - 1) / 0.99, plain, atol=1e-9)
    assert (rank(moved.round(9)) == rank(plain.round(9))).all()


def pillar_weights():
    """What the audit draws: 10 to 30 % of the input side, 40 to 60 % of the output side."""
    sides = [(range(5), 0.1, 0.3), (range(5, 7), 0.4, 0.6)]
    lower, upper, ratios, groups = [], [], [], []
    for members, low, high in sides:
        others = len(members) - 1
        lower += [0.5 * low / (low + others * high)] * len(members)
        upper += [0.5 * high / (high + others * low)] * len(members)
        ratios += [(i, j, high / low) for i in members for j in members if i != j]
        groups.append((tuple(members), 0.5, 0.5))
    return WeightSet(
        lower=tuple(lower), upper=tuple(upper), ratios=tuple(ratios), groups=tuple(groups)
    )


def test_no_draw_of_the_audit_leaves_the_certified_ranks(inputs, framework, scores):
    recipe = read_recipe(INDEXES / "gii2019_audit.toml", framework)
    weights_alone = {p: v for p, v in recipe.audit.vary.items() if p.startswith("weight")}
    experiment = Experiment(inputs, changed(recipe, {"audit.vary": weights_alone}))
    codes = [str(p) for p in range(1, 8)]
    drawn, _ = drawn_set(experiment, codes, weights=experiment.tree.weights, otherwise=0.0)
    pillars = np.array([[scores[e, p] for e in inputs.units] for p in codes])

    proved = certified.ranks(pillars, weights=pillar_weights(), units=list(inputs.units))
    ranks = np.vstack(
        [
            rank(experiment.scores(design))
            for design in design_of(experiment, replicates=20_000, seed=7)
        ]
    )

    assert drawn.lower == pytest.approx(pillar_weights().lower)
    assert drawn.upper == pytest.approx(pillar_weights().upper)
    assert (ranks.min(axis=0) >= proved.best_bound).all()
    assert (ranks.max(axis=0) <= proved.worst_bound).all()
    assert (proved.best_bound <= proved.best).all()
    width, sampled = proved.worst - proved.best, np.ptp(ranks, axis=0)
    assert 0 < sampled.mean() <= width.mean()
