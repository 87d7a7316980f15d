"""Levels, shares and growth, worked by hand, on both engines."""

from __future__ import annotations

import pytest

from armillary.analyses.statistics.structure import structure
from armillary.errors import StatisticsError
from armillary.model.columns import table_of


def cell(year, code, value, **changes):
    return {
        "source": "msti",
        "origin": "o1",
        "locator": f"B{year}{code}",
        "DATAFLOW": "RD",
        "INDICATOR": "GERD",
        "REF_AREA": "CHN",
        "TIME_PERIOD": str(year),
        "SECT_PERF": code,
        "SECT_FUND": "_T",
        "TYPE_RD": "_T",
        "FORD": "_Z",
        "SEX": "_Z",
        "DIMENSIONS": "",
        "OBS_VALUE": value,
        "OBS_STATUS": "A",
        "UNIT_MEASURE": "CNY",
        "UNIT_MULT": 6,
        "PRICE_BASE": "V",
        "VINTAGE": "2024",
    } | changes


def derive(frame, rows, *cells):
    """Rows (operation, year, code, value, status, reason) of CHN."""
    table = structure(
        frame(table_of("observation", cells)),
        analysis="rd",
        indicator="GERD",
        dimension="SECT_PERF",
    )
    return {
        (operation, year, code): (value, status, reason)
        for operation, year, code, value, status, reason in rows(
            table.select("operation", "TIME_PERIOD", "code", "OBS_VALUE", "OBS_STATUS", "reason")
        )
    }


def test_levels_shares_and_growth_are_those_worked_by_hand(frame, rows):
    found = derive(
        frame,
        rows,
        cell(2020, "_T", 200.0),
        cell(2020, "BES", 150.0, OBS_STATUS="P"),
        cell(2021, "_T", 250.0),
        cell(2021, "BES", 180.0, OBS_STATUS="E"),
    )

    assert found == {
        ("level", "2020", "_T"): (200.0, "A", None),
        ("level", "2020", "BES"): (150.0, "P", None),
        ("level", "2021", "_T"): (250.0, "A", None),
        ("level", "2021", "BES"): (180.0, "E", None),
        ("share", "2020", "_T"): (100.0, "A", None),
        ("share", "2020", "BES"): (75.0, "A P", None),
        ("share", "2021", "_T"): (100.0, "A", None),
        ("share", "2021", "BES"): (72.0, "A E", None),
        ("growth", "2020", "_T"): (None, "A", "no value for 2019"),
        ("growth", "2020", "BES"): (None, "P", "no value for 2019"),
        ("growth", "2021", "_T"): (pytest.approx(25.0), "A", None),
        ("growth", "2021", "BES"): (pytest.approx(20.0), "E P", None),
    }


def test_the_power_of_ten_of_each_value_counts(frame, rows):
    found = derive(
        frame,
        rows,
        cell(2020, "_T", 2.0, UNIT_MULT=8),
        cell(2020, "BES", 150.0),
        cell(2021, "BES", 300_000.0, UNIT_MULT=3),
    )

    assert found["share", "2020", "BES"][0] == pytest.approx(75.0)
    assert found["growth", "2021", "BES"][0] == pytest.approx(100.0)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"OBS_STATUS": "B"}, "break in series in 2021"),
        ({"OBS_STATUS": "B P"}, "break in series in 2021"),
        ({"OBS_STATUS": "D"}, "definition differs between 2020 and 2021"),
        ({"UNIT_MEASURE": "USD"}, "unit of measure changed"),
        ({"PRICE_BASE": "Q"}, "price base changed"),
        ({"DATAFLOW": "OTHER"}, "the two years are of different dataflows"),
        ({"OBS_VALUE": None, "OBS_STATUS": "M"}, "missing in 2021"),
    ],
)
def test_growth_is_refused_where_the_years_cannot_be_compared(frame, rows, changes, reason):
    found = derive(
        frame,
        rows,
        cell(2020, "BES", 100.0),
        cell(2021, "BES", 400.0, **changes),
        cell(2022, "BES", 500.0),
    )

    value, status, said = found["growth", "2021", "BES"]
    assert (value, said) == (None, reason)
    assert set(changes.get("OBS_STATUS", "A").split()) <= set(status.split())


def test_growth_resumes_after_a_break(frame, rows):
    found = derive(frame, rows, cell(2020, "BES", 400.0, OBS_STATUS="B"), cell(2021, "BES", 500.0))

    assert found["growth", "2021", "BES"] == (pytest.approx(25.0), "A B", None)


def test_growth_never_jumps_a_gap_year(frame, rows):
    found = derive(frame, rows, cell(2019, "BES", 100.0), cell(2021, "BES", 121.0))

    assert found["growth", "2021", "BES"] == (None, "A", "no value for 2020")


def test_a_missing_value_is_no_zero(frame, rows):
    found = derive(
        frame,
        rows,
        cell(2020, "_T", 200.0),
        cell(2020, "BES", None, OBS_STATUS="L"),
        cell(2021, "_T", None, OBS_STATUS="M"),
        cell(2021, "BES", 100.0),
        cell(2022, "BES", 110.0),
    )

    assert found["level", "2020", "BES"] == (None, "L", "missing in 2020")
    assert found["share", "2020", "BES"] == (None, "A L", "missing in 2020")
    assert found["share", "2021", "BES"] == (None, "A M", "total missing in 2021")
    assert found["share", "2022", "BES"] == (None, "A", "no total for 2022")
    assert found["growth", "2021", "BES"] == (None, "A L", "missing in 2020")


def test_a_zero_total_and_a_zero_year_before_give_no_number(frame, rows):
    found = derive(
        frame, rows, cell(2020, "_T", 0.0), cell(2020, "BES", 0.0), cell(2021, "BES", 5.0)
    )

    assert found["share", "2020", "BES"] == (None, "A", "total is zero")
    assert found["growth", "2021", "BES"] == (None, "A", "value of 2020 is not above zero")


def test_the_latest_vintage_with_a_value_counts(frame, rows):
    found = derive(
        frame,
        rows,
        cell(2020, "BES", 100.0, VINTAGE="2022", origin="o0"),
        cell(2020, "BES", 110.0, VINTAGE="2023"),
        cell(2020, "BES", None, VINTAGE="2024", origin="o2"),
    )

    assert found["level", "2020", "BES"][0] == 110.0


def test_a_total_from_a_table_without_the_parts_is_left_aside(frame, rows):
    found = derive(
        frame,
        rows,
        cell(2020, "_T", 200.0),
        cell(2020, "BES", 150.0),
        cell(2020, "_T", 201.0, DATAFLOW="BULLETIN", origin="o2"),
    )

    assert found["level", "2020", "_T"][0] == 200.0


def test_two_numbers_for_one_cell_are_refused_and_both_named(frame, rows):
    with pytest.raises(StatisticsError) as refused:
        derive(
            frame,
            rows,
            cell(2020, "BES", 150.0),
            cell(2020, "BES", 151.0, DATAFLOW="MSTI", origin="o2", locator="C9"),
        )

    assert "150 x 10^6 CNY (RD, file o1, B2020BES)" in refused.value.problem
    assert "151 x 10^6 CNY (MSTI, file o2, C9)" in refused.value.problem


def test_the_same_number_in_two_tables_is_one_observation(frame, rows):
    found = derive(
        frame,
        rows,
        cell(2020, "BES", 150.0),
        cell(2020, "BES", 0.15, UNIT_MULT=9, DATAFLOW="RD2", origin="o2"),
    )

    assert len(found) == 3


def test_an_unknown_indicator_offers_the_nearest_one(frame):
    with pytest.raises(StatisticsError, match="No observation has") as refused:
        structure(
            frame(table_of("observation", [cell(2020, "BES", 1.0)])),
            analysis="rd",
            indicator="GRED",
            dimension="SECT_PERF",
        )

    assert refused.value.fix == "did you mean 'GERD'?"


def test_a_breakdown_that_is_absent_names_the_ones_there_are(frame):
    with pytest.raises(StatisticsError, match="no parts by TYPE_RD") as refused:
        structure(
            frame(table_of("observation", [cell(2020, "BES", 1.0)])),
            analysis="rd",
            indicator="GERD",
            dimension="TYPE_RD",
        )

    assert refused.value.fix == "choose `dimension` from SECT_PERF"


def test_origins_and_locators_of_all_values_used_are_kept(frame, rows):
    table = structure(
        frame(
            table_of(
                "observation",
                [
                    cell(2020, "BES", 1.0, origin="o0", VINTAGE="Yearbook 2021"),
                    cell(2021, "BES", 2.0, VINTAGE="Yearbook 2022"),
                ],
            )
        ),
        analysis="rd",
        indicator="GERD",
        dimension="SECT_PERF",
    )
    growth = table.filter((table.operation == "growth") & (table.TIME_PERIOD == "2021"))

    assert rows(growth.select("origin", "locator", "VINTAGE")) == [
        ("o0 o1", "B2020BES | B2021BES", "Yearbook 2021 | Yearbook 2022")
    ]
