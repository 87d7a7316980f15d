"""Global Innovation Index exports: blocks of ranks, scores and values side by side."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from armillary.errors import SourceError, listed, raise_all
from armillary.model.codelists import folded
from armillary.sources.statistics.mapping import Block

if TYPE_CHECKING:
    from armillary.errors import ArmillaryError
    from armillary.sources.statistics.grids import Grid
    from armillary.sources.statistics.mapping import Mapping
    from armillary.sources.statistics.observations import Observations

_CODE = re.compile(r"\d+(\.\d+)*")
_BRACKETED = re.compile(r"\[(.*)\]")
BRACKETS = "[]"


class _Placed(msgspec.Struct, frozen=True):
    """A block, and the column of each economy in it."""

    block: Block
    economies: dict[str, int]


def read_gii(grid: Grid, observations: Observations, *, mapping: Mapping) -> None:
    """Read the ranks, scores and values of every node and economy.

    A rank in square brackets means data coverage below the published minimum: the brackets
    are the flag of the rank and of the score. The texts of strength and weakness join the
    flag of the score, so their cells are counted as joined.

    Raises:
        SourceError: The headings are not the blocks the mapping names.
    """
    placed = _placed(grid.rows[0], mapping, where=f"{observations.path}, row 1")
    numbers = [p for p in placed if not p.block.flag]
    texts = [p for p in placed if p.block.flag]
    named = {folded(name): code for name, code in mapping.codes.get("INDICATOR", {}).items()}
    for row in range(1, len(grid.rows)):
        first, second = grid.cell(row, 0).strip(), grid.cell(row, 1).strip()
        code = first.rstrip(".") if _CODE.fullmatch(first.rstrip(".")) else named.get(folded(first))
        if code is None:
            _unnamed(grid, row, placed, first or second, observations)
            continue
        for economy in numbers[0].economies:
            _economy(
                grid,
                row,
                code=code,
                economy=economy,
                numbers=numbers,
                texts=texts,
                observations=observations,
            )


def _economy(
    grid: Grid,
    row: int,
    *,
    code: str,
    economy: str,
    numbers: list[_Placed],
    texts: list[_Placed],
    observations: Observations,
) -> None:
    cells = {p.block.heading: grid.cell(row, p.economies[economy]).strip() for p in numbers}
    bracketed = any(_BRACKETED.fullmatch(cell) for cell in cells.values())
    flags = [BRACKETS] if bracketed else []
    joined = list(flags)
    for p in texts:
        if text := grid.cell(row, p.economies[economy]).strip():
            joined.append(f"{p.block.flag}: {text}")
        observations.empty()
    for p in numbers:
        is_score = p.block.values.get("UNIT_MEASURE") == "INDEX"
        is_rank = p.block.values.get("UNIT_MEASURE") == "RANK"
        values = {**p.block.values, "INDICATOR": code, "REF_AREA": economy}
        held = joined if is_score else flags if is_rank else []
        if held:
            values["OBS_FLAG"] = "; ".join(held)
        if bracketed and (is_score or is_rank):
            values["OBS_STATUS"] = observations.status_of(BRACKETS)
        cell = cells[p.block.heading]
        inner = _BRACKETED.fullmatch(cell)
        observations.add(
            locator=grid.locator(row, p.economies[economy]),
            text=cell,
            values=values,
            numeral=inner[1] if inner else cell,
        )


def _unnamed(
    grid: Grid, row: int, placed: list[_Placed], label: str, observations: Observations
) -> None:
    """Count a row without a node: headings and blank rows hold nothing, others are refused."""
    for p in placed:
        for column in p.economies.values():
            cell = grid.cell(row, column).strip()
            if not cell:
                continue
            observations.reject(
                grid.locator(row, column),
                cell,
                f"the row {label!r} has no node code; give it one in [codes.INDICATOR]",
            )


def _placed(headings: list[str], mapping: Mapping, *, where: str) -> list[_Placed]:
    wanted = {folded(block.heading): block for block in mapping.blocks}
    starts = [(place, wanted[folded(h)]) for place, h in enumerate(headings) if folded(h) in wanted]
    problems: list[ArmillaryError] = []
    lost = [b.heading for b in mapping.blocks if b not in [block for _, block in starts]]
    if lost or not starts:
        problems.append(
            SourceError(
                f"No column is headed {listed(lost)}, where a block should begin.",
                where=where,
                fix=f"correct [blocks] of {mapping.path}",
            )
        )
        raise_all(problems)
    ends = [place for place, _ in starts[1:]] + [len(headings)]
    placed = []
    for (start, block), end in zip(starts, ends, strict=True):
        economies = {headings[c].strip(): c for c in range(start + 1, end) if headings[c].strip()}
        placed.append(_Placed(block, economies))
    placed.sort(key=lambda p: bool(p.block.flag))
    for p in placed[1:]:
        odd = set(p.economies) ^ set(placed[0].economies)
        if odd:
            problems.append(
                SourceError(
                    f"The blocks {placed[0].block.heading!r} and {p.block.heading!r} do not have "
                    f"the same economies: {listed(sorted(odd))}.",
                    where=where,
                    fix="fetch the export again; its columns were changed",
                )
            )
    raise_all(problems)
    return placed
