"""Terms with a score that another program gave them, such as VantagePoint's EScore.

Armillary does not compute EScore, which is patented (US 10,803,124 B2); whoever has the
program can set its list beside the open ones.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from armillary.errors import ArmillaryError, ManyProblems, SourceError, listed
from armillary.model.columns import table_of
from armillary.sources.statistics.content import kind_of, read_bytes
from armillary.sources.statistics.grids import Grid, text_grid, workbook_grid

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

TERM_NAMES = ("term", "terms", "item", "keyword", "phrase", "词语", "术语", "关键词")
SCORE_NAMES = ("score", "escore", "emergence score", "得分", "分值")
WORKS_NAMES = ("records", "# records", "works", "n_works", "文献数")
_HEADER_WITHIN = 20
_LONGEST = 300


def read_scored_terms(
    path: Path, *, corpus: str, name: str = "escore (imported)", length: int | None = None
) -> pa.Table:
    """Read a CSV file or workbook of terms and scores as a list of terms.

    The header is looked for in the first rows: a column for the term, one for the score, and
    if there is one the number of works. Terms of equal score keep the order of the file.

    Args:
        path: CSV, tab-delimited or .xlsx file.
        corpus: Topic map the list is set beside.
        name: Name of the list.
        length: Most entries; None takes all.

    Returns:
        Rows of the table `topic_list`, kind `term`.

    Raises:
        SourceError: No header is found, or the table holds no row.
        ManyProblems: Rows without a term, with a score that is no number, or repeated terms.
    """
    raw = read_bytes(path)
    kind = kind_of(raw, path)
    if kind not in ("workbook", "text"):
        raise SourceError(
            f"{path.name} is neither a workbook nor delimited text.",
            where=str(path),
            fix="save the list as .xlsx or .csv",
        )
    grid = (
        workbook_grid(raw, path, sheet=None)
        if kind == "workbook"
        else text_grid(raw, path, mapping=None)
    )
    header, term_at, score_at, works_at = _header(grid, path)
    entries: list[tuple[str, float, int | None]] = []
    problems: list[ArmillaryError] = []
    seen: set[str] = set()
    for row in range(header + 1, len(grid.rows)):
        term, said = grid.cell(row, term_at).strip(), grid.cell(row, score_at).strip()
        if not term and not said:
            continue
        score = _number(said)
        where = f"{path.name}, {grid.locator(row, score_at)}"
        if not term or len(term) > _LONGEST:
            problem = "has no term" if not term else f"has a term of {len(term):,} characters"
            problems.append(SourceError(f"A row {problem}.", where=where, fix="mend the row"))
        elif score is None:
            problems.append(
                SourceError(
                    f"The score of {term!r} is {said!r}, no number.",
                    where=where,
                    fix="write a number with a decimal point, or remove the row",
                )
            )
        elif term.casefold() in seen:
            problems.append(
                SourceError(f"{term!r} is listed twice.", where=where, fix="keep one of the rows")
            )
        else:
            n_works = None if works_at is None else _number(grid.cell(row, works_at).strip())
            entries.append((term, score, None if n_works is None else int(n_works)))
        seen.add(term.casefold())
    if problems:
        raise problems[0] if len(problems) == 1 else ManyProblems(problems)
    if not entries:
        raise SourceError(
            f"{path.name} holds no term below its header.", where=str(path), fix="export it again"
        )
    entries.sort(key=lambda entry: -entry[1])
    return table_of(
        "topic_list",
        [
            {
                "corpus": corpus,
                "list": name,
                "rank": rank,
                "kind": "term",
                "item": term,
                "label": term,
                "score": score,
                "n_works": n_works,
                "note": f"read from {path.name}",
            }
            for rank, (term, score, n_works) in enumerate(entries[:length], 1)
        ],
    )


def _header(grid: Grid, path: Path) -> tuple[int, int, int, int | None]:
    for row, cells in enumerate(grid.rows[:_HEADER_WITHIN]):
        names = [cell.strip().casefold() for cell in cells]
        term = next((n for n, name in enumerate(names) if name in TERM_NAMES), None)
        score = next((n for n, name in enumerate(names) if name in SCORE_NAMES), None)
        if term is not None and score is not None:
            works = next((n for n, name in enumerate(names) if name in WORKS_NAMES), None)
            return row, term, score, works
    found = [cell for cell in (grid.rows[0] if grid.rows else []) if cell]
    raise SourceError(
        f"{path.name} has no row with a column of terms and one of scores; it begins with "
        f"{listed(found) or 'nothing'}.",
        where=str(path),
        fix=f"name the columns {TERM_NAMES[0]!r} and {SCORE_NAMES[0]!r}",
    )


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
