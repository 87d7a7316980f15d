"""Units that rank otherwise in a pillar: a case worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from armillary.analyses.index.coherence import added_value
from armillary.errors import IndexMethodError
from armillary.model.indicators import Framework, Node

FRAMEWORK = Framework(
    tuple(
        Node(code=code, name_en=code, parent=parent)
        for code, parent in [("I", None), ("A", "I"), ("B", "I"), ("x", "A"), ("y", "B")]
    )
)
INDEX = np.arange(20.0, 0.0, -1.0)  # ranks 1 to 20


def test_units_far_from_their_rank_in_the_index_are_counted_by_pillar():
    turned = INDEX[::-1].copy()  # ranks 20 to 1: gaps 19, 17 ... 1, 1 ... 19
    rows = added_value(FRAMEWORK, scores={"I": INDEX, "A": INDEX, "B": turned})

    assert rows == [
        {"code": "A", "units": 20, "differing": 0, "share": 0.0, "lower": 0, "higher": 0},
        {"code": "B", "units": 20, "differing": 10, "share": 0.5, "lower": 5, "higher": 5},
    ]


def test_exactly_as_many_positions_count_and_one_fewer_does_not():
    moved = INDEX.copy()
    moved[0] = 10.5  # from first to tenth: nine positions, or from there one fewer
    scores = {"I": INDEX, "A": moved, "B": INDEX}

    assert added_value(FRAMEWORK, scores=scores, positions=9)[0]["lower"] == 1
    assert added_value(FRAMEWORK, scores=scores, positions=10)[0]["lower"] == 0


def test_units_without_both_ranks_are_left_out():
    gaps = INDEX.copy()
    gaps[:5] = np.nan
    rows = added_value(FRAMEWORK, scores={"I": INDEX, "A": gaps, "B": np.full(20, np.nan)})

    assert [row["units"] for row in rows] == [15, 0]
    assert math.isnan(rows[1]["share"])


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(IndexMethodError, match="No scores are given for B"):
        added_value(FRAMEWORK, scores={"I": INDEX, "A": INDEX})
    with pytest.raises(IndexMethodError, match="does not differ from itself"):
        added_value(FRAMEWORK, scores={"I": INDEX}, level=0)
    with pytest.raises(IndexMethodError, match="0 positions"):
        added_value(FRAMEWORK, scores={"I": INDEX}, positions=0)
