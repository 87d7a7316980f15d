"""How much works have to do with each other by what they cite, inside the corpus and outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import msgspec
from ibis import _

if TYPE_CHECKING:
    from armillary.model.table import Table

HEAVIEST = 500  # works of the corpus; a reference cited by more relates none of them
_UNITS = 2**40  # shares become whole numbers of this many units, so that sums are exact


class HeavyReferences(msgspec.Struct, frozen=True, kw_only=True):
    """References too widely cited to say that two works have to do with each other.

    Args:
        n_references: References cited by more works than the cap.
        n_citations: Citations they receive from the corpus.
        n_all: Citations of all references from the corpus.
    """

    n_references: int
    n_citations: int
    n_all: int


def heavy_references(references: Table, *, heaviest: int = HEAVIEST) -> HeavyReferences:
    """Count the references that are left aside because too many works cite them.

    A reference cited by n works makes n x (n - 1) pairs: 25 million for 5,000 works, each of
    them saying next to nothing.
    No method of its own.

    Args:
        references: As in `bibliographic_coupling`.
        heaviest: Most works a reference may be cited by to relate them.
    """
    sizes = _things(references).group_by("thing").agg(n=_.count())
    row = (
        sizes.agg(
            n_references=(sizes.n > heaviest).sum(),
            n_citations=ibis.ifelse(sizes.n > heaviest, sizes.n, 0).sum(),
            n_all=sizes.n.sum(),
        )
        .to_pyarrow()
        .to_pylist()[0]
    )
    return HeavyReferences(**{name: int(value or 0) for name, value in row.items()})


def bibliographic_coupling(
    references: Table, *, heaviest: int = HEAVIEST, neighbours: int | None = None
) -> Table:
    """Relate works that cite the same things, by how many they share.

    Every work shares out one unit of weight in proportion to the references it shares with
    each other work. What is cited may be in the corpus or outside it. Runs where the table
    lives (DuckDB or Spark); collects nothing.
    Source: Kessler (1963), doi:10.1002/asi.5090140103; normalised as in Waltman, Boyack,
    Colavizza & van Eck (2020), doi:10.1162/qss_a_00035.

    Args:
        references: One row per reference; columns `citing`, `key` (what is cited, by whatever
            name all works know it) and `cited` (the work of the corpus it is, or null).
        heaviest: Most works a reference may be cited by to relate them.
        neighbours: Keep the strongest relations of each work, equal ones by id; None keeps all.

    Returns:
        Columns as `relatedness.direct_citation` returns them.
    """
    things = _things(references)
    light = _between(things, fewest=2, most=heaviest)
    return _shared_out(_pairs(light).mutate(units=1), neighbours=neighbours)


def cocitation(
    citations: Table, *, heaviest: int = HEAVIEST, neighbours: int | None = None
) -> Table:
    """Relate works of the corpus that other works of the corpus cite together.

    Every work shares out one unit of weight in proportion to the works that cite it together
    with each other work. Works that nobody cites have no relation.
    Source: Small (1973), doi:10.1002/asi.4630240406; normalised as in Waltman, Boyack,
    Colavizza & van Eck (2020), doi:10.1162/qss_a_00035.

    Args:
        citations: One row per citation; columns `citing`, `cited` (work ids).
        heaviest: Most works of the corpus a work may cite to relate them.
        neighbours: As in `bibliographic_coupling`.

    Returns:
        Columns as `relatedness.direct_citation` returns them.
    """
    within = citations.filter(_.citing != _.cited)
    cited_by = within.select(work="cited", thing="citing").distinct()
    light = _between(cited_by, fewest=2, most=heaviest)
    return _shared_out(_pairs(light).mutate(units=1), neighbours=neighbours)


def extended_direct_citation(
    references: Table, *, heaviest: int = HEAVIEST, neighbours: int | None = None
) -> Table:
    """Relate works that cite each other, and works that cite the same thing outside the corpus.

    A work's relations are the works of the corpus it cites or is cited by, and the outside
    works it cites that at least one other cites too; each gets an equal share of one unit. The
    share of an outside work is passed on in equal parts to the other works that cite it, so
    that long lists and famous references do not weigh more. Publications have the outside works
    as nodes of the graph; here they are walked through, which keeps the map to its own works.
    Source: Waltman, Boyack, Colavizza & van Eck (2020), doi:10.1162/qss_a_00035, extended
    direct citation; shares as in Waltman & van Eck (2012), doi:10.1002/asi.22748.

    Args:
        references: As in `bibliographic_coupling`.
        heaviest: Most works an outside reference may be cited by to relate them.
        neighbours: As in `bibliographic_coupling`.

    Returns:
        Columns as `relatedness.direct_citation` returns them.
    """
    inside = references.filter(_.cited.notnull() & (_.citing != _.cited))
    forward = inside.select(work="citing", neighbour="cited")
    backward = inside.select(work="cited", neighbour="citing")
    direct = forward.union(backward).distinct()
    outside = references.filter(_.cited.isnull()).select(work="citing", thing="key").distinct()
    pairs = _pairs(_between(outside, fewest=2, most=heaviest))
    units = (ibis.literal(_UNITS) / (pairs.n - 1)).round().cast("int64")
    passed_on = pairs.select("work", "neighbour", units=units)
    each = direct.mutate(units=ibis.literal(_UNITS).cast("int64"))
    return _shared_out(each.union(passed_on), neighbours=neighbours)


def _things(references: Table) -> Table:
    """Name what each work cites once, whether it is in the corpus or not."""
    within = references.filter(_.cited.isnull() | (_.citing != _.cited))
    return within.select(work="citing", thing="key").distinct()


def _between(links: Table, *, fewest: int, most: int) -> Table:
    """Keep the links to things that neither too few nor too many works share."""
    sizes = links.group_by("thing").agg(n=_.count())
    sizes = sizes.filter((_.n >= fewest) & (_.n <= most))
    return links.join(sizes, "thing").select("work", "thing", "n")


def _pairs(links: Table) -> Table:
    """List every ordered pair of works that share a thing, once for each thing."""
    others = links.select(neighbour="work", thing="thing")
    pairs = links.join(others, "thing").filter(_.work != _.neighbour)
    return pairs.select("work", "neighbour", "n")


def _shared_out(pairs: Table, *, neighbours: int | None) -> Table:
    """Add up the units of each pair and let every work share out one unit of weight."""
    summed = pairs.group_by("work", "neighbour").agg(units=_.units.sum().cast("int64"))
    if neighbours is not None:
        strongest = ibis.window(
            group_by="work", order_by=[ibis.desc("units"), ibis.asc("neighbour")]
        )
        summed = summed.mutate(place=ibis.row_number().over(strongest))
        summed = summed.filter(_.place < neighbours).drop("place")
    totals = summed.group_by("work").agg(total=_.units.sum().cast("int64"))
    joined = summed.join(totals, "work")
    weight = joined.units.cast("float64") / joined.total.cast("float64")
    return joined.select("work", "neighbour", weight=weight)
