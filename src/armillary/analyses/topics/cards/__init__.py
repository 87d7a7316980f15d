"""Indicators of topics with the works behind each number, and the card of emergence."""

from armillary.analyses.topics.cards.card import CardRule
from armillary.analyses.topics.cards.facts import Facts, facts_of
from armillary.analyses.topics.cards.topic_cards import (
    Cards,
    IndicatorRule,
    topic_cards,
    works_behind,
)

__all__ = [
    "CardRule",
    "Cards",
    "Facts",
    "IndicatorRule",
    "facts_of",
    "topic_cards",
    "works_behind",
]
