"""The works of a corpus, cut into words once, for maps of many past years."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from armillary.analyses.topics.backtest.units import complete_years
from armillary.analyses.topics.rising.references import References
from armillary.analyses.topics.words import Written, cut
from armillary.errors import TopicError

if TYPE_CHECKING:
    from collections.abc import Collection

    import pyarrow as pa

    from armillary.model.table import Table

_ABSTRACTS_NEEDED = 0.8


class DatedWorks(msgspec.Struct, frozen=True, kw_only=True):
    """The works of complete years, in order of their ids.

    Args:
        corpus: Where the works are from.
        ids: Work ids, ascending, shape (works,).
        years: Year of each work, shape (works,).
        months: Month of each work counted from the year 0, NaN where unknown; None where most
            are unknown.
        complete: Complete years, ascending.
        written: Their texts.
        texts: The same in lower case, to look for subjects by name, shape (works,).
        parts: Parts of the works that were read.
        references: References among the works; None where the source holds none.
    """

    corpus: str
    ids: NDArray[np.object_]
    years: NDArray[np.int64]
    months: NDArray[np.float64] | None
    complete: NDArray[np.int64]
    written: Written
    texts: tuple[str, ...]
    parts: str
    references: References | None = None


def dated_works(
    works: Table,
    *,
    corpus: str,
    citations: Table | None = None,
    leave_out: Collection[int] = (),
) -> DatedWorks:
    """Read the works of complete years.

    Abstracts are read if four fifths of the works of every period have one; otherwise titles
    alone, since words would seem to grow where abstracts begin.
    No method of its own.

    Args:
        works: Columns `work`, `title`, `abstract`, `keywords`, `year` and `date` of `work`.
        corpus: Where the works are from.
        citations: One row per citation within the corpus; columns `citing`, `cited`.
        leave_out: Years known to be incomplete.

    Raises:
        TopicError: No work has a year.
    """
    rows = works.select("work", "title", "abstract", "year", "date").to_pyarrow()
    rows = rows.filter(pc.is_valid(rows["year"])).sort_by("work")
    if rows.num_rows == 0:
        raise TopicError(
            f"No work of {corpus!r} has a year.",
            where=f"topics.{corpus}",
            fix="read a source whose records hold the year of publication.",
        )
    years = rows["year"].to_numpy().astype(np.int64)
    complete = complete_years(years, leave_out=leave_out)
    kept = np.isin(years, complete)
    rows, years = rows.filter(kept), years[kept]
    has_abstract = np.asarray(pc.is_valid(rows["abstract"]))
    read = all(
        has_abstract[years == year].mean() >= _ABSTRACTS_NEEDED for year in complete.tolist()
    )
    titles = rows["title"].to_pylist()
    abstracts = rows["abstract"].to_pylist() if read else [None] * len(titles)
    texts = [(t, a) for t, a in zip(titles, abstracts, strict=True)]
    return DatedWorks(
        references=None if citations is None else _references(citations, rows["work"]),
        corpus=corpus,
        ids=np.array(rows["work"].to_pylist(), dtype=object),
        years=years,
        months=_months(rows["date"]),
        complete=complete,
        written=cut(texts),
        texts=tuple(f"{t or ''}\n{a or ''}".lower() for t, a in texts),
        parts="titles and abstracts" if read else "titles",
    )


def _months(dates: pa.ChunkedArray) -> NDArray[np.float64] | None:
    """Return the month of each date from the year 0, None unless most are known to the month."""
    text = dates.cast("string")
    year = pc.utf8_slice_codeunits(text, 0, 4)
    month = pc.utf8_slice_codeunits(text, 5, 7)
    exact = pc.fill_null(pc.match_substring_regex(text, r"^\d{4}-(0[1-9]|1[0-2])"), False)
    known = exact.to_numpy(zero_copy_only=False)
    if known.mean() < 0.5:
        return None
    months = np.full(len(text), np.nan)
    months[known] = [
        int(y) * 12 + int(m)
        for y, m in zip(
            year.filter(exact).to_pylist(), month.filter(exact).to_pylist(), strict=True
        )
    ]
    return months


def _references(citations: Table, ids: pa.ChunkedArray) -> References:
    pairs = citations.select("citing", "cited").to_pyarrow()
    known = ids.combine_chunks()
    citing, cited = (
        pc.fill_null(pc.index_in(pairs[end].combine_chunks(), known), -1).to_numpy()
        for end in ("citing", "cited")
    )
    inside = (citing >= 0) & (cited >= 0)
    return References(citing=citing[inside].astype(np.int64), cited=cited[inside].astype(np.int64))
