"""The fonts of the PDF report, and which characters they can draw.

`Armillary Latin` and `Armillary Han SC` are subsets of Noto Sans and Noto Sans CJK SC, made
by `scripts/make_fonts.py`; `OFL.txt` beside them is their licence. Together they cover
GB/T 2312 (6,763 Chinese characters), Latin with its extensions, Greek, Cyrillic, kana, and
the punctuation and symbols that statistics print.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from pathlib import Path

FAMILIES = ("Armillary Latin", "Armillary Han SC")
_FOLDER = Path(__file__).parent


def font_paths() -> list[Path]:
    """Return the folder that holds the fonts, as typst wants it."""
    return [_FOLDER]


@cache
def _ranges() -> tuple[list[int], list[int]]:
    lines = (_FOLDER / "coverage.txt").read_text(encoding="ascii").split()
    pairs = [line.split("-") for line in lines]
    return [int(first, 16) for first, _ in pairs], [int(last, 16) for _, last in pairs]


def uncovered(text: str) -> set[str]:
    """Return the characters of `text` that the fonts cannot draw.

    Examples:
        >>> uncovered("创新 Łódź ≥ 3 †")
        set()
        >>> uncovered("R&D 한")
        {'한'}
    """
    first, last = _ranges()
    missing = set()
    for character in set(text):
        point = ord(character)
        place = bisect_right(first, point) - 1
        if place < 0 or point > last[place]:
            missing.add(character)
    return missing
