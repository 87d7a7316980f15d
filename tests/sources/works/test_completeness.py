from __future__ import annotations

from armillary.model.columns import table_of
from armillary.sources.works.completeness import completeness


def test_shares_are_counted_by_source_and_year(frame, rows):
    always = {"source": "lab", "origin": "o", "locator": "row 1", "type": "article", "title": "t"}
    table = table_of(
        "work",
        [
            {**always, "work": "lab:1", "native_id": "1", "year": 2001, "abstract": "About"},
            {
                **always,
                "work": "lab:2",
                "native_id": "2",
                "year": 2001,
                "references": ["R"],
                "keywords": [],
            },
            {**always, "work": "lab:3", "native_id": "3", "countries": ["FR"], "keywords": ["k"]},
        ],
    )

    assert rows(completeness(frame(table))) == [
        ("lab", 2001, 2, 0.5, 0.5, 0.0, 0.0),
        ("lab", None, 1, 0.0, 0.0, 1.0, 1.0),
    ]
