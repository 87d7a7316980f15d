from __future__ import annotations

import numpy as np

from armillary.analyses.topics.labels import characteristic_terms
from armillary.analyses.topics.words import phrases, tokenise

LEARNING = "Reinforcement learning finds a policy; the reward shapes the policy."
WALKING = "Biped walking over steps: the gait of a walking biped on steps."
CHINESE = "强化学习与奖励函数。强化学习需要奖励函数。"
ROBOT_ARM = "水稻产量受干旱胁迫。干旱胁迫降低水稻产量。"


def named(texts, labels):
    tokens = tokenise([(text,) for text in texts])
    levels = phrases(tokens, longest=3, longest_han=6, min_works=2)
    return characteristic_terms(tokens, levels, np.array(labels, dtype=np.int32))


def test_a_phrase_stands_for_its_parts():
    naming = named([LEARNING] * 6 + [WALKING] * 6, [0] * 6 + [1] * 6)

    assert "reinforcement learning" in naming.terms[0][:3]
    assert "policy" in naming.terms[0]
    assert "reinforcement" not in naming.terms[0]
    assert "learning" not in naming.terms[0]


def test_no_term_is_a_stop_word_or_belongs_to_another_cluster():
    naming = named([LEARNING] * 6 + [WALKING] * 6, [0] * 6 + [1] * 6)

    assert not {"the", "of", "a", "on"} & {w for t in naming.terms for x in t for w in x.split()}
    assert "gait" not in naming.terms[0]


def test_chinese_words_are_whole():
    naming = named([CHINESE] * 6 + [ROBOT_ARM] * 6, [0] * 6 + [1] * 6)

    assert {"强化学习", "奖励函数"} <= set(naming.terms[0])
    assert not {"化学", "化学习", "强化", "励函"} & set(naming.terms[0])


def test_the_leading_term_is_counted_on_the_whole_map():
    texts = [LEARNING] * 6 + [WALKING] * 5 + ["Biped gait and reinforcement learning"]

    naming = named(texts, [0] * 6 + [1] * 6)

    assert naming.terms[0][0] in {"reinforcement learning", "policy"}
    assert naming.leading[0] is not None


def test_clusters_without_words_have_no_terms():
    naming = named(["", "", ""], [0, 0, 0])

    assert naming.terms == [[]]
    assert naming.leading == [None]
