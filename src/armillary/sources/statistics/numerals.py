"""Reads numbers, periods and units as statistical tables write them."""

from __future__ import annotations

import re
import unicodedata

# Text for "no value", by its meaning in SDMX: M cannot exist, O missing.
MISSING = {
    "": "O", "-": "M", "--": "M", "---": "M", "\u2014": "M", "\u2014\u2014": "M", "\u2013": "M",
    "...": "O", "..": "O", "\u2026": "O", "\u2026\u2026": "O", "......": "O", ":": "O", ".": "O",
    "n/a": "O", "na": "O", "n.a.": "O", "n.a": "O", "#n/a": "O", "nan": "O", "null": "O",
    "none": "O", "\u65e0\u6570\u636e": "O", "\u7f3a": "O",
}  # fmt: skip

# Unit words of Chinese and English tables: unit of measure and power of ten.
UNIT_WORDS = {
    "\u5143": ("CNY", 0), "\u4e07\u5143": ("CNY", 4), "\u4ebf\u5143": ("CNY", 8),
    "\u5343\u5143": ("CNY", 3), "10000yuan": ("CNY", 4), "100millionyuan": ("CNY", 8),
    "\u4eba\u5e74": ("FTE", 0), "\u4e07\u4eba\u5e74": ("FTE", 4), "man-year": ("FTE", 0),
    "\u4eba": ("HC", 0), "\u4ef6": ("PATENTS", 0), "piece": ("PATENTS", 0),
    "\u4e2a": ("NUMBER", 0), "\u9879": ("NUMBER", 0), "%": ("PERCENT", 0),
}  # fmt: skip

_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_COMMA_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?")
_DOT_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d+)?")
_BLANK_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}([ '\u2019]\d{3})+([.,]\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_PERIOD = re.compile(
    r"\d{4}(-(A1|S[12]|T[1-3]|Q[1-4]|M(0[1-9]|1[0-2])|W[0-5]\d|D[0-3]\d\d"
    r"|(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])(T[\d:.]+Z?)?)?))?"
)


def plain(text: str) -> str:
    """Return `text` with full-width characters made narrow and outer blanks gone."""
    narrow = unicodedata.normalize("NFKC", text).replace("\u2212", "-").replace("\u200b", "")
    return " ".join(narrow.split())


def number(text: str, *, decimal: str = ".") -> float | None:
    """Return the number a cell writes, or None where it writes none.

    Args:
        text: Cell text: "1,234.5", "1 234,5", full-width digits.
        decimal: "," where "1,234" is a fraction.

    Examples:
        >>> number("1,234.5"), number("1 234,5"), number("１２３"), number("0,5"), number("12!")
        (1234.5, 1234.5, 123.0, 0.5, None)
    """
    said = plain(text)
    grouped = False
    if decimal == "," and (_DECIMAL_COMMA.fullmatch(said) or _DOT_GROUPS.fullmatch(said)):
        said = said.replace(".", "").replace(",", ".")
    elif _COMMA_GROUPS.fullmatch(said):
        said = said.replace(",", "")
    elif _BLANK_GROUPS.fullmatch(said):
        said = re.sub(r"[ '\u2019]", "", said).replace(",", ".")
    elif "," in said and _DOT_GROUPS.fullmatch(said):
        said = said.replace(".", "").replace(",", ".")
    elif _DECIMAL_COMMA.fullmatch(said):
        said = said.replace(",", ".")
    else:
        grouped = _PLAIN.fullmatch(said) is None
    if grouped:
        return None
    value = float(said)
    return value if abs(value) != float("inf") else None


def period(text: str) -> str | None:
    """Return the SDMX period a cell writes, or None.

    Examples:
        >>> period("2021年"), period("2012.0"), period("2020-Q1"), period("latest")
        ('2021', '2012', '2020-Q1', None)
    """
    said = plain(text).removesuffix("年").removesuffix(".0").strip()
    return said if _PERIOD.fullmatch(said) else None


def unit(text: str) -> tuple[str, int] | None:
    """Return the unit of measure and the power of ten a unit word means, or None.

    Examples:
        >>> unit("万元"), unit("(10 000 yuan)"), unit("bushels")
        (('CNY', 4), ('CNY', 4), None)
    """
    said = plain(text).strip("()").replace(" ", "").replace(",", "").casefold()
    return UNIT_WORDS.get(said)
