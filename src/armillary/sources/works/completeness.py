"""How much of each year's works holds what an analysis needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

if TYPE_CHECKING:
    from ibis.expr.types import ArrayValue, BooleanValue

    from armillary.model.table import Table


def completeness(works: Table) -> Table:
    """Return the share of works with abstract, references, countries and keywords by year.

    An empty list and a missing one count alike: there is nothing to analyse.

    Source: a count of our own; no method is applied.

    Args:
        works: Table `work`.

    Returns:
        Table `completeness`, one row per source and year (null: works without a year).
    """
    return (
        works.group_by("source", "year")
        .agg(
            n_works=works.count(),
            abstract=_share(works.abstract.length().fill_null(0) > 0),
            references=_share(_filled(works.references)),
            countries=_share(_filled(works.countries)),
            keywords=_share(_filled(works.keywords)),
        )
        .order_by("source", ibis.asc("year", nulls_first=False))
    )


def _filled(lists: ArrayValue) -> BooleanValue:
    return lists.length().fill_null(0) > 0


def _share(held: BooleanValue) -> ibis.expr.types.FloatingScalar:
    return held.cast("float64").mean()
