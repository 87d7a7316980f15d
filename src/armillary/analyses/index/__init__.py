"""Composite indicators, in the order of the OECD/JRC Handbook."""

from armillary.analyses.index.audit import audit
from armillary.analyses.index.compute import compute, inputs_of
from armillary.analyses.index.raw_values import raw_values

__all__ = ["audit", "compute", "inputs_of", "raw_values"]
