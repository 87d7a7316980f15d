"""How much of each year's works holds what an analysis needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    from ibis.expr.types import ArrayValue, BooleanValue, StringValue

    from armillary.model.table import Table

FIELDS = (
    "title",
    "abstract",
    "references",
    "resolved",
    "countries",
    "authors",
    "keywords",
    "doi",
    "cited_by",
)


def completeness(works: Table, citations: Table | None = None) -> Table:
    """Return how many works of each year hold what an analysis needs, and their share.

    An empty list and a missing one count alike: there is nothing to analyse. A count of
    citations that is zero is known; one that is missing is not.

    Source: a count of our own; no method is applied.

    Args:
        works: Table `work`.
        citations: Table `citation` of the same sources; without it nothing is known of
            references matched within the corpus, and `resolved` is null.

    Returns:
        Table `completeness`, one row per source and year (null: works without a year).
    """
    held: dict[str, BooleanValue] = {
        "title": _said(works.title),
        "abstract": _said(works.abstract),
        "references": _filled(works.references),
        "countries": _filled(works.countries),
        "authors": _filled(works.authors),
        "keywords": _filled(works.keywords),
        "doi": _said(works.doi),
        "cited_by": works.cited_by_count.notnull(),
    }
    marked = works.select(
        "source",
        "work",
        "year",
        n_references=works.references.length().fill_null(0).cast("int64"),
        **{f"n_{name}": _one(said) for name, said in held.items() if name != "references"},
        n_with=_one(held["references"]),
    )
    if citations is None:
        marked = marked.mutate(n_matched=ibis.null("int64"))
    else:
        out = citations.group_by(citing_work=citations.citing).agg(n_out=citations.count())
        joined = marked.left_join(out, marked.work == out.citing_work)
        marked = joined.mutate(n_matched=joined.n_out.fill_null(0).cast("int64"))
    matched = marked.mutate(n_resolved=(marked.n_matched > 0).cast("int64"))
    summed = matched.group_by("source", "year").agg(
        n_works=matched.count(),
        n_cited_references=matched.n_references.sum(),
        n_matched_references=matched.n_matched.sum(),
        n_references=matched.n_with.sum(),
        **{f"n_{name}": matched[f"n_{name}"].sum() for name in FIELDS if name != "references"},
    )
    shares = {name: summed[f"n_{name}"].cast("float64") / summed.n_works for name in FIELDS}
    return (
        summed.mutate(**shares)
        .select(
            "source",
            "year",
            "n_works",
            *FIELDS,
            *(f"n_{name}" for name in FIELDS),
            "n_cited_references",
            "n_matched_references",
        )
        .order_by("source", ibis.asc("year", nulls_first=False))
    )


def _said(text: StringValue) -> BooleanValue:
    return text.length().fill_null(0) > 0


def _filled(lists: ArrayValue) -> BooleanValue:
    return lists.length().fill_null(0) > 0


def _one(held: BooleanValue) -> ibis.expr.types.IntegerValue:
    return held.cast("int64")
