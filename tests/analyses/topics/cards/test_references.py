from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from armillary.analyses.topics.cards.references import _median, reference_ages

WORKS = pa.table(
    {
        "work": ["W1", "W2", "W3", "W4", "W5"],
        "year": [2020, 2019, 2015, 2021, None],
        "references": pa.array(
            [
                [
                    "Smith J, 2015, J ROBOT, V2, P2005, DOI 10.1016/j.x.1999.01.001",
                    "*ISO, 2012",
                    "Doe A, 2021, NATURE",  # cited before it was printed
                    "Roe B, 2030, NATURE",  # a misreading
                    "No year at all, VOL 3",
                ],
                [
                    "Wang, L., Title (2017) Journal, 12 (3), pp. 1999-2004",
                    "Li. 题名[J]. 学报, 2018, 5(2)",
                ],
                None,
                ["https://openalex.org/W1", "https://openalex.org/W3"],
                ["Smith J, 2015, J ROBOT"],
            ],
            pa.list_(pa.string()),
        ),
    }
)
CITATIONS = {"citing": ["W4", "W4", "W4", "W1"], "cited": ["W1", "W3", "W3", "W3"]}


def test_references_are_dated_by_their_text_else_by_the_works_they_name(frame, rows):
    ages = reference_ages(frame(WORKS), frame(CITATIONS)).order_by("work", "age")

    assert rows(ages.select("work", "age", "n")) == [
        ("W1", 0, 1),  # 2021: an age of -1 counts as 0
        ("W1", 5, 1),
        ("W1", 8, 1),
        ("W2", 1, 1),
        ("W2", 2, 1),
        ("W4", 1, 1),  # W1, of 2020, among the works of the corpus
        ("W4", 6, 1),  # W3, of 2015, once though listed twice
    ]


@pytest.mark.parametrize("seed", range(5))
def test_the_median_of_counted_values_is_the_median_of_all(seed):
    random = np.random.default_rng(seed)
    values, counts = random.integers(0, 9, 6).astype(float), random.integers(1, 5, 6)

    assert _median(values, counts) == np.median(np.repeat(values, counts))
    assert _median(np.empty(0), np.empty(0)) is None
