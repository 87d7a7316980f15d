"""Publish or Perish: search results of Google Scholar and others as CSV."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from armillary.sources.works import delimited, values
from armillary.sources.works.records import Records

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.model.provenance import Origin, Reading
    from armillary.sources.works.content import Text

CSV = "Publish or Perish CSV"

_CLUSTER = re.compile(r"[?&](?:cites|cluster)=(\d+)")
_RELATED = re.compile(r"related:([\w-]{8,}):")
_TYPES = {"book": "book", "patent": "patent", "article": "article", "review": "review",
          "conference paper": "proceedings", "proceedings": "proceedings"}  # fmt: skip


def is_publish_or_perish(names: Sequence[str]) -> bool:
    """Tell whether a header is that of Publish or Perish."""
    return {"Cites", "Authors", "Title", "GSRank"} <= set(names)


def read_csv(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read Publish or Perish results; Google Scholar shortens author lists and abstracts.

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.
    """
    records = Records(source=source, origin=origin, unit_read="rows")
    delimiter = delimited.delimiter_of(content.text, is_publish_or_perish) or ","
    for line, row in delimited.rows(content.text, records, delimiter=delimiter):
        cells = {name: cell.strip() for name, cell in row.items()}
        year = values.year(cells.get("Year"))
        records.keep(
            f"line {line}",
            native_id=_number(cells),
            title=cells.get("Title"),
            doi=cells.get("DOI"),
            year=year,
            authors=authors(cells.get("Authors", "")),
            date=str(year) if year else None,
            type=_TYPES.get(cells.get("Type", "").lower(), "other"),
            abstract=cells.get("Abstract"),
            venue=cells.get("Source"),
            cited_by_count=values.count(cells.get("Cites")),
        )
    return records.reading(CSV, notes=(content.encoding,))


def _number(cells: dict[str, str]) -> str | None:
    """Return the number by which Google Scholar knows a result, from its links."""
    cited = _CLUSTER.search(cells.get("CitesURL", ""))
    if cited:
        return f"cluster-{cited.group(1)}"
    related = _RELATED.search(cells.get("RelatedURL", ""))
    return f"related-{related.group(1)}" if related else None


def authors(cell: str) -> list[str]:
    """Split authors joined by commas; the dots that stand for more are no author.

    Examples:
        >>> authors("RG Golledge, R Church, ...")
        ['RG Golledge', 'R Church']
    """
    return [a for a in values.listing(cell, separator=",") if a.strip(". …")]
