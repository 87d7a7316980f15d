"""Links from patents to the works they cite: strings of literature matched to works."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from ibis import _

if TYPE_CHECKING:
    from ibis.expr.types import FloatingValue, StringValue

    from armillary.model.table import Table

_DOI = r"(10\.[0-9]{4,9}/[^\s,;\"]+)"
_DOI_TAIL = r"[\].;:)]+$"
_ACCENTS = "àáâãäåçèéêëìíîïñòóôõöøùúûüýÿšžł"
_PLAIN = "aaaaaaceeeeiiiinoooooouuuuyyszl"
_MARKS = "[^0-9a-z\u3400-\u9fff]+"
_FEWEST_WORDS = 3
_SHORTEST_NAME = 2


def science_links(
    patents: Table, works: Table, *, least_share: float = 0.75, year_slack: int = 1
) -> Table:
    """Find the works that patents cite.

    A string that holds the DOI of a work cites it (`doi`, score 1). Otherwise it cites the
    work when it names the surname of the first author and the year (off by at most
    `year_slack`, for online and printed years differ) and holds the title: whole (`title`,
    score 1), or at least `least_share` of the distinct words of a title of three words and
    more (`words`, score that share). Of several works the one with the best score is taken,
    then the one with the same year; where two are equal the string is left unlinked. A DOI
    decides over words.

    Source: rules of our own; how well they do is measured on made strings.

    Args:
        patents: Columns `work`, `cited_literature`.
        works: Columns `work`, `type`, `title`, `authors`, `year`, `doi`; patents among them
            are left out.
        least_share: Share of the words of a title that a string must hold, 0..1.
        year_slack: Years by which the string may be off.

    Returns:
        Table `science_link`.
    """
    strings = patents.select(patent="work", text=patents.cited_literature.unnest())
    strings = strings.filter(_.text.notnull() & (_.text.strip() != "")).distinct()
    papers = works.filter(works.type != "patent")
    by_doi = _by_doi(strings, papers)
    rest = strings.anti_join(by_doi, ["patent", "text"])
    by_title = _by_title(rest, papers, least_share=least_share, year_slack=year_slack)
    found = by_doi.union(by_title)
    order = ibis.window(group_by=("patent", "work"), order_by=(ibis.desc("score"), "rule", "text"))
    return (
        found.mutate(place=ibis.row_number().over(order))
        .filter(_.place == 0)
        .select("patent", "work", "rule", "score", "text")
        .order_by("patent", "work")
    )


def _by_doi(strings: Table, papers: Table) -> Table:
    named = papers.filter(_.doi.notnull()).group_by("doi").agg(work=_.work.min())
    cited = strings.mutate(doi=_.text.lower().re_extract(_DOI, 1).re_replace(_DOI_TAIL, ""))
    return (
        cited.filter(_.doi != "")
        .join(named, "doi")
        .select("patent", "work", "text", rule=ibis.literal("doi"), score=_sure())
    )


def _by_title(strings: Table, papers: Table, *, least_share: float, year_slack: int) -> Table:
    # Spark does not forgive a look into an empty list.
    first = (papers.authors.length() > 0).ifelse(papers.authors[0], ibis.null("string"))
    titled = papers.select(
        "work", "year", title=_plain(papers.title), surname=_surname(first)
    ).filter(_.title != "")
    distinct = strings.select("text").distinct()
    told = distinct.mutate(said=_plain(distinct.text))
    words = told.select("text", "said", word=told.said.split(" ").unnest()).distinct()
    years = words.filter(_.word.re_search(r"^(1[89]|20)[0-9]{2}$")).select(
        "text", said_year=_.word.cast("int64")
    )
    authored = titled.filter(_.surname.length() >= _SHORTEST_NAME)
    near = ibis.union(
        *(
            authored.mutate(said_year=_.year + shift, off=ibis.literal(abs(shift)))
            for shift in range(-year_slack, year_slack + 1)
        )
    )
    dated = words.join(years, "text").select("text", "said", "word", "said_year")
    pairs = near.join(
        dated, [near.surname == dated.word, near.said_year == dated.said_year]
    ).select("text", "said", "work", "title", "off")
    pairs = pairs.group_by("text", "said", "work", "title").agg(off=_.off.min())
    scored = _scored(pairs, words, titled)
    enough = scored.filter(_.score >= least_share)
    best = enough.group_by("text").agg(best=_.score.max())
    closest = enough.join(best, "text").filter(_.score == _.best)
    least = closest.group_by("text").agg(least=_.off.min())
    nearest = closest.join(least, "text").filter(_.off == _.least)
    single = nearest.group_by("text").agg(n_works=_.work.nunique(), work=_.work.min())
    sure = nearest.semi_join(single.filter(_.n_works == 1), ["text", "work"])
    return strings.join(sure, "text").select("patent", "work", "text", "rule", "score")


def _scored(pairs: Table, words: Table, titled: Table) -> Table:
    """Score each pair by the share of the words of the title that the string holds."""
    parts = titled.select("work", word=titled.title.split(" ").unnest()).distinct()
    sizes = parts.group_by("work").agg(n_words=_.count())
    said = words.select("text", "word")
    held = (
        pairs.select("text", "work")
        .join(parts, "work")
        .join(said, ["text", "word"])
        .group_by("text", "work")
        .agg(n_held=_.count())
    )
    joined = pairs.join(sizes, "work").join(held, ["text", "work"])
    whole = (" " + joined.said + " ").contains(" " + joined.title + " ")
    share = joined.n_held.cast("float64") / joined.n_words
    long = joined.n_words >= _FEWEST_WORDS
    return joined.mutate(
        rule=whole.ifelse("title", "words"),
        score=ibis.cases((whole, _sure()), (long, share), else_=0 * share),
    ).select("text", "work", "off", "rule", "score")


def _sure() -> FloatingValue:
    """Return the score 1; written as 1.0 it would be a decimal on Spark."""
    return ibis.literal(1).cast("float64")


def _plain(text: StringValue) -> StringValue:
    folded = text.lower().translate(_ACCENTS, _PLAIN)
    return folded.re_replace(_MARKS, " ").strip()


def _surname(author: StringValue) -> StringValue:
    """Return the surname: before the comma, else the last word that is no initial.

    "Smith, J." and "SMITH J" and "John Smith" are all smith; of a surname of several words the
    last one counts ("van der Berg, P." is berg).
    """
    before = author.split(",")[0]
    initials = r"( [A-Z]\.?(-?[A-Z]\.?){0,3})+$"
    bare = _plain(before.re_replace(initials, ""))
    return bare.re_extract(r"([^ ]+)$", 1)
