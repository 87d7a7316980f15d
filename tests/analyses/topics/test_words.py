from __future__ import annotations

from armillary.analyses.topics.words import phrases, tokenise


def shown(texts, *, length, min_works=1):
    tokens = tokenise([(text,) for text in texts])
    levels = phrases(tokens, longest=3, longest_han=6, min_works=min_works)
    return {
        " ".join(tokens.names[w] for w in words)
        for level in levels
        if level.length == length
        for words in level.words.tolist()
    }


def test_no_phrase_crosses_a_stop_word_a_mark_or_a_number():
    found = shown(["mobile robots in warehouses, soft grippers and 3 cameras"], length=2)

    assert found == {"mobile robots", "soft grippers"}


def test_plurals_are_folded_where_the_singular_is_used():
    found = shown(["robot", "robots", "kinematics", "kinematic chain", "buses"], length=1)

    assert found == {"robot", "kinematics", "kinematic", "chain", "buses"}


def test_words_written_in_capitals_are_shown_so():
    found = shown(["SLAM and LiDAR", "Slam", "SLAM", "LiDAR", "Robots Walk"], length=1)

    assert found == {"SLAM", "LiDAR", "robots", "walk"}


def test_chinese_phrases_are_runs_of_characters_that_cross_no_function_word():
    found = shown(["机器人的控制"], length=2)

    assert found == {"机 器", "器 人", "控 制"}


def test_only_phrases_of_enough_works_are_kept():
    found = shown(["soft robot", "soft robot", "soft hand"], length=2, min_works=2)

    assert found == {"soft robot"}


def test_markup_is_no_word():
    assert shown(["H<sub>2</sub> storage", "<inf>x</inf>"], length=1) == {"storage"}
