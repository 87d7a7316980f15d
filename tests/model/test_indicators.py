"""What is a framework, and what is not."""

from __future__ import annotations

import pytest

from armillary.errors import DefinitionError, ManyProblems
from armillary.model.indicators import Direction, Framework, Node


def node(code, parent=None, **fields):
    return Node(code=code, name_en=code, parent=parent, **fields)


def test_a_ragged_tree_knows_its_levels_leaves_and_order_of_aggregation():
    tree = Framework((node("I"), node("A", "I"), node("a", "A"), node("b", "I")))

    assert tree.level == {"I": 0, "A": 1, "a": 2, "b": 1}
    assert [n.code for n in tree.leaves] == ["a", "b"]
    assert [n.code for n in tree.groups] == ["A", "I"]
    assert tree.root.code == "I"


@pytest.mark.parametrize(
    ("nodes", "problem"),
    [
        ([], "has no node"),
        ([node("I")], "has no indicator"),
        ([node("I"), node("J"), node("a", "I"), node("b", "J")], "Several nodes have no parent"),
        ([node("I"), node("a", "I"), node("a", "I")], "listed twice"),
        ([node("I"), node("a", "I"), node("b", "X")], "Parent 'X' of 'b' is not a node"),
        ([node("I"), node("a", "I", weight=-1), node("b", "I")], "Weight of 'a'"),
        ([node("I"), node("a", "I", weight=float("nan")), node("b", "I")], "Weight of 'a'"),
        ([node("I"), node("a", "I", weight=0)], "weights of all parts of 'I' are 0"),
        ([node("I"), node("a", "I", low=1.0), node("b", "I")], "has one goalpost only"),
        ([node("I"), node("a", "I", low=2.0, high=1.0)], "The goalposts of 'a' are 2 and 1"),
        ([node("I", indicator="X"), node("a", "I")], "Group 'I' names observations"),
        ([node("I"), node("a", "I", scale=0)], "Scale of 'a'"),
        ([node("I"), node("a", "I", denominator_dimensions={"SEX": "F"})], "no denominator"),
    ],
)
def test_what_is_no_framework_is_refused(nodes, problem):
    with pytest.raises(DefinitionError) as refused:
        Framework(tuple(nodes))

    assert problem in refused.value.problem


def test_every_node_of_a_circle_is_named_beside_the_missing_root():
    with pytest.raises(ManyProblems) as refused:
        Framework((node("A", "B"), node("B", "A")))

    assert [p.problem for p in refused.value.problems] == [
        "Node 'A' is its own ancestor.",
        "No node is the root.",
        "Node 'B' is its own ancestor.",
    ]


def test_a_group_turns_all_beneath_it_round_and_two_turns_cancel():
    lower = Direction.LOWER_IS_BETTER
    tree = Framework(
        (
            node("I"),
            node("RISK", "I", direction=lower),
            node("a", "RISK"),
            node("b", "RISK", direction=lower),
            node("c", "I"),
        )
    )

    assert [int(tree.direction[code]) for code in ("a", "b", "c")] == [-1, 1, 1]
