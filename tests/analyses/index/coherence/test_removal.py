"""Removing each element: a case worked by hand, and what must not pass."""

from __future__ import annotations

import numpy as np
import pytest

from armillary.analyses.index import tree
from armillary.analyses.index.coherence import element_rows, unit_rows, without_each
from armillary.errors import IndexMethodError
from armillary.model.indicators import Framework, Node
from armillary.model.recipe import Aggregate

FRAMEWORK = tree.Tree(Framework(
    tuple(
        Node(code=code, name_en=code, parent=parent, weight=weight)
        for code, parent, weight in [
            ("I", None, 1.0), ("A", "I", 1.0), ("B", "I", 1.0),
            ("x", "A", 1.0), ("y", "A", 1.0), ("z", "B", 1.0),
        ]
    )
))  # fmt: skip
VALUES = np.array([[10.0, 0.0, 50.0], [30.0, 40.0, 20.0], [60.0, 90.0, 10.0]])


def rescored(weights, values=VALUES):
    held = tree.coverage(FRAMEWORK.framework, present=~np.isnan(values), minimum=0.0)
    variant = tree.Variant(values, held.scored)
    return FRAMEWORK.climb([variant], [Aggregate()], weights=weights, root_only=True)[:, 0]


def test_removing_each_indicator_is_worked_by_hand():
    removal = without_each(FRAMEWORK, rescored)

    # A = 20, 20, 35 and B = z; without z, B goes and the index is A
    assert removal.codes == ("x", "y", "z")
    np.testing.assert_allclose(removal.nominal_scores, [40.0, 55.0, 22.5])
    np.testing.assert_allclose(removal.scores, [[45, 65, 15], [35, 45, 30], [20, 20, 35]])
    assert removal.nominal_ranks.tolist() == [2, 1, 3]
    assert removal.ranks.tolist() == [[2, 1, 3], [2, 1, 3], [2, 2, 1]]
    np.testing.assert_allclose(removal.mean_absolute_rank_change, [0, 0, 1])


def test_removing_a_group_leaves_the_index_to_the_others():
    removal = without_each(FRAMEWORK, rescored, level=1)

    assert removal.codes == ("A", "B")
    np.testing.assert_allclose(removal.scores, [VALUES[2], VALUES[:2].mean(axis=0)])


def test_it_is_the_index_of_the_framework_without_the_element():
    values = np.random.default_rng(1).uniform(size=(3, 12))
    removal = without_each(FRAMEWORK, lambda w: rescored(w, values))

    np.testing.assert_allclose(removal.scores[0], (values[1] + values[2]) / 2)


def test_a_unit_whose_only_value_goes_has_no_rank_and_moves_nothing():
    values = VALUES.copy()
    values[[1, 2], 0] = np.nan
    removal = without_each(FRAMEWORK, lambda w: rescored(w, values))
    row = unit_rows(removal, units=["AT", "BE", "CN"])[0]

    assert (row["removed"], row["unit"], row["rank"], row["rank_change"]) == ("x", "AT", None, None)
    assert np.isnan(row["score"])
    assert removal.nominal_ranks.tolist() == [3, 1, 2]
    # of the two still ranked none moves
    assert removal.mean_absolute_rank_change[0] == 0.0


def test_rows_tell_units_and_elements():
    removal = without_each(FRAMEWORK, rescored)
    units, elements = unit_rows(removal, units=["AT", "BE", "CN"]), element_rows(removal)

    assert [(row["removed"], row["unit"]) for row in units[:4]] == [
        ("x", "AT"), ("x", "BE"), ("x", "CN"), ("y", "AT"),
    ]  # fmt: skip
    assert units[-1] == {
        "removed": "z", "unit": "CN", "score": 35.0, "score_change": 12.5, "rank": 1,
        "rank_change": 2,
    }  # fmt: skip
    assert elements[2] == {
        "removed": "z", "mean_absolute_rank_change": 1.0, "largest_rank_change": 2,
    }  # fmt: skip


def test_what_would_leave_no_index_is_refused():
    with pytest.raises(IndexMethodError, match="Without 'I' there is no index"):
        without_each(FRAMEWORK, rescored, level=0)
    alone = tree.Tree(
        Framework((Node(code="I", name_en="I"), Node(code="x", name_en="x", parent="I")))
    )
    with pytest.raises(IndexMethodError, match="Without 'x' no unit has a score"):
        without_each(alone, lambda w: np.where(w[:, [0]] > 0, VALUES[0], np.nan))
    with pytest.raises(IndexMethodError, match=r"shape \(3,\) came back for 4 draws"):
        without_each(FRAMEWORK, lambda w: VALUES[0])
