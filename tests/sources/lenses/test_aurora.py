from __future__ import annotations

import pytest

from armillary.errors import ManyProblems, SourceError
from armillary.model.lens import Near, Within, Words
from armillary.sources.lenses import read_goals

HEAD = """<?xml version="1.0" encoding="utf-8"?>
<aqd:query xmlns:dc="http://dublincore.org/documents/dcmi-namespace/"
           xmlns:aqd="http://aurora-network.global/queries/namespace/">
  <dc:identifier type="sdg">{goal}</dc:identifier>
  <dc:title>Goal {goal}</dc:title>
  <dc:rights>CC0</dc:rights>
  <aqd:query-definitions syntax="{syntax}">
    <aqd:query-definition>
      <aqd:subquery-identifier>1</aqd:subquery-identifier>
      <dc:identifier type="uri">http://example.org/{goal}.a</dc:identifier>
      <aqd:query-lines>
"""
TAIL = """
      </aqd:query-lines>
    </aqd:query-definition>
    <aqd:filters><aqd:timerange field="PUBYEAR">
      <aqd:start>2009</aqd:start><aqd:end>2020</aqd:end></aqd:timerange></aqd:filters>
  </aqd:query-definitions>
</aqd:query>
"""
LINE = '<aqd:query-line field="{field}">{text}</aqd:query-line>\n'


def written(folder, goal, *lines, syntax="SCOPUS", field="TITLE-ABS-KEY"):
    path = folder / f"goal{goal}.xml"
    body = "".join(LINE.format(field=field, text=line) for line in lines)
    path.write_text(HEAD.format(goal=goal, syntax=syntax) + body + TAIL, encoding="utf-8")
    return path


def test_goals_come_in_the_order_of_their_numbers_with_their_queries(tmp_path):
    files = [
        written(tmp_path, 10, '"tax*"'),
        written(tmp_path, 2, '"clean" W/3\n ("water")', '"soil"'),
    ]

    goals = read_goals(files)

    assert [(g.goal, g.title, g.licence, g.year_from, g.year_to) for g in goals] == [
        ("2", "Goal 2", "CC0", 2009, 2020),
        ("10", "Goal 10", "CC0", 2009, 2020),
    ]
    first = goals[0].lines[0]
    near = Near(Words(("clean",)), Words(("water",)), 3, False)
    assert first.query == Within(("title", "abstract", "keywords"), near)
    assert [(line.subquery, line.line) for line in goals[0].lines] == [("2.a", 1), ("2.a", 2)]
    assert first.text == '"clean" W/3 ("water")'


def test_every_query_that_cannot_be_read_is_named_with_its_line(tmp_path):
    files = [
        written(tmp_path, 1, '"a" OR', '"b"', '("c"'),
        written(tmp_path, 2, '"a"', syntax="WOS"),
        written(tmp_path, 3, '"a"', field="AFFIL"),
    ]

    with pytest.raises(ManyProblems) as caught:
        read_goals(files)

    assert [p.where for p in caught.value.problems] == [
        "goal1.xml, line 12",
        "goal1.xml, line 14",
        "goal2.xml, line 8",
        "goal3.xml, line 12",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<a><b></a>", "not well-formed"),
        ("<rss><query-line>x</query-line></rss>", "holds no <query> element"),
        ('<!DOCTYPE q [<!ENTITY a "aaaa">]><query>&a;</query>', "document type"),
    ],
)
def test_a_file_that_holds_no_queries_is_refused(tmp_path, content, said):
    path = tmp_path / "x.xml"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(SourceError, match=said):
        read_goals([path])
