import pytest

from armillary.errors import DefinitionError
from armillary.sources.toml import read_toml

TEXT = """\
title = "x"
[sources.rd]
read = "a.csv"
"cited as" = "b"   # quoted

[[patterns]]
match = "one"
[[patterns]]
match = "two"
codes = { A = "B" }
[patterns.values]
REF_AREA = "CHN"
[index.regional.about]
en = "t"
"""


@pytest.fixture
def toml(tmp_path):
    path = tmp_path / "observatory.toml"
    path.write_text(TEXT, encoding="utf-8")
    return read_toml(path)


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("title",), 1),
        (("sources",), 2),
        (("sources", "rd", "read"), 3),
        (("sources", "rd", "cited as"), 4),
        (("sources", "rd", "absent"), 2),
        (("patterns", 0, "match"), 7),
        (("patterns", 1, "match"), 9),
        (("patterns", 1, "codes", "A"), 10),
        (("patterns", 1, "values", "REF_AREA"), 12),
        (("index", "regional"), 13),
        (("absent",), None),
    ],
)
def test_every_key_knows_its_line_or_that_of_the_table_around_it(toml, key, line):
    assert toml.line(*key) == line


def test_a_place_is_named_by_file_and_line(toml):
    assert toml.where("sources", "rd", "read") == "observatory.toml, line 3"
    assert toml.where("absent") == "observatory.toml"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'title = "x"\ntitle = "y"\n', "not valid TOML: Cannot overwrite a value"),
        (b"[a]\nb = 1\n[a]\n", "not valid TOML"),
        (b"\xff\xfe[\x00", "not UTF-8 text"),
        (b"a = 1\n" + b"b = " + b"[" * 5000, "not valid TOML"),
    ],
)
def test_what_is_no_toml_is_said_so(tmp_path, content, problem):
    path = tmp_path / "m.toml"
    path.write_bytes(content)

    with pytest.raises(DefinitionError, match=problem):
        read_toml(path)


def test_a_misspelt_file_offers_the_one_that_is_there(toml):
    with pytest.raises(DefinitionError) as caught:
        read_toml(toml.path.with_name("observatry.toml"))

    assert caught.value.fix == "did you mean 'observatory.toml'?"
