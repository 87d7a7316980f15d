"""Turns labelled cells into rows of the table `observation`, and accounts for each of them."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

from armillary.errors import SourceError, listed
from armillary.model.codelists import codelist, codes, folded, names, nearest_area, resolve_area
from armillary.model.columns import columns_of, from_columns
from armillary.model.provenance import Reading, Rejection
from armillary.sources.statistics import numerals
from armillary.sources.statistics.mapping import CODELIST_OF, DIMENSIONS

if TYPE_CHECKING:
    from collections.abc import Mapping as Keyed

    import pyarrow as pa

    from armillary.model.provenance import Origin
    from armillary.sources.statistics.mapping import Mapping

_MISSING_STATUS = frozenset("HLMOQ")
# Where a provider joins several flags, the one that most limits use of the value.
_GRAVEST_FIRST = "BUDEPFINVS"
_TEXT_KEPT = 200
_MARKED = re.compile(r"(.*\d)\s*([^\d\s.,]{1,3})")
_CODE = re.compile(r"[A-Za-z0-9_.@-]+")
_BETWEEN_FLAGS = re.compile(r"[;, ]+")
_EXTRA_FORBIDDEN = re.compile(r"[;=]")
# A row is held as a tuple: as a mapping it would take three times the memory.
_COLUMNS = tuple(column.column for column in columns_of("observation"))
_AT = {name: place for place, name in enumerate(_COLUMNS)}
_KEY = tuple(_AT[name] for name in (*DIMENSIONS, "DIMENSIONS"))
_Row = tuple[object, ...]


class Unfit(Exception):  # noqa: N818 - it is not an error of the program
    """A cell that cannot become an observation; its text is the reason."""


class Observations:
    """Collects the observations of one file.

    Args:
        path: The file, for messages.
        file_format: Format found in the content.
        unit_read: What is counted.
        mapping: The mapping in force; None only for SDMX files.
        areas: The user's own area names, and the code each means.
    """

    def __init__(
        self,
        path: object,
        *,
        file_format: str,
        unit_read: str,
        source: str,
        origin: Origin,
        mapping: Mapping | None,
        areas: Keyed[str, str],
    ) -> None:
        self.path = path
        self.format = file_format
        self.unit_read = unit_read
        self.source = source
        self.origin = origin
        self.areas = {folded(name): code for name, code in areas.items()}
        self.lenient = mapping is None or mapping.layout == "sdmx"
        self.rows: list[_Row] = []
        self.rejections: list[Rejection] = []
        self.n_read = 0
        self.n_empty = 0
        self._resolved: dict[tuple[str, str], str] = {}
        self.use(mapping)

    def use(self, mapping: Mapping | None) -> None:
        """Read what follows by another mapping (one table of a page)."""
        self.mapping = mapping
        given = mapping.codes if mapping else {}
        self._codes = {
            dimension: {folded(spelling): code for spelling, code in table.items()}
            for dimension, table in given.items()
        }
        missing = mapping.missing if mapping else {}
        said = {folded(text): status for text, status in missing.items()}
        self._missing = {folded(text): status for text, status in numerals.MISSING.items()} | said
        self._decimal = mapping.decimal if mapping else "."
        self._extra = frozenset(mapping.dimensions if mapping else ())
        self._resolved.clear()

    def tell_apart_by(self, dimensions: frozenset[str]) -> None:
        """Hold further dimensions in DIMENSIONS (SDMX messages bring their own)."""
        if not dimensions <= self._extra:
            self._extra = self._extra | dimensions

    def empty(self, count: int = 1) -> None:
        """Count items that hold nothing by the layout of the file."""
        self.n_read += count
        self.n_empty += count

    def reject(self, locator: str, text: str, reason: str) -> None:
        """Count and list one item that is refused."""
        self.n_read += 1
        self._list(locator, text, reason)

    def _list(self, locator: str, text: str, reason: str) -> None:
        self.rejections.append(Rejection(locator=locator, text=text[:_TEXT_KEPT], reason=reason))

    def add(
        self,
        *,
        locator: str,
        text: str,
        values: Keyed[str, str],
        unit_word: str = "",
        numeral: str | None = None,
    ) -> None:
        """Count one item and keep it as an observation, or list why not.

        Args:
            locator: Where it stands in the file.
            text: The cell text as it stands.
            values: Dimension or attribute to what the source writes for it.
            unit_word: Unit as the source writes it; it must not contradict the mapping.
            numeral: The part of `text` that is the number; None where it is all of it.
        """
        self.n_read += 1
        said = {**(self.mapping.constants if self.mapping else {}), **values}
        try:
            row = self._row(locator, text, said, unit_word, numeral)
            self.rows.append(tuple(map(row.get, _COLUMNS)))
        except Unfit as unfit:
            self._list(locator, text or "(blank)", str(unfit))

    def _row(
        self,
        locator: str,
        text: str,
        said: dict[str, str],
        unit_word: str,
        numeral: str | None,
    ) -> dict[str, object]:
        row: dict[str, object] = {"source": self.source, "origin": self.origin.origin}
        row["locator"] = locator
        row["DATAFLOW"] = said.get("DATAFLOW") or (self.mapping.dataflow if self.mapping else "")
        row["VINTAGE"] = said.get("VINTAGE") or self._vintage()
        for dimension in ("INDICATOR", "REF_AREA", "TIME_PERIOD"):
            row[dimension] = self._required(dimension, said.get(dimension, ""))
        usual = usual_dimensions(str(row["INDICATOR"]))
        for dimension, default in usual.items():
            value = said.get(dimension, "")
            row[dimension] = self._code(dimension, value) if value else default
        row["DIMENSIONS"] = self._dimensions(said)
        self._units(row, said, unit_word)
        row["OBS_TEXT"] = text
        self._value(row, text if numeral is None else numeral, said)
        return row

    def _vintage(self) -> str:
        mapped = self.mapping.vintage if self.mapping else None
        return mapped or self.origin.vintage or self.origin.date_published or ""

    def _required(self, dimension: str, said: str) -> str:
        if not said.strip():
            raise Unfit(f"it has no {dimension}; the mapping must give one")
        if dimension == "TIME_PERIOD":
            return self._period(said)
        return self._area(said) if dimension == "REF_AREA" else self._code(dimension, said)

    def _period(self, said: str) -> str:
        found = self._resolved.get(("TIME_PERIOD", said))
        if found is None:
            found = numerals.period(self._codes.get("TIME_PERIOD", {}).get(folded(said), said))
            if found is None:
                raise Unfit(
                    f"TIME_PERIOD {said!r} is no period such as 2021 or 2021-Q3; "
                    "map it in [codes.TIME_PERIOD]"
                )
            self._resolved["TIME_PERIOD", said] = found
        return found

    def _area(self, said: str) -> str:
        known = self._resolved.get(("REF_AREA", said))
        if known is None:
            known = self.knows_area(said) or (said if self.lenient else None)
            if known is None:
                close = nearest_area(said.strip())
                hint = f" (nearest: {close})" if close else ""
                raise Unfit(
                    f"REF_AREA {said!r} is no area of CL_AREA{hint}; map it in "
                    "[codes.REF_AREA] or the areas file, or list it in [skip]"
                )
            self._resolved["REF_AREA", said] = known
        return known

    def status_of(self, mark: str) -> str:
        """Return the observation status the mapping gives a mark; A where it gives none."""
        return self._codes.get("OBS_STATUS", {}).get(folded(mark), "A")

    def knows_area(self, said: str) -> str | None:
        """Return the area a label means, or None."""
        key = folded(said)
        mapped = self._codes.get("REF_AREA", {}).get(key)
        return mapped or self.areas.get(key) or resolve_area(said)

    def _code(self, dimension: str, said: str) -> str:
        known = self._resolved.get((dimension, said))
        if known is None:
            known = self._look_up(dimension, said.strip())
            self._resolved[dimension, said] = known
        return known

    def _look_up(self, dimension: str, said: str) -> str:
        mapped = self._codes.get(dimension, {})
        if folded(said) in mapped:
            return mapped[folded(said)]
        name = CODELIST_OF.get(dimension)
        if name is None:
            if dimension == "INDICATOR" and not self.lenient and not _CODE.fullmatch(said):
                raise Unfit(f"INDICATOR {said!r} is no code; map it in [codes.INDICATOR]")
            return said
        if said in codes(name):
            return said
        if folded(said) in names(name):
            return names(name)[folded(said)]
        if dimension == "OBS_STATUS":
            return self._status(said)
        if self.lenient:
            return said
        raise Unfit(f"{dimension} {said!r} is no code of {name}; map it in [codes.{dimension}]")

    def _status(self, said: str) -> str:
        # Eurostat joins small letters, "ep"; capitals joined are another agency's own code.
        parts = _BETWEEN_FLAGS.split(said) if _BETWEEN_FLAGS.search(said) else list(said)
        letters = [names("CL_OBS_STATUS").get(folded(part), "") for part in parts if part.isalnum()]
        if letters and all(letters) and (said.islower() or len(parts) < len(said)):
            return min(letters, key=lambda s: (_GRAVEST_FIRST + s).index(s))
        raise Unfit(f"flag {said!r} is no code of CL_OBS_STATUS; map it in [codes.OBS_STATUS]")

    def _dimensions(self, said: Keyed[str, str]) -> str:
        pairs = []
        for dimension in sorted(self._extra):
            if value := said.get(dimension, "").strip():
                code = self._code(dimension, value)
                if _EXTRA_FORBIDDEN.search(code):
                    raise Unfit(f"{dimension} {code!r} holds ; or =; map it in [codes.{dimension}]")
                pairs.append(f"{dimension}={code}")
        return sys.intern(";".join(pairs))

    def _units(self, row: dict[str, object], said: Keyed[str, str], unit_word: str) -> None:
        measure, exponent = said.get("UNIT_MEASURE", ""), said.get("UNIT_MULT", "")
        measure = self._codes.get("UNIT_MEASURE", {}).get(folded(measure), measure)
        written = numerals.unit(unit_word) if unit_word else None
        if written:
            wanted = (measure or written[0], int(exponent) if exponent else written[1])
            if wanted != written:
                raise Unfit(
                    f"the file says {unit_word.strip()!r} ({written[0]} x 10^{written[1]}), the "
                    f"mapping {wanted[0]} x 10^{wanted[1]}; correct UNIT_MEASURE and UNIT_MULT"
                )
            measure, exponent = written[0], str(written[1])
        if not measure and not self.lenient:
            raise Unfit("it has no unit; give UNIT_MEASURE in the mapping")
        row["UNIT_MEASURE"] = measure or "_U"
        try:
            row["UNIT_MULT"] = int(exponent or 0)
        except ValueError:
            raise Unfit(f"UNIT_MULT {exponent!r} is no power of ten") from None
        base = said.get("PRICE_BASE", "")
        row["PRICE_BASE"] = base or ("_U" if _is_money(str(row["UNIT_MEASURE"])) else "_Z")

    def _value(self, row: dict[str, object], text: str, said: Keyed[str, str]) -> None:
        flag = said.get("OBS_STATUS", "").strip()
        row["OBS_FLAG"] = said.get("OBS_FLAG", "").strip() or (flag if flag != "A" else "") or None
        status = self._code("OBS_STATUS", flag) if flag else "A"
        absent = self._missing.get(folded(numerals.plain(text)))
        if absent is not None:
            row["OBS_VALUE"] = None
            row["OBS_STATUS"] = status if status in _MISSING_STATUS | {"K"} else absent
            return
        bare = text
        if row["UNIT_MEASURE"] == "PERCENT":
            bare = numerals.plain(text).removesuffix("%")
        value = numerals.number(bare, decimal=self._decimal)
        if value is None:
            value, mark = self._marked(bare)
            status = self._code("OBS_STATUS", mark)
            row["OBS_FLAG"] = "; ".join(filter(None, [str(row["OBS_FLAG"] or ""), mark]))
        row["OBS_VALUE"] = value
        row["OBS_STATUS"] = status

    def _marked(self, text: str) -> tuple[float, str]:
        """Split a number from a mark glued to it, where the mapping knows the mark."""
        match = _MARKED.fullmatch(numerals.plain(text))
        mark = match[2] if match else ""
        value = numerals.number(match[1], decimal=self._decimal) if match else None
        if value is None:
            raise Unfit(f"{text.strip()!r} is no number; correct the file or list it in [missing]")
        if folded(mark) not in self._codes.get("OBS_STATUS", {}):
            raise Unfit(
                f"{text.strip()!r} is a number with the mark {mark!r}; say what the mark means "
                "in [codes.OBS_STATUS], or correct the file"
            )
        return value, mark

    def reading(self) -> Reading:
        """Return everything collected; observations that share a key are refused together.

        Raises:
            SourceError: Not one item could be kept.
        """
        if self.lenient:
            self._tell_apart_by_unit()
        self._refuse_repeated_keys()
        if not self.rows:
            first = self.rejections[0] if self.rejections else None
            why = f"; the first, {first.locator}: {first.reason}" if first else ""
            raise SourceError(
                f"None of the {self.n_read:,} {self.unit_read} read could be kept{why}.",
                where=str(self.path),
                fix="check that the mapping fits this file",
            )
        return Reading(
            format=self.format,
            unit_read=self.unit_read,
            n_read=self.n_read,
            n_kept=len(self.rows),
            n_empty=self.n_empty,
            tables={"observation": self._table()},
            rejections=tuple(self.rejections),
        )

    def _table(self) -> pa.Table:
        places = enumerate(_COLUMNS)
        data = {name: [row[place] for row in self.rows] for place, name in places}
        return from_columns("observation", data)

    def _repeated(self) -> list[list[_Row]]:
        """Return the rows that share their key, together; usually none."""
        seen: set[_Row] = set()
        twice: set[_Row] = set()
        for row in self.rows:
            key = _key(row)
            (twice if key in seen else seen).add(key)
        if not twice:
            return []
        held = defaultdict(list)
        for row in self.rows:
            if (key := _key(row)) in twice:
                held[key].append(row)
        return list(held.values())

    def _tell_apart_by_unit(self) -> None:
        """Add the unit and price base to DIMENSIONS where a dataflow uses them as dimensions."""
        names_ = ("PRICE_BASE", "UNIT_MEASURE")
        if not any(
            len({tuple(r[_AT[n]] for n in names_) for r in g}) > 1 for g in self._repeated()
        ):
            return
        place = _AT["DIMENSIONS"]
        for number, row in enumerate(self.rows):
            pairs = [p for p in str(row[place]).split(";") if p]
            pairs += [f"{name}={row[_AT[name]]}" for name in names_]
            self.rows[number] = (*row[:place], ";".join(sorted(pairs)), *row[place + 1 :])

    def _refuse_repeated_keys(self) -> None:
        repeated = self._repeated()
        if not repeated:
            return
        for group in repeated:
            places = [str(row[_AT["locator"]]) for row in group]
            for row, place in zip(group, places, strict=True):
                others = [p for p in places if p != place] or places[:1]
                key = "/".join(str(row[_AT[d]]) for d in DIMENSIONS[1:8])
                self._list(
                    place,
                    str(row[_AT["OBS_TEXT"]]),
                    f"the same key ({key}) also stands at {listed(others)}; tell them apart by a "
                    "dimension, or remove one",
                )
        gone = {id(row) for group in repeated for row in group}
        self.rows = [row for row in self.rows if id(row) not in gone]


def _key(row: _Row) -> _Row:
    return tuple(row[place] for place in _KEY)


@cache
def usual_dimensions(indicator: str) -> dict[str, str]:
    """Return the Frascati dimensions an indicator has when a source names none.

    R&D expenditure is the total over sectors, types and fields; R&D personnel also over the
    sexes, but has no source of funds; nothing applies to other indicators.

    Examples:
        >>> usual_dimensions("GERD")["SECT_FUND"], usual_dimensions("PATENT_GRANTS")["SECT_FUND"]
        ('_T', '_Z')
    """
    group = {code.code: code.parent for code in codelist("CL_INDICATOR")}.get(indicator, "")
    spending, people = group == "RD_EXP", group == "RD_PER"
    either = "_T" if spending or people else "_Z"
    return {
        "SECT_PERF": either,
        "SECT_FUND": "_T" if spending else "_Z",
        "TYPE_RD": either,
        "FORD": either,
        "SEX": "_T" if people else "_Z",
    }


def _is_money(measure: str) -> bool:
    code = measure.split("_", maxsplit=1)[0]
    return len(code) == 3 and code.isalpha() and code.isupper() and code not in ("FTE",)
