"""Counts policy initiatives by code, year, issuer and area; each counts once in each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from ibis import _

if TYPE_CHECKING:
    from armillary.model.table import Table


def by_theme(initiatives: Table, facets: Table) -> Table:
    """Count initiatives by theme; see `by_facet`. No method of its own: it counts."""
    return by_facet(initiatives, facets, facet="theme")


def by_theme_and_year(initiatives: Table, facets: Table) -> Table:
    """Count initiatives by theme and year; see `by_facet_and_year`.

    No method of its own: it counts.
    """
    return by_facet_and_year(initiatives, facets, facet="theme")


def by_facet(initiatives: Table, facets: Table, *, facet: str) -> Table:
    """Count initiatives by code of one facet.

    An initiative with three themes counts in each of them, so the counts add up to more
    than there are initiatives; one that a source names twice under a code counts once.
    No method of its own: it counts.

    Args:
        initiatives: One row per initiative, as table `initiative`.
        facets: One row per initiative, facet and code, as table `initiative_facet`.
        facet: theme, instrument, target_group or tag.

    Returns:
        One row per code: `code`, `name_en`, `name_zh`, `n_initiatives`; most first.
    """
    counted = _coded(initiatives, facets, facet).group_by("code").agg(n_initiatives=_.count())
    return (
        counted.join(_names(facets, facet), "code")
        .select("code", "name_en", "name_zh", "n_initiatives")
        .order_by([ibis.desc("n_initiatives"), "code"])
    )


def by_facet_and_year(initiatives: Table, facets: Table, *, facet: str) -> Table:
    """Count initiatives by code of one facet and year of their date.

    No method of its own: it counts.

    Args:
        initiatives: One row per initiative, as table `initiative`.
        facets: One row per initiative, facet and code, as table `initiative_facet`.
        facet: theme, instrument, target_group or tag.

    Returns:
        One row per code and year that occurs: `code`, `name_en`, `name_zh`, `year` (null
        where the date is not known), `n_initiatives`; by code and year, null last.
    """
    counted = (
        _coded(initiatives, facets, facet).group_by("code", "year").agg(n_initiatives=_.count())
    )
    return (
        counted.join(_names(facets, facet), "code")
        .select("code", "name_en", "name_zh", "year", "n_initiatives")
        .order_by(["code", _.year.isnull(), "year"])
    )


def by_year(initiatives: Table) -> Table:
    """Count initiatives by year of their date.

    No method of its own: it counts.

    Args:
        initiatives: One row per initiative, as table `initiative`.

    Returns:
        One row per year that occurs: `year` (null where the date is not known),
        `n_initiatives`; by year, null last.
    """
    counted = _dated(initiatives).group_by("year").agg(n_initiatives=_.count())
    return counted.order_by([_.year.isnull(), "year"])


def by_area(initiatives: Table) -> Table:
    """Count initiatives by area.

    No method of its own: it counts.

    Args:
        initiatives: One row per initiative, as table `initiative`.

    Returns:
        One row per area: `REF_AREA`, `area_name` (either null where the source has none),
        `n_initiatives`; most first.
    """
    key = ibis.coalesce(_.REF_AREA, _.area_name)
    counted = (
        initiatives.mutate(area=key)
        .group_by("area")
        .agg(REF_AREA=_.REF_AREA.max(), area_name=_.area_name.max(), n_initiatives=_.count())
    )
    return counted.order_by([ibis.desc("n_initiatives"), _.area.isnull(), "area"]).drop("area")


def by_issuer(initiatives: Table, *, language: str = "en") -> Table:
    """Count initiatives by issuing organisation; one with several counts for each.

    No method of its own: it counts.

    Args:
        initiatives: One row per initiative, as table `initiative`; organisations that share
            one are separated by semicolons.
        language: "en" or "zh": which name is counted. Initiatives without it are not.

    Returns:
        One row per organisation: `issuer`, `n_initiatives`; most first.
    """
    named = initiatives.select("initiative", text=f"issuer_{language}").filter(_.text.notnull())
    apart = named.select("initiative", issuer=_.text.replace("；", ";").split(";").unnest())
    once = apart.mutate(issuer=_.issuer.strip()).filter(_.issuer != "").distinct()
    counted = once.group_by("issuer").agg(n_initiatives=_.count())
    return counted.order_by([ibis.desc("n_initiatives"), "issuer"])


def _dated(initiatives: Table) -> Table:
    return initiatives.select("initiative", year=_.date.substr(0, 4).cast("int64"))


def _coded(initiatives: Table, facets: Table, facet: str) -> Table:
    codes = facets.filter(_.facet == facet).select("initiative", "code").distinct()
    return codes.join(_dated(initiatives), "initiative")


def _names(facets: Table, facet: str) -> Table:
    """Name each code once, whichever source named it."""
    named = facets.filter(_.facet == facet).group_by("code")
    return named.agg(name_en=_.name_en.max(), name_zh=_.name_zh.max())
