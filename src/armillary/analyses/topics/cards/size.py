"""How large a topic is, and how its share of all works has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from armillary.analyses.topics.cards.measured import NO_WORKS, Measured, Precision, share

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from armillary.analyses.topics.cards.facts import Facts


def size(facts: Facts, *, precision: Precision) -> Iterator[Measured]:
    """Measure the size, the share and the growth of each topic.

    The share is of the recent works on the map: of the corpus and not of the world, unless the
    corpus is. Growth is the shrunken ratio the map was made with; its width is the logarithm
    of the upper over the lower end of its interval, large where growth cannot be told.
    Source: see `growth`.

    Args:
        facts: Works and clusters.
        precision: How the interval of the share is made.
    """
    on_map = np.flatnonzero((facts.label >= 0) & facts.recent)
    for cluster, row in enumerate(facts.rows):
        works = facts.of_cluster(cluster)
        yield Measured(
            indicator="size",
            cluster=cluster,
            unit="count",
            value=float(works.size),
            base=works,
            weight=facts.centrality[works],
        )
        recent = works[facts.recent[works]]
        yield share(
            "share",
            cluster,
            base=on_map,
            counted=recent,
            weight=facts.centrality[recent],
            precision=precision,
            unknown="no_works",
        )
        compared = works[facts.years[works] >= _year(row, "before_from")]
        low, high = _number(row, "growth_low"), _number(row, "growth_high")
        for name, value in (
            ("growth", _number(row, "growth")),
            ("growth_width", float(np.log(high / low))),
            ("trend_z", _number(row, "trend_z")),
        ):
            yield Measured(
                indicator=name,
                cluster=cluster,
                unit="ratio" if name == "growth" else "",
                value=value,
                low=low if name == "growth" else None,
                high=high if name == "growth" else None,
                base=compared,
                weight=facts.years[compared].astype(np.float64),
            )


def science_links(
    facts: Facts, links: Sequence[tuple[str, str]] | None, *, precision: Precision
) -> Iterator[Measured]:
    """Measure how much of a topic is linked between papers and patents.

    A work is linked where a patent cites it, a patent where it cites a work.
    Source: Narin, Hamilton & Olivastro (1997), doi:10.1016/S0048-7333(97)00013-9.

    Args:
        facts: Works and clusters.
        links: Pairs (patent, work); None where they were not looked for.
        precision: How the interval is made.
    """
    counts: dict[str, int] = {}
    for pair in set(links or ()):
        for one in pair:
            counts[one] = counts.get(one, 0) + 1
    n_links = np.array([counts.get(work, 0) for work in facts.works], dtype=np.int64)
    for cluster in range(len(facts.clusters)):
        base = facts.of_cluster(cluster) if links is not None else NO_WORKS
        counted = base[n_links[base] > 0]
        yield share(
            "science_link_share",
            cluster,
            base=base,
            counted=counted,
            weight=n_links[counted].astype(np.float64),
            precision=precision,
            unknown="no_science_links",
        )


def _number(row: dict[str, object], name: str) -> float:
    return float(row[name])  # type: ignore[arg-type]


def _year(row: dict[str, object], name: str) -> int:
    return int(row[name])  # type: ignore[call-overload, no-any-return]
