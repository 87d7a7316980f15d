"""Framework and recipe files: what they give, and how their faults are told."""

from __future__ import annotations

from pathlib import Path

import pytest

import armillary
from armillary.errors import DefinitionError, IndexMethodError, ManyProblems
from armillary.model.indicators import Direction
from armillary.model.methods import Geometric
from armillary.sources.frameworks import read_framework
from armillary.sources.recipes import read_recipe

GOOD = """code,name_en,name_zh,parent,weight,direction,unit_measure,dimensions,denominator,scale
I,Index,指数,,,,,,,
A,Enterprise funds,企业资金,I,0.5,,PERCENT,SECT_FUND=BES; TYPE_RD=BASIC,GERD,100

B,"Deaths, all",死亡,I,,-1,,,,
"""


def write(folder, name, text):
    path = folder / name
    path.write_bytes(text.encode("utf-8"))
    return path


@pytest.fixture
def framework(tmp_path):
    return read_framework(write(tmp_path, "f.csv", GOOD))


def test_a_framework_is_read_as_written(framework):
    index, a, b = framework.nodes

    assert (index.code, index.parent, index.name_zh) == ("I", None, "指数")
    assert (a.weight, a.dimensions) == (0.5, {"SECT_FUND": "BES", "TYPE_RD": "BASIC"})
    assert (a.denominator, a.scale, a.unit_measure) == ("GERD", 100.0, "PERCENT")
    assert (b.name_en, b.direction, b.weight) == ("Deaths, all", Direction.LOWER_IS_BETTER, 1.0)


def test_three_columns_and_a_byte_order_mark_are_enough(tmp_path):
    found = read_framework(
        write(tmp_path, "f.csv", "\ufeffcode,parent,name_en\r\nI,,I\r\na,I,a\r\n")
    )

    assert [node.code for node in found.nodes] == ["I", "a"]


def test_all_faults_of_a_framework_are_named_with_their_lines(tmp_path):
    text = "code,name_en,parent,weight,direction,dimensions\n" + "\n".join(
        [
            "I,Index,,,,",
            "PILLAR,Pillar,I,,,",
            "a,First,PILAR,,,",
            "b,Second,PILLAR,half,2,",
            "c,,PILLAR,-1,,SECT_FUND",
        ]
    )
    with pytest.raises(ManyProblems) as refused:
        read_framework(write(tmp_path, "f.csv", text))

    found = [(p.where, p.problem, p.fix) for p in refused.value.problems]
    assert (
        "f.csv, line 4",
        "Parent 'PILAR' of 'a' is not a node.",
        "did you mean 'PILLAR'?",
    ) in found
    assert {(where, problem) for where, problem, _ in found} >= {
        ("f.csv, line 5", "direction '2' is neither 1 nor -1."),
        ("f.csv, line 5", "weight 'half' is not a number."),
        ("f.csv, line 6", "The node has no name_en."),
        ("f.csv, line 6", "dimensions holds 'SECT_FUND'."),
        ("f.csv, line 6", "Weight of 'c' is -1.0, not a number from 0 up."),
    }
    assert len(found) == 6


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"code;name_en;parent\nI;I;\n", "is unknown"),
        ("code,name_en,parent\nI,指数,\n".encode("gb18030"), "not UTF-8 text"),
        (b'code,name_en,parent\nI,"I,\n', "is not CSV"),
        (b"", "is absent"),
        (b"code,name_en,parent\n", "has no node"),
    ],
)
def test_files_that_hold_no_framework_are_refused_with_a_mend(tmp_path, content, problem):
    path = tmp_path / "f.csv"
    path.write_bytes(content)

    with pytest.raises((DefinitionError, ManyProblems)) as refused:
        read_framework(path)

    assert problem in str(refused.value)


def test_an_absent_file_is_told_plainly(tmp_path):
    with pytest.raises(DefinitionError, match=r"f\.csv does not exist"):
        read_framework(tmp_path / "f.csv")


def test_a_recipe_is_read_as_written(tmp_path, framework):
    text = """
period = "latest"
max_age_years = 3
exclude = ["CHN"]
minimum_coverage = 0.5
normalise = { method = "minmax", range = [1, 100] }
[aggregate]
default = "arithmetic"
level = { 0 = "geometric" }
[audit]
replicates = 200
vary.weight = { spread = 0.25 }
vary.aggregate.level.0 = ["arithmetic", "geometric"]
"""
    recipe = read_recipe(write(tmp_path, "r.toml", text), framework)

    assert (recipe.period, recipe.max_age_years, recipe.exclude) == ("latest", 3, ("CHN",))
    assert recipe.normalise.range == (1.0, 100.0)
    assert recipe.aggregate.level == {0: Geometric()}
    assert recipe.audit.replicates == 200
    assert recipe.audit.vary["weight"].spread == 0.25
    assert recipe.audit.vary["aggregate.level.0"].choices == (
        {"method": "arithmetic"},
        {"method": "geometric"},
    )


def test_one_word_names_a_method(tmp_path, framework):
    text = 'period = 2023\nnormalise = "minmax"\naggregate = "arithmetic"\n'

    assert read_recipe(write(tmp_path, "r.toml", text), framework).period == 2023


def test_all_faults_of_a_recipe_are_named_with_their_keys(tmp_path, framework):
    text = """
perod = 2023
exclude = "CHN"
minimum_coverage = 65
[normalise]
method = "minimax"
[aggregate]
node = { A = "geometric", J = "arithmetic" }
"""
    with pytest.raises(ManyProblems) as refused:
        read_recipe(write(tmp_path, "r.toml", text), framework)

    found = {(p.where, p.fix) for p in refused.value.problems}
    assert found >= {
        ("r.toml, line 2, perod", "did you mean 'period'?"),
        ("r.toml, period", "add `period = 2023`"),
        ("r.toml, line 5, normalise", "did you mean 'minmax'?"),
        ("r.toml, line 3, exclude", 'it must be a list of areas like ["CHN"]'),
        ("r.toml, line 4, minimum_coverage", "it must be a share like 0.65"),
        ("r.toml, aggregate.node.A", "groups are I"),
    }
    assert len(refused.value.problems) == 7


def test_a_geometric_mean_over_scores_from_zero_is_refused_with_the_mend(tmp_path, framework):
    text = 'period = 2023\naggregate = "geometric"\n'
    with pytest.raises(IndexMethodError, match="needs scores above 0") as refused:
        read_recipe(write(tmp_path, "r.toml", text), framework)

    assert "range = [1, 100]" in refused.value.fix


def test_a_recipe_that_is_no_toml_is_refused(tmp_path, framework):
    with pytest.raises(DefinitionError, match="is not valid TOML"):
        read_recipe(write(tmp_path, "r.toml", "period = = 3"), framework)


def test_the_demonstration_index_is_sound_and_bilingual():
    home = Path(armillary.__file__).parent / "demo" / "indexes"
    framework = read_framework(home / "regional.csv")
    recipe = read_recipe(home / "regional.toml", framework)

    assert all(node.name_zh for node in framework.nodes)
    assert len(framework.children["REGIONAL"]) == 3
    assert recipe.exclude == ("CHN",)
