"""One language of the site: its texts, its way to write numbers and dates, its fallbacks."""

from __future__ import annotations

import string
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from armillary.errors import PublicationError
from armillary.model.observatory import LANGUAGES, Text
from armillary.publications import numbers

if TYPE_CHECKING:
    from collections.abc import Iterable

HTML_LANGUAGE = {"en": "en", "zh": "zh-Hans"}
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Read every text of the site, by key and language.

    Raises:
        PublicationError: A key is given twice, lacks a language, or names other placeholders
            in one language than in the other.
    """
    found: dict[str, dict[str, str]] = {}
    home = files("armillary.publications.site").joinpath("locale")
    for file in sorted(home.iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".toml"):
            continue
        for key, texts in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if key in found:
                raise _fault(f"The text {key!r} is given twice.", file.name)
            if not set(texts) >= set(LANGUAGES) or not all(texts.values()):
                raise _fault(f"The text {key!r} lacks a language.", file.name)
            if len({placeholders(texts[language]) for language in LANGUAGES}) > 1:
                raise _fault(f"The text {key!r} fills in other words per language.", file.name)
            found[key] = texts
    return found


def placeholders(text: str) -> frozenset[str]:
    """Return the names in braces.

    Examples:
        >>> sorted(placeholders("{n} of {all}"))
        ['all', 'n']
    """
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


def _fault(problem: str, where: str) -> PublicationError:
    return PublicationError(
        problem, where=f"site/locale/{where}", fix="give each key once, in every language"
    )


class Words:
    """What a page needs to speak one language.

    Args:
        language: Language of the page.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self.lang = HTML_LANGUAGE[language]
        self.gap = "" if language == "zh" else " "  # between two sentences
        self._texts = catalogue()

    def __call__(self, key: str, **values: Any) -> str:
        """Return a text of the catalogue with `values` filled in.

        Whole numbers are grouped by thousands (pass years as text); a value that is markup
        makes the whole markup, all else in it escaped. `en_one` is taken where `n` is 1.

        Raises:
            PublicationError: The catalogue has no such text, or a value is missing.
        """
        try:
            texts = self._texts[key]
            text = texts[self.language]
            if values.get("n") == 1:
                text = texts.get(f"{self.language}_one", text)
            if not values:
                return text
            shown = {
                name: self.number(value, 0)
                if isinstance(value, int) and not isinstance(value, bool)
                else value
                for name, value in values.items()
            }
            if any(isinstance(value, Markup) for value in shown.values()):
                return Markup(text).format(**shown)  # noqa: S704 - our own text, values escaped
            return text.format(**shown)
        except KeyError as error:
            raise PublicationError(
                f"No text for {key!r} in {self.language!r}: {error} is missing.",
                where="site/locale",
                fix="add it to a catalogue in both languages, or pass the value",
            ) from error

    def has(self, key: str) -> bool:
        """Tell whether the catalogue has a text."""
        return key in self._texts

    def number(self, value: float | None, decimals: int = 1, *, signed: bool = False) -> str:
        """Write a number; None is missing, never zero."""
        return numbers.format_number(
            value, language=self.language, decimals=decimals, signed=signed
        )

    def raw(self, value: float | None) -> str:
        """Write a raw value with as many digits as it has, six significant ones at most."""
        if value is None:
            return numbers.MISSING
        plain = f"{value:.6g}"
        if "e" in plain:
            return numbers.format_number(value, language=self.language, decimals=0)
        return self.number(value, len(plain.partition(".")[2]))

    def percent(self, share: float | None, decimals: int = 1) -> str:
        """Write a share (0..1) as a percentage."""
        return numbers.format_percent(share, language=self.language, decimals=decimals)

    def interval(self, low: float | None, high: float | None, decimals: int = 0) -> str:
        """Write the two ends of an interval."""
        return numbers.format_interval(low, high, language=self.language, decimals=decimals)

    def multiple(self, exponent: int | None) -> str:
        """Name a unit multiplier."""
        return numbers.multiple(exponent, language=self.language)

    def bytes(self, size: int) -> str:
        """Write a size of a file.

        Examples:
            >>> Words("en").bytes(52_300)
            '52.3 kB'
        """
        for unit, step in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
            if size >= step:
                return f"{self.number(size / step)} {unit}"
        return f"{self.number(size, 0)} B"

    def date(self, iso: str | None) -> str:
        """Write an ISO 8601 date of any exactness; what is no date stays as it is.

        Examples:
            >>> Words("en").date("2024-11-05"), Words("zh").date("2024-11")
            ('5 November 2024', '2024年11月')
        """
        parts = (iso or "").split("-")
        if not all(part.isdigit() for part in parts) or len(parts) > 3:
            return iso or ""
        if self.language == "zh":
            return "".join(f"{int(p)}{mark}" for p, mark in zip(parts, "年月日", strict=False))
        if len(parts) > 1 and not 1 <= int(parts[1]) <= 12:
            return iso or ""
        named = [parts[0], *(_MONTHS[int(p) - 1] for p in parts[1:2])]
        return " ".join([*(str(int(p)) for p in parts[2:]), *reversed(named)])

    def plain(self, text: Text) -> str:
        """Return a text of the data, in the other language where this one has none."""
        return text.in_language(self.language)

    def text(self, text: Text) -> str:
        """Return a text of the data for HTML, marked with its language where it is the other."""
        shown = text.language_shown(self.language)
        if shown == self.language:
            return text.in_language(self.language)
        return Markup('<span lang="{}">{}</span>').format(HTML_LANGUAGE[shown], self.plain(text))

    def join_plain(self, parts: Iterable[str]) -> str:
        """Join a short list as the language does."""
        return ("、" if self.language == "zh" else ", ").join(parts)

    def join(self, parts: Iterable[object]) -> str:
        """Join a short list as the language does, as markup."""
        between = Markup("、") if self.language == "zh" else Markup(", ")
        return between.join(escape(part) for part in parts)
