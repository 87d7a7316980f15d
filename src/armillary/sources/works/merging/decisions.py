"""decisions/merges.csv: what experts decided about pairs of records."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from armillary.errors import ArmillaryError, DefinitionError, did_you_mean, raise_all
from armillary.model.provenance import Origin
from armillary.sources.works import delimited
from armillary.sources.works.content import decode, unpack
from armillary.sources.works.records import Records

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = ("decision", "a", "b", "by", "date", "reason")
DECISIONS = ("join", "keep apart")

_DATE = re.compile(r"^\d{4}(-\d{2}(-\d{2})?)?$")


class MergeDecision(msgspec.Struct, frozen=True, kw_only=True):
    """One row of decisions/merges.csv.

    Args:
        decision: "join" or "keep apart".
        a: Work id of one record, as in the table `work` before merging.
        b: Work id of the other.
        by: Who decided.
        date: When, as an ISO date.
        reason: Why.
        where: File and line, for errors.
    """

    decision: str
    a: str
    b: str
    by: str
    date: str
    reason: str
    where: str = ""


def read_decisions(file: Path) -> tuple[MergeDecision, ...]:
    """Read the decisions of experts, which win over every rule.

    Args:
        file: CSV with the columns decision, a, b, by, date, reason.

    Raises:
        ArmillaryError: Every problem of the file at once, each with its line.
    """
    text = decode(unpack(file), file=file.name).text
    names = [name.strip().lower() for name in delimited.header(text)]
    if missing := [name for name in COLUMNS if name not in names]:
        raise DefinitionError(
            f"The decisions lack the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}.",
            where=f"{file.name}, line 1",
            fix=f"write the header {','.join(COLUMNS)}",
        )
    origin = Origin(origin="", source="", file=file.name, title="", sha256="", bytes=0)
    records = Records(source="decisions", origin=origin, unit_read="rows")
    found: list[MergeDecision] = []
    problems: list[ArmillaryError] = []
    for line, row in delimited.rows(text, records):
        said = {name.lower(): cell.strip() for name, cell in row.items()}
        where = f"{file.name}, line {line}"
        one = MergeDecision(**{name: said[name] for name in COLUMNS}, where=where)
        problems += _problems(one)
        found.append(one)
    problems += [
        DefinitionError(one.reason, where=f"{file.name}, {one.locator}", fix="mend the row")
        for one in records.reading("decisions").rejections
    ]
    first: dict[frozenset[str], MergeDecision] = {}
    for one in found:
        earlier = first.setdefault(frozenset((one.a, one.b)), one)
        if earlier.decision != one.decision:
            problems.append(
                DefinitionError(
                    f"{one.a} and {one.b} are to be joined and to be kept apart.",
                    where=f"{earlier.where} and {one.where.rpartition(', ')[2]}",
                    fix="delete one of the two rows",
                )
            )
    raise_all(problems)
    return tuple(first.values())


def _problems(one: MergeDecision) -> list[ArmillaryError]:
    rules = [
        (
            one.decision in DECISIONS,
            f"The decision is {one.decision!r}.",
            did_you_mean(one.decision, DECISIONS, otherwise="write join or keep apart"),
        ),
        (bool(one.a and one.b), "A decision names one record only.", "give two ids, a and b"),
        (not one.a or one.a != one.b, f"{one.a} stands on both sides.", "give two ids"),
        (bool(one.by), "The decision does not say by whom.", "fill the column by"),
        (bool(one.reason), "The decision does not say why.", "fill the column reason"),
        (
            _DATE.match(one.date) is not None,
            f"{one.date!r} is no date.",
            "write it as 2026-05-31",
        ),
    ]
    return [
        DefinitionError(problem, where=one.where, fix=fix) for ok, problem, fix in rules if not ok
    ]
