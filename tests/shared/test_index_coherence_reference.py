"""Coherence of COINr 1.1.14's (Becker, MIT) ASEM example, reproduced to its last digits."""

from __future__ import annotations

import csv
import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from armillary.analyses.index import coherence, tree
from armillary.analyses.index.coherence.lineage import ancestors
from armillary.analyses.index.weights import weight
from armillary.model.indicators import Direction, Framework, Node
from armillary.model.recipe import Aggregate

pytestmark = pytest.mark.shared

SHARED = Path(os.environ.get("ARMILLARY_SHARED", Path(__file__).parents[2].parent / "shared"))
HOME = SHARED / "reference" / "coinr-asem"
PILLARS = (
    "Physical", "ConEcFin", "Political", "Instit", "P2P", "Environ", "Social", "SusEcFin",
)  # fmt: skip
SUB_INDEXES = ("Conn", "Sust")
DENOMINATORS = ("Area", "Energy", "GDP", "Population")
# the reference counts levels from the indicators up, the framework from the root down
LEVELS = {1: 3, 2: 2, 3: 1, 4: 0}
NEAR = {"rtol": 1e-9, "atol": 1e-12}


@pytest.fixture(autouse=True)
def _reference():
    if not HOME.exists():
        pytest.skip(f"{HOME} is absent; set ARMILLARY_SHARED")


@cache
def read(name):
    with (HOME / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def column(rows, name):
    return np.array([float(row[name]) if row[name] not in ("", "NA") else np.nan for row in rows])


@cache
def asem():
    """The framework, its indicators in the reference's own order of results."""
    order = [row["iCode"] for row in read("analysis/effective_weights.csv")]
    meta = {row["iCode"]: row for row in read("asem/iMeta.csv") if row["Parent"] or row["Level"]}
    return Framework(
        tuple(
            Node(
                code=code,
                name_en=code,
                parent=meta[code]["Parent"] or None,
                weight=float(meta[code]["Weight"]),
                direction=Direction(int(meta[code]["Direction"]))
                if meta[code]["Type"] == "Indicator"
                else Direction.HIGHER_IS_BETTER,
            )
            for code in order
        )
    )


def indicators(name):
    rows = read(name)
    return np.array([column(rows, leaf.code) for leaf in asem().leaves])


def groups():
    rows = read("asem/dset_aggregated.csv")
    return {group.code: column(rows, group.code) for group in asem().groups}


def units(name="asem/dset_raw.csv"):
    return [row["uCode"] for row in read(name)]


def nodes():
    """Normalised indicators and aggregates, by code."""
    return (
        dict(
            zip(
                (n.code for n in asem().leaves), indicators("asem/dset_normalised.csv"), strict=True
            )
        )
        | groups()
    )


STATISTICS = {
    "Min": "minimum",
    "Max": "maximum",
    "Mean": "mean",
    "Median": "median",
    "Std": "standard_deviation",
    "Skew": "skewness",
    "Kurt": "kurtosis",
    "N.Avail": "available",
    "N.NonZero": "nonzero",
    "N.Unique": "unique",
    "N.Same": "most_frequent",
    "Frc.Avail": "share_available",
    "Frc.NonZero": "share_nonzero",
    "Frc.Unique": "share_unique",
    "Frc.Same": "share_most_frequent",
}
FLAGS = {
    "Flag.Avail": ("few_available", "LOW"),
    "Flag.NonZero": ("many_zeros", "LOW"),
    "Flag.Unique": ("few_unique", "LOW"),
    "Flag.SkewKurt": ("outliers", "OUT"),
}


@pytest.mark.parametrize("name", ["raw", "treated"])
def test_statistics_of_every_indicator_are_those_of_coinr(name):
    codes = [leaf.code for leaf in asem().leaves]
    rows = coherence.describe(indicators(f"asem/dset_{name}.csv"), codes=codes)
    wanted = {row["iCode"]: row for row in read(f"analysis/stats_{name}.csv")}

    assert len(rows) == len(wanted) == 49
    for row in rows:
        published = wanted[row["code"]]
        for theirs, ours in STATISTICS.items():
            np.testing.assert_allclose(row[ours], float(published[theirs]), **NEAR)
        for theirs, (ours, word) in FLAGS.items():
            assert row[ours] is (published[theirs] == word), (row["code"], theirs)


def test_some_statistics_are_flagged():
    codes = [leaf.code for leaf in asem().leaves]
    rows = coherence.describe(indicators("asem/dset_raw.csv"), codes=codes)

    assert sum(row["outliers"] for row in rows) == sum(
        row["Flag.SkewKurt"] == "OUT" for row in read("analysis/stats_raw.csv")
    )
    assert sum(row["few_unique"] for row in rows) == 5


def test_availability_of_units_is_that_of_coinr():
    names = units()
    rows = coherence.availability(indicators("asem/dset_raw.csv"), units=names)
    wanted = {row["uCode"]: row for row in read("analysis/data_avail_summary_raw.csv")}
    columns = {
        "N_missing": "missing",
        "N_zero": "zero",
        "N_miss_or_zero": "missing_or_zero",
        "Dat_Avail": "share_available",
        "Non_Zero": "share_nonzero",
    }

    assert [row["unit"] for row in rows] == names
    for row in rows:
        for theirs, ours in columns.items():
            np.testing.assert_allclose(row[ours], float(wanted[row["unit"]][theirs]), **NEAR)


def test_availability_by_group_is_that_of_coinr():
    found = coherence.availability_by_group(asem(), values=indicators("asem/dset_raw.csv"))
    wanted = {row["uCode"]: row for row in read("analysis/data_avail_bygroup_raw.csv")}

    assert set(found) == {group.code for group in asem().groups}
    for code, shares in found.items():
        for unit, share in zip(units(), shares, strict=True):
            np.testing.assert_allclose(share, float(wanted[unit][code]), **NEAR)


@pytest.mark.parametrize("method", ["pearson", "spearman", "kendall"])
def test_correlations_of_indicators_are_those_of_coinr(method):
    codes = [leaf.code for leaf in asem().leaves]
    found = coherence.matrix(indicators("asem/dset_normalised.csv"), method=method)
    rows = read(f"analysis/corr_indicators_{method}.csv")

    assert len(rows) == 49 * 49
    at = {code: i for i, code in enumerate(codes)}
    np.testing.assert_allclose(
        [found[at[row["Var1"]], at[row["Var2"]]] for row in rows], column(rows, "Correlation"),
        **NEAR,
    )  # fmt: skip


def test_correlations_of_pillars_are_those_of_coinr():
    found = coherence.matrix(np.array([groups()[code] for code in PILLARS]))
    rows = read("analysis/corr_pillars_pearson.csv")

    at = {code: i for i, code in enumerate(PILLARS)}
    np.testing.assert_allclose(
        [found[at[row["Var1"]], at[row["Var2"]]] for row in rows], column(rows, "Correlation"),
        **NEAR,
    )  # fmt: skip


@pytest.mark.parametrize("method", ["pearson", "spearman", "kendall"])
@pytest.mark.parametrize("levels", [(1, 2), (1, 3), (1, 4), (2, 3), (2, 4), (3, 4)])
def test_correlations_with_every_level_above_are_those_of_coinr(method, levels):
    lower, upper = levels
    rows = coherence.with_ancestors(
        asem(), values=indicators("asem/dset_normalised.csv"), scores=groups(), method=method
    )
    found = {
        (row["other"], row["code"]): row["correlation"]
        for row in rows
        if (row["level"], row["other_level"]) == (LEVELS[lower], LEVELS[upper])
    }
    wanted = {
        (row["Var1"], row["Var2"]): float(row["Correlation"])
        for row in read(f"analysis/corr_withparent_L{lower}_L{upper}_{method}.csv")
    }

    assert found.keys() == wanted.keys()
    for pair, correlation in wanted.items():
        np.testing.assert_allclose(found[pair], correlation, **NEAR)


def test_p_values_are_those_of_coinr():
    rows = read("analysis/pvals_first12_normalised.csv")
    codes = [row["iCode"] for row in rows]
    found = coherence.p_values(np.array([nodes()[code] for code in codes]))

    assert len(codes) == 12
    off = ~np.eye(12, dtype=bool)
    wanted = np.array([column(rows, code) for code in codes])
    np.testing.assert_allclose(found[off], wanted[off], rtol=1e-8)
    assert (np.diag(found) < 1e-100).all()


@pytest.mark.parametrize(
    ("name", "kind", "limits"),
    [
        ("high_0p75_grouplev2", "redundancy", {"redundancy": 0.75}),
        ("low_m0p5_grouplev2", "conflict", {"conflict": -0.5}),
        ("high_0p9_all", "redundancy", {"redundancy": 0.9, "within": 0}),
    ],
)
def test_flagged_pairs_are_those_of_coinr(name, kind, limits):
    rows = coherence.flags(
        asem(), values=indicators("asem/dset_normalised.csv"), scores=groups(), **limits
    )
    found = {
        frozenset((row["code"], row["other"])): row["correlation"]
        for row in rows
        if row["kind"] == kind and row["level"] == LEVELS[1]
    }
    wanted = {
        frozenset((row["Ind1"], row["Ind2"])): float(row["Corr"])
        for row in read(f"analysis/corr_flags_{name}.csv")
    }

    assert found.keys() == wanted.keys()
    for pair, correlation in wanted.items():
        np.testing.assert_allclose(found[pair], correlation, **NEAR)


def test_indicators_that_grow_with_size_are_those_of_coinr():
    sizes = {row["uCode"]: row for row in read("asem/iData.csv")}
    rows = coherence.denominator_correlations(
        indicators("asem/dset_raw.csv"),
        codes=[leaf.code for leaf in asem().leaves],
        denominators={
            name: column([sizes[unit] for unit in units()], name) for name in DENOMINATORS
        },
    )
    wanted = {
        (row["Ind"], row["Denom"]): float(row["Corr"])
        for row in read("analysis/denom_corr_0p7.csv")
    }

    assert {(row["code"], row["other"]) for row in rows} == wanted.keys()
    for row in rows:
        np.testing.assert_allclose(row["correlation"], wanted[row["code"], row["other"]], **NEAR)


@pytest.mark.parametrize("row", range(18))
def test_alpha_is_that_of_coinr(row):
    """The rows named Raw are of indicators not turned round: so are the items given here."""
    wanted = read("analysis/cronbach_alpha.csv")[row]
    numbers = nodes()
    if wanted["dset"] == "Raw":
        raw = indicators("asem/dset_raw.csv")
        numbers = dict(zip((leaf.code for leaf in asem().leaves), raw, strict=True))
    items = np.array([numbers[part.code] for part in asem().children[wanted["group"]]])

    np.testing.assert_allclose(coherence.cronbach_alpha(items), float(wanted["alpha"]), rtol=1e-8)


def test_alpha_of_every_group_is_that_of_coinr():
    rows = coherence.reliability(
        asem(), values=indicators("asem/dset_normalised.csv"), scores=groups()
    )
    found = {row["group"]: row["alpha"] for row in rows if row["deleted"] is None}
    wanted = [row for row in read("analysis/cronbach_alpha.csv") if row["dset"] != "Raw"]

    assert found.keys() == {row["group"] for row in wanted} | {"Index"}
    for row in wanted:
        np.testing.assert_allclose(found[row["group"]], float(row["alpha"]), rtol=1e-8)


def components():
    return coherence.components_by_group(
        asem(), values=indicators("asem/dset_normalised.csv"), scores=groups()
    )


@pytest.mark.parametrize("group", [*PILLARS, *SUB_INDEXES])
def test_variances_of_components_are_those_of_coinr(group):
    level = 1 if group in PILLARS else 2
    rows = read(f"analysis/pca_level{level}_{group}_variance.csv")
    found = components()[group]

    np.testing.assert_allclose(found.eigenvalues, column(rows, "var"), rtol=1e-9)
    np.testing.assert_allclose(np.sqrt(found.eigenvalues), column(rows, "sdev"), rtol=1e-9)
    np.testing.assert_allclose(found.shares, column(rows, "prop"), rtol=1e-9)


@pytest.mark.parametrize("group", SUB_INDEXES)
def test_components_are_those_of_coinr_up_to_sign(group):
    rows = {row["iCode"]: row for row in read(f"analysis/pca_level2_{group}_rotation.csv")}
    found = components()[group]

    assert set(found.codes) == set(rows)
    for i in range(len(found.codes)):
        wanted = np.array([float(rows[code][f"PC{i + 1}"]) for code in found.codes])
        turned = np.sign(wanted[np.argmax(np.abs(wanted))])
        np.testing.assert_allclose(found.vectors[:, i], wanted * turned, **NEAR)


@pytest.mark.parametrize(("level", "grouped"), [(1, PILLARS), (2, SUB_INDEXES)])
def test_weights_of_the_first_component_are_those_of_coinr_up_to_sign(level, grouped):
    wanted = {
        row["iCode"]: float(row["Weight"])
        for row in read(f"analysis/pca_weights_level{level}_bygroup.csv")
    }
    found = components()

    for group in grouped:
        vector = np.array([wanted[code] for code in found[group].codes])
        turned = np.sign(vector[np.argmax(np.abs(vector))])
        np.testing.assert_allclose(found[group].vectors[:, 0], vector * turned, **NEAR)


def test_effective_weights_are_those_of_coinr():
    found = weight.effective(asem())
    rows = read("analysis/effective_weights.csv")

    assert len(rows) == len(found) == 60
    for row in rows:
        np.testing.assert_allclose(found[row["iCode"]], float(row["EffWeight"]), rtol=1e-12)


def test_the_weights_set_beside_importance_are_the_effective_ones_of_coinr():
    rows = coherence.importance(
        asem(),
        values=indicators("asem/dset_normalised.csv"),
        scores=groups(),
        target="Index",
        codes=[leaf.code for leaf in asem().leaves],
        replicates=0,
    )
    wanted = {r["iCode"]: float(r["EffWeight"]) for r in read("analysis/effective_weights.csv")}
    squared = {
        row["Var2"]: float(row["Correlation"]) ** 2
        for row in read("analysis/corr_withparent_L1_L4_pearson.csv")
    }

    for row in rows:
        np.testing.assert_allclose(row["weight"], wanted[row["code"]], rtol=1e-12)
        np.testing.assert_allclose(row["pearson_squared"], squared[row["code"]], **NEAR)


def rescored(weights):
    values = indicators("asem/dset_normalised.csv")
    held = tree.coverage(asem(), present=~np.isnan(values), minimum=0.0)
    variant = tree.Variant(values, held.scored)
    climbing = tree.Tree(asem())
    return climbing.climb([variant], [Aggregate()], weights=weights, root_only=True)[:, 0]


@pytest.mark.parametrize(("level", "elements"), [(1, 49), (2, 8), (3, 2)])
def test_removing_each_element_does_what_it_does_in_coinr(level, elements):
    names = units("asem/dset_normalised.csv")
    removal = coherence.without_each(
        tree.Tree(asem()), rescored, level=None if level == 1 else LEVELS[level]
    )
    rank_rows = {r["uCode"]: r for r in read(f"analysis/remove_elements_L{level}_ranks.csv")}
    score_rows = {r["uCode"]: r for r in read(f"analysis/remove_elements_L{level}_scores.csv")}
    moved = {
        row["removed"]: float(row["MeanAbsDiff"])
        for row in read(f"analysis/remove_elements_L{level}_meanabsdiff.csv")
    }

    assert len(removal.codes) == elements
    assert moved.keys() == {"Nominal", *removal.codes}
    np.testing.assert_allclose(
        removal.nominal_scores, [float(score_rows[u]["Nominal"]) for u in names], rtol=1e-10
    )
    for i, code in enumerate(removal.codes):
        np.testing.assert_allclose(
            removal.scores[i], [float(score_rows[u][code]) for u in names], rtol=1e-10
        )
        assert removal.ranks[i].tolist() == [int(rank_rows[u][code]) for u in names]
        np.testing.assert_allclose(removal.mean_absolute_rank_change[i], moved[code], **NEAR)


@pytest.mark.parametrize("kind", ["Strengths", "Weaknesses"])
def test_strengths_and_weaknesses_of_britain_are_those_of_coinr(kind):
    raw = indicators("asem/dset_raw.csv")
    turned = raw * np.array([[float(leaf.direction)] for leaf in asem().leaves])
    at = units().index("GBR")
    rows = coherence.by_rank(asem(), values=turned, unit=at)
    found = [row for row in rows if row["kind"] == {"S": "strength", "W": "weakness"}[kind[0]]]
    wanted = read(f"analysis/str_weak_GBR_{kind}.csv")

    known = {leaf.code: raw[i, at] for i, leaf in enumerate(asem().leaves)}
    assert [(r["code"], r["group"], str(r["rank"])) for r in found] == [
        (r["Code"], r["Pillar"], r["Rank"]) for r in wanted
    ]
    # the reference prints values to three digits
    assert [float(f"{known[r['code']]:.3g}") for r in found] == [float(r["Value"]) for r in wanted]


def test_the_summary_of_britain_is_that_of_coinr():
    rows = coherence.summary(
        asem(),
        values=indicators("asem/dset_normalised.csv"),
        scores=groups(),
        unit=units("asem/dset_aggregated.csv").index("GBR"),
    )
    found = {row["code"]: row for row in rows}
    wanted = read("analysis/unit_summary_GBR.csv")

    assert [row["level"] for row in rows] == sorted(row["level"] for row in rows)
    assert {row["Code"] for row in wanted} == set(groups())
    for row in wanted:
        np.testing.assert_allclose(found[row["Code"]]["score"], float(row["Score"]), rtol=1e-12)
        assert found[row["Code"]]["rank"] == int(row["Rank"])


def test_every_indicator_leads_to_the_index():
    assert all(ancestors(asem(), leaf.code)[-1] == "Index" for leaf in asem().leaves)
