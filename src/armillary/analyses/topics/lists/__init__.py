"""Lists of topics by open rules, side by side: each says its rule and its parameters."""

from armillary.analyses.topics.lists.baselines import growth_list, size_list
from armillary.analyses.topics.lists.bursts import BurstRule, bursts_of_clusters, bursts_of_terms
from armillary.analyses.topics.lists.every_list import ListRule, open_lists
from armillary.analyses.topics.lists.fronts import FrontRule, research_fronts
from armillary.analyses.topics.lists.open_list import OpenList, list_tables
from armillary.analyses.topics.lists.prominence import ProminenceRule, prominence_list

__all__ = [
    "BurstRule",
    "FrontRule",
    "ListRule",
    "OpenList",
    "ProminenceRule",
    "bursts_of_clusters",
    "bursts_of_terms",
    "growth_list",
    "list_tables",
    "open_lists",
    "prominence_list",
    "research_fronts",
    "size_list",
]
