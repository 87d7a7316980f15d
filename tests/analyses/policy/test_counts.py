from armillary.analyses.policy import (
    by_area,
    by_facet,
    by_issuer,
    by_theme,
    by_theme_and_year,
    by_year,
)
from armillary.model.columns import table_of


def initiative(name, **fields):
    return {
        "initiative": name, "source": "s", "origin": "o", "locator": "line 2",
        "native_id": name, "n_rows": 1, **fields,
    }  # fmt: skip


def facet(name, code, *, kind="theme", zh=None):
    return {
        "initiative": name, "source": "s", "facet": kind, "code": code,
        "name_en": code.title(), "name_zh": zh,
    }  # fmt: skip


INITIATIVES = table_of(
    "initiative",
    [
        initiative("a", date="2021", REF_AREA="FIN", area_name="Finland", issuer_en="ARIA; BETA"),
        initiative("b", date="2021-05", REF_AREA="FIN", area_name="Finland", issuer_en="ARIA"),
        initiative("c", date="2022-01-31", area_name="Atlantis", issuer_en="ARIA;ARIA"),
        initiative("d", issuer_zh="甲部；乙部"),
    ],
)
FACETS = table_of(
    "initiative_facet",
    [
        facet("a", "ethics"), facet("a", "talent"), facet("b", "ethics", zh="伦理"),
        facet("c", "talent"), facet("d", "talent"), facet("d", "talent"),
        facet("a", "grants", kind="instrument"),
    ],
)  # fmt: skip


def test_each_initiative_counts_once_in_each_of_its_themes(frame, rows):
    counted = by_theme(frame(INITIATIVES), frame(FACETS))

    assert rows(counted) == [("talent", "Talent", None, 3), ("ethics", "Ethics", "伦理", 2)]


def test_other_facets_are_counted_apart(frame, rows):
    counted = by_facet(frame(INITIATIVES), frame(FACETS), facet="instrument")

    assert rows(counted) == [("grants", "Grants", None, 1)]


def test_themes_by_year_keep_initiatives_without_a_date(frame, rows):
    counted = by_theme_and_year(frame(INITIATIVES), frame(FACETS))

    assert [(code, year, n) for code, _, _, year, n in rows(counted)] == [
        ("ethics", 2021, 2), ("talent", 2021, 1), ("talent", 2022, 1), ("talent", None, 1),
    ]  # fmt: skip


def test_years_count_every_initiative(frame, rows):
    assert rows(by_year(frame(INITIATIVES))) == [(2021, 2), (2022, 1), (None, 1)]


def test_areas_without_a_code_keep_their_name(frame, rows):
    assert rows(by_area(frame(INITIATIVES))) == [
        ("FIN", "Finland", 2), (None, "Atlantis", 1), (None, None, 1),
    ]  # fmt: skip


def test_organisations_that_share_an_initiative_count_for_it_each(frame, rows):
    assert rows(by_issuer(frame(INITIATIVES))) == [("ARIA", 3), ("BETA", 1)]
    assert rows(by_issuer(frame(INITIATIVES), language="zh")) == [("乙部", 1), ("甲部", 1)]
