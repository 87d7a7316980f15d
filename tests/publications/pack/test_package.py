"""The data pack is valid, harmless, reproducible, and keeps third-party records back."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from armillary.model.columns import columns_of, table_of, tables
from armillary.publications.pack import write_pack
from armillary.publications.pack.cells import flat, safe_cell
from armillary.publications.pack.package import is_open
from armillary.publications.pack.readme import catalogue

# frictionless 5 itself warns on import and while it reads.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")


@pytest.fixture
def pack(open_store, sample, observatory, tmp_path) -> Path:
    return write_pack(open_store(sample), observatory, out=tmp_path / "data").folder


def lines_of(pack: Path, table: str) -> list[dict[str, str]]:
    with (pack / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_frictionless_finds_nothing_wrong(pack):
    import frictionless

    report = frictionless.validate(str(pack / "datapackage.json"))

    assert report.flatten(["rowNumber", "fieldName", "type", "note"]) == []
    assert report.valid


def test_a_changed_file_is_noticed(pack):
    import frictionless

    file = pack / "score.csv"
    file.write_text(file.read_text(encoding="utf-8").replace("61.25", "61.26"), encoding="utf-8")

    assert not frictionless.validate(str(pack / "datapackage.json")).valid


def test_columns_bear_unit_meaning_and_key(pack):
    described = json.loads((pack / "datapackage.json").read_text(encoding="utf-8"))
    score = next(r for r in described["resources"] if r["name"] == "score")

    fields = {field["name"]: field for field in score["schema"]["fields"]}

    assert list(fields) == [column.column for column in columns_of("score")]
    assert fields["coverage"]["unit"] == "share"
    assert fields["rank"]["type"] == "integer"
    assert score["schema"]["primaryKey"] == ["index", "TIME_PERIOD", "unit", "code"]


def test_sources_bear_licence_and_checksum(pack):
    described = json.loads((pack / "datapackage.json").read_text(encoding="utf-8"))

    first = next(s for s in described["sources"] if s["source"] == "rd")

    assert first["licence"] == "CC BY 4.0"
    assert first["sha256"] == "1" * 64
    assert described["licenses"] == [{"name": "CC-BY-4.0", "title": "CC BY 4.0"}]


def test_numbers_are_whole_and_missing_is_empty(pack):
    lines = {
        (row["operation"], row["TIME_PERIOD"], row["code"], row["REF_AREA"]): row["OBS_VALUE"]
        for row in lines_of(pack, "derived_observation")
    }

    assert float(lines["share", "2022", "BES", "AAA"]) == 77.5715
    assert lines["level", "2022", "HES", "AAA"] == ""


def test_parquet_and_csv_hold_the_same_rows(pack):
    rows = pq.read_table(pack / "score.parquet").to_pylist()
    lines = lines_of(pack, "score")

    assert [row["unit"] for row in rows] == [line["unit"] for line in lines]
    assert [row["score"] for row in rows] == [
        float(line["score"]) if line["score"] else None for line in lines
    ]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\tx", "\rx", "\nx", "＝1", "－1", "\x00=1"],
)
def test_a_formula_gets_an_apostrophe(text):
    assert safe_cell(text) == f"'{text}"
    batch = table_of("code", [{"codelist": text}])["codelist"].combine_chunks()
    assert flat(batch)[0].as_py().startswith("'")


@pytest.mark.parametrize("text", ["", "plain", "a=1", "_T", "1-2", "国", "'quoted"])
def test_other_texts_stay_as_they_are(text):
    batch = table_of("code", [{"codelist": text}])["codelist"].combine_chunks()

    assert safe_cell(text) == text
    assert flat(batch)[0].as_py() == text


def test_formulas_are_harmless_in_csv_and_whole_in_parquet(pack):
    titles = {row["native_id"]: row["title_original"] for row in lines_of(pack, "initiative")}
    kept = pq.read_table(pack / "initiative.parquet")["title_original"].to_pylist()

    assert titles["3"] == "'=cmd|' /C calc'!A0"
    assert "=cmd|' /C calc'!A0" in kept


def test_lists_are_joined_in_csv_and_lists_in_parquet(pack):
    line = lines_of(pack, "cluster")[0]

    assert line["terms"] == "soft robots; =HYPERLINK"
    assert pq.read_table(pack / "cluster.parquet")["terms"][0].as_py() == [
        "soft robots",
        "=HYPERLINK",
    ]


def test_csv_has_line_feeds_and_no_mark_before_the_first_column(pack):
    content = (pack / "initiative.csv").read_bytes()

    assert b"\r" not in content
    assert content.startswith(b'"initiative","source"')
    assert content.endswith(b"\n")


def test_records_without_an_open_licence_are_identifiers_and_years(pack):
    works = {row["work"]: row for row in lines_of(pack, "work")}

    closed, free = works["robots:W1"], works["planted:W1"]

    assert (closed["year"], closed["title"], closed["abstract"], closed["authors"]) == (
        "2021",
        "[withheld]",
        "",
        "",
    )
    assert free["title"] == "Title 1 of planted"
    assert free["authors"] == "Ada A; Bo B"
    assert "Secret abstract" not in str(
        [
            row
            for row in pq.read_table(pack / "work.parquet").to_pylist()
            if row["source"] == "robots"
        ]
    )


def test_one_file_without_open_licence_keeps_the_whole_source_back(
    open_store, sample, observatory, tmp_path
):
    robots = sample["origin"][1]
    robots["licence"] = "CC BY 4.0"
    sample["origin"].append(
        {**robots, "origin": "5" * 16, "sha256": "5" * 64, "licence": "All rights reserved"}
    )

    summary = write_pack(open_store(sample), observatory, out=tmp_path / "data")

    assert summary.withheld == ("robots",)


@pytest.mark.parametrize(
    ("licence", "free"),
    [
        ("CC BY 4.0", True),
        ("CC-BY-SA-4.0", True),
        ("cc0", True),
        ("Creative Commons Attribution 4.0 International", True),
        ("ODC-BY 1.0", True),
        ("CC BY-NC 4.0", False),
        ("CC BY-ND 4.0", False),
        ("Creative Commons Attribution-NonCommercial 4.0", False),
        ("proprietary, not CC BY", False),
        ("", False),
        (None, False),
    ],
)
def test_only_licences_that_allow_it_are_open(licence, free):
    assert is_open(licence) is free


def test_two_runs_give_the_same_bytes(open_store, sample, observatory, tmp_path, pack):
    again = write_pack(open_store(sample), observatory, out=tmp_path / "again").folder

    first = {file.name: file.read_bytes() for file in sorted(pack.iterdir())}

    assert {file.name: file.read_bytes() for file in sorted(again.iterdir())} == first


def test_a_table_that_lost_its_rows_leaves_the_pack(open_store, sample, observatory, tmp_path):
    out = tmp_path / "data"
    write_pack(open_store(sample), observatory, out=out)
    del sample["finding"]

    summary = write_pack(open_store(sample), observatory, out=out)

    assert "finding" not in summary.tables
    assert not (out / "finding.csv").exists()
    assert "finding" not in (out / "datapackage.json").read_text(encoding="utf-8")


def test_progress_is_told_table_by_table(open_store, observatory, tmp_path):
    told = []

    write_pack(
        open_store({}),
        observatory,
        out=tmp_path / "data",
        progress=lambda what, done, total: told.append((what, done, total)),
    )

    assert told[0] == ("pack", 0, len(tables()))
    assert told[-1] == ("pack", len(tables()), len(tables()))


def test_words_of_third_parties_stay_out_of_every_table(open_store, observatory, sample, tmp_path):
    robots = {"source": "robots", "origin": "b" * 16}
    rows = {name: list(sample[name]) for name in ("work", "origin")}
    secret = "a sentence of a database"
    patent = {"work": "robots:W1", "locator": "line 1", "office": "US", "applicants": [secret]}
    member = {"work": "m:1", "member": "robots:W1", "rule": "title", "text": secret}
    pair = {"source": "robots", "a": "x", "b": "y", "outcome": "near", "rule": "title"}
    front = {"corpus": "map", "front": "F0001", "n_core": 2, "n_citing": 2, "n_citations": 2}
    rows |= {
        "patent": [robots | patent],
        "work_member": [robots | member],
        "work_pair": [pair | {"evidence": 0.5, "text": secret}],
        "reference": [{"source": "robots", "citing": "robots:W1", "key": secret}],
        "science_link": [{"patent": "p", "work": "w", "rule": "doi", "score": 1.0, "text": secret}],
        "research_front": [front | {"label": secret, "mean_year": 2020.0, "years": 2, "cpt": 0.5}],
    }

    write_pack(open_store(rows), observatory, out=tmp_path / "data")

    for path in (tmp_path / "data").glob("*.csv"):
        assert secret not in path.read_text(encoding="utf-8"), path.name
    held = lines_of(tmp_path / "data", "patent")[0]
    assert (held["work"], held["office"], held["applicants"]) == ("robots:W1", "US", "")


def test_the_readme_explains_every_table_in_both_languages(pack):
    text = (pack / "README.md").read_text(encoding="utf-8")

    assert "an apostrophe `'` before it" in text
    assert "`robots`" in text
    assert "数据表" in text
    assert set(catalogue()["tables"]) == set(tables())
    assert all(set(texts) == {"en", "zh"} for texts in catalogue()["tables"].values())
    assert all(set(texts) == {"en", "zh"} for texts in catalogue()["readme"].values())


def test_a_store_on_either_engine_gives_the_same_lines(store, sample, observatory, tmp_path):
    for name in ("code", "work", "origin"):
        store.lend(name, table_of(name, sample[name]))

    folder = write_pack(store, observatory, out=tmp_path / "data").folder

    assert [row["work"] for row in lines_of(folder, "work")] == [
        "planted:W1",
        "planted:W2",
        "robots:W1",
        "robots:W2",
    ]
    assert lines_of(folder, "work")[2]["title"] == "[withheld]"
