"""Which characters a report can draw, and what becomes of the others."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from armillary.errors import PublicationError, raise_all
from armillary.publications.fonts import uncovered

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Mapping

_HIDDEN = {"Cc", "Cf", "Cs", "Cn"}
_SPACES = dict.fromkeys(map(ord, "\t\n\r\v\f\u2028\u2029\x85"), " ")


def plain(text: str) -> str:
    r"""Return a text as one line in composed form, without control or direction characters.

    Direction marks could make a page show another order than the data holds.

    Examples:
        >>> plain("a\tb\x00\u202ec  d")
        'a bc d'
    """
    text = unicodedata.normalize("NFC", text).translate(_SPACES)
    kept = "".join(c for c in text if unicodedata.category(c) not in _HIDDEN)
    return re.sub(" {2,}", " ", kept).strip(" ")


def require_drawable(texts: Mapping[str, str], *, drawable: Callable[[set[str]], set[str]]) -> None:
    """Refuse texts of the definition that no font can draw, since their author can mend them.

    Args:
        texts: Where a text stands, and the text.
        drawable: Which of some characters an installed font draws.

    Raises:
        PublicationError: Names each character, its code point and where it stands.
    """
    problems = []
    for where, text in texts.items():
        missing = uncovered(plain(text))
        problems += [
            PublicationError(
                f"No font draws the character {character!r} (U+{ord(character):04X}).",
                where=where,
                fix="write it otherwise, or install a Noto font that has it",
            )
            for character in sorted(missing - drawable(missing))
        ]
    raise_all(problems)


def shown(tree: Any, *, replaced: set[str], counts: Counter[str]) -> Any:
    """Return a tree of JSON with each undrawable character written as its code point.

    Args:
        tree: Blocks of the report.
        replaced: Characters that no font draws.
        counts: Gains one for each character written so.

    Examples:
        >>> from collections import Counter
        >>> shown({"text": "R한"}, replaced={"한"}, counts=Counter())
        {'text': 'R[U+D55C]'}
    """
    if isinstance(tree, dict):
        return {k: shown(v, replaced=replaced, counts=counts) for k, v in tree.items()}
    if isinstance(tree, list):
        return [shown(v, replaced=replaced, counts=counts) for v in tree]
    if isinstance(tree, str) and not replaced.isdisjoint(tree):
        counts.update(c for c in tree if c in replaced)
        return "".join(f"[U+{ord(c):04X}]" if c in replaced else c for c in tree)
    return tree


def cleaned(tree: Any, *, seen: set[str]) -> Any:
    """Return a tree of JSON with every text made plain, and note the characters it uses.

    Args:
        tree: Blocks of the report.
        seen: Gains every character of every text.
    """
    if isinstance(tree, dict):
        return {key: cleaned(value, seen=seen) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [cleaned(value, seen=seen) for value in tree]
    if isinstance(tree, str):
        text = plain(tree)
        seen.update(text)
        return text
    return tree
