from __future__ import annotations

from armillary.model.columns import table_of
from armillary.sources.works.citations import reference_keys, resolve_citations


def works(*given):
    always = {"origin": "o", "locator": "line 1", "type": "article", "title": "t", "year": 2000}
    return table_of(
        "work",
        [
            {
                **always,
                "source": "lab",
                **work,
                "work": f"{work.get('source', 'lab')}:{work['native_id']}",
            }
            for work in given
        ],
    )


def test_a_doi_within_a_reference_names_the_work(frame, rows):
    table = works(
        {"native_id": "1", "doi": "10.1000/a(1)[2:x]3.0.co;2-w"},
        {
            "native_id": "2",
            "references": [
                "Li A, 1999, J X, V1, P2, DOI 10.1000/A(1)[2:X]3.0.CO;2-W",
                "Li A, 1999, J X, DOI [10.9999/other, 10.1000/a(1)[2:x]3.0.co;2-w]",
            ],
        },
        {"native_id": "3", "references": ["https://doi.org/10.1000/a(1)[2:x]3.0.co;2-w."]},
        {"native_id": "4", "references": ["10.1000/a"]},
    )

    assert rows(resolve_citations(frame(table))) == [
        ("lab", "lab:2", "lab:1"),
        ("lab", "lab:3", "lab:1"),
    ]


def test_openalex_ids_and_patent_numbers_name_works(frame, rows):
    table = works(
        {"native_id": "W1", "references": ["https://openalex.org/W2", "https://openalex.org/W7"]},
        {"native_id": "W2"},
        {"native_id": "F1", "cited_as": ["US2007093945-A1", "EP123456-A1"]},
        {"native_id": "F2", "references": ["US20070093945-A1", "EP 123456 A1"]},
        {"native_id": "WO-2019179100-A1", "references": ["EP123456-A2"]},
        {"native_id": "F3", "references": ["WO2019179100A1"]},
    )

    assert rows(resolve_citations(frame(table))) == [
        ("lab", "lab:F2", "lab:F1"),
        ("lab", "lab:F3", "lab:WO-2019179100-A1"),
        ("lab", "lab:W1", "lab:W2"),
    ]


def test_the_short_form_must_agree_whole_and_fit_one_work(frame, rows):
    table = works(
        {"native_id": "1", "cited_as": ["Kepler J, 1609, ASTRON NOVA, V3, P21"]},
        {"native_id": "2", "cited_as": ["Li A, 2000, J X, V1, P1"]},
        {"native_id": "3", "cited_as": ["Li A, 2000, J X, V1, P1"]},
        {
            "native_id": "4",
            "references": [
                "KEPLER J, 1609, ASTRON NOVA, V3, P21, DOI 10.1000/unknown",
                "Li A, 2000, J X, V1, P1",
                "Kepler J, 1609, ASTRON NOVA",
            ],
        },
        {"native_id": "5", "references": ["Kepler J, 1609, ASTRON NOVA, V3, P22"]},
    )

    assert rows(resolve_citations(frame(table))) == [("lab", "lab:4", "lab:1")]


def test_self_citations_repeats_and_other_sources_do_not_count(frame, rows):
    table = works(
        {"native_id": "1", "doi": "10.1000/a", "references": ["10.1000/a", "10.1000/b"]},
        {"native_id": "2", "doi": "10.1000/b", "references": None},
        {"native_id": "3", "doi": "10.1000/b", "references": []},
        {"native_id": "9", "source": "other", "references": ["10.1000/a"]},
    )

    assert rows(resolve_citations(frame(table))) == [("lab", "lab:1", "lab:2")]


def test_a_thing_cited_in_several_ways_has_one_key(frame, rows):
    table = works(
        {
            "native_id": "1",
            "references": ["Kepler J, 1609, ASTRON NOVA, V3, P21, DOI 10.1000/Astron."],
        },
        {"native_id": "2", "references": ["KEPLER J, 1609, Astron Nova, V3, P21"]},
        {"native_id": "3", "references": ["https://doi.org/10.1000/astron", "10.1000/ASTRON"]},
        {"native_id": "4", "references": ["Galilei,  G.: Sidereus Nuncius (1610)"]},
        {"native_id": "5", "references": ["GALILEI G. Sidereus nuncius, 1610"]},
        {"native_id": "6", "references": ["US20070093945-A1", "...", "  "]},
        {"native_id": "7", "references": ["US2007093945A1"]},
    )
    given = frame(table)

    assert rows(reference_keys(given, resolve_citations(given))) == [
        ("lab", "lab:1", "doi:10.1000/astron", None),
        ("lab", "lab:2", "doi:10.1000/astron", None),
        ("lab", "lab:3", "doi:10.1000/astron", None),
        ("lab", "lab:4", "text:galilei g sidereus nuncius 1610", None),
        ("lab", "lab:5", "text:galilei g sidereus nuncius 1610", None),
        ("lab", "lab:6", "patent:US2007093945A1", None),
        ("lab", "lab:7", "patent:US2007093945A1", None),
    ]


def test_a_reference_to_a_work_of_the_source_has_the_key_of_that_work(frame, rows):
    table = works(
        {"native_id": "1", "doi": "10.1000/a", "cited_as": ["Li A, 2000, J X, V1, P1"]},
        {"native_id": "2", "references": ["Li A, 2000, J X, V1, P1", "10.1000/a", "10.1/out"]},
        {"native_id": "W3", "references": ["https://openalex.org/W4", "https://openalex.org/W9"]},
        {"native_id": "W4", "references": None},
    )
    given = frame(table)

    assert rows(reference_keys(given, resolve_citations(given))) == [
        ("lab", "lab:2", "text:10 1 out", None),
        ("lab", "lab:2", "work:lab:1", "lab:1"),
        ("lab", "lab:W3", "text:https openalex org w9", None),
        ("lab", "lab:W3", "work:lab:W4", "lab:W4"),
    ]
