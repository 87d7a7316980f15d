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
