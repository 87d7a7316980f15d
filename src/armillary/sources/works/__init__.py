"""Publications and patents: the export formats of databases."""

from __future__ import annotations

from armillary.sources.works.formats import detect_format, formats, read_works

__all__ = ["detect_format", "formats", "read_works"]
