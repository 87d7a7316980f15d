"""The report of a topic map prints what the store holds, and says what it does not hold."""

from __future__ import annotations

import re

import msgspec
import pytest
from pypdf import PdfReader
from tests.publications.topic_rows import HOSTILE, topic_rows

from armillary.errors import PublicationError
from armillary.publications.numbers import format_number, format_percent
from armillary.publications.report import write_report, write_topic_report
from armillary.publications.report.backtest_facts import list_tests


def pressed(text: str) -> str:
    return re.sub(r"\s", "", text)


def text_of(file) -> str:
    return pressed("".join(page.extract_text() for page in PdfReader(file).pages))


@pytest.fixture
def of_robots(observatory):
    """The observatory with a map of real works alone."""
    real = msgspec.structs.replace(observatory.topics["map"], works=("robots",))
    return msgspec.structs.replace(observatory, topics={"map": real})


@pytest.fixture
def written(open_store, sample, of_robots, tmp_path):
    store = open_store(sample | topic_rows())
    return {
        language: write_topic_report(
            store, of_robots, topics="map", out=tmp_path / f"{language}.pdf", language=language
        )
        for language in ("en", "zh")
    }


@pytest.fixture
def text(open_store, sample, of_robots, tmp_path):
    """Write the English report on other rows and return its text."""

    def of(**changed):
        store = open_store(sample | topic_rows() | changed)
        made = write_topic_report(
            store, of_robots, topics="map", out=tmp_path / "changed.pdf", language="en"
        )
        return text_of(made.file)

    return of


@pytest.mark.parametrize("language", ["en", "zh"])
def test_numbers_are_those_of_the_store(written, language):
    text = text_of(written[language].file)
    rows = topic_rows()

    def share(value, decimals=0):
        return pressed(format_percent(value, language=language, decimals=decimals))

    entry, term, card = rows["topic_list"][0], rows["term"][0], rows["cluster_card"][0]
    expected = [share(entry["probability"]), share(entry["base_rate"]), "1.73(1.19–2.51)"]
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


def test_hostile_texts_are_printed_as_they_stand(written):
    for made in written.values():
        text = text_of(made.file)
        assert pressed(HOSTILE) in text
        assert "=becauseitrises" in text
        assert "Instituteof#Hostile_Names" in text
        assert made.replaced == {}


def test_each_list_has_its_backtest_beside_it_or_says_that_it_has_none(written):
    english, chinese = (text_of(written[language].file) for language in ("en", "zh"))

    said = "34%ofthefirsttenentriesreachedcertifiedgrowth(90%interval21%to47%);ofallcandidates8%did"
    assert pressed(said) in english
    assert "Allcontrolsinwhichnothingcanbeforetoldpassed" in english
    assert "前10项有34%达到“确证增长”标准（90%区间为21%至47%）" in chinese
    # rising terms and young terms have no backtest here, in the summary and in their sections
    assert english.count("Notbacktested:howoftensuchlistsnamed") == 4
    assert chinese.count("此类名单在以往年份能否预见后来的增长尚未检验，因此本名单") == 4


def test_a_control_that_fails_is_said_where_the_list_stands(text):
    failed = [row | {"passes": False} for row in topic_rows()["backtest_control"]]

    found = text(backtest_control=failed)

    assert "Controlsthatfailed:1;thesenumbersmaynotbereliedupon" in found
    assert "Allcontrols" not in found


def test_a_baseline_that_was_not_beaten_is_named(text):
    rows = topic_rows()["backtest"]
    level = [row | {"low": -0.01} if row["against"] == "size" else row for row in rows]

    assert "notsurelybetterthanorderingbysize" in text(backtest=level)


def test_chosen_technologies_stand_with_author_reason_and_evidence(written):
    english, chinese = (text_of(written[language].file) for language in ("en", "zh"))

    assert "DecidedbyPanelofŁódź2024-11-05" in english
    assert "Risingtopics:place1(swarmcooperation);probability43%,baserate7%" in english
    assert "Radicalnovelty:strong" in english
    assert "学习型集群" in chinese
    assert "根本新颖性：强" in chinese
    assert english.index("Consideredandnotchosen") < english.rindex("Oldarms")


def test_without_decisions_the_first_rising_topics_are_shown_as_candidates(text):
    found = text(emerging_technology=[])

    assert "Notechnologyhasbeenchosen" in found
    assert "Theyarecandidates,notachoice" in found
    assert "Inthelistofrisingtopics:place1,asswarmcooperation" in found


def test_a_profile_holds_actors_main_path_and_works(written):
    text = text_of(written["en"].file)

    assert "Aland" in text
    assert "样本大学" in text
    assert "Mainpathofcitations(2of2works)" in text
    assert "Title1ofplanted" in text
    assert "AdaAandothers" in text


def test_topics_and_terms_are_never_in_one_table(written):
    text = text_of(written["en"].file)

    topics = text.index("Risingtopics", text.index("Topicsandtermsarelistedapart"))
    terms = text.index("Risingterms", topics)
    assert text.index("swarmcooperation", topics) < terms
    assert text.index("swarmlearning", topics) > terms


def test_a_simulated_corpus_says_so_first(open_store, sample, observatory, tmp_path):
    store = open_store(sample | topic_rows())

    made = write_topic_report(
        store, observatory, topics="map", out=tmp_path / "out.pdf", language="en"
    )

    summary = text_of(made.file)
    assert "Simulateddata:thiscorpuswasmadebyasimulator" in summary


@pytest.mark.parametrize(
    "kept", [(), ("cluster",), ("cluster", "cluster_year", "topic_list"), ("emerging_technology",)]
)
def test_missing_tables_are_said_and_break_nothing(open_store, sample, of_robots, tmp_path, kept):
    bare = {name: sample[name] for name in ("origin", "code")}
    rows = topic_rows()
    store = open_store(bare | {name: rows[name] for name in kept})

    made = write_topic_report(
        store, of_robots, topics="map", out=tmp_path / "bare.pdf", language="en"
    )

    assert "Nolistofthismaphasbeenbacktested" in text_of(made.file)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_two_runs_give_the_same_bytes(open_store, sample, of_robots, tmp_path, written, language):
    rows = {name: list(reversed(held)) for name, held in topic_rows().items()}

    again = write_topic_report(
        open_store(sample | rows),
        of_robots,
        topics="map",
        out=tmp_path / "again.pdf",
        language=language,
    )

    assert again.file.read_bytes() == written[language].file.read_bytes()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pdf_is_tagged_and_in_its_language(written, language):
    catalogue = PdfReader(written[language].file).trailer["/Root"]

    assert catalogue["/MarkInfo"]["/Marked"]
    assert str(catalogue["/Lang"]).startswith(language)
    assert b"pdfuaid" in catalogue["/Metadata"].get_data()


def test_an_unknown_map_is_refused(open_store, of_robots, tmp_path):
    with pytest.raises(PublicationError, match="'other'"):
        write_topic_report(open_store({}), of_robots, topics="other", out=tmp_path / "x.pdf")


def test_the_general_report_refers_to_it_and_shows_the_backtested_list(
    open_store, sample, observatory, tmp_path
):
    made = write_report(
        open_store(sample | topic_rows()), observatory, out=tmp_path / "r.pdf", language="en"
    )

    text = text_of(made.file)
    assert "topics-map-en.pdf" in text
    assert "34%ofthefirsttenentriesreachedcertifiedgrowth" in text
    assert "Notbacktested" not in text


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
