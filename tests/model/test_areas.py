from __future__ import annotations

import csv
from importlib.resources import files

import pytest

from armillary.model.areas import area_of
from armillary.model.codelists import codes


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Peoples R China", "CHN"),
        ("P.R. China", "CHN"),
        ("China", "CHN"),
        ("CN", "CHN"),
        ("北京", "CHN"),
        ("USA", "USA"),
        ("U.S.A.", "USA"),
        ("England", "GBR"),
        ("North Ireland", "GBR"),
        ("Turkiye", "TUR"),
        ("Türkiye", "TUR"),
        ("BELARUS", "BLR"),
        ("South Korea", "KOR"),
        ("North Korea", "PRK"),
        ("Rep Congo", "COG"),
        ("Dem Rep Congo", "COD"),
        ("Cote Ivoire", "CIV"),
    ],
)
def test_a_spelling_of_a_database_names_its_country(name, code):
    assert area_of(name) == code


@pytest.mark.parametrize("name", ["WO", "EP", "Unknown", "USSR", "Atlantis", "", "  "])
def test_an_office_of_many_countries_or_an_unknown_name_is_no_country(name):
    assert area_of(name) is None


def test_every_spelling_leads_to_a_code_of_the_codelist():
    text = files("armillary.model").joinpath("area_spellings.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))

    assert not [r for r in rows if r["code"] and r["code"] not in codes("CL_AREA")]
    assert len({r["spelling"] for r in rows}) == len(rows)
