"""A record of one database cites a record of another once they are merged."""

from __future__ import annotations

from armillary.model.columns import table_of
from armillary.sources.works.citations import resolve_citations
from armillary.sources.works.merging.citations import merged_citations


def record(work, **fields):
    source, _, native = work.partition(":")
    base = {
        "work": work, "source": source, "origin": "o", "locator": "l", "native_id": native,
        "type": "article", "title": "T",
    }  # fmt: skip
    return base | fields


def found(frame, rows, records, members):
    works = frame(table_of("work", records))
    of = frame(
        table_of(
            "work_member",
            [
                {"work": work, "member": member, "source": "s", "origin": "o", "rule": "title"}
                for member, work in members.items()
            ],
        )
    )
    known = frame(
        table_of("citation", [])
        if not records
        else table_of("citation", [{"source": "scopus", "citing": "scopus:1", "cited": "scopus:2"}])
    )
    return rows(merged_citations(works, of, known=known, source="m"))


def test_references_resolve_across_databases_by_doi_and_by_page(frame, rows):
    short = "Tobler WR, 1970, ECON GEOGR, V46, P234"
    records = [
        record("scopus:1", references=[
            "Tobler, W.R., A computer movie (1970) Economic Geography, 46 (2), pp. 234-240",
            "Someone, A., Else (1999) Somewhere, 1, pp. 1-2, DOI: 10.1000/wos",
        ]),
        record("scopus:2", doi="10.1000/twice"),
        record("wos:1", cited_as=[short], references=["Smith J, 2001, X, V1, P2, DOI 10.1000/s"]),
        record("wos:2", doi="10.1000/wos"),
        record("wos:3", doi="10.1000/twice", references=[short]),
        record("scopus:3", doi="10.1000/s"),
    ]  # fmt: skip
    members = {
        "scopus:1": "m:1", "wos:1": "m:2", "wos:2": "m:3", "scopus:2": "m:4", "wos:3": "m:4",
        "scopus:3": "m:5",
    }  # fmt: skip

    assert found(frame, rows, records, members) == [
        ("m", "m:1", "m:2"),  # Scopus to Web of Science, by name, year, volume and page
        ("m", "m:1", "m:3"),  # by DOI
        ("m", "m:1", "m:4"),  # known within Scopus
        ("m", "m:2", "m:5"),  # Web of Science to Scopus
        ("m", "m:4", "m:2"),  # what one record of a work cites, the work cites
    ]


def test_records_of_one_work_do_not_cite_each_other(frame, rows):
    records = [
        record("scopus:1", references=["10.1000/b"], doi="10.1000/a"),
        record("scopus:2"),
        record("wos:1", doi="10.1000/b"),
    ]
    members = {"scopus:1": "m:1", "wos:1": "m:1", "scopus:2": "m:2"}

    assert found(frame, rows, records, members) == [("m", "m:1", "m:2")]


def test_a_form_two_records_of_one_work_share_still_names_it(frame, rows):
    short = "Tobler WR, 1970, ECON GEOGR, V46, P234"
    records = [
        record("wos:1", cited_as=[short]),
        record("ris:1", cited_as=[short]),
        record("scopus:1", references=[short]),
        record("scopus:2"),
    ]
    alone = resolve_citations(frame(table_of("work", [{**r, "source": "x"} for r in records])))
    members = {"wos:1": "m:1", "ris:1": "m:1", "scopus:1": "m:2", "scopus:2": "m:3"}

    assert rows(alone) == []
    assert ("m", "m:2", "m:1") in found(frame, rows, records, members)
