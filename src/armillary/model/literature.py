"""What may be asked of a topic map."""

from __future__ import annotations

import msgspec


class TopicRecipe(msgspec.Struct, frozen=True, kw_only=True):
    """Every choice that makes a topic map; the same recipe gives the same map.

    Args:
        topics: Number of topics wanted.
        hot: Length of the list of hot topics.
        growing: Most topics in the list of growing ones; only those that can be told from noise
            are listed.
        recent_years: Years of the recent window; the window before it is as long.
        last_year: Last complete year; later works are left off the map. None takes the last
            year with at least half the works of the year before.
        seed: Seed of the clustering.
        trend_years: Years of the trend, ending with the recent window.
        min_works: Fewest works of a topic; smaller clusters are merged.
        citation_share: Works are related by direct citation where at least this share of them
            cites, or is cited by, another work of the corpus; else by their text. 0 asks for
            citations, 1.1 for text.
        text_share: Share of the relatedness that comes from text where works are related by
            citation. 0 asks for citations alone.
        neighbours: Nearest neighbours each work names when related by text.
        terms: Characteristic terms kept for each topic.
    """

    topics: int = 100
    hot: int = 20
    growing: int = 10
    recent_years: int = 3
    last_year: int | None = None
    seed: int = 1
    trend_years: int = 6
    min_works: int = 10
    citation_share: float = 0.6
    text_share: float = 0.4
    neighbours: int = 15
    terms: int = 10


class TopicDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What an expert decided about one topic; one row of `decisions/topics.csv`.

    Topics are named anew by every build, so a decision says which topic it is about by some of
    its works: the topic that holds most of them is meant.

    Args:
        topics: Topic map in observatory.toml.
        action: rename, merge, split, hide; choose or reject as an emerging technology.
        works: Works that stand for the topic.
        other: merge: works that stand for the second topic; split: works that leave the topic.
        terms: split: works that use one of them leave the topic; choose and reject: rising
            terms the decision is about.
        label_en: Name in English; of the new topic for a split.
        label_zh: Name in Chinese.
        by: Who decided.
        date: When, ISO 8601.
        why: The reason, shown to readers.
        line: Line of the file.
    """

    topics: str
    action: str
    works: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    label_en: str | None = None
    label_zh: str | None = None
    by: str | None = None
    date: str | None = None
    why: str | None = None
    line: int = 0
