"""The facts of an audit are counts over its rows, each rule tried at its edge."""

from __future__ import annotations

import pytest
from scipy.stats import spearmanr

from armillary.publications.audit_facts import (
    coherence_facts,
    data_facts,
    importance_error,
    robustness_facts,
    spearman,
)
from armillary.publications.audit_rows import read_audit


@pytest.fixture
def audit(open_store, audit_rows):
    return read_audit(open_store(audit_rows), "ring")


def test_an_index_without_an_audit_has_no_facts(open_store, audit_rows):
    assert read_audit(open_store(audit_rows), "another") is None
    assert read_audit(open_store({}), "ring") is None


def test_the_last_edition_is_read_and_no_other(open_store, audit_rows):
    rows = audit_rows
    rows["audit_rank"] += [row | {"TIME_PERIOD": "2023"} for row in rows["audit_rank"]]

    audit = read_audit(open_store(rows), "ring")

    assert audit.period == "2024"
    assert len(audit.units) == 6


def test_values_flags_and_treatments_are_counted(audit):
    facts = data_facts(audit)

    assert (facts.units, facts.indicators, facts.cells, facts.available) == (6, 3, 18, 15)
    assert facts.scarcest["code"] == "P1.b"
    assert facts.flags == {"outliers": 2, "few_available": 1}
    assert facts.flagged == 2
    assert (facts.treated, facts.points, facts.transformed, facts.unmended) == (2, 2, 1, 1)


def test_treatments_of_all_years_together_are_those_of_the_edition(open_store, audit_rows):
    rows = audit_rows
    rows["treatment"] = [row | {"TIME_PERIOD": "2020–2024"} for row in rows["treatment"]]

    assert data_facts(read_audit(open_store(rows), "ring")).points == 2


def test_nothing_is_scarce_where_nothing_is_missing(open_store, audit_rows):
    rows = audit_rows
    rows["audit_statistic"] = [row | {"available": 6} for row in rows["audit_statistic"]]

    assert data_facts(read_audit(open_store(rows), "ring")).scarcest is None


def test_a_part_is_out_of_line_beyond_two_errors_and_only_with_siblings(audit):
    facts = coherence_facts(audit)

    # 0.3 is 0.2 from 0.5, four errors; 0.56 is within two; P2.a has no sibling.
    assert [row["code"] for row in facts.out_of_line] == ["P1"]
    assert facts.judged == 2
    assert importance_error(audit.importances[0]) == pytest.approx(0.05)


def test_groups_are_judged_by_alpha_and_by_components(audit):
    facts = coherence_facts(audit)

    assert [row["code"] for row in facts.unreliable] == ["P1"]
    assert (facts.groups, facts.decomposed, facts.several) == (2, 2, 1)
    assert coherence_facts(audit, alpha=0.3).unreliable == []
    assert facts.flags == {"conflict": 1, "weak": 1}
    assert (facts.heaviest["code"], facts.added_least["code"]) == ("P1.b", "P2")


def test_ranks_are_counted_by_where_they_lie_and_how_wide(audit):
    facts = robustness_facts(audit)

    assert [row["unit"] for row in facts.outside] == ["U03"]
    assert (facts.fixed, facts.wide, facts.very_wide) == (1, 2, 1)
    assert facts.widest["unit"] == "U04"
    assert facts.median_width == 1.0
    assert (facts.certified, facts.certified_fixed) == (6, 1)
    assert (facts.with_missing, facts.missing_wide) == (2, 1)
    assert facts.missing_widest["unit"] == "U02"


def test_a_pair_ahead_in_nine_of_ten_is_told_apart(audit):
    facts = robustness_facts(audit)

    assert (facts.pairs, facts.undecided) == (4, 1)


def test_the_choice_that_matters_most_is_named_overall_and_by_unit(audit):
    facts = robustness_facts(audit)

    assert facts.most_influential["path"] == "normalise"
    assert audit.decisive == {"normalise": 5, "weight": 1}
    assert facts.most_decisive == ("normalise", 5)
    assert facts.largest_variant["choice"] == "rank"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([1, 2, 3, 4], [4, 3, 2, 1]),
        ([1, 2, 2, 4, 5], [2, 1, 3, 3, 5]),
        ([1, 1, 3, 3], [1, 2, 3, 4]),
    ],
)
def test_the_rank_correlation_is_that_of_scipy(one, other):
    assert spearman(one, other) == pytest.approx(spearmanr(one, other).statistic)


def test_empty_tables_give_no_facts_but_zeros(open_store, audit_rows):
    kept = ("framework", "audit_rank")
    audit = read_audit(open_store({k: rows for k, rows in audit_rows.items() if k in kept}), "ring")
    facts = robustness_facts(audit)

    assert (facts.judged, facts.replicates, facts.widest, facts.median_width) == (0, 0, None, None)
    assert coherence_facts(audit).heaviest is None
    assert data_facts(audit).cells == 0
