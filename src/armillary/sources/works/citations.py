"""Which works of a source cite which: references as written, matched to works."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from ibis import _

from armillary.sources.works.patents import numbers

if TYPE_CHECKING:
    from ibis.expr.types import StringValue

    from armillary.model.table import Table

# Patterns are written so that DuckDB (RE2) and Spark (Java) read them alike.
_DOI = r"(10\.[0-9]{4,9}/[^\s,\"]+)"
_SECOND_DOI = r"10\.[0-9]{4,9}/[^\s,\"]+,.*?(10\.[0-9]{4,9}/[^\s,\"]+)"
_DOI_TAIL = r"[\].;]+$"
_SHORT = r"^[^,]+, [0-9]{4}, [^,]+, v[^,]+, (p|artn )[^,]+$"
_PMID = r"\bPMID:? ?([0-9]{1,9})\b"
_PUB = r"\b(pub\.[0-9]{6,})\b"
# Scopus: "Batty, M., Lee, A.-B., Title (2001) Source, 1, pp. 2-3" until 2022, then
# "Batty M., Lee A.-B., Title, Source, 1, pp. 2-3, (2001)".
_INITIALS = r"(?:\p{Lu}\p{Ll}?\.[- ]?)+"
_FAMILY = rf"^([^,]+?)(?:,? {_INITIALS})?, "
_PEOPLE = rf"^(?:[^,]+,? {_INITIALS}, )+"
_YEAR_AFTER_TITLE = r"^(.+?) \(((?:1[5-9]|20)[0-9]{2})\) "
_YEAR_AT_END = r"^(.+), \(((?:1[5-9]|20)[0-9]{2})\)[;.]?$"
_NO_LETTER = r"[^\p{L}\p{N}]+"
_ACCENTED = "áàâäãåāăąçćčďđéèêëēęěğíìîïīıłñńňóòôöõøōőŕřśšşťúùûüūůűýÿźžżς"
_PLAIN = "aaaaaaaaacccddeeeeeeegiiiiiilnnnoooooooorrssstuuuuuuuyyzzzc"
_TITLE_LETTERS = 20
_COMMA_PARTS = range(2, 9)
# Forms that may fit several works; then they name none.
_FORMS = ("short:", "titled:", "placed:")


def resolve_citations(works: Table) -> Table:
    """Match the references of works to works of the same source.

    A reference names a work by its id (OpenAlex, Lens, Dimensions), by a DOI or PubMed number
    within its text, by a publication number of a patent family, by the short form of Web of
    Science (first author, year, source, volume and page all alike), or by the form of Scopus:
    family name of the first author, whole title and year all alike, and the source too where
    the year stands at the end. Titles under 20 letters match only with their source. A form
    that fits several works matches none of them; where several records hold one DOI or
    publication number, the one with the lowest id is taken. Publication numbers are compared in
    their one form (`patents.numbers`): United States applications, for instance, are cited with
    one zero more (US20070093945) than their number has (US2007093945). Self-citations and
    repeats go.

    Source: rules of our own, from how the databases write references.

    Args:
        works: Table `work`, all files of one or several sources.

    Returns:
        Table `citation`, one row per pair: source, citing, cited.
    """
    names = _names(works)
    cited = works.select("source", citing=works.work, text=works.references.unnest())
    keys = ibis.array(_keys_as_cited(cited.text))
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
    of a patent, the short form, the PubMed or Dimensions id, the form of Scopus, or the text
    itself in lower case with runs of anything but letters and digits made one space. A reference that `resolve_citations` matches to a work
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
        patent=ibis.coalesce(*numbers.keys_as_cited(written.text)),
        short=_short_key(written.text),
        other=ibis.coalesce(
            _pmid_key(written.text), _pub_key(written.text), _titled_key(written.text)
        ),
        plain=_plain_key(written.text),
        tried=ibis.array(_keys_as_cited(written.text)),
    )
    carried = keyed.filter(keyed.doi.notnull() & keyed.short.notnull())
    carried = carried.group_by(short_form=carried.short).agg(
        carried_doi=carried.doi.min(), n_dois=carried.doi.nunique()
    )
    carried = carried.filter(carried.n_dois == 1).select("short_form", "carried_doi")
    keyed = keyed.left_join(carried, keyed.short == carried.short_form).drop("short_form")
    own = ibis.coalesce(
        keyed.doi, keyed.carried_doi, keyed.patent, keyed.short, keyed.other, keyed.plain
    )
    # The same names by which `resolve_citations` matches, so that both agree on what is inside.
    names = keyed.select("source", "citing", own=own, name=keyed.tried.unnest())
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


def _keys_as_cited(text: StringValue) -> list[StringValue]:
    """Return every key a reference may have; null where its text has no such form."""
    return [
        _id_key(text),
        _doi_key(text, _DOI),
        _doi_key(text, _SECOND_DOI),
        _short_key(text),
        *numbers.keys_as_cited(text),
        _pmid_key(text),
        _pub_key(text),
        _titled_key(text),
        *(_placed_key(text, n_parts) for n_parts in _COMMA_PARTS),
    ]


def _names(works: Table) -> Table:
    """Return the keys by which each work is cited: source, key, cited."""
    also = works.select("source", "work", text=works.cited_as.unnest())
    keyed = ibis.union(
        works.select("source", "work", key=_id_key(works.native_id)),
        works.select("source", "work", key=_doi_key(works.doi, _DOI)),
        also.select("source", "work", key=_short_key(also.text)),
        *(
            works.select("source", "work", key=key)
            for key in numbers.keys_as_named(works.native_id)
        ),
        *(also.select("source", "work", key=key) for key in numbers.keys_as_named(also.text)),
        also.select("source", "work", key=_pmid_key(also.text)),
        also.select("source", "work", key=_titled_key(also.text)),
        also.select("source", "work", key=_placed_key(also.text, None)),
    )
    keyed = keyed.filter(keyed.key.notnull())
    named = keyed.group_by("source", "key").agg(
        cited=keyed.work.min(), n_works=keyed.work.nunique()
    )
    of_form = ibis.or_(*(named.key.startswith(form) for form in _FORMS))
    sure = (named.n_works == 1) | ~of_form
    return named.filter(sure).select("source", "key", "cited")


def _id_key(text: StringValue) -> StringValue:
    return ibis.literal("id:") + text.strip().replace("https://openalex.org/", "")


def _doi_key(text: StringValue, pattern: str) -> StringValue:
    doi = text.lower().re_extract(pattern, 1).re_replace(_DOI_TAIL, "")
    return ibis.ifelse(doi.length() > 0, ibis.literal("doi:") + doi, ibis.null("string"))


def _short_key(text: StringValue) -> StringValue:
    form = text.lower().re_replace(r", doi .*$", "").strip()
    key = ibis.literal("short:") + form
    return ibis.ifelse(form.re_search(_SHORT), key, ibis.null("string"))


def _plain_key(text: StringValue) -> StringValue:
    words = text.lower().re_replace(r"[^\p{L}\p{N}]+", " ").strip()
    return ibis.ifelse(words.length() > 0, ibis.literal("text:") + words, ibis.null("string"))


def _found(key: str, name: StringValue) -> StringValue:
    """Return a key, null where its name is empty."""
    return ibis.ifelse(name.length() > 0, ibis.literal(key) + name, ibis.null("string"))


def _pmid_key(text: StringValue) -> StringValue:
    return _found("pmid:", text.re_extract(_PMID, 1))


def _pub_key(text: StringValue) -> StringValue:
    return _found("id:", text.re_extract(_PUB, 1))


def _letters(text: StringValue) -> StringValue:
    """Return letters and figures alone, for databases differ in accents, marks and case."""
    return text.lower().translate(_ACCENTED, _PLAIN).re_replace(_NO_LETTER, "")


def _titled_key(text: StringValue) -> StringValue:
    """Key of a Scopus form whose year stands behind the title."""
    rest = text.re_replace(_PEOPLE, "")
    title = _letters(rest.re_extract(_YEAR_AFTER_TITLE, 1))
    said = _letters(text.re_extract(_FAMILY, 1)) + ":" + rest.re_extract(_YEAR_AFTER_TITLE, 2) + ":"
    fits = (title.length() >= _TITLE_LETTERS) & (rest.length() < text.length())
    return ibis.ifelse(fits, ibis.literal("titled:") + said + title, ibis.null("string"))


def _placed_key(text: StringValue, n_parts: int | None) -> StringValue:
    """Key of a Scopus form whose year stands at the end.

    Commas stand in titles and sources as well as between them, so each number of parts is
    tried for a reference; the work itself has title and source alone, all its parts.
    """
    rest = text.re_replace(_PEOPLE, "")
    body = rest.re_extract(_YEAR_AT_END, 1)
    if n_parts is not None:
        body = body.re_extract(rf"^((?:[^,]*,){{{n_parts - 1}}}[^,]*)", 1)
    place = _letters(body)
    said = _letters(text.re_extract(_FAMILY, 1)) + ":" + rest.re_extract(_YEAR_AT_END, 2) + ":"
    fits = (place.length() > 0) & (rest.length() < text.length())
    return ibis.ifelse(fits, ibis.literal("placed:") + said + place, ibis.null("string"))
