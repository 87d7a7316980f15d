from __future__ import annotations

import gzip
import json

import pytest

WORK = {
    "DOI": "10.1000/A.1",
    "type": "journal-article",
    "title": ["Maps &amp; <i>more</i>"],
    "container-title": ["Journal of Maps", "J. Maps"],
    "issued": {"date-parts": [[None]]},
    "published-print": {"date-parts": [[2021, 3, 9]]},
    "author": [
        {"given": "Ann", "family": "Lee", "affiliation": [{"name": "Univ X, Lyon, France"}]},
        {"name": "The Group", "affiliation": []},
    ],
    "abstract": "<jats:title>Abstract</jats:title><jats:sec><jats:title>Aim</jats:title>"
    "<jats:p>If <jats:italic>p</jats:italic> &lt; 0.05.</jats:p></jats:sec>",
    "subject": ["Geography"],
    "language": "en",
    "reference-count": 3,
    "reference": [
        {"key": "r1", "DOI": "10.1000/b"},
        {"key": "r2", "unstructured": "Bo C. (2001) Cities.", "DOI": "10.1000/C"},
        {"key": "r3", "author": "Ng", "year": "1999", "journal-title": "J X", "volume": "4"},
    ],
    "is-referenced-by-count": 0,
}
PAGE = {
    "status": "ok",
    "message-type": "work-list",
    "message": {"total-results": 1, "items": [WORK]},
}


def test_a_work_gives_every_field(read):
    reading = read(json.dumps(PAGE))

    (work,) = reading.tables["work"].to_pylist()
    assert (reading.format, work["locator"]) == ("Crossref JSON", "result 1")
    assert (work["native_id"], work["doi"]) == ("10.1000/a.1", "10.1000/a.1")
    assert (work["type"], work["venue"]) == ("article", "Journal of Maps")
    assert work["title"] == "Maps & <i>more</i>"
    assert work["abstract"] == "Aim: If p < 0.05."
    assert (work["year"], work["date"]) == (2021, "2021-03-09")
    assert work["authors"] == ["Lee, Ann", "The Group"]
    assert (work["organisations"], work["countries"]) == (["Univ X, Lyon, France"], ["France"])
    assert work["references"] == [
        "10.1000/b",
        "Bo C. (2001) Cities., DOI 10.1000/C",
        "Ng, J X, 1999, 4",
    ]
    assert (work["cited_by_count"], work["language"]) == (0, "en")


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"status": "ok", "message-type": "work", "message": WORK}),
        json.dumps([WORK]),
        json.dumps({"items": [WORK]}),
        json.dumps(WORK),
        json.dumps(WORK, indent=1),
    ],
)
def test_page_single_work_list_and_bare_object_give_the_same_work(read, text):
    assert read(text).tables["work"].equals(read(json.dumps(PAGE)).tables["work"])


def test_json_lines_are_read_packed_or_not(read):
    other = {**WORK, "DOI": "10.1000/z"}
    lines = f"{json.dumps(WORK)}\n{json.dumps(other)}\n{{cut"

    plain, packed = read(lines), read(gzip.compress(lines.encode()))

    assert packed.tables["work"].equals(plain.tables["work"])
    assert plain.n_kept == 2
    assert [r.locator for r in plain.rejections] == ["line 3"]


@pytest.mark.parametrize("date", [None, {}, {"date-parts": None}, {"date-parts": [None]}])
def test_a_date_of_nulls_is_missing(read, date):
    bare = {"DOI": "10.1000/x", "issued": date, "reference-count": 2}

    (work,) = read(json.dumps([bare])).tables["work"].to_pylist()

    assert (work["year"], work["date"]) == (None, None)
    assert (work["references"], work["title"]) == (None, "")


def test_an_object_without_doi_is_refused_alone(read):
    reading = read(
        json.dumps({"message-type": "x", "message": {"items": [WORK, {"title": ["x"]}]}})
    )

    assert [r.locator for r in reading.rejections] == ["result 2"]
