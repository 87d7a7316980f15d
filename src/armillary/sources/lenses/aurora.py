"""Files of goals and their queries in the XML of the Aurora universities' SDG queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from armillary.errors import ArmillaryError, DefinitionError, ManyProblems, SourceError
from armillary.model.lens import Goal, QueryLine
from armillary.sources.lenses.scopus_query import FIELDS, parse_query
from armillary.sources.snapshot import unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_MAX_BYTES = 50 * 1024**2
_SYNTAX = "SCOPUS"


def read_goals(files: Iterable[Path]) -> tuple[Goal, ...]:
    """Read goals and their queries, one file a goal or several.

    Args:
        files: XML files after `queries.xsd` of the Aurora universities, in any order.

    Returns:
        Goals in the order of their numbers.

    Raises:
        SourceError: A file is no such XML.
        ManyProblems: Queries cannot be understood; every one is named.
    """
    goals: list[Goal] = []
    problems: list[ArmillaryError] = []
    for file in sorted(files):
        for element in _queries(file):
            goal = _goal(element, file, problems)
            if goal is not None:
                goals.append(goal)
    seen: set[str] = set()
    for goal in goals:
        if goal.goal in seen:
            problems.append(
                DefinitionError(
                    f"Goal {goal.goal!r} is defined twice.",
                    where=goal.lines[0].where if goal.lines else "lens files",
                    fix="keep one of the files",
                )
            )
        seen.add(goal.goal)
    if problems:
        raise problems[0] if len(problems) == 1 else ManyProblems(problems)
    return tuple(sorted(goals, key=lambda goal: (_number(goal.goal), goal.goal)))


def _queries(file: Path) -> list[etree._Element]:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise unreadable(file, error) from error
    if len(content) > _MAX_BYTES:
        raise SourceError(
            f"{file.name} has {len(content):,} bytes, more than queries ever take.",
            where=str(file),
            fix="name the files of queries, such as query_SDG7.xml",
        )
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise SourceError(
            f"{file.name} is not well-formed XML: {error.msg}.",
            where=f"{file}, line {error.lineno}",
            fix="download the file again",
        ) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise SourceError(
            f"{file.name} declares a document type (DTD), which no file of queries does.",
            where=str(file),
            fix="delete the <!DOCTYPE ...> declaration",
        )
    found = [e for e in root.iter(etree.Element) if _local(e) == "query"]
    if not found:
        raise SourceError(
            f"{file.name} holds no <query> element; its root is <{_local(root)}>.",
            where=str(file),
            fix="name files in the format of the Aurora SDG queries (queries.xsd)",
        )
    return found


def _goal(element: etree._Element, file: Path, problems: list[ArmillaryError]) -> Goal | None:
    code = next(
        (_text(e) for e in element if _local(e) == "identifier" and e.get("type") == "sdg"), ""
    )
    if not code:
        problems.append(
            DefinitionError(
                'The query has no <dc:identifier type="sdg">, so its goal has no code.',
                where=f"{file.name}, line {element.sourceline}",
                fix="add the identifier",
            )
        )
        return None
    lines: list[QueryLine] = []
    definitions = [e for e in element.iter(etree.Element) if _local(e) == "query-definition"]
    for definition in definitions:
        lines += _lines(definition, code, file, n_before=len(lines), problems=problems)
    years = [_number(_text(_first(element, name))) for name in ("start", "end")]
    rights = _first(element, "rights")
    return Goal(
        goal=code,
        title=_text(_first(element, "title")) or code,
        lines=tuple(lines),
        creator=_text(_first(element, "creator")).strip("; ") or None,
        licence=_text(rights) or None,
        address=_text(_first(element, "source")) or None,
        year_from=years[0] or None,
        year_to=years[1] or None,
    )


def _lines(
    definition: etree._Element,
    goal: str,
    file: Path,
    *,
    n_before: int,
    problems: list[ArmillaryError],
) -> list[QueryLine]:
    """Read the queries of one part of a goal; what cannot be read goes to `problems`."""
    syntax = definition.get("syntax")
    above = definition.getparent()
    if syntax is None and above is not None:
        syntax = above.get("syntax")
    if syntax is not None and syntax.upper() != _SYNTAX:
        problems.append(
            DefinitionError(
                f"The queries are written in the language of {syntax}.",
                where=f"{file.name}, line {definition.sourceline}",
                fix="use queries with syntax SCOPUS",
            )
        )
        return []
    subquery = _subquery(definition, goal)
    found: list[QueryLine] = []
    for element in definition.iter(etree.Element):
        if _local(element) != "query-line":
            continue
        where = f"{file.name}, line {element.sourceline}"
        name = (element.get("field") or "TITLE-ABS-KEY").upper()
        text = _text(element)
        n_before += 1
        if name not in FIELDS:
            problems.append(
                DefinitionError(
                    f"{name!r} is no field works are searched by.",
                    where=where,
                    fix=f"use one of {', '.join(FIELDS)}",
                )
            )
            continue
        try:
            query = parse_query(text, where=where, fields=FIELDS[name])
        except DefinitionError as error:
            problems.append(error)
            continue
        found.append(
            QueryLine(
                goal=goal, subquery=subquery, line=n_before, text=text, query=query, where=where
            )
        )
    return found


def _subquery(definition: etree._Element, goal: str) -> str:
    """Return the number of a part of a goal: from its address, or counted."""
    for element in definition:
        if _local(element) == "identifier" and (_text(element).rpartition("/")[2]):
            return _text(element).rpartition("/")[2]
    counted = _text(_first(definition, "subquery-identifier"))
    return f"{goal}.{counted}" if counted else goal


def _first(element: etree._Element, name: str) -> etree._Element | None:
    return next((e for e in element.iter(etree.Element) if _local(e) == name), None)


def _local(element: etree._Element) -> str:
    return str(etree.QName(element).localname)


def _text(element: etree._Element | None) -> str:
    return " ".join("".join(map(str, element.itertext())).split()) if element is not None else ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
