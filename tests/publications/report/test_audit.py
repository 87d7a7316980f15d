"""The chapter on the audit says what the store holds, in both languages, and no more."""

from __future__ import annotations

import inspect
import re
import typing
from pathlib import Path

import pytest
from pypdf import PdfReader

from armillary.analyses.index import coherence
from armillary.analyses.index.coherence.statistics import Limits
from armillary.model import methods
from armillary.publications import report
from armillary.publications.audit_rows import read_audit
from armillary.publications.report import audit as chapter_of
from armillary.publications.report import audit_coherence, audit_summary, write_report
from armillary.publications.report.audit_words import p_said, share_said
from armillary.publications.report.recipe_words import choice_said, path_said, recipe_said
from armillary.publications.report.words import Words, catalogue

LANGUAGES = ("en", "zh")


def pressed(text: str) -> str:
    return re.sub(r"\s", "", text)


def texts_of(blocks: list) -> str:
    """All text of the blocks, wherever it stands."""
    if isinstance(blocks, str):
        return blocks + "\n"
    if isinstance(blocks, dict):
        return "".join(texts_of(value) for value in blocks.values())
    if isinstance(blocks, list | tuple):
        return "".join(texts_of(value) for value in blocks)
    return ""


@pytest.fixture
def chapter(open_store, observatory):
    """Build the chapter on rows, as text with blanks made plain."""

    def build(rows, language="en"):
        store = open_store(rows)
        words = Words(language, store=store)
        made = chapter_of.chapter(store, observatory.indexes["ring"], words=words)
        return texts_of(made).replace("\u00a0", " ")

    return build


@pytest.fixture
def audited(sample, audit_rows):
    """The sample store with an audit in it."""
    return sample | audit_rows


def test_an_index_that_was_not_audited_has_no_chapter(chapter, sample):
    assert chapter(sample) == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pdf_holds_the_chapter_after_that_of_the_index(
    open_store, audited, observatory, tmp_path, language
):
    written = write_report(
        open_store(audited), observatory, out=tmp_path / "a.pdf", language=language
    )
    again = write_report(
        open_store(audited), observatory, out=tmp_path / "b.pdf", language=language
    )

    reader = PdfReader(written.file)
    titles = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    index = next(n for n, title in enumerate(titles) if "audit" in title or "审计" in title)
    text = pressed("".join(page.extract_text() for page in reader.pages))
    assert "Ring" in titles[index - 1] or "环形" in titles[index - 1]
    assert pressed("70.0 % ± 3.4") in text if language == "en" else "70.0%±3.4" in text
    assert written.file.read_bytes() == again.file.read_bytes()
    assert written.replaced == {}
    assert not written.system_fonts


def test_the_chart_has_a_text_alternative_with_its_numbers(
    open_store, audited, observatory, tmp_path
):
    written = write_report(open_store(audited), observatory, out=tmp_path / "a.pdf", language="en")

    root = PdfReader(written.file).trailer["/Root"]["/StructTreeRoot"]

    assert any("Widest interval: U04, 3 to 24" in text for text in alternatives(root))


def alternatives(node) -> list[str]:
    """Every alternative text in a structure tree."""
    node = node.get_object()
    if isinstance(node, list):
        return [text for one in node for text in alternatives(one)]
    if not isinstance(node, dict):
        return []
    own = [str(node["/Alt"])] if "/Alt" in node else []
    return own + (alternatives(node["/K"]) if "/K" in node else [])


def test_english_sentences_hold_the_figures_of_the_store(chapter, audited):
    text = chapter(audited)

    for sentence in (
        "Audited is the edition 2024. Units: 6; indicators: 3; groups: 3.",
        "Of the 18 values that the units and indicators call for, 15 are there (83.3 %).",
        "The scarcest indicator is Node P1.b, with a value for 3 of 6 units.",
        "2 indicators deserve a second look: outliers (2), few values (1).",
        "Outliers were treated in 2 indicators: single values brought in, 2; "
        "indicators transformed, 1. One indicator does not pass the test",
        "with one another (pairs: 2) and with the groups above them (pairs: 1). "
        "Flagged: 1 in conflict, 0 redundant, 1 weak.",
        "Node P1 2 of 6 (33 %); Node P2 0 of 6 (0 %)",
        "One of 6 units (17 %) has a published rank outside its 90 % interval.",
        "Intervals of 10 positions or more: 2 (33 %); of 20 or more: 1 (17 %). "
        "The median width is 1; the widest interval is that of U04, from 3 to 24.",
        "One of 4 pairs of units (25 %) cannot be told apart",
        "the rank correlation with the published ranks is 0.94",
        "2 units lack a value and have an interval",
        "70.0 % ± 3.4",
    ):
        assert sentence in text


def test_chinese_sentences_hold_the_same_figures(chapter, audited):
    text = chapter(audited, "zh")

    for sentence in (
        "审计对象为2024年度指数：对6个评价单元，以3个分组下的3项指标计分。",
        "评价单元与指标共需数值18个，现有15个（83.3%）。",
        "有2项指标值得复查：存在离群值（2项）、数值过少（1项）。",
        "6个单元中有1个（17%）的公布名次位于其90%区间之外。",
        "区间宽度达10位及以上的单元2个（33%），达20位及以上的1个（17%）。",
        "4对单元中有1对（25%）无法分出先后",
        "节点P1”在“节点TOT”中的重要性低于权重（30%对50%）",
        "名次最依赖的选择是“标准化”：平均位移方差的70%与之有关。",
    ):
        assert sentence in text


def test_the_summary_takes_sides_by_the_numbers(chapter, audited):
    text = chapter(audited)

    assert "Node P1 counts for less in Node TOT than its weight says (30 % against 50 %)" in text
    assert "One pair of parts of one group, out of 2, pulls in opposite directions" in text
    assert "Cronbach’s alpha is below 0.7 in one group out of 2: Node P1 (0.35)." in text
    assert "lies outside its 90 % interval: that of U03." in text
    assert "without it units move by 1.5 positions on average, and by 2 at most" in text


def test_the_direction_of_importance_turns_with_the_numbers(chapter, audited):
    audited["audit_importance"][0]["importance"] = 0.8

    assert "Node P1 counts for more in Node TOT" in chapter(audited)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sound_index_is_praised_and_not_blamed(open_store, audited, language):
    audited["audit_statistic"] = [
        row | {"available": 6, "flags": ""} for row in audited["audit_statistic"]
    ]
    audited["treatment"] = []
    audited["audit_correlation"] = [row | {"flag": None} for row in audited["audit_correlation"]]
    audited["audit_group"] = [
        row | {"alpha": 0.9, "above_one": 1} for row in audited["audit_group"]
    ]
    audited["audit_importance"] = [
        row | {"importance": row["weight"]} for row in audited["audit_importance"]
    ]
    audited["rank_interval"] = [
        row | {"rank_low": row["rank"], "rank_high": row["rank"]}
        for row in audited["rank_interval"]
    ]
    audited["audit_rank"] = [
        row | {"missing_low": row["rank"], "missing_high": row["rank"]}
        for row in audited["audit_rank"]
    ]
    audited["audit_comparison"] = [
        row | {"probability": 1.0} for row in audited["audit_comparison"]
    ]
    store = open_store(audited)
    words = Words(language, store=store)

    (_, points) = audit_summary.section(read_audit(store, "ring"), words=words)

    titles = [entry["title"] for entry in points["entries"]]
    assert titles == [words("audit.strengths"), words("audit.neutral")]
    assert len(points["entries"][0]["texts"]) == 10


def test_what_was_not_looked_at_is_neither_good_nor_bad(open_store, audited):
    kept = {"framework", "recipe", "audit_statistic"}
    store = open_store({k: rows for k, rows in audited.items() if k in kept})
    words = Words("en", store=store)

    (_, points) = audit_summary.section(read_audit(store, "ring"), words=words)

    (only,) = points["entries"]
    assert only["title"] == "Points to look at"
    assert len(only["texts"]) == 2  # missing values and flags


@pytest.mark.parametrize(
    "table",
    [
        "recipe", "treatment", "audit_statistic", "audit_correlation", "audit_group",
        "audit_importance", "audit_removal", "audit_added_value", "rank_interval", "audit_rank",
        "audit_comparison", "audit_variant", "audit_sensitivity",
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_table_that_is_empty_is_passed_over(chapter, audited, table, language):
    audited[table] = []

    assert chapter(audited, language)


def test_ranks_that_are_not_certified_are_not_claimed(chapter, audited):
    audited["audit_rank"] = [
        row | {"rank_best": None, "rank_worst": None, "certified_set": None}
        for row in audited["audit_rank"]
    ]
    text = chapter(audited)

    assert "Best and worst ranks are not certified for this index." in text
    assert "whatever the weights of the certified set" not in text
    assert "certified best to worst" not in text


def test_a_long_list_says_how_much_it_leaves_out(chapter, audited):
    (first, *_) = audited["audit_correlation"]
    audited["audit_correlation"] = [first | {"other": f"X{n:03}"} for n in range(41)]

    assert "One more stands in the data pack (table audit_correlation)." in chapter(audited)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_method_of_a_recipe_has_its_words(language):
    steps = {
        "impute": methods.Impute,
        "treat": methods.Treat,
        "normalise": methods.Normalise,
        "weight": methods.Weigh,
        "aggregate": methods.Mean,
    }
    known = catalogue()
    lacking = [
        key
        for step, union in steps.items()
        for one in typing.get_args(union)
        for key in (
            f"recipe.{step}.{one.__struct_config__.tag}",
            *(f"recipe.parameter.{field}" for field in one.__struct_fields__),
        )
        if key not in known
    ]
    lacking += [
        one for one in typing.get_args(methods.Transform) if f"recipe.transform.{one}" not in known
    ]

    assert lacking == []


def test_a_recipe_is_said_in_words(open_store, audit_rows):
    store = open_store(audit_rows)
    audit = read_audit(store, "ring")
    said = dict(recipe_said(audit, words=Words("en", store=store)))
    chinese = dict(recipe_said(audit, words=Words("zh", store=store)))

    assert said["Normalisation"] == "min–max (range 1–100)"
    assert said["Aggregation, the index itself"] == "geometric mean"
    assert said["Edition"] == "2024; a value one year older stands in where the year has none"
    assert said["Varied in the audit"] == (
        "normalisation: min–max (range 1–100) / ranks; weights: each within ±25\u00a0% of itself"
    )
    assert chinese["离群值处理"] == "缩尾（数值上限个数 5）"


def test_paths_and_choices_are_named(open_store, audit_rows):
    store = open_store(audit_rows)
    audit, words = read_audit(store, "ring"), Words("en", store=store)

    assert path_said(audit, "weight.node.P1", words=words) == "Weights, Node P1"
    assert path_said(audit, "aggregate.level.2", words=words) == "Aggregation, level 2"
    assert (
        path_said(audit, "indicator.P1.a.treat", words=words) == "Treatment of outliers, Node P1.a"
    )
    assert choice_said("impute", "multiple (draws 20; model normal)", words=words) == (
        "multiple imputation (draws 20, model normal)"
    )
    assert choice_said("normalise", "a method, of tomorrow", words=words) == "a method, of tomorrow"


def test_the_limits_printed_are_those_of_the_analyses():
    limits = Limits()
    flags = inspect.signature(coherence.flags).parameters

    assert {key: getattr(limits, key) for key in chapter_of.INDICATOR_LIMITS} == (
        chapter_of.INDICATOR_LIMITS
    )
    assert {key: flags[key].default for key in audit_coherence.PAIR_LIMITS} == (
        audit_coherence.PAIR_LIMITS
    )


def test_a_share_that_is_not_none_never_reads_as_none(open_store):
    words = Words("zh", store=open_store({}))

    assert [share_said(part, 1000, words=words) for part in (0, 1, 500, 999, 1000)] == [
        "0%", "0.1%", "50%", "99.9%", "100%",
    ]  # fmt: skip
    assert share_said(1, 8256, words=words) == "0.01%"
    assert p_said(0.0001, words=words) == "< 0.001"


def test_one_and_none_have_words_of_their_own(open_store):
    words = Words("en", store=open_store({}))

    assert words.counted("audit.unmended", 0).startswith("All indicators pass")
    assert words.counted("audit.unmended", 1).startswith("One indicator does")
    assert words.counted("audit.unmended", 1234).startswith("1,234 indicators do")


def test_every_counted_key_is_in_the_catalogue():
    code = "".join(
        file.read_text(encoding="utf-8") for file in Path(report.__file__).parent.glob("*.py")
    )
    asked = set(re.findall(r'counted\(\s*"([^"]+)"', code))

    assert len(asked) > 15
    assert asked - set(catalogue()) == set()
