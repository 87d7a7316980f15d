"""What a policy register holds: counts by theme, year, issuer and area."""

from armillary.analyses.policy.counts import (
    by_area,
    by_facet,
    by_facet_and_year,
    by_issuer,
    by_theme,
    by_theme_and_year,
    by_year,
)

__all__ = [
    "by_area",
    "by_facet",
    "by_facet_and_year",
    "by_issuer",
    "by_theme",
    "by_theme_and_year",
    "by_year",
]
