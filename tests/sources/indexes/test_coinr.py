"""iData and iMeta, as COINr documents them, written by hand."""

from __future__ import annotations

import pytest

from armillary.errors import ArmillaryError, DefinitionError, ManyProblems
from armillary.evidence.conformance import conform
from armillary.model.indicators import Direction
from armillary.sources.indexes import read_coinr

META = """Level,iCode,iName,Direction,Weight,Unit,Target,Denominator,Parent,Type
1,RD,R&D,1,2,USD,100,GDP,In,Indicator
1,DEATHS,Deaths,-1,1,Number,,,In,Indicator
2,In,Input,-1,1,Score,,,Index,Aggregate
3,Index,The index,1,1,Score,,,,Aggregate
NA,GDP,GDP,NA,NA,USD,NA,NA,NA,Denominator
,Income,Income group,,,,,,,Group
,Note,A note,,,,,,,Other
"""
DATA = """uCode,uName,Time,Income,GDP,RD,DEATHS,Note
FIN,Finland,2020,High,200,6,NA,x
FIN,Finland,2021,Higher,210,7,12,x
MEX,Mexico,2020,,1000,3,40,
"""


def write(folder, *, meta=META, data=DATA):
    (folder / "iMeta.csv").write_text(meta, encoding="utf-8")
    (folder / "iData.csv").write_text(data, encoding="utf-8")
    return folder / "iData.csv"


def read(folder, *, period=None, **texts):
    return read_coinr(write(folder, **texts), meta=folder / "iMeta.csv", period=period)


def test_types_become_nodes_groups_and_observations(tmp_path):
    found = read(tmp_path)

    assert [node.code for node in found.framework.leaves] == ["RD", "DEATHS"]
    rd, deaths = found.framework.leaves
    assert (rd.denominator, rd.weight, rd.target) == ("GDP", 2.0, 100.0)
    assert deaths.direction is Direction.LOWER_IS_BETTER
    assert found.groups == {"Income": {"FIN": "Higher"}}
    assert found.names == {"FIN": "Finland", "MEX": "Mexico"}
    rows = conform("observation", found.observations, where="test").to_pylist()
    assert len(rows) == 9
    first = rows[0]
    assert (first["INDICATOR"], first["REF_AREA"], first["TIME_PERIOD"]) == ("RD", "FIN", "2020")
    gap = next(row for row in rows if row["OBS_VALUE"] is None)
    assert (gap["OBS_STATUS"], gap["locator"]) == ("M", "line 2, column 7")


def test_the_direction_of_an_aggregate_is_not_used_as_in_coinr(tmp_path):
    found = read(tmp_path)

    assert found.framework.direction["RD"] is Direction.HIGHER_IS_BETTER
    assert any("Direction -1 of aggregates is not used" in note for note in found.notes)


def test_every_problem_of_both_files_is_told_at_once(tmp_path):
    meta = META.replace("RD,R&D,1,2", "RD,R&D,2,x").replace(",GDP,In,", ",POP,In,")
    meta = meta.replace("Other", "Othr") + "1,RD,again,1,1,,,,In,Indicator\n"
    data = DATA.replace("MEX,Mexico,2020", "FIN,Finland,2020").replace("210,7", "210,7 bn")
    data = data.replace("Note\n", "Comment\n")

    with pytest.raises(ManyProblems) as refused:
        read(tmp_path, meta=meta, data=data)

    said = str(refused.value)
    for part in (
        "Direction of 'RD' is '2'",
        "'x' is not a number",
        "Denominator 'POP' of 'RD'",
        "did you mean 'Other'?",
        "iCode 'RD' is listed twice",
        "Unit 'FIN' is listed twice for 2020",
        "'7 bn' is not a number",
        "Column 'Comment' is not described",
    ):
        assert part in said
    assert "iData.csv, line 3, column 6" in said
    assert "iMeta.csv, line 2" in said


def test_a_parent_below_its_part_is_refused(tmp_path):
    with pytest.raises(DefinitionError, match="is at Level 2, its parent 'Index' at 2"):
        read(tmp_path, meta=META.replace("3,Index", "2,Index"))


def test_absent_columns_are_named(tmp_path):
    with pytest.raises(ManyProblems, match="2 problems"):
        read(
            tmp_path,
            meta=META.replace("Direction", "Sense"),
            data=DATA.replace("uCode", "Country"),
        )


def test_data_without_a_year_need_one(tmp_path):
    data = "\n".join(
        ",".join(cells[:2] + cells[3:])
        for cells in (line.split(",") for line in DATA.splitlines())
        if cells[2] in ("Time", "2020")
    )

    with pytest.raises(ArmillaryError, match="which year they describe"):
        read(tmp_path, data=data)
    found = read(tmp_path, data=data, period=2020)
    assert set(found.observations["TIME_PERIOD"].to_pylist()) == {"2020"}


@pytest.mark.parametrize("cell", ["inf", "1_000", "1,5", "--"])
def test_what_only_looks_like_a_number_is_refused(tmp_path, cell):
    data = DATA.replace("1000,3,40", f'1000,"{cell}",40')

    with pytest.raises(ArmillaryError, match="is not a number"):
        read(tmp_path, data=data)


def test_columns_named_in_the_old_way_need_no_description(tmp_path):
    data = DATA.replace("Note\n", "Group_EU\n").replace(",x\n", ",yes\n")
    meta = META.replace(",Note,A note,,,,,,,Other\n", "")

    found = read(tmp_path, meta=meta, data=data)

    assert found.groups["Group_EU"] == {"FIN": "yes"}
