"""The search for clusters: levels of aggregation, moves in blocks, refinement, reordering."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.topics.teamwork import Team

if TYPE_CHECKING:
    from armillary.analyses.topics.leiden import Canonical

_BLOCK, _BLOCKS = 16_384, 64  # nodes decided together, at most; blocks in a sweep, at least
_SWEEPS_BEFORE_REORDERING = 2
_WORTH_REORDERING = 100_000  # neighbours; fewer stay in the processor's cache anyway
_WORTH_SHARING = 2_048  # nodes of a block; fewer are sooner done on one thread


class Level(msgspec.Struct, kw_only=True):
    """A graph at one level of aggregation; row u is neighbours[starts[u]:ends[u]]."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    neighbours: NDArray[np.int32]
    weights: NDArray[np.float32]
    sizes: NDArray[np.float64]
    fixed: NDArray[np.uint8]

    @property
    def rows(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
        """Arguments of kernels that read no weights."""
        return self.starts, self.ends, self.neighbours

    @property
    def graph(self) -> tuple[NDArray[np.generic], ...]:
        """Arguments of kernels that read weights and sizes."""
        return *self.rows, self.weights, self.sizes


class Search:
    """One clustering under way: its graph, and a community for each node.

    Args:
        graph: Made ready.
        resolution: As in `cluster`.
        start: As in `cluster`.
        fixed: As in `cluster`.
    """

    def __init__(
        self,
        graph: Canonical,
        *,
        resolution: float,
        start: NDArray[np.integer] | None,
        fixed: NDArray[np.bool_] | None,
    ) -> None:
        if not (np.isfinite(resolution) and resolution > 0):
            raise ValueError("the resolution must be above 0")
        n = graph.sizes.size
        held = np.zeros(n, dtype=np.uint8) if fixed is None else fixed[graph.order].astype(np.uint8)
        if held.any() and (start is None or start[fixed].min() < 0):
            raise ValueError("a fixed node needs a cluster to start from")
        self.level = Level(
            starts=graph.starts[:-1],
            ends=graph.starts[1:],
            neighbours=graph.neighbours,
            weights=graph.weights,
            sizes=graph.sizes,
            fixed=held,
        )
        self.order = graph.order
        self.gamma = resolution / graph.unit
        total = float(graph.weights.sum(dtype=np.float64))
        largest = float(graph.weights.max(initial=1.0))
        self.epsilon = 1e-9 * largest + 2.0**-50 * total  # above what rounding may pretend
        self.reorder = start is None and graph.neighbours.size > _WORTH_REORDERING
        self.labels = _started(start, graph.order)

    def run(self, iterations: int, threads: int | None) -> NDArray[np.int32]:
        """Run the algorithm and return a cluster for each node of the original graph."""
        longest = int((self.level.ends - self.level.starts).max(initial=0))
        with Team(threads) as team:
            team.give_tables(longest)
            for _ in range(iterations):
                self._once(team)
        found = np.empty_like(self.labels)
        found[self.order] = self.labels
        return found

    def _once(self, team: Team) -> None:
        """Move, refine and aggregate until nothing merges; split what is not connected."""
        from armillary.analyses.topics.leiden_kernel import components, group, refine, renumber

        level, labels = self.level, self.labels
        where = None  # node of the level each node went into
        while True:
            labels = self._moved(level, labels, team)
            level = self.level if where is None else level
            n = labels.size
            n_groups = renumber(labels)
            if n_groups == n:
                break
            first, members, load = group(labels, n_groups, level.starts, level.ends)
            parts = np.empty(n, dtype=np.int32)
            team.run_with_tables(
                refine, team.by_load(load), first, members, *level.graph, labels, self.gamma,
                parts, np.empty(n), np.empty(n),
            )  # fmt: skip
            founders = members[parts[members] == members]  # by community: neighbours stay near
            if founders.size == n:
                break
            number = np.empty(n, dtype=np.int32)
            number[founders] = np.arange(founders.size, dtype=np.int32)
            parts = number[parts]
            level = self._aggregated(level, parts, founders.size, team)
            labels = labels[founders]
            where = parts if where is None else parts[where]
        found = labels if where is None else labels[where]
        n_groups = renumber(found)
        first, members, load = group(found, n_groups, self.level.starts, self.level.ends)
        parts = np.full(found.size, -1, dtype=np.int32)
        team.run(
            components, team.by_load(load), first, members, *self.level.rows, found,
            self.level.fixed, parts, np.empty(found.size, dtype=np.int32),
        )  # fmt: skip
        renumber(parts)
        self.labels = parts

    def _moved(self, level: Level, labels: NDArray[np.int32], team: Team) -> NDArray[np.int32]:
        """Move nodes to the communities where quality gains most, until no move gains."""
        moving = Moving(level, labels, gamma=self.gamma, epsilon=self.epsilon)
        sweeps = 0
        while moving.sweep(team):
            sweeps += 1
            if self.reorder and sweeps == _SWEEPS_BEFORE_REORDERING:
                self.reorder = False
                self._reorder(moving, team)
        return moving.labels

    def _reorder(self, moving: Moving, team: Team) -> None:
        """Bring nodes of one community together in memory: once, when communities take shape."""
        from armillary.analyses.topics.leiden_kernel import group, renumber

        level, labels = self.level, moving.labels
        n_groups = renumber(labels)
        _, order, _ = group(labels, n_groups, level.starts, level.ends)
        starts, level.neighbours, level.weights = permuted(
            level.rows, level.weights, order=order, unit=1.0, team=team
        )
        level.starts, level.ends = starts[:-1], starts[1:]
        level.sizes, level.fixed = level.sizes[order], level.fixed[order]
        self.order = self.order[order]
        moving.resume(labels[order], moving.active[order])

    @staticmethod
    def _aggregated(level: Level, parts: NDArray[np.int32], n_parts: int, team: Team) -> Level:
        from armillary.analyses.topics.leiden_kernel import aggregate, group

        first, members, load = group(parts, n_parts, level.starts, level.ends)
        team.give_tables(min(int(np.diff(load).max(initial=0)), n_parts))
        new = Level(
            starts=np.empty(n_parts, dtype=np.int64),
            ends=np.empty(n_parts, dtype=np.int64),
            neighbours=np.empty(load[-1], dtype=np.int32),
            weights=np.empty(load[-1], dtype=np.float32),
            sizes=np.empty(n_parts),
            fixed=np.empty(n_parts, dtype=np.uint8),
        )
        team.run_with_tables(
            aggregate, team.by_load(load), first, members, load, *level.graph, level.fixed, parts,
            *new.graph, new.fixed,
        )  # fmt: skip
        return new


class Moving:
    """Local moving under way on one level.

    Nodes are visited in blocks: a block decides on communities as they stand, on all threads;
    then its moves are made one after another where they still gain; then neighbours of the
    movers are marked. Blocks depend on the graph alone, so the result does too.

    Args:
        level: Graph.
        labels: Community of each node, 0..nodes-1, shape (nodes,).
        gamma: Resolution in units of the weights.
        epsilon: Smallest gain that counts.
    """

    def __init__(
        self, level: Level, labels: NDArray[np.int32], *, gamma: float, epsilon: float
    ) -> None:
        n = labels.size
        self.level, self.gamma, self.epsilon = level, gamma, epsilon
        self.block = min(max(n // _BLOCKS, 1), _BLOCK)
        self.totals = np.empty(n)
        self.empty = np.empty(n + 1, dtype=np.int32)
        self.n_empty = np.zeros(1, dtype=np.int64)
        self.choice = np.empty(self.block, dtype=np.int32)
        self.ties = np.empty((self.block, 2))
        self.near = np.empty(self.block, dtype=np.uint8)
        self.movers = np.empty(self.block, dtype=np.int32)
        self.gained = np.zeros(1)
        self.resume(labels.copy(), (level.fixed == 0).astype(np.uint8))

    def resume(self, labels: NDArray[np.int32], active: NDArray[np.uint8]) -> None:
        """Go on from these communities and nodes to visit."""
        from armillary.analyses.topics.leiden_kernel import totals_of

        self.labels, self.active = labels, active
        self.n_empty[0] = totals_of(labels, self.level.sizes, self.totals, self.empty)

    def sweep(self, team: Team) -> bool:
        """Visit every node marked; say whether there was any."""
        from armillary.analyses.topics.leiden_kernel import sweep

        nodes = np.flatnonzero(self.active).astype(np.int32)
        if nodes.size == 0:
            return False
        if team.threads == 1 or min(self.block, nodes.size) < _WORTH_SHARING:
            level = self.level
            sweep(
                self.block, *team.table, nodes, *level.graph, level.fixed, self.labels,
                self.totals, self.active, self.gamma, self.epsilon, self.choice, self.ties,
                self.near, self.empty, self.n_empty, self.movers, self.gained,
            )  # fmt: skip
        else:
            for first in range(0, nodes.size, self.block):
                self._block(nodes, first, min(first + self.block, nodes.size), team)
        return True

    def _block(self, nodes: NDArray[np.int32], first: int, end: int, team: Team) -> None:
        from armillary.analyses.topics.leiden_kernel import activate, apply_moves, decide

        level = self.level
        state = (self.labels, self.totals, self.active, self.gamma, self.epsilon)
        chosen = (self.choice, self.ties, self.near)
        team.run_with_tables(
            decide, team.even(first, end), nodes, first, *level.graph, *state, *chosen
        )
        n_movers = apply_moves(
            first, end, nodes, *level.graph, *state, *chosen, self.empty, self.n_empty,
            self.movers, self.gained,
        )  # fmt: skip
        team.run(
            activate, team.even(0, n_movers), self.movers, *level.rows, self.labels, level.fixed,
            self.active,
        )  # fmt: skip


def _started(start: NDArray[np.integer] | None, order: NDArray[np.int64]) -> NDArray[np.int32]:
    """Return communities 0..nodes-1 in canonical order; a node that has none is alone."""
    from armillary.analyses.topics.leiden_kernel import renumber

    if start is None:
        return np.arange(order.size, dtype=np.int32)
    if start.shape != order.shape:
        raise ValueError("each node needs a cluster to start from, or -1")
    known = start[order]
    alone = known < 0
    labels = np.unique(np.where(alone, -1, known), return_inverse=True)[1].astype(np.int32)
    labels[alone] = np.arange(labels.max(initial=0) + 1, labels.max(initial=0) + 1 + alone.sum())
    labels = np.unique(labels, return_inverse=True)[1].astype(np.int32)
    renumber(labels)
    return labels


def permuted(
    rows: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]],
    weights: NDArray[np.float32],
    *,
    order: NDArray[np.integer],
    unit: float,
    team: Team,
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
    """Return rows in another order of nodes, weights in whole units.

    No method of its own.
    """
    from armillary.analyses.topics.graph_kernel import permute

    order = order.astype(np.int32)
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size, dtype=np.int32)
    lengths = (rows[1] - rows[0])[order]
    starts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
    neighbours = np.empty(starts[-1], dtype=np.int32)
    whole = np.empty(starts[-1], dtype=np.float32)
    bounds = team.by_load(starts)
    team.run(permute, bounds, order, rank, *rows, weights, unit, starts, neighbours, whole)
    return starts, neighbours, whole
