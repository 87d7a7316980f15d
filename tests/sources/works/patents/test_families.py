from __future__ import annotations

import random

import pyarrow as pa

from armillary.model.columns import table_of
from armillary.sources.works.families import family_keys, patent_families


def row(work, **fields):
    said = {"source": "s", "origin": "o", "locator": "row 1", "work": work}
    return {**said, **fields}


def families(rows):
    found = patent_families(table_of("patent", rows)).to_pylist()
    return {r["member"]: (r["work"], r["rule"], r["evidence"]) for r in found}


def test_a_family_id_joins_only_within_its_kind():
    found = families(
        [
            row("a", family="1", family_kind="dwpi", priority_date="2001-01-01"),
            row("b", family="1", family_kind="dwpi", priority_date="2000-01-01"),
            row("c", family="1", family_kind="inpadoc"),
        ]
    )

    assert found == {
        "a": ("b", "family", "dwpi 1"),
        "b": ("b", "kept", ""),
        "c": ("c", "kept", ""),
    }


def test_the_earliest_priority_joins_publications_of_two_databases():
    found = families(
        [
            row("x:1", priority_number="US 22558594 A", priority_date="1994-04-11"),
            row("y:1", priority_number="us22558594a", priority_date="1994-04-11"),
            row("y:2", priority_number="US22558594A", priority_date="1995-04-11"),
            row("y:3", priority_number="US22558594A"),
        ]
    )

    assert found["y:1"] == ("x:1", "priority", "US22558594A 1994-04-11")
    assert found["y:2"][1] == found["y:3"][1] == "kept"


def test_a_listed_member_is_the_same_document_however_it_is_written():
    found = families(
        [
            row("d", publication_number="WO9527654-A1", family_members=["US2007093945-A1"]),
            row("e", publication_number="US 2007/0093945 A1"),
            row("f", publication_number="US20070093945B2"),
        ]
    )

    assert found["e"] == ("d", "number", "US2007093945A1")
    assert found["f"][1] == "kept"


def test_families_are_the_components_of_what_records_share():
    rng = random.Random(7)  # noqa: S311 - a seed, not a secret
    for _ in range(60):
        rows = [
            row(
                f"w{n:02}",
                family=rng.choice([None, "1", "2", "3", "4"]),
                family_kind="lens",
                priority_number=rng.choice([None, "US1", "US2", "US3", "US4"]),
                priority_date=rng.choice(["2000-01-01", "2001-01-01"]),
                publication_number=rng.choice([None, "EP1A1", "EP2A1", "EP3A1"]),
            )
            for n in range(12)
        ]

        def alike(one, other):
            same = one["family"] and one["family"] == other["family"]
            number = one["publication_number"]
            priority = one["priority_number"]
            return bool(
                same
                or (number and number == other["publication_number"])
                or (
                    priority
                    and priority == other["priority_number"]
                    and one["priority_date"] == other["priority_date"]
                )
            )

        group = {r["work"]: r["work"] for r in rows}
        for _again in rows:  # brute force: spread the lowest name until nothing changes
            for one in rows:
                for other in rows:
                    if alike(one, other):
                        low = min(group[one["work"]], group[other["work"]])
                        group[one["work"]] = group[other["work"]] = low
        found = families(rows)
        same_group = {(a, b) for a in group for b in group if group[a] == group[b]}

        assert {(a, b) for a in found for b in found if found[a][0] == found[b][0]} == same_group
        rng.shuffle(rows)
        assert families(rows) == found


def test_no_record_gives_no_row():
    assert patent_families(table_of("patent", [])).num_rows == 0
    assert patent_families(table_of("patent", [])).schema.field("work").type == pa.string()


def test_records_of_two_databases_share_the_key_of_one_publication():
    works = pa.table(
        {
            "type": ["patent", "patent", "article"],
            "native_id": ["201728877S", "US-2007093945-A1", "US2007093945A1"],
            "cited_as": [["US20070093945-A1", "WO9527654-A1"], ["US-2007093945-A1"], None],
        }
    )

    assert list(family_keys(works)) == [
        (0, "publication:US2007093945A1"),
        (0, "publication:WO1995027654A1"),
        (1, "publication:US2007093945A1"),
    ]
