"""Climbs the framework: coverage, then scores of every node from the leaves to the root."""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.errors import IndexMethodError, listed
from armillary.model import methods
from armillary.model.feasibility import needs_positive
from armillary.model.indicators import Framework

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from armillary.model.methods import Mean
    from armillary.model.recipe import Aggregate

Array = NDArray[np.float64]


class Coverage(msgspec.Struct, frozen=True):
    """What is known beneath each node.

    Args:
        share: By node code, weight of the indicators beneath that are present, shape (units,).
        scored: By node code, whether a unit gets a score there, shape (units,).
    """

    share: dict[str, NDArray[np.float64]]
    scored: dict[str, NDArray[np.bool_]]


_ROUNDING = 1e-9  # 0.65 of twenty equal weights must not fail by the last bit
_BELOW, _ZERO, _ABOVE = range(3)  # a score may be below 0; is 0 or more; is above 0
_THREADS_FROM = 256  # replicates below which starting threads costs more than it saves


def coverage(framework: Framework, *, present: NDArray[np.bool_], minimum: float) -> Coverage:
    """Find how much of the weight beneath each node is known, and which nodes get a score.

    A part without a score, for want of coverage, counts as absent for its group.
    Source: the data-availability thresholds of OECD/JRC (2008), step 3.

    Args:
        framework: The tree; weights as given, draws do not change what is covered.
        present: Whether an indicator has a value, shape (leaves, units).
        minimum: Share of the weight a node needs.
    """
    share = {leaf.code: present[i].astype(np.float64) for i, leaf in enumerate(framework.leaves)}
    scored = {leaf.code: present[i] for i, leaf in enumerate(framework.leaves)}
    for group in framework.groups:
        parts = framework.children[group.code]
        total = sum(part.weight for part in parts)
        held = np.zeros(present.shape[1])
        some = np.zeros(present.shape[1], dtype=bool)
        for part in parts:
            held += part.weight / total * np.where(scored[part.code], share[part.code], 0.0)
            some |= scored[part.code] & (part.weight > 0)
        share[group.code] = np.minimum(held, 1.0)
        scored[group.code] = some & (held >= minimum - _ROUNDING)
    return Coverage(share, scored)


class Variant(msgspec.Struct, frozen=True):
    """Normalised scores of the indicators, ready to be aggregated any number of times.

    Args:
        scores: Shape (leaves, units); NaN = missing.
        scored: From `coverage`.
    """

    scores: Array
    scored: dict[str, NDArray[np.bool_]]


class Tree(msgspec.Struct, frozen=True, dict=True):
    """A framework as the kernels walk it: leaves first, then groups, the root last.

    Args:
        framework: The tree.
    """

    framework: Framework

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Return the nodes in the order of all arrays over nodes."""
        tree = self.framework
        return tuple(node.code for node in (*tree.leaves, *tree.groups))

    @cached_property
    def number(self) -> dict[str, int]:
        """Return the place of each node in `codes`."""
        return {code: i for i, code in enumerate(self.codes)}

    @cached_property
    def weights(self) -> Array:
        """Return the weights of the framework, shape (nodes,)."""
        given = {node.code: node.weight for node in self.framework.nodes}
        return np.array([given[code] for code in self.codes])

    @cached_property
    def parts(self) -> list[list[int]]:
        """Return the numbers of the parts of each group."""
        tree = self.framework
        return [[self.number[part.code] for part in tree.children[g.code]] for g in tree.groups]

    def parts_of(self, code: str) -> list[int]:
        """Return the numbers of the parts of one group."""
        return [self.number[part.code] for part in self.framework.children[code]]

    def means(self, aggregate: Aggregate) -> list[Mean]:
        """Return the method of each group, in the order of the groups."""
        tree = self.framework
        return [aggregate.of(g.code, level=tree.level[g.code]) for g in tree.groups]

    def climb(
        self,
        variants: Sequence[Variant],
        aggregates: Sequence[Aggregate],
        *,
        weights: Array,
        variant: NDArray[np.int64] | None = None,
        aggregate: NDArray[np.int64] | None = None,
        root_only: bool = False,
    ) -> Array:
        """Aggregate the tree once for every replicate.

        The published scores are one replicate, so that they and all others are computed by
        the same lines. Runs on as many threads as there are cores; the result is the same on
        any number.

        Args:
            variants: Scores to start from.
            aggregates: Methods to aggregate by.
            weights: Shape (replicates, nodes), nodes in the order of `codes`.
            variant: Which of `variants` each replicate takes; None the first.
            aggregate: Which of `aggregates` each replicate takes; None the first.
            root_only: Give the root alone, which saves memory when there are many.

        Returns:
            Scores of the groups, shape (replicates, groups, units), or (replicates, 1, units)
            of the root alone; NaN = no score.

        Raises:
            IndexMethodError: A score at or below 0 meets a method that needs scores above 0.
        """
        n = weights.shape[0]
        variant = np.zeros(n, dtype=np.int64) if variant is None else variant
        aggregate = np.zeros(n, dtype=np.int64) if aggregate is None else aggregate
        means = [self.means(one) for one in aggregates]
        self._require_positive(variants, means)
        out = np.empty((n, 1 if root_only else len(self.parts), variants[0].scores.shape[1]))
        if any(isinstance(one, methods.Frontier) for row in means for one in row):
            self._climb_slowly(variants, means, weights, variant, aggregate, out)
        else:
            self._climb_compiled(variants, means, weights, variant, aggregate, out)
        return out

    def _require_positive(
        self, variants: Sequence[Variant], means: Sequence[Sequence[Mean]]
    ) -> None:
        """Refuse a score at or below 0 where a method needs more, whatever the weights."""
        low: dict[str, float] = {}
        for row in means:
            needing = [g for g, mean in enumerate(row) if needs_positive(mean)]
            for one in variants if needing else ():
                signs = self._signs(one, row)
                for part in (part for g in needing for part in self.parts[g]):
                    if (signs[part] < _ABOVE).any():
                        least = self._least(one, part)
                        code = self.codes[part]
                        low[code] = min(least, low.get(code, least))
        if low:
            named = [f"{code} (lowest {least:g})" for code, least in low.items()]
            raise IndexMethodError(
                f"A mean that needs scores above 0 meets {listed(named)}.",
                where="aggregate",
                fix='normalise with `range = [1, 100]`, or aggregate = "arithmetic"',
            )

    def _signs(self, one: Variant, row: Sequence[Mean]) -> NDArray[np.int64]:
        """Say of each node and unit what its score must be, whatever the weights above 0.

        A mean of scores that are not below 0 is above 0 as soon as one of them is.
        """
        n = len(self.framework.leaves)
        signs = np.full((len(self.codes), one.scores.shape[1]), _ABOVE)
        signs[:n][one.scores == 0] = _ZERO
        signs[:n][one.scores < 0] = _BELOW
        for g, parts in enumerate(self.parts):
            there = np.array([one.scored[self.codes[part]] for part in parts])
            least = np.where(there, signs[parts], _ABOVE).min(axis=0)
            if isinstance(row[g], methods.Arithmetic):
                weighty = there & (self.weights[parts] > 0)[:, None]
                most = np.where(weighty, signs[parts], _BELOW).max(axis=0)
                signs[n + g] = np.where(least >= _ZERO, most, _BELOW)
            elif isinstance(row[g], methods.Copeland | methods.MazziottaPareto):
                signs[n + g] = _BELOW
            else:
                signs[n + g] = least
            signs[n + g][~one.scored[self.codes[n + g]]] = _ABOVE
        return signs

    def _least(self, one: Variant, node: int) -> float:
        """Return the lowest score of the indicators at or beneath a node."""
        n = len(self.framework.leaves)
        if node < n:
            return float(np.nanmin(one.scores[node]))
        return min(self._least(one, part) for part in self.parts[node - n])

    def _climb_compiled(  # noqa: PLR0917 - the two ways to climb take the same six
        self,
        variants: Sequence[Variant],
        means: Sequence[Sequence[Mean]],
        weights: Array,
        variant: NDArray[np.int64],
        aggregate: NDArray[np.int64],
        out: Array,
    ) -> None:
        from armillary.analyses.index import kernels

        leaves = np.stack([one.scores for one in variants])
        known = ~np.isnan(leaves)
        filled = np.where(known, leaves, 0.0)
        logged = any(
            one in (methods.Geometric(), methods.Generalised(power=0))
            and min(parts) < leaves.shape[1]
            for row in means
            for one, parts in zip(row, self.parts, strict=True)
        )
        logs = np.zeros((len(variants), 0, leaves.shape[2]))
        if logged:
            with np.errstate(divide="ignore", invalid="ignore"):
                logs = np.where(known & (filled > 0), np.log(filled), 0.0)
        kinds, parameters, order = _coded(means, [len(parts) for parts in self.parts])
        scored = np.stack([np.array([one.scored[code] for code in self.codes]) for one in variants])
        whole = np.stack([scored[:, parts].all(axis=(1, 2)) for parts in self.parts], axis=1)
        if any((weights[:, parts].sum(axis=1) <= 0).any() for parts in self.parts):
            whole[:] = False  # a group without weight is missing for the groups above it
        fixed = (filled, logs, known.astype(np.float64), scored, whole)
        ends = np.cumsum([len(parts) for parts in self.parts])
        children = np.array([part for parts in self.parts for part in parts])

        def run(rows: slice) -> None:
            kernels.climb(
                *fixed,
                variant[rows],
                np.ascontiguousarray(weights[rows]),
                kinds,
                parameters,
                order,
                aggregate[rows],
                ends,
                children,
                out[rows],
            )

        in_parts(run, total=weights.shape[0])

    def _climb_slowly(  # noqa: PLR0917
        self,
        variants: Sequence[Variant],
        means: Sequence[Sequence[Mean]],
        weights: Array,
        variant: NDArray[np.int64],
        aggregate: NDArray[np.int64],
        out: Array,
    ) -> None:
        """Aggregate group by group, where a method is a linear programme for each unit."""
        from armillary.analyses.index.means.frontier_scores import frontier_scores

        n = len(self.framework.leaves)
        kept: dict[tuple[int, bytes, bytes], Array] = {}  # programmes ask for no weights
        for r in range(weights.shape[0]):
            one = variants[variant[r]]
            values = np.full((len(self.codes), one.scores.shape[1]), np.nan)
            values[:n] = one.scores
            for g, parts in enumerate(self.parts):
                mean = means[aggregate[r]][g]
                mine = one.scored[self.codes[n + g]]
                if isinstance(mean, methods.Frontier):
                    key = (g, msgspec.json.encode(mean), values[parts].tobytes())
                    if key not in kept:
                        codes = [self.codes[part] for part in parts]
                        found = frontier_scores(values[parts][:, mine], mean=mean, codes=codes)
                        kept[key] = np.full(mine.size, np.nan)
                        kept[key][mine] = found
                    row = kept[key]
                else:
                    row = _one_group(values[parts], mean, weights[r, parts], mine)
                values[n + g] = np.where(mine, row, np.nan)
            out[r] = values[n:] if out.shape[1] > 1 or len(self.parts) == 1 else values[-1:]


def _one_group(rows: Array, mean: Mean, weights: Array, scored: NDArray[np.bool_]) -> Array:
    """Aggregate one group by the compiled kernels."""
    from armillary.analyses.index import kernels

    known = ~np.isnan(rows)
    filled = np.where(known, rows, 0.0)
    whole = np.array([[bool(known.all()) and weights.sum() > 0]])
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.where(known & (filled > 0), np.log(filled), 0.0)
    kinds, parameters, order = _coded([[mean]], [rows.shape[0]])
    out = np.empty((1, 1, rows.shape[1]))
    kernels.climb(
        filled[None],
        logs[None],
        known.astype(np.float64)[None],
        np.vstack([known, scored[None]])[None],
        whole,
        np.zeros(1, dtype=np.int64),
        np.append(weights, 1.0)[None],
        kinds,
        parameters,
        order,
        np.zeros(1, dtype=np.int64),
        np.array([rows.shape[0]]),
        np.arange(rows.shape[0]),
        out,
    )
    return np.asarray(out[0, 0])


def _coded(
    means: Sequence[Sequence[Mean]], sizes: Sequence[int]
) -> tuple[NDArray[np.int64], Array, Array]:
    """Spell methods out in numbers for the kernels."""
    from armillary.analyses.index import kernels

    kinds = np.zeros((len(means), len(sizes)), dtype=np.int64)
    parameters = np.zeros(kinds.shape)
    ordered = any(isinstance(one, methods.Ordered) for row in means for one in row)
    widest = max(sizes) if ordered else 0
    order = np.zeros((*kinds.shape, widest + 1, widest))
    for m, row in enumerate(means):
        for g, mean in enumerate(row):
            match mean:
                case methods.Geometric():
                    kinds[m, g] = kernels.GEOMETRIC
                case methods.Harmonic():
                    kinds[m, g] = kernels.HARMONIC
                case methods.Generalised(power=power):
                    kinds[m, g] = kernels.GEOMETRIC if power == 0 else kernels.POWER
                    parameters[m, g] = power
                case methods.MeanMin(alpha=alpha):
                    kinds[m, g] = kernels.MEAN_MIN
                    parameters[m, g] = alpha
                case methods.MazziottaPareto(penalty=penalty):
                    kinds[m, g] = kernels.MAZZIOTTA
                    parameters[m, g] = -1.0 if penalty == "minus" else 1.0
                case methods.Ordered(orness=orness):
                    from armillary.analyses.index.means.penalties import order_weights

                    kinds[m, g] = kernels.ORDERED
                    for n in range(1, sizes[g] + 1):
                        order[m, g, n, :n] = order_weights(n, orness=orness)
                case methods.Copeland():
                    kinds[m, g] = kernels.COPELAND
    return kinds, parameters, order


def in_parts(run: Callable[[slice], None], *, total: int) -> None:
    """Run a function over slices of `total` rows, on all cores where there are many.

    No method of its own: rows do not depend on each other.

    Args:
        run: Called with each slice.
        total: Number of rows.
    """
    cores = os.cpu_count() or 1
    if total < _THREADS_FROM or cores == 1:
        run(slice(0, total))
        return
    step = math.ceil(total / cores)
    with ThreadPoolExecutor(cores) as pool:
        list(pool.map(run, [slice(at, at + step) for at in range(0, total, step)]))
