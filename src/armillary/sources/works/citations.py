"""Which works of a source cite which: references as written, matched to works."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from ibis import _

from armillary.sources.works.patents import numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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
# Numbers that stand for what is cited, wherever it is.
_CODED = ("patent:", "patent-of-any-kind:", "pmid:", "id:pub.")
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
    found = _keyed(cited).join(names, ["source", "key"])
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
    of a patent, the PubMed or Dimensions id, the short form, or the text itself in lower case
    with runs of anything but letters and digits made one space. A reference that
    `resolve_citations` matches to a work of the same source has the key of that work, however
    it is written.

    Source: rules of our own, from how the databases write references.

    Args:
        works: Table `work`, all files of one or several sources.
        citations: Table `citation` of the same works, as `resolve_citations` gives it.

    Returns:
        Table `reference`, one row per work and thing it cites: source, citing, key, and cited:
        the work of the same source that the key stands for, null for a work outside it.
    """
    written = works.select("source", citing=works.work, text=works.references.unnest())
    written = written.filter(written.text.strip().length() > 0).distinct()
    keyed = written.mutate(
        doi=_doi_key(written.text, _DOI),
        short=_short_key(written.text),
        plain=_plain_key(written.text),
    ).distinct()
    carried = keyed.filter(keyed.doi.notnull() & keyed.short.notnull())
    carried = carried.group_by(short_form=carried.short).agg(
        carried_doi=carried.doi.min(), n_dois=carried.doi.nunique()
    )
    carried = carried.filter(carried.n_dois == 1).select("short_form", "carried_doi")
    keyed = keyed.left_join(carried, keyed.short == carried.short_form).drop("short_form")
    # The same names by which `resolve_citations` matches, so that both agree on what is inside.
    every = _keyed(written)
    coded = every.filter(ibis.or_(*(every.key.startswith(form) for form in _CODED)))
    coded = coded.group_by("source", "citing", "text").agg(coded=coded.key.min())
    keyed = keyed.left_join(coded, ["source", "citing", "text"])
    keyed = keyed.select(
        "source",
        "citing",
        "text",
        own=ibis.coalesce(keyed.doi, keyed.carried_doi, keyed.coded, keyed.short, keyed.plain),
    ).filter(_.own.notnull())
    matched = (
        every.join(_names(works), ["source", "key"])
        .semi_join(citations.select("source", "citing", "cited"), ["source", "citing", "cited"])
        .group_by("source", "citing", "text")
        .agg(cited=_.cited.min())
    )
    joined = keyed.left_join(matched, ["source", "citing", "text"])
    inside = joined.select(
        "source",
        "citing",
        key=ibis.ifelse(joined.cited.notnull(), ibis.literal("work:") + joined.cited, joined.own),
        cited=joined.cited,
    )
    return inside.distinct().order_by("source", "citing", "key")


def _keyed(cited: Table) -> Table:
    """Return every key a reference may have: source, citing, text, key."""
    keys = ibis.array(
        [
            _id_key(cited.text),
            _doi_key(cited.text, _DOI),
            _doi_key(cited.text, _SECOND_DOI),
            _short_key(cited.text),
        ]
    )
    columns = ("source", "citing", "text", "key")
    keyed = ibis.union(
        cited.select("source", "citing", "text", key=keys.unnest()),
        _numbered(cited, "PMID", _pmid_key),
        _numbered(cited, "pub.", _pub_key),
        numbers.keys_as_cited(cited).select(*columns),
        _titled(cited).select(*columns),
        _placed(cited, _COMMA_PARTS).select(*columns),
        distinct=True,
    )
    return keyed.filter(keyed.key.notnull())


def _names(works: Table) -> Table:
    """Return the keys by which each work is cited: source, key, cited."""
    also = works.select("source", "work", text=works.cited_as.unnest())
    native = works.select("source", "work", text=works.native_id.nullif(""))
    keyed = ibis.union(
        works.select("source", "work", key=_id_key(works.native_id)),
        works.select("source", "work", key=_doi_key(works.doi, _DOI)),
        numbers.keys_as_named(also.union(native)).select("source", "work", "key"),
        also.select("source", "work", key=_short_key(also.text)),
        also.select("source", "work", key=_pmid_key(also.text)),
        _titled(also).select("source", "work", "key"),
        _placed(also, None).select("source", "work", "key"),
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


def _numbered(cited: Table, mark: str, key: Callable[[StringValue], StringValue]) -> Table:
    """Return the keys of the references that hold a mark; the others are not searched."""
    held = cited.filter(cited.text.contains(mark))
    return held.select("source", "citing", "text", key=key(held.text))


def _scopus_form(cited: Table, shape: str) -> Table:
    """Keep what has the shape of a Scopus form: with `family`, `year` and `body`, the rest.

    Most references of other databases have no year in brackets, and are passed over at once.
    """
    held = cited.filter(cited.text.re_search(shape))
    held = held.mutate(rest=held.text.re_replace(_PEOPLE, ""))
    held = held.filter(held.rest.length() < held.text.length())
    return held.mutate(
        family=_letters(held.text.re_extract(_FAMILY, 1)),
        year=held.rest.re_extract(shape, 2),
        body=held.rest.re_extract(shape, 1),
    )


def _titled(cited: Table) -> Table:
    """Add the key of a Scopus form whose year stands behind the title."""
    held = _scopus_form(cited, _YEAR_AFTER_TITLE)
    held = held.mutate(title=_letters(held.body))
    held = held.filter(held.title.length() >= _TITLE_LETTERS)
    return held.mutate(
        key=ibis.literal("titled:") + held.family + ":" + held.year + ":" + held.title
    )


def _placed(cited: Table, n_parts: Iterable[int] | None) -> Table:
    """Add the keys of a Scopus form whose year stands at the end.

    Commas stand in titles and sources as well as between them, so each number of parts is
    tried for a reference; the work itself has title and source alone, all its parts.
    """
    held = _scopus_form(cited, _YEAR_AT_END)
    bodies = [held.body]
    if n_parts is not None:
        bodies = [held.body.re_extract(rf"^((?:[^,]*,){{{n - 1}}}[^,]*)", 1) for n in n_parts]
    held = held.mutate(place=ibis.array(bodies).unnest())
    held = held.mutate(place=_letters(held.place))
    held = held.filter(held.place.length() > 0)
    return held.mutate(
        key=ibis.literal("placed:") + held.family + ":" + held.year + ":" + held.place
    )


def _plain_key(text: StringValue) -> StringValue:
    words = text.lower().re_replace(r"[^\p{L}\p{N}]+", " ").strip()
    return ibis.ifelse(words.length() > 0, ibis.literal("text:") + words, ibis.null("string"))
