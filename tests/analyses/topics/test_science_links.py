from __future__ import annotations

import random

import pyarrow as pa
from tests.analyses.topics.made_references import cited, made_works, stranger

from armillary.analyses.topics.science_links import science_links
from armillary.evidence.duckdb import DuckDBStore

WORK = {"type": "article", "doi": None, "year": 2004, "authors": ["Smith, J."]}


def works_of(frame, works):
    return frame(table_of_works(works))


def table_of_works(works):
    text = pa.string()
    kinds = {"authors": pa.list_(text), "year": pa.int64()}
    columns = ("work", "type", "title", "authors", "year", "doi")
    return pa.table({c: pa.array([w[c] for w in works], kinds.get(c, text)) for c in columns})


def links(frame, rows, works, strings):
    patents = frame(
        {
            "work": [f"p:{n}" for n in range(len(strings))],
            "cited_literature": [[s] for s in strings],
        }
    )
    return rows(science_links(patents, works_of(frame, works)))


def test_a_string_names_a_work_by_doi_or_by_author_year_and_title(frame, rows):
    works = [
        {**WORK, "work": "w:1", "title": "Thin films of silicon oxide"},
        {**WORK, "work": "w:2", "title": "Some other work", "doi": "10.1234/ab.7"},
    ]
    said = {
        "See http://dx.doi.org/10.1/none and 10.1234/AB.7.": ("w:2", "doi", 1.0),
        'SMITH J ET AL: "Thin films of silicon oxide", Nature, 2004': ("w:1", "title", 1.0),
        "J. Smith, Thin fims of silicon oxide, Nature (2005)": ("w:1", "words", 0.8),
    }

    found = links(frame, rows, works, list(said))

    assert [row[0] for row in found] == ["p:0", "p:1", "p:2"]
    assert {text: (work, rule, score) for _, work, rule, score, text in found} == said


def test_author_year_and_title_must_all_be_there(frame, rows):
    works = [{**WORK, "work": "w:1", "title": "Thin films of silicon oxide"}]
    strings = [
        "SMITH J: Thin films of silicon oxide, 1998",
        "JONES A: Thin films of silicon oxide, 2004",
        "SMITH J: Thick layers of carbon fibre, 2004",
        "Office action of 2004",
        "",
    ]

    assert links(frame, rows, works, strings) == []


def test_a_string_of_two_works_a_patent_or_a_work_without_author_is_left_alone(frame, rows):
    alike, patent, nobody = "Thin films of silicon oxide", "Thick layers of oxide", "Layers of tin"
    works = [
        *({**WORK, "work": f"w:{n}", "title": alike} for n in (1, 2)),
        {**WORK, "work": "w:3", "title": patent, "type": "patent"},
        {**WORK, "work": "w:4", "title": nobody, "authors": []},
    ]

    strings = [f"Smith, {title}, 2004" for title in (alike, patent, nobody)]

    assert links(frame, rows, works, strings) == []


def test_five_hundred_made_strings_are_linked_well():
    rng = random.Random(20080630)  # noqa: S311 - a seed, not a secret
    works = made_works(rng, 400)
    strings, truth = [], set()
    for at in range(500):
        if rng.random() < 0.6:
            work = rng.choice(works)
            strings.append(cited(rng, work))
            truth.add((f"p:{at}", work["work"]))
        else:
            strings.append(stranger(rng, works, at))
    store = DuckDBStore({})
    try:
        patents = {
            "work": [f"p:{n}" for n in range(500)],
            "cited_literature": [[s] for s in strings],
        }
        table = store.lend("patents", pa.table(patents))
        held = store.lend("works", table_of_works(works))
        found = {(r["patent"], r["work"]) for r in store.rows(science_links(table, held))}
    finally:
        store.close()

    right = len(found & truth)
    precision, recall = right / len(found), right / len(truth)
    f1 = 2 * precision * recall / (precision + recall)
    assert precision >= 0.97
    assert f1 >= 0.85
