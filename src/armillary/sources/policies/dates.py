"""Reads the times of policies as institutes write them: 2023.8, 2022.10, 2023年8月15日."""

from __future__ import annotations

import datetime
import re
from typing import Any

_YEAR_FIRST = re.compile(
    r"(?P<y>\d{4})(?:\s*[-./年]\s*(?P<m>\d{1,2})(?:\s*[-./月]\s*(?P<d>\d{1,2})\s*日?|\s*月?)|\s*年?)"
)
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－", "0123456789.-")
_CLOCK = re.compile(r"[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$")


def read_date(cell: Any) -> tuple[str | None, str | None]:
    """Read one cell as a date no more exact than it is written.

    Args:
        cell: Text, number or date of a spreadsheet; "" or None is no date.

    Returns:
        The date (YYYY, YYYY-MM or YYYY-MM-DD) or None, and a note or None.

    Examples:
        >>> read_date("2022.10")
        ('2022-10', None)
        >>> read_date("2023年8月15日")
        ('2023-08-15', None)
        >>> read_date("spring 2023")
        (None, "'spring 2023' is no date")
        >>> read_date(2022.1)[0]
        '2022'
    """
    if isinstance(cell, datetime.datetime | datetime.date):
        return cell.isoformat()[:10], None
    if cell is None or isinstance(cell, bool):
        return None, None if cell is None else f"{str(cell)!r} is no date"
    if isinstance(cell, int | float):
        return _number(float(cell))
    text = str(cell).strip()
    if not text:
        return None, None
    match = _YEAR_FIRST.fullmatch(_CLOCK.sub("", text.translate(_FULL_WIDTH)))
    found = _valid(match["y"], match["m"], match["d"]) if match else None
    return (found, None) if found else (None, f"{text[:60]!r} is no date")


def _number(value: float) -> tuple[str | None, str | None]:
    """Read a number cell: 2023.8 is August, but 2022.1 may once have been 2022.10."""
    text = f"{value:.10g}"
    year, _, month = text.partition(".")
    if month == "1" and len(year) == 4:
        return year, (
            f"the number {text} means January or, as {year}.10, October; "
            "write the cell as text to keep the month"
        )
    found = _valid(year, month or None, None) if len(year) == 4 and len(month) < 3 else None
    return (found, None) if found else (None, f"the number {text} is no date")


def _valid(year: str, month: str | None, day: str | None) -> str | None:
    try:
        whole = datetime.date(int(year), int(month or 1), int(day or 1)).isoformat()
    except ValueError:
        return None
    return whole[:10] if day else whole[:7] if month else whole[:4]
