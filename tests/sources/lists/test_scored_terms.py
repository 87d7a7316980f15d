from __future__ import annotations

import pytest
import xlsxwriter

from armillary.errors import ManyProblems, SourceError
from armillary.model.columns import schema
from armillary.sources.lists import read_scored_terms


def test_terms_are_ranked_by_the_score_they_came_with(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(
        "VantagePoint,,\n# Records,Terms,EScore\n7,blockchain,1.9\n30,deep learning,6.5\n",
        encoding="utf-8",
    )

    found = read_scored_terms(path, corpus="c")

    assert found.schema == schema("topic_list")
    rows = [(r["rank"], r["item"], r["score"], r["n_works"]) for r in found.to_pylist()]
    assert rows == [(1, "deep learning", 6.5, 30), (2, "blockchain", 1.9, 7)]
    assert set(found["list"].to_pylist()) == {"escore (imported)"}


def test_a_workbook_is_read_as_well(tmp_path):
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet()
        for row, cells in enumerate([("词语", "得分"), ("区块链", 2), ("石墨烯", 3.5)]):
            sheet.write_row(row, 0, cells)

    found = read_scored_terms(path, corpus="c", length=1)

    assert found["item"].to_pylist() == ["石墨烯"]
    assert found["n_works"].to_pylist() == [None]


def test_every_row_that_cannot_be_read_is_named(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("term,score\na,1\nb,high\n,2\nA,3\nc,nan\n", encoding="utf-8")

    with pytest.raises(ManyProblems) as caught:
        read_scored_terms(path, corpus="c")

    assert [p.where for p in caught.value.problems] == [
        f"list.csv, line {line}, column 2" for line in (3, 4, 5, 6)
    ]


@pytest.mark.parametrize("text", ["word,value\na,1\n", "term,score\n", "%PDF-1.7 x"])
def test_a_file_that_is_no_such_list_is_refused(tmp_path, text):
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(SourceError):
        read_scored_terms(path, corpus="c")
