"""Rising topics: clusters that are likely to grow, and how often such lists came true."""

from armillary.analyses.topics.rising.at_origin import RisingRecipe, TopicsAt, topics_at
from armillary.analyses.topics.rising.dated import DatedWorks, dated_works
from armillary.analyses.topics.rising.subjects import Subject
from armillary.analyses.topics.rising.topics_list import (
    PastTopics,
    TopicLists,
    backtest_past,
    backtest_topics,
    past_topics,
    rising_topics,
)

__all__ = [
    "DatedWorks",
    "PastTopics",
    "RisingRecipe",
    "Subject",
    "TopicLists",
    "TopicsAt",
    "backtest_past",
    "backtest_topics",
    "dated_works",
    "past_topics",
    "rising_topics",
    "topics_at",
]
