"""The simulator of indicators: planted levels, and observations that follow from them."""

from __future__ import annotations

from collections import defaultdict

import msgspec
import numpy as np
import pytest
from scipy import stats

from armillary.errors import DefinitionError, ManyProblems
from armillary.evidence.conformance import conform
from armillary.model.observatory import IndicatorSimulation
from armillary.model.provenance import Origin
from armillary.sources.statistics.simulator import simulate_indicators

FRAMEWORK = """\
code,name_en,parent,direction,unit_measure,target,low,high
I,Index,,1,,,,
A,Group A,I,1,,,,
B,Group B,I,-1,,,,
a1,Share,A,1,PERCENT,,,
a2,Count,A,1,NUMBER,,,
a3,Against a standard,A,1,CNY,1000,,
b1,Bad,B,1,NUMBER,,,
b2,Good in a bad group,B,-1,NUMBER,,,
b3,Between goalposts,B,1,INDEX,,1,7
"""
UNITS = tuple(f"U{n:03d}" for n in range(120))
ORIGIN = Origin(origin="o", source="s", file="f", title="t", sha256="x", bytes=1, simulated=True)


@pytest.fixture
def simulated(tmp_path):
    file = tmp_path / "framework.csv"
    file.write_text(FRAMEWORK, encoding="utf-8")

    def run(**said):
        wanted = IndicatorSimulation(framework=file, **{"units": UNITS, **said})
        return simulate_indicators(wanted, source="s", origin=ORIGIN)

    return run


def values_of(reading, year="2024"):
    found = defaultdict(dict)
    for row in reading.tables["observation"].to_pylist():
        if row["TIME_PERIOD"] == year:
            found[row["INDICATOR"]][row["REF_AREA"]] = row["OBS_VALUE"]
    return found


def test_one_definition_gives_one_and_the_same_table_and_another_seed_another(simulated):
    first, again, other = simulated(), simulated(), simulated(seed=2)

    assert first.tables["observation"].equals(again.tables["observation"])
    assert first.tables["planted_score"].equals(again.tables["planted_score"])
    assert not first.tables["observation"].equals(other.tables["observation"])


def test_tables_conform_and_every_cell_is_counted(simulated):
    reading = simulated(whole="ALL", missing=0.2)

    for name, table in reading.tables.items():
        conform(name, table, where="test")
    assert reading.n_read == reading.n_kept == 6 * 121 * 5


def test_values_follow_the_planted_level_in_the_direction_of_the_framework(simulated):
    reading = simulated(missing=0.0, noise=0.0, outliers=0.0, agreement=1.0)
    level = {
        row["unit"]: row["level"]
        for row in reading.tables["planted_score"].to_pylist()
        if row["code"] == "I" and row["TIME_PERIOD"] == "2024"
    }
    signs = {"a1": 1, "a2": 1, "a3": 1, "b1": -1, "b2": 1, "b3": -1}

    for code, values in values_of(reading).items():
        pair = [(values[unit], level[unit]) for unit in UNITS]
        assert stats.spearmanr(*zip(*pair, strict=True)).statistic * signs[code] > 0.999, code


def test_ranks_of_planted_levels_count_from_the_best(simulated):
    rows = simulated(whole="ALL").tables["planted_score"].to_pylist()
    of_year = [r for r in rows if r["code"] == "I" and r["TIME_PERIOD"] == "2022"]
    units = sorted((r for r in of_year if r["unit"] != "ALL"), key=lambda r: -r["level"])
    whole = next(r for r in of_year if r["unit"] == "ALL")

    assert [r["rank"] for r in units] == list(range(1, 121))
    assert whole["rank"] is None
    assert whole["level"] == pytest.approx(np.mean([r["level"] for r in units]))


def test_levels_rise_by_the_trend(simulated):
    rows = simulated(trend=0.3, first_year=2015).tables["planted_score"].to_pylist()
    mean = {
        year: np.mean([r["level"] for r in rows if r["code"] == "I" and r["TIME_PERIOD"] == year])
        for year in ("2015", "2024")
    }

    assert mean["2024"] - mean["2015"] == pytest.approx(9 * 0.3, rel=0.15)


def test_values_stay_within_what_they_can_be(simulated):
    found = values_of(simulated(missing=0.0, whole="ALL"))

    assert all(0 < value < 100 for value in found["a1"].values())
    assert all(1 < value < 7 for value in found["b3"].values())
    assert all(value > 0 for values in found.values() for value in values.values())
    assert 0.5 < np.median(list(found["a3"].values())) / 1000 < 2


def test_the_whole_is_the_mean_of_its_parts_and_never_missing(simulated):
    complete = values_of(simulated(missing=0.0, whole="ALL"))
    holes = values_of(simulated(missing=0.3, whole="ALL"))

    for code, values in complete.items():
        assert values["ALL"] == pytest.approx(np.mean([values[u] for u in UNITS]), rel=2e-3)
        assert holes[code]["ALL"] == values["ALL"]


def test_missing_is_as_common_as_asked_and_more_so_where_levels_are_low(simulated):
    reading = simulated(missing=0.2)
    rows = reading.tables["observation"].to_pylist()
    level = {
        r["unit"]: r["level"]
        for r in reading.tables["planted_score"].to_pylist()
        if r["code"] == "I" and r["TIME_PERIOD"] == "2020"
    }
    gaps = defaultdict(list)
    for row in rows:
        gaps[level[row["REF_AREA"]] > 0].append(row["OBS_VALUE"] is None)
        assert row["OBS_STATUS"] == ("M" if row["OBS_VALUE"] is None else "A")

    assert np.mean(gaps[True] + gaps[False]) == pytest.approx(0.2, abs=0.04)
    assert np.mean(gaps[False]) > 1.5 * np.mean(gaps[True])


def test_skewed_indicators_are_skewed_and_others_are_not(simulated):
    skewed = values_of(simulated(missing=0.0, skewed=1.0, outliers=0.0))["a2"]
    plain = values_of(simulated(missing=0.0, skewed=0.0, outliers=0.0))["a2"]

    assert stats.skew(list(skewed.values())) > 2
    assert stats.skew(list(plain.values())) < 1.5


def test_outliers_stand_out(simulated):
    plain = values_of(simulated(missing=0.0, outliers=0.0))["a2"]
    some = values_of(simulated(missing=0.0, outliers=0.1))["a2"]
    ratio = np.array([some[u] / plain[u] for u in UNITS])

    assert set(np.round(ratio, 2)) == {1.0, 4.0}
    assert 0.03 < (ratio > 2).mean() < 0.2


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"units": ()}, "no unit"),
        ({"units": ("CHN", "CHN")}, "stand there twice"),
        ({"whole": "U001"}, "one of its own units"),
        ({"first_year": 2025}, "2025 to 2024"),
        ({"missing": 1.5}, "must be shares"),
        ({"noise": -1.0}, "noise"),
        ({"seed": -1}, "seed"),
    ],
)
def test_what_cannot_be_simulated_is_refused(simulated, said, problem):
    with pytest.raises(DefinitionError, match=problem):
        simulated(**said)


def test_all_problems_come_at_once(simulated):
    with pytest.raises(ManyProblems) as caught:
        simulated(seed=-1, missing=2.0)

    assert len(caught.value.problems) == 2


def test_an_indicator_derived_from_others_is_refused(tmp_path):
    file = tmp_path / "framework.csv"
    file.write_text(
        "code,name_en,parent,denominator\nI,Index,,\nA,One,I,GDP\nB,Two,I,\n", encoding="utf-8"
    )
    wanted = IndicatorSimulation(framework=file, units=("CHN",))

    with pytest.raises(DefinitionError, match="A derive"):
        simulate_indicators(wanted, source="s", origin=ORIGIN)


def test_definitions_compare_as_plain_values(tmp_path):
    one = IndicatorSimulation(framework=tmp_path / "a.csv", units=("CHN",))

    assert msgspec.structs.replace(one, seed=1) == one
