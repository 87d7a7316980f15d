"""OpenAlex works: an API page, a bare list, or one object a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from armillary.errors import SourceError
from armillary.sources.works import values
from armillary.sources.works.records import Records

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    for locator, work in _objects(content.text, records, origin.file):
        _check_and_keep(records, work, locator)
    return records.reading(JSON, notes=(content.encoding,))


def keep_line(records: Records, work: Any, line: bytes, *, locator: str) -> None:
    """Keep the work of one line of JSON lines, or refuse the line.

    Args:
        records: Hears of it.
        work: The line decoded; None where it is not whole JSON.
        line: The line as it stands.
        locator: Where it stands.
    """
    if work is None:
        said = line.decode("utf-8", "replace").strip()
        records.refuse(locator, text=said, reason=f"the line is not whole JSON; {_FIX}")
    else:
        _check_and_keep(records, work, locator)


def _objects(text: str, records: Records, file: str) -> Iterator[tuple[str, Any]]:
    first = text.lstrip().partition("\n")[0]
    lines = text.rstrip().split("\n")
    if len(lines) > 1 and first.startswith("{") and _parsed(first) is not None:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            work = _parsed(line)
            if work is None:
                records.refuse(
                    f"line {number}", text=line, reason=f"the line is not whole JSON; {_FIX}"
                )
            else:
                yield f"line {number}", work
        return
    try:
        page = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise SourceError(
            f"The JSON is damaged or cut short: {error}.", where=file, fix=_FIX
        ) from error
    if isinstance(page, dict):
        page = page.get("results", page)
    for number, work in enumerate(_many(page), start=1):
        yield f"result {number}", work


def _parsed(line: str) -> Any:
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return None


def _check_and_keep(records: Records, work: Any, locator: str) -> None:
    """Keep one work, or refuse it where a field has a shape OpenAlex never gives."""
    try:
        address = work["id"]
        if not isinstance(address, str) or not address.rpartition("/")[2].startswith("W"):
            raise TypeError("its id is not that of a work")
        _keep(records, work, locator)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        records.refuse(locator, text=str(work), reason=f"it is no OpenAlex work ({error}); {_FIX}")


def _keep(records: Records, work: dict[str, Any], locator: str) -> None:
    authorships = _many(work.get("authorships"))
    institutions = [i for a in authorships for i in _many(a.get("institutions"))]
    countries = [c for a in authorships for c in _many(a.get("countries"))]
    if not countries:
        countries = [i.get("country_code") or "" for i in institutions]
    place = (work.get("primary_location") or work.get("host_venue") or {}).get("source") or {}
    year = work.get("publication_year")
    title = work.get("title") or work.get("display_name")
    records.keep(
        locator,
        native_id=work["id"].rpartition("/")[2],
        title=_plain(title),
        doi=_plain(work.get("doi")),
        year=values.year(str(year)),
        authors=[_name(a.get("author")) or a.get("raw_author_name") or "" for a in authorships],
        date=_plain(work.get("publication_date")),
        type=values.work_type(work.get("type")),
        abstract=abstract(work.get("abstract_inverted_index")),
        language=_plain(work.get("language")),
        venue=_name(place),
        keywords=values.unique(_name(k) for k in _many(work.get("keywords"))),
        organisations=values.unique(_name(i) for i in institutions),
        countries=values.unique(countries),
        classes=values.unique(_name(t) for t in _many(work.get("topics"))),
        references=_references(work),
        cited_by_count=_whole(work.get("cited_by_count")),
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
    placed = [(int(at), word) for word, held in inverted.items() for at in _many(held)]
    return " ".join(word for _, word in sorted(placed))


def _references(work: dict[str, Any]) -> list[str] | None:
    if "referenced_works" not in work:
        return None
    return [str(reference) for reference in _many(work["referenced_works"])]


def _many(value: Any) -> list[Any]:
    """Return a list for what may be a list, one plain value, or nothing."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _name(thing: Any) -> str:
    """Return the display name of an object; older files hold the bare name."""
    if isinstance(thing, dict):
        return str(thing.get("display_name") or thing.get("keyword") or "")
    return thing if isinstance(thing, str) else ""


def _plain(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise TypeError(f"{str(value)[:40]!r} stands where a text belongs")


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
