"""What the patents of each cluster say: who applies, where, in which fields, citing what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from ibis import _

from armillary.analyses.topics.applicants import applicant_key
from armillary.analyses.topics.technology_fields import technology_fields

if TYPE_CHECKING:
    from armillary.model.table import Table


def cluster_patents(patents: Table, cluster_works: Table, *, concordance: Table) -> Table:
    """Count applicants, offices, technology fields and sectors of the patents of each cluster.

    A patent with several applicants counts once for each of them, one in several fields is
    shared out among its fields. Shares are of the patents that state the kind at all.

    No method of its own.

    Args:
        patents: Table `patent`; give one row per family where families should count once.
        cluster_works: Columns `corpus`, `cluster`, `work`.
        concordance: Concordance of IPC codes; see `technology_fields`.

    Returns:
        Table `cluster_patent`.
    """
    patents, member = _nullable(patents), _nullable(cluster_works)
    written = patents.select("work", name=patents.applicants.unnest())
    named = written.select("work", item=applicant_key(written.name))
    fields = technology_fields(patents, concordance)
    offices = patents.select("work", item=patents.office).filter(_.item.notnull())
    parts = [
        _weighted(named.filter(_.item != "").distinct(), "applicant"),
        _weighted(offices.distinct(), "office"),
        fields.select("work", "share", kind=ibis.literal("field"), item=_.field),
        fields.select("work", "share", kind=ibis.literal("sector"), item=_.sector),
    ]
    columns = ("work", "kind", "item", "share")
    items = ibis.union(*(part.select(*columns) for part in parts)).join(member, "work")
    counted = items.group_by("corpus", "cluster", "kind", "item").agg(n_patents=_.share.sum())
    stated = items.group_by("corpus", "cluster", "kind").agg(n_stated=_.work.nunique())
    order = ibis.window(
        group_by=("corpus", "cluster", "kind"),
        order_by=(ibis.desc("n_patents"), "item"),
    )
    return (
        counted.join(stated, ["corpus", "cluster", "kind"])
        .mutate(rank=ibis.row_number().over(order) + 1)
        .select(
            "corpus",
            "cluster",
            "kind",
            "item",
            "rank",
            "n_patents",
            share=_.n_patents / _.n_stated,
        )
        .order_by("corpus", "cluster", "kind", "rank")
    )


def patent_indicators(
    patents: Table, cluster_works: Table, *, science_links: Table, concordance: Table
) -> Table:
    """Sum up the patents of each cluster in a few numbers.

    - `patents`: number of patents.
    - `applicant_concentration`: sum over applicants of the square of their share in all
      mentions of applicants (Herfindahl index): 1 for a single one, 1/n for n alike.
    - `field_concentration`: the same over technology fields.
    - `family_size`: mean number of family members, where the source counts them.
    - `grant_share`: share of grants among patents whose status is known to be either.
    - `science_citations`: works cited by patents of the cluster, per patent that states its
      citations of literature.
    - `science_share`: share of those patents that cite at least one work of the corpora.

    Source: Herfindahl index as in Hirschman, A. O. (1964), American Economic Review 54, 761.

    Args:
        patents: Table `patent`.
        cluster_works: Columns `corpus`, `cluster`, `work`.
        science_links: Table `science_link`.
        concordance: Concordance of IPC codes; see `technology_fields`.

    Returns:
        One row per cluster and indicator that has a value: `corpus`, `cluster`, `indicator`,
        `value`, `unit`, `n_works` (patents the value rests on).
    """
    patents, member = _nullable(patents), _nullable(cluster_works)
    counted = cluster_patents(patents, cluster_works, concordance=concordance)
    held = patents.join(member, "work")
    by = ("corpus", "cluster")
    size = held.filter(_.family_size.notnull())
    grant = held.filter(_.status.isin(["grant", "application"]))
    citing = held.filter(_.cited_literature.notnull()).select(*by, "work")
    linked = science_links.group_by("patent").agg(n_linked=_.work.nunique())
    cites = citing.left_join(linked, citing.work == linked.patent).mutate(
        n_linked=_.n_linked.fill_null(0)
    )
    parts = [
        _indicator(held.group_by(*by).agg(value=_.count().cast("float64"), n_works=_.count()),
                   "patents", "count"),
        *(
            _indicator(_concentration(counted, held, kind), f"{kind}_concentration", "0..1")
            for kind in ("applicant", "field")
        ),
        _indicator(size.group_by(*by).agg(value=_.family_size.mean(), n_works=_.count()),
                   "family_size", "count"),
        _indicator(
            grant.group_by(*by).agg(
                value=(_.status == "grant").ifelse(1, 0).mean(), n_works=_.count()
            ),
            "grant_share",
            "0..1",
        ),
        _indicator(cites.group_by(*by).agg(value=_.n_linked.mean(), n_works=_.count()),
                   "science_citations", "count"),
        _indicator(
            cites.group_by(*by).agg(
                value=(_.n_linked > 0).ifelse(1, 0).mean(), n_works=_.count()
            ),
            "science_share",
            "0..1",
        ),
    ]  # fmt: skip
    return ibis.union(*parts).order_by("corpus", "cluster", "indicator")


def _nullable(table: Table) -> Table:
    """Let ids be null by type, so that all parts of a union agree on it; none of them is."""
    ids = [name for name in ("corpus", "cluster", "work") if name in table.columns]
    held = table.mutate(**{name: table[name].nullif("") for name in ids})
    return held.select(*ids) if "cluster" in ids else held


def _weighted(items: Table, kind: str) -> Table:
    # Written as 1.0 the share would be a decimal on Spark, and so would all its sums.
    return items.select(
        "work", kind=ibis.literal(kind), item=_.item, share=ibis.literal(1).cast("float64")
    )


def _concentration(counted: Table, held: Table, kind: str) -> Table:
    own = counted.filter(_.kind == kind)
    total = own.group_by("corpus", "cluster").agg(total=_.n_patents.sum())
    parts = own.join(total, ["corpus", "cluster"]).mutate(part=_.n_patents / _.total)
    n_works = held.group_by("corpus", "cluster").agg(n_works=_.count())
    squared = parts.group_by("corpus", "cluster").agg(value=(_.part * _.part).sum())
    return squared.join(n_works, ["corpus", "cluster"])


def _indicator(table: Table, name: str, unit: str) -> Table:
    return table.select(
        "corpus",
        "cluster",
        indicator=ibis.literal(name),
        value=_.value.cast("float64"),
        unit=ibis.literal(unit),
        n_works=_.n_works.cast("int64"),
    )
