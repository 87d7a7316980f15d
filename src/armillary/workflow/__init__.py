"""The whole road: which step needs which, what is stale, and how a build is made safe."""

from armillary.workflow.build import BuildSummary, build
from armillary.workflow.check import CheckSummary, check
from armillary.workflow.new import new, templates

__all__ = ["BuildSummary", "CheckSummary", "build", "check", "new", "templates"]
