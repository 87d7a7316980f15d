"""How old the works are that a topic cites."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
import pyarrow.compute as pc
from ibis import _

from armillary.analyses.topics.cards.measured import Measured, Precision, mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa
    from ibis.expr.types import StringValue

    from armillary.analyses.topics.cards.facts import Facts
    from armillary.model.table import Table

# Patterns are written so that DuckDB (RE2) and Spark (Java) read them alike.
_YEAR = "((?:1[89]|20)[0-9][0-9])"
_PATTERNS = (
    rf"^[^,]*, {_YEAR}(?:,|$)",  # Web of Science: author, year, source
    rf"\({_YEAR}\)",  # Scopus: (year)
    rf"[,.] ?{_YEAR} ?[,(:]",  # GB/T 7714: journal, year, volume(issue)
)
_OLDEST = 1800


def reference_ages(works: Table, citations: Table) -> Table:
    """Count the references of each work by their age.

    The year of a reference is read from its text, where the database writes it there: Web of
    Science, Scopus, GB/T 7714. A work none of whose references shows a year is dated by the
    works of the corpus it cites. References without a year are left out; an age of -1 (cited
    before it was printed) counts as 0, anything younger or from before 1800 is a misreading
    and left out.
    No method of its own: rules from how the databases write references.

    Args:
        works: Columns `work`, `year`, `references`.
        citations: Columns `citing`, `cited` (works of the corpus).

    Returns:
        One row per work and age: `work`, `age` (years), `n` (references).
    """
    dated = works.filter(_.year.notnull())
    cited = dated.select("work", "year", text=dated.references.unnest())
    found = cited.select("work", "year", cited_year=_year_of(cited.text))
    written = found.filter(found.cited_year.notnull())
    years = dated.select(cited=dated.work, cited_year=dated.year)
    resolved = (
        citations.select("citing", "cited")
        .distinct()
        .join(years, "cited")
        .join(dated.select(citing=dated.work, year=dated.year), "citing")
        .select(work=_.citing, year=_.year.cast("int64"), cited_year=_.cited_year.cast("int64"))
        .anti_join(written.select("work").distinct(), "work")
    )
    every = written.mutate(year=written.year.cast("int64")).union(resolved)
    aged = every.mutate(age=every.year - every.cited_year)
    aged = aged.filter((aged.age >= -1) & (aged.cited_year >= _OLDEST))
    aged = aged.mutate(age=ibis.greatest(aged.age, ibis.literal(0, "int64")))
    return aged.group_by("work", "age").agg(n=_.count())


def _year_of(text: StringValue) -> ibis.Value:
    clean = text.re_replace(r"(?i)(doi|https?:)[ :/].*$", "")
    years = []
    for pattern in _PATTERNS:
        found = clean.re_extract(pattern, 1)
        years.append(ibis.ifelse(found.length() > 0, found, ibis.null("string")))
    return ibis.coalesce(*years).cast("int64")


def ages_of_references(
    facts: Facts, ages: pa.Table, *, precision: Precision, price_years: int
) -> Iterator[Measured]:
    """Measure the age of what the recent works of each topic cite.

    The mean is over works, each with the mean age of its references, so that a review of
    300 references does not speak for all; the median is over all references. The Price index
    is the share of references not older than `price_years`, a mean over works as well.
    Source: Price (1970), "Citation measures of hard science, soft science, technology, and
    nonscience", for the index.

    Args:
        facts: Works and clusters.
        ages: As `reference_ages` returns them.
        precision: How intervals are made.
        price_years: Age up to which a reference is recent.
    """
    number = {work: n for n, work in enumerate(facts.works)}
    rows = ages.filter(pc.is_in(ages["work"], value_set=_strings(facts.works)))
    work = np.array([number[one] for one in rows["work"].to_pylist()], dtype=np.int64)
    age = rows["age"].to_numpy().astype(np.float64)
    n = rows["n"].to_numpy().astype(np.float64)
    size = len(facts.works)
    total = np.bincount(work, weights=n, minlength=size)
    with np.errstate(invalid="ignore"):
        mean_age = np.bincount(work, weights=n * age, minlength=size) / total
        recent = np.bincount(work, weights=n * (age <= price_years), minlength=size) / total
    for cluster in range(len(facts.clusters)):
        base = np.flatnonzero((facts.label == cluster) & facts.recent & (total > 0))
        means = (("reference_age_mean", mean_age, "years"), ("price_index", recent, "share"))
        for name, values, unit in means:
            yield mean(
                name,
                cluster,
                base=base,
                values=values[base],
                unit=unit,
                precision=precision,
                unknown="no_reference_years",
            )
        inside = np.isin(work, base)
        yield Measured(
            indicator="reference_age_median",
            cluster=cluster,
            unit="years",
            value=_median(age[inside], n[inside]),
            base=base,
            weight=-mean_age[base],
            note=None if base.size else "no_reference_years",
        )


def _median(values: np.ndarray, counts: np.ndarray) -> float | None:
    """Return the median of values that occur `counts` times; None of nothing."""
    if values.size == 0:
        return None
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(counts[order])
    half = reached[-1] / 2
    low = values[order][np.searchsorted(reached, half)]
    high = values[order][np.searchsorted(reached, half, side="right")]
    return float((low + high) / 2)


def _strings(values: tuple[str, ...]) -> pa.Array:
    import pyarrow as pa

    return pa.array(values, pa.string())
