"""What may be asked of a topic map."""

from __future__ import annotations

import msgspec


class TopicRecipe(msgspec.Struct, frozen=True, kw_only=True):
    """Every choice that makes a topic map; the same recipe gives the same map.

    Args:
        topics: Number of topics wanted.
        clusters: Number of clusters of topics wanted; 0 makes none.
        areas: Number of areas of clusters wanted; 0 makes none. Areas need clusters.
        hot: Length of the list of hot topics.
        growing: Most topics in the list of growing ones; only those that can be told from noise
            are listed.
        recent_years: Years of the recent window; the window before it is as long.
        last_year: Last complete year; later works are left off the map. None takes the last
            year with at least half the works of the year before.
        seed: Seed of the clustering.
        trend_years: Years of the trend, ending with the recent window.
        min_works: Fewest works of a topic; smaller clusters are merged.
        relatedness: How works are related: direct citation; extended direct citation;
            bibliographic coupling; co-citation; text; combined (extended direct citation, or
            direct citation where references are not known, and text). auto takes combined
            where citations reach enough works, else text.
        citation_share: A citation relation is used where it relates at least this share of the
            works; otherwise auto goes by text, and a relation asked for by name is refused.
        text_share: Share of the relatedness that comes from text where works are related by
            citation and text together. 0 asks for citations alone.
        neighbours: Nearest neighbours each work names when related by text.
        terms: Characteristic terms kept for each topic.
        runs: Clusterings whose agreement makes the topics; 1 takes a single one.
        resamplings: Maps made again from resampled relations to measure the stability of each
            topic; 0 leaves it unmeasured.
    """

    topics: int = 100
    clusters: int = 0
    areas: int = 0
    hot: int = 20
    growing: int = 10
    recent_years: int = 3
    last_year: int | None = None
    seed: int = 1
    trend_years: int = 6
    min_works: int = 10
    relatedness: str = "auto"
    citation_share: float = 0.6
    text_share: float = 0.4
    neighbours: int = 15
    terms: int = 10
    runs: int = 20
    resamplings: int = 0
