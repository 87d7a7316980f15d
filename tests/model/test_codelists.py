import pytest

from armillary.model import codelists
from armillary.model.codelists import CODELISTS, code_rows, codelist, nearest_area, resolve_area


@pytest.mark.parametrize("name", CODELISTS)
def test_no_name_means_two_codes_of_one_list(name):
    meanings = {}
    for code in codelist(name):
        for said in (code.code, code.name_en, code.name_zh, *code.aliases):
            meanings.setdefault(codelists.folded(said), set()).add(code.code)

    assert {said: found for said, found in meanings.items() if len(found) > 1} == {}


@pytest.mark.parametrize("name", CODELISTS)
def test_every_code_has_both_names_and_a_parent_that_exists(name):
    codes = {code.code for code in codelist(name)}

    assert all(code.name_en and code.name_zh for code in codelist(name))
    assert {code.parent for code in codelist(name)} <= codes | {""}
    assert len(codes) == len(codelist(name))


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("CHN", "CHN"),
        ("全 国", "CHN"),
        ("  National Total", "CHN"),
        ("内 蒙 古", "CN-NM"),
        ("内蒙古自治区", "CN-NM"),
        ("Hongkong", "HKG"),
        ("Hong Kong, China", "HKG"),
        ("台    湾", "TWN"),
        ("Bolivia (Plurinational State of)", "BOL"),
        ("Czech Republic (the)", "CZE"),
        ("Cote d'Ivoire", "CIV"),
        ("Korea, Rep.", "KOR"),
        ("ＣＨＮ", "CHN"),
        ("united kingdom", "GBR"),
        ("EL", "GRC"),
    ],
)
def test_an_area_is_known_by_every_name_its_sources_use(said, code):
    assert resolve_area(said) == code


@pytest.mark.parametrize("said", ["", "  ", "东部地区", "NA", "Atlantis"])
def test_what_is_no_area_resolves_to_nothing(said):
    assert resolve_area(said) is None


def test_a_misread_name_gets_a_hint():
    assert nearest_area("内蒙占") == "内蒙古"
    assert nearest_area("Germny") == "Germany"
    assert nearest_area("%%%%") is None


def test_china_has_31_provinces_and_they_leave_out_what_its_totals_leave_out():
    provinces = [code.code for code in codelist("CL_AREA") if code.parent == "CHN"]

    assert len(provinces) == 31
    assert not {"HKG", "MAC", "TWN"} & set(provinces)


def test_an_unknown_codelist_is_named():
    with pytest.raises(KeyError, match="CL_SEKS"):
        codelist("CL_SEKS")


def test_code_rows_hold_every_code_once():
    table = code_rows()

    keys = list(zip(table["codelist"].to_pylist(), table["code"].to_pylist(), strict=True))
    assert len(keys) == len(set(keys)) == sum(len(codelist(name)) for name in CODELISTS)
