"""Policy registers, STIP Compass exports and lists of documents as initiatives."""

from armillary.sources.policies.reading import read_policies

__all__ = ["read_policies"]
