"""An index as an Excel workbook to hand on: ranking, scores, data, method and audit."""

from __future__ import annotations

import datetime as dt
import io
import math
import unicodedata
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow as pa

from armillary import __version__
from armillary.errors import PublicationError
from armillary.model.observatory import LANGUAGES, Text
from armillary.publications.tables import is_formula
from armillary.publications.workbook_words import ABOUT, COLUMNS, HOW, SHEETS, VALUES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_CREATED = dt.datetime(2000, 1, 1)
_LONGEST = 32_767  # characters in a cell
_MOST_ROWS = 1_048_576
_TABLES = (
    "tier", "rank_interval", "movement", "audit_statistic", "audit_correlation", "audit_group",
    "audit_loading", "audit_importance", "audit_removal", "audit_added_value", "audit_variant",
    "audit_sensitivity", "audit_rank", "audit_acceptability", "strength",
)  # fmt: skip
_SHARES = {
    "coverage", "share", "share_unique", "share_zero", "first_share", "share_five",
    "missing_share", "percentile_rank",
}  # fmt: skip
_DIVERGING = ("correlation", "loading", "rank_change", "score_change")
_GROWING = ("first_order", "total_order", "shapley", "importance", "share")
_NAMED = ("unit", "code", "other", "parent", "part")
_CODED = ("kind", "flag", "flags", "relation", "factor")
_FORMATS: dict[str, dict[str, Any]] = {
    "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF4"},
    "title": {"bold": True, "font_size": 16},
    "bold": {"bold": True},
    "wrap": {"text_wrap": True, "valign": "top"},
    "number": {"num_format": "0.000"},
    "score": {"num_format": "0.0"},
    "share": {"num_format": "0.0%"},
    "text": {},
    "quoted": {"quote_prefix": True},
    "raw": {"num_format": "General"},
}


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """What a workbook shows.

    Args:
        title: Name of the index.
        tables: Tables of the store about one index, by name; absent ones are left out.
        names: Name of each unit.
        licence: Of the data.
        files: What was read: file and checksum.
        notes: What a reader should know.
    """

    title: Text
    tables: dict[str, pa.Table]
    names: dict[str, Text] = {}
    licence: str = ""
    files: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class _Exact(float):
    """A number that is written with all its digits; the library itself writes sixteen."""

    def __format__(self, spec: str) -> str:
        return repr(float(self))


def workbook(contents: Contents, *, language: str = "en") -> bytes:
    """Write an index as a workbook (.xlsx); the same contents give the same bytes.

    Numbers have all their digits, whatever the cell shows. Text is never a formula.

    Args:
        contents: What it shows.
        language: en or zh.

    Raises:
        PublicationError: Neither English nor Chinese, or a table longer than a sheet.
    """
    from xlsxwriter import Workbook

    if language not in LANGUAGES:
        raise PublicationError(
            f"A workbook cannot be written in {language!r}.",
            where="workbook, language",
            fix="choose en or zh",
        )
    held = io.BytesIO()
    book = Workbook(
        held,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"title": contents.title.in_language(language), "created": _CREATED})
    _Book(book, contents, language).write()
    book.close()
    return held.getvalue()


class _Book:
    """One workbook while it is written."""

    def __init__(self, book: Any, contents: Contents, language: str) -> None:
        self.book, self.contents, self.language = book, contents, language
        self.formats = {name: book.add_format(said) for name, said in _FORMATS.items()}
        self.nodes = self._rows("framework")
        self.names = {
            row["code"]: row["name_zh"] if language == "zh" else row["name_en"]
            for row in self.nodes
        }
        self.scores = {
            (row["TIME_PERIOD"], row["unit"], row["code"]): row for row in self._rows("score")
        }
        self.root = next((row["code"] for row in self.nodes if row["parent"] is None), "")
        periods = sorted({key[0] for key in self.scores}, reverse=True)
        units = sorted({key[1] for key in self.scores})
        self.cases = [(period, unit) for period in periods for unit in units]

    def write(self) -> None:
        readme = self.book.add_worksheet(self._word(SHEETS["read_me"]))
        leaves = [row["code"] for row in self.nodes if row["kind"] == "indicator"]
        groups = [row["code"] for row in self.nodes]
        if self.scores:
            self._ranking()
            self._wide("scores", groups, "score", style="score")
            self._wide("raw", leaves, "value", style="raw")
            self._wide("flags", leaves, "OBS_STATUS", style="text")
            self._wide("treated", leaves, "treated", style="raw")
        self._framework()
        self._long("treatment")
        self._long("recipe")
        for name in _TABLES:
            self._long(name)
        self._read_me(readme)

    def _rows(self, table: str) -> list[dict[str, Any]]:
        held = self.contents.tables.get(table)
        return held.to_pylist() if held is not None else []

    def _word(self, text: Text) -> str:
        return text.in_language(self.language)

    def _unit(self, code: str) -> str:
        found = self.contents.names.get(code)
        return self._word(found) if found is not None else code

    def _label(self, column: str) -> str:
        return self._word(COLUMNS[column]) if column in COLUMNS else column

    # -- cells

    def _cell(self, sheet: Any, at: tuple[int, int], value: Any, style: str) -> None:
        row, column = at
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            return
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value)
        elif isinstance(value, int):
            sheet.write_number(row, column, value)
        elif isinstance(value, float):
            sheet.write_number(row, column, _Exact(value), self.formats[style])
        else:
            text = str(value)
            if len(text) > _LONGEST:
                text = text[: _LONGEST - 1] + "…"
            if style not in ("head", "title", "bold", "wrap"):
                style = "quoted" if is_formula(text) else "text"
            sheet.write_string(row, column, text, self.formats[style])

    def _table(
        self,
        name: str,
        head: Sequence[str],
        rows: Iterable[Sequence[Any]],
        *,
        styles: Sequence[str],
        second: Sequence[str] | None = None,
        frozen: int = 0,
    ) -> tuple[Any, int, int]:
        """Write a table with its header; return the sheet, its first row and the one behind."""
        sheet = self.book.add_worksheet(self._word(SHEETS[name]))
        widths = [8] * len(head)
        top = 0
        for line in filter(None, (head, second)):
            for column, text in enumerate(line):
                self._cell(sheet, (top, column), text, "head")
                widths[column] = max(widths[column], min(_width(text), 28))
            top += 1
        at = top
        for row in rows:
            if at >= _MOST_ROWS:
                raise PublicationError(
                    f"Table {name} has more rows than a sheet holds ({_MOST_ROWS:,}).",
                    where=f"workbook, {self._word(SHEETS[name])}",
                    fix="take the CSV file instead, or audit with fewer replicates",
                )
            for column, value in enumerate(row):
                self._cell(sheet, (at, column), value, styles[column])
                if isinstance(value, str):
                    widths[column] = max(widths[column], min(_width(value), 60))
            at += 1
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width + 2)
        sheet.freeze_panes(top, frozen)
        if at > top:
            sheet.autofilter(top - 1, 0, at - 1, len(head) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0, top - 1)
        return sheet, top, at

    def _scale(self, sheet: Any, rows: tuple[int, int], column: int, *, diverging: bool) -> None:
        if rows[1] <= rows[0]:
            return
        scale: dict[str, Any] = {
            "type": "2_color_scale",
            "min_color": "#FFFFFF",
            "max_color": "#7FB2D5",
        }
        if diverging:
            scale = {
                "type": "3_color_scale",
                "min_color": "#D98B5F",
                "mid_color": "#FFFFFF",
                "max_color": "#7FB2D5",
                "mid_type": "num",
                "mid_value": 0,
            }
        sheet.conditional_format(rows[0], column, rows[1] - 1, column, scale)

    # -- sheets

    def _read_me(self, sheet: Any) -> None:
        sheet.set_column(0, 0, 22)
        sheet.set_column(1, 1, 100)
        sheet.hide_gridlines(2)
        period = self.cases[0][0] if self.cases else ""
        ranked = [key for key, row in self.scores.items() if row["rank"] and key[2] == self.root]
        leaves = [row for row in self.nodes if row["kind"] == "indicator"]
        lines: list[tuple[str, str]] = [
            (self._word(ABOUT["index"]), self.names.get(self.root, "")),
            (self._word(ABOUT["edition"]), period),
            (self._word(ABOUT["units"]), str(sum(key[0] == period for key in ranked))),
            (self._word(ABOUT["indicators"]), str(len(leaves))),
            (self._word(ABOUT["licence"]), self.contents.licence),
        ]
        lines += _listed(self._word(ABOUT["how"]), [self._word(text) for text in HOW])
        others = [one.get_name() for one in self.book.worksheets()[1:]]
        separator = "、" if self.language == "zh" else ", "
        lines.append((self._word(ABOUT["sheets"]), separator.join(others)))
        lines += _listed(self._word(ABOUT["files"]), self.contents.files)
        lines += _listed(self._word(ABOUT["notes"]), self.contents.notes)
        lines.append((self._word(ABOUT["made"]), __version__))
        self._cell(sheet, (0, 0), self._word(self.contents.title), "title")
        for row, (what, text) in enumerate((one for one in lines if one[1]), 2):
            self._cell(sheet, (row, 0), what, "bold")
            self._cell(sheet, (row, 1), text, "wrap")

    def _ranking(self) -> None:
        intervals = {(r["TIME_PERIOD"], r["unit"]): r for r in self._rows("rank_interval")}
        pillars = [row["code"] for row in self.nodes if row["level"] == 1]
        ends = ("rank_low", "rank_high", "score_low", "score_high")
        head = ["rank", "unit", "name", "TIME_PERIOD", "score", *ends, "coverage"]
        rows = []
        for period, unit in self.cases[: len({unit for _, unit in self.cases})]:
            own = self.scores[period, unit, self.root]
            interval = intervals.get((period, unit), {})
            parts = [self.scores[period, unit, code]["score"] for code in pillars]
            rows.append(
                [own["rank"], unit, self._unit(unit), period, own["score"]]
                + [interval.get(end) for end in ends]
                + [own["coverage"], *parts]
            )
        rows.sort(key=lambda row: (row[0] is None, row[0] or 0, row[1]))
        styles = ["text"] * 4 + ["score"] * 5 + ["share"] + ["score"] * len(pillars)
        sheet, top, end = self._table(
            "ranking",
            [*map(self._label, head), *(self.names[code] for code in pillars)],
            rows,
            styles=styles,
            frozen=3,
        )
        for column in (4, *range(len(head), len(head) + len(pillars))):
            self._scale(sheet, (top, end), column, diverging=False)

    def _wide(self, name: str, codes: Sequence[str], column: str, *, style: str) -> None:
        head = [self._label(one) for one in ("TIME_PERIOD", "unit", "name")]
        sheet, top, end = self._table(
            name,
            [*head, *codes],
            (
                [
                    period,
                    unit,
                    self._unit(unit),
                    *(self.scores[period, unit, code][column] for code in codes),
                ]
                for period, unit in self.cases
            ),
            styles=["text"] * 3 + [style] * len(codes),
            second=["", "", "", *(self.names[code] for code in codes)],
            frozen=3,
        )
        if style == "score":
            for at in range(3, 3 + len(codes)):
                self._scale(sheet, (top, end), at, diverging=False)

    def _framework(self) -> None:
        keys = (
            "code", "name", "parent", "level", "kind", "weight", "effective_weight", "direction",
            "unit_measure",
        )  # fmt: skip
        rows = [
            [
                self.names[row["code"]] if key == "name" else self._value(row.get(key))
                for key in keys
            ]
            for row in self.nodes
        ]
        styles = ["share" if key == "effective_weight" else "number" for key in keys]
        self._table("framework", [self._label(key) for key in keys], rows, styles=styles, frozen=2)

    def _value(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if all(word in VALUES for word in value.split()):
            joined = "；" if self.language == "zh" else "; "
            return joined.join(self._word(VALUES[word]) for word in value.split())
        return value

    def _long(self, name: str) -> None:
        held = self.contents.tables.get(name)
        if held is None or not held.num_rows:
            return
        keys = [key for key in held.column_names if key != "index"]
        columns: list[tuple[str, bool]] = []  # a code is followed by its name
        for key in keys:
            columns.append((key, False))
            if key in _NAMED and name != "recipe":
                columns.append((key, True))
        sheet, top, end = self._table(
            name,
            [self._label("name" if named else key) for key, named in columns],
            (
                [
                    self._named(key, row[key]) if named else self._shown(key, row[key])
                    for key, named in columns
                ]
                for row in held.to_pylist()
            ),
            styles=["share" if key in _SHARES else "number" for key, _ in columns],
        )
        for key in (*_DIVERGING, *_GROWING):
            if key in keys:
                at = columns.index((key, False))
                self._scale(sheet, (top, end), at, diverging=key in _DIVERGING)

    def _shown(self, key: str, value: Any) -> Any:
        return self._value(value) if key in _CODED else value

    def _named(self, key: str, code: str | None) -> str | None:
        if code is None:
            return None
        return self._unit(code) if key == "unit" else self.names.get(code) or self._unit(code)


def _listed(what: str, texts: Sequence[str]) -> list[tuple[str, str]]:
    return [(what if n == 0 else "", text) for n, text in enumerate(texts)]


def _width(text: str) -> int:
    """Return how wide a text is in a cell; Chinese characters take two places."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def units_named(names: Mapping[str, str]) -> dict[str, Text]:
    """Give each unit a name that is the same in both languages.

    Args:
        names: Name by unit, as the data have it.
    """
    return {unit: Text(en=name) for unit, name in names.items()}
