"""Ranks: the competition ranking of an independent library, by counting and by sorting."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import rankdata

from armillary.analyses.index.rank import rank


@pytest.mark.parametrize("units", [1, 130, 799, 800, 1_200])
@pytest.mark.parametrize("draws", [1, 300])
def test_ranks_are_those_of_scipy_whatever_the_number_of_units(units, draws):
    generator = np.random.default_rng(units)
    scores = generator.integers(0, units, size=(draws, units)).astype(float)  # many ties

    assert (rank(scores) == rankdata(-scores, method="min", axis=1)).all()


@pytest.mark.parametrize("units", [5, 900])
def test_units_without_a_score_have_rank_0_and_count_for_nobody(units):
    scores = np.arange(units, dtype=float)
    gapped = np.insert(scores, [0, 3, units], np.nan)

    found = rank(gapped)

    assert found[[0, 4, units + 2]].tolist() == [0, 0, 0]
    assert (found[found > 0] == rank(scores)).all()
