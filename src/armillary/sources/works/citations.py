"""Which works of a source cite which: references as written, matched to works."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from ibis import _

if TYPE_CHECKING:
    from ibis.expr.types import StringValue

    from armillary.model.table import Table

# Patterns are written so that DuckDB (RE2) and Spark (Java) read them alike.
_DOI = r"(10\.[0-9]{4,9}/[^\s,\"]+)"
_SECOND_DOI = r"10\.[0-9]{4,9}/[^\s,\"]+,.*?(10\.[0-9]{4,9}/[^\s,\"]+)"
_DOI_TAIL = r"[\].;]+$"
_PATENT = r"^[A-Z][A-Z][0-9][0-9A-Z]{3,}$"
_LONG_US = r"^US(19|20)[0-9]{2}0[0-9]{6}[A-Z][0-9]?$"
_SHORT = r"^[^,]+, [0-9]{4}, [^,]+, v[^,]+, (p|artn )[^,]+$"


def resolve_citations(works: Table) -> Table:
    """Match the references of works to works of the same source.

    A reference names a work by its id (OpenAlex), by a DOI within its text, by a publication
    number of a patent family, or by the short form of Web of Science (first author, year,
    source, volume and page all alike). A short form that fits several works matches none of
    them; where several records hold one DOI, the one with the lowest id is taken. United
    States applications are cited with one zero more (US20070093945) than their publication
    number has (US2007093945); the zero goes. Self-citations and repeats go.

    Source: rules of our own, from how the databases write references.

    Args:
        works: Table `work`, all files of one or several sources.

    Returns:
        Table `citation`, one row per pair: source, citing, cited.
    """
    names = _names(works)
    cited = works.select("source", citing=works.work, text=works.references.unnest())
    keys = ibis.array(
        [
            _id_key(cited.text),
            _doi_key(cited.text, _DOI),
            _doi_key(cited.text, _SECOND_DOI),
            _patent_key(cited.text),
            _short_key(cited.text),
        ]
    )
    keyed = cited.select("source", "citing", key=keys.unnest()).distinct()
    found = keyed.filter(keyed.key.notnull()).join(names, ["source", "key"])
    return (
        found.filter(found.citing != found.cited)
        .select("source", "citing", "cited")
        .distinct()
        .order_by("source", "citing", "cited")
    )


def reference_keys(works: Table, citations: Table) -> Table:
    """Give every reference one key, so that works citing the same thing can be told.

    The key is the DOI where the reference holds one; else the DOI that the same short form of
    Web of Science carries elsewhere in these works, where it carries one alone; else the number
    of a patent, the id, the short form, or the text itself in lower case with runs of anything
    but letters and digits made one space. A reference that `resolve_citations` matches to a work
    of the same source has the key of that work, however it is written.

    Source: rules of our own, from how the databases write references.

    Args:
        works: Table `work`, all files of one or several sources.
        citations: Table `citation` of the same works, as `resolve_citations` gives it.

    Returns:
        Table `reference`, one row per work and thing it cites: source, citing, key, and cited:
        the work of the same source that the key stands for, null for a work outside it.
    """
    written = works.select("source", citing=works.work, text=works.references.unnest())
    written = written.filter(written.text.strip().length() > 0)
    keyed = written.mutate(
        doi=_doi_key(written.text, _DOI),
        second=_doi_key(written.text, _SECOND_DOI),
        patent=_patent_key(written.text),
        short=_short_key(written.text),
        native=_id_key(written.text),
        plain=_plain_key(written.text),
    )
    carried = keyed.filter(keyed.doi.notnull() & keyed.short.notnull())
    carried = carried.group_by(short_form=carried.short).agg(
        carried_doi=carried.doi.min(), n_dois=carried.doi.nunique()
    )
    carried = carried.filter(carried.n_dois == 1).select("short_form", "carried_doi")
    keyed = keyed.left_join(carried, keyed.short == carried.short_form).drop("short_form")
    own = ibis.coalesce(keyed.doi, keyed.carried_doi, keyed.patent, keyed.short, keyed.plain)
    # The same names by which `resolve_citations` matches, so that both agree on what is inside.
    tried = ibis.array([keyed.native, keyed.doi, keyed.second, keyed.patent, keyed.short])
    names = keyed.select("source", "citing", own=own, name=tried.unnest())
    known = _names(works).rename(name="key")
    matched = (
        names.join(known, ["source", "name"])
        .select("source", "citing", "own", "cited")
        .semi_join(citations.select("source", "citing", "cited"), ["source", "citing", "cited"])
        .group_by("source", "citing", "own")
        .agg(cited=_.cited.min())
    )
    every = names.filter(names.own.notnull()).select("source", "citing", "own").distinct()
    joined = every.left_join(matched, ["source", "citing", "own"])
    inside = joined.select(
        "source",
        "citing",
        key=ibis.ifelse(joined.cited.notnull(), ibis.literal("work:") + joined.cited, joined.own),
        cited=joined.cited,
    )
    return inside.distinct().order_by("source", "citing", "key")


def _names(works: Table) -> Table:
    """Return the keys by which each work is cited: source, key, cited."""
    also = works.select("source", "work", text=works.cited_as.unnest())
    keyed = ibis.union(
        works.select("source", "work", key=_id_key(works.native_id)),
        works.select("source", "work", key=_patent_key(works.native_id)),
        works.select("source", "work", key=_doi_key(works.doi, _DOI)),
        also.select("source", "work", key=_patent_key(also.text)),
        also.select("source", "work", key=_short_key(also.text)),
    )
    keyed = keyed.filter(keyed.key.notnull())
    named = keyed.group_by("source", "key").agg(
        cited=keyed.work.min(), n_works=keyed.work.nunique()
    )
    sure = (named.n_works == 1) | ~named.key.startswith("short:")
    return named.filter(sure).select("source", "key", "cited")


def _id_key(text: StringValue) -> StringValue:
    return ibis.literal("id:") + text.strip().replace("https://openalex.org/", "")


def _doi_key(text: StringValue, pattern: str) -> StringValue:
    doi = text.lower().re_extract(pattern, 1).re_replace(_DOI_TAIL, "")
    return ibis.ifelse(doi.length() > 0, ibis.literal("doi:") + doi, ibis.null("string"))


def _patent_key(text: StringValue) -> StringValue:
    number = text.upper().re_replace(r"[-\s/.]", "")
    shorter = number.substr(0, 6) + number.substr(7)
    number = ibis.ifelse(number.re_search(_LONG_US), shorter, number)
    key = ibis.literal("patent:") + number
    return ibis.ifelse(number.re_search(_PATENT), key, ibis.null("string"))


def _short_key(text: StringValue) -> StringValue:
    form = text.lower().re_replace(r", doi .*$", "").strip()
    key = ibis.literal("short:") + form
    return ibis.ifelse(form.re_search(_SHORT), key, ibis.null("string"))


def _plain_key(text: StringValue) -> StringValue:
    words = text.lower().re_replace(r"[^\p{L}\p{N}]+", " ").strip()
    return ibis.ifelse(words.length() > 0, ibis.literal("text:") + words, ibis.null("string"))
