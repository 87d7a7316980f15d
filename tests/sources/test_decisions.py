from __future__ import annotations

import pytest

from armillary.errors import ArmillaryError
from armillary.sources.decisions import read_topic_decisions

GOOD = """\
topics,action,works,other,terms,label_en,label_zh,by,date,why
robots,rename,s:1; s:2,,,Soft robots,软体机器人,A. Expert,2026-03-31,the label named a material
robots,merge,s:1,s:9,,,,,,
robots,choose,,,soft robot;soft robotics,Soft robotics,软体机器人技术,,,
"""


@pytest.fixture
def read(tmp_path):
    def reading(text):
        path = tmp_path / "topics.csv"
        path.write_text(text, encoding="utf-8")
        return read_topic_decisions(path, maps=["robots"])

    return reading


def test_decisions_are_read_with_their_lists_and_lines(read):
    rename, merge, choose = read(GOOD)

    assert (rename.works, rename.label_zh, rename.date) == (
        ("s:1", "s:2"),
        "软体机器人",
        "2026-03-31",
    )
    assert (merge.action, merge.other, merge.line) == ("merge", ("s:9",), 3)
    assert choose.terms == ("soft robot", "soft robotics")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("robot,hide,s:1,,,,,,,", "did you mean 'robots'?"),
        ("robots,renam,s:1,,,,,,,", "did you mean 'rename'?"),
        ("robots,rename,s:1,,,,,,,", "The new name is missing."),
        ("robots,merge,s:1,,,,,,,", "The second topic is missing."),
        ("robots,split,s:1,,,,,,,", "Nothing says which works leave."),
        ("robots,hide,,,,,,,,", "names no works"),
        ("robots,choose,s:1,,,Name,,,,", "no name in both languages"),
        ("robots,hide,s:1,,,,,,31.3.2026,", "is not a date"),
        ("robots,hide,s:1,,,,,,,,,more", "The row has 12 cells"),
    ],
)
def test_each_fault_is_told_with_its_line(read, row, said):
    with pytest.raises(ArmillaryError) as caught:
        read(GOOD + row + "\n")

    assert said in str(caught.value)
    assert "topics.csv, line 5" in str(caught.value)


def test_all_faults_of_a_file_are_told_at_once(read):
    with pytest.raises(ArmillaryError) as caught:
        read("topics,action,works\nrobots,renam,s:1\nrobot,hide,s:1\n")

    assert "line 2" in str(caught.value)
    assert "line 3" in str(caught.value)


def test_an_unknown_column_is_told(read):
    with pytest.raises(ArmillaryError, match="did you mean 'label_en'"):
        read("topics,action,lable_en\n")
