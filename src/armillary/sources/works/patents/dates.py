"""Dates of patents as databases write them."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

from armillary.sources.works import values

if TYPE_CHECKING:
    from collections.abc import Iterable

_ISO = re.compile(r"((?:1[5-9]|20)\d\d)-(\d\d)-(\d\d)(?:[T ].*)?$")
_COMPACT = re.compile(r"((?:1[5-9]|20)\d\d)(\d\d)(\d\d)$")
_SLASHED = re.compile(r"(\d{1,2})([/.])(\d{1,2})\2((?:1[5-9]|20)\d\d)$")
_MONTHS = 12


def iso(text: object, *, day_first: bool = True) -> str | None:
    """Return an ISO date; None for what is no date, and for the zero that means missing.

    Reads 2017-04-13, 2017-04-13T00:00:00Z, 20170413, 13/04/2017, 13.04.2017, 13 Apr 2017.

    Args:
        text: A date as written, a whole number, or a date of a workbook.
        day_first: Whether 03/04/2017 is the third of April; points always mean so.

    Examples:
        >>> iso(20170413), iso("13/04/2017"), iso(0), iso("2017-02-31")
        ('2017-04-13', '2017-04-13', None, None)
    """
    said = str(text or "").strip()
    if found := _ISO.match(said) or _COMPACT.match(said):
        return _date(found[1], found[2], found[3])
    if found := _SLASHED.match(said):
        first, second = found[1], found[3]
        if found[2] == "/" and not day_first:
            first, second = second, first
        return _date(found[4], second, first)
    return next(iter(values.dates(said)), None)


def day_first(texts: Iterable[str]) -> bool:
    """Tell whether dates with slashes put the day first, by those that can be read one way only.

    Examples:
        >>> day_first(["03/04/2017", "04/13/2017"]), day_first(["03/04/2017"])
        (False, True)
    """
    for text in texts:
        found = _SLASHED.match(text.strip())
        if found and found[2] == "/":
            if int(found[1]) > _MONTHS:
                return True
            if int(found[3]) > _MONTHS:
                return False
    return True


def _date(year: str, month: str, day: str) -> str | None:
    try:
        return datetime.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None
