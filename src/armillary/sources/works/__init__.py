"""Publications and patents: the export formats of databases."""

from __future__ import annotations

from armillary.sources.works.formats import detect_format, formats, read_works
from armillary.sources.works.repeats import settle_files

__all__ = ["detect_format", "formats", "read_works", "settle_files"]
