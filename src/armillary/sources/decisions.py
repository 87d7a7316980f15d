"""Reads what experts decided by hand about topics: `decisions/topics.csv`."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from armillary.errors import ArmillaryError, DefinitionError, did_you_mean, raise_all
from armillary.model.literature import TopicDecision
from armillary.sources.headers import edited_rows

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

REQUIRED = ("topics", "action")
COLUMNS = (*REQUIRED, "works", "other", "terms", "label_en", "label_zh", "by", "date", "why")
ACTIONS = ("rename", "merge", "split", "hide", "choose", "reject")


def read_topic_decisions(path: Path, *, maps: Collection[str]) -> tuple[TopicDecision, ...]:
    """Read decisions, one a row; lists within a cell are joined by semicolons.

    Args:
        path: CSV in UTF-8 with a header; columns `topics` and `action` are required.
        maps: Topic maps of the observatory.

    Raises:
        DefinitionError: Everything wrong with the file, each problem with its line.
    """
    problems: list[ArmillaryError] = []
    found: list[TopicDecision] = []
    for line, header, cells in edited_rows(path, required=REQUIRED, columns=COLUMNS):
        decision, wrong = _decision(header, cells, path=path, line=line, maps=maps)
        found.append(decision)
        problems += wrong
    raise_all(problems)
    return tuple(found)


def _decision(
    header: list[str], cells: list[str], *, path: Path, line: int, maps: Collection[str]
) -> tuple[TopicDecision, list[ArmillaryError]]:
    where = f"{path.name}, line {line}"
    found: list[ArmillaryError] = []

    def refuse(problem: str, fix: str) -> None:
        found.append(DefinitionError(problem, where=where, fix=fix))

    if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
        refuse(
            f"The row has {len(cells)} cells, the header {len(header)}.",
            "put quotes around cells that hold commas",
        )
    row = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}

    def several(name: str) -> tuple[str, ...]:
        parts = (part.strip() for part in row.get(name, "").split(";"))
        return tuple(dict.fromkeys(part for part in parts if part))

    decision = TopicDecision(
        topics=row.get("topics", ""),
        action=row.get("action", "").lower(),
        works=several("works"),
        other=several("other"),
        terms=several("terms"),
        label_en=row.get("label_en") or None,
        label_zh=row.get("label_zh") or None,
        by=row.get("by") or None,
        date=row.get("date") or None,
        why=row.get("why") or None,
        line=line,
    )
    if decision.topics not in maps:
        refuse(
            f"There is no topic map {decision.topics!r}.",
            did_you_mean(decision.topics, maps, otherwise=f"the maps are {', '.join(maps)}"),
        )
    for problem, fix in _lacks(decision):
        refuse(problem, fix)
    return decision, found


def _lacks(decision: TopicDecision) -> list[tuple[str, str]]:
    """Say what a decision lacks, each with its mend."""
    said = []
    if decision.action not in ACTIONS:
        mend = did_you_mean(decision.action, ACTIONS, otherwise=f"use {', '.join(ACTIONS)}")
        return [(f"{decision.action!r} is no action.", mend)]
    listed = decision.action in {"choose", "reject"}
    if not decision.works and not (listed and decision.terms):
        said.append(
            (
                f"The decision to {decision.action} names no works, so no topic is meant.",
                "write ids of some works of the topic, joined by semicolons; "
                "`armillary topics anchor` prints them",
            )
        )
    if decision.action == "rename" and not (decision.label_en or decision.label_zh):
        said.append(("The new name is missing.", "fill label_en or label_zh, or both"))
    if decision.action == "choose" and not (decision.label_en and decision.label_zh):
        said.append(("The technology has no name in both languages.", "fill label_en and label_zh"))
    if decision.action == "merge" and not decision.other:
        said.append(("The second topic is missing.", "name some of its works in `other`"))
    if decision.action == "split" and not (decision.other or decision.terms):
        said.append(
            ("Nothing says which works leave.", "name works in `other`, or words in `terms`")
        )
    if decision.date is not None:
        try:
            dt.date.fromisoformat(decision.date)
        except ValueError:
            said.append((f"date {decision.date!r} is not a date.", "write it like 2026-03-31"))
    return said
