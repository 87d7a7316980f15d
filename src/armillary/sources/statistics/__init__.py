"""Statistical tables: spreadsheets, yearbooks, bulletins, SDMX."""

from __future__ import annotations

from armillary.sources.statistics.mapping import Mapping
from armillary.sources.statistics.mapping_file import read_mapping
from armillary.sources.statistics.reading import read_areas, read_statistics

__all__ = ["Mapping", "read_areas", "read_mapping", "read_statistics"]
