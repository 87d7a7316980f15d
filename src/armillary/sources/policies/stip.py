"""STIP Compass exports: one row per initiative and instrument, joined to initiatives."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from armillary.errors import ArmillaryError, SourceError, listed, nearest, raise_all
from armillary.model.columns import table_of
from armillary.model.provenance import Reading, Rejection
from armillary.sources.policies.dates import read_date
from armillary.sources.policies.language import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from armillary.model.provenance import Origin
    from armillary.sources.policies.codebook import Codebook
    from armillary.sources.policies.content import Sheet

_NEEDED = (
    "InitiativeID",
    "NameEnglish",
    "CountryLabel",
    "StartDateYear",
    "EndDateYear",
    "ShortDescription",
    "NameResponsibleOrganisation",
    "InstrumentTypeCode",
    "InstrumentTypeLabel",
)
_SEPARATOR = "¬"
_CODED = re.compile(r"T[HG]\d+")
_OF_INSTRUMENT = re.compile(r"Instrument.*|F\d+:V\d+")
_ORGANISATION = re.compile(r"(?P<name>.*?)\s*\((?P<acronym>[^;()]*);(?P<original>.*)\)", re.DOTALL)


def is_export(sheet: Sheet) -> bool:
    """Say whether a table is a STIP Compass export."""
    return sheet.header[0] == "InitiativeID" or "InstrumentTypeCode" in sheet.header


def read_export(
    sheet: Sheet, *, source: str, origin: Origin, codebook: Codebook | None = None
) -> Reading:
    """Join the rows of each initiative; each instrument of it becomes a facet.

    Title, dates, description with objectives, background, instruments and acronym, the
    organisations, yearly budget, evaluation, tags, themes and target groups are kept; links,
    evaluation reports and the answers about single instruments (`F..:V..`) are not.

    Args:
        sheet: The export; its first row describes the columns.
        source: Source in observatory.toml.
        origin: The file.
        codebook: Names of codes; without it the export's own labels are used.

    Raises:
        ArmillaryError: Columns are missing, a mark is neither 0 nor 1, or rows of one
            initiative disagree; all at once.
    """
    problems = _missing(sheet)
    raise_all(problems)
    labels = dict(zip(sheet.header, map(clean, sheet.rows[0] if sheet.rows else ()), strict=False))
    described = not re.search(r"\d$", str(sheet.rows[0][0])) if sheet.rows else False
    start = 1 if described else 0
    groups, rejections = _grouped(sheet, start)
    problems += _disagreements(sheet, groups)
    coded = [(n, name) for n, name in enumerate(sheet.header) if _CODED.fullmatch(name)]
    problems += _bad_marks(sheet, coded, start)
    raise_all(problems)
    names = _names(codebook, labels if described else {}, [name for _, name in coded])
    initiatives: list[dict[str, Any]] = []
    facets: list[dict[str, Any]] = []
    tags: dict[str, str] = {}
    for native, members in groups.items():
        record = _Record(sheet, members)
        key = f"{source}:{native}"
        initiatives.append(
            {
                "initiative": key,
                "source": source,
                "origin": origin.origin,
                "locator": " ".join(sheet.locators[n] for n in members),
                "native_id": native,
                **_fields(record, codebook),
            }
        )
        for facet, code, name in _facets(record, coded, names, tags):
            facets.append(
                {
                    "initiative": key,
                    "source": source,
                    "facet": facet,
                    "code": code,
                    "name_en": name,
                }
            )
    return Reading(
        format="STIP Compass export",
        unit_read="rows",
        n_read=len(sheet.rows) - start,
        n_kept=len(initiatives),
        n_empty=sum(len(members) - 1 for members in groups.values()),
        tables={
            "initiative": table_of("initiative", initiatives),
            "initiative_facet": table_of("initiative_facet", facets),
        },
        rejections=rejections,
    )


class _Record:
    """The rows of one initiative; a cell is read from the first of them."""

    def __init__(self, sheet: Sheet, members: Sequence[int]) -> None:
        self._sheet = sheet
        self.rows = [sheet.rows[n] for n in members]

    def text(self, name: str, *, row: int = 0) -> str:
        position = self._sheet.column(name)
        if position < 0:
            return ""
        text = clean(self.rows[row][position])
        return text if self._sheet.quoted else text.replace('""', '"')

    def texts(self, prefix: str) -> list[str]:
        """Return the filled cells of columns named by `prefix` and a number."""
        numbered = re.compile(re.escape(prefix) + r"\d+")
        return [t for n in self._sheet.header if numbered.fullmatch(n) and (t := self.text(n))]


def _missing(sheet: Sheet) -> list[ArmillaryError]:
    problems: list[ArmillaryError] = []
    for name in _NEEDED:
        if name not in sheet.header:
            near = nearest(name, sheet.header)
            problems.append(
                SourceError(
                    f"The STIP Compass export has no column {name!r}.",
                    where=f"{sheet.file}, header",
                    fix=f"rename the column {near!r}" if near else "download the export again",
                )
            )
    return problems


def _grouped(sheet: Sheet, start: int) -> tuple[dict[str, list[int]], tuple[Rejection, ...]]:
    position = sheet.column("InitiativeID")
    groups: dict[str, list[int]] = {}
    rejections = []
    for n in range(start, len(sheet.rows)):
        identifier = clean(sheet.rows[n][position])
        if not identifier:
            text = " | ".join(filter(None, map(clean, sheet.rows[n][:10])))
            reason = "it has no InitiativeID; give it one"
            rejections.append(Rejection(locator=sheet.locators[n], text=text, reason=reason))
            continue
        # The number that ends the address stays the same from one survey to the next.
        number = re.search(r"\d+$", identifier)
        groups.setdefault(number.group() if number else identifier, []).append(n)
    return groups, tuple(rejections)


def _disagreements(sheet: Sheet, groups: Mapping[str, list[int]]) -> list[ArmillaryError]:
    shared = [
        (n, name) for n, name in enumerate(sheet.header) if not _OF_INSTRUMENT.fullmatch(name)
    ]
    problems: list[ArmillaryError] = []
    for native, members in groups.items():
        first = sheet.rows[members[0]]
        for other in members[1:]:
            wrong = [name for n, name in shared if sheet.rows[other][n] != first[n]]
            if wrong:
                problems.append(
                    SourceError(
                        f"Two rows of initiative {native} disagree about {listed(wrong)}.",
                        where=f"{sheet.file}, {sheet.locators[members[0]]} and "
                        f"{sheet.locators[other]}",
                        fix="give the second another InitiativeID, or make the cells equal",
                    )
                )
    return problems


def _bad_marks(sheet: Sheet, coded: Sequence[tuple[int, str]], start: int) -> list[ArmillaryError]:
    problems: list[ArmillaryError] = []
    for n, name in coded:
        wrong = [
            f"{locator} ({clean(row[n])!r})"
            for row, locator in zip(sheet.rows[start:], sheet.locators[start:], strict=True)
            if row[n] not in ("0", "1", "") and clean(row[n]) not in ("0", "1", "")
        ]
        if wrong:
            problems.append(
                SourceError(
                    f"Column {name} holds marks that are neither 0 nor 1.",
                    where=f"{sheet.file}, {listed(wrong)}",
                    fix="write 1 where the code applies and 0 where it does not",
                )
            )
    return problems


def _names(
    codebook: Codebook | None, labels: Mapping[str, str], codes: Sequence[str]
) -> dict[str, str]:
    known = {**codebook.themes, **codebook.target_groups} if codebook else {}
    named = {code: known.get(code) or labels.get(code) or code for code in codes}
    return {**(codebook.instruments if codebook else {}), **named}


def _fields(record: _Record, codebook: Codebook | None) -> dict[str, Any]:
    date, note = read_date(record.text("StartDateYear"))
    end, end_note = read_date(record.text("EndDateYear"))
    if date and end and end < date:
        end, end_note = None, f"end {end} lies before start {date}: impossible"
    area = record.text("CountryLabel")
    code = record.text("CountryCode") or (codebook.areas.get(area, "") if codebook else "")
    evaluated = record.text("HasBeenEvaluated")
    return {
        "title_en": record.text("NameEnglish") or None,
        "title_original": record.text("NameOriginalLanguage") or None,
        "issuer_en": _organisations(record.text("NameResponsibleOrganisation")) or None,
        "REF_AREA": code or None,
        "area_name": area or None,
        "date": date,
        "date_end": end,
        "date_note": "; ".join(n for n in (note, end_note) if n) or None,
        "highlights_en": _highlights(record) or None,
        "budget": _budget(record) or None,
        "evaluated": evaluated == "1" if evaluated in ("0", "1") else None,
        "address": record.text("InitiativeID"),
        "n_rows": len(record.rows),
    }


def _highlights(record: _Record) -> str:
    paragraphs = [record.text("ShortDescription"), *record.texts("Objectives")]
    paragraphs.append(record.text("Background"))
    for n in range(len(record.rows)):
        instrument = [
            record.text("InstrumentName", row=n),
            record.text("InstrumentDescription", row=n),
        ]
        paragraphs.append(": ".join(filter(None, instrument)))
    acronym = record.text("Acronym")
    paragraphs.append(f"({acronym})" if acronym.strip("-–") else "")
    return "\n".join(dict.fromkeys(filter(None, paragraphs)))


def _budget(record: _Record) -> str:
    amount = record.text("YearlyBudgetLocalCurrency")
    if "." in amount:
        amount = amount.rstrip("0").rstrip(".")
    said = [record.text("YearlyBudgetRange"), f"{amount} in local currency" if amount else ""]
    return "; ".join(filter(None, said))


def _organisations(text: str) -> str:
    """Write "Name (ACR;Original)¬..." as "Name (ACR, Original); ..."."""
    written = []
    for organisation in text.split(_SEPARATOR):
        match = _ORGANISATION.fullmatch(organisation.strip())
        if match is None:
            written.append(organisation.strip().replace(";", ","))
            continue
        inside = ", ".join(filter(None, (match["acronym"].strip(), match["original"].strip())))
        name = match["name"].strip(" ;")
        whole = f"{name} ({inside})" if inside else name
        written.append(whole.replace(";", ","))
    return "; ".join(filter(None, written))


def _facets(
    record: _Record,
    coded: Sequence[tuple[int, str]],
    names: Mapping[str, str],
    tags: dict[str, str],
) -> list[tuple[str, str, str]]:
    found = [
        ("theme" if code.startswith("TH") else "target_group", code, names[code])
        for n, code in coded
        if record.rows[0][n] == "1" or clean(record.rows[0][n]) == "1"
    ]
    for row in range(len(record.rows)):
        if code := record.text("InstrumentTypeCode", row=row):
            label = record.text("InstrumentTypeLabel", row=row)
            found.append(("instrument", code, names.get(code) or label or code))
    for tag in record.text("Tags").split(_SEPARATOR):
        if written := tag.strip():
            code = written.casefold()
            found.append(("tag", code, tags.setdefault(code, written)))
    once: dict[tuple[str, str], tuple[str, str, str]] = {}
    for facet in found:
        once.setdefault(facet[:2], facet)
    return list(once.values())
