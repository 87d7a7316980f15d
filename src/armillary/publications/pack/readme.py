"""The README of a pack, in English and then in Chinese."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from armillary import __version__
from armillary.model.observatory import LANGUAGES
from armillary.publications.numbers import format_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from armillary.model.observatory import Observatory

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~])")


@cache
def catalogue() -> dict[str, dict[str, dict[str, str]]]:
    """Return the texts: group, then key, then language."""
    text = files("armillary.publications.pack").joinpath("locale.toml").read_text("utf-8")
    held: dict[str, dict[str, dict[str, str]]] = tomllib.loads(text)
    return held


def readme(observatory: Observatory, *, counts: Mapping[str, int], withheld: Sequence[str]) -> str:
    """Return the README: what the tables hold, how to read them, what is kept back.

    Args:
        observatory: The definition.
        counts: Rows of each table of the pack.
        withheld: Works sources not published in full.
    """
    parts = [
        _in_language(observatory, language, counts=counts, withheld=withheld)
        for language in LANGUAGES
    ]
    return "\n---\n\n".join(parts)


def _in_language(
    observatory: Observatory, language: str, *, counts: Mapping[str, int], withheld: Sequence[str]
) -> str:
    words = {key: texts[language] for key, texts in catalogue()["readme"].items()}
    tables = catalogue()["tables"]
    title = escaped(observatory.title.in_language(language))
    institute = escaped(observatory.institute.in_language(language))
    listed = [
        f"| `{name}` | {format_number(n, language=language, decimals=0)} "
        f"| {tables[name][language] if name in tables else ''} |"
        for name, n in counts.items()
    ]
    kept_back = (
        words["withheld"].format(sources=", ".join(f"`{source}`" for source in withheld))
        if withheld
        else words["none_withheld"]
    )
    stop = ". " if language == "en" else "："
    lines = [
        f"# {title}: {words['heading']}" if language == "en" else f"# {title}：{words['heading']}",
        words["intro"],
        f"## {words['tables']}",
        "\n".join(
            [
                f"| {words['table']} | {words['rows']} | {words['holds']} |",
                "|---|---:|---|",
                *listed,
            ]
        ),
        f"## {words['reading']}",
        *(words[key] for key in ("format", "formula", "flags", "values")),
        f"## {words['records']}",
        words["rule"],
        kept_back,
        f"## {words['cite']}",
        words["citation"].format(
            institute=institute + stop if institute else "", title=title, version=__version__
        ),
    ]
    if observatory.licence:
        lines.append(words["licence"].format(licence=escaped(observatory.licence)))
    return "\n\n".join(lines) + "\n"


def escaped(text: str) -> str:
    r"""Return a text that Markdown shows as it is.

    Examples:
        >>> escaped("a *b* <c>")
        'a \\*b\\* \\<c\\>'
    """
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
