from __future__ import annotations

import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher

from armillary.analyses.topics import graph_kernel, leiden_kernel, text_kernel


@pytest.mark.parametrize("module", [graph_kernel, leiden_kernel, text_kernel])
def test_kernels_call_only_kernels_of_their_own_file(module):
    """Numba's cache sees changes of the caller's file alone, and would keep an old callee."""
    kernels = [value for value in vars(module).values() if isinstance(value, Dispatcher)]

    called = {
        value.py_func.__module__
        for kernel in kernels
        for name in kernel.py_func.__code__.co_names
        if isinstance(value := kernel.py_func.__globals__.get(name), Dispatcher)
    }

    assert kernels
    assert called <= {module.__name__}


@pytest.mark.parametrize("module", [graph_kernel, leiden_kernel, text_kernel])
def test_kernels_release_pythons_lock_and_need_no_threading_layer(module):
    options = [v.targetoptions for v in vars(module).values() if isinstance(v, Dispatcher)]

    assert all(option.get("nogil") for option in options)
    assert not any(option.get("parallel") for option in options)


@pytest.mark.parametrize("n", [0, 1, 2, 47, 48, 49, 50, 333])
def test_rows_are_sorted_as_numpy_sorts_them(n):
    values = np.random.default_rng(n).integers(0, 99, n + 4)
    wanted = np.r_[values[:2], np.sort(values[2:-2]), values[-2:]]

    graph_kernel._sort(values, 2, n + 2)

    np.testing.assert_array_equal(values, wanted)


def test_the_weightiest_terms_are_those_a_sort_puts_first():
    rng = np.random.default_rng(1)
    lengths = rng.integers(0, 30, 50)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    terms = np.concatenate([rng.permutation(40)[:n] for n in lengths]).astype(np.int32)
    weights = rng.integers(1, 6, starts[-1]).astype(np.float32)
    rows = np.repeat(np.arange(50), lengths)
    order = np.lexsort((terms, -weights, rows))
    wanted = np.zeros(starts[-1], dtype=np.uint8)
    wanted[order[np.arange(order.size) - starts[rows] < 7]] = 1
    kept = np.zeros_like(wanted)

    for begin, end in ((0, 20), (20, 50)):
        text_kernel.weightiest(begin, end, starts, terms, weights, 7, kept)

    np.testing.assert_array_equal(kept, wanted)
