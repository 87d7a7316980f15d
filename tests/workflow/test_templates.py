"""Templates: each builds at once, has the published structure and finds what was planted."""

from __future__ import annotations

import importlib
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner
from scipy import stats

from armillary.cli import cli
from armillary.errors import DefinitionError, IndexMethodError
from armillary.evidence.conformance import conform
from armillary.evidence.duckdb import DuckDBStore
from armillary.model.progress import silent
from armillary.sources.definition import read_observatory
from armillary.sources.frameworks import read_framework
from armillary.sources.recipes import read_recipe
from armillary.workflow.check import check
from armillary.workflow.new import new, templates
from armillary.workflow.road import steps
from armillary.workflow.step import Work

# Nodes at each level of the framework: index, groups, ..., indicators.
STRUCTURE = {
    "china-innovation-index": (1, 4, 18),
    "european-innovation-scoreboard": (1, 4, 12, 32),
    "finance-ecology": (1, 6, 24),
    "global-innovation-index": (1, 2, 7, 21, 80),
    "national-innovation-index": (1, 5, 30),
    "regional-innovation-evaluation": (1, 5, 12, 39),
    "regional-innovation-scoreboard": (1, 4, 12, 21),
}
Tables = dict[str, list[dict[str, Any]]]


RANKED = sorted(STRUCTURE.keys() - {"china-innovation-index"})  # one unit has no order


@pytest.fixture(scope="module", params=sorted(STRUCTURE))
def template(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Build a template once: sources, index and audit, with few replicates.

    Ranks given missing data treat 80 indicators three hundred times: they are left out of the
    largest template, to keep the test quick.
    """
    kept: dict[str, Tables] = {}

    def build(name: str) -> Tables:
        if name not in kept:
            with pytest.MonkeyPatch.context() as patch:
                if name == "global-innovation-index":
                    module = importlib.import_module("armillary.analyses.index.audit")
                    patch.setattr(module, "_missing", lambda *_: {})
                kept[name] = run(tmp_path_factory.mktemp(name) / "observatory", name)
        return kept[name]

    return build


def run(folder: Path, name: str) -> Tables:
    new(folder, template=name)
    recipe = folder / "indexes/recipe.toml"  # fewer replicates: the methods have their own tests
    text = recipe.read_text(encoding="utf-8")
    text = text.replace("replicates = 1000", "replicates = 40").replace("rows = 256", "rows = 8")
    recipe.write_text(text, encoding="utf-8")
    held: dict[str, list[pa.Table]] = {}
    for step in steps(read_observatory(folder)):
        store = DuckDBStore({})
        for table, parts in held.items():
            store.lend(table, pa.concat_tables(parts))
        result = step.run(Work(store=store, scratch=folder, progress=silent))
        for table, rows in result.tables.items():
            held.setdefault(table, []).append(conform(table, rows, where=step.name))
        store.close()
    return {table: pa.concat_tables(parts).to_pylist() for table, parts in held.items()}


def at_root(rows: list[dict[str, Any]], **wanted: str) -> dict[str, Any]:
    return {
        row["unit"]: row for row in rows if all(row[key] == value for key, value in wanted.items())
    }


def test_every_template_is_listed_after_the_demo():
    assert list(templates()) == ["demo", *sorted(STRUCTURE)]


def test_the_command_lists_templates_and_writes_the_one_asked_for(tmp_path):
    listed = CliRunner().invoke(cli, ["new", "--list"])
    made = CliRunner().invoke(cli, ["new", str(tmp_path / "x"), "--template", "finance-ecology"])
    neither = CliRunner().invoke(cli, ["new"])

    assert [line.split()[0] for line in listed.output.splitlines()] == list(templates())
    assert made.exit_code == 0, made.output
    assert (tmp_path / "x/indexes/framework.csv").is_file()
    assert neither.exit_code == 2
    assert "DIR" in neither.output


def test_an_unknown_template_is_refused_with_the_nearest_name_and_writes_nothing(tmp_path):
    with pytest.raises(DefinitionError) as caught:
        new(tmp_path / "x", template="global-inovation-index")

    assert "global-innovation-index" in caught.value.fix
    assert not (tmp_path / "x").exists()


def test_a_template_is_a_folder_of_text_anyone_can_read(tmp_path, template):
    written = new(tmp_path / "x", template=template)

    assert {file.suffix for file in written} <= {".toml", ".csv"}
    assert all(file.read_text(encoding="utf-8").strip() for file in written)


def test_a_template_has_the_structure_it_names_and_names_in_both_languages(tmp_path, template):
    new(tmp_path / "x", template=template)
    framework = read_framework(tmp_path / "x/indexes/framework.csv")
    levels = Counter(framework.level.values())

    assert tuple(levels[level] for level in sorted(levels)) == STRUCTURE[template]
    assert {framework.level[leaf.code] for leaf in framework.leaves} == {len(levels) - 1}
    for names in zip(*((n.name_en, n.name_zh) for n in framework.nodes), strict=True):
        assert len(set(names)) == len(names)
    assert all(re.search(r"[\u4e00-\u9fff]", node.name_zh) for node in framework.nodes)
    assert not any(re.search(r"[\u4e00-\u9fff]", node.name_en) for node in framework.nodes)


def test_every_choice_of_a_recipe_says_whether_it_was_verified(tmp_path, template):
    new(tmp_path / "x", template=template)
    recipe = tmp_path / "x/indexes/recipe.toml"
    text = recipe.read_text(encoding="utf-8")

    read_recipe(recipe, read_framework(tmp_path / "x/indexes/framework.csv"))
    if template == "finance-ecology":
        assert "nothing here is verified" in text
        return
    assert "published" in text or "annex was read" in text
    method = text.split("[audit]")[0]
    said = ("published", "Published", "from memory", "ours", "not known", "is not one of")
    for name in ("method", "deviations", "skewness", "growth", "cap", "factor", "maximum"):
        for line in re.findall(rf"^{name} = .*(?:\n {{20,}}#.*)*", method, re.MULTILINE):
            assert any(word in line for word in said) or name == "method", line


def test_a_template_builds_and_everything_it_shows_is_marked_as_simulated(made, template):
    tables = made(template)

    assert tables["score"]
    assert tables["origin"]
    assert all(row["simulated"] for row in tables["origin"])
    assert not tables["rejection"]
    if template != "china-innovation-index":
        assert tables["rank_interval"]
        assert tables["audit_rank"]


@pytest.mark.parametrize("template", RANKED)
def test_the_index_finds_the_order_that_was_planted(made, template):
    tables = made(template)
    root = next(row["code"] for row in tables["framework"] if row["parent"] is None)
    period = max(row["TIME_PERIOD"] for row in tables["score"])
    scores = at_root(tables["score"], code=root, TIME_PERIOD=period)
    planted = at_root(tables["planted_score"], code=root, TIME_PERIOD=period)
    pairs = [
        (row["score"], planted[unit]["level"])
        for unit, row in scores.items()
        if row["score"] is not None
    ]

    assert len(pairs) >= 0.85 * sum(row["rank"] is not None for row in planted.values())
    assert stats.spearmanr(*zip(*pairs, strict=True)).statistic > 0.8


def test_the_global_index_is_audited_under_both_imputations_and_both_means(made):
    tables = made("global-innovation-index")

    assert {(row["path"], row["choice"]) for row in tables["audit_variant"]} == {
        ("impute", "em"),
        ("aggregate.level.1", "geometric"),
    }
    assert {"weight.node.INPUT", "weight.node.OUTPUT"} <= {
        row["path"] for row in tables["audit_sensitivity"]
    }


def test_some_economies_are_screened_out_for_want_of_data(made):
    tables = made("global-innovation-index")
    root = at_root(tables["score"], code="GII", TIME_PERIOD="2023")
    known = {unit: [0, 0] for unit in root}
    inputs = {row["code"] for row in tables["score"] if re.fullmatch(r"G\d\d", row["code"])}
    for row in tables["score"]:
        if row["TIME_PERIOD"] == "2023" and row["code"] in inputs:
            side = int(int(row["code"][1:]) > 54)
            known[row["unit"]][side] += row["value"] is not None

    for unit, (first, second) in known.items():
        enough = first / 54 >= 0.66 and second / 26 >= 0.66
        assert (root[unit]["score"] is not None) == enough, unit
    out = [unit for unit, row in root.items() if row["score"] is None]
    assert 1 <= len(out) <= 13


def test_the_best_nation_has_100_in_each_indicator_and_no_nation_more(made):
    tables = made("national-innovation-index")
    kinds = {row["code"]: row["kind"] for row in tables["framework"]}
    best: dict[str, float] = {}
    for row in tables["score"]:
        if kinds[row["code"]] == "indicator" and row["score"] is not None:
            best[row["code"]] = max(best.get(row["code"], 0.0), row["score"])

    assert len(best) == 30
    assert set(best.values()) == {100.0}


def test_fixed_standards_are_capped_at_100(made):
    tables = made("regional-innovation-evaluation")
    leaves = [row for row in tables["score"] if re.fullmatch(r"T\d\d", row["code"])]
    capped = [row for row in leaves if row["score"] == 100]

    assert max(row["score"] for row in leaves if row["score"] is not None) == 100
    assert 0.01 < len(capped) / len(leaves) < 0.4


def test_provinces_are_sorted_by_the_nation_and_by_50_points(made):
    tables = made("regional-innovation-evaluation")
    scores = {
        (row["unit"], row["TIME_PERIOD"]): row["score"]
        for row in tables["score"]
        if row["code"] == "RIE"
    }
    tiers = {(row["unit"], row["TIME_PERIOD"]): row for row in tables["tier"]}

    assert tiers.keys() == {key for key, score in scores.items() if score is not None}
    assert {row["tier"] for row in tiers.values()} == {"first", "second", "third"}
    assert "CHN" not in {unit for unit, _ in tiers}
    for key, row in tiers.items():
        nation, score = row["reference"], scores[key]
        wanted = "first" if score > nation else "second" if score > 50 else "third"
        assert row["tier"] == wanted
        assert row["percent"] == pytest.approx(100 * score / nation)


def test_a_tier_without_a_threshold_is_refused_with_the_mend(tmp_path):
    new(tmp_path / "x", template="regional-innovation-evaluation")
    recipe = tmp_path / "x/indexes/recipe.toml"
    text = recipe.read_text(encoding="utf-8")
    assert text.count("above = 50 ") == 1
    recipe.write_text(text.replace("above = 50 ", "# "), encoding="utf-8")

    with pytest.raises(DefinitionError, match="needs one of above and at_least") as caught:
        read_recipe(recipe, read_framework(tmp_path / "x/indexes/framework.csv"))

    assert "recipe.toml" in caught.value.where
    assert "at_least" in caught.value.fix


def test_a_unit_of_reference_that_no_source_holds_is_refused(tmp_path):
    new(tmp_path / "x", template="regional-innovation-evaluation")
    recipe = tmp_path / "x/indexes/recipe.toml"
    text = recipe.read_text(encoding="utf-8")
    recipe.write_text(text.replace('relative_to = "CHN"', 'relative_to = "CNH"'), encoding="utf-8")

    with pytest.raises(IndexMethodError, match="'CNH' has no observation"):
        check(tmp_path / "x")


def test_the_nation_is_scored_by_its_own_values_against_the_standards(made):
    tables = made("regional-innovation-evaluation")
    nation = {row["reference"] for row in tables["tier"] if row["TIME_PERIOD"] == "2024"}
    values = {
        row["INDICATOR"]: row["OBS_VALUE"]
        for row in tables["observation"]
        if row["REF_AREA"] == "CHN" and row["TIME_PERIOD"] == "2024"
    }
    nodes = {row["code"]: row for row in tables["framework"]}
    targets = targets_of("regional-innovation-evaluation")
    score = 0.0
    for code, value in values.items():
        ratio = value / targets[code] if nodes[code]["direction"] > 0 else targets[code] / value
        score += nodes[code]["effective_weight"] * min(100.0, 100 * ratio)

    assert len(nation) == 1
    assert nation.pop() == pytest.approx(score)


def targets_of(name: str) -> dict[str, float]:
    import csv
    from importlib.resources import files

    file = files("armillary").joinpath("templates", name, "indexes", "framework.csv")
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    return {row["code"]: float(row["target"]) for row in rows if row["target"]}


def test_members_are_sorted_by_their_percentage_of_the_union(made):
    rows = made("european-innovation-scoreboard")["tier"]

    assert {row["TIME_PERIOD"] for row in rows} == {str(year) for year in range(2017, 2025)}
    for row in rows:
        percent = row["percent"]
        wanted = (
            "leader" if percent > 125
            else "strong" if percent >= 100
            else "moderate" if percent >= 70
            else "emerging"
        )  # fmt: skip
        assert row["tier"] == wanted
    assert {row["tier"] for row in rows} == {"leader", "strong", "moderate", "emerging"}


def test_the_index_over_time_is_100_in_its_base_year_exactly_and_then_moves(made):
    tables = made("china-innovation-index")
    base = [row["score"] for row in tables["score"] if row["TIME_PERIOD"] == "2015"]
    last = [row["score"] for row in tables["score"] if row["TIME_PERIOD"] == "2024"]

    assert base == [100.0] * 23
    assert np.mean(last) > 110


def test_the_index_over_time_chains_the_mean_symmetric_growth_of_its_fields(made):
    tables = made("china-innovation-index")
    values = {
        (r["INDICATOR"], int(r["TIME_PERIOD"])): r["OBS_VALUE"] for r in tables["observation"]
    }
    parents = {row["code"]: row["parent"] for row in tables["framework"]}
    fields = [code for code, parent in parents.items() if parent == "CII"]
    index = 100.0
    for year in range(2016, 2025):
        growth = []
        for field in fields:
            rates = [
                2
                * (values[code, year] - values[code, year - 1])
                / (values[code, year] + values[code, year - 1])
                for code, parent in parents.items()
                if parent == field
            ]
            growth.append(sum(rates) / len(rates))
        mean = sum(growth) / 4
        index *= (2 + mean) / (2 - mean)
    found = at_root(tables["score"], code="CII", TIME_PERIOD="2024")

    assert found["CHN"]["score"] == pytest.approx(index)
