"""Tagged text of Clarivate databases: two-letter tags, records closed by ER, files by EF."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TAG = re.compile(r"([A-Z][A-Z0-9])(?: (.*))?$")
_HEADER = ("FN", "VR")
_INDENT = "   "


class Tagged(msgspec.Struct, kw_only=True):
    """One record.

    Args:
        line: Line of its first tag, counted from 1.
        fields: Lines of each tag; a continuation line keeps its indent beyond three spaces.
    """

    line: int
    fields: dict[str, list[str]]

    def text(self, tag: str) -> str:
        """Return the lines of a tag joined by spaces; empty where it is absent."""
        return " ".join(line.strip() for line in self.fields.get(tag, ()))

    def lines(self, tag: str) -> list[str]:
        """Return the lines of a tag that hold something."""
        return [line.strip() for line in self.fields.get(tag, ()) if line.strip()]


def parse(text: str, *, refuse: Callable[[int, str, str], None]) -> Iterator[Tagged]:
    """Yield the complete records of a tagged text.

    A record begins with its first tag (`PT`) and ends with `ER`. Lines without a tag and
    without an indent continue the tag before them, as some databases break abstracts so.

    Args:
        text: The file; every line ends with a line feed.
        refuse: Hears line, text and reason of whatever is no complete record.
    """
    record: Tagged | None = None
    tag = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        found = _TAG.match(line)
        if found is None:
            if record is not None:
                record.fields[tag].append(line.removeprefix(_INDENT))
            elif tag not in _HEADER:
                refuse(number, line, "the line stands outside any record; delete it")
            continue
        tag = found.group(1)
        if tag == "ER" and record is not None:
            yield record
            record = None
            continue
        if record is not None and tag in ("PT", "EF"):
            _refuse_open(record, refuse)
            record = None
        if tag == "ER":
            refuse(number, line, "ER ends a record that never began; delete the line")
        elif record is not None:
            record.fields.setdefault(tag, []).append(found.group(2) or "")
        elif tag not in (*_HEADER, "EF"):
            record = Tagged(line=number, fields={tag: [found.group(2) or ""]})
    if record is not None:
        _refuse_open(record, refuse)


def ends(text: str) -> bool:
    """Tell whether a tagged text says where it ends, with `EF`."""
    return text.rstrip().rpartition("\n")[2].strip() == "EF"


def _refuse_open(record: Tagged, refuse: Callable[[int, str, str], None]) -> None:
    refuse(
        record.line,
        f"{record.text('UT')} {record.text('TI')}".strip(),
        "the record has no ER at its end, so it was cut short; export the file again",
    )
