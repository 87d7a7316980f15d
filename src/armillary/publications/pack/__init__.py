"""The open data pack: every published table as CSV and Parquet, described for people and tools."""

from armillary.publications.pack.package import PackSummary, write_pack

__all__ = ["PackSummary", "write_pack"]
