"""Checks that parts add up to their total, and areas to the whole they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis

from armillary.analyses.statistics.series import TOTAL, breakdown
from armillary.model.columns import columns_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armillary.model.table import Table

_MOST_DECIMALS = 6


def additivity(
    observations: Table,
    *,
    analysis: str,
    indicator: str,
    dimension: str,
    relative_tolerance: float = 0.0,
) -> Table:
    """Find areas and years in which the parts do not add up to the total.

    Rounding explains half a unit of the last decimal for each part and for the total; the
    number of decimals is the largest seen in the dataflow (up to 6). Where a part is missing,
    or absent though the dataflow has it elsewhere, the sum may only fall short; then nothing
    is found unless it exceeds the total.
    Source: OECD (2015), Frascati Manual, doi:10.1787/9789264239012-en, ch. 4: GERD is the sum
    of its sectors.

    Args:
        observations: Table `observation`, of the sources of the analysis.
        analysis: Name in observatory.toml.
        indicator: INDICATOR code.
        dimension: Dimension whose codes other than `_T` are parts that exclude each other.
        relative_tolerance: Share of the total allowed beyond rounding, for sources that store
            numbers in single precision.

    Returns:
        Table `finding`, one row for each area and year that does not add up.

    Raises:
        StatisticsError: The indicator has no such breakdown, or two numbers for one cell.
    """
    own = breakdown(observations, indicator=indicator, dimension=dimension, analysis=analysis)
    parts = own.filter(own.code != TOTAL)
    codes = parts.group_by("DATAFLOW").aggregate(n_codes=parts.code.nunique())
    sums = parts.group_by("REF_AREA", "year", "DATAFLOW", "UNIT_MEASURE", "PRICE_BASE").aggregate(
        found=parts.multiplied.sum(), n_parts=parts.multiplied.count()
    )
    sums = sums.join(codes, "DATAFLOW").join(_half_units(own), "DATAFLOW")
    totals = own.filter((own.code == TOTAL) & own.multiplied.notnull())
    keys = ["REF_AREA", "year", "DATAFLOW", "UNIT_MEASURE", "PRICE_BASE"]
    both = totals.select(*keys, "INDICATOR", "TIME_PERIOD", "multiplied").join(sums, keys)
    both = both.rename(expected="multiplied")
    return _findings(
        both,
        analysis=analysis,
        rule=ibis.literal(f"parts of {dimension} add up to the total"),
        relative_tolerance=relative_tolerance,
        complete=both.n_parts == both.n_codes,
        message=ibis.literal(f"the parts of {dimension} and their total differ by "),
    )


def area_additivity(
    observations: Table,
    *,
    analysis: str,
    indicator: str,
    dimension: str,
    whole: str,
    areas: Sequence[str],
    relative_tolerance: float = 0.0,
) -> Table:
    """Find years and codes in which areas do not add up to the whole they make up.

    No method of its own: expenditure within the parts of a territory is that within the whole.

    Args:
        observations: Table `observation`, of the sources of the analysis.
        analysis: Name in observatory.toml.
        indicator: INDICATOR code.
        dimension: Dimension; each of its codes is checked, the total too.
        whole: Area code of the whole, e.g. CHN.
        areas: Area codes that together are the whole, e.g. all provinces.
        relative_tolerance: As for `additivity`.

    Returns:
        Table `finding`, one row for each year and code that does not add up.

    Raises:
        StatisticsError: The indicator has no such breakdown, or two numbers for one cell.
    """
    own = breakdown(observations, indicator=indicator, dimension=dimension, analysis=analysis)
    parts = own.filter(own.REF_AREA.isin(list(areas)))
    keys = ["year", "code", "DATAFLOW", "UNIT_MEASURE", "PRICE_BASE"]
    sums = parts.group_by(*keys).aggregate(
        found=parts.multiplied.sum(), n_parts=parts.multiplied.count()
    )
    sums = sums.join(_half_units(own), "DATAFLOW")
    wholes = own.filter((whole == own.REF_AREA) & own.multiplied.notnull())
    both = wholes.select("REF_AREA", *keys, "INDICATOR", "TIME_PERIOD", "multiplied")
    both = both.join(sums, keys).rename(expected="multiplied")
    return _findings(
        both,
        analysis=analysis,
        rule=ibis.literal(f"areas add up to {whole}: {dimension}=") + both.code,
        relative_tolerance=relative_tolerance,
        complete=both.n_parts == len(set(areas)),
        message=ibis.literal(f"{len(set(areas))} areas and {whole} differ by "),
    )


def _half_units(own: Table) -> Table:
    """Half a unit of the last decimal each dataflow prints, in plain units."""
    value = own.OBS_VALUE
    decimals: Any = ibis.literal(_MOST_DECIMALS)
    for places in reversed(range(_MOST_DECIMALS)):
        factor = 10.0**places
        whole = (value * factor - (value * factor).round()).abs() < 1e-6 * (1 + value.abs())
        decimals = whole.ifelse(ibis.literal(places), decimals)
    own = own.mutate(decimals=decimals).filter(value.notnull())
    flows = own.group_by("DATAFLOW").aggregate(
        decimals=own.decimals.max(), mult=own.UNIT_MULT.max()
    )
    power = flows.mult.cast("float64") - flows.decimals.cast("float64")
    return flows.select("DATAFLOW", half_unit=ibis.literal(10.0).pow(power) * 0.5)


def _findings(
    both: Table,
    *,
    analysis: str,
    rule: Any,
    relative_tolerance: float,
    complete: Any,
    message: Any,
) -> Table:
    rounding = (both.n_parts + 1) * both.half_unit
    relative = both.expected.abs() * relative_tolerance
    # the last term is what adding up binary fractions may itself leave over
    bound = ibis.greatest(rounding, relative) + both.expected.abs() * 1e-12
    checked = both.mutate(
        analysis=ibis.literal(analysis), rule=rule, tolerance=bound, complete=complete
    )
    gap = checked.found - checked.expected
    beyond = checked.complete.ifelse(gap.abs() > checked.tolerance, gap > checked.tolerance)
    wrong = checked.filter(beyond)
    share = ((wrong.found - wrong.expected) / wrong.expected.nullif(0) * 100).round(3)
    wrong = wrong.mutate(
        message=message
        + (wrong.found - wrong.expected).round(6).cast("string")
        + ibis.coalesce(ibis.literal(" (") + share.cast("string") + " %)", ibis.literal(""))
    )
    names = [column.column for column in columns_of("finding")]
    return wrong.select(*names).order_by("rule", "INDICATOR", "REF_AREA", "TIME_PERIOD")
