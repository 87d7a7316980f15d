"""The report of a topic map prints what the store holds, and says what it does not hold."""

from __future__ import annotations

import json
import re

import msgspec
import pytest
from pypdf import PdfReader
from tests.publications.conftest import sample_rows, store_of
from tests.publications.topic_report_rows import HOSTILE, topic_observatory, topic_rows

from armillary.errors import PublicationError
from armillary.publications.numbers import format_number, format_percent
from armillary.publications.report import write_topic_report
from armillary.publications.report.backtest_facts import list_tests
from armillary.publications.report.topic_facts import topic_facts
from armillary.publications.report.topic_lists import rising
from armillary.publications.report.topic_profiles import profiles
from armillary.publications.report.topic_summary import summary
from armillary.publications.report.topic_technologies import technologies
from armillary.publications.report.topics import chapter
from armillary.publications.report.words import Words


def pressed(text: str) -> str:
    return re.sub(r"\s", "", text)


def text_of(file) -> str:
    return pressed("".join(page.extract_text() for page in PdfReader(file).pages))


@pytest.fixture(scope="module")
def observatory(tmp_path_factory):
    return topic_observatory(tmp_path_factory.mktemp("observatory"))


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    held = store_of(sample_rows() | topic_rows(), tmp_path_factory.mktemp("store"))
    yield held
    held.close()


@pytest.fixture(scope="module")
def written(store, observatory, tmp_path_factory):
    folder = tmp_path_factory.mktemp("written")
    return {
        language: write_topic_report(
            store, observatory, topics="map", out=folder / f"{language}.pdf", language=language
        )
        for language in ("en", "zh")
    }


@pytest.fixture(scope="module")
def texts(written):
    return {language: text_of(made.file) for language, made in written.items()}


@pytest.fixture(scope="module")
def facts(store, observatory):
    return topic_facts(store, observatory.topics["map"])


@pytest.fixture(scope="module")
def words(store):
    return Words("en", store=store)


def said(made):
    """All that blocks say."""
    return json.dumps(made, ensure_ascii=False)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_numbers_are_those_of_the_store(texts, language):
    text = texts[language]
    rows = topic_rows()

    def share(value, decimals=0):
        return pressed(format_percent(value, language=language, decimals=decimals))

    entry, term, card = rows["topic_list"][0], rows["term"][0], rows["cluster_card"][0]
    expected = [share(entry["probability"]), share(entry["base_rate"], 1), "1.73(1.19–2.51)"]
    expected += [share(row["share_recent"], 2) for row in rows["cluster"]]
    expected += [f"{row['n_works']}" for row in rows["cluster"]]
    expected += ["2.13(1.42–3.17)", share(term["probability"]), share(card["percentile"])]
    expected += ["34(21–47)", "0.71(0.66–0.77)", "0.503"[:4], "2.90", share(0.024, 1)]
    expected += [format_number(1.87, language=language, decimals=2) + "(1.31–2.66)"]

    assert [number for number in expected if number not in text] == []


def test_both_languages_have_the_same_headings(written):
    def outline(language):
        def walk(entries):
            return [walk(e) if isinstance(e, list) else "entry" for e in entries]

        return walk(PdfReader(written[language].file).outline)

    assert outline("en") == outline("zh")
    assert len(outline("en")) > 15


def test_hostile_texts_are_printed_as_they_stand(written, texts):
    for language, made in written.items():
        text = texts[language]
        assert pressed(HOSTILE) in text
        assert "=becauseitrises" in text
        assert "Instituteof#Hostile_Names" in text
        assert made.replaced == {}


def test_each_list_has_its_backtest_beside_it_or_says_that_it_has_none(texts):
    english, chinese = texts["en"], texts["zh"]

    sentence = (
        "34%ofthefirsttenentriesreachedcertifiedgrowth(90%interval21%to47%);ofallcandidates8.3%did"
    )
    assert sentence in english
    assert "Allcontrolsinwhichnothingcanbeforetoldpassed" in english
    assert "前10项有34%达到“确证增长”标准（90%区间为21%至47%）" in chinese
    # rising terms and young terms have no backtest here, in the summary and in their sections
    assert english.count("Notbacktested:howoftensuchlistsnamed") == 4
    assert chinese.count("此类榜单在以往年份能否预见后来的增长尚未检验，因此本榜单") == 4


def test_a_control_that_fails_is_said_where_the_list_stands(facts, words):
    test = facts.tests["rising topics"]
    failed = [row | {"passes": False} for row in test.controls]
    tests = {test.name: msgspec.structs.replace(test, controls=failed)}

    made = said(rising(msgspec.structs.replace(facts, tests=tests), words=words))

    assert "Controls that failed: 1; these numbers may not be relied upon" in made
    assert "All controls" not in made


def test_a_baseline_that_was_not_beaten_is_named(facts, words):
    test = facts.tests["rising topics"]
    level = [row | {"low": -0.01} if row["against"] == "size" else row for row in test.rows]
    tests = {test.name: msgspec.structs.replace(test, rows=level)}

    made = said(rising(msgspec.structs.replace(facts, tests=tests), words=words))

    assert "not surely better than ordering by size" in made
    assert "not surely better" not in said(rising(facts, words=words))


def test_chosen_technologies_stand_with_author_reason_and_evidence(texts):
    english, chinese = texts["en"], texts["zh"]

    assert "DecidedbyPanelofŁódź2024-11-05" in english
    assert "Risingtopics:place1(swarmcooperation);probability43%,baserate7.0%" in english
    assert "Radicalnovelty:strong" in english
    assert "学习型集群" in chinese
    assert "根本新颖性：强" in chinese
    assert english.index("Consideredandnotchosen") < english.rindex("Oldarms")


def test_without_decisions_the_first_rising_topics_are_shown_as_candidates(facts, words):
    undecided = msgspec.structs.replace(facts, technologies=[])

    made = said([*technologies(undecided, words=words), *profiles(undecided, words=words)])

    assert "No technology has been chosen" in made
    assert "They are candidates, not a choice" in made
    assert "In the list of rising topics: place 1, as swarm cooperation" in made


def test_a_profile_holds_actors_main_path_and_works(texts):
    text = texts["en"]

    assert "Aland" in text
    assert "样本大学" in text
    assert "Mainpathofcitations(2of2works)" in text
    assert "Title1ofplanted" in text
    assert "AdaAandothers" in text


def test_a_profile_without_main_path_says_so(facts, words):
    made = said(profiles(msgspec.structs.replace(facts, main_paths={}), words=words))

    assert "No main path: no citations among the works of this topic are known." in made


def test_topics_and_terms_are_never_in_one_table(texts):
    text = texts["en"]

    topics = text.index("Risingtopics", text.index("Topicsandtermsarelistedapart"))
    terms = text.index("Risingterms", topics)
    assert text.index("swarmcooperation", topics) < terms
    assert text.index("swarmlearning", topics) > terms


def test_a_simulated_corpus_says_so_first(facts, words):
    real, simulated = (
        summary(msgspec.structs.replace(facts, simulated=is_so), words=words)
        for is_so in (False, True)
    )

    assert "Simulated data" not in said(real)
    assert "Simulated data" in said(simulated[:2])


@pytest.mark.parametrize("kept", [(), ("cluster", "topic_list", "emerging_technology")])
def test_missing_tables_are_said_and_break_nothing(observatory, tmp_path, kept):
    rows = {"code": sample_rows()["code"]} | {name: topic_rows()[name] for name in kept}
    store = store_of(rows, tmp_path / "store")

    made = write_topic_report(store, observatory, topics="map", out=tmp_path / "bare.pdf")

    store.close()
    assert "Nolistofthismaphasbeenbacktested" in text_of(made.file)


def test_two_runs_give_the_same_bytes_whatever_the_order_of_rows(observatory, tmp_path, written):
    rows = {name: list(reversed(held)) for name, held in topic_rows().items()}
    store = store_of(sample_rows() | rows, tmp_path / "store")

    again = write_topic_report(
        store, observatory, topics="map", out=tmp_path / "again.pdf", language="zh"
    )

    store.close()
    assert again.file.read_bytes() == written["zh"].file.read_bytes()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pdf_is_tagged_and_in_its_language(written, language):
    catalogue = PdfReader(written[language].file).trailer["/Root"]

    assert catalogue["/MarkInfo"]["/Marked"]
    assert str(catalogue["/Lang"]).startswith(language)
    assert b"pdfuaid" in catalogue["/Metadata"].get_data()


def test_an_unknown_map_is_refused(store, observatory, tmp_path):
    with pytest.raises(PublicationError, match="'other'"):
        write_topic_report(store, observatory, topics="other", out=tmp_path / "x.pdf")


def test_the_chapter_of_the_general_report_refers_to_it_and_shows_the_backtested_list(
    store, observatory, words
):
    made = said(chapter(store, observatory.topics["map"], words=words))

    assert "topics-map-en.pdf" in made
    assert "34\u00a0% of the first ten entries reached certified growth" in made
    assert "Not backtested" not in made


def test_the_design_that_shares_no_counts_is_taken():
    tables = {
        name: rows
        + [
            row | {"design": "ordinary", **({"value": 0.9} if "value" in row else {})}
            for row in rows
        ]
        for name, rows in topic_rows().items()
        if name.startswith("backtest")
    }

    test = list_tests(tables)["rising topics"]

    assert test.design == "split"
    assert test.value("precision_10")["value"] == 0.34
    assert test.years == (2013, 2018)
