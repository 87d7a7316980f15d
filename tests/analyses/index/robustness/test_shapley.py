"""Shapley values against games solved by hand and the average over all orders."""

from __future__ import annotations

from itertools import pairwise, permutations
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armillary.analyses.index.robustness import shapley
from armillary.errors import IndexMethodError

NAMES = ["data", "method", "weights", "members", "framework", "missing"]


def game(count, *, seed, shape=(3,)):
    """A random value for every set of the first names."""
    values = np.random.default_rng(seed).normal(size=(2**count, *shape))
    bits = {name: 1 << i for i, name in enumerate(NAMES[:count])}
    return lambda chosen: values[sum(bits[name] for name in chosen)]


def over_all_orders(evaluate, names):
    parts = np.zeros((len(names), 3))
    for order in permutations(names):
        chosen = frozenset()
        for name in order:
            parts[names.index(name)] += evaluate(chosen | {name}) - evaluate(chosen)
            chosen |= {name}
    return parts / factorial(len(names))


def test_the_glove_game():
    # Two left gloves, one right: a pair is worth 1. The right one gets 2/3, each left one 1/6.
    found = shapley.exact(
        lambda held: np.array(1.0 if "right" in held and len(held) > 1 else 0.0),
        ["left 1", "left 2", "right"],
    )

    np.testing.assert_allclose(found.parts, [1 / 6, 1 / 6, 2 / 3], rtol=1e-14)


def test_the_airport_game():
    # Runways of 1, 2, 3 and 4: each stretch is paid by those who need it.
    length = {"a": 1, "b": 2, "c": 3, "d": 4}

    found = shapley.exact(
        lambda chosen: np.array(float(max((length[name] for name in chosen), default=0))),
        list(length),
    )

    expected = [1 / 4, 1 / 4 + 1 / 3, 1 / 4 + 1 / 3 + 1 / 2, 1 / 4 + 1 / 3 + 1 / 2 + 1]
    np.testing.assert_allclose(found.parts, expected, rtol=1e-14)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 6))
def test_it_is_the_average_over_all_orders_and_the_parts_add_up(seed, count):
    names = NAMES[:count]
    evaluate = game(count, seed=seed)

    found = shapley.exact(evaluate, names)

    np.testing.assert_allclose(found.parts, over_all_orders(evaluate, names), atol=1e-12)
    np.testing.assert_allclose(found.parts.sum(axis=0), found.total, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(order=st.permutations(NAMES))
def test_the_order_of_the_factors_changes_not_one_bit(order):
    evaluate = game(6, seed=1)

    plain = shapley.exact(evaluate, NAMES)
    turned = shapley.exact(evaluate, order)

    for name in NAMES:
        np.testing.assert_array_equal(
            turned.parts[order.index(name)], plain.parts[NAMES.index(name)]
        )


def test_factors_that_do_the_same_get_the_same_and_one_that_does_nothing_gets_nothing():
    found = shapley.exact(
        lambda chosen: np.array([float(len(chosen - {"idle"})) ** 3]), ["a", "b", "c", "idle"]
    )

    np.testing.assert_allclose(found.parts[:, 0], [9, 9, 9, 0], atol=1e-13)


def test_every_set_is_evaluated_once_and_one_factor_changes_at_a_time():
    seen = []

    shapley.exact(lambda chosen: (seen.append(chosen), np.zeros(1))[1], NAMES)

    assert len(seen) == len(set(seen)) == 64
    assert {len(one ^ other) for one, other in pairwise(seen)} == {1}


def test_sampled_orders_come_within_their_errors_and_still_add_up():
    evaluate = game(6, seed=5)
    exact = shapley.exact(evaluate, NAMES)

    found = shapley.sampled(evaluate, NAMES, orders=200, seed=1)

    np.testing.assert_allclose(found.parts.sum(axis=0), exact.total, atol=1e-12)
    distance = np.abs(found.parts - exact.parts) / found.error
    assert distance.max() < 3.5
    assert 0.5 < np.sqrt(np.mean(distance**2)) < 1.5


def test_sampled_orders_are_exact_where_nothing_interacts():
    found = shapley.sampled(
        lambda chosen: np.array([sum(float(name) for name in chosen)]),
        [str(n) for n in range(20)],
        orders=2,
        seed=1,
    )

    np.testing.assert_allclose(found.parts[:, 0], np.arange(20), atol=1e-12)
    np.testing.assert_allclose(found.error, 0, atol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: shapley.exact(lambda _: np.zeros(1), []), "0 factors have 0"),
        (lambda: shapley.exact(lambda _: np.zeros(1), ["a", "a"]), "2 factors have 1"),
        (lambda: shapley.exact(lambda _: np.zeros(1), [str(n) for n in range(13)]), "8,192"),
        (lambda: shapley.exact(lambda _: np.array([np.nan]), ["a"]), "missing or infinite"),
        (lambda: shapley.sampled(lambda _: np.zeros(1), ["a"], orders=1, seed=1), "no standard"),
    ],
)
def test_a_game_without_an_answer_is_refused(call, message):
    with pytest.raises(IndexMethodError, match=message):
        call()
