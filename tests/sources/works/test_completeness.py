from __future__ import annotations

import pyarrow as pa

from armillary.model.columns import table_of
from armillary.sources.works.completeness import FIELDS, completeness

ALWAYS = {"source": "lab", "origin": "o", "locator": "row 1", "type": "article", "title": "t"}


def works():
    return table_of(
        "work",
        [
            {**ALWAYS, "work": "lab:1", "native_id": "1", "year": 2001, "abstract": "About"},
            {
                **ALWAYS,
                "work": "lab:2",
                "native_id": "2",
                "year": 2001,
                "references": ["R", "S"],
                "keywords": [],
                "cited_by_count": 0,
            },
            {
                **ALWAYS,
                "work": "lab:3",
                "native_id": "3",
                "title": "",
                "countries": ["FR"],
                "keywords": ["k"],
                "authors": ["A"],
                "doi": "10.1000/1",
            },
        ],
    )


def test_shares_and_counts_are_given_by_source_and_year(frame, rows):
    citations = pa.table({"source": ["lab"], "citing": ["lab:2"], "cited": ["lab:1"]})

    found = rows(completeness(frame(works()), frame(citations)))

    shares = {"title": 1.0, "abstract": 0.5, "references": 0.5, "resolved": 0.5, "cited_by": 0.5}
    dated = [shares.get(name, 0.0) for name in FIELDS]
    rest = {"countries": 1.0, "authors": 1.0, "keywords": 1.0, "doi": 1.0}
    undated = [rest.get(name, 0.0) for name in FIELDS]
    assert found == [
        ("lab", 2001, 2, *dated, *(int(2 * share) for share in dated), 2, 1),
        ("lab", None, 1, *undated, *(int(share) for share in undated), 0, 0),
    ]


def test_without_citations_it_is_not_known_what_was_matched(frame, rows):
    found = rows(completeness(frame(works())).select("n_resolved", "resolved"))

    assert found == [(None, None), (None, None)]
