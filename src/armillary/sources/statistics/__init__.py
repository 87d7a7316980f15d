"""Statistical tables: spreadsheets, yearbooks, bulletins, SDMX."""

from __future__ import annotations

from armillary.sources.statistics.mapping import Mapping, read_mapping
from armillary.sources.statistics.reading import read_areas, read_statistics

__all__ = ["Mapping", "read_areas", "read_mapping", "read_statistics"]
