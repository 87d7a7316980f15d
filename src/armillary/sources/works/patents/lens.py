"""Lens.org: patents as CSV (layout of 2021) and as JSON (records of the API)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armillary.sources.works import delimited, values
from armillary.sources.works.patents import dates, json_lines
from armillary.sources.works.patents.records import Patent, PatentRecords

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.model.provenance import Origin, Reading
    from armillary.sources.works.content import Text

CSV = "Lens patent CSV"
JSON = "Lens patent JSON"

_NOTHING = "None"


def is_lens_csv(names: Sequence[str]) -> bool:
    """Tell whether a header is that of a Lens patent export; the scholarly one has no kind."""
    return {"Lens ID", "Jurisdiction", "Kind"} <= set(names)


def read_csv(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read a Lens patent export in CSV; lists are split at double semicolons.

    The export counts cited patents but does not name them, so they are missing; citations of
    literature it names. DOIs among the resolved identifiers are added to those strings.

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.
    """
    records = PatentRecords(source=source, origin=origin, unit_read="rows")
    delimiter = delimited.delimiter_of(content.text, is_lens_csv) or ","
    for line, row in delimited.rows(content.text, records, delimiter=delimiter):
        records.keep_patent(
            f"line {line}", _of_row(row), year=values.year(row.get("Publication Year"))
        )
    return records.reading(CSV, notes=(content.encoding,))


def _of_row(row: dict[str, str]) -> Patent:
    def many(name: str) -> list[str]:
        return values.unique(
            part for part in values.listing(row.get(name), separator=";;") if part != _NOTHING
        )

    priorities = many("Priority Numbers")
    literature = None
    if "NPL Citations" in row:
        external = many("NPL Resolved External Id(s)")
        dois = [f"doi:{found}" for found in map(values.doi, external) if found]
        literature = values.unique([*many("NPL Citations"), *dois])
    return Patent(
        native_id=row.get("Lens ID"),
        title=row.get("Title", ""),
        abstract=row.get("Abstract"),
        publication_number=row.get("Publication Number") or row.get("Display Key"),
        kind=row.get("Kind", "").strip() or None,
        office=row.get("Jurisdiction", "").strip().upper() or None,
        publication_date=dates.iso(row.get("Publication Date")),
        application_number=row.get("Application Number"),
        filing_date=dates.iso(row.get("Application Date")),
        priority_number=earliest(priorities),
        priority_date=dates.iso(row.get("Earliest Priority Date")),
        status=_STATUS.get(row.get("Type", "").strip().lower()) or row.get("Legal Status"),
        family_size=values.count(row.get("Simple Family Size")),
        applicants=many("Applicants"),
        inventors=many("Inventors"),
        ipc=many("IPCR Classifications"),
        cpc=many("CPC Classifications"),
        cited_literature=literature,
        cited_by_count=values.count(row.get("Cited by Patent Count")),
    )


_STATUS = {"patent application": "application", "granted patent": "grant"}


def earliest(priorities: Sequence[str]) -> str | None:
    """Return the number of the priority with the earliest date, which ends each entry.

    Examples:
        >>> earliest(["US 22558594 A 19940411", "US 11 A 19930101"])
        'US 11 A'
    """
    dated = []
    for place, entry in enumerate(priorities):
        number, _, day = entry.rpartition(" ")
        found = dates.iso(day)
        dated.append((found or "9999", place, number if found else entry))
    return min(dated)[2] if dated else None


def is_lens_json(record: Any) -> bool:
    """Tell whether a JSON object is a Lens patent: a Lens id beside a jurisdiction."""
    return isinstance(record, dict) and {"lens_id", "jurisdiction"} <= record.keys()


def read_json(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read Lens patents in JSON: an API answer (`data`), a list, or one object a line.

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.

    Raises:
        SourceError: The file is one damaged JSON text; of JSON lines only a damaged line goes.
    """
    records = PatentRecords(source=source, origin=origin)
    for locator, record in json_lines.objects(content.text, records, file=origin.file):
        json_lines.keep(records, record, locator=locator, read=_of_json, called="Lens patent")
    return records.reading(JSON, notes=(content.encoding,))


def _of_json(record: dict[str, Any]) -> Patent:
    if not isinstance(record["lens_id"], str):
        raise TypeError("its lens_id is no text")
    at = json_lines.At(record)
    biblio = json_lines.At(record.get("biblio") or {})
    claims = biblio.dicts("priority_claims", "claims")
    priorities = sorted(
        (dates.iso(claim.text("date")) or "9999", place, _number(claim))
        for place, claim in enumerate(claims)
    )
    first = priorities[0] if priorities else ("9999", 0, None)
    stated = dates.iso(biblio.text("priority_claims", "earliest_claim", "date"))
    cited = biblio.dicts("references_cited", "citations")
    patents = [_number(c.at("patcit", "document_id")) for c in cited if c.has("patcit")]
    literature = [_literature(c.at("nplcit")) for c in cited if c.has("nplcit")]
    family = at.dicts("families", "simple_family", "members")
    title = biblio.dicts("invention_title")
    abstract = at.dicts("abstract")
    has_references = biblio.has("references_cited")
    return Patent(
        native_id=at.text("lens_id"),
        title=_in_english(title),
        abstract=_in_english(abstract) or None,
        publication_number=_number(at),
        kind=at.text("kind"),
        office=at.text("jurisdiction"),
        publication_date=dates.iso(at.text("date_published")),
        application_number=_number(biblio.at("application_reference")),
        filing_date=dates.iso(biblio.text("application_reference", "date")),
        priority_number=first[2],
        priority_date=stated or (None if first[0] == "9999" else first[0]),
        grant_date=dates.iso(at.text("legal_status", "grant_date")),
        status=at.text("legal_status", "patent_status") or at.text("publication_type"),
        family_members=values.unique(_number(m.at("document_id")) or "" for m in family),
        family_size=at.whole("families", "simple_family", "size") or len(family) or None,
        applicants=values.unique(
            a.text("extracted_name", "value") or "" for a in biblio.dicts("parties", "applicants")
        ),
        inventors=values.unique(
            a.text("extracted_name", "value") or "" for a in biblio.dicts("parties", "inventors")
        ),
        ipc=_symbols(biblio, "classifications_ipcr"),
        cpc=_symbols(biblio, "classifications_cpc"),
        cited_patents=values.unique(p or "" for p in patents) if has_references else None,
        cited_literature=values.unique(literature) if has_references else None,
        n_claims=_n_claims(at),
        cited_by=values.unique(
            _number(c.at("document_id")) or "" for c in biblio.dicts("cited_by", "patents")
        ),
        cited_by_count=biblio.whole("cited_by", "patent_count"),
    )


def _number(at: json_lines.At) -> str | None:
    parts = (at.text("jurisdiction"), at.text("doc_number"), at.text("kind"))
    return " ".join(part for part in parts if part) or None


def _literature(at: json_lines.At) -> str:
    text = at.text("text") or ""
    for identifier in at.texts("external_ids"):
        found = values.doi(identifier)
        if found and found not in text.lower():
            text = f"{text} doi:{found}".strip()
    return text


def _in_english(said: list[json_lines.At]) -> str:
    texts = [
        (one.text("lang") != "en", place, one.text("text") or "") for place, one in enumerate(said)
    ]
    return min(texts)[2] if texts else ""


def _symbols(biblio: json_lines.At, name: str) -> list[str]:
    return values.unique(c.text("symbol") or "" for c in biblio.dicts(name, "classifications"))


def _n_claims(at: json_lines.At) -> int | None:
    groups = at.dicts("claims")
    return max((len(group.dicts("claims")) for group in groups), default=0) or None
