"""Tells the language of a text by its script, and cleans what exports leave in cells."""

from __future__ import annotations

import html
import re
from typing import Any

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:amp|quot|lt|gt|apos|nbsp|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_C1 = re.compile(r"[\x80-\x9f]")


def clean(cell: Any) -> str:
    r"""Return the text of a cell without control characters and the debris of HTML.

    Examples:
        >>> clean(" R&amp;D<br/>tax credit ")
        'R&D\ntax credit'
        >>> clean(12.0)
        '12'
    """
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = _BREAK.sub("\n", str(cell)) if cell is not None else ""
    text = _ENTITY.sub(lambda found: html.unescape(found.group()), text)
    # C1 controls are Windows-1252 characters that an export took for Latin-1.
    text = _C1.sub(lambda found: found.group().encode("latin-1").decode("cp1252", "ignore"), text)
    return _CONTROL.sub("", text).replace("\u00a0", " ").strip()


def language_of(text: str) -> str:
    """Return "zh" for a text with Chinese characters, "en" for any other.

    Examples:
        >>> language_of("关于加强R&D的意见"), language_of("Opinions on R&D")
        ('zh', 'en')
    """
    return "zh" if _HAN.search(text) else "en"


def by_language(column: str, text: str) -> dict[str, str]:
    """Return `text` under the column of its language; an empty text under none."""
    return {f"{column}_{language_of(text)}": text} if text else {}
