"""The register an institute keeps itself: theme, policy, issuer, time, highlights."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from armillary.errors import ArmillaryError, SourceError, listed, nearest, raise_all
from armillary.model.columns import table_of
from armillary.model.provenance import Reading
from armillary.sources.policies.dates import read_date
from armillary.sources.policies.language import clean, language_of

if TYPE_CHECKING:
    from armillary.model.provenance import Origin
    from armillary.sources.policies.content import Sheet

TEXTS = ("title", "issuer", "highlights")
FACETS = ("theme", "instrument", "target_group", "tag")
PLAIN = ("id", "date", "date_end", "document_number", "area", "area_name", "budget", "address")
LEFT_OUT = ("source", "note", "来源", "备注")
_ALIASES = {
    "policy": "title",
    "time": "date",
    "policy_highlights": "highlights",
    "ref_area": "area",
    "url": "address",
    "主题": "theme_zh",
    "政策": "title_zh",
    "政策名称": "title_zh",
    "发文机关": "issuer_zh",
    "发布机构": "issuer_zh",
    "时间": "date",
    "日期": "date",
    "要点": "highlights_zh",
    "政策要点": "highlights_zh",
    "文号": "document_number",
    "地区": "area_name",
    "链接": "address",
}
_LIST = re.compile(r"\s*[;；]\s*")


def read_register(sheet: Sheet, *, source: str, origin: Origin) -> Reading:
    """Read a register, one policy per row.

    Columns: `id`, `date`, `date_end`, `document_number`, `area` (a code), `area_name`,
    `budget`, `address`; `title`, `issuer`, `highlights`, `theme`, `instrument`,
    `target_group`, `tag`, each with `_en` or `_zh`, or without, where the script tells the
    language. Several themes (instruments, ...) of one policy are separated by semicolons, in
    the same order in both languages. `source`, `note` and names that begin with `_` are for
    the institute alone. A policy without `id` is known by its title and date.

    Args:
        sheet: The register.
        source: Source in observatory.toml.
        origin: The file.

    Raises:
        ArmillaryError: Unknown or missing columns, policies without title or twice there,
            themes that do not pair; all at once.
    """
    columns, problems = _columns(sheet)
    raise_all(problems)
    rows = [
        {name: row[n] for name, n in columns.items()} | {"at": locator}
        for row, locator in zip(sheet.rows, sheet.locators, strict=True)
    ]
    initiatives: list[dict[str, Any]] = []
    facets: list[dict[str, Any]] = []
    names = _Names(sheet.file)
    first: dict[str, str] = {}
    for row in rows:
        record, found = _record(sheet.file, row, has_id="id" in columns)
        problems += found
        native = record["native_id"]
        if native and native in first:
            problems.append(
                SourceError(
                    f"Two policies have the id {native!r}."
                    if "id" in columns
                    else f"The policy {_title(record)!r} stands twice with one date.",
                    where=f"{sheet.file}, {first[native]} and {row['at']}",
                    fix="give the second another id, or delete it",
                )
            )
        first.setdefault(native, row["at"])
        key = f"{source}:{native}"
        initiatives.append(
            {"initiative": key, "source": source, "origin": origin.origin, **record, "n_rows": 1}
        )
        for facet in FACETS:
            pairs, found = _pairs(sheet.file, row, facet)
            problems += found
            for en, zh in pairs:
                code = names.add(facet, en, zh, at=row["at"])
                facets.append({"initiative": key, "source": source, "facet": facet, "code": code})
    problems += names.problems
    raise_all(problems)
    once = {(f["initiative"], f["facet"], f["code"]): f for f in facets}
    named = [{**f, **names.of(f["facet"], f["code"])} for f in once.values()]
    return Reading(
        format="policy register",
        unit_read="rows",
        n_read=len(rows),
        n_kept=len(initiatives),
        tables={
            "initiative": table_of("initiative", initiatives),
            "initiative_facet": table_of("initiative_facet", named),
        },
    )


class _Names:
    """Names of the codes of a register, one in each language."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._names: dict[tuple[str, str, str], tuple[str, str]] = {}
        self.problems: list[ArmillaryError] = []

    def add(self, facet: str, en: str, zh: str, *, at: str) -> str:
        """Remember the names of one code and return the code."""
        code = _code(en or zh)
        for language, text in (("en", en), ("zh", zh)):
            if not text:
                continue
            held, where = self._names.setdefault((facet, code, language), (text, at))
            if language == "zh" and held != text:
                self.problems.append(
                    SourceError(
                        f"The {facet} {en!r} is {held!r} in one row and {text!r} in another.",
                        where=f"{self._file}, {where} and {at}",
                        fix="use one Chinese name for it in every row",
                    )
                )
        return code

    def of(self, facet: str, code: str) -> dict[str, str | None]:
        """Return the names of a code; a code named in Chinese only has that name in both."""
        zh = self._names.get((facet, code, "zh"), (None, ""))[0]
        en = self._names.get((facet, code, "en"), (None, ""))[0]
        return {"name_en": en or zh, "name_zh": zh}


def _known() -> list[str]:
    both = [f"{name}{suffix}" for name in (*TEXTS, *FACETS) for suffix in ("", "_en", "_zh")]
    return [*PLAIN, *both, "title_original"]


def _columns(sheet: Sheet) -> tuple[dict[str, int], list[ArmillaryError]]:
    known = _known()
    columns: dict[str, int] = {}
    problems: list[ArmillaryError] = []
    for n, written in enumerate(sheet.header):
        name = re.sub(r"[\s-]+", "_", written.lower())
        name = _ALIASES.get(name, name)
        if name in LEFT_OUT or name.startswith("_"):
            continue
        if name in columns:
            problems.append(
                SourceError(
                    f"The columns {sheet.header[columns[name]]!r} and {written!r} both mean "
                    f"{name!r}.",
                    where=f"{sheet.file}, header",
                    fix="keep one of them",
                )
            )
        elif name in known:
            columns[name] = n
        elif name or any(clean(row[n]) for row in sheet.rows):
            near = nearest(name, [*known, *_ALIASES])
            hint = f"did you mean {near!r}? Otherwise " if near else ""
            problems.append(
                SourceError(
                    f"A policy register has no column {written!r}.",
                    where=f"{sheet.file}, header, column {n + 1}",
                    fix=f"{hint}put `_` before its name to leave it out",
                )
            )
    if not any(name.startswith("title") for name in columns):
        return columns, [_no_titles(sheet)]
    return columns, problems


def _no_titles(sheet: Sheet) -> SourceError:
    wanted = ("title_en", "title_zh", "title", "policy")
    near = [found for name in wanted if (found := nearest(name, sheet.header))]
    return SourceError(
        f"{sheet.file} is no policy register: no column holds the names of the policies.",
        where=f"{sheet.file}, header: {listed(sheet.header)}",
        fix=f"rename the column {near[0]!r} to title_en or title_zh"
        if near
        else "give it a column title_en, title_zh or policy",
    )


def _record(
    file: str, row: dict[str, Any], *, has_id: bool
) -> tuple[dict[str, Any], list[ArmillaryError]]:
    problems: list[ArmillaryError] = []
    record: dict[str, Any] = {"locator": row["at"]}
    for name in TEXTS:
        record |= {f"{name}_{language}": clean(row.get(f"{name}_{language}", "")) or None
                   for language in ("en", "zh")}  # fmt: skip
        if text := clean(row.get(name, "")):
            column = f"{name}_{language_of(text)}"
            if record[column] not in (None, text):
                problems.append(
                    SourceError(
                        f"The columns {name!r} and {column!r} say different things.",
                        where=f"{file}, {row['at']}",
                        fix="keep one of them",
                    )
                )
            record[column] = text
    record["title_original"] = clean(row.get("title_original", "")) or None
    notes = []
    for name in ("date", "date_end"):
        record[name], note = read_date(row.get(name, ""))
        notes += [f"{name}: {note}"] if note else []
    if (
        record["date"]
        and record["date_end"]
        and record["date_end"] < record["date"][: len(record["date_end"])]
    ):
        notes.append(f"date_end: {record['date_end']} lies before {record['date']}: impossible")
        record["date_end"] = None
    record["date_note"] = "; ".join(notes) or None
    record["REF_AREA"] = clean(row.get("area", "")) or None
    for name in ("area_name", "budget", "document_number", "address"):
        record[name] = clean(row.get(name, "")) or None
    title = _title(record)
    native = clean(row.get("id", ""))
    if not title:
        problems.append(_lacks(file, row["at"], "title", "write its name"))
    if has_id and not native:
        problems.append(_lacks(file, row["at"], "id", "give it an id that no other policy has"))
    if not native and title:
        # A number of the row would change when a row is put in above it.
        known_by = f"{title}\n{record['date'] or ''}"
        native = hashlib.sha256(known_by.encode()).hexdigest()[:12]
    record["native_id"] = native
    return record, problems


def _lacks(file: str, at: str, what: str, fix: str) -> SourceError:
    return SourceError(f"A policy has no {what}.", where=f"{file}, {at}", fix=fix)


def _title(record: dict[str, Any]) -> str:
    return record["title_en"] or record["title_zh"] or record["title_original"] or ""


def _pairs(
    file: str, row: dict[str, Any], facet: str
) -> tuple[list[tuple[str, str]], list[ArmillaryError]]:
    en, zh = (_listed(row.get(f"{facet}_{language}", "")) for language in ("en", "zh"))
    for text in _listed(row.get(facet, "")):
        (zh if language_of(text) == "zh" else en).append(text)
    if en and zh and len(en) != len(zh):
        return [], [
            SourceError(
                f"A policy has {len(en)} names in {facet}_en and {len(zh)} in {facet}_zh.",
                where=f"{file}, {row['at']}",
                fix="write the same ones in the same order in both, separated by semicolons",
            )
        ]
    size = max(len(en), len(zh))
    return list(zip(en or [""] * size, zh or [""] * size, strict=True)), []


def _listed(cell: Any) -> list[str]:
    return [part for part in _LIST.split(clean(cell)) if part]


def _code(name: str) -> str:
    """Make a code of a name: lower case, words joined by hyphens.

    Examples:
        >>> _code("Science and technology ethics")
        'science-and-technology-ethics'
    """
    return re.sub(r"[\W_]+", "-", name.casefold()).strip("-")
