"""Scores by order alone: counted by brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from armillary.analyses.index.scores import positions
from armillary.model.indicators import Direction

indicators = arrays.arrays(
    np.float64, st.integers(2, 20), elements=st.one_of(st.integers(-4, 4), st.just(np.nan))
).filter(lambda values: np.unique(values[~np.isnan(values)]).size > 1)


@given(values=indicators, direction=st.sampled_from(Direction))
def test_points_count_the_units_behind_and_the_units_beside(values, direction):
    fewest, average, most = (
        positions.borda(values, indicator="GERD", direction=direction, ties=ties)
        for ties in ("min", "average", "max")
    )

    signed = values * float(direction)
    for unit, value in enumerate(signed):
        behind, beside = int((signed < value).sum()), int((signed == value).sum())
        expected = (behind, behind + (beside - 1) / 2, behind + beside - 1)
        if np.isnan(value):
            expected = (np.nan,) * 3
        np.testing.assert_array_equal((fewest[unit], average[unit], most[unit]), expected)


@pytest.mark.parametrize("ties", ["min", "average", "max"])
@settings(max_examples=40)
@given(values=indicators)
def test_points_shares_and_ranks_tell_the_same(ties, values):
    common = {"indicator": "GERD", "ties": ties}
    points = positions.borda(values, **common)
    known = int((~np.isnan(values)).sum())

    np.testing.assert_array_equal(positions.rank_points(values, **common), points + 1)
    np.testing.assert_array_equal(positions.percentile_rank(values, **common), points / (known - 1))
