"""One work, several records: which records are the same work, and the row they make together."""

from __future__ import annotations

from armillary.sources.works.merging.decisions import read_decisions
from armillary.sources.works.merging.merge import Merged, merge_works
from armillary.sources.works.merging.rules import MergeRules

__all__ = ["MergeRules", "Merged", "merge_works", "read_decisions"]
