from __future__ import annotations

import numpy as np

from armillary.analyses.topics.decisions import regroup
from armillary.model.literature import TopicDecision

IDS = [f"W{n}" for n in range(10)]
LABELS = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, -1], dtype=np.int32)


def decided(action, **other):
    return TopicDecision(topics="map", action=action, **other)


def nobody(term):
    return np.zeros(len(IDS), dtype=bool)


def applied(*decisions, users=nobody):
    found = regroup(LABELS, IDS, decisions=decisions, users=users)
    return found.labels.tolist(), [(a.cluster, a.done) for a in found.applied], found.applied


def test_without_decisions_a_map_stays_as_it_is():
    assert applied()[0] == LABELS.tolist()


def test_two_topics_become_one_and_topics_are_numbered_by_size_anew():
    labels, said, _ = applied(decided("merge", works=("W4", "W5"), other=("W7",)))

    assert labels == [1, 1, 1, 1, 0, 0, 0, 0, 0, -1]
    assert said == [(0, True)]


def test_the_works_named_and_those_that_use_a_term_leave_a_topic():
    def users(term):
        return np.array([term == "grasp" and n in {0, 2, 4} for n in range(10)])

    labels, said, about = applied(
        decided("split", works=("W1",), other=("W3",), terms=("grasp",)), users=users
    )

    # Works 0, 2 and 3 leave; work 4 uses the term too but is of another topic.
    assert labels[1] != labels[0] == labels[2] == labels[3]
    assert labels[4] == labels[5]
    assert said == [(int(labels[1]), True)]
    assert about[0].note == "3 of 4 works left."


def test_a_split_that_would_leave_nothing_behind_is_not_done():
    _, said, about = applied(decided("split", works=("W9x", "W0"), other=("W8",)))

    assert said == [(0, False)]
    assert "no work would leave" in about[0].note


def test_a_decision_finds_its_topic_by_most_of_the_works_it_names():
    # W9 is in no topic, W99 is no longer read.
    _, said, _ = applied(decided("rename", works=("W4", "W5", "W0", "W99"), label_en="x"))

    assert said == [(1, True)]


def test_a_decision_whose_works_are_scattered_is_told_not_guessed():
    _, said, about = applied(decided("hide", works=("W0", "W4", "W7", "W9")))

    assert said == [(-1, False)]
    assert "No topic holds half of the 4 works" in about[0].note


def test_a_decision_about_a_term_alone_needs_no_topic():
    _, said, _ = applied(decided("choose", terms=("soft robot",), label_en="a", label_zh="b"))

    assert said == [(-1, True)]


def test_a_topic_split_off_can_be_merged_into_another():
    labels, _, _ = applied(
        decided("merge", works=("W7", "W8"), other=("W0",)),
        decided("split", works=("W1", "W2", "W3"), other=("W0",)),
    )

    assert labels[0] == labels[7] == labels[8] != labels[1]
