"""The PDF report: one document for each language, every number read from the store."""

from armillary.publications.report.document import ReportSummary, write_report

__all__ = ["ReportSummary", "write_report"]
