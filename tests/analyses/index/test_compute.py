"""Whole indexes worked by hand, from observations to ranks, on both engines."""

from __future__ import annotations

import msgspec
import pytest

from armillary.analyses.index.compute import compute
from armillary.errors import DefinitionError, IndexMethodError, ManyProblems
from armillary.evidence.conformance import conform
from armillary.model.columns import table_of
from armillary.model.indicators import Direction, Framework, Node
from armillary.model.methods import Geometric, NoNormalisation
from armillary.model.recipe import Aggregate, IndexRecipe

FRAMEWORK = Framework(
    (
        Node(code="I", name_en="Index", name_zh="指数"),
        Node(code="IN", name_en="Input", parent="I", weight=3),
        Node(code="INT", name_en="Intensity", parent="IN", indicator="GERD_GDP"),
        Node(
            code="BES",
            name_en="Enterprise share",
            parent="IN",
            indicator="GERD",
            dimensions={"SECT_FUND": "BES"},
            denominator="GERD",
            scale=100,
            unit_measure="PERCENT",
        ),
        Node(code="DEATHS", name_en="Deaths", parent="I", direction=Direction.LOWER_IS_BETTER),
    )
)
RECIPE = IndexRecipe(period=2023, minimum_coverage=0.6)


def cell(indicator, area, value, **changes):
    return {
        "source": "s",
        "origin": "o1",
        "locator": f"{indicator} {area}",
        "DATAFLOW": "RD",
        "INDICATOR": indicator,
        "REF_AREA": area,
        "TIME_PERIOD": "2023",
        "SECT_PERF": "_T",
        "SECT_FUND": "_T",
        "TYPE_RD": "_Z",
        "FORD": "_T",
        "SEX": "_T",
        "DIMENSIONS": "",
        "OBS_VALUE": value,
        "OBS_STATUS": "A",
        "UNIT_MEASURE": "CNY" if indicator == "GERD" else "NUMBER",
        "UNIT_MULT": 0,
        "PRICE_BASE": "_Z",
        "VINTAGE": "2024",
    } | changes


def observations():
    """Three areas; A complete, B without DEATHS, C with DEATHS alone."""
    return [
        cell("GERD_GDP", "A", 3.0, OBS_STATUS="P"),
        cell("GERD_GDP", "B", 1.0),
        cell("GERD", "A", 2.0, UNIT_MULT=8),
        cell("GERD", "B", 50.0, UNIT_MULT=6),
        cell("GERD", "A", 100.0, UNIT_MULT=6, SECT_FUND="BES", origin="o2", OBS_STATUS="E"),
        cell("GERD", "B", 30.0, UNIT_MULT=6, SECT_FUND="BES"),
        cell("DEATHS", "A", 10.0),
        cell("DEATHS", "C", 5.0),
    ]


def calculate(frame, cells, *, framework=FRAMEWORK, recipe=RECIPE):
    found = compute(
        frame(table_of("observation", cells)), index="t", framework=framework, recipe=recipe
    )
    for name, table in found.items():
        conform(name, table, where="test")
    return found


def scores(found):
    return {(row["unit"], row["code"]): row for row in found["score"].to_pylist()}


def problems(error):
    return list(error.problems) if isinstance(error, ManyProblems) else [error]


def test_scores_ranks_and_coverage_are_those_worked_by_hand(frame):
    found = scores(calculate(frame, observations()))

    # INT: A 3 -> 100, B 1 -> 0.  BES: A 50 % -> 0, B 60 % -> 100.  DEATHS: C best 100, A 0.
    assert found["A", "BES"]["value"] == pytest.approx(50.0)
    assert found["B", "BES"]["value"] == pytest.approx(60.0)
    assert [found[u, "IN"]["score"] for u in "ABC"] == [50.0, 50.0, None]
    assert [found[u, "IN"]["rank"] for u in "ABC"] == [1, 1, None]
    assert found["A", "I"]["score"] == pytest.approx((3 * 50 + 0) / 4)
    assert found["B", "I"]["score"] == pytest.approx(50.0)
    assert found["C", "I"]["score"] is None
    assert [found[u, "I"]["rank"] for u in "ABC"] == [2, 1, None]
    assert [found[u, "I"]["coverage"] for u in "ABC"] == [1.0, 0.75, 0.25]
    assert found["C", "I"]["n_ranked"] == 2


def test_status_origin_and_locator_travel_to_the_root(frame):
    found = scores(calculate(frame, observations()))

    assert found["A", "BES"]["OBS_STATUS"] == "A E"
    assert found["A", "BES"]["origin"] == "o2 o1"
    assert found["A", "INT"]["locator"] == "GERD_GDP A"
    assert found["A", "I"]["OBS_STATUS"] == "A E P"
    assert found["B", "I"]["OBS_STATUS"] == "A M"
    assert found["B", "DEATHS"]["value"] is None


def test_only_ranked_units_have_an_interval(frame):
    found = calculate(frame, observations())["rank_interval"].to_pylist()

    assert [(row["unit"], row["rank"]) for row in found] == [("A", 2), ("B", 1)]
    assert all(row["replicates"] == 1000 for row in found)


def test_the_framework_table_holds_effective_weights_and_units(frame):
    found = {r["code"]: r for r in calculate(frame, observations())["framework"].to_pylist()}

    assert found["BES"]["effective_weight"] == pytest.approx(0.375)
    assert found["BES"]["unit_measure"] == "PERCENT"
    assert found["INT"]["unit_measure"] == "NUMBER"
    assert (found["I"]["kind"], found["DEATHS"]["kind"]) == ("aggregate", "indicator")
    assert (found["I"]["level"], found["INT"]["level"], found["INT"]["position"]) == (0, 2, 2)


def test_a_second_run_gives_the_same_tables(frame):
    table = frame(table_of("observation", observations()))
    one, two = (compute(table, index="t", framework=FRAMEWORK, recipe=RECIPE) for _ in range(2))

    assert all(one[name].equals(two[name]) for name in one)


def test_the_newest_value_within_the_age_is_taken_and_its_period_named(frame):
    recipe = msgspec.structs.replace(RECIPE, period="latest", max_age_years=2)
    older = [
        cell("DEATHS", "B", 7.0, TIME_PERIOD="2021"),
        cell("DEATHS", "B", 99.0, TIME_PERIOD="2020"),
        cell("DEATHS", "A", 99.0, TIME_PERIOD="2022"),
    ]
    found = scores(calculate(frame, observations() + older, recipe=recipe))

    assert (found["B", "DEATHS"]["value"], found["B", "DEATHS"]["value_period"]) == (7.0, "2021")
    assert found["A", "DEATHS"]["value"] == 10.0
    assert found["A", "I"]["TIME_PERIOD"] == "2023"


def test_the_latest_vintage_that_holds_a_value_counts(frame):
    revised = [
        cell("DEATHS", "A", 8.0, VINTAGE="2025", origin="o9"),
        cell("DEATHS", "A", None, VINTAGE="2026", OBS_STATUS="M"),
    ]
    found = scores(calculate(frame, observations() + revised))

    assert (found["A", "DEATHS"]["value"], found["A", "DEATHS"]["origin"]) == (8.0, "o9")


def test_excluded_areas_are_not_scored(frame):
    recipe = msgspec.structs.replace(RECIPE, exclude=("CHN",))
    cells = [*observations(), cell("DEATHS", "CHN", 1e9), cell("GERD_GDP", "CHN", 2.0)]
    found = scores(calculate(frame, cells, recipe=recipe))

    assert {unit for unit, _ in found} == {"A", "B", "C"}
    assert found["A", "DEATHS"]["score"] == 0.0


def test_a_misspelt_excluded_area_is_refused(frame):
    with pytest.raises(IndexMethodError, match="excludes 'CNH'") as refused:
        calculate(
            frame,
            [*observations(), cell("DEATHS", "CHN", 1.0)],
            recipe=msgspec.structs.replace(RECIPE, exclude=("CNH",)),
        )

    assert refused.value.fix == "did you mean 'CHN'?"


def test_other_dimensions_are_taken_only_where_they_are_named(frame):
    framework = Framework(
        (
            Node(code="I", name_en="I"),
            Node(code="W", name_en="W", parent="I", indicator="X", dimensions={"AGE": "Y25"}),
        )
    )
    cells = [
        cell("X", "A", 1.0, DIMENSIONS="AGE=Y25;FREQ=_Z"),
        cell("X", "B", 2.0, DIMENSIONS="AGE=Y25"),
        cell("X", "A", 50.0, DIMENSIONS="AGE=Y255"),
        cell("X", "A", 60.0, DIMENSIONS="AGE=Y25;EDU=ISC5"),
        cell("X", "A", 70.0),
    ]
    found = scores(calculate(frame, cells, framework=framework))

    assert [found[u, "W"]["value"] for u in "AB"] == [1.0, 2.0]


def test_all_problems_of_the_data_are_named_at_once(frame):
    cells = [
        *(c for c in observations() if c["INDICATOR"] != "GERD_GDP"),
        cell("GERD_GDB", "A", 1.0),
        cell("DEATHS", "A", 11.0, DATAFLOW="OTHER", origin="o7", locator="C4"),
    ]
    with pytest.raises(ManyProblems) as refused:
        calculate(frame, cells)

    one, two = refused.value.problems
    assert "No observation has the INDICATOR 'GERD_GDP'." in one.problem
    assert one.fix == "did you mean 'GERD_GDB'?"
    assert "DEATHS finds two observations for A 2023" in two.problem
    assert "file o7, C4" in two.problem
    assert "file o1, DEATHS A" in two.problem


def test_the_same_number_in_two_tables_is_one_observation(frame):
    twice = cell("DEATHS", "A", 1.0, UNIT_MULT=1, DATAFLOW="OTHER", OBS_STATUS="P")
    found = scores(calculate(frame, [*observations(), twice]))

    assert (found["A", "DEATHS"]["value"], found["A", "DEATHS"]["OBS_STATUS"]) == (10.0, "A P")


def test_mixed_units_of_measure_are_refused(frame):
    with pytest.raises(IndexMethodError, match="mixes units of measure: NUMBER, PERCENT"):
        calculate(frame, [*observations(), cell("DEATHS", "B", 1.0, UNIT_MEASURE="PERCENT")])


def test_an_indicator_without_range_is_refused(frame):
    cells = [c for c in observations() if (c["INDICATOR"], c["REF_AREA"]) != ("DEATHS", "C")]
    with pytest.raises(IndexMethodError, match="DEATHS has fewer than two distinct values"):
        calculate(frame, cells)


def test_a_missing_denominator_or_a_zero_leaves_the_value_missing(frame):
    cells = [
        *observations(),
        cell("GERD", "C", 9.0, SECT_FUND="BES"),
        cell("GERD", "D", 9.0, SECT_FUND="BES"),
        cell("GERD", "D", 0.0),
        cell("GERD_GDP", "D", 2.0),
    ]
    found = scores(calculate(frame, cells))

    assert (found["C", "BES"]["value"], found["D", "BES"]["value"]) == (None, None)
    assert "M" in found["D", "BES"]["OBS_STATUS"].split()


def test_a_geometric_mean_over_published_scores_of_zero_is_refused(frame):
    recipe = IndexRecipe(
        period=2023, normalise=NoNormalisation(), aggregate=Aggregate(default=Geometric())
    )
    framework = Framework((Node(code="I", name_en="I"), Node(code="X", name_en="X", parent="I")))
    with pytest.raises(IndexMethodError, match=r"needs scores above 0 meets X \(lowest 0\)"):
        calculate(
            frame,
            [cell("X", "A", 1.0), cell("X", "B", 0.0)],
            framework=framework,
            recipe=recipe,
        )


def test_impossible_recipes_are_refused_before_anything_is_read():
    recipe = IndexRecipe(
        period="latest", aggregate=Aggregate(node={"IN": Geometric(), "GERD": Geometric()})
    )
    with pytest.raises(ManyProblems) as refused:
        compute(None, index="t", framework=FRAMEWORK, recipe=recipe)

    kinds = [type(problem) for problem in problems(refused.value)]
    assert kinds == [DefinitionError, DefinitionError, IndexMethodError]
    assert "range = [1, 100]" in refused.value.problems[2].fix
