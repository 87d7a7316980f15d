"""The lists of a topic map as the pages show them: our own with their odds, others by rule."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from armillary.model.topic_words import topic_word
from armillary.publications.site.backtest_facts import Backtest, backtests
from armillary.publications.site.topic_detail import by, rows_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.model.observatory import TopicsDefinition
    from armillary.publications.site.core import Site
    from armillary.publications.site.words import Words

Row = dict[str, Any]
OURS = ("rising topics", "rising terms", "young terms")
_FIRST = 10
_TAIL = 0.05
# What analyses note in English, by pattern, and the text that says it in every language.
_NOTES = (
    (re.compile(r"cannot be told from noise"), ""),
    (re.compile(r"(\d+)\s?% found again on maps by other seeds"), "lists.note.found_again"),
    (re.compile(r"([\d,]+) citations of its recent works"), "lists.note.citations"),
    (re.compile(r"([\d,]+) citing works"), "lists.note.citing"),
    (re.compile(r"mean year ([\d.]+)"), "lists.note.mean_year"),
    (re.compile(r"CPT ([\d.]+)"), "lists.note.cpt"),
    (re.compile(r"(\d{4}-\d{4})"), "lists.note.years"),
)


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """How many of the first entries may be expected to meet the outcome.

    Args:
        n: Entries.
        mean: Mean number.
        low: Fewest; one chance in twenty lies below.
        high: Most; one chance in twenty lies above.
        blind: Mean number among as many candidates chosen blindly; None where not known.
    """

    n: int
    mean: float
    low: int
    high: int
    blind: float | None


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One list.

    Args:
        name: Its name in the store.
        entries: Rows of `topic_list`, best first.
        rule: Row of `topic_list_rule`; None where the rule was not written down.
        backtest: Its backtest; None where it has none.
        expected: What may be expected of the first entries; None without probabilities.
    """

    name: str
    entries: list[Row]
    rule: Row | None
    backtest: Backtest | None
    expected: Expected | None

    @property
    def key(self) -> str:
        """Its name in addresses and keys of texts."""
        return re.sub(r"[^a-z0-9]+", "_", self.name.lower()).strip("_")


def lists_of(site: Site, definition: TopicsDefinition) -> dict[str, Listed]:
    """Return all lists of a topic map: our own first, then the others in their order.

    Args:
        site: The site.
        definition: The topic map.
    """
    return site.keep(f"topic_lists:{definition.id}", lambda: _read(site, definition))


def _read(site: Site, definition: TopicsDefinition) -> dict[str, Listed]:
    entries = by(
        sorted(rows_of(site, "topic_list", corpus=definition.id), key=lambda row: row["rank"]),
        "list",
    )
    rules = {row["list"]: row for row in rows_of(site, "topic_list_rule", corpus=definition.id)}
    tested = backtests(site, definition)
    others = sorted(
        {*entries, *rules} - {*OURS},
        key=lambda name: (rules[name]["position"] if name in rules else 99, name),
    )
    ours = [name for name in OURS if name in entries or name in rules or name in tested]
    return {
        name: Listed(
            name=name,
            entries=entries.get(name, []),
            rule=rules.get(name),
            backtest=tested.get(name),
            expected=expected(entries.get(name, [])),
        )
        for name in (*ours, *others)
    }


def expected(entries: Sequence[Row], *, n: int = _FIRST) -> Expected | None:
    """Say how many of the first entries may meet the outcome, from their probabilities.

    The number is a sum of independent draws (Poisson binomial distribution).

    Args:
        entries: Rows of `topic_list`, best first.
        n: How many of the first are counted.
    """
    first = entries[:n]
    told = [row["probability"] for row in first if row["probability"] is not None]
    if not told or len(told) < len(first):
        return None
    chances = [1.0]
    for p in told:
        chances = [
            (chances[k] * (1 - p) if k < len(chances) else 0.0) + (chances[k - 1] * p if k else 0.0)
            for k in range(len(chances) + 1)
        ]
    base = first[0]["base_rate"]
    return Expected(
        n=len(told),
        mean=sum(told),
        low=_quantile(chances, _TAIL),
        high=_quantile(chances, 1 - _TAIL),
        blind=None if base is None else base * len(told),
    )


def _quantile(chances: Sequence[float], at: float) -> int:
    total = 0.0
    for k, chance in enumerate(chances):
        total += chance
        if total >= at - 1e-12:
            return k
    return len(chances) - 1


def list_name(name: str, words: Words) -> str:
    """Return the name of a list in the language of the page.

    Args:
        name: Name in the store.
        words: The language.
    """
    if name in OURS:
        return words(f"lists.own.{name.replace(' ', '_')}")
    told = topic_word(f"lists.name.{name}", language=words.language)
    return name if told.startswith("lists.name.") else told


def note_said(note: str | None, words: Words) -> list[tuple[str, bool]]:
    """Return what a list notes of an entry, each part with whether it is in the language.

    Args:
        note: Parts joined by semicolons.
        words: The language.
    """
    found: list[tuple[str, bool]] = []
    for part in filter(None, (p.strip() for p in (note or "").split(";"))):
        for pattern, key in _NOTES:
            match = pattern.fullmatch(part)
            if match:
                if key:
                    said = match[1] if match.groups() else ""
                    found.append((words(key, what=said.replace("-", "–")), True))
                break
        else:
            found.append((part, words.language == "en"))
    return found
