"""Where nodes stand in a tree of uneven depth."""

from __future__ import annotations

import numpy as np
import pytest

from armillary.analyses.index.coherence import lineage
from armillary.errors import IndexMethodError
from armillary.model.indicators import Framework, Node

UNEVEN = Framework(
    tuple(
        Node(code=code, name_en=code, parent=parent)
        for code, parent in [
            ("I", None), ("A", "I"), ("B", "I"), ("a1", "A"), ("a2", "A"), ("C", "B"),
            ("c1", "C"), ("c2", "C"),
        ]
    )
)  # fmt: skip
VALUES = np.arange(12.0).reshape(4, 3)
SCORES = {code: np.zeros(3) for code in ("I", "A", "B", "C")}


def test_ancestors_lead_from_the_parent_to_the_root():
    assert lineage.ancestors(UNEVEN, "c1") == ("C", "B", "I")
    assert lineage.ancestors(UNEVEN, "I") == ()


def test_the_indicators_beneath_a_node_are_all_of_them_whatever_their_depth():
    assert lineage.beneath(UNEVEN, "B") == ("c1", "c2")
    assert lineage.beneath(UNEVEN, "I") == ("a1", "a2", "c1", "c2")
    assert lineage.beneath(UNEVEN, "a1") == ("a1",)


def test_no_level_means_the_indicators_whatever_their_depth():
    assert lineage.of_level(UNEVEN, None) == ("a1", "a2", "c1", "c2")
    assert lineage.of_level(UNEVEN, 2) == ("a1", "a2", "C")


def test_a_level_without_nodes_is_refused_with_the_levels_there_are():
    with pytest.raises(IndexMethodError, match="no node at level 4") as caught:
        lineage.of_level(UNEVEN, 4)

    assert "to 3" in caught.value.fix


def test_the_numbers_of_all_nodes_are_gathered_in_the_order_of_the_framework():
    numbers = lineage.by_code(UNEVEN, values=VALUES, scores=SCORES)

    assert list(numbers) == ["I", "A", "B", "a1", "a2", "C", "c1", "c2"]
    assert numbers["c1"].tolist() == [6.0, 7.0, 8.0]


@pytest.mark.parametrize(
    ("values", "scores", "problem"),
    [
        (VALUES[:3], SCORES, r"shape \(3, 3\) are given for 4 indicators"),
        (VALUES, {"I": np.zeros(3)}, "No scores are given for A, C, B|for C, A, B"),
        (VALUES, SCORES | {"A": np.zeros(2)}, "Scores of A are not those of 3 units"),
    ],
)
def test_numbers_that_do_not_fit_the_framework_are_refused(values, scores, problem):
    with pytest.raises(IndexMethodError, match=problem):
        lineage.by_code(UNEVEN, values=values, scores=scores)
