from __future__ import annotations

import pyarrow as pa
import pytest

from armillary.analyses.topics.coverage import (
    COCITATION,
    COUPLING,
    DIRECT_CITATION,
    EXTENDED,
    MAIN_PATH,
    TEXT,
    citation_coverage,
)
from armillary.errors import TopicError

TEXTS = pa.list_(pa.string())


def corpus(frame, references):
    n = len(references)
    return frame(
        pa.table(
            {
                "work": [f"w{i}" for i in range(n)],
                "title": ["t"] * n,
                "abstract": pa.nulls(n, pa.string()),
                "references": pa.array(references, TEXTS),
            }
        )
    )


def links(frame, *pairs):
    citing, cited = zip(*pairs, strict=True) if pairs else ((), ())
    return frame(
        pa.table({"citing": pa.array(citing, pa.string()), "cited": pa.array(cited, pa.string())})
    )


def test_works_that_cite_each_other_allow_every_method(frame):
    works = corpus(frame, [["w1"], ["w2"], [], ["x"]])
    pairs = (("w0", "w1"), ("w1", "w2"), ("w3", "w0"))

    found = citation_coverage(works, links(frame, *pairs), least=0.6)

    assert (found.n_linked, found.n_citations, found.n_references) == (4, 3, 3)
    assert (found.n_cited, found.n_extended) == (3, 4)
    assert [one.name for one in found.methods if not one.possible] == []


def test_ends_outside_the_corpus_and_citations_of_oneself_do_not_count(frame):
    works = corpus(frame, [["x"], ["y"], ["z"]])

    found = citation_coverage(works, links(frame, ("w0", "w9"), ("w1", "w1"), ("w8", "w2")))

    assert (found.n_linked, found.n_citations) == (0, 0)
    assert not found.allows(DIRECT_CITATION)
    assert found.allows(COUPLING)
    assert found.allows(EXTENDED)
    assert not found.allows(COCITATION)


def test_too_few_references_are_refused_with_the_numbers_and_what_to_export(frame):
    works = corpus(frame, [["w1"], None, None, []])
    found = citation_coverage(works, links(frame, ("w0", "w1")), least=0.6)

    with pytest.raises(TopicError, match=r"1 of 4 works \(25%\) hold cited references") as error:
        found.require(COUPLING, where="topics.x")

    assert "cited references" in error.value.fix
    assert not found.allows(MAIN_PATH)
    assert found.allows(TEXT)


def test_a_threshold_of_nothing_still_needs_a_link(frame):
    found = citation_coverage(corpus(frame, [None, None]), links(frame), least=0.0)

    assert not found.allows(DIRECT_CITATION)
