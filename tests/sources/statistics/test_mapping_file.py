from pathlib import Path

import pytest

from armillary.errors import ArmillaryError, DefinitionError, ManyProblems
from armillary.sources.statistics import read_mapping

GOOD = """\
layout = "tidy"
dataflow = "RD"

[columns]
REF_AREA = "province"
TIME_PERIOD = "year"
OBS_VALUE = "value"
VARIABLE = "variables"

[constants]
INDICATOR = "GERD"
UNIT_MEASURE = "CNY"
UNIT_MULT = 4

[codes.TYPE_RD]
"基础研究" = "BASIC"

[variables."v4_zh_nbzc_jcyj"]
TYPE_RD = "BASIC"
"""


def test_a_mapping_is_read_with_its_variables_and_codes(tmp_path):
    path = tmp_path / "m.toml"
    path.write_text(GOOD, encoding="utf-8")

    mapping = read_mapping(path)

    assert mapping.columns["REF_AREA"] == ("province",)
    assert mapping.constants == {"INDICATOR": "GERD", "UNIT_MEASURE": "CNY", "UNIT_MULT": "4"}
    assert mapping.codes == {"TYPE_RD": {"基础研究": "BASIC"}}
    assert mapping.variables[0].values == {"TYPE_RD": "BASIC"}


def test_all_problems_are_named_at_once_with_line_and_mend(tmp_path):
    path = tmp_path / "m.toml"
    wrong = (
        GOOD.replace("REF_AREA", "REF_AERA")
        .replace('"CNY"', '"CNI!"')
        .replace('TYPE_RD = "BASIC"', 'TYPE_RD = "BASICS"')
        .replace("[columns]", 'sheeet = "x"\n[columns]')
    )
    path.write_text(wrong, encoding="utf-8")

    with pytest.raises(ManyProblems) as caught:
        read_mapping(path)

    said = str(caught.value)
    assert "did you mean 'REF_AREA'?" in said
    assert "did you mean 'BASIC'?" in said
    assert "did you mean 'sheet'?" in said
    assert "'CNI!'" in said
    assert f"{path}, line 4, key sheeet" in said
    assert f"{path}, line 6, key columns.REF_AERA" in said
    assert f"{path}, line 20, key variables.v4_zh_nbzc_jcyj.TYPE_RD" in said
    assert "Nothing in the mapping gives REF_AREA" in said


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (('layout = "tidy"', 'layout = "tydy"'), "did you mean 'tidy'"),
        (('OBS_VALUE = "value"\n', ""), "No column holds OBS_VALUE"),
        (('dataflow = "RD"', ""), "names no dataflow"),
        (("UNIT_MULT = 4", "UNIT_MULT = 0.5"), "is not a code"),
        (("UNIT_MULT = 4", 'UNIT_MULT = "many"'), "power of ten"),
        (('dataflow = "RD"', 'dataflow = "RD"\nencoding = "utf-9"'), "No encoding"),
        (('dataflow = "RD"', 'dataflow = "RD"\ntitle = "(("'), "does not compile"),
        (('dataflow = "RD"', 'dataflow = "RD"\nheader = [5, 2]'), "no pair of rows"),
        (('dataflow = "RD"', "dataflow = 7"), "wrong type"),
        (("[columns]", "[columns"), "not valid TOML"),
    ],
)
def test_each_mistake_is_an_error_that_says_how_to_mend_it(tmp_path, change, problem):
    path = tmp_path / "m.toml"
    path.write_text(GOOD.replace(*change), encoding="utf-8")

    with pytest.raises(ArmillaryError) as caught:
        read_mapping(path)

    assert problem in str(caught.value)
    assert "fix:" in str(caught.value)


def test_a_table_inside_a_bulletin_is_checked_on_its_own_lines(tmp_path):
    path = tmp_path / "m.toml"
    path.write_text(
        'layout = "bulletin"\ndataflow = "B"\n[[patterns]]\nmatch = "x"\nSECT_PREF = "BES"\n'
        '[[tables]]\n[tables.columns]\nREF_AREA = "地区"\n[tables.variables.total]\n'
        'INDICATOR = "GERD"\nUNIT_MEASUR = "CNY"\n',
        encoding="utf-8",
    )

    with pytest.raises(ManyProblems) as caught:
        read_mapping(path)

    said = str(caught.value)
    assert "The pattern has no group OBS_VALUE" in said
    assert "line 5, key patterns.0.SECT_PREF" in said
    assert "line 11, key tables.0.variables.total.UNIT_MEASUR" in said


def test_a_missing_mapping_and_one_in_another_encoding_are_plain_errors(tmp_path):
    path = tmp_path / "m.toml"
    path.write_bytes('layout = "表"'.encode("gbk"))

    with pytest.raises(DefinitionError, match="not UTF-8"):
        read_mapping(path)
    with pytest.raises(DefinitionError, match="does not exist"):
        read_mapping(tmp_path / "absent.toml")


def test_every_mapping_in_acceptance_is_valid():
    folder = Path(__file__).parents[3] / "acceptance" / "mappings"

    read = [read_mapping(path) for path in sorted(folder.glob("*.toml"))]

    assert len(read) >= 14


@pytest.mark.parametrize("name", ["columns", "constants", "variables", "codes", "patterns", "skip"])
@pytest.mark.parametrize("value", ["5", "true", '"x"', "1979-05-27"])
def test_a_value_where_a_table_belongs_is_an_error_not_a_crash(tmp_path, name, value):
    path = tmp_path / "m.toml"
    path.write_text(f'layout = "sdmx"\n{name} = {value}\n', encoding="utf-8")

    with pytest.raises(DefinitionError, match=f"'{name}' must be") as caught:
        read_mapping(path)

    assert "line 2" in caught.value.where
