"""The PDF reports: one document for each language, every number read from the store."""

from armillary.publications.report.document import ReportSummary, write_report
from armillary.publications.report.topic_report import write_topic_report
from armillary.publications.report.topics import topic_report_name

__all__ = ["ReportSummary", "topic_report_name", "write_report", "write_topic_report"]
