from __future__ import annotations

from armillary.model.columns import table_of
from armillary.sources.works.citations import resolve_citations


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


OLD = "Batty, M., The size, scale, and shape of cities (2008) Science"
NEW = "Batty M., The size, scale, and shape of cities, Science, (2008)"


def test_scopus_references_name_a_work_by_author_title_and_year(frame, rows):
    table = works(
        {"native_id": "1", "cited_as": [OLD, NEW]},
        {
            "native_id": "2",
            "references": [
                "Batty, M., The Size, Scale and Shape of Cities (2008) Sci., 319, pp. 769-771"
            ],
        },
        {
            "native_id": "3",
            "references": [
                "Batty M., Longley P.-A., The size, scale, and shape of cities, Science, 319, "
                "5864, pp. 769-771, (2008)"
            ],
        },
        {
            "native_id": "4",
            "references": [
                "Batty, M., The size, scale, and shape of cities (2009) Science",
                "Batti, M., The size, scale, and shape of cities (2008) Science",
                "Batty, M., Lee, A., The size, scale, and shape of cities and towns (2008) Science",
                "Batty M., The size, scale, and shape of cities, Nature, 319, (2008)",
                "Batty M., The size, scale, and shape, Science, 319, (2008)",
                "The size, scale, and shape of cities (2008) Science",
                "Batty, M., (2008) The size, scale, and shape of cities, Science",
            ],
        },
    )

    assert rows(resolve_citations(frame(table))) == [
        ("lab", "lab:2", "lab:1"),
        ("lab", "lab:3", "lab:1"),
    ]


def test_accents_and_marks_do_not_part_two_spellings_of_a_scopus_form(frame, rows):
    table = works(
        {"native_id": "1", "cited_as": ["Fernández, E., ELECTRE TRI-nB: a new method (2017) EJOR"]},
        {
            "native_id": "2",
            "references": ["Fernandez, E., Roy, B., Electre Tri nB, A new method (2017) EJOR, 2"],
        },
    )

    assert rows(resolve_citations(frame(table))) == [("lab", "lab:2", "lab:1")]


def test_short_titles_and_forms_of_several_works_name_none(frame, rows):
    table = works(
        {"native_id": "1", "cited_as": ["Batty, M., Cities (2008) Science"]},
        {"native_id": "2", "cited_as": ["Li, A., A title of sufficient length (2001) X"]},
        {"native_id": "3", "cited_as": ["Li, A., A title of sufficient length (2001) Y"]},
        {
            "native_id": "4",
            "references": [
                "Batty, M., Cities (2008) Nature, 1",
                "Li, A., A title of sufficient length (2001) X, 5",
            ],
        },
    )

    assert rows(resolve_citations(frame(table))) == []


def test_pubmed_dimensions_and_lens_numbers_name_works(frame, rows):
    table = works(
        {"native_id": "101", "cited_as": ["PMID 101"]},
        {"native_id": "pub.1001234567"},
        {"native_id": "000-649-451-763-370"},
        {"native_id": "5", "references": ["Nature. 2000;1:2, PMID 101, DOI 10.9/x"]},
        {"native_id": "6", "references": ["[Li, A||T|J X|2001|1|pub.1001234567|10.1000/q|7]"]},
        {"native_id": "7", "references": ["000-649-451-763-370", "000-649-451-763-371"]},
        {"native_id": "8", "references": ["Nature. 2000;1:2, PMID 1019", "pub.10012345670"]},
    )

    assert rows(resolve_citations(frame(table))) == [
        ("lab", "lab:5", "lab:101"),
        ("lab", "lab:6", "lab:pub.1001234567"),
        ("lab", "lab:7", "lab:000-649-451-763-370"),
    ]
