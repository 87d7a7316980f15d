"""Names of the indicators, attributes, notes and lists of topics, in every language of pages."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache
def topic_words() -> dict[str, dict[str, str]]:
    """Return every text by its key, then by language.

    Examples:
        >>> topic_words()["cards.attribute.fast_growth"]["en"]
        'Relatively fast growth'
    """
    text = files("armillary.model").joinpath("topic_words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def topic_word(key: str, *, language: str) -> str:
    """Return one text; a key without one is its own text, so that a list of others can be shown.

    Args:
        key: Such as "cards.indicator.mncs", "lists.name.prominence".
        language: en or zh.

    Examples:
        >>> topic_word("cards.word.strong", language="zh"), topic_word("x", language="en")
        ('强', 'x')
    """
    return topic_words().get(key, {}).get(language, key)
