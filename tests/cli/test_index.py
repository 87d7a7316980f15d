"""The commands on one index, as a user types them."""

from __future__ import annotations

import csv
import math

import pytest
from click.testing import CliRunner

from armillary.cli import cli
from armillary.errors import ArmillaryError, DefinitionError, IndexMethodError, PublicationError

FRAMEWORK = """code,name_en,name_zh,parent,weight,direction,low,high
I,Innovation,创新,,1,1,,
IN,Input,投入,I,2,1,,
OUT,Output,产出,I,1,1,,
RD,R&D,研发,IN,1,1,0,100
EDU,Education,教育,IN,1,1,0,100
PAT,Patents,专利,OUT,1,1,0,100
"""
RECIPE = """period = "latest"
max_age_years = 0
normalise = { method = "goalposts", range = [1, 100] }
[audit]
replicates = 40
vary.weight = { spread = 0.25 }
"""
UNITS = "ABCDEFG"


def value(n, year, factor):
    return round(10 + 11 * n + factor * math.sin(n + year) * 3, 3)


def define(folder, *, recipe=RECIPE, framework=FRAMEWORK, units=UNITS, years=range(2016, 2023)):
    folder.mkdir()
    (folder / "framework.csv").write_text(framework, encoding="utf-8")
    (folder / "recipe.toml").write_text(recipe, encoding="utf-8")
    lines = ["unit,Time,RD,EDU,PAT"]
    lines += [
        f"{unit},{year},{value(n, year, 1)},{value(n, year, 2)},{value(n, year, 3)}"
        for n, unit in enumerate(units)
        for year in years
    ]
    (folder / "data.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path):
    return define(tmp_path / "one")


def run(*arguments):
    result = CliRunner().invoke(cli, ["index", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_compute_writes_csv_files_and_a_workbook(folder, tmp_path):
    out = tmp_path / "out"

    said = run("compute", folder, "--out", out)

    assert "Innovation: 7 units ranked." in said
    names = {path.name for path in out.iterdir()}
    assert {"index.xlsx", "score.csv", "framework.csv", "recipe.csv"} <= names
    ranked = {r["unit"]: r["rank"] for r in rows(out / "score.csv") if r["code"] == "I"}
    assert ranked["G"] == "1"


def test_the_same_definition_gives_the_same_bytes(folder, tmp_path):
    for name in ("one_out", "other_out"):
        run("compute", folder, "--out", tmp_path / name, "--language", "zh")

    one, other = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}
        for name in ("one_out", "other_out")
    )
    assert one == other


def test_a_year_after_the_definition_takes_that_edition(folder, tmp_path):
    run("compute", f"{folder}@2018", "--out", tmp_path / "out")

    assert {row["TIME_PERIOD"] for row in rows(tmp_path / "out" / "score.csv")} == {"2018"}


def test_audit_says_what_matters_and_writes_its_tables(folder, tmp_path):
    said = run("audit", folder, "--out", tmp_path / "out")

    assert "7 units ranked" in said
    assert "widest interval: " in said
    assert "most sensitive choice: " in said
    assert (tmp_path / "out" / "audit_importance.csv").exists()


def test_compare_takes_every_change_apart(folder, tmp_path):
    changed = RECIPE + '[aggregate]\nlevel = { 0 = "geometric" }\n'
    later = define(
        tmp_path / "later",
        recipe=changed,
        framework=FRAMEWORK.replace("I,2,", "I,1,"),
        units="BCDEFGH",
    )
    out = tmp_path / "out"

    said = run("compare", f"{folder}@2018", later, "--out", out)

    assert "aggregate.level.0.method: not set -> geometric" in said
    assert "6 units in both, 1 entered, 1 left" in said
    parts = rows(out / "movement.csv")
    units = rows(out / "unit_change.csv")
    changes = {r["unit"]: r for r in units if r["code"] == "I" and r["status"] == "common"}
    assert len(changes) == 6
    for unit, change in changes.items():
        own = {r["factor"]: r for r in parts if r["unit"] == unit}
        whole = own.pop("_T")
        for column in ("rank_change", "score_change"):
            total = sum(float(row[column]) for row in own.values())
            assert total == pytest.approx(float(whole[column]), abs=1e-10)
            assert total == pytest.approx(float(change[column]), abs=1e-10)
        assert float(own["method"]["score_change"]) != 0
        assert float(own["weights"]["score_change"]) != 0
    gone = [row for row in parts if row["unit"] == "A"]
    assert {row["score_change"] for row in gone} == {""}


def test_replay_computes_a_replicate_again(folder):
    said = run("replay", folder, "--replicate", 7)

    assert "replicate 7 of 40" in said
    assert "weight: IN = " in said
    difference = float(said.rsplit("compiled result: ", 1)[1])
    assert difference < 1e-9


def test_replaying_what_was_not_drawn_is_refused(folder):
    with pytest.raises(IndexMethodError, match="no replicate 41"):
        run("replay", folder, "--replicate", 41)


def test_reach_finds_changes_that_give_the_rank(folder):
    said = run("reach", folder, "--unit", "F", "--rank", 1, "--within", 1)

    assert "F has rank 2." in said
    assert "it has rank 1 (the index was run again)" in said
    assert "proved never to harm" in said


def test_reach_proves_what_is_out_of_reach(folder):
    said = run("reach", folder, "--unit", "A", "--rank", 1, "--within", 0.1)

    assert "Rank 1 is out of reach within these bounds; this is proved." in said
    assert "Best rank of all that was tried" in said


def test_reach_takes_bounds_from_five_years_of_peers(folder, tmp_path):
    assert "has rank" in run("reach", folder, "--unit", "C", "--rank", 4)

    short = define(tmp_path / "short", years=[2022])
    with pytest.raises(ArmillaryError, match="No unit has values"):
        run("reach", short, "--unit", "C", "--rank", 4)


def test_an_unknown_unit_is_named(folder):
    with pytest.raises(IndexMethodError, match="no unit 'Z'"):
        run("reach", folder, "--unit", "Z", "--rank", 1, "--within", 1)


def test_recipe_prints_every_choice_and_what_differs(folder, tmp_path):
    other = define(tmp_path / "other", recipe=RECIPE.replace("[1, 100]", "[0, 100]"))

    assert "normalise.method = goalposts" in run("recipe", folder)
    assert run("recipe", folder, "--diff", other) == "normalise.range: 1, 100 -> 0, 100\n"
    assert "same choices" in run("recipe", folder, "--diff", folder)


def test_a_folder_with_other_files_is_not_replaced(folder, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.docx").write_text("years of work")

    with pytest.raises(PublicationError, match=r"thesis\.docx, which would be lost"):
        run("compute", folder, "--out", out)

    assert (out / "thesis.docx").exists()


def test_a_failure_leaves_the_last_result_and_no_draft(folder, tmp_path):
    out = tmp_path / "out"
    run("compute", folder, "--out", out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    (folder / "data.csv").write_text("unit,Time,RD,EDU,PAT\nA,2022,x,1,1\n", encoding="utf-8")

    with pytest.raises(ArmillaryError, match="'x' is not a number"):
        run("compute", folder, "--out", out)

    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "out"]


@pytest.mark.parametrize("said", ["nowhere", "nowhere#index@2020"])
def test_a_definition_that_is_not_there_is_refused(tmp_path, said):
    with pytest.raises(DefinitionError, match="does not exist"):
        run("compute", tmp_path / said, "--out", tmp_path / "out")


def test_an_empty_folder_says_what_it_might_hold(tmp_path):
    (tmp_path / "empty").mkdir()

    with pytest.raises(DefinitionError, match="holds no data of an index"):
        run("recipe", tmp_path / "empty")


def test_an_index_of_an_observatory_is_found_by_name(tmp_path):
    from armillary.workflow import new

    new(tmp_path / "demo")

    said = run("recipe", f"{tmp_path / 'demo'}#regional@2021")
    assert "period = 2021" in said
    with pytest.raises(DefinitionError) as refused:
        run("recipe", f"{tmp_path / 'demo'}#regionl")
    assert "did you mean 'regional'?" in str(refused.value)


def test_a_coinr_pair_is_computed_from_its_folder(tmp_path):
    folder = tmp_path / "coinr"
    folder.mkdir()
    (folder / "iMeta.csv").write_text(
        "Level,iCode,iName,Direction,Weight,Denominator,Parent,Type\n"
        "1,RD,R&D,1,1,GDP,Index,Indicator\n"
        "1,PAT,Patents,1,1,,Index,Indicator\n"
        "2,Index,Innovation,1,1,,,Aggregate\n"
        ",GDP,GDP,,,,,Denominator\n",
        encoding="utf-8",
    )
    cells = "".join(f"U{n},Unit {n},2018,{n + 1},{10 * n},{100 - n}\n" for n in range(6))
    (folder / "iData.csv").write_text(f"uCode,uName,Time,RD,PAT,GDP\n{cells}", encoding="utf-8")

    said = run("compute", folder, "--out", tmp_path / "out")

    assert "Innovation: 6 units ranked." in said
    assert "values divided by their Denominator: RD" in said
    assert "No recipe.toml beside the data" in said
    scores = {(r["unit"], r["code"]): r for r in rows(tmp_path / "out" / "score.csv")}
    assert float(scores["U5", "RD"]["value"]) == 6 / 95
    assert scores["U5", "Index"]["score"] == "100.0"


def test_an_index_without_an_observatory_has_no_name(folder):
    with pytest.raises(DefinitionError, match="is no observatory, so it has no index 'x'"):
        run("recipe", f"{folder}#x")


def test_a_table_without_its_framework_says_what_is_needed(tmp_path):
    (tmp_path / "data.csv").write_text("unit,A\nX,1\n", encoding="utf-8")

    with pytest.raises(DefinitionError) as refused:
        run("recipe", tmp_path / "data.csv")

    assert "framework.csv" in str(refused.value)
