"""Conflict, redundancy, parts that hardly count: cases built to show each."""

from __future__ import annotations

import numpy as np
import pytest

from armillary.analyses.index.coherence import denominator_correlations, flags
from armillary.errors import IndexMethodError
from armillary.model.indicators import Framework, Node

FRAMEWORK = Framework(
    tuple(
        Node(code=code, name_en=code, parent=parent)
        for code, parent in [
            ("I", None), ("A", "I"), ("B", "I"), ("x", "A"), ("copy", "A"), ("against", "A"),
            ("y", "B"), ("far_copy", "B"),
        ]
    )
)  # fmt: skip


def numbers():
    noise = np.random.default_rng(3).normal(size=(3, 30))
    x, y = noise[0], noise[1]
    values = np.array([x, x + 0.01 * noise[2], -x + 0.8 * noise[2], y, x - 0.01 * noise[2]])
    a, b = values[:3].mean(axis=0), values[3:].mean(axis=0)
    return values, {"A": a, "B": b, "I": (a + b) / 2}


def found(**limits):
    values, scores = numbers()
    return [
        (row["kind"], row["code"], row["other"], row["group"])
        for row in flags(FRAMEWORK, values=values, scores=scores, **limits)
    ]


def test_parts_of_a_group_that_conflict_or_say_the_same_are_found():
    rows = [row for row in found() if row[0] != "weak"]

    assert rows == [
        ("conflict", "x", "against", "A"),
        ("conflict", "copy", "against", "A"),
        ("redundancy", "x", "copy", "A"),
    ]


def test_within_the_whole_framework_parts_of_other_groups_are_found_too():
    rows = found(within=0)

    assert ("redundancy", "x", "far_copy", "I") in rows
    assert ("redundancy", "x", "far_copy", "I") not in found(within=1)
    assert ("redundancy", "x", "copy", "A") in found(within=1)


def test_a_negative_coefficient_that_chance_may_give_is_no_conflict():
    assert not [row for row in found(significance=1e-12) if row[0] == "conflict"]


def test_a_part_that_hardly_counts_in_its_group_is_found():
    values, scores = numbers()
    rows = flags(FRAMEWORK, values=values, scores=scores)
    weak = {row["code"]: row for row in rows if row["kind"] == "weak"}

    for node in FRAMEWORK.nodes[1:]:
        own = dict(zip(["x", "copy", "against", "y", "far_copy"], values, strict=True)) | scores
        r = np.corrcoef(own[node.code], own[node.parent])[0, 1]
        assert (node.code in weak) == (r < 0.3)
    assert weak["against"]["other"] == "A"
    assert found(weak=-1.0) == [row for row in found() if row[0] != "weak"]


@pytest.mark.parametrize("limit", [{"redundancy": 1.5}, {"weak": -2.0}, {"significance": 0.0}])
def test_a_limit_that_can_limit_nothing_is_refused(limit):
    with pytest.raises(IndexMethodError, match=next(iter(limit))):
        found(**limit)


def test_raw_indicators_that_grow_or_shrink_with_size_are_found():
    size = np.array([1.0, 2.0, 5.0, 9.0, 14.0])
    values = np.array([size * 3 + 1, -size, [1.0, -1.0, 1.0, -1.0, 1.0]])
    rows = denominator_correlations(
        values, codes=["grows", "shrinks", "neither"], denominators={"GDP": size}
    )

    assert [(row["code"], row["other"]) for row in rows] == [("grows", "GDP"), ("shrinks", "GDP")]
    assert [row["correlation"] for row in rows] == pytest.approx([1.0, -1.0])


def test_without_denominators_nothing_grows_with_size():
    assert denominator_correlations(np.zeros((1, 3)), codes=["x"], denominators={}) == []


def test_what_runs_exactly_against_another_says_not_the_same():
    x = np.random.default_rng(4).normal(size=30)
    values = np.array([x, -x, x**2, x**3, x + 1.0])
    scores = {"A": x, "B": x, "I": x}
    rows = flags(FRAMEWORK, values=values, scores=scores)

    assert ("x", "copy") in {(r["code"], r["other"]) for r in rows if r["kind"] == "conflict"}
    assert ("x", "copy") not in {(r["code"], r["other"]) for r in rows if r["kind"] == "redundancy"}
