"""observatory.toml: read, and every problem told at once with its line and the mend."""

from pathlib import Path

import pytest

from armillary.errors import ArmillaryError, DefinitionError, ManyProblems
from armillary.sources.definition import read_observatory

GOOD = """\
title = { en = "Innovation of provinces", zh = "省域创新" }
languages = ["zh", "en"]

[sources.rd]
title = "R&D"
read = "data/rd.csv"
mapping = "rd.toml"
published = 2024-10-02
vintage = 2024

[sources.corpus]
title = "Corpus"
simulate = { works = 500, topics = 5 }

[sources.register]
title = "Policies"
policies = "policies/*.csv"

[index.regional]
title = "Regional index"
framework = "regional.csv"
recipe = "regional.toml"

[statistics.performers]
title = "Performers"
indicator = "GERD"

[topics.corpus]
title = "Topics"
works = "corpus"
topics = 5

[policies.register]
title = "Register"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "data/rd.csv",
        "rd.toml",
        "policies/a.csv",
        "policies/b.csv",
        "regional.csv",
        "regional.toml",
    ):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text("", encoding="utf-8")
    return tmp_path


def write(folder: Path, text: str) -> Path:
    (folder / "observatory.toml").write_text(text, encoding="utf-8")
    return folder


def problems(folder: Path, text: str) -> list[ArmillaryError]:
    with pytest.raises(ArmillaryError) as caught:
        read_observatory(write(folder, text))
    error = caught.value
    return list(error.problems) if isinstance(error, ManyProblems) else [error]


def test_a_good_file_gives_every_part(folder):
    made = read_observatory(write(folder, GOOD))

    assert made.title.in_language("zh") == "省域创新"
    assert made.languages == ("zh", "en")
    assert [file.name for file in made.sources["register"].files] == ["a.csv", "b.csv"]
    assert made.sources["rd"].date_published == "2024-10-02"
    assert made.sources["rd"].vintage == "2024"
    assert made.sources["corpus"].simulation.works == 500
    assert made.indexes["regional"].sources == ("rd",)
    assert made.topics["corpus"].works == ("corpus",)
    assert made.policies["register"].sources == ("register",)


def test_all_problems_come_at_once_each_with_its_line(folder):
    text = (
        GOOD.replace('indicator = "GERD"', 'indicater = "GERD"')
        .replace('works = "corpus"', 'works = "corpsu"')
        .replace('recipe = "regional.toml"', 'recipe = "regionall.toml"')
    )

    found = {str(problem.where): problem for problem in problems(folder, text)}

    assert found["observatory.toml, line 22"].fix == "did you mean 'regional.toml'?"
    assert found["observatory.toml, line 26"].problem.startswith("'indicater' is not a key")
    assert found["observatory.toml, line 30"].fix == "did you mean 'corpus'?"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('languages = ["zh", "en"]', 'languages = ["fr"]', "'languages' is"),
        ('title = { en = "Innovation of provinces", zh = "省域创新" }', "", "'title' is missing"),
        ('title = "R&D"', "title = 3", "'title' is neither a text"),
        ('read = "data/rd.csv"', 'read = "data/rdd.csv"', "finds no file"),
        ('read = "data/rd.csv"', 'read = "data/rd.csv"\nworks = "x"', "says read and works"),
        ('read = "data/rd.csv"', "", "says nothing of what to read"),
        ("[index.regional]", "[index.Regional]", "cannot name a part"),
        ("topics = 5\n\n[policies", "topics = 0\n\n[policies", "is too small"),
        (
            "topics = 5\n\n[policies",
            "topics = 5\nclusters = 6\n\n[policies",
            "more than topics = 5",
        ),
        ("topics = 5\n\n[policies", "topics = 5\nareas = 2\n\n[policies", "made of clusters"),
        (
            "topics = 5\n\n[policies",
            'topics = 5\nrelatedness = "citations"\n\n[policies',
            "relatedness = 'citations' is not known",
        ),
        ('works = "corpus"', 'works = "rd"', "names 'rd', a source of statistics"),
        ("works = 500", 'works = "many"', "'simulate'"),
        ('indicator = "GERD"', 'indicator = "GERD"\ndimension = "SECT_PREF"', "not one R&D"),
    ],
)
def test_each_mistake_has_its_own_plain_error(folder, old, new, says):
    assert old in GOOD

    found = problems(folder, GOOD.replace(old, new, 1))

    assert any(says in problem.problem for problem in found)
    assert all(problem.fix and "observatory.toml" in problem.where for problem in found)


def test_simulated_indicators_name_their_framework_and_units(folder):
    (folder / "units.csv").write_text("unit,region\nCHN,Asia\nDEU,Europe\n", encoding="utf-8")
    text = GOOD.replace(
        "{ works = 500, topics = 5 }", '{ indicators = "regional.csv", units = "units.csv" }'
    ).replace('[topics.corpus]\ntitle = "Topics"\nworks = "corpus"\ntopics = 5\n', "")

    made = read_observatory(write(folder, text))

    drawn = made.sources["corpus"].indicators
    assert made.sources["corpus"].kind == "simulated_indicators"
    assert drawn.framework.name == "regional.csv"
    assert drawn.units == ("CHN", "DEU")
    assert made.indexes["regional"].sources == ("rd", "corpus")


@pytest.mark.parametrize(
    ("simulate", "says"),
    [
        ('{ indicators = "regional.csv" }', "names no units"),
        ('{ indicators = "regionl.csv", units = ["CHN"] }', "there is no such file"),
        ('{ indicators = "regional.csv", units = "unit.csv" }', "there is no such file"),
        ('{ indicators = "regional.csv", units = "rd.toml" }', "Column 'unit' is absent"),
        ('{ indicators = "regional.csv", units = ["CHN"], sed = 1 }', "'sed' is not a key"),
        ('{ indicators = "regional.csv", units = ["CHN"], seed = "x" }', "'simulate'"),
        ('{ indicators = "regional.csv", units = [1] }', "'simulate'"),
    ],
)
def test_what_is_wrong_with_simulated_indicators_is_said(folder, simulate, says):
    found = problems(folder, GOOD.replace("{ works = 500, topics = 5 }", simulate))

    assert any(says in problem.problem for problem in found)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'title = "unclosed', "not valid TOML"),
        ('title = "省域创新"'.encode("gbk"), "not UTF-8 text"),
    ],
)
def test_a_file_that_is_not_toml_says_where(folder, data, says):
    (folder / "observatory.toml").write_bytes(data)

    with pytest.raises(DefinitionError, match=says):
        read_observatory(folder)


def test_a_folder_without_the_file_says_how_to_make_one(tmp_path):
    with pytest.raises(DefinitionError, match="armillary new"):
        read_observatory(tmp_path)
