"""Readers of lenses: sets of queries that others have written."""

from armillary.sources.lenses.aurora import read_goals
from armillary.sources.lenses.scopus_query import parse_query

__all__ = ["parse_query", "read_goals"]
