from __future__ import annotations

import json

CSV = (
    "Lens ID,Title,Date Published,Publication Year,Publication Type,Source Title,Source Country,"
    "Author/s,Abstract,Fields of Study,Keywords,PMID,DOI,Citing Patents Count,References,"
    "Citing Works Count\n"
    '000-1,"Maps, two",2010-09-03,2010,journal article,Geography,France,'
    '"null Tobler; Ann Lee",About,Geometry; Maps,map,77,10.1000/A,4,000-2; 000-3,15\n'
)
WORK = {
    "lens_id": "000-1",
    "title": "Maps, two",
    "publication_type": "conference proceedings article",
    "year_published": 2010,
    "date_published": "2010-09-03T00:00:00.000000+00:00",
    "source": {"title": "Geography"},
    "authors": [
        {
            "first_name": "Ann",
            "last_name": "Lee",
            "affiliations": [{"name": "Univ X", "country_code": "AU"}],
        },
        {"last_name": "Tobler"},
    ],
    "external_ids": [{"type": "doi", "value": "10.1000/A"}, {"type": "pmid", "value": "77"}],
    "abstract": "About",
    "languages": ["en"],
    "keywords": ["map"],
    "fields_of_study": ["Geometry"],
    "references": [{"lens_id": "000-2"}, {"text": "no id"}],
    "scholarly_citations_count": 15,
}


def test_a_row_gives_every_field(read):
    reading = read("\ufeff" + CSV)

    (work,) = reading.tables["work"].to_pylist()
    assert reading.format == "Lens scholarly CSV"
    assert (work["native_id"], work["title"]) == ("000-1", "Maps, two")
    assert (work["type"], work["year"], work["date"]) == ("article", 2010, "2010-09-03")
    assert work["authors"] == ["Tobler", "Ann Lee"]
    assert (work["keywords"], work["classes"]) == (["map"], ["Geometry", "Maps"])
    assert work["references"] == ["000-2", "000-3"]
    assert (work["cited_as"], work["cited_by_count"]) == (["PMID 77"], 15)
    assert (work["countries"], work["organisations"]) == (None, None)


def test_the_page_of_the_api_a_list_and_lines_give_the_same_work(read):
    page = read(json.dumps({"total": 1, "data": [WORK]})).tables["work"]
    bare = read(json.dumps([WORK])).tables["work"]
    lines = read(json.dumps(WORK) + "\n" + json.dumps({"lens_id": "000-9"}) + "\n")

    (work,) = page.to_pylist()
    assert bare.equals(page)
    assert (lines.format, lines.n_kept) == ("Lens scholarly JSON (1 without a title)", 2)
    assert (work["locator"], work["type"], work["date"]) == (
        "result 1",
        "proceedings",
        "2010-09-03",
    )
    assert (work["authors"], work["countries"]) == (["Ann Lee", "Tobler"], ["AU"])
    assert (work["doi"], work["cited_as"]) == ("10.1000/a", ["PMID 77"])
    assert (work["references"], work["cited_by_count"]) == (["000-2"], 15)


def test_an_object_of_the_wrong_shape_is_refused_alone(read):
    reading = read(json.dumps([WORK, {"lens_id": 7, "title": ["x"]}, "text"]))

    assert [r.locator for r in reading.rejections] == ["result 2", "result 3"]
