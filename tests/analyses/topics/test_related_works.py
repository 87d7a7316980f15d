"""Which relation a map is made by, and when a relation asked for is refused."""

from __future__ import annotations

import pyarrow as pa
import pytest

from armillary.analyses.topics.related_works import relate_works
from armillary.analyses.topics.words import phrases, tokenise
from armillary.errors import TopicError
from armillary.model.literature import TopicRecipe

IDS = [f"W{n}" for n in range(8)]
TOKENS = tokenise([("grasp planning robot hand", None)] * 4 + [("rice drought yield", None)] * 4)
FOUND = phrases(TOKENS, longest=3, longest_han=6, min_works=1)
# Every work but W7 cites an outside work that another cites too; two pairs cite each other.
REFERENCES = {
    "citing": ["W0", "W1", "W2", "W3", "W4", "W5", "W6", "W1", "W3"],
    "key": ["x", "x", "y", "y", "z", "z", "z", "work:W0", "work:W2"],
    "cited": pa.array([None] * 7 + ["W0", "W2"], pa.string()),
}
CITATIONS = {"citing": ["W1", "W3"], "cited": ["W0", "W2"]}


@pytest.fixture
def related(frame):
    def relate(*, known=True, **recipe):
        notes: list[str] = []
        found = relate_works(
            frame({"work": IDS}),
            frame(CITATIONS),
            references=frame(pa.table(REFERENCES)) if known else None,
            ids=IDS,
            tokens=TOKENS,
            found=FOUND,
            recipe=TopicRecipe(**recipe),
            corpus="lab",
            notes=notes,
        )
        return found, notes

    return relate


def test_left_free_works_are_related_by_extended_direct_citation_and_text(related):
    found, notes = related()

    assert found.name == "extended direct citation and text"
    assert "relates 7 of 8 (88%)" in notes[0]


def test_without_references_few_citations_leave_the_text(related):
    found, notes = related(known=False)

    assert found.name == "text"
    assert notes == [
        "Works are related by text: direct citation relates 4 of 8 works (50%), fewer than 60%."
    ]


@pytest.mark.parametrize("asked", ["extended direct citation", "bibliographic coupling"])
def test_a_relation_asked_for_by_name_is_used_alone(related, asked):
    found, _ = related(relatedness=asked)

    assert found.name == asked
    assert set(found.relations["work"].to_pylist()) == set(IDS[:7])


@pytest.mark.parametrize("asked", ["direct citation", "co-citation"])
def test_a_relation_asked_for_that_reaches_too_few_works_is_refused(related, asked):
    said = rf"do not allow {asked}: [04] of 8 works \([05]+%\) are related by it; 60% are needed"
    with pytest.raises(TopicError, match=said) as error:
        related(relatedness=asked)

    # The works have references, so more of them would not help; a wider corpus would.
    assert "wider corpus" in error.value.fix


@pytest.mark.parametrize("asked", ["extended direct citation", "bibliographic coupling"])
def test_a_relation_that_needs_references_is_refused_without_them(related, asked):
    said = rf"do not allow {asked}: 0 of 8 works \(0%\) hold cited references"
    with pytest.raises(TopicError, match=said) as error:
        related(relatedness=asked, known=False)

    assert "export the records again with cited references" in error.value.fix


def test_text_asked_for_asks_nothing_of_the_references(related):
    found, notes = related(relatedness="text")

    assert found.name == "text"
    assert notes == ["Works are related by text: as asked for."]
