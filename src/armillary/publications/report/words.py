"""The words of the report in each language, and the names of codes."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from armillary.publications.numbers import format_number
from armillary.publications.report.blocks import Cell, marked

if TYPE_CHECKING:
    from armillary.evidence.store import Store

_FILES = ("locale.toml", "locale_audit.toml", "locale_topics.toml")
_HAN = re.compile(r"[\u3400-\u9fff]")
_CODELISTS = {
    "area": ("CL_AREA",),
    "SECT_PERF": ("CL_SECTOR", "CL_SECT_PERF"),
    "SECT_FUND": ("CL_SECTOR", "CL_SECT_FUND"),
    "TYPE_RD": ("CL_TYPE_RD",),
    "indicator": ("CL_INDICATOR",),
    "unit": ("CL_UNIT_MEASURE", "CL_UNIT"),
    "status": ("CL_OBS_STATUS",),
}


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Return every text of the report, by key and then by language."""
    folder = files("armillary.publications.report")
    held: dict[str, dict[str, str]] = {}
    for name in _FILES:
        held |= tomllib.loads(folder.joinpath(name).read_text("utf-8"))
    return held


class Words:
    """Texts and names in one language.

    Args:
        language: Language of the report.
        store: The store, whose table `code` names codes.
    """

    def __init__(self, language: str, *, store: Store) -> None:
        self.language = language
        codes = store.table("code").order_by(["codelist", "code"])
        self._names: dict[tuple[str, str], tuple[str, str]] = {
            (row["codelist"], row["code"]): (row["name_en"], row["name_zh"])
            for row in store.rows(codes)
        }

    def __call__(self, key: str, **values: Any) -> str:
        """Return one text of the catalogue with `values` filled in.

        Raises:
            KeyError: The catalogue has no such text.
        """
        return catalogue()[key][self.language].format(**values)

    def counted(self, key: str, n: int, **values: Any) -> str:
        """Return the text for `n` things: `key_none` for 0 and `key_one` for 1, where there are.

        Every text may use `{n}`, which is written as numbers are.

        Raises:
            KeyError: The catalogue has no such text.
        """
        for fits, ending in ((n == 0, "_none"), (n == 1, "_one")):
            if fits and key + ending in catalogue():
                key += ending
        written = format_number(n, language=self.language, decimals=0)
        return self(key, n=written, **values)

    def known(self, key: str, otherwise: str) -> str:
        """Return one text of the catalogue, or the word of the data where it has none."""
        return self(key) if key in catalogue() else otherwise

    def name(self, kind: str, code: str | None) -> str:
        """Return the name of a code in this language, or the code itself."""
        if code is None:
            return ""
        for codelist in _CODELISTS[kind]:
            found = self._names.get((codelist, code))
            if found is not None:
                english, chinese = found
                return (chinese or english) if self.language == "zh" else (english or chinese)
        known = catalogue().get(f"code.{kind}.{code}")
        return known[self.language] if known else code

    def told(self, english: str | None, chinese: str | None, other: str | None = None) -> Cell:
        """Return the text in this language, or in another one and marked as such."""
        first, second = (chinese, english) if self.language == "zh" else (english, chinese)
        if first:
            return first
        text = second or other or ""
        return self.foreign(text)

    def foreign(self, text: str) -> Cell:
        """Return a text of the data with its language, so that it is broken and read right."""
        language = "zh" if _HAN.search(text) else "en"
        return marked(text, language=None if language == self.language else language)

    def joined(self, parts: list[str]) -> str:
        """Join a short list as the language does."""
        return ("、" if self.language == "zh" else ", ").join(parts)

    def listed(self, parts: list[str]) -> str:
        """Join parts that hold commas of their own."""
        return ("；" if self.language == "zh" else "; ").join(parts)

    def beside(self, cell: Cell, more: str) -> Cell:
        """Add something in parentheses to a text, in the language of that text."""
        text = cell if isinstance(cell, str) else cell["text"]
        language = self.language if isinstance(cell, str) else cell["lang"] or self.language
        said = f"{text}（{more}）" if language == "zh" else f"{text} ({more})"
        return said if isinstance(cell, str) else cell | {"text": said}
