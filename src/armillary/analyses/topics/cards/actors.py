"""Who works on a topic: authors, organisations and countries, and how few of them lead."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from armillary.analyses.topics.cards.measured import Measured, Precision, share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from armillary.analyses.topics.cards.facts import Facts, Names

KINDS = ("author", "organisation", "country")


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """One actor of one topic.

    Args:
        kind: author, organisation or country.
        item: As the source writes it; a country by its code.
        works: Works it has part in.
        n_fractional: Works, each shared equally among its actors.
    """

    kind: str
    item: str
    works: NDArray[np.int64]
    n_fractional: float


def names_of(facts: Facts, kind: str) -> Names:
    """Return who is named by each work; None where nobody is known.

    No method of its own.

    Args:
        facts: Works.
        kind: author, organisation or country.
    """
    held: dict[str, Names] = {
        "author": facts.authors,
        "organisation": facts.organisations,
        "country": facts.countries,
    }
    return held[kind]


def actors_of(
    names: Names, works: NDArray[np.int64], *, kind: str
) -> tuple[list[Actor], NDArray[np.int64]]:
    """Count the actors of some works, full and fractional.

    In a full count a work counts once for each of its actors; in a fractional one it is shared
    equally among them, so that the counts sum to the works with known actors.
    Source: Waltman & van Eck (2015), doi:10.1016/j.joi.2015.08.001, on full and fractional
    counting.

    Args:
        names: Actors of every work; None where none is known.
        works: Works that are counted.
        kind: Kind of actor.

    Returns:
        Actors, most works first; and the works with known actors.
    """
    found: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    known = [work for work in works.tolist() if names[work]]
    for work in known:
        distinct = set(names[work] or ())
        for one in distinct:
            found[one].append((work, 1 / len(distinct)))
    actors = [
        Actor(
            kind=kind,
            item=item,
            works=np.array([work for work, _ in held], dtype=np.int64),
            n_fractional=float(sum(part for _, part in held)),
        )
        for item, held in found.items()
    ]
    actors.sort(key=lambda a: (-a.works.size, -a.n_fractional, a.item))
    return actors, np.array(known, dtype=np.int64)


def concentration(parts: NDArray[np.float64]) -> dict[str, float]:
    """Measure how concentrated counts are.

    The Herfindahl-Hirschman index is the sum of squared shares; its inverse is the number of
    equal actors that would be as concentrated; CR4 is the share of the four largest.
    Source: Hirschman (1964), "The paternity of an index", American Economic Review 54.

    Args:
        parts: Counts above 0, at least one.

    Examples:
        >>> concentration(np.array([1.0, 1.0, 2.0]))
        {'hhi': 0.375, 'effective': 2.6666666666666665, 'cr4': 1.0}
    """
    shares = np.sort(parts)[::-1] / parts.sum()
    hhi = float((shares**2).sum())
    return {"hhi": hhi, "effective": 1 / hhi, "cr4": float(shares[:4].sum())}


def actor_indicators(facts: Facts, *, precision: Precision) -> Iterator[Measured]:
    """Measure the number and concentration of actors, and international collaboration.

    Concentration is over fractional counts. Names are as the source writes them: two people of
    one name are one, one person under two names is two. Newcomers are recent works none of
    whose authors has an earlier work in the topic. International collaboration is the share of
    works with two countries or more among those with any country known; works whose source
    lists only the first address are taken for national ones.
    Source: Hirschman (1964) for concentration, as `concentration`.

    Args:
        facts: Works, clusters and their actors.
        precision: How intervals are made.
    """
    for cluster in range(len(facts.clusters)):
        works = facts.of_cluster(cluster)
        for kind in KINDS:
            yield from _of_kind(facts, cluster, works=works, kind=kind)
        known = np.array([w for w in works.tolist() if facts.countries[w]], dtype=np.int64)
        n_countries = np.array([len(facts.countries[w] or ()) for w in known.tolist()], dtype=float)
        yield share(
            "international_share",
            cluster,
            base=known,
            counted=known[n_countries > 1],
            weight=n_countries[n_countries > 1],
            precision=precision,
            unknown="no_countries",
        )
        yield _newcomers(facts, cluster, works=works, precision=precision)


def _of_kind(
    facts: Facts, cluster: int, *, works: NDArray[np.int64], kind: str
) -> Iterator[Measured]:
    actors, known = actors_of(names_of(facts, kind), works, kind=kind)
    plural = {"author": "authors", "organisation": "organisations", "country": "countries"}[kind]
    if not actors:
        for name in (f"n_{plural}", f"{kind}_hhi", f"{kind}_effective", f"{kind}_cr4"):
            yield Measured(indicator=name, cluster=cluster, unit="", note=f"no_{plural}")
        return
    texts = tuple(actor.item for actor in actors[:10])
    yield Measured(
        indicator=f"n_{plural}",
        cluster=cluster,
        unit="count",
        value=float(len(actors)),
        base=known,
        texts=texts,
    )
    told = concentration(np.array([actor.n_fractional for actor in actors]))
    for name, value in told.items():
        yield Measured(
            indicator=f"{kind}_{name}",
            cluster=cluster,
            unit="count" if name == "effective" else "share",
            value=value,
            base=known,
            texts=texts,
        )


def _newcomers(
    facts: Facts, cluster: int, *, works: NDArray[np.int64], precision: Precision
) -> Measured:
    """Measure the share of recent works all of whose authors are new to the topic."""
    known = [w for w in works.tolist() if facts.authors[w]]
    old = {name for w in known if not facts.recent[w] for name in facts.authors[w] or ()}
    base = np.array([w for w in known if facts.recent[w]], dtype=np.int64)
    counted = [w for w in base.tolist() if old.isdisjoint(facts.authors[w] or ())]
    return share(
        "newcomer_share",
        cluster,
        base=base,
        counted=np.array(counted, dtype=np.int64),
        precision=precision,
        unknown="no_authors",
    )
