"""What became of topics from year to year: which stay, are born, merge, split and die."""

from __future__ import annotations

import itertools
from functools import partial
from typing import TYPE_CHECKING, Literal

import msgspec
import numpy as np
from scipy import sparse

from armillary.analyses.topics.graph import part_of, with_relations
from armillary.analyses.topics.leiden import best_of_seeds, cluster
from armillary.analyses.topics.teamwork import side_by_side
from armillary.model.columns import table_of
from armillary.model.progress import silent

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from armillary.analyses.topics.graph import Graph
    from armillary.model.progress import Progress

Event = Literal["birth", "split", "merge", "death"]
_AWAY = 2  # years a topic may be out of sight and still be the same
_SMALL = 20_000  # works up to which the map of the first year is the best of several
_TRIES = 10
_TRIES_AGAIN = 3  # of each map drawn anew


class LineageRecipe(msgspec.Struct, frozen=True, kw_only=True):
    """Every choice that makes a lineage.

    Args:
        years: Years looked back; the first of them has no events, for nothing is before it.
        window: Years of works on the map of each year.
        min_works: Fewest works of a topic in the window.
        alike: Least Jaccard index (works both hold over works either holds) of a topic with
            its own later self.
        most: Least share of its works that goes elsewhere for a topic to have merged into, or
            split from, another.
        replicates: Maps of each year drawn anew for the confidence of events.
        kept: Share of the relations kept in a replicate.
        seed: Seed of clusterings and draws.
    """

    years: int = 8
    window: int = 10
    min_works: int = 10
    alike: float = 0.3
    most: float = 0.5
    replicates: int = 10
    kept: float = 0.95
    seed: int = 1


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One event between two years.

    Args:
        event: What happened.
        topic: Label of the topic: in the later year for birth and split, else in the earlier.
        other: Label, in the earlier year, of the topic it was born out of or split from, or
            that continues as the one it merged into; -1 for none.
        n_works: Works of the topic in the year of `topic`.
        share: Share of its works held in common by both years that came from, or went to,
            the other one.
    """

    event: Event
    topic: int
    other: int
    n_works: int
    share: float


class Transition(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the topics of one year in the next.

    Args:
        continues: Label in the later year to label in the earlier one.
        alike: Jaccard index of each of them.
        changes: All that did not simply continue.
    """

    continues: dict[int, int]
    alike: dict[int, float]
    changes: tuple[Change, ...]


def transition(
    before: NDArray[np.int32], after: NDArray[np.int32], *, recipe: LineageRecipe
) -> Transition:
    """Compare the topics of two years by the works on both maps.

    Two topics that are each other's most alike are one topic that continues. Of the others, a
    topic most of whose works come from one earlier topic has split from it (or was born out
    of it, where most of its works are new); a topic most of whose works go to one later topic
    has merged into it; what comes from nowhere is born, and what goes nowhere has died.
    Source: Palla, Barabási & Vicsek (2007), doi:10.1038/nature05670, for the kinds of events;
    the thresholds are our own.

    Args:
        before: Topic of each work in the earlier year, -1 for none, shape (works,).
        after: The same in the later year.
        recipe: Thresholds.
    """
    n_before, n_after = int(before.max(initial=-1)) + 1, int(after.max(initial=-1)) + 1
    both = np.flatnonzero((before >= 0) & (after >= 0))
    common = sparse.coo_array(
        (np.ones(both.size), (before[both], after[both])), shape=(n_before, n_after)
    ).toarray()
    left = common.sum(axis=1)  # works of the earlier topic that are in some later topic
    came = common.sum(axis=0)
    size_before = np.bincount(before[before >= 0], minlength=n_before)
    size_after = np.bincount(after[after >= 0], minlength=n_after)
    union = left[:, None] + came[None, :] - common
    alike = np.divide(common, union, out=np.zeros_like(common), where=union > 0)
    continues: dict[int, int] = {}
    if n_before and n_after:
        best_after, best_before = alike.argmax(axis=1), alike.argmax(axis=0)
        continues = {
            b: a
            for a, b in enumerate(best_after.tolist())
            if best_before[b] == a and alike[a, b] >= recipe.alike
        }
    changes = []
    for b in range(n_after):
        if b in continues:
            continue
        a = int(common[:, b].argmax()) if n_before else -1
        share = float(common[a, b] / came[b]) if a >= 0 and came[b] else 0.0
        from_one = share >= recipe.most
        split = from_one and 2 * came[b] >= size_after[b]
        changes.append(
            Change(
                event="split" if split else "birth",
                topic=b,
                other=a if from_one else -1,
                n_works=int(size_after[b]),
                share=share,
            )
        )
    kept = {a: b for b, a in continues.items()}
    for a in range(n_before):
        if a in kept:
            continue
        b = int(common[a].argmax()) if n_after else -1
        share = float(common[a, b] / left[a]) if b >= 0 and left[a] else 0.0
        merged = share >= recipe.most and b in continues
        changes.append(
            Change(
                event="merge" if merged else "death",
                topic=a,
                other=continues[b] if merged else -1,
                n_works=int(size_before[a]),
                share=share,
            )
        )
    return Transition(
        continues=continues,
        alike={b: float(alike[a, b]) for b, a in continues.items()},
        changes=tuple(changes),
    )


def yearly_topics(
    graph: Graph,
    years: NDArray[np.int64],
    *,
    resolution: float,
    recipe: LineageRecipe,
    replicate: int = 0,
) -> list[NDArray[np.int32]]:
    """Cluster the works of a sliding window that ends in each of the last years.

    The resolution falls as works grow in number, so that the number of topics stays about the
    same and a topic does not split for no other reason than that databases grow. The search of
    each year starts from the topics of the year before: what has not changed stays.
    No method of its own.

    Args:
        graph: Works related only to works of their own year or before, both ways.
        years: Year of each node, shape (nodes,).
        resolution: Resolution that suits the window of the last year.
        recipe: Window and size of topics.
        replicate: 0 for the map itself; any other number draws relations and order anew.

    Returns:
        Topic of each node, -1 outside the window or in a group too small, for each year.
    """
    last = int(years.max())
    if replicate:
        rows = graph.rows()
        ends = np.minimum(rows, graph.neighbours), np.maximum(rows, graph.neighbours)
        graph = with_relations(graph, _drawn(*ends, replicate=replicate, recipe=recipe))
    n_last = int(((years > last - recipe.window) & (years <= last)).sum())
    found = []
    before: NDArray[np.int32] | None = None
    for year in range(last - recipe.years + 1, last + 1):
        nodes = np.flatnonzero((years > year - recipe.window) & (years <= year))
        labels = np.full(graph.n_nodes, -1, dtype=np.int32)
        if nodes.size >= recipe.min_works:
            within = part_of(graph, nodes)
            gamma, seed = resolution * n_last / nodes.size, recipe.seed + replicate
            if before is None:
                tries = _TRIES_AGAIN if replicate else _TRIES
                own = best_of_seeds(
                    within,
                    resolution=gamma,
                    seed=seed,
                    tries=tries if nodes.size <= _SMALL else 1,
                    iterations=4,
                    threads=1,
                )
            else:
                own = cluster(
                    within,
                    resolution=gamma,
                    seed=seed,
                    start=before[nodes],
                    iterations=4,
                    threads=1,  # the replicates share the cores
                )
            before = np.full(graph.n_nodes, -1, dtype=np.int32)
            before[nodes] = own
            large = np.bincount(own) >= recipe.min_works
            labels[nodes] = np.where(large[own], own, -1)
        found.append(labels)
    return found


def _drawn(
    rows: NDArray[np.integer],
    columns: NDArray[np.integer],
    *,
    replicate: int,
    recipe: LineageRecipe,
) -> NDArray[np.bool_]:
    """Keep a share of the relations, the same ones in every year of one replicate."""
    key = rows.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + columns.astype(np.uint64)
    key += np.uint64((recipe.seed * 1_000_003 + replicate) * 0xD1B54A32D192ED03 % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        key = (key ^ (key >> np.uint64(shift))) * np.uint64(factor)
    key ^= key >> np.uint64(31)
    return np.asarray(key < np.uint64(int(recipe.kept * (2**64 - 1))))


def lineage(
    graph: Graph,
    years: NDArray[np.int64],
    *,
    corpus: str,
    resolution: float,
    topics: NDArray[np.int32],
    names: Sequence[str],
    recipe: LineageRecipe,
    progress: Progress = silent,
) -> dict[str, pa.Table]:
    """Follow topics from year to year and say how sure each event is.

    The confidence of an event is the share of replicates, with a part of the relations left
    out and works visited in another order, in which it happens between the same two years.
    A topic keeps its line while it continues; one out of sight for a year or two takes up its
    line again. Source: see `transition`.

    Args:
        graph: Works related only to works of their own year or before, both ways.
        years: Year of each node, shape (nodes,).
        corpus: Topic map.
        resolution: Resolution that suits the window of the last year.
        topics: Topic of each node on the map that is published, -1 for none, shape (nodes,).
        names: Names of those topics, in order of their labels.
        recipe: Every choice of method.
        progress: Told after each replicate.

    Returns:
        `topic_line` (one row per line and year) and `topic_event` (one row per event).
    """
    span = list(range(int(years.max()) - recipe.years + 1, int(years.max()) + 1))

    def drawn(replicate: int) -> list[NDArray[np.int32]]:
        return yearly_topics(
            graph, years, resolution=resolution, recipe=recipe, replicate=replicate
        )

    maps, *others = side_by_side(
        [partial(drawn, replicate) for replicate in range(recipe.replicates + 1)],
        told=lambda n: progress("lineage", n, recipe.replicates + 1),
    )
    steps = [transition(a, b, recipe=recipe) for a, b in itertools.pairwise(maps)]
    lines, resumed = _lines(maps, steps, recipe)
    shown_now = np.where(years > span[-1] - recipe.window, topics, np.int32(-1))
    rows = []
    for at, (year, labels) in enumerate(zip(span, maps, strict=True)):
        for own, line in sorted(lines[at].items(), key=lambda item: item[1]):
            members = labels == own
            shown, overlap = _shown(members, shown_now) if at == len(span) - 1 else (-1, None)
            rows.append(
                {
                    "corpus": corpus,
                    "line": _name(line),
                    "year": year,
                    "n_works": int(members.sum()),
                    "n_new": int((members & (years == year)).sum()),
                    "alike": steps[at - 1].alike.get(own) if at else None,
                    "cluster": names[shown] if shown >= 0 else None,
                    "overlap": overlap,
                }
            )
    events = []
    for at, step in enumerate(steps):
        for change in step.changes:
            later = change.event in {"birth", "split"}
            if later and (at + 1, change.topic) in resumed:
                continue
            if change.event == "death" and (at, change.topic) in resumed:
                continue
            of = lines[at + 1] if later else lines[at]
            events.append(
                {
                    "corpus": corpus,
                    "year": span[at + 1],
                    "event": change.event,
                    "line": _name(of[change.topic]),
                    "other": _name(lines[at][change.other]) if change.other >= 0 else None,
                    "n_works": change.n_works,
                    "share": change.share if change.other >= 0 else None,
                    "confidence": _confidence(change, at, maps, others, recipe=recipe),
                }
            )
    return {
        "topic_line": table_of("topic_line", rows),
        "topic_event": table_of("topic_event", events),
    }


def _name(line: int) -> str:
    return f"L{line + 1:04d}"


def _lines(
    maps: Sequence[NDArray[np.int32]], steps: Sequence[Transition], recipe: LineageRecipe
) -> tuple[list[dict[int, int]], set[tuple[int, int]]]:
    """Give every topic of every year its line.

    Returns:
        For each year label to line; and the (year, label) of topics that were out of sight
        between, so that neither their going nor their coming is an event.
    """
    first = {label: label for label in range(int(maps[0].max(initial=-1)) + 1)}
    lines, n_lines = [first], len(first)
    away: dict[int, tuple[int, int]] = {}  # line to the year and label it was last seen at
    resumed: set[tuple[int, int]] = set()
    for at, step in enumerate(steps, 1):
        earlier = lines[-1]
        now = {b: earlier[a] for b, a in step.continues.items()}
        for change in step.changes:
            if change.event == "death":
                away[earlier[change.topic]] = (at - 1, change.topic)
        for change in step.changes:
            if change.event not in {"birth", "split"}:
                continue
            back = _seen_before(maps, at, change.topic, away, recipe)
            if back is None:
                now[change.topic] = n_lines
                n_lines += 1
            else:
                now[change.topic] = back
                resumed |= {(at, change.topic), away.pop(back)}
        lines.append(now)
    return lines, resumed


def _seen_before(
    maps: Sequence[NDArray[np.int32]],
    at: int,
    topic: int,
    away: dict[int, tuple[int, int]],
    recipe: LineageRecipe,
) -> int | None:
    """Return the line, out of sight for a short while, that a topic takes up again."""
    members = maps[at] == topic
    best, line = recipe.most, None
    for candidate, (then, label) in sorted(away.items()):
        if not 1 < at - then <= _AWAY + 1:
            continue
        was = maps[then] == label
        known = members & (maps[then] >= 0)
        held = was & (maps[at] >= 0)
        both = int((known & held).sum())
        union = int((known | held).sum())
        if union and both / union > best:
            best, line = both / union, candidate
    return line


def _shown(members: NDArray[np.bool_], topics: NDArray[np.int32]) -> tuple[int, float | None]:
    """Return the published topic that holds most works of a line, and their Jaccard index."""
    held = topics[members & (topics >= 0)]
    if not held.size:
        return -1, None
    shown = int(np.bincount(held).argmax())
    both = int((held == shown).sum())
    union = int(members.sum()) + int((topics == shown).sum()) - both
    return shown, both / union


def _confidence(
    change: Change,
    at: int,
    maps: Sequence[NDArray[np.int32]],
    others: Sequence[Sequence[NDArray[np.int32]]],
    *,
    recipe: LineageRecipe,
) -> float | None:
    """Return the share of replicates in which an event happens too, None without replicates."""
    if not others:
        return None
    return float(
        np.mean(
            [_happens(change, maps[at], maps[at + 1], o[at], o[at + 1], recipe) for o in others]
        )
    )


def _happens(  # noqa: PLR0917 - two maps before and after, in order
    change: Change,
    before: NDArray[np.int32],
    after: NDArray[np.int32],
    drawn_before: NDArray[np.int32],
    drawn_after: NDArray[np.int32],
    recipe: LineageRecipe,
) -> bool:
    """Say whether an event of the map happens between the same years of a replicate."""
    if change.event == "merge":
        whole = [np.flatnonzero(before == topic) for topic in (change.topic, change.other)]
        apart = _held(drawn_before, whole[0]) != _held(drawn_before, whole[1])
        return apart and _held(drawn_after, whole[0]) == _held(drawn_after, whole[1]) != -1
    members = np.flatnonzero((before if change.event == "death" else after) == change.topic)
    if change.event == "death":
        return _alike(drawn_before, members) >= recipe.most and (
            _alike(drawn_after, members[after[members] >= 0]) < recipe.most
        )
    old = members[before[members] >= 0]
    if change.event == "split":
        stay = np.flatnonzero((before == change.other) & (after != change.topic))
        together = _held(drawn_before, old) == _held(drawn_before, stay) != -1
        return together and _held(drawn_after, members) != _held(drawn_after, stay)
    return _alike(drawn_after, members) >= recipe.most and (
        not old.size or _alike(drawn_before, old) < recipe.most
    )


def _held(labels: NDArray[np.int32], works: NDArray[np.int64]) -> int:
    """Return the topic that holds most of some works, -1 where none does."""
    held = labels[works]
    held = held[held >= 0]
    return int(np.bincount(held).argmax()) if held.size else -1


def _alike(labels: NDArray[np.int32], works: NDArray[np.int64]) -> float:
    """Return the Jaccard index of some works with the topic most like them."""
    best = _held(labels, works)
    if best < 0:
        return 0.0
    both = int((labels[works] == best).sum())
    return both / (works.size + int((labels == best).sum()) - both)


def lines_of(cluster_names: Sequence[str], topic_line: pa.Table) -> dict[str, str]:
    """Return the line of each published topic, by the largest overlap in the last year.

    No method of its own.

    Args:
        cluster_names: Published topics.
        topic_line: Table `topic_line`.
    """
    best: dict[str, tuple[float, str]] = {}
    for row in topic_line.to_pylist():
        if row["cluster"] is not None and row["overlap"] > best.get(row["cluster"], (0.0, ""))[0]:
            best[row["cluster"]] = (row["overlap"], row["line"])
    return {name: best[name][1] for name in cluster_names if name in best}
