"""Readers of lists that other programs made."""

from armillary.sources.lists.scored_terms import read_scored_terms

__all__ = ["read_scored_terms"]
