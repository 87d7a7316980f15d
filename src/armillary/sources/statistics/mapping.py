"""The mapping: how one layout of a statistical table becomes coded observations."""

from __future__ import annotations

from typing import Literal

import msgspec

Layout = Literal["tidy", "wide", "yearbook", "bulletin", "gii", "sdmx"]

DIMENSIONS = (
    "DATAFLOW", "INDICATOR", "REF_AREA", "TIME_PERIOD", "SECT_PERF", "SECT_FUND", "TYPE_RD",
    "FORD", "SEX", "VINTAGE",
)  # fmt: skip
ATTRIBUTES = ("UNIT_MEASURE", "UNIT_MULT", "PRICE_BASE", "OBS_STATUS", "OBS_FLAG")
CODELIST_OF = {
    "SECT_PERF": "CL_SECTOR",
    "SECT_FUND": "CL_SECTOR",
    "TYPE_RD": "CL_TYPE_RD",
    "FORD": "CL_FORD",
    "SEX": "CL_SEX",
    "OBS_STATUS": "CL_OBS_STATUS",
}
PRICE_BASES = ("V", "Q", "_Z", "_U")


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """A label of the source that decides several dimensions at once.

    Args:
        name: Its name in the mapping.
        headings: How the source writes it.
        values: Dimension or attribute to code.
    """

    name: str
    headings: tuple[str, ...]
    values: dict[str, str]


class Pattern(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence of a bulletin.

    Args:
        match: Regular expression with the group OBS_VALUE; other groups name dimensions.
        optional: True where some editions lack the sentence.
        values: Dimension or attribute to code.
    """

    match: str
    optional: bool = False
    values: dict[str, str]


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """One of the side-by-side blocks of a Global Innovation Index export.

    Args:
        heading: Heading of the block's first column.
        flag: Name under which its texts go to OBS_FLAG; empty for a block of numbers.
        values: Dimension or attribute to code.
    """

    heading: str
    flag: str = ""
    values: dict[str, str]


class Mapping(msgspec.Struct, frozen=True, kw_only=True):
    """What a mapping file says.

    Args:
        path: The mapping file, for messages.
        sheet: Name or number (from 1) of the sheet; None takes the first.
        header: First and last row of the headings, from 1; None finds them by their text.
        title: Regular expression for the text above the headings; its groups are dimensions.
        across: What headings of value columns mean: VARIABLE, or one dimension.
        columns: Dimension to the headings (or numbers from 1) of the columns that hold it.
        dimensions: Names of further dimensions, which go to DIMENSIONS.
        codes: Dimension to the source's spellings and the codes they mean.
        missing: Text that stands for a missing value, and its observation status.
        skip: Row labels left out (subtotals), each with the reason.
        ignore: Headings of columns left out.
    """

    path: str
    layout: Layout
    dataflow: str
    sheet: str | int | None = None
    header: tuple[int, int] | None = None
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str = "."
    vintage: str | None = None
    title: str | None = None
    across: str = "VARIABLE"
    columns: dict[str, tuple[str | int, ...]] = {}
    constants: dict[str, str] = {}
    dimensions: tuple[str, ...] = ()
    variables: tuple[Variable, ...] = ()
    codes: dict[str, dict[str, str]] = {}
    missing: dict[str, str] = {}
    skip: dict[str, str] = {}
    ignore: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    tables: tuple[Mapping, ...] = ()
