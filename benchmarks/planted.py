"""Graphs with planted groups: degrees of a power law, groups of 50 to 2,000, edges between them.

Made for benchmarks of clustering; not a model of any science.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

MEAN_DEGREE = 20.1  # as drawn; repeated edges and loops fall away
BETWEEN = (
    0.404  # of edges drawn; repeats fall away within groups, and 43 % of those left run between
)
GROUP_SIZES = (50, 2_000)


class Planted(NamedTuple):
    rows: np.ndarray  # one end of each edge, int32
    columns: np.ndarray  # the other, int32
    group: np.ndarray  # of each node, int32


def planted_graph(n: int, *, seed: int = 1, between: float = BETWEEN) -> Planted:
    """Draw both ends by degree: within a group, or anywhere for the share `between`."""
    rng = np.random.default_rng(seed)
    sizes = group_sizes(n, rng)
    group = np.repeat(np.arange(sizes.size, dtype=np.int32), sizes)
    pull = (1 - rng.random(n)) ** (-1 / 1.8)  # degrees fall with the power 2.8
    pull = np.minimum(pull, np.sqrt(n))
    reach = np.cumsum(pull)
    first = np.concatenate([[0], np.cumsum(sizes)])
    before = np.concatenate([[0.0], reach])
    m = int(n * MEAN_DEGREE / 2)
    one = np.searchsorted(reach, rng.random(m) * reach[-1], side="right")
    own = group[one]
    anywhere = rng.random(m) < between
    low = np.where(anywhere, 0.0, before[first[own]])
    high = np.where(anywhere, reach[-1], before[first[own + 1]])
    other = np.searchsorted(reach, low + rng.random(m) * (high - low), side="right")
    other = np.minimum(other, n - 1)
    keys = np.minimum(one, other).astype(np.int64) * n + np.maximum(one, other)
    keys = np.unique(keys[one != other])
    order = rng.permutation(n)  # nodes of a group do not stand together
    shuffled = np.empty(n, dtype=np.int32)
    shuffled[order] = group
    rows, columns = np.divmod(keys, n)
    mix = rng.permutation(keys.size)
    return Planted(
        order[rows[mix]].astype(np.int32), order[columns[mix]].astype(np.int32), shuffled
    )


def group_sizes(n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw sizes from a power law between the smallest and the largest until all nodes have one."""
    low, high = GROUP_SIZES
    u = rng.random(n // low + 1)
    power = 0.35  # of the tail: about 3,000 groups for a million nodes
    sizes = (low**-power - u * (low**-power - min(high, n // 2) ** -power)) ** (-1 / power)
    sizes = np.rint(sizes).astype(np.int64)
    last = int(np.searchsorted(np.cumsum(sizes), n))
    sizes = sizes[: last + 1]
    sizes[-1] -= sizes.sum() - n
    if sizes[-1] < low and sizes.size > 1:
        sizes[-2] += sizes[-1]
        sizes = sizes[:-1]
    return sizes
