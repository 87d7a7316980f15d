"""Files are merged, every pair is reported, and the merge can be taken back exactly."""

from __future__ import annotations

import csv

import pyarrow.parquet as pq
import pytest

from armillary.errors import ArmillaryError, PublicationError, SourceError
from armillary.model.columns import table_of
from armillary.sources.works.merging import read_decisions
from armillary.workflow.merging import merge_files, unmerge_file

TITLE = "Smooth pycnophylactic interpolation for geographical regions"
HEADER = "decision,a,b,by,date,reason\n"


def record(work, **fields):
    source, _, native = work.partition(":")
    base = {
        "work": work,
        "source": source,
        "origin": source,
        "locator": "line 1",
        "native_id": native,
        "type": "article",
        "title": TITLE,
        "year": 1979,
        "authors": ["Tobler, W."],
        "references": ["A", "B"],
    }
    return base | fields


@pytest.fixture
def files(tmp_path):
    one = tmp_path / "one.parquet"
    two = tmp_path / "two.parquet"
    pq.write_table(
        table_of("work", [record("a:1"), record("a:2", title="=HYPERLINK(1) in the title")]), one
    )
    pq.write_table(
        table_of("work", [record("b:1", year=1990), record("b:2", title=TITLE.upper())]), two
    )
    return [one, two]


def read_csv(file):
    return list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))


def test_a_merge_is_taken_back_exactly(files, tmp_path):
    out, back = tmp_path / "works.parquet", tmp_path / "back.parquet"
    before = [pq.read_table(file) for file in files]

    summary = merge_files(files, out=out)
    n = unmerge_file(out, out=back)

    rows = [row for table in before for row in table.to_pylist()]
    assert (summary.n_records, summary.n_works, n) == (4, 3, 4)
    assert pq.read_table(back).to_pylist() == rows
    assert pq.read_table(back).schema.equals(before[0].schema)


def test_works_taken_out_of_a_merged_file_stay_out(files, tmp_path):
    out, back = tmp_path / "works.parquet", tmp_path / "back.parquet"
    merge_files(files, out=out)
    table = pq.read_table(out)
    pq.write_table(table.filter([work == "merged:a:1" for work in table["work"].to_pylist()]), out)

    unmerge_file(out, out=back)

    assert sorted(pq.read_table(back)["work"].to_pylist()) == ["a:1", "b:2"]


def test_files_of_two_merges_are_not_mixed(files, tmp_path):
    out, other = tmp_path / "works.parquet", tmp_path / "other.parquet"
    merge_files(files, out=out)
    merge_files(files[:1], out=other)
    other.with_name("other.members.parquet").replace(out.with_name("works.members.parquet"))

    with pytest.raises(SourceError, match="do not come from one merge"):
        unmerge_file(out, out=tmp_path / "back.parquet")


def test_every_pair_is_reported_with_what_it_is_about(files, tmp_path):
    report = tmp_path / "report"

    merge_files(files, out=tmp_path / "works.parquet", report=report)

    (joined,) = read_csv(report / "joined.csv")
    near = read_csv(report / "not_joined.csv")
    assert (joined["rule"], joined["a"], joined["b"], joined["work_a"]) == (
        "title", "a:1", "b:2", "merged:a:1",
    )  # fmt: skip
    assert {row["text"].partition(";")[0] for row in near} == {"years lie too far apart"}
    assert {row["what"] for row in read_csv(report / "summary.csv")} >= {"read", "joined by"}


def test_a_report_runs_no_formula(files, tmp_path):
    formula = '=HYPERLINK("http://example.org")'
    pq.write_table(table_of("work", [record("c:1", title=formula, doi="10.1000/1")]), files[0])
    pq.write_table(table_of("work", [record("d:1", title=formula, doi="10.1000/1")]), files[1])

    merge_files(files, out=tmp_path / "works.parquet", report=tmp_path / "report")

    (joined,) = read_csv(tmp_path / "report" / "joined.csv")
    assert joined["title_a"].startswith("'=")


def test_exports_of_one_patent_family_merge_into_the_family(tmp_path):
    google = tmp_path / "google.csv"
    google.write_text(
        "id,title,assignee,inventor/author,priority date,filing/creation date,publication date,"
        "grant date,result link,representative figure link\n"
        "US-2011185700-A1,Flying Lamp,Acme,Jane Roe,2009-03-01,2010-01-29,2011-08-04,,u,\n"
        "US-8001762-B2,Flying Lamp,Acme,Jane Roe,2006-08-04,2007-08-03,2011-08-23,,u,\n",
        encoding="utf-8",
    )
    landscape = tmp_path / "landscape.csv"
    landscape.write_text(
        "row no,publication number,kind code,title,priority document,priority country,"
        "earliest priority date,application date,publication date,applicant,inventors,ipc classes,"
        "family members,family size\n"
        "1,EP2189377,A1,Lampe volante,US20090000011,US,2009-02-27T00:00:00Z,None,"
        "2010-05-26T00:00:00Z,ACME,ROE JANE,F21S00900,US2011185700A1 | EP2189377A1,2\n",
        encoding="utf-8",
    )

    summary = merge_files([google, landscape], out=tmp_path / "works.parquet")

    members = pq.read_table(tmp_path / "works.members.parquet").to_pylist()
    joined = {row["member"]: row["work"] for row in members if row["rule"] == "family"}
    works = {row["work"]: row for row in pq.read_table(tmp_path / "works.parquet").to_pylist()}
    assert (summary.n_records, summary.n_works) == (3, 2)
    assert set(joined) == {"google:US-2011185700-A1", "landscape:EP2189377A1"}
    (family,) = set(joined.values())
    assert (works[family]["year"], works[family]["date"]) == (2009, "2010-05-26")


def test_a_folder_with_other_files_is_not_written_into(files, tmp_path):
    report = tmp_path / "report"
    report.mkdir()
    (report / "mine.txt").write_text("mine")

    with pytest.raises(PublicationError, match=r"mine\.txt"):
        merge_files(files, out=tmp_path / "works.parquet", report=report)

    assert not (tmp_path / "works.parquet").exists()


def test_decisions_are_applied_each_time(files, tmp_path):
    decisions = tmp_path / "merges.csv"
    decisions.write_text(HEADER + "keep apart,a:1,b:2,Ada,2026-05-31,different editions\n")

    summary = merge_files(files, out=tmp_path / "works.parquet", decisions=decisions)

    assert summary.n_works == 4


def test_every_problem_of_the_decisions_is_told_at_once(tmp_path):
    file = tmp_path / "merges.csv"
    file.write_text(
        HEADER + "joni,a:1,b:1,Ada,2026-05-31,why\n"
        "join,a:1,,Ada,2026-05-31,why\n"
        "join,a:2,b:2,,yesterday,\n"
        "join,a:3,b:3,Ada,2026-05-31,why\n"
        "keep apart,b:3,a:3,Bob,2026-05-31,why\n"
    )

    with pytest.raises(ArmillaryError) as said:
        read_decisions(file)

    for words in (
        "did you mean 'join'", "names one record only", "by whom", "'yesterday' is no date",
        "does not say why", "to be joined and to be kept apart", "line 5 and line 6",
    ):  # fmt: skip
        assert words in str(said.value)


def test_decisions_without_their_columns_are_refused(tmp_path):
    file = tmp_path / "merges.csv"
    file.write_text("a,b\n1,2\n")

    with pytest.raises(ArmillaryError, match="decision, by, date, reason"):
        read_decisions(file)


def test_sources_that_overlap_are_merged_before_they_are_mapped(tmp_path):
    from armillary.sources.definition import read_observatory
    from armillary.workflow.road import steps

    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text("id,title,year\n1,T,2000\n")
    (tmp_path / "observatory.toml").write_text(
        'title = "T"\n'
        '[sources.a]\ntitle = "A"\nworks = "a.csv"\n'
        '[sources.b]\ntitle = "B"\nworks = "b.csv"\n'
        '[topics.both]\ntitle = "Both"\nworks = ["a", "b"]\n'
        '[topics.one]\ntitle = "One"\nworks = ["a"]\n'
    )

    road = {step.name: step for step in steps(read_observatory(tmp_path))}

    assert "merge:both" in road["topics:both"].after
    assert "merge:one" not in road
    assert road["topics:one"].after == ("source:a", "references:a")


def test_the_road_merges_rows_of_the_store(tmp_path):
    from armillary.workflow import check

    header = "id,title,year,authors,doi,references\n"
    (tmp_path / "a.csv").write_text(f"{header}1,{TITLE},1979,W. Tobler,10.1000/1,\n")
    (tmp_path / "b.csv").write_text(
        f"{header}7,{TITLE.upper()},1979,Tobler W,,\n8,On maps,1990,A. Else,,10.1000/1\n"
    )
    (tmp_path / "decisions").mkdir()
    (tmp_path / "decisions" / "merges.csv").write_text(HEADER)
    (tmp_path / "observatory.toml").write_text(
        'title = "T"\n'
        '[sources.a]\ntitle = "A"\nworks = "a.csv"\n'
        '[sources.b]\ntitle = "B"\nworks = "b.csv"\n'
        '[topics.both]\ntitle = "Both"\nworks = ["a", "b"]\n'
    )

    summary = check(tmp_path)

    assert summary.rows["work"] == 3 + 2  # records, and the works they are
    assert summary.rows["citation"] == 1  # b:8 cites what only the record of `a` names
    assert "3 records are 2 works" in summary.notes["merge:both"]
