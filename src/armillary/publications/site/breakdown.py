"""One indicator of one area by the codes of a dimension: the numbers of a statistics page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec
from markupsafe import Markup

from armillary.model.observatory import StatisticsDefinition, Text

if TYPE_CHECKING:
    from armillary.publications.site.core import Site
    from armillary.publications.site.words import Words

TOTAL = "_T"
OPERATIONS = ("level", "share", "growth")
CODELISTS = {"SECT_PERF": "CL_SECTOR", "SECT_FUND": "CL_SECTOR", "TYPE_RD": "CL_TYPE_RD"}
_BREAKS = frozenset("BD")  # a break in series, a change of definition
# How a reason of the analysis begins, and the text that says it in either language.
_REASONS = tuple(
    (re.compile(pattern), key)
    for pattern, key in (
        (r"missing in (?P<year>\d{4})", "missing"),
        (r"no value for (?P<year>\d{4})", "no_value"),
        (r"no total for (?P<year>\d{4})", "no_total"),
        (r"total missing in (?P<year>\d{4})", "total_missing"),
        (r"total in another unit of measure", "total_unit"),
        (r"total in another price base", "total_price"),
        (r"total from another dataflow", "total_dataflow"),
        (r"total is zero", "total_zero"),
        (r"break in series in (?P<year>\d{4})", "break"),
        (r"definition differs between (?P<before>\d{4}) and (?P<year>\d{4})", "definition"),
        (r"unit of measure changed", "unit"),
        (r"price base changed", "price"),
        (r"the two years are of different dataflows", "dataflow"),
        (r"value of (?P<year>\d{4}) is not above zero", "not_positive"),
    )
)


class Breakdown(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of `derived_observation` of one table and one area, found by their place.

    Args:
        definition: The statistics table.
        area: Area code.
        codes: Codes of the dimension in the order of the codelist, the total last.
        years: Every year from the first to the last, those without any row included.
        rows: Rows by (operation, year, code).
        exponent: Power of ten the levels are shown in, by language.
    """

    definition: StatisticsDefinition
    area: str
    codes: tuple[str, ...]
    years: tuple[int, ...]
    rows: dict[tuple[str, int, str], dict[str, Any]]
    exponent: dict[str, int]

    @property
    def parts(self) -> tuple[str, ...]:
        """The codes without the total."""
        return tuple(code for code in self.codes if code != TOTAL)

    @property
    def lead(self) -> str:
        """The code whose share is told first: enterprises, or the largest in the last year."""
        if "BES" in self.codes:
            return "BES"
        last = [(self.share(year, code) or -1.0, code) for year in self.years[-1:]
                for code in self.parts]  # fmt: skip
        return max(last)[1] if last else TOTAL

    @property
    def last(self) -> int:
        """The last year whose total is known, or the last of all."""
        known = [year for year in self.years if self.plain(year, TOTAL) is not None]
        return known[-1] if known else self.years[-1]

    def plain(self, year: int, code: str) -> float | None:
        """Return a level in the plain unit of measure."""
        row = self.rows.get(("level", year, code))
        if row is None or row["OBS_VALUE"] is None:
            return None
        return float(row["OBS_VALUE"] * 10.0 ** row["UNIT_MULT"])

    def level(self, year: int, code: str, language: str) -> float | None:
        """Return a level in the multiple of the unit that this language shows."""
        plain = self.plain(year, code)
        return None if plain is None else plain / 10.0 ** self.exponent[language]

    def share(self, year: int, code: str) -> float | None:
        """Return a share of the total, 0 to 1."""
        row = self.rows.get(("share", year, code))
        return None if row is None or row["OBS_VALUE"] is None else row["OBS_VALUE"] / 100

    def growth(self, year: int, code: str) -> float | None:
        """Return the growth on the year before, as a share (0.1 is ten per cent)."""
        row = self.rows.get(("growth", year, code))
        return None if row is None or row["OBS_VALUE"] is None else row["OBS_VALUE"] / 100

    def segment(self, year: int, code: str) -> int:
        """Number the stretches of a series that a line may connect.

        A missing year, a break and a change of definition each begin a new one.
        """
        number, before = 0, None
        for one in self.years:
            row = self.rows.get(("level", one, code))
            known = row is not None and row["OBS_VALUE"] is not None
            status = set((row["OBS_STATUS"] or "").split()) if row else set()
            broken = "B" in status or (before is not None and ("D" in status) != ("D" in before))
            if not known or broken:
                number += 1
            if known:
                before = status
            if one == year:
                break
        return number

    @property
    def breaks(self) -> list[int]:
        """The years that carry a break or another definition."""
        return sorted(
            {
                year
                for (operation, year, _), row in self.rows.items()
                if operation == "level" and _BREAKS & set((row["OBS_STATUS"] or "").split())
            }
        )


def breakdowns(site: Site, definition: StatisticsDefinition) -> dict[str, Breakdown]:
    """Return every area of a statistics table, the one it names first.

    Args:
        site: The site.
        definition: The statistics table.
    """

    def run() -> dict[str, Breakdown]:
        held: dict[str, list[dict[str, Any]]] = {}
        for row in site.rows("derived_observation", analysis=definition.id):
            held.setdefault(row["REF_AREA"], []).append(row)
        order = [row["code"] for row in site.rows("code") if row["codelist"] ==
                 CODELISTS[definition.dimension]]  # fmt: skip
        first = definition.area
        return {
            area: _one(definition, area, held[area], order)
            for area in sorted(held, key=lambda area: (area != first, area))
        }

    return site.keep(f"breakdowns:{definition.id}", run)


_ORDER = ("BES", "GOV", "HES", "PNP", "ROW", "BASIC", "APPLIED", "EXPDEV")


def _one(
    definition: StatisticsDefinition, area: str, rows: list[dict[str, Any]], order: list[str]
) -> Breakdown:
    def place(code: str) -> tuple[bool, bool, int, int, str]:
        known = order.index(code) if code in order else len(order)
        manual = _ORDER.index(code) if code in _ORDER else len(_ORDER)
        return (code == TOTAL, code == "_O", manual, known, code)

    years = [int(row["TIME_PERIOD"]) for row in rows]
    levels = [row for row in rows if row["operation"] == "level" and row["OBS_VALUE"] is not None]
    top = max((abs(row["OBS_VALUE"]) * 10.0 ** row["UNIT_MULT"] for row in levels), default=0.0)
    return Breakdown(
        definition=definition,
        area=area,
        codes=tuple(sorted({row["code"] for row in rows}, key=place)),
        years=tuple(range(min(years), max(years) + 1)),
        rows={(row["operation"], int(row["TIME_PERIOD"]), row["code"]): row for row in rows},
        exponent={"en": scale(top, "en"), "zh": scale(top, "zh")},
    )


def scale(top: float, language: str) -> int:
    """Return the power of ten in which a language tells numbers up to `top`.

    Examples:
        >>> scale(3.3e12, "en"), scale(3.3e12, "zh"), scale(52_000, "zh"), scale(7, "en")
        (9, 8, 4, 0)
    """
    steps = (8, 4) if language == "zh" else (9, 6, 3)
    least = 1.0 if language == "zh" else 10.0
    return next((step for step in steps if top >= least * 10.0**step), 0)


def unit(site: Site, rows: list[dict[str, Any]], *, exponent: int, words: Words) -> str:
    """Name a unit of measure and its multiple, e.g. "yuan, billions"."""
    codes = sorted({row["UNIT_MEASURE"] for row in rows})
    names = [
        words(f"unit.{code}") if words.has(f"unit.{code}")
        else words.plain(site.name("CL_UNIT_MEASURE", code))
        for code in codes
    ]  # fmt: skip
    name = ("、" if words.language == "zh" else "; ").join(names)
    if not exponent:
        return name
    return words("statistics.unit", unit=name, multiple=words.multiple(exponent))


def reason(text: str, words: Words) -> str:
    """Say in one language why a value is missing; what is not known stays English and marked."""
    for pattern, key in _REASONS:
        if found := pattern.fullmatch(text):
            return words(f"reason.{key}", **found.groupdict())
    if words.language == "en":
        return text
    return Markup('<span lang="en">{}</span>').format(text)


def name_of(site: Site, definition: StatisticsDefinition, *, code: str) -> Text:
    """Name a code of the dimension of a statistics table."""
    return site.name(CODELISTS[definition.dimension], code)
