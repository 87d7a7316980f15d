from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from armillary.model.columns import table_of
from armillary.sources.works.repeats import settle


def works(*records: tuple[str, str]):
    return table_of(
        "work",
        [
            {
                "work": f"lab:{key}",
                "source": "lab",
                "origin": "o",
                "locator": f"row {row}",
                "native_id": key,
                "type": "article",
                "title": title,
            }
            for row, (key, title) in enumerate(records, start=1)
        ],
    )


def test_an_equal_copy_is_joined_and_a_different_one_refused():
    table = works(("1", "One"), ("2", "Two"), ("1", "Uno"), ("2", "Two"))

    kept, n_joined, refused = settle(table)

    assert kept.equals(table.slice(0, 2))
    assert n_joined == 1
    (copy,) = refused
    assert (copy.locator, copy.text) == ("row 3", "1 Uno")
    assert "already stands at row 1, where title differ" in copy.reason


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("xy"))))
def test_every_id_is_kept_once_and_every_record_accounted_for(records):
    kept, n_joined, refused = settle(works(*records))

    assert kept["native_id"].to_pylist() == list(dict.fromkeys(key for key, _ in records))
    assert kept.num_rows + n_joined + len(refused) == len(records)
