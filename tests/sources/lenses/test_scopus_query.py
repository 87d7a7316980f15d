from __future__ import annotations

import pytest

from armillary.errors import DefinitionError
from armillary.model.lens import All, Any, Exactly, Near, Within, Without, Words
from armillary.sources.lenses import parse_query

CAT, DOG, MOUSE, COW = (Words((w,)) for w in ("cat", "dog", "mouse", "cow"))


def parsed(text):
    return parse_query(text, where="here")


# The help of Scopus: OR, then W/n and PRE/n, then AND, then AND NOT.
@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("mouse AND NOT cat OR dog", Without(MOUSE, Any((CAT, DOG)))),
        ("cat OR dog AND mouse", All((Any((CAT, DOG)), MOUSE))),
        ("mouse AND cat OR dog", All((MOUSE, Any((CAT, DOG))))),
        (
            "cat AND dog AND NOT cow OR mouse",
            Without(All((CAT, DOG)), Any((COW, MOUSE))),
        ),
        ("cat pre/10 dog AND mouse", All((Near(CAT, DOG, 10, True), MOUSE))),
        ("cat W/11 dog OR mouse", Near(CAT, Any((DOG, MOUSE)), 11, False)),
        ("cat W/3 dog W/3 cow", Near(Near(CAT, DOG, 3, False), COW, 3, False)),
        ("cat dog", All((CAT, DOG))),
        ('"cat dog"', Words(("cat", "dog"))),
        ("\u201cCats-and  Dog*\u201d", Words(("cats", "and", "dog*"))),
        ("{heart-attack}", Exactly("heart-attack", ("heart", "attack"))),
        ('"PM2.5"', Words(("pm2", "5"))),
        ('"可再生能源"', Words(("可", "再", "生", "能", "源"))),
        ("AUTHKEY(cat) and not dog", Without(Within(("keywords",), CAT), DOG)),
        ("AUTHKEY(cat) OR TITLE(dog)", Any((Within(("keywords",), CAT), Within(("title",), DOG)))),
        ('"or"', Words(("or",))),
    ],
)
def test_operators_bind_in_the_order_of_scopus(text, query):
    assert parsed(text) == query


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("(cat OR dog", "the parenthesis opened at character 1 is not closed"),
        ("cat)", "character 4"),
        ('cat AND "dog', 'a " without its "'),
        ("cat AND {dog", "a { without its }"),
        ("cat AND", "it ends where"),
        ("cat AND OR dog", "OR has nothing before it"),
        ("()", "nothing before )"),
        ("W/3 cat", "W/3 has nothing before it"),
        ("cat W/3 (dog AND cow)", "W/3 stands beside an expression with AND"),
        ("(cat AND NOT dog) W/3 cow", "W/3 stands beside an expression with AND"),
        ("cat W/300 dog", "more than 255"),
        ("AFFIL(cat)", "AFFIL is no field"),
        ("cat OR *", "'*' alone would match everything"),
        ('""', "holds no word"),
        ("{--}", "holds no word"),
        ("", "it ends where"),
        ("(" * 200 + "cat" + ")" * 200, "more than 100 deep"),
    ],
)
def test_a_query_that_cannot_be_read_shows_the_place_and_the_mend(text, said):
    with pytest.raises(DefinitionError) as caught:
        parsed(text)

    assert said in caught.value.problem
    assert caught.value.where == "here"
    assert caught.value.fix
