"""Text in which each field begins with its label and a record with a certain label."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FIX = "export the file again"


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """How one kind of labelled text is laid out.

    Args:
        label: Matches the first line of a field: the label is group 1, the value group 2.
        begins: Label that begins a record.
        ends: Label that ends a record; None where the next record ends it.
        once: Labels a record has once; a second one tells of two records run together.
        blank_ends: A blank line ends a record, as no value holds one.
    """

    label: re.Pattern[str]
    begins: str
    ends: str | None = None
    once: tuple[str, ...] = ()
    blank_ends: bool = False


class Labelled(msgspec.Struct, kw_only=True):
    """One record.

    Args:
        line: Line of its first label, counted from 1.
        fields: Values of each label in order; the lines of a value end with a line feed.
    """

    line: int
    fields: dict[str, list[str]]

    def values(self, *labels: str) -> list[str]:
        """Return the values of the first label that holds something, on one line each."""
        for label in labels:
            held = [" ".join(value.split()) for value in self.fields.get(label, ())]
            if any(held):
                return [value for value in held if value]
        return []

    def every(self, *labels: str) -> list[str]:
        """Return the values of all the labels, on one line each."""
        return [value for label in labels for value in self.values(label)]

    def text(self, *labels: str) -> str:
        """Return the first value of the first label that holds something; else empty."""
        return next(iter(self.values(*labels)), "")


def parse(
    text: str, *, layout: Layout, refuse: Callable[[int, str, str], None]
) -> Iterator[Labelled]:
    """Yield the complete records of a labelled text.

    Lines without a label continue the value before them. What stands between two records, or
    is two records run together, is refused as a whole with the line it begins on.

    Args:
        text: The file; every line ends with a line feed.
        layout: How it is laid out.
        refuse: Hears line, text and reason of whatever is no complete record.
    """
    lines: list[tuple[int, str]] = []
    headed = blank = closed = False
    n_before = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            blank = bool(lines)
            continue
        found = layout.label.match(line)
        label = found.group(1) if found else None
        starts = label == layout.begins
        if not lines and not headed and not starts and n_before == 0 and label is None:
            continue  # a heading of the file
        cut = blank and layout.blank_ends and label is not None
        if lines and (starts or closed or cut):
            yield from _record(lines, layout=layout, headed=headed, refuse=refuse)
            n_before += 1
            lines, headed = [], False
        if not lines:
            headed = starts
        lines.append((number, line))
        closed = label is not None and label == layout.ends
        blank = False
    if lines:
        yield from _record(lines, layout=layout, headed=headed, refuse=refuse)


def _record(
    lines: list[tuple[int, str]],
    *,
    layout: Layout,
    headed: bool,
    refuse: Callable[[int, str, str], None],
) -> Iterator[Labelled]:
    """Yield the record these lines are, or refuse them."""
    first, shown = lines[0][0], " ".join(line.strip() for _, line in lines[:4])
    record = Labelled(line=first, fields={})
    values: list[str] = []
    ended = layout.ends is None
    for _, line in lines:
        found = layout.label.match(line)
        if found is None:
            if not values:
                refuse(first, shown, f"the text stands outside any record; {_FIX}")
                return
            values[-1] += f"\n{line}"
            continue
        ended = ended or found.group(1) == layout.ends
        values = record.fields.setdefault(found.group(1), [])
        values.append(found.group(2) or "")
    if not headed:
        refuse(first, shown, f"the record does not begin with {layout.begins!r}; {_FIX}")
        return
    if not ended:
        refuse(
            first,
            shown,
            f"the record has no {layout.ends} at its end, so it was cut short; {_FIX}",
        )
        return
    twice = [label for label in layout.once if len(record.fields.get(label, ())) > 1]
    if twice:
        refuse(first, shown, f"{twice[0]} comes twice, so two records have run together; {_FIX}")
        return
    yield record
