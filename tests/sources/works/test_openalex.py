from __future__ import annotations

import gzip
import json

import pytest

from armillary.errors import SourceError
from armillary.sources.works.openalex import abstract

WORK = {
    "id": "https://openalex.org/W1",
    "doi": "https://doi.org/10.1000/ABC",
    "title": "Rings",
    "publication_year": 2015,
    "publication_date": "2015-01-02",
    "language": "en",
    "type": "article",
    "primary_location": {"source": {"display_name": "Advances"}},
    "authorships": [
        {
            "author": {"display_name": "A. Li"},
            "institutions": [{"display_name": "Tsinghua", "country_code": "CN"}],
            "countries": ["CN"],
        }
    ],
    "keywords": [{"display_name": "Ring"}],
    "topics": [{"display_name": "Astronomy"}],
    "referenced_works": ["https://openalex.org/W2", "https://openalex.org/W3"],
    "abstract_inverted_index": {"ring": [1, 3], "A": [0], "in": [2]},
    "cited_by_count": 4,
}
ROW = {
    "work": "lab:W1",
    "source": "lab",
    "origin": "0123456789abcdef",
    "locator": "result 1",
    "native_id": "W1",
    "type": "article",
    "title": "Rings",
    "abstract": "A ring in ring",
    "language": "en",
    "year": 2015,
    "date": "2015-01-02",
    "venue": "Advances",
    "doi": "10.1000/abc",
    "keywords": ["Ring"],
    "authors": ["A. Li"],
    "organisations": ["Tsinghua"],
    "countries": ["CN"],
    "classes": ["Astronomy"],
    "cited_as": None,
    "references": ["https://openalex.org/W2", "https://openalex.org/W3"],
    "cited_by_count": 4,
}


@pytest.mark.parametrize("content", [{"meta": {"count": 1}, "results": [WORK]}, [WORK], WORK])
def test_a_page_a_list_and_a_single_work_give_the_same_row(read, content):
    reading = read(json.dumps(content, indent=1))

    assert reading.format == "OpenAlex JSON"
    assert reading.tables["work"].to_pylist() == [ROW]


def test_one_element_lists_may_stand_as_plain_values(read):
    plain = {
        **WORK,
        "authorships": {**WORK["authorships"][0], "countries": "CN"},
        "keywords": WORK["keywords"][0],
        "referenced_works": "https://openalex.org/W2",
        "abstract_inverted_index": {"Rings": 0},
    }

    (work,) = read(json.dumps([plain])).tables["work"].to_pylist()

    assert (work["authors"], work["countries"], work["keywords"]) == (["A. Li"], ["CN"], ["Ring"])
    assert (work["references"], work["abstract"]) == (["https://openalex.org/W2"], "Rings")


def test_packed_json_lines_lose_only_the_damaged_line(read):
    second = {**WORK, "id": "https://openalex.org/W9", "title": None}
    lines = [json.dumps(WORK), json.dumps(second), json.dumps(WORK)[:80]]

    reading = read(gzip.compress("\n".join(lines).encode()))

    assert reading.tables["work"]["locator"].to_pylist() == ["line 1", "line 2"]
    assert reading.format == "OpenAlex JSON (1 without a title)"
    assert [r.locator for r in reading.rejections] == ["line 3"]


def test_a_thing_that_is_no_work_is_refused_with_its_place(read):
    topic = {"id": "https://openalex.org/T5", "display_name": "Astronomy"}
    odd = {**WORK, "id": "https://openalex.org/W7", "authorships": ["A. Li"]}

    reading = read(json.dumps([WORK, topic, odd, 7]))

    assert [r.locator for r in reading.rejections] == ["result 2", "result 3", "result 4"]


def test_a_page_cut_short_is_refused_whole(read):
    with pytest.raises(SourceError, match="damaged or cut short"):
        read(json.dumps({"results": [WORK]})[:-20])


def test_json_nested_without_end_is_refused(read):
    with pytest.raises(SourceError):
        read('{"id": "https://openalex.org/W1", "a": ' + "[" * 100_000)


def test_an_abstract_keeps_the_order_of_positions():
    assert abstract({"b": [10**12], "a": [3, 5]}) == "a a b"
    assert abstract({}) is None
