"""The citations of simulated works: mostly inside the topic, older to newer, rich get richer.

A reference within the area, or to anywhere, goes to whatever there is to cite, the work's own
topic among it: what passes between two topics is in proportion to both, so that a large topic
does not drown the small ones beside it.

Works are taken by quarters. The works of a quarter choose among all works of earlier quarters
with a weight of (citations so far + 1) x ageing, which is preferential attachment with ageing
(Source: Price 1976, doi:10.1002/asi.4630270505; Wang, Song & Barabási 2013,
doi:10.1126/science.1237825, for the product of the two).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from armillary.model.observatory import Simulation
    from armillary.sources.works.simulation.courses import Drawn, Plan

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_STEPS_A_YEAR = 4
_NOTICED_YEARS = 0.7
_FORGOTTEN_YEARS = 6.0
_MATURE_WORKS = 20.0
_FILLING_YEARS = 2.0
_DISPERSION = 3.0
_ROUNDS = 4


class Citations(NamedTuple):
    """Who cites whom, ordered by citing and cited work.

    Args:
        citing: Works that cite, shape (citations,).
        cited: Works cited, always earlier ones, shape (citations,).
        start: First citation of each work and the end of the last, shape (works + 1,).
        cited_by: Citations each work receives, shape (works,).
    """

    citing: Ints
    cited: Ints
    start: Ints
    cited_by: Ints


class _Pools(NamedTuple):
    """Works sorted by area and topic, so that every pool is one range of `order`."""

    order: Ints
    topic_from: Ints
    topic_to: Ints
    area_from: Ints
    area_to: Ints


def cite(
    simulation: Simulation, plan: Plan, *, works: Drawn, rng: np.random.Generator
) -> Citations:
    """Draw the references of every work.

    A topic born inside the corpus cites its parent until it has works of its own: of the
    references it would make inside, the share n / (n + 20) goes to its own n earlier works.
    """
    n = len(works.time)
    pools = _pools(plan, works)
    filling = 1 - np.exp(-(works.time - simulation.first_year) / _FILLING_YEARS)
    rate = simulation.references * filling
    wanted = rng.poisson(rng.gamma(_DISPERSION, rate / _DISPERSION))
    cited_by = np.zeros(n, np.int64)
    born_late = plan.birth > simulation.first_year
    keys: list[Ints] = []
    edges = np.arange(
        simulation.first_year, simulation.last_year + 1 + 1e-9, 1 / _STEPS_A_YEAR, dtype=float
    )
    starts = np.searchsorted(works.time, edges)
    for now, begin, end in zip(edges[1:-1], starts[1:-1], starts[2:], strict=True):
        if begin in {0, end}:
            continue
        citing = np.repeat(np.arange(begin, end), wanted[begin:end])
        age = np.maximum(now - works.time[:begin], 0.05)
        weight = np.zeros(n)
        weight[:begin] = (
            (cited_by[:begin] + 1)
            * (1 - np.exp(-age / _NOTICED_YEARS))
            * np.exp(-age / _FORGOTTEN_YEARS)
        )
        known = works.topic[:begin]
        own = np.bincount(known[known >= 0], minlength=len(plan.course))
        maturity = np.where(born_late, own / (own + _MATURE_WORKS), 1.0)
        ranges = _choose_pools(
            simulation, plan, works=works, pools=pools, maturity=maturity, citing=citing, rng=rng
        )
        found = _choose_works(
            citing, ranges, weight=weight[pools.order], order=pools.order, rng=rng
        )
        cited_by += np.bincount(found % n, minlength=n)
        keys.append(found)
    pairs = np.sort(np.concatenate(keys)) if keys else np.zeros(0, np.int64)
    citing, cited = np.divmod(pairs, n)
    start = np.concatenate([[0], np.cumsum(np.bincount(citing, minlength=n))])
    return Citations(citing, cited, start, cited_by)


def _pools(plan: Plan, works: Drawn) -> _Pools:
    n_topics = len(plan.course)
    # Noise has no topic: in each area it stands behind the topics.
    last = np.where(works.topic < 0, n_topics, works.topic)
    key = works.area * (n_topics + 1) + last
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    areas = np.arange(1 + max(works.area.max(), plan.area.max()))
    topic_key = plan.area * (n_topics + 1) + np.arange(n_topics)
    return _Pools(
        order=order,
        topic_from=np.searchsorted(ordered, topic_key),
        topic_to=np.searchsorted(ordered, topic_key + 1),
        area_from=np.searchsorted(ordered, areas * (n_topics + 1)),
        area_to=np.searchsorted(ordered, (areas + 1) * (n_topics + 1)),
    )


def _choose_pools(
    simulation: Simulation,
    plan: Plan,
    *,
    works: Drawn,
    pools: _Pools,
    maturity: Floats,
    citing: Ints,
    rng: np.random.Generator,
) -> Ints:
    """Choose a pool for each reference, shape (2, references): its first place and its end."""
    topic, area = works.topic[citing], works.area[citing]
    topical = topic >= 0
    inside = np.where(topical, simulation.inside_topic, 0.0)
    draw = rng.random(len(citing))
    to_topic = draw < inside
    to_parent = to_topic & (rng.random(len(citing)) >= maturity[topic])
    to_area = ~to_topic & (draw < inside + simulation.inside_area)
    goal = np.where(to_parent, plan.parent[topic], topic)
    nothing = np.zeros_like(citing)
    area_from, area_to = pools.area_from[area], pools.area_to[area]
    cases = [to_topic, to_area]
    return np.stack(
        [
            np.select(cases, [pools.topic_from[goal], area_from], nothing),
            np.select(cases, [pools.topic_to[goal], area_to], nothing + len(pools.order)),
        ]
    )


def _choose_works(
    citing: Ints, ranges: Ints, *, weight: Floats, order: Ints, rng: np.random.Generator
) -> Ints:
    """Choose one earlier work for each reference, none twice for one citing work.

    Returns:
        citing x works + cited, sorted, shape (found,); a pool without works gives none.
    """
    n = len(order)
    total = np.concatenate([[0.0], np.cumsum(weight)])
    found = np.zeros(0, np.int64)
    pending = np.arange(len(citing))
    for _ in range(_ROUNDS):
        low, high = ranges[:, pending]
        mass = total[high] - total[low]
        point = total[low] + rng.random(len(pending)) * mass
        place = np.minimum(np.searchsorted(total[1:], point, side="right"), n - 1)
        # Rounding at the edge of a range may hit its neighbour: such a draw counts as missed.
        inside = (place >= low) & (place < high)
        hit = np.flatnonzero(inside & (mass > 0) & (weight[place] > 0))
        keys = citing[pending[hit]] * n + order[place[hit]]
        merged, first = np.unique(np.concatenate([found, keys]), return_index=True)
        new = first[first >= len(found)] - len(found)
        pending = np.delete(pending, hit[new])
        found = merged
        if not len(pending):
            break
    return found
