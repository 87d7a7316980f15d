"""Composite indicators, in the order of the OECD/JRC Handbook."""

from armillary.analyses.index.compute import compute

__all__ = ["compute"]
