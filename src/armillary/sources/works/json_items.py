"""JSON as databases give it: a page of an API, a bare list, or one object a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from armillary.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from armillary.sources.works.records import Records


def items(
    text: str,
    records: Records,
    *,
    within: tuple[str, ...],
    file: str,
    fix: str,
) -> Iterator[tuple[str, Any]]:
    """Yield place and object of each record.

    Args:
        text: The file.
        records: Hears of damaged lines.
        within: Keys under which a page keeps its records, from the outside in; those absent
            are passed over.
        file: Name of the file, for messages.
        fix: How to get the file again.

    Raises:
        SourceError: The file is one damaged JSON text; of JSON lines only a damaged line goes.
    """
    lines = text.rstrip().split("\n")
    filled = [line for line in lines if line.strip()]
    first = filled[0].strip()
    later = next((line for line in filled[1:4] if parsed(line) is not None), None)
    is_lines = first.startswith("{") and (parsed(first) is not None or later is not None)
    if len(filled) > 1 and is_lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            item = parsed(line)
            if item is None:
                records.refuse(
                    f"line {number}", text=line, reason=f"the line is not whole JSON; {fix}"
                )
                continue
            for place, held in _held(item, within):
                yield f"line {number}{place}", held
        return
    try:
        page = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise SourceError(
            f"The JSON is damaged or cut short: {error}.", where=file, fix=fix
        ) from error
    for number, (_, held) in enumerate(_held(page, within), start=1):
        yield f"result {number}", held


def _held(page: Any, within: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """Yield the records of a page, a list, or one record; a page within a line is numbered."""
    inside = page
    for key in within:
        if isinstance(inside, dict) and key in inside:
            inside = inside[key]
    found = many(inside)
    for number, item in enumerate(found, start=1):
        yield (f", result {number}" if inside is not page or len(found) > 1 else ""), item


def parsed(line: str) -> Any:
    """Return the object a line holds; None where it holds none."""
    if not line.lstrip().startswith("{"):
        return None
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return None


def keep_each(
    text: str,
    records: Records,
    *,
    within: tuple[str, ...],
    keep: Callable[[dict[str, Any], str], None],
    file: str,
    kind: str,
    fix: str,
) -> None:
    """Keep every record, or refuse it where a field has a shape the database never gives.

    Args:
        text: The file.
        records: Hears of what is refused.
        within: As in `items`.
        keep: Keeps one record at a place.
        file: Name of the file, for messages.
        kind: What a record is, for messages: "OpenAlex work".
        fix: How to get the file again.
    """
    for locator, item in items(text, records, within=within, file=file, fix=fix):
        try:
            if not isinstance(item, dict):
                raise TypeError("it is no object")
            keep(item, locator)
        except (AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
            records.refuse(locator, text=str(item), reason=f"it is no {kind} ({error}); {fix}")


def many(value: Any) -> list[Any]:
    """Return a list for what may be a list, one plain value, or nothing."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def plain(value: Any) -> str | None:
    """Return a text or nothing.

    Raises:
        TypeError: It is neither.
    """
    if value is None or isinstance(value, str):
        return value
    raise TypeError(f"{str(value)[:40]!r} stands where a text belongs")


def whole(value: Any) -> int | None:
    """Return a whole number of at most 15 digits; None for anything else, never zero for it."""
    fits = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15
    return value if fits else None
