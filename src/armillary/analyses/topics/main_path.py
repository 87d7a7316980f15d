"""The main path: the chain of citations along which a subject came to where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from armillary.model.columns import from_columns

if TYPE_CHECKING:
    from collections.abc import Sequence

Weighting = Literal["SPC", "SPLC", "SPNP"]
Route = Literal["global", "key-route", "local"]

_ROUTES: tuple[Route, ...] = ("global", "key-route", "local")


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """Citations without cycles, in the direction in which knowledge flows.

    Args:
        ids: Works, sorted, shape (works,).
        tail: The cited work of each citation, shape (citations,).
        head: The work that cites it, shape (citations,).
        order: Works such that every cited one stands before those that cite it, shape (works,).
        n_in_cycles: Citations left out because they lie on a cycle.
    """

    ids: tuple[str, ...]
    tail: NDArray[np.int64]
    head: NDArray[np.int64]
    order: NDArray[np.int64]
    n_in_cycles: int


def flow(citations: pa.Table) -> Flow:
    """Turn citations around and leave out those that lie on a cycle.

    Works that cite each other, directly or around, stand at one moment: no order among them is
    better than another, so all citations among them go.
    Source: Batagelj (2003), arXiv:cs/0309023, on cycles in citation networks.

    Args:
        citations: One row per citation; columns `citing`, `cited`.
    """
    citing, cited = (
        citations[name].combine_chunks().cast(pa.string()) for name in ("citing", "cited")
    )
    names = pc.unique(pa.concat_arrays([citing, cited]))
    names = names.take(pc.sort_indices(names))
    head = pc.index_in(citing, names).to_numpy().astype(np.int64)
    tail = pc.index_in(cited, names).to_numpy().astype(np.int64)
    pairs = np.unique(np.column_stack([tail, head]), axis=0)
    tail, head = pairs[:, 0], pairs[:, 1]
    n = len(names)
    _, part = connected_components(
        sparse.csr_array((np.ones(tail.size), (tail, head)), shape=(n, n)), connection="strong"
    )
    cyclic = part[tail] == part[head]
    tail, head = tail[~cyclic], head[~cyclic]
    return Flow(
        ids=tuple(names.to_pylist()),
        tail=tail,
        head=head,
        order=_order(tail, head, n),
        n_in_cycles=int(cyclic.sum()),
    )


def _order(tail: NDArray[np.int64], head: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Sort works so that heads follow tails, layer by layer, by number within a layer."""
    outgoing = sparse.csr_array((np.ones(tail.size), (tail, head)), shape=(n, n))
    waiting = np.bincount(head, minlength=n)
    layer = np.flatnonzero(waiting == 0)
    layers = []
    while layer.size:
        layers.append(layer)
        rows = outgoing[layer]
        reached, times = np.unique(rows.indices, return_counts=True)
        waiting[reached] -= times
        layer = reached[waiting[reached] == 0]
    return np.concatenate(layers).astype(np.int64) if layers else np.zeros(0, np.int64)


def traversal_weights(citations: Flow, *, weighting: Weighting = "SPC") -> NDArray[np.float64]:
    """Count the paths that run through each citation.

    SPC counts paths from works that cite nothing to works nobody cites; SPLC lets a path begin
    at any work; SPNP lets it also end at any. Counts grow beyond any whole number a machine
    holds, so logarithms are kept; time goes with the number of citations.
    Source: Hummon & Doreian (1989), doi:10.1016/0378-8733(89)90017-8; SPC: Batagelj (2003),
    arXiv:cs/0309023.

    Args:
        citations: Without cycles, as `flow` gives them.
        weighting: How paths are counted.

    Returns:
        Natural logarithm of the count, shape (citations,).
    """
    n = len(citations.ids)
    before = _paths(
        citations.tail, citations.head, citations.order, n=n, anywhere=weighting != "SPC"
    )
    after = _paths(
        citations.head, citations.tail, citations.order[::-1], n=n, anywhere=weighting == "SPNP"
    )
    return np.asarray(before[citations.tail] + after[citations.head])


def _paths(
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    order: NDArray[np.int64],
    *,
    n: int,
    anywhere: bool,
) -> NDArray[np.float64]:
    """Return the logarithm of the number of paths that arrive at each work, shape (works,).

    Args:
        tail: Where a step begins.
        head: Where it ends.
        order: Works, every tail before its heads.
        n: Number of works.
        anywhere: Whether a path may begin at any work, not only where no step arrives.
    """
    incoming = _rows(head, n)
    logs = np.full(n, 0.0)
    for work in order:
        steps = incoming[work]
        if steps.size:
            arriving = logs[tail[steps]]
            total = np.logaddexp.reduce(arriving)
            logs[work] = np.logaddexp(total, 0.0) if anywhere else total
    return logs


def _rows(ends: NDArray[np.int64], n: int) -> list[NDArray[np.int64]]:
    """List the citations at each work."""
    by_end = np.argsort(ends, kind="stable")
    return np.split(by_end, np.searchsorted(ends[by_end], np.arange(1, n)))


def main_path(
    citations: Flow,
    *,
    log_weights: NDArray[np.float64],
    route: Route = "key-route",
    n_routes: int = 10,
) -> NDArray[np.int64]:
    """Choose the citations that make the main path.

    `global`: the whole path with the largest sum of weights. `key-route`: for each of the
    `n_routes` weightiest citations the best path through it, so that none of them is missed.
    `local`: from the weightiest first citation on, always the weightiest next one, all of them
    where several are equal.
    Source: Liu & Lu (2012), doi:10.1002/asi.21692.

    Args:
        citations: Without cycles.
        log_weights: As `traversal_weights` gives them, shape (citations,).
        route: How the path is searched.
        n_routes: Citations to begin with, for `key-route`.

    Returns:
        Numbers of the chosen citations, ascending; empty where there is none.
    """
    if not log_weights.size:
        return np.zeros(0, np.int64)
    weights = np.exp(log_weights - log_weights.max())
    n = len(citations.ids)
    if route == "local":
        return _local(citations, log_weights, n)
    came, best_in = _best(citations.tail, citations.head, citations.order, weights=weights, n=n)
    goes, best_out = _best(
        citations.head, citations.tail, citations.order[::-1], weights=weights, n=n
    )
    through = best_in[citations.tail] + weights + best_out[citations.head]
    ranked = np.argsort(-(through if route == "global" else weights), kind="stable")
    keys = ranked[: 1 if route == "global" else n_routes]
    chosen: set[int] = set()
    for key in keys.tolist():
        chosen.add(key)
        step = came[citations.tail[key]]
        while step >= 0:
            chosen.add(int(step))
            step = came[citations.tail[step]]
        step = goes[citations.head[key]]
        while step >= 0:
            chosen.add(int(step))
            step = goes[citations.head[step]]
    return np.array(sorted(chosen), dtype=np.int64)


def _best(
    tail: NDArray[np.int64],
    head: NDArray[np.int64],
    order: NDArray[np.int64],
    *,
    weights: NDArray[np.float64],
    n: int,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the last step of the weightiest path to each work (-1: none), and its weight."""
    incoming = _rows(head, n)
    last = np.full(n, -1, dtype=np.int64)
    total = np.zeros(n)
    for work in order:
        steps = incoming[work]
        if steps.size:
            sums = total[tail[steps]] + weights[steps]
            best = int(sums.argmax())  # equal sums: the first, hence the work of the lower id
            last[work], total[work] = steps[best], sums[best]
    return last, total


def _local(citations: Flow, log_weights: NDArray[np.float64], n: int) -> NDArray[np.int64]:
    outgoing = _rows(citations.tail, n)
    arrives = np.bincount(citations.head, minlength=n) > 0
    first = np.flatnonzero(~arrives[citations.tail])
    front = first[_equal_to_best(log_weights[first])]
    chosen: set[int] = set()
    while front.size:
        chosen.update(front.tolist())
        following = []
        for work in np.unique(citations.head[front]):
            steps = outgoing[work]
            if steps.size:
                following.append(steps[_equal_to_best(log_weights[steps])])
        front = np.concatenate(following) if following else np.zeros(0, np.int64)
        front = np.array([step for step in front.tolist() if step not in chosen], dtype=np.int64)
    return np.array(sorted(chosen), dtype=np.int64)


def _equal_to_best(log_weights: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray(log_weights >= log_weights.max() - 1e-9)


def main_paths(
    citations: pa.Table,
    *,
    corpus: str,
    clusters: pa.Table,
    weighting: Weighting = "SPC",
    n_routes: int = 10,
    min_works: int = 10,
) -> pa.Table:
    """Find the main path of the whole corpus and of each of its clusters.

    Source: see `traversal_weights` and `main_path`.

    Args:
        citations: One row per citation; columns `citing`, `cited`.
        corpus: Topic map.
        clusters: One row per work of a cluster; columns `cluster`, `work`.
        weighting: How paths are counted.
        n_routes: Citations to begin with in the key-route search.
        min_works: Fewest works that cite each other within a cluster for a path to be shown.

    Returns:
        Table `main_path`; a citation stands once for each route it belongs to.
    """
    rows: dict[str, list[object]] = {
        name: [] for name in ("cluster", "route", "citing", "cited", "weight", "step", "weighting")
    }
    for cluster, within in _scopes(citations, clusters):
        found = flow(within)
        if len(found.ids) < min_works or not found.tail.size:
            continue
        logs = traversal_weights(found, weighting=weighting)
        depth = _depths(found)
        for route in _ROUTES:
            for chosen in main_path(found, log_weights=logs, route=route, n_routes=n_routes):
                rows["cluster"].append(cluster)
                rows["route"].append(route)
                rows["citing"].append(found.ids[found.head[chosen]])
                rows["cited"].append(found.ids[found.tail[chosen]])
                rows["weight"].append(float(np.exp(logs[chosen] - logs.max())))
                rows["step"].append(int(depth[found.tail[chosen]]))
                rows["weighting"].append(weighting)
    return from_columns("main_path", {"corpus": [corpus] * len(rows["cluster"]), **rows})


def _scopes(citations: pa.Table, clusters: pa.Table) -> Sequence[tuple[str | None, pa.Table]]:
    """Yield the whole corpus, then the citations within each cluster."""
    works = clusters["work"].combine_chunks()
    names = clusters["cluster"].combine_chunks()
    of = {
        end: names.take(pc.index_in(citations[end].combine_chunks(), works))
        for end in ("citing", "cited")
    }
    inside = pc.fill_null(pc.equal(of["citing"], of["cited"]), False)
    held = citations.select(["citing", "cited"]).append_column("cluster", of["citing"])
    held = held.filter(inside).sort_by("cluster").combine_chunks()
    counted = pc.run_end_encode(held["cluster"].combine_chunks()) if held.num_rows else None
    found: list[tuple[str | None, pa.Table]] = [(None, citations)]
    begin = 0
    for name, end in zip(counted.values, counted.run_ends, strict=True) if counted else ():
        found.append((name.as_py(), held.slice(begin, end.as_py() - begin)))
        begin = end.as_py()
    return found


def _depths(citations: Flow) -> NDArray[np.int64]:
    """Return the length of the longest chain that leads to each work, shape (works,)."""
    n = len(citations.ids)
    incoming = _rows(citations.head, n)
    depth = np.zeros(n, dtype=np.int64)
    for work in citations.order:
        steps = incoming[work]
        if steps.size:
            depth[work] = depth[citations.tail[steps]].max() + 1
    return depth
