from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from armillary.model.columns import table_of
from armillary.model.provenance import Reading
from armillary.sources.works import settle_files


def reading(titles: dict[str, str], *, origin: str) -> Reading:
    works = table_of(
        "work",
        [
            {
                "work": f"lab:{key}",
                "source": "lab",
                "origin": origin,
                "locator": f"row {row}",
                "native_id": key,
                "type": "article",
                "title": title,
            }
            for row, (key, title) in enumerate(titles.items(), start=1)
        ],
    )
    return Reading(
        format="x",
        unit_read="rows",
        n_read=len(titles),
        n_kept=len(titles),
        tables={"work": works},
    )


def test_a_work_in_two_files_is_kept_once_and_the_copy_accounted_for():
    first = reading({"1": "One", "2": "Two"}, origin="a")
    second = reading({"2": "Two", "1": "Uno", "3": "Three"}, origin="b")

    kept, settled = settle_files([first, second])

    assert kept.tables["work"].equals(first.tables["work"])
    assert settled.tables["work"]["native_id"].to_pylist() == ["3"]
    assert (settled.n_read, settled.n_kept, settled.n_empty) == (3, 1, 1)
    (refused,) = settled.rejections
    assert (refused.locator, refused.text) == ("row 2", "1 Uno")
    assert "already stands at row 1 of file a, where title differ" in refused.reason


def test_no_files_settle_to_nothing():
    assert settle_files([]) == []


@given(st.lists(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("xy")), max_size=4))
def test_every_id_is_kept_once_and_counts_balance(files):
    readings = [reading(titles, origin=str(n)) for n, titles in enumerate(files)]

    settled = settle_files(readings)

    kept = [key for r in settled for key in r.tables["work"]["native_id"].to_pylist()]
    assert sorted(kept) == sorted({key for titles in files for key in titles})
    assert all(r.n_read == r.n_kept + r.n_empty + len(r.rejections) for r in settled)
