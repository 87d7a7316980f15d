from __future__ import annotations

import pytest

ESTUDY = """DataType: 1
Title-题名: 乳腺癌患者分析
Author-作者: 柯洪琴;陈璿英;
Source-刊名: 中南药学
Year-年: 2021
PubTime-出版时间: 2021-01-18 10:20
Keyword-关键词: 药物;;治疗
Summary-摘要: <正>第一行
第二行
SrcDatabase-来源库: 期刊
Organ-机构: 太和医院;南昌大学;
Link-链接: https://kns.cnki.net/kcms/detail/detail.aspx?FileName=ZNYX2021&DbName=CJFQ
"""
ENDNOTE = """%0 Journal Article
%A 柯洪琴
%A 陈璿英
%+ 太和医院;南昌大学;
%T 乳腺癌患者分析
%J 中南药学
%D 2021
%8 2021-01-18
%K 药物;治疗
%X 第一行
第二行
%W CNKI
%U https://kns.cnki.net/detail?FileName=ZNYX2021
"""
REFWORKS = """RT Journal Article
SR 1
A1 柯洪琴;陈璿英;
AD 太和医院;南昌大学;
T1 乳腺癌患者分析
JF 中南药学
YR 2021
FD 2021-01-18
K1 药物;治疗
AB 第一行
第二行
LA 中文;
DS CNKI
LK https://kns.cnki.net/detail?FileName=ZNYX2021
"""
NOTEEXPRESS = """{Reference Type}: Journal Article
{Title}: 乳腺癌患者分析
{Author}: 柯洪琴;陈璿英;
{Author Address}: 太和医院;南昌大学;
{Journal}: 中南药学
{Year}: 2021
{Date}: 2021-01-18
{Keywords}: 药物;治疗
{Abstract}: 第一行
第二行
{URL}: https://kns.cnki.net/detail?FileName=ZNYX2021
"""
ALL = {
    "CNKI E-Study": ESTUDY,
    "EndNote text": ENDNOTE,
    "RefWorks text": REFWORKS,
    "NoteExpress text": NOTEEXPRESS,
}


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("name", ALL)
def test_each_text_gives_the_same_work(read, name, encoding):
    reading = read(ALL[name], encoding=encoding)

    (work,) = reading.tables["work"].to_pylist()
    assert reading.format.startswith(name)
    assert (work["native_id"], work["locator"]) == ("ZNYX2021", "line 1")
    assert (work["type"], work["language"]) == ("article", "zh")
    assert (work["title"], work["abstract"]) == ("乳腺癌患者分析", "第一行 第二行")
    assert (work["venue"], work["year"], work["date"]) == ("中南药学", 2021, "2021-01-18")
    assert (work["keywords"], work["authors"]) == (["药物", "治疗"], ["柯洪琴", "陈璿英"])
    assert work["organisations"] == ["太和医院", "南昌大学"]
    assert (work["references"], work["countries"], work["cited_by_count"]) == (None,) * 3


@pytest.mark.parametrize("name", ALL)
def test_records_follow_each_other_with_or_without_a_blank_line(read, name):
    other = ALL[name].replace("ZNYX2021", "ZNYX2022")

    reading = read(f"{ALL[name]}\n{other}{ALL[name].replace('ZNYX2021', 'ZNYX2023')}")

    assert reading.n_kept == 3
    assert reading.rejections == ()


def test_a_record_whose_first_line_is_lost_is_refused_and_no_other(read):
    headless = ENDNOTE.removeprefix("%0 Journal Article\n")

    reading = read(f"{ENDNOTE}\n{headless}\n{ENDNOTE.replace('2021', '2020')}")

    assert reading.n_kept == 2
    assert [r.locator for r in reading.rejections] == ["line 15"]


def test_two_records_run_together_are_refused_as_such(read):
    other = ESTUDY.removeprefix("DataType: 1\n")

    reading = read(f"{ESTUDY}{other}{ESTUDY.replace('ZNYX2021', 'X')}")

    assert reading.n_kept == 1
    assert "two records have run together" in reading.rejections[0].reason


def test_wanfang_repeats_labels_where_cnki_joins(read):
    text = NOTEEXPRESS.replace("柯洪琴;陈璿英;", "柯洪琴\n{Author}: 陈璿英")

    (work,) = read(text).tables["work"].to_pylist()

    assert work["authors"] == ["柯洪琴", "陈璿英"]
