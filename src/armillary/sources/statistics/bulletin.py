"""Statistical bulletins: numbers in sentences, and tables, of a web page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from armillary.errors import ArmillaryError, SourceError, listed, raise_all
from armillary.sources.statistics import numerals
from armillary.sources.statistics.crosstab import finds_header, read_crosstab

if TYPE_CHECKING:
    from armillary.sources.statistics.mapping import Mapping, Pattern
    from armillary.sources.statistics.observations import Observations
    from armillary.sources.statistics.pages import Page

_LONGEST_PARAGRAPH = 20_000


def read_bulletin(page: Page, observations: Observations, *, mapping: Mapping) -> None:
    """Read the sentences and tables the mapping names; the rest of the page is not data.

    Pages often hold their text twice (for the screen and for print). A sentence or table that
    repeats an earlier one to the letter is counted as joined; one that differs is refused by
    its key.

    Raises:
        ArmillaryError: A pattern, a table or the title is not found; all of them together.
    """
    where = str(observations.path)
    inherited, problems = _titled(page, mapping, where)
    paragraphs = [numerals.plain(text)[:_LONGEST_PARAGRAPH] for text in page.paragraphs]
    for number, pattern in enumerate(mapping.patterns, 1):
        n_found = _sentences(paragraphs, pattern, inherited, observations)
        if not n_found and not pattern.optional:
            problems.append(
                SourceError(
                    f"No paragraph matches pattern {number} ({pattern.match}).",
                    where=where,
                    fix=f"correct it in {mapping.path}, or write optional = true",
                )
            )
    for table in mapping.tables:
        problems += _tables(page, table, inherited, observations)
    observations.use(mapping)
    raise_all(problems)


def _titled(
    page: Page, mapping: Mapping, where: str
) -> tuple[dict[str, str], list[ArmillaryError]]:
    if mapping.title is None:
        return {}, []
    for text in page.paragraphs:
        if match := re.search(mapping.title, numerals.plain(text)):
            return {name: value for name, value in match.groupdict().items() if value}, []
    problem = SourceError(
        f"No title or paragraph matches `title` ({mapping.title}).",
        where=where,
        fix=f"correct `title` of {mapping.path}; the page begins: {listed(page.paragraphs[:2])}",
    )
    return {}, [problem]


def _sentences(
    paragraphs: list[str],
    pattern: Pattern,
    inherited: dict[str, str],
    observations: Observations,
) -> int:
    expression = re.compile(pattern.match)
    seen: set[tuple[str, str]] = set()
    n_found = 0
    for number, text in enumerate(paragraphs, 1):
        for match in expression.finditer(text):
            n_found += 1
            groups = {name: value for name, value in match.groupdict().items() if value}
            numeral = groups.pop("OBS_VALUE", "")
            if (text, match[0]) in seen:
                observations.empty()
                continue
            seen.add((text, match[0]))
            observations.add(
                locator=f"paragraph {number}",
                text=numeral,
                values={**inherited, **pattern.values, **groups},
            )
    return n_found


def _tables(
    page: Page, mapping: Mapping, inherited: dict[str, str], observations: Observations
) -> list[ArmillaryError]:
    observations.use(mapping)
    seen: list[list[list[str]]] = []
    problems: list[ArmillaryError] = []
    for grid in page.tables:
        if finds_header(grid, mapping) is None:
            continue
        if grid.rows in seen:
            observations.empty(sum(bool(cell.strip()) for row in grid.rows for cell in row))
            continue
        seen.append(grid.rows)
        try:
            read_crosstab(grid, observations, mapping=mapping, inherited=inherited)
        except ArmillaryError as error:
            problems.append(error)
    if not seen:
        wanted = [str(spellings[0]) for spellings in mapping.columns.values()]
        problems.append(
            SourceError(
                f"No table of the page has the headings {listed(wanted)}.",
                where=str(observations.path),
                fix=f"correct [tables.columns] of {mapping.path}",
            )
        )
    return problems
