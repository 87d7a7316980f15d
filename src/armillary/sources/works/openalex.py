"""OpenAlex works: an API page, a bare list, or one object a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from armillary.sources.works import json_items, values
from armillary.sources.works.json_items import many, plain, whole
from armillary.sources.works.records import Records

if TYPE_CHECKING:
    from armillary.model.provenance import Origin, Reading
    from armillary.sources.works.content import Text

JSON = "OpenAlex JSON"

_FIX = "download it again from the works of the OpenAlex API, or from its snapshot"


def read_json(content: Text, *, source: str, origin: Origin) -> Reading:
    """Read OpenAlex works; abstracts are rebuilt from their inverted index.

    Args:
        content: The decoded file.
        source: Source in observatory.toml.
        origin: The file.

    Raises:
        SourceError: The file is one damaged JSON text; of JSON lines only a damaged line goes.
    """
    records = Records(source=source, origin=origin)
    json_items.keep_each(
        content.text,
        records,
        within=("results",),
        keep=lambda work, locator: _check_and_keep(records, work, locator),
        file=origin.file,
        kind="OpenAlex work",
        fix=_FIX,
    )
    return records.reading(JSON, notes=(content.encoding,))


def keep_line(records: Records, line: bytes, *, locator: str) -> None:
    """Keep the work of one line of JSON lines, or refuse the line.

    Args:
        records: Hears of it.
        line: The line as it stands.
        locator: Where it stands.
    """
    try:
        work = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError):
        said = line.decode("utf-8", "replace").strip()
        records.refuse(locator, text=said, reason=f"the line is not whole JSON; {_FIX}")
        return
    try:
        _check_and_keep(records, work, locator)
    except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
        records.refuse(locator, text=str(work), reason=f"it is no OpenAlex work ({error}); {_FIX}")


def _check_and_keep(records: Records, work: dict[str, Any], locator: str) -> None:
    address = work["id"]
    if not isinstance(address, str) or not address.rpartition("/")[2].startswith("W"):
        raise TypeError("its id is not that of a work")
    _keep(records, work, locator)


def _keep(records: Records, work: dict[str, Any], locator: str) -> None:
    authorships = many(work.get("authorships"))
    institutions = [i for a in authorships for i in many(a.get("institutions"))]
    countries = [c for a in authorships for c in many(a.get("countries"))]
    if not countries:
        countries = [i.get("country_code") or "" for i in institutions]
    place = (work.get("primary_location") or work.get("host_venue") or {}).get("source") or {}
    year = work.get("publication_year")
    title = work.get("title") or work.get("display_name")
    records.keep(
        locator,
        native_id=work["id"].rpartition("/")[2],
        title=plain(title),
        doi=plain(work.get("doi")),
        year=values.year(str(year)),
        authors=[_name(a.get("author")) or a.get("raw_author_name") or "" for a in authorships],
        date=plain(work.get("publication_date")),
        type=values.work_type(work.get("type")),
        abstract=abstract(work.get("abstract_inverted_index")),
        language=plain(work.get("language")),
        venue=_name(place),
        keywords=values.unique(_name(k) for k in many(work.get("keywords"))),
        organisations=values.unique(_name(i) for i in institutions),
        countries=values.unique(countries),
        classes=values.unique(_name(t) for t in many(work.get("topics"))),
        references=_references(work),
        cited_as=values.pmid(plain((work.get("ids") or {}).get("pmid"))),
        cited_by_count=whole(work.get("cited_by_count")),
    )


def abstract(inverted: dict[str, list[int] | int] | None) -> str | None:
    """Rebuild an abstract from the positions of its words.

    Args:
        inverted: Word to its positions; one position may stand as a plain number.

    Examples:
        >>> abstract({"so": [0, 2], "and": 1})
        'so and so'
    """
    if not inverted:
        return None
    placed = [(int(at), word) for word, held in inverted.items() for at in many(held)]
    return " ".join(word for _, word in sorted(placed))


def _references(work: dict[str, Any]) -> list[str] | None:
    if "referenced_works" not in work:
        return None
    return [str(reference) for reference in many(work["referenced_works"])]


def _name(thing: Any) -> str:
    """Return the display name of an object; older files hold the bare name."""
    if isinstance(thing, dict):
        return str(thing.get("display_name") or thing.get("keyword") or "")
    return thing if isinstance(thing, str) else ""
