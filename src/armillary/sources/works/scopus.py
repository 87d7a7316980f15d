"""Scopus CSV, before and after the change of its interface in 2022."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from armillary.sources.works import delimited, values
from armillary.sources.works.records import Records

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.model.provenance import Origin, Reading
    from armillary.sources.works.content import Text

CSV = "Scopus CSV"

# Column: other names it has had, in small letters. The interface writes its headers in the
# language of the user. The Chinese names are those seen in exports; those of references,
# affiliations and language are as the interface shows them, not seen in an export by us.
NAMES = {
    "Authors": ("authors", "作者"),
    "Author full names": ("author full names", "作者全名"),
    "Title": ("title", "titles", "document title", "文献标题", "标题"),
    "Year": ("year", "年份"),
    "Source title": ("source title", "来源出版物名称"),
    "Cited by": ("cited by", "施引文献", "引用次数"),
    "DOI": ("doi",),
    "Link": ("link", "链接"),
    "Affiliations": ("affiliations", "归属机构"),
    "Abstract": ("abstract", "摘要"),
    "Author Keywords": ("author keywords", "作者关键字", "作者关键词"),
    "References": ("references", "参考文献"),
    "PubMed ID": ("pubmed id",),
    "Language of Original Document": ("language of original document", "原始文献语言"),
    "Document Type": ("document type", "文献类型"),
    "EID": ("eid",),
}
_CANONICAL = {name: column for column, names in NAMES.items() for name in names}

_INITIALS = re.compile(r"(?:[^\W\d_]\.[- ]?)+$")
_TELLING = {"Source title", "EID", "Cited by"}
_NOTHING = {"[No abstract available]", "[No author name available]", "[No author id available]"}
_EID = re.compile(r"2-s2\.0-\d+")
_CITED_BY = re.compile(r"cited by\s*:?\s*(\d+)", re.IGNORECASE)
_SEPARATOR = re.compile(r";\s*")
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-fA-F]{1,5}|[A-Za-z]{2,8});")
_NAME = re.compile(r"^([^,]+?)(?:,\s*([^,]+)|\s+((?:[^\W\d_]\.[- ]?)+))$")


def is_scopus(names: Sequence[str]) -> bool:
    """Tell whether a header is that of a Scopus export, in any language we know."""
    known = {_CANONICAL.get(name.strip().lower()) for name in names}
    return {"Authors", "Title"} <= known and bool(_TELLING & known)


def read_csv(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read a Scopus export in CSV; absent columns are missing values.

    `References` is split at semicolons, as Scopus joins it; a reference that itself holds a
    semicolon comes apart.

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.
    """
    records = Records(source=source, origin=origin, unit_read="rows")
    delimiter = delimited.delimiter_of(content.text, is_scopus) or ","
    for line, row in delimited.rows(content.text, records, delimiter=delimiter):
        named: dict[str, str] = {}
        for name, cell in row.items():
            column = _CANONICAL.get(name.strip().lower())
            if column and not named.get(column):
                named[column] = held(cell) or ""
        _keep(records, named, f"line {line}")
    return records.reading(CSV, notes=(content.encoding,))


def held(cell: str) -> str | None:
    """Return what a cell holds; None where Scopus says in words that there is nothing."""
    return None if cell.strip() in _NOTHING else cell.strip()


def _keep(records: Records, row: dict[str, str], locator: str) -> None:
    year = values.year(row.get("Year"))
    affiliations = values.listing(row.get("Affiliations"))
    said = row.get("References")
    by = authors(row.get("Authors", ""))
    records.keep(
        locator,
        native_id=row.get("EID") or eid(row.get("Link", "")),
        title=row.get("Title"),
        doi=row.get("DOI"),
        year=year,
        authors=by,
        date=str(year) if year else None,
        type=values.work_type(row.get("Document Type")),
        abstract=row.get("Abstract"),
        language=values.language(row.get("Language of Original Document")),
        venue=row.get("Source title"),
        keywords=values.listing(row.get("Author Keywords")),
        organisations=values.unique(affiliations),
        countries=values.unique(values.country(place) for place in affiliations),
        references=None if said is None else references(said),
        cited_as=[
            *forms(by, title=row.get("Title", ""), year=year, venue=row.get("Source title", "")),
            *values.pmid(row.get("PubMed ID")),
        ],
        cited_by_count=values.count(row.get("Cited by")),
    )


def authors(cell: str) -> list[str]:
    """Split authors joined by semicolons (from 2022) or by commas (before).

    Examples:
        >>> authors("Batty, M.; Tobler, W.R."), authors("Batty M., Tobler W.R.")
        (['Batty, M.', 'Tobler, W.R.'], ['Batty M.', 'Tobler W.R.'])
        >>> authors("Tobler, W.R.")
        ['Tobler, W.R.']
    """
    parts = values.listing(cell, separator=",")
    if ";" in cell or any(_INITIALS.match(part) for part in parts):
        return values.listing(cell)
    return parts


def references(cell: str) -> list[str]:
    """Split references joined by semicolons; one that ends an HTML entity does not separate.

    Examples:
        >>> references("Lee, A., Use (1999) A &amp; B, 1; Li, B., (2000) C")
        ['Lee, A., Use (1999) A & B, 1', 'Li, B., (2000) C']
    """
    whole = _ENTITY.sub(lambda found: html.unescape(found.group()), cell)
    return [part.strip() for part in _SEPARATOR.split(whole) if part.strip()]


def eid(link: str) -> str | None:
    """Return the id of a document from the address of its page."""
    found = _EID.search(link)
    return found.group() if found else None


def cited_by(note: str) -> int | None:
    """Return the citation count a note holds.

    Examples:
        >>> cited_by("Cited by: 52; All Open Access"), cited_by("cited By 0"), cited_by("x")
        (52, 0, None)
    """
    found = _CITED_BY.search(note.replace(",", ""))
    return values.count(found.group(1)) if found else None


def forms(by: Sequence[str], *, title: str, year: int | None, venue: str) -> list[str]:
    """Return the forms in which references of other Scopus records name a work.

    Until 2022 the year stands between title and source, since then at the end.

    Args:
        by: Authors as written; the first one counts.
        title: Title.
        year: Year of publication.
        venue: Source title.

    Examples:
        >>> forms(["Batty, Michael J."], title="Cities", year=2001, venue="J. X")
        ['Batty, M.J., Cities (2001) J. X', 'Batty M.J., Cities, J. X, (2001)']
    """
    found = _NAME.match(by[0]) if by else None
    if found is None or not (title and year and venue):
        return []
    family, given = found.group(1).strip(), found.group(2) or found.group(3)
    letters = "".join(f"{part[0].upper()}." for part in re.split(r"[\s.-]+", given) if part)
    if not (family and letters):
        return []
    return [
        f"{family}, {letters}, {title} ({year}) {venue}",
        f"{family} {letters}, {title}, {venue}, ({year})",
    ]
