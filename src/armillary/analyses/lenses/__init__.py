"""Lenses: which works are about the goals of a list, by the queries others have written."""

from armillary.analyses.lenses.goals import LensFinding, look, shares_of_goals

__all__ = ["LensFinding", "look", "shares_of_goals"]
