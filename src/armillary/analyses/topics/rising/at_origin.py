"""The topics of a past year or of today: clusters, their counts and signals, and what came."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.topics.backtest.units import Frame, Units, halves, units_at
from armillary.analyses.topics.clusters import clusters_wanted
from armillary.analyses.topics.leiden import canonical
from armillary.analyses.topics.rising.frozen_map import FrozenMap, elected, freeze, votes
from armillary.analyses.topics.rising.granularity import LEAST_RELIABILITY, finest, reliability
from armillary.analyses.topics.rising.references import by_references, reference_signals
from armillary.analyses.topics.rising.seen import (
    growth_of,
    seen_works,
    terms_seen,
)
from armillary.analyses.topics.rising.signals import cluster_signals
from armillary.analyses.topics.teamwork import side_by_side
from armillary.errors import TopicError

if TYPE_CHECKING:
    from armillary.analyses.topics.backtest.units import Design
    from armillary.analyses.topics.graph import Graph
    from armillary.analyses.topics.rising.dated import DatedWorks

_KEPT_OUT_SEED = 1_000


class RisingRecipe(msgspec.Struct, frozen=True, kw_only=True):
    """Every choice that makes the list of rising topics.

    Args:
        topics: Clusters; None for as many as leave their growth reliable.
        least_reliability: Reliability of growth the median topic must have, where `topics` is
            None; more gives fewer and larger topics.
        score: `outlook`, `trend_z` or `logistic`.
        length: Most entries of the list.
        shown: Fewest entries; those that cannot be told from noise say so.
        frame: Windows around an origin.
        neighbours: Neighbours that vote for the cluster of a work.
        text_share: Share of the votes for the place of a work that its text has; the rest has what
            it cites. 1 where works are related by text alone.
        min_works: Works below which a cluster is no topic.
        more_maps: Further maps of the same fineness, by other seeds.
        other_sizes: Fineness of the maps beside those, as multiples of `topics`.
        least_works: Works a map needs.
        first_origin: First origin of the backtest; None for the first with enough works.
        worlds: Simulated worlds per origin and control.
        seed: Seed of maps and draws.
        halves: Seed of the two halves of the split design.
    """

    topics: int | None = None
    least_reliability: float = LEAST_RELIABILITY
    score: str = "outlook"
    length: int = 40
    shown: int = 10
    frame: Frame = Frame()
    neighbours: int = 15
    text_share: float = 1.0
    min_works: int = 15
    more_maps: int = 2
    other_sizes: tuple[float, ...] = (1 / 3, 8 / 3)
    least_works: int = 2_500
    first_origin: int | None = None
    worlds: int = 6
    seed: int = 1
    halves: int = 1


class TopicsAt(msgspec.Struct, frozen=True, kw_only=True):
    """Topics at an origin.

    Args:
        frozen: The map and the works looked up on it.
        labels: Cluster of each work of the map by the vote of its neighbours, shape (works,).
        clusters: Cluster of each unit, shape (units,).
        units: The units.
        reliability: Reliability of the growth of each unit, shape (units,).
        stability: How much of each is found again on maps by other seeds (Jaccard), or NaN.
        tried: Median reliability by number of clusters tried; empty where it was given.
    """

    frozen: FrozenMap
    labels: NDArray[np.int32]
    clusters: NDArray[np.int64]
    units: Units
    reliability: NDArray[np.float64]
    stability: NDArray[np.float64]
    tried: dict[int, float]


def topics_at(
    works: DatedWorks,
    *,
    origin: int,
    design: Design,
    recipe: RisingRecipe,
    judged: bool = True,
    checked: bool = False,
) -> TopicsAt:
    """Map the works up to an origin and count all works on that map by one rule.

    No method of its own: see `frozen_map`, `signals` and `granularity`.

    Args:
        works: Works of the corpus.
        origin: Last year known.
        design: Whether signals see half of the past or all of it.
        recipe: Every choice of method.
        judged: Whether works after the origin are looked up; not for today's list.
        checked: Whether works of the recent years are kept out of a second map, as a control.
    """
    frame = recipe.frame
    half = halves(works.ids.tolist(), seed=recipe.halves)
    frozen = _frozen(works, origin, recipe, horizon=frame.horizon if judged else 0)
    graph = frozen.graph(works.ids)
    placed = _Placing(frozen, graph, recipe)
    wanted, tried = _wanted(frozen, placed, works, recipe)
    labels = placed(wanted)
    if labels.max(initial=-1) < 1:
        raise TopicError(
            f"The works of {works.corpus!r} up to {origin} form fewer than two topics of "
            f"{recipe.min_works} works.",
            where=f"topics.{works.corpus}, rising topics, {frozen.n_known:,} works",
            fix="lower min_works, or relate the works by text as well (text_share).",
        )
    finer = [max(round(wanted * size), 2) for size in recipe.other_sizes]
    calls = [partial(placed, wanted, further=n) for n in range(1, recipe.more_maps + 1)]
    found = side_by_side([*calls, *(partial(placed, n) for n in finer)])
    same, other = found[: len(calls)], found[len(calls) :]
    chosen = seen_works(
        frozen,
        works.years,
        half=half if design == "split" else None,
        recent=frame.recent,
    )
    signals = cluster_signals(
        frozen,
        labels,
        chosen=chosen,
        use=terms_seen(frozen, chosen),
        others=[*same, *other],
        months=None if works.months is None else works.months[frozen.works],
    )
    if works.references is not None:
        signals |= reference_signals(frozen, labels, chosen=chosen, references=works.references)
    counts, n_all, span = _counts(labels, works.years[frozen.works], half[frozen.works])
    past = span <= origin
    kept = np.flatnonzero((counts[0] + counts[1])[:, past].sum(axis=1) >= recipe.min_works)
    held = _held(works, origin, wanted, recipe) if checked else None
    units = units_at(
        origin,
        corpus=works.corpus,
        design=design,
        frame=frame,
        names=[f"T{c + 1:04d}" for c in kept],
        years=span,
        counts=(counts[0][kept], counts[1][kept]),
        n_all=n_all,
        signals={name: values[kept] for name, values in signals.items()},
        held=held,
    )
    ahead = frame.horizon / frame.recent
    grown = growth_of(labels, chosen)
    return TopicsAt(
        frozen=frozen,
        labels=labels,
        clusters=kept,
        units=units,
        reliability=reliability(grown, years_ahead=ahead)[kept],
        stability=_stability(labels, same)[kept],
        tried=tried,
    )


def _frozen(
    works: DatedWorks,
    origin: int,
    recipe: RisingRecipe,
    *,
    horizon: int,
    kept_out: NDArray[np.bool_] | None = None,
) -> FrozenMap:
    frozen = freeze(
        works.written,
        works.years,
        origin=origin,
        window=recipe.frame.window,
        horizon=horizon,
        neighbours=recipe.neighbours,
        kept_out=kept_out,
    )
    if works.references is None or recipe.text_share >= 1:
        return frozen
    return by_references(frozen, works.references, text_share=recipe.text_share)


class _Placing:
    """Clusters the known works and puts all works into clusters by one rule; each once."""

    def __init__(self, frozen: FrozenMap, graph: Graph, recipe: RisingRecipe) -> None:
        self.frozen, self.graph, self.recipe = frozen, graph, recipe
        self.ready = canonical(graph, seed=recipe.seed, threads=1)
        self.made: dict[tuple[int, int], NDArray[np.int32]] = {}

    def __call__(self, wanted: int, *, further: int = 0) -> NDArray[np.int32]:
        """Return the cluster of each work of the map; a further map has another seed."""
        if (wanted, further) not in self.made:
            found = clusters_wanted(
                self.graph,
                wanted,
                seed=self.recipe.seed + further,
                min_works=self.recipe.min_works,
                ready=None if further else self.ready,
                threads=1,  # origins and maps share the cores
            )
            self.made[wanted, further] = elected(votes(self.frozen, found.labels))
        return self.made[wanted, further]


def _wanted(
    frozen: FrozenMap, placed: _Placing, works: DatedWorks, recipe: RisingRecipe
) -> tuple[int, dict[int, float]]:
    if recipe.topics is not None:
        return recipe.topics, {}
    chosen = seen_works(frozen, works.years, half=None, recent=recipe.frame.recent)
    ahead = recipe.frame.horizon / recipe.frame.recent

    def median(n: int) -> float:
        grown = growth_of(placed(n), chosen)
        return float(np.median(reliability(grown, years_ahead=ahead)))

    return finest(
        median,
        most=frozen.n_known // recipe.min_works,
        least_reliability=recipe.least_reliability,
    )


def _counts(
    labels: NDArray[np.int32], years: NDArray[np.int64], half: NDArray[np.bool_]
) -> tuple[list[NDArray[np.int64]], tuple[NDArray[np.int64], NDArray[np.int64]], NDArray[np.int64]]:
    """Count works by cluster, year and half; and all that have a place, by year and half.

    Works without a place say nothing of shares: older ones often cite nothing on the map.
    """
    span = np.unique(years)
    at = np.searchsorted(span, years)
    counts = []
    for part in (half, ~half):
        own = part & (labels >= 0)
        found = np.zeros((int(labels.max(initial=-1)) + 1, span.size), dtype=np.int64)
        np.add.at(found, (labels[own], at[own]), 1)
        counts.append(found)
    n_all = (
        np.bincount(at[half & (labels >= 0)], minlength=span.size),
        np.bincount(at[~half & (labels >= 0)], minlength=span.size),
    )
    return counts, n_all, span


def _held(
    works: DatedWorks, origin: int, wanted: int, recipe: RisingRecipe
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Keep half of the recent works out of a map, and count both halves on it.

    Clusters of that map are none of the units; only as many were asked for.
    """
    recent = (works.years > origin - recipe.frame.recent) & (works.years <= origin)
    kept_out = recent & halves(works.ids.tolist(), seed=_KEPT_OUT_SEED + recipe.seed)
    frozen = _frozen(works, origin, recipe, horizon=0, kept_out=kept_out)
    labels = _Placing(frozen, frozen.graph(works.ids), recipe)(wanted)
    parts = [kept_out[frozen.works] == out for out in (False, True)]
    own = [p & recent[frozen.works] & (labels >= 0) for p in parts]
    n = int(labels.max(initial=-1)) + 1
    counts = np.column_stack([np.bincount(labels[o], minlength=n) for o in own])
    return counts, np.array([int(o.sum()) for o in own])


def _stability(labels: NDArray[np.int32], others: list[NDArray[np.int32]]) -> NDArray[np.float64]:
    """Return the mean likeness (Jaccard) of each cluster to its best match on other maps."""
    n = int(labels.max(initial=-1)) + 1
    if not others:
        return np.full(n, np.nan)
    size = np.bincount(labels[labels >= 0], minlength=n)
    best = []
    for other in others:
        both = (labels >= 0) & (other >= 0)
        m = int(other.max(initial=-1)) + 1
        if m == 0:
            best.append(np.zeros(n))
            continue
        shared = np.bincount(labels[both] * m + other[both], minlength=n * m).reshape(n, m)
        size_other = np.bincount(other[other >= 0], minlength=m)
        best.append((shared / np.maximum(size[:, None] + size_other - shared, 1)).max(axis=1))
    return np.asarray(np.mean(best, axis=0))
