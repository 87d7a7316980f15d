"""Reads and checks mapping files; every problem of a file is named at once, with its line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast, get_args

import msgspec

from armillary.errors import ArmillaryError, DefinitionError, did_you_mean, raise_all
from armillary.model.codelists import codes, resolve_area
from armillary.sources.statistics.mapping import (
    ATTRIBUTES,
    CODELIST_OF,
    DIMENSIONS,
    PRICE_BASES,
    Block,
    Layout,
    Mapping,
    Pattern,
    Variable,
)
from armillary.sources.toml import Toml, read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping as Keyed
    from pathlib import Path

# Label columns that decide something else than a dimension.
_OTHER_COLUMNS = ("OBS_VALUE", "VARIABLE", "UNIT")
_CURRENCY = re.compile(r"[A-Z]{3}")
_SCALARS: dict[str, type | tuple[type, ...]] = {
    "layout": str, "dataflow": str, "sheet": (str, int), "header": (int, list), "encoding": str,
    "delimiter": str, "decimal": str, "vintage": str, "title": str, "across": str,
    "dimensions": list, "ignore": list,
}  # fmt: skip
_TABLES = ("columns", "constants", "variables", "codes", "missing", "skip", "blocks")
_LISTS = ("patterns", "tables")
_IN_TABLES = ("dataflow", "header", "across", *_TABLES[:-1], "ignore", "dimensions")


class _Check:
    """Collects every problem of one mapping file."""

    def __init__(self, toml: Toml) -> None:
        self.path = toml.path
        self.toml = toml
        self.problems: list[ArmillaryError] = []
        self.extra: tuple[str, ...] = ()

    def problem(self, key: tuple[str | int, ...], problem: str, fix: str) -> None:
        where = f"{self.path}, line {self.toml.line(*key) or 1}, key {'.'.join(map(str, key))}"
        self.problems.append(DefinitionError(problem, where=where, fix=fix))

    def unknown(self, key: tuple[str | int, ...], allowed: tuple[str, ...], what: str) -> None:
        name = str(key[-1])
        fix = did_you_mean(name, allowed, otherwise=f"use one of {', '.join(allowed)}")
        self.problem(key, f"{name!r} is no {what}.", fix)

    def values(self, key: tuple[str | int, ...], given: Keyed[str, Any]) -> dict[str, str]:
        """Hold `DIMENSION = code` pairs to the codelists."""
        allowed = (*DIMENSIONS, *ATTRIBUTES, *self.extra)
        held: dict[str, str] = {}
        for name, value in given.items():
            at = (*key, name)
            if name not in allowed:
                self.unknown(at, allowed, "dimension (declare others in `dimensions`)")
            elif isinstance(value, bool) or not isinstance(value, str | int):
                self.problem(at, f"{name} = {value!r} is not a code.", 'write "CODE"')
            else:
                self.code(at, name, str(value))
                held[name] = str(value)
        return held

    def code(self, key: tuple[str | int, ...], name: str, value: str) -> None:
        fix = ""
        if name == "REF_AREA" and value not in codes("CL_AREA"):
            meant = resolve_area(value)
            fix = f"did you mean {meant!r}?" if meant else "use a code of CL_AREA"
        elif name in CODELIST_OF and value not in codes(CODELIST_OF[name]):
            allowed = sorted(codes(CODELIST_OF[name]))
            fix = did_you_mean(value, allowed, otherwise=f"use one of {', '.join(allowed)}")
        elif name == "UNIT_MULT" and not re.fullmatch(r"-?\d{1,2}", value):
            fix = "write a power of ten, e.g. UNIT_MULT = 4 for ten thousands"
        elif name == "PRICE_BASE" and value not in PRICE_BASES:
            fix = f"use one of {', '.join(PRICE_BASES)}"
        elif (
            name == "UNIT_MEASURE"
            and value not in codes("CL_UNIT_MEASURE")
            and not _CURRENCY.fullmatch(value)
        ):
            known = sorted(codes("CL_UNIT_MEASURE"))
            fix = did_you_mean(value, known, otherwise="use a code of CL_UNIT_MEASURE")
        if fix:
            self.problem(key, f"{name} holds {value!r}, which is no code of it.", fix)

    def regex(self, key: tuple[str | int, ...], pattern: str, *, needs_value: bool) -> None:
        try:
            groups = set(re.compile(pattern).groupindex)
        except re.error as error:
            self.problem(key, f"The regular expression does not compile: {error}.", "mend it")
            return
        if needs_value and "OBS_VALUE" not in groups:
            fix = "name the number's group: (?P<OBS_VALUE>[0-9.]+)"
            self.problem(key, "The pattern has no group OBS_VALUE.", fix)
        for group in sorted(groups - {*DIMENSIONS, *self.extra, "OBS_VALUE"}):
            self.unknown((*key, group), (*DIMENSIONS, "OBS_VALUE"), "dimension")

    def table(self, key: tuple[str | int, ...], value: object) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        self.problem(key, f"{key[-1]!r} must be a table.", f"write [{'.'.join(map(str, key))}]")
        return {}


def read_mapping(path: Path) -> Mapping:
    """Read and check one mapping file.

    Args:
        path: A TOML file; `acceptance/mappings/` shows one for every layout.

    Raises:
        ArmillaryError: The file is no TOML, or some keys are unknown or impossible; all of
            them together, each with its line.
    """
    toml = read_toml(path)
    check = _Check(toml)
    mapping = _mapping(check, toml.data, (), inherited=None)
    raise_all(check.problems)
    return mapping


def _mapping(
    check: _Check, given: dict[str, Any], at: tuple[str | int, ...], *, inherited: Mapping | None
) -> Mapping:
    allowed = _IN_TABLES if inherited else (*_SCALARS, *_TABLES, *_LISTS)
    for name in given:
        if name not in allowed:
            check.unknown((*at, name), tuple(allowed), "key of a mapping")
    known = {name: value for name, value in given.items() if name in allowed}
    for name, value in list(known.items()):
        if name in _SCALARS and (isinstance(value, bool) or not isinstance(value, _SCALARS[name])):
            check.problem((*at, name), f"{name} = {value!r} has the wrong type.", "see its line")
            del known[name]
    listed_ = {name: _texts(check, (*at, name), known) for name in ("dimensions", "ignore")}
    outer_dimensions = inherited.dimensions if inherited else ()
    check.extra = (*outer_dimensions, *listed_["dimensions"])
    layout = inherited.layout if inherited else _layout(check, known)
    fields = _parts(check, known, at)
    if inherited:
        fields["constants"] = {**inherited.constants, **fields["constants"]}
        fields["codes"] = {**inherited.codes, **fields["codes"]}
        fields["missing"] = {**inherited.missing, **fields["missing"]}
        fields["skip"] = {**inherited.skip, **fields["skip"]}
    across = known.get("across", "VARIABLE")
    if across not in ("VARIABLE", *DIMENSIONS, *check.extra):
        check.unknown((*at, "across", across), ("VARIABLE", *DIMENSIONS), "dimension")
    mapping = Mapping(
        path=str(check.path),
        layout=layout,
        dataflow=known.get("dataflow", inherited.dataflow if inherited else ""),
        sheet=known.get("sheet"),
        header=_header(check, (*at, "header"), known.get("header")),
        encoding=known.get("encoding"),
        delimiter=known.get("delimiter"),
        decimal=known.get("decimal", inherited.decimal if inherited else "."),
        vintage=known.get("vintage", inherited.vintage if inherited else None),
        title=known.get("title"),
        across=across,
        dimensions=check.extra,
        ignore=listed_["ignore"],
        **fields,
    )
    _scalars(check, mapping, at)
    mapping = _nested(check, known, mapping)
    _complete(check, mapping, at)
    return mapping


def _layout(check: _Check, known: dict[str, Any]) -> Layout:
    layouts = get_args(Layout)
    layout = known.get("layout")
    if layout is None:
        check.problem(("layout",), "The mapping names no layout.", f"add layout = {layouts[0]!r}")
    elif layout not in layouts:
        check.unknown(("layout", layout), layouts, "layout")
    else:
        return cast("Layout", layout)
    return "tidy"


def _texts(check: _Check, at: tuple[str | int, ...], known: dict[str, Any]) -> tuple[str, ...]:
    value = known.get(str(at[-1]), [])
    if any(not isinstance(item, str) for item in value):
        check.problem(at, f"{at[-1]} must be a list of texts.", 'write ["...", "..."]')
        return ()
    return tuple(value)


def _header(
    check: _Check, at: tuple[str | int, ...], value: int | list[int] | None
) -> tuple[int, int] | None:
    if value is None:
        return None
    rows = [value, value] if isinstance(value, int) else value
    if len(rows) != 2 or any(not isinstance(r, int) or r < 1 for r in rows) or rows[0] > rows[1]:
        check.problem(at, f"header = {value!r} is no pair of rows.", "write header = [5, 8]")
        return None
    return rows[0], rows[1]


def _parts(check: _Check, known: dict[str, Any], at: tuple[str | int, ...]) -> dict[str, Any]:
    given = {name: check.table((*at, name), known.get(name, {})) for name in _TABLES}
    columns: dict[str, tuple[str | int, ...]] = {}
    allowed = (*DIMENSIONS, *ATTRIBUTES, *check.extra, *_OTHER_COLUMNS)
    for name, value in given["columns"].items():
        headings = tuple(value) if isinstance(value, list) else (value,)
        if name not in allowed:
            check.unknown((*at, "columns", name), allowed, "dimension")
        elif any(isinstance(h, bool) or not isinstance(h, str | int) for h in headings):
            check.problem((*at, "columns", name), f"{name} = {value!r} is no heading.", 'write "x"')
        else:
            columns[name] = headings
    return {
        "columns": columns,
        "constants": check.values((*at, "constants"), given["constants"]),
        "variables": _variables(check, given["variables"], (*at, "variables")),
        "codes": _codes(check, given["codes"], (*at, "codes")),
        "missing": _plain(check, given["missing"], (*at, "missing"), coded=True),
        "skip": _plain(check, given["skip"], (*at, "skip"), coded=False),
        "blocks": _blocks(check, given["blocks"], (*at, "blocks")),
    }


def _variables(
    check: _Check, given: dict[str, Any], at: tuple[str | int, ...]
) -> tuple[Variable, ...]:
    variables = []
    for name, table in given.items():
        held = dict(check.table((*at, name), table))
        headings = held.pop("headings", [name])
        if not isinstance(headings, list) or any(not isinstance(h, str) for h in headings):
            fix = 'write headings = ["...", "..."]'
            check.problem((*at, name, "headings"), "headings must be a list of texts.", fix)
            headings = []
        values = check.values((*at, name), held)
        variables.append(Variable(name=name, headings=tuple(headings), values=values))
    return tuple(variables)


def _codes(
    check: _Check, given: dict[str, Any], at: tuple[str | int, ...]
) -> dict[str, dict[str, str]]:
    allowed = (*DIMENSIONS, "UNIT_MEASURE", "OBS_STATUS", *check.extra)
    held: dict[str, dict[str, str]] = {}
    for name, table in given.items():
        if name not in allowed:
            check.unknown((*at, name), allowed, "dimension")
            continue
        held[name] = {}
        for spelling, code in check.table((*at, name), table).items():
            if not isinstance(code, str):
                check.problem((*at, name, spelling), f"{code!r} is no code.", 'write "CODE"')
                continue
            check.code((*at, name, spelling), name, code)
            held[name][spelling] = code
    return held


def _plain(
    check: _Check, given: dict[str, Any], at: tuple[str | int, ...], *, coded: bool
) -> dict[str, str]:
    held = {}
    for name, value in given.items():
        if not isinstance(value, str):
            check.problem((*at, name), f"{value!r} is no text.", "put it in quotes")
            continue
        if coded:
            check.code((*at, name), "OBS_STATUS", value)
        held[name] = value
    return held


def _blocks(check: _Check, given: dict[str, Any], at: tuple[str | int, ...]) -> tuple[Block, ...]:
    blocks = []
    for name, table in given.items():
        held = dict(check.table((*at, name), table))
        heading, flag = held.pop("heading", name), held.pop("flag", "")
        if not isinstance(heading, str) or not isinstance(flag, str):
            check.problem((*at, name), "heading and flag must be texts.", 'write heading = "Score"')
            continue
        values = check.values((*at, name), held)
        blocks.append(Block(heading=heading, flag=flag, values=values))
    return tuple(blocks)


def _array(check: _Check, known: dict[str, Any], name: str) -> list[Any]:
    value = known.get(name, [])
    if isinstance(value, list):
        return value
    check.problem((name,), f"{name!r} must be an array of tables.", f"write [[{name}]]")
    return []


def _nested(check: _Check, known: dict[str, Any], mapping: Mapping) -> Mapping:
    patterns, tables = [], []
    for number, given in enumerate(_array(check, known, "patterns")):
        at = ("patterns", number)
        held = dict(check.table(at, given))
        match, optional = held.pop("match", None), held.pop("optional", False)
        if not isinstance(match, str) or not isinstance(optional, bool):
            fix = "write match = '...(?P<OBS_VALUE>[0-9.]+)...'"
            check.problem((*at, "match"), "A pattern needs `match`, a text.", fix)
            continue
        check.regex((*at, "match"), match, needs_value=True)
        values = check.values(at, held)
        patterns.append(Pattern(match=match, optional=optional, values=values))
    for number, given in enumerate(_array(check, known, "tables")):
        at = ("tables", number)
        tables.append(_mapping(check, check.table(at, given), at, inherited=mapping))
    return msgspec.structs.replace(mapping, patterns=tuple(patterns), tables=tuple(tables))


def _scalars(check: _Check, mapping: Mapping, at: tuple[str | int, ...]) -> None:
    if not mapping.dataflow and mapping.layout != "sdmx":
        fix = 'add dataflow = "CN_RD_ACTIVITY" (a short name of the table)'
        check.problem((*at, "dataflow"), "The mapping names no dataflow.", fix)
    if mapping.decimal not in (".", ","):
        check.problem((*at, "decimal"), f"decimal = {mapping.decimal!r}.", "write '.' or ','")
    if mapping.delimiter is not None and len(mapping.delimiter) != 1:
        fix = "write one character"
        check.problem((*at, "delimiter"), f"delimiter = {mapping.delimiter!r}.", fix)
    if mapping.encoding is not None:
        try:
            "".encode(mapping.encoding)
        except LookupError:
            fix = 'write encoding = "gb18030"'
            check.problem((*at, "encoding"), f"No encoding is called {mapping.encoding!r}.", fix)
    if mapping.title is not None:
        check.regex((*at, "title"), mapping.title, needs_value=False)


def _complete(check: _Check, mapping: Mapping, at: tuple[str | int, ...]) -> None:
    """Ask for what the layout cannot do without."""
    where = ".".join(map(str, at)) or "the mapping"
    if mapping.layout == "sdmx":
        return
    if mapping.layout == "gii":
        if not mapping.blocks:
            check.problem((*at, "blocks"), "The layout gii needs its blocks.", "add [blocks.score]")
        return
    if mapping.layout == "bulletin" and not at:
        if not mapping.patterns and not mapping.tables:
            fix = "add [[patterns]] or [[tables]]"
            check.problem(("patterns",), "A bulletin needs patterns or tables.", fix)
        return
    if mapping.layout == "tidy" and "OBS_VALUE" not in mapping.columns:
        fix = 'add OBS_VALUE = "heading of the column with the numbers"'
        check.problem((*at, "columns"), "No column holds OBS_VALUE.", fix)
    if mapping.layout != "tidy" and not mapping.columns:
        fix = 'add [columns] with REF_AREA = "heading"'
        check.problem((*at, "columns"), f"{where} names no column of labels.", fix)
    titled = set(re.compile(mapping.title or "").groupindex) if _compiles(mapping.title) else set()
    for dimension in ("INDICATOR", "REF_AREA", "TIME_PERIOD"):
        given = (
            dimension in mapping.columns
            or dimension in mapping.constants
            or dimension == mapping.across
            or dimension in titled
            or any(dimension in variable.values for variable in mapping.variables)
            or bool(at and dimension == "TIME_PERIOD")  # the page's title gives it
        )
        if not given:
            fix = f"name its column in [columns], or write {dimension} in [constants]"
            check.problem((*at, "columns"), f"Nothing in {where} gives {dimension}.", fix)


def _compiles(pattern: str | None) -> bool:
    try:
        re.compile(pattern or "(")
    except re.error:
        return False
    return True
