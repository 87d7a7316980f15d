"""Which works are about which goals, and what share of a group of works is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pyarrow as pa

from armillary.analyses.intervals import exact_interval
from armillary.analyses.lenses.evaluate import Evaluator
from armillary.analyses.lenses.places import index_places
from armillary.model.columns import from_columns, table_of
from armillary.model.progress import silent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.model.lens import Goal
    from armillary.model.progress import Progress
    from armillary.model.table import Table


class LensFinding(msgspec.Struct, frozen=True, kw_only=True):
    """What a lens shows.

    Args:
        tables: `lens_goal` and `work_goal` of `columns.csv`.
        notes: What a reader must know.
    """

    tables: dict[str, pa.Table]
    notes: tuple[str, ...]


def look(
    works: Table,
    goals: Sequence[Goal],
    *,
    lens: str,
    within_years: bool = False,
    plurals: bool = True,
    progress: Progress = silent,
) -> LensFinding:
    """Find the works about each goal by the queries of a lens.

    Queries are asked of title, abstract and keywords. No phrase and no pair of near words
    stretches over two of these. A word without a wildcard also finds its regular plural, as
    in Scopus; British and American spellings are not folded, and no stop word is left out.
    Source: the queries name theirs; for the goals of the United Nations Aurora Universities
    Network (2020), doi:10.5281/zenodo.3817445.

    Args:
        works: One row per work or document: `work`, `title`, `abstract`, `keywords`, `year`.
        goals: Goals and their queries.
        lens: Name of the lens.
        within_years: Keep to the years the authors of the queries searched.
        plurals: Find plurals of words without a wildcard.
        progress: Told after each goal.
    """
    rows = works.select("work", "title", "abstract", "keywords", "year").to_pyarrow()
    rows = rows.sort_by("work")
    texts = zip(
        *(rows[name].to_pylist() for name in ("title", "abstract", "keywords")), strict=True
    )
    evaluator = Evaluator(index_places(texts), plurals=plurals)
    years = np.asarray(
        rows["year"].cast(pa.float64()).fill_null(float("nan")).to_numpy(), dtype=np.float64
    )
    found: list[dict[str, object]] = []
    names = rows["work"].to_pylist()
    for step, goal in enumerate(goals, 1):
        first_line: dict[tuple[str, int], int] = {}
        for line in goal.lines:
            for work in evaluator.works(line.query).tolist():
                if not within_years or _searched(years[work], goal):
                    first_line.setdefault((line.subquery, work), line.line)
        found += [
            {
                "lens": lens,
                "work": names[work],
                "goal": goal.goal,
                "subquery": subquery,
                "line": line,
            }
            for (subquery, work), line in sorted(first_line.items())
        ]
        progress(f"lens {lens}", step, len(goals))
    textless = sum(
        not (title or abstract)
        for title, abstract in zip(
            rows["title"].to_pylist(), rows["abstract"].to_pylist(), strict=True
        )
    )
    without = rows["abstract"].null_count
    notes = [f"{rows.num_rows:,} works were searched with {len(goals)} goals."]
    if without:
        notes.append(
            f"{without:,} of them have no abstract and are found by title and keywords alone."
        )
    if textless:
        notes.append(f"{textless:,} have neither title nor abstract.")
    return LensFinding(
        tables={
            "lens_goal": table_of("lens_goal", [_goal_row(goal, lens) for goal in goals]),
            "work_goal": table_of("work_goal", found),
        },
        notes=tuple(notes),
    )


def _searched(year: float, goal: Goal) -> bool:
    return (goal.year_from is None or year >= goal.year_from) and (
        goal.year_to is None or year <= goal.year_to
    )


def _goal_row(goal: Goal, lens: str) -> dict[str, object]:
    return {
        "lens": lens,
        "goal": goal.goal,
        "title": goal.title,
        "n_queries": len(goal.lines),
        "creator": goal.creator,
        "licence": goal.licence,
        "address": goal.address,
    }


def shares_of_goals(
    work_goals: pa.Table, members: pa.Table, *, corpus: str, level: float = 0.9
) -> pa.Table:
    """Count the works of each cluster that are about each goal.

    A work may be about several goals, so the shares of a cluster do not sum to 1.
    Source: Clopper & Pearson (1934), doi:10.1093/biomet/26.4.404, exact intervals.

    Args:
        work_goals: Table `work_goal` of one lens or several.
        members: Columns `cluster`, `work`; other groups of documents serve as well.
        corpus: Topic map, or any name for the grouping.
        level: Level of the intervals.

    Returns:
        The table `cluster_goal`: every cluster with every goal of the lens.
    """
    clusters = sorted(set(members["cluster"].to_pylist()))
    number = {name: n for n, name in enumerate(clusters)}
    cluster_of: dict[str, list[int]] = {}
    sizes = np.zeros(len(clusters), dtype=np.int64)
    for cluster, work in zip(
        members["cluster"].to_pylist(), members["work"].to_pylist(), strict=True
    ):
        cluster_of.setdefault(work, []).append(number[cluster])
        sizes[number[cluster]] += 1
    pairs = set(
        zip(*(work_goals[name].to_pylist() for name in ("lens", "goal", "work")), strict=True)
    )
    goals = sorted({(lens, goal) for lens, goal, _ in pairs}, key=_in_order)
    column = {goal: n for n, goal in enumerate(goals)}
    counts = np.zeros((len(clusters), len(goals)), dtype=np.int64)
    for lens, goal, work in pairs:
        for cluster in cluster_of.get(work, ()):
            counts[cluster, column[lens, goal]] += 1
    n_works = np.repeat(sizes, len(goals))
    n_goal = counts.ravel()
    low, high = exact_interval(n_goal, n_works, level=level)
    return from_columns(
        "cluster_goal",
        {
            "corpus": [corpus] * n_goal.size,
            "cluster": [name for name in clusters for _ in goals],
            "lens": [lens for lens, _ in goals] * len(clusters),
            "goal": [goal for _, goal in goals] * len(clusters),
            "n_works": n_works,
            "n_goal": n_goal,
            "share": n_goal / np.maximum(n_works, 1),
            "low": low,
            "high": high,
        },
    )


def _in_order(goal: tuple[str, str]) -> tuple[str, int, str]:
    lens, code = goal
    return lens, int(code) if code.isascii() and code.isdigit() else 0, code
