"""Records of one work are joined, records that only look alike are not, and why is told."""

from __future__ import annotations

import random

import pytest

from armillary.errors import DefinitionError, SourceError
from armillary.evidence.conformance import conform
from armillary.model.columns import table_of
from armillary.sources.works.merging import merge_works
from armillary.sources.works.merging.decisions import MergeDecision

LONG = "Smooth pycnophylactic interpolation for geographical regions"


def record(work, title=LONG, **fields):
    source = work.partition(":")[0]
    base = {
        "work": work,
        "source": source,
        "origin": source,
        "locator": "line 1",
        "native_id": work.partition(":")[2],
        "type": "article",
        "title": title,
        "year": 1979,
        "authors": ["Tobler, Waldo R."],
    }
    return base | fields


def merge(*records, **choices):
    merged = merge_works(table_of("work", records), **choices)
    for name, table in merged.tables.items():
        conform(name, table, where="test")
    return merged


def works(merged):
    """Return the members of each work, works and members in order."""
    found = {}
    for row in merged.tables["work_member"].to_pylist():
        found.setdefault(row["work"], []).append(row["member"])
    return sorted(found.values())


def rules(merged):
    return {p["rule"] for p in merged.tables["work_pair"].to_pylist() if p["outcome"] == "joined"}


def reason(merged):
    (pair,) = merged.tables["work_pair"].to_pylist()
    assert pair["outcome"] != "joined"
    return pair["text"]


@pytest.mark.parametrize(
    ("left", "right", "rule"),
    [
        ({"doi": "10.1000/x1"}, {"doi": "10.1000/X1", "year": 1985}, "doi"),
        ({"doi": "10.1002/a<1>"}, {"doi": "10.1002/a%3C1%3E"}, "doi"),
        ({}, {"title": LONG.upper() + "."}, "title"),
        ({}, {"title": "<i>Smooth</i> pycnophylactic interpolation for the geographical regions"},
         "title"),
        ({}, {"year": 1980}, "title"),
        ({}, {"year": None}, "title"),
        ({}, {"authors": ["WR Tobler"]}, "title"),
        ({}, {"authors": []}, "title"),
        ({}, {"title": LONG.replace("interpolation", "interpolatoin")}, "title_alike"),
        ({}, {"title": LONG + ": a new method of mapping"}, "subtitle"),
        ({}, {"title": LONG[:45] + "…"}, "subtitle"),
        ({"venue": "J. Am. Stat. Assoc."},
         {"venue": "Journal of the American Statistical Association"}, "title"),
        ({"venue": "PNAS", "year": 1979},
         {"venue": "Proceedings of the National Academy of Sciences", "year": 1980}, "title"),
        ({"doi": "10.1080/01621459.1979.1"}, {"doi": "10.2307/2286968"}, "title"),
        ({"title": "Die Größe der Städte im Süden Europas"},
         {"title": "Die Grosse der Stadte im Suden Europas"}, "title"),
        ({"title": "On $\\alpha$-particles in H$_2$O and the {\\'e}cole of physics"},
         {"title": "On α-particles in H<sub>2</sub>O and the école of physics"}, "title"),
        ({"title": "基于深度学习的图像识别方法研究", "authors": ["王小明", "李华"]},
         {"title": "基于深度学习的图像识别方法研究。", "authors": ["王小明"]}, "title"),
        ({"title": "基于深度学习的图像识别方法研究", "authors": ["王小明"]},
         {"title": "基于深度学习的图像识别方法研究", "authors": ["Wang, Xiaoming"]}, "title"),
        ({"authors": ["Wang Xiaoming"]}, {"authors": ["Wang, X.M."]}, "title"),
        ({"authors": ["Müller, Hans"]}, {"authors": ["Mueller H"]}, "title"),
    ],
)  # fmt: skip
def test_records_of_one_work_are_joined(left, right, rule):
    merged = merge(record("a:1", **left), record("b:2", **right))

    assert works(merged) == [["a:1", "b:2"]]
    assert rules(merged) == {rule}


def test_ids_of_databases_join_wherever_they_stand():
    merged = merge(
        record("a:WOS:000123456789", title="One"), record("b:WOS:000123456789", title="One")
    )
    beside = merge(
        record("a:PMID:1234", title="Of mice"),
        record("b:9", title="Of mice and men", cited_as=["PMID: 1234"]),
    )

    assert rules(merged) == rules(beside) == {"id"}


@pytest.mark.parametrize(
    ("left", "right", "why"),
    [
        ({"doi": "10.1000/1"}, {"doi": "10.1000/2"}, "their DOIs differ"),
        ({"doi": "10.1000/1"}, {"doi": "10.48550/arxiv.1"}, "preprint"),
        ({"title": LONG + ": part I"}, {"title": LONG + ": part II"}, "one is a part of a series"),
        ({}, {"title": LONG + ": part II"}, "one is a part of a series"),
        ({"title": LONG + " 1"}, {"title": LONG + " 2"}, "numbers or parts"),
        ({}, {"title": "Erratum to: " + LONG}, "one speaks of the other"),
        ({}, {"title": LONG + " - Rejoinder"}, "one speaks of the other"),
        ({}, {"year": 1999}, "years lie too far apart"),
        ({}, {"authors": ["Nobody, Else"]}, "authors differ"),
        ({"title": "Maps"}, {"title": "Maps", "authors": []}, "authors cannot be compared"),
        ({"title": "Old maps"}, {"title": "Old maps", "year": None}, "a year is missing"),
        ({"venue": "Journal of Maps"}, {"venue": "Conference of Maps", "type": "proceedings"},
         "one is article and one proceedings"),
        ({"venue": "Journal of Maps"}, {"venue": "Weekly of Views", "title": LONG + "s"},
         "venues differ"),
        ({"title": "中国东部地区空气污染的空间分布特征研究（一）"},
         {"title": "中国东部地区空气污染的空间分布特征研究（二）"}, "numbers or parts"),
    ],
)  # fmt: skip
def test_records_that_only_look_alike_are_kept_apart_and_the_reason_is_told(left, right, why):
    merged = merge(record("a:1", **left), record("b:2", **right))

    assert works(merged) == [["a:1"], ["b:2"]]
    assert why in reason(merged)


@pytest.mark.parametrize("title", ["Introduction", "EDITORIAL.", "编者按", "Book reviews", ""])
def test_general_titles_join_by_identifiers_alone(title):
    apart = merge(record("a:1", title), record("b:2", title))
    joined = merge(record("a:1", title, doi="10.1000/1"), record("b:2", title, doi="10.1000/1"))

    assert len(works(apart)) == 2
    assert len(works(joined)) == 1


def test_a_shared_doi_does_not_join_chapters_with_titles_and_authors_of_their_own():
    doi = {"doi": "10.1000/book", "type": "book"}
    merged = merge(
        record("a:1", "The rise of cities in the south", authors=["Smith, A."], **doi),
        record("a:2", "Water and its many discontents", authors=["Jones, B."], **doi),
    )

    assert len(works(merged)) == 2


def test_two_words_in_use_tell_companion_papers_apart_and_a_slip_does_not():
    said = "Regional {} data on firms in northern counties"
    others = [
        record(f"c:{i}", f"{word} evidence from place {i}", authors=[f"Writer{i}, A."])
        for i, word in enumerate(["Micro", "Macro"] * 4)
    ]
    merged = merge(
        record("a:1", said.format("micro")), record("b:2", said.format("macro")), *others
    )
    slip = merge(record("a:1", said.format("micro")), record("b:2", said.format("micrp")), *others)

    assert ["a:1", "b:2"] not in works(merged)
    assert ["a:1", "b:2"] in works(slip)


def test_patents_are_not_joined_by_their_titles():
    merged = merge(record("a:1", type="patent"), record("b:2", type="patent"))

    assert len(works(merged)) == 2


def test_patents_that_list_one_publication_join_whatever_their_titles():
    lamp = {"type": "patent", "title": "Flying lamp", "cited_as": ["US 2011/0185700 A1"]}
    dwpi = {"type": "patent", "title": "Luminaire that hovers, has rotor", "year": 1978,
            "date": "1980-01-02", "authors": ["ROE J"],
            "cited_as": ["WO2009014184-A2", "US2011185700-A1"]}  # fmt: skip
    other = {"type": "patent", "title": "Flying lamp", "cited_as": ["US2011185700-B2"]}
    paper = {"title": "Flying lamp", "authors": ["Doe, A"], "cited_as": ["US2011185700A1"]}

    merged = merge(
        record("lens:1", **lamp, date="1981-05-06"),
        record("dwpi:2", **dwpi),
        record("lens:3", **other),
        record("wos:4", **paper),
    )

    assert works(merged) == [["dwpi:2", "lens:1"], ["lens:3"], ["wos:4"]]
    assert rules(merged) == {"family"}
    (family,) = (row for row in merged.tables["work"].to_pylist() if "dwpi:2" in row["work"]
                 or "lens:1" in row["work"])  # fmt: skip
    assert (family["year"], family["date"]) == (1978, "1980-01-02")
    assert set(family["cited_as"]) == {
        "US 2011/0185700 A1", "WO2009014184-A2", "US2011185700-A1",
    }  # fmt: skip


def test_the_table_of_patents_joins_families_by_their_ids():
    records = [record(f"a:{n}", type="patent", title=f"Lamp {n}") for n in range(3)]
    place = {"source": "a", "origin": "a", "locator": "row 1"}
    patents = table_of(
        "patent",
        [
            {**place, "work": "a:0", "family": "9", "family_kind": "docdb"},
            {**place, "work": "a:1", "family": "8", "family_kind": "docdb"},
            {**place, "work": "a:2", "family": "9", "family_kind": "docdb"},
        ],
    )

    assert works(merge(*records)) == [["a:0"], ["a:1"], ["a:2"]]
    assert works(merge(*records, patents=patents)) == [["a:0", "a:2"], ["a:1"]]


def test_joins_close_transitively():
    merged = merge(
        record("a:1", doi="10.1000/1"),
        record("b:2", "Another title, in a translation", doi="10.1000/1"),
        record("c:3"),
    )

    assert works(merged) == [["a:1", "b:2", "c:3"]]


def test_a_record_that_fits_two_dois_equally_is_joined_to_neither():
    merged = merge(record("a:1", doi="10.1000/1"), record("b:2"), record("c:3", doi="10.1000/2"))

    assert works(merged) == [["a:1"], ["b:2"], ["c:3"]]
    cut = [p for p in merged.tables["work_pair"].to_pylist() if p["outcome"] == "cut"]
    assert {(p["a"], p["b"]) for p in cut} == {("a:1", "b:2"), ("b:2", "c:3")}
    assert all("two DOIs, 10.1000/" in p["text"] for p in cut)


def test_a_surer_link_wins_over_a_weaker_one_it_contradicts():
    merged = merge(
        record("a:1", doi="10.1000/1", venue="Geographical Analysis"),
        record("b:2", venue="Geographical Analysis"),
        record("c:3", doi="10.1000/2", year=1980),
    )

    assert works(merged) == [["a:1", "b:2"], ["c:3"]]


def test_the_merged_row_takes_the_most_complete_of_each_field_and_remembers_which():
    merged = merge(
        record("a:1", doi="10.1000/1", keywords=["map"], references=["R1", "R2"],
               cited_by_count=5, abstract="Short."),
        record("b:2", LONG.upper(), keywords=["Map", "region"], references=["R3"], year=1980,
               cited_by_count=9, abstract="A longer abstract.", authors=["Tobler W"]),
    )  # fmt: skip

    (row,) = merged.tables["work"].to_pylist()
    gives = {m["member"]: m["gives"] for m in merged.tables["work_member"].to_pylist()}
    assert row["work"] == "merged:a:1"
    assert row["title"] == LONG
    assert row["abstract"] == "A longer abstract."
    assert row["authors"] == ["Tobler, Waldo R."]
    assert row["references"] == ["R1", "R2"]
    assert row["keywords"] == ["map", "region"]
    assert (row["year"], row["cited_by_count"], row["doi"]) == (1980, 9, "10.1000/1")
    assert "cited_by_count" in gives["b:2"]
    assert "references" in gives["a:1"]


def test_missing_citations_are_not_zero():
    merged = merge(record("a:1"), record("b:2"))

    assert merged.tables["work"]["cited_by_count"].to_pylist() == [None]


def test_a_record_alone_keeps_every_field():
    one = record("a:1", abstract="About", references=["R"], cited_by_count=0)

    (row,) = merge(one).tables["work"].to_pylist()

    assert {k: row[k] for k in one if k not in ("work", "source")} == {
        k: one[k] for k in one if k not in ("work", "source")
    }


def decision(what, a, b, by="Ada"):
    return MergeDecision(
        decision=what, a=a, b=b, by=by, date="2026-05-31", reason="read both", where="line 2"
    )


def test_decisions_of_experts_win_over_every_rule():
    records = [
        record("a:1", doi="10.1000/1"),
        record("b:2", doi="10.1000/1"),
        record("c:3", "Quite another title", doi="10.1000/9", year=1900),
    ]

    merged = merge(
        *records, decisions=[decision("keep apart", "a:1", "b:2"), decision("join", "b:2", "c:3")]
    )

    assert works(merged) == [["a:1"], ["b:2", "c:3"]]
    by = {m["member"]: m["decided_by"] for m in merged.tables["work_member"].to_pylist()}
    assert by == {"a:1": None, "b:2": "Ada", "c:3": "Ada"}


def test_decisions_that_contradict_each_other_by_way_of_a_third_record_are_refused():
    told = [
        decision("join", "a:1", "b:2"),
        decision("join", "b:2", "c:3"),
        decision("keep apart", "a:1", "c:3"),
    ]

    with pytest.raises(DefinitionError, match="by way of further records"):
        merge(record("a:1"), record("b:2", "Two"), record("c:3", "Three"), decisions=told)


def test_decisions_about_absent_records_are_counted():
    merged = merge(record("a:1"), decisions=[decision("join", "a:1", "z:9")])

    assert "1 decisions name records that are not here." in merged.notes


def test_ids_that_repeat_are_refused():
    with pytest.raises(SourceError, match="several records: a:1"):
        merge(record("a:1"), record("a:1", "Another"))


def test_the_order_of_records_does_not_matter():
    records = [
        record(f"{source}:{i}", f"{LONG} of kind {name}", year=1979 + i % 3, doi=doi)
        for i, name in enumerate(["wool", "iron", "salt", "wine", "coal"] * 3)
        for source, doi in (("a", f"10.1000/{i}"), ("b", None))
    ]
    shuffled = random.Random(7).sample(records, len(records))  # noqa: S311

    first, second = merge(*records), merge(*shuffled)

    for name in first.tables:
        assert first.tables[name].equals(second.tables[name])
