"""R&D statistics by the Frascati Manual."""

from armillary.analyses.statistics.identities import additivity, area_additivity
from armillary.analyses.statistics.structure import structure

__all__ = ["additivity", "area_additivity", "structure"]
