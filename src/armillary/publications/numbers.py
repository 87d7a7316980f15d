"""How numbers are written: the same on a page, in the report and in a caption."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

MISSING = "…"
_MULTIPLES = {
    "en": {
        2: "hundreds",
        3: "thousands",
        4: "ten thousands",
        6: "millions",
        8: "hundred millions",
        9: "billions",
        12: "trillions",
    },
    "zh": {2: "百", 3: "千", 4: "万", 6: "百万", 8: "亿", 9: "十亿", 12: "万亿"},
}


def format_number(
    value: float | None,
    *,
    language: str,
    decimals: int = 1,
    signed: bool = False,
    missing: str = MISSING,
) -> str:
    """Write a number for readers; halves are rounded away from zero, as offices print them.

    Both languages group thousands with a comma and mark decimals with a point.

    Args:
        value: The number; None and NaN are missing, never zero.
        language: Language of the text around it.
        decimals: Digits after the point.
        signed: Write a plus before positive numbers.
        missing: What stands for a missing number.

    Examples:
        >>> format_number(1234.25, language="en")
        '1,234.3'
        >>> format_number(-0.04, language="zh")
        '0.0'
        >>> format_number(None, language="en")
        '…'
    """
    if language not in _MULTIPLES:
        raise KeyError(language)
    if value is None or math.isnan(value):
        return missing
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    exact = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    if exact == 0:
        return f"{abs(exact):,f}"
    sign = "−" if exact < 0 else "+" if signed else ""
    return f"{sign}{abs(exact):,f}"


def format_percent(
    share: float | None, *, language: str, decimals: int = 1, missing: str = MISSING
) -> str:
    r"""Write a share (0..1) as a percentage.

    Examples:
        >>> format_percent(0.1234, language="en")
        '12.3\xa0%'
        >>> format_percent(0.1234, language="zh")
        '12.3%'
    """
    if share is None or math.isnan(share):
        return missing
    percent = float(Decimal(repr(share)) * 100)
    number = format_number(percent, language=language, decimals=decimals)
    return f"{number}%" if language == "zh" else f"{number}\u00a0%"


def format_interval(
    low: float | None, high: float | None, *, language: str, decimals: int = 0
) -> str:
    """Write the two ends of an interval.

    Examples:
        >>> format_interval(3, 7, language="en")
        '3–7'
    """
    if low is None or high is None:
        return MISSING
    ends = [format_number(end, language=language, decimals=decimals) for end in (low, high)]
    return ends[0] if ends[0] == ends[1] else "–".join(ends)


def status_marks(status: str | None) -> str:
    """Return the observation status codes to print beside a value; A (normal) is not printed.

    Args:
        status: Codes of CL_OBS_STATUS joined by spaces.

    Examples:
        >>> status_marks("A E P")
        'EP'
        >>> status_marks("A")
        ''
    """
    return "".join(sorted(set((status or "").split()) - {"A"}))


def multiple(exponent: int | None, *, language: str) -> str:
    """Name a unit multiplier, 10 to the power of `exponent`.

    Examples:
        >>> multiple(8, language="zh")
        '亿'
        >>> multiple(0, language="en")
        ''
        >>> multiple(5, language="en")
        '10^5'
    """
    if not exponent:
        return ""
    return _MULTIPLES[language].get(exponent, f"10^{exponent}")
