from __future__ import annotations

import itertools
from math import comb, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armillary.analyses.topics.lists.burst_states import burst_states, bursts, sequence_cost

batches = st.integers(0, 12).flatmap(lambda d: st.tuples(st.integers(0, d), st.just(d)))
stream = st.lists(batches, min_size=1, max_size=8)


def by_hand(states, relevant, of, *, scaling, gamma):
    """The published cost, summed term by term with exact binomial coefficients."""
    usual = sum(relevant) / max(sum(of), 1)
    total, before = 0.0, 0
    for state, r, d in zip(states, relevant, of, strict=True):
        share = min(scaling * usual, 1.0) if state else usual
        chance = comb(d, r) * share**r * (1 - share) ** (d - r)
        total += -log(chance) if chance else float("inf")
        total += gamma * log(len(of)) if state > before else 0.0
        before = state
    return total


@settings(max_examples=150, deadline=None)
@given(stream=stream, scaling=st.sampled_from([1.5, 2.0, 4.0]), gamma=st.sampled_from([0.2, 1.0]))
def test_no_sequence_of_states_costs_less_than_the_one_found(stream, scaling, gamma):
    relevant, of = (list(column) for column in zip(*stream, strict=True))
    every = itertools.product([0, 1], repeat=len(of))
    least = min(by_hand(s, relevant, of, scaling=scaling, gamma=gamma) for s in every)
    counts, n_all = np.array([relevant]), np.array(of)

    found = burst_states(counts, n_all, scaling=scaling, gamma=gamma)

    cost = by_hand(found[0].tolist(), relevant, of, scaling=scaling, gamma=gamma)
    assert cost == pytest.approx(least, abs=1e-9)
    told = sequence_cost(found, counts, of=n_all, scaling=scaling, gamma=gamma)
    assert told[0] == pytest.approx(cost, abs=1e-9)


def test_a_burst_is_weighed_by_the_cost_it_saves():
    counts, n_all = np.array([[1, 1, 6, 6, 1]]), np.full(5, 20)

    states = burst_states(counts, n_all, gamma=0.5)
    (burst,) = bursts(states, counts, of=n_all, scaling=2.0)

    # 15 of 100 works: 0.15 against 0.30, 6 of 20 in each of two batches.
    saved = 2 * (6 * log(2) + 14 * log(0.70 / 0.85))
    assert (burst.stream, burst.first, burst.last) == (0, 2, 3)
    assert burst.weight == pytest.approx(saved)


def test_streams_are_found_together_as_each_alone():
    random = np.random.default_rng(0)
    n_all = random.integers(20, 60, 15)
    counts = random.binomial(n_all, 0.1, (40, 15))
    counts[:20, 9:12] *= 3
    counts = np.minimum(counts, n_all)

    together = burst_states(counts, n_all)

    alone = [burst_states(counts[n : n + 1], n_all)[0] for n in range(40)]
    np.testing.assert_array_equal(together, alone)
    assert together[:20].any()
    assert not together.all()


def test_a_year_with_few_works_in_all_is_no_burst_and_no_end_of_one():
    n_all = np.array([100, 100, 10, 100, 100])

    states = burst_states(np.array([[10, 10, 1, 10, 10]]), n_all)

    assert not states.any()
