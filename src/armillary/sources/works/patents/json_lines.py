"""JSON exports of patents: one object a line, a list, or an answer of an API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from armillary.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from armillary.sources.works.patents.records import Patent, PatentRecords

_FIX = "download it again"
_FAULTS = (msgspec.DecodeError, RecursionError, UnicodeEncodeError)
_MAX_WHOLE = 2**63


class At:
    """A JSON value whose shape is not trusted.

    What is absent is missing; what is of another shape than the layout says is an error of the
    record.

    Args:
        value: An object.
    """

    def __init__(self, value: Any) -> None:
        if not isinstance(value, dict):
            raise TypeError(f"{str(value)[:40]!r} stands where an object belongs")
        self._value = value

    def _get(self, path: tuple[str, ...]) -> Any:
        value: Any = self._value
        for name in path:
            if value is None:
                return None
            if not isinstance(value, dict):
                raise TypeError(f"{str(value)[:40]!r} stands where an object belongs")
            value = value.get(name)
        return value

    def has(self, *path: str) -> bool:
        """Tell whether something stands there."""
        return self._get(path) is not None

    def at(self, *path: str) -> At:
        """Return the object there, an empty one where it is absent."""
        return At(self._get(path) or {})

    def text(self, *path: str) -> str | None:
        """Return the text there; a whole number becomes text."""
        value = self._get(path)
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        raise TypeError(f"{path[-1]} is {str(value)[:40]!r}, no text")

    def whole(self, *path: str) -> int | None:
        """Return the whole number there; also one written as text, as 64-bit numbers are."""
        value = self._get(path)
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value[:20])
        if value is None or (isinstance(value, int) and 0 <= value < _MAX_WHOLE):
            return value
        raise TypeError(f"{path[-1]} is {str(value)[:40]!r}, no whole number")

    def dicts(self, *path: str) -> list[At]:
        """Return the objects of the list there."""
        return [At(one) for one in self._list(path)]

    def texts(self, *path: str) -> list[str]:
        """Return the texts of the list there."""
        held = self._list(path)
        if wrong := [one for one in held if not isinstance(one, str)]:
            raise TypeError(f"{path[-1]} holds {str(wrong[0])[:40]!r}, no text")
        return held

    def _list(self, path: tuple[str, ...]) -> list[Any]:
        value = self._get(path)
        if value is None:
            return []
        if not isinstance(value, list):
            raise TypeError(f"{path[-1]} is {str(value)[:40]!r}, no list")
        return value


def first_object(text: str) -> Any:
    """Return the first object of a JSON text of any of the three shapes, None if there is none."""
    line = _parsed(text.lstrip().partition("\n")[0])
    whole = line if isinstance(line, dict | list) else _parsed(text)
    if whole is None and text.lstrip().startswith("{"):
        whole = next((p for p in map(_parsed, text.split("\n")[:50]) if p is not None), None)
    listed = _listed(whole)
    return listed[0] if listed else None


def objects(text: str, records: PatentRecords, *, file: str) -> Iterator[tuple[str, Any]]:
    """Yield where each object stands and the object; damaged lines are refused.

    Raises:
        SourceError: The text is one damaged JSON value.
    """
    lines = text.split("\n")
    filled = [line for line in lines if line.strip()]
    if (
        len(filled) > 1
        and sum(line.lstrip().startswith('{"') for line in filled) > len(filled) // 2
    ):
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            record = _parsed(line)
            if record is None:
                records.refuse(
                    f"line {number}", text=line, reason=f"the line is not whole JSON; {_FIX}"
                )
            else:
                yield f"line {number}", record
        return
    try:
        whole = msgspec.json.decode(text)
    except _FAULTS as error:
        raise SourceError(
            f"The JSON is damaged or cut short: {error}.", where=file, fix=_FIX
        ) from error
    for number, record in enumerate(_listed(whole), start=1):
        yield f"result {number}", record


def keep(
    records: PatentRecords,
    record: Any,
    *,
    locator: str,
    read: Callable[[dict[str, Any]], Patent],
    called: str,
) -> None:
    """Keep one object, or refuse it where a field has a shape the layout never gives."""
    try:
        patent = read(record)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        records.refuse(locator, text=str(record), reason=f"it is no {called} ({error}); {_FIX}")
    else:
        records.keep_patent(locator, patent)


def _parsed(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except _FAULTS:
        return None


def _listed(whole: Any) -> list[Any]:
    if isinstance(whole, dict):
        inner = whole.get("data", whole.get("results", whole))
        whole = inner if isinstance(inner, list) else [whole]
    return whole if isinstance(whole, list) else []
