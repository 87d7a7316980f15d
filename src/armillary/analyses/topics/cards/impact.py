"""How much a topic is cited, beside works of the same year and field of the corpus."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from armillary.analyses.topics.cards.measured import Measured, Precision, mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from armillary.analyses.topics.cards.facts import Facts


def reference_sets(
    years: NDArray[np.int64], fields: tuple[str, ...], *, known: NDArray[np.bool_], least: int
) -> NDArray[np.int64]:
    """Put works into sets within which citations are compared: a year and a field.

    A field with fewer than `least` works in a year is put together with the other such fields
    of the year.
    No method of its own.

    Args:
        years: Year of each work.
        fields: Field of each work.
        known: Whether its citations are known.
        least: Fewest works of a set of one field.

    Returns:
        Number of the set of each work, -1 where its citations are not known.
    """
    keys = list(zip(years.tolist(), fields, strict=True))
    sizes = Counter(key for key, one in zip(keys, known.tolist(), strict=True) if one)
    keys = [key if sizes[key] >= least else (key[0], "\x00rest") for key in keys]
    number = {key: n for n, key in enumerate(sorted(set(keys)))}
    sets = np.array([number[key] for key in keys], dtype=np.int64)
    return np.where(known, sets, -1)


def normalised(cited_by: NDArray[np.float64], sets: NDArray[np.int64]) -> NDArray[np.float64]:
    """Divide the citations of each work by the mean of its set.

    Source: Waltman et al. (2011), doi:10.1016/j.joi.2010.08.001, mean normalised citation
    score.

    Args:
        cited_by: Citations of each work.
        sets: Set of each work, -1 for none.

    Returns:
        1 is the mean of the set; NaN off all sets and where nothing of a set is cited.
    """
    inside = sets >= 0
    size = int(sets.max(initial=-1)) + 1
    n = np.bincount(sets[inside], minlength=size)
    total = np.bincount(sets[inside], weights=cited_by[inside], minlength=size)
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = np.where(total > 0, total / n, np.nan)
    result = np.full(sets.size, np.nan)
    result[inside] = cited_by[inside] / expected[sets[inside]]
    return result


def in_top(
    cited_by: NDArray[np.float64], sets: NDArray[np.int64], *, top: float
) -> NDArray[np.float64]:
    """Say how much of each work is in the top share of its set.

    Works tied at the threshold are thinned: each counts by the part of them that makes the
    top exactly as large as it should be.
    Source: Waltman & Schreiber (2013), doi:10.1002/asi.22775.

    Args:
        cited_by: Citations of each work.
        sets: Set of each work, -1 for none.
        top: Share of a set that is its top.

    Returns:
        0..1, summing to `top` x size over each set; NaN off all sets.
    """
    result = np.full(sets.size, np.nan)
    inside = np.flatnonzero(sets >= 0)
    order = inside[np.lexsort((-cited_by[inside], sets[inside]))]
    starts = np.flatnonzero(np.r_[True, np.diff(sets[order]) != 0])
    for first, end in zip(starts, np.r_[starts[1:], order.size], strict=True):
        works = order[first:end]
        if works.size == 0:
            continue
        wanted = top * works.size
        values = cited_by[works]
        threshold = values[min(int(np.ceil(wanted - 1e-9)), values.size) - 1]
        above = values > threshold
        tied = values == threshold
        result[works] = np.where(above, 1.0, tied * (wanted - above.sum()) / tied.sum())
    return result


def impact(
    facts: Facts,
    *,
    precision: Precision,
    top: float,
    least_set: int,
    within: NDArray[np.float64] | None = None,
) -> Iterator[Measured]:
    """Measure the citations of each topic.

    Citations are those the source counts, compared within the corpus: 1 is what works of the
    same year and field of the corpus receive, not what all science does. Where the source
    counts none for any work, those within the corpus are taken, and a note says so.
    Source: Waltman et al. (2011), doi:10.1016/j.joi.2010.08.001; Waltman & Schreiber (2013),
    doi:10.1002/asi.22775.

    Args:
        facts: Works and clusters.
        precision: How intervals are made.
        top: Share that is the top.
        least_set: Fewest works of a reference set of one field.
        within: Citations of each work within the corpus; None where there are none.
    """
    cited_by, note = facts.cited_by, None
    if within is not None and np.isnan(cited_by).all():
        cited_by, note = within, "citations_within_corpus"
    sets = reference_sets(facts.years, facts.fields, known=~np.isnan(cited_by), least=least_set)
    columns = (
        ("citations_per_work", cited_by, "citations"),
        ("mncs", normalised(cited_by, sets), "ratio"),
        ("pp_top", in_top(cited_by, sets, top=top), "share"),
    )
    for cluster in range(len(facts.clusters)):
        base = facts.of_cluster(cluster)
        for name, values, unit in columns:
            found = mean(
                name,
                cluster,
                base=base,
                values=values[base],
                unit=unit,
                precision=precision,
                unknown="no_citation_counts",
            )
            yield msgspec.structs.replace(found, note=found.note or note)
