"""Citations among merged works: a record of one database cites a record of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from armillary.sources.works.citations import resolve_citations

if TYPE_CHECKING:
    from ibis.expr.types import StringValue

    from armillary.model.table import Table

# The short form of Web of Science, and a reference as Scopus writes it out; both hold family
# name, year, volume and first page. RE2 and Java read the patterns alike.
_SHORT = (
    r"^([^,\s]+)[^,]*, [0-9]{4}, [^,]+, v[^,]+, p[^,]+",
    r"^[^,]+, ([0-9]{4}), [^,]+, v[^,]+, p[^,]+",
    r"^[^,]+, [0-9]{4}, [^,]+, v([^,]+), p[^,]+",
    r"^[^,]+, [0-9]{4}, [^,]+, v[^,]+, p([^,]+)",
)
_LONG = (
    r"^([^,\s]+),",
    r"\(([0-9]{4})\) [^;]{3,200}?, [0-9]+ ?(?:\([^)]*\))?, pp?\. ?[0-9a-z]+",
    r"\([0-9]{4}\) [^;]{3,200}?, ([0-9]+) ?(?:\([^)]*\))?, pp?\. ?[0-9a-z]+",
    r"\([0-9]{4}\) [^;]{3,200}?, [0-9]+ ?(?:\([^)]*\))?, pp?\. ?([0-9a-z]+)",
)


def merged_citations(works: Table, members: Table, *, known: Table, source: str) -> Table:
    """Match the references of all records to merged works, whatever database they came from.

    A merged work is named by every id, DOI and form of being cited of its records, and cites
    what any of its records cites. Beside the names `resolve_citations` goes by, a reference and
    a work are matched by the first author's family name, year, volume and first page, which
    Scopus and Web of Science both write; where these fit several works they match none.

    Source: rules of our own, from how the databases write references.

    Args:
        works: Table `work` of the records before merging.
        members: Table `work_member` of the merge.
        known: Table `citation` of the same sources: citations already matched within each.
        source: Source of the merged works.

    Returns:
        Table `citation`, one row per pair of merged works: source, citing, cited.
    """
    of = members.select("member", merged=members.work)
    mapped = works.join(of, works.work == of.member).drop("work", "member", "source")
    mapped = mapped.mutate(source=ibis.literal(source)).rename(work="merged")
    across = resolve_citations(mapped).select("citing", "cited")
    citing = of.select(citing="member", citing_work="merged")
    cited = of.select(cited="member", cited_work="merged")
    within = known.join(citing, "citing").join(cited, "cited")
    within = within.select(citing="citing_work", cited="cited_work")
    found = ibis.union(across, within, _by_page(mapped)).distinct()
    return (
        found.filter(found.citing != found.cited)
        .mutate(source=ibis.literal(source))
        .select("source", "citing", "cited")
        .order_by("source", "citing", "cited")
    )


def _by_page(mapped: Table) -> Table:
    """Match by family name, year, volume and page: citing, cited."""
    names = mapped.select("work", text=mapped.cited_as.unnest())
    names = names.select("work", key=_key(names.text, _SHORT))
    named = (
        names.filter(names.key.notnull())
        .group_by("key")
        .agg(cited=names.work.min(), n_works=names.work.nunique())
    )
    named = named.filter(named.n_works == 1).select("key", "cited")
    written = mapped.select(citing="work", text=mapped.references.unnest())
    keyed = ibis.union(
        written.select("citing", key=_key(written.text, _SHORT)),
        written.select("citing", key=_key(written.text, _LONG)),
    )
    keyed = keyed.filter(keyed.key.notnull()).distinct()
    return keyed.join(named, "key").select("citing", "cited")


def _key(text: StringValue, patterns: tuple[str, ...]) -> StringValue:
    lower = text.lower()
    parts = [lower.re_extract(pattern, 1) for pattern in patterns]
    whole = parts[0].length() > 0
    for part in parts[1:]:
        whole &= part.length() > 0
    joined = ibis.literal("page:")
    for part in parts:
        joined = joined + part + "|"
    return ibis.ifelse(whole, joined, ibis.null("string"))
