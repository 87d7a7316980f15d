"""Topics: what a corpus of publications or patents is about, and which topics grow."""

from armillary.analyses.topics.recovery import recovery
from armillary.analyses.topics.topic_map import TopicMap, map_topics

__all__ = ["TopicMap", "map_topics", "recovery"]
