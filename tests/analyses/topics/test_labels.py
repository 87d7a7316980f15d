from __future__ import annotations

import numpy as np

from armillary.analyses.topics.labels import characteristic_terms
from armillary.analyses.topics.words import phrases, tokenise

LEARNING = [
    "Reinforcement learning finds a policy",
    "A policy for grasping by deep reinforcement learning",
    "Sample cost of reinforcement learning",
    "Policy gradients and reinforcement learning",
    "Reinforcement learning in games needs a policy",
    "Safe reinforcement learning of a running policy",
]
WALKING = [
    "Biped walking over steps",
    "The gait of a walking biped",
    "Gait of humans on stairs",
    "A biped gait on ice",
    "Energy of biped gait",
    "Springs for a walking biped",
]
CHINESE = [
    "强化学习需要奖励函数",
    "奖励函数决定策略",
    "用强化学习训练机械臂",
    "稀疏的奖励函数与强化学习",
    "深度强化学习",
    "奖励函数从示范中来",
]
RICE = [
    "水稻产量受干旱胁迫",
    "干旱胁迫下小麦减产",
    "施肥提高水稻产量",
    "干旱胁迫抗性",
    "水稻产量预测",
    "灌溉缓解干旱胁迫",
]


def named(texts, labels):
    tokens = tokenise([(text,) for text in texts])
    levels = phrases(tokens, longest=3, longest_han=6, min_works=2)
    return characteristic_terms(tokens, levels, labels=np.array(labels, dtype=np.int32))


def test_a_phrase_stands_for_its_parts():
    naming = named(LEARNING + WALKING, [0] * 6 + [1] * 6)

    assert "reinforcement learning" in naming.terms[0][:3]
    assert "policy" in naming.terms[0]
    assert "reinforcement" not in naming.terms[0]
    assert "learning" not in naming.terms[0]


def test_no_term_is_a_stop_word_or_belongs_to_another_cluster():
    naming = named(LEARNING + WALKING, [0] * 6 + [1] * 6)

    assert not {"the", "of", "a", "on"} & {w for t in naming.terms for x in t for w in x.split()}
    assert "gait" not in naming.terms[0]


def test_chinese_words_are_whole():
    naming = named(CHINESE + RICE, [0] * 6 + [1] * 6)

    assert {"强化学习", "奖励函数"} <= set(naming.terms[0])
    assert not {"化学", "化学习", "强化", "励函"} & set(naming.terms[0])


def test_the_leading_term_is_counted_on_the_whole_map():
    texts = [*LEARNING, *WALKING[:5], "Biped gait by reinforcement learning"]

    naming = named(texts, [0] * 6 + [1] * 6)

    assert naming.terms[0][0] == "reinforcement learning"
    assert naming.leading[0].tolist() == [0, 1, 2, 3, 4, 5, 11]


def test_clusters_without_words_have_no_terms():
    naming = named(["", "", ""], [0, 0, 0])

    assert naming.terms == [[]]
    assert naming.leading == [None]


def test_works_in_two_languages_give_labels_in_both():
    naming = named(LEARNING + CHINESE + WALKING + RICE, [0] * 12 + [1] * 12)

    assert "reinforcement learning" in naming.terms_en[0]
    assert "奖励函数" in naming.terms_zh[0]
    assert not any(term.isascii() for own in naming.terms_zh for term in own)
    assert all(term.isascii() for own in naming.terms_en for term in own)


def test_part_of_a_chinese_word_is_no_term():
    naming = named(CHINESE + RICE, [0] * 6 + [1] * 6)

    assert not {"奖励函", "励函数", "干旱胁", "旱胁迫"} & {t for own in naming.terms for t in own}


def test_a_verb_at_the_edge_of_a_phrase_makes_it_no_term():
    texts = ["The study links biped gait to ice", "It links biped gait to age"]

    naming = named(texts + WALKING + LEARNING, [0] * 8 + [1] * 6)

    assert not any("links" in term for own in naming.terms for term in own)
