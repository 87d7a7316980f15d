"""The report prints what the store holds, as tagged PDF with the same bytes each time."""

from __future__ import annotations

import re

import msgspec
import pytest
from pypdf import PdfReader

from armillary.errors import ManyProblems, PublicationError
from armillary.model.observatory import Observatory, Text
from armillary.publications.numbers import format_number, format_percent
from armillary.publications.report import write_report
from armillary.publications.report.document import drawable


def text_of(file) -> str:
    """All text of a PDF without white space, which line breaking moves about."""
    reader = PdfReader(file)
    return re.sub(r"\s", "", "".join(page.extract_text() for page in reader.pages))


def pressed(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.fixture
def written(open_store, sample, observatory, tmp_path):
    store = open_store(sample)
    return {
        language: write_report(
            store,
            observatory,
            out=tmp_path / "public" / f"report-{language}.pdf",
            language=language,
        )
        for language in ("en", "zh")
    }


@pytest.fixture
def texts(written):
    return {f"report-{key}": text_of(summary.file) for key, summary in written.items()}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_summary_says_what_was_written(written, language):
    summary = written[language]

    assert summary.file.stat().st_size == summary.bytes
    assert summary.n_pages == len(PdfReader(summary.file).pages)
    assert summary.replaced == {}
    assert not summary.system_fonts


def test_the_first_language_of_the_observatory_is_taken(open_store, observatory, tmp_path):
    chinese_first = msgspec.structs.replace(observatory, languages=("zh", "en"))

    summary = write_report(open_store({}), chinese_first, out=tmp_path / "report.pdf")

    assert "三国创新" in text_of(summary.file)


@pytest.mark.parametrize(("stem", "language"), [("report-en", "en"), ("report-zh", "zh")])
def test_every_number_equals_the_store(texts, sample, stem, language):
    levels = [row["OBS_VALUE"] for row in sample["derived_observation"]]
    scores = [row["score"] for row in sample["score"]]
    shares = [row["share_recent"] for row in sample["cluster"]]
    expected = [format_number(value, language=language) for value in levels + scores]
    expected += [format_percent(share, language=language, decimals=2) for share in shares]
    expected += ["1.87(1.31–2.66)", "+8.4", "96%", "92%"]

    lacking = [number for number in expected if pressed(number) not in texts[stem]]

    assert lacking == []


def test_flags_and_reasons_stand_beside_the_numbers(texts):
    assert "33,357.1P" in texts["report-en"]
    assert "2,753.3E" in texts["report-en"]
    assert "BorlandEP" in texts["report-en"]
    assert "P:provisional" in texts["report-en"]
    assert "P:暂定值" in texts["report-zh"]
    assert pressed("the series breaks in 2022 (flag B)") in texts["report-en"]
    assert "…a" in texts["report-en"]


def test_missing_is_shown_as_missing(texts):
    assert "notavailableornotcomputed;neverzero" in texts["report-en"]
    assert "不等于零" in texts["report-zh"]


def test_topics_are_not_sold_as_forecasts_and_simulation_is_said(texts):
    assert "Notbacktested" in texts["report-en"]
    assert "未经回溯检验" in texts["report-zh"]
    assert "Simulateddata:thiscorpuswasmadebyasimulator" in texts["report-en"]
    assert "Plantedswarms" in texts["report-en"]
    assert "设定集群" in texts["report-zh"]


def test_a_corpus_that_is_not_simulated_is_not_called_so(open_store, sample, observatory, tmp_path):
    sample["origin"] = [row | {"simulated": False} for row in sample["origin"]]

    summary = write_report(open_store(sample), observatory, out=tmp_path / "out.pdf", language="en")

    assert "Simulateddata" not in text_of(summary.file)


def test_hostile_text_is_printed_as_it_stands(texts, sample):
    hostile = pressed(sample["initiative"][0]["title_en"])

    assert hostile in texts["report-en"]
    assert hostile in texts["report-zh"]


def test_each_file_is_listed_with_checksum_licence_and_counts(texts):
    assert "1" * 64 in texts["report-en"]
    assert "CCBY4.0" in texts["report-en"]
    assert "13read,11kept,1empty,1rejected" in texts["report-en"]
    assert "读取13，保留11，空白1，剔除1" in texts["report-zh"]


def test_policies_show_their_highlights_in_their_own_language(texts):
    assert "Doublestheshare." in texts["report-en"]
    assert "到2030年，研发投入强度达到3%。" in texts["report-en"]
    assert "关于加快创新的意见" in texts["report-zh"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pdf_is_tagged_titled_and_has_an_outline(written, language):
    reader = PdfReader(written[language].file)
    catalogue = reader.trailer["/Root"]

    assert catalogue["/MarkInfo"]["/Marked"]
    assert catalogue["/StructTreeRoot"]
    assert str(catalogue["/Lang"]).startswith(language)
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid" in catalogue["/Metadata"].get_data()
    assert len(reader.outline) >= 6
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == [595, 842]


def test_the_date_of_the_document_is_that_of_the_data(written):
    information = PdfReader(written["en"].file).metadata

    assert information.creation_date.date().isoformat() == "2024-11-05"
    assert information.title == "Innovation of three lands"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_two_runs_give_the_same_bytes(open_store, sample, observatory, tmp_path, written, language):
    again = write_report(
        open_store(sample), observatory, out=tmp_path / "again.pdf", language=language
    )

    assert again.file.read_bytes() == written[language].file.read_bytes()


def test_the_cache_gives_back_what_it_was_given(open_store, sample, observatory, tmp_path):
    store, cache = open_store(sample), tmp_path / "cache"
    first = write_report(store, observatory, out=tmp_path / "a.pdf", language="zh", cache=cache)
    kept = sorted(cache.iterdir())
    kept[0].write_bytes(b"kept")

    second = write_report(store, observatory, out=tmp_path / "b.pdf", language="zh", cache=cache)

    assert len(kept) == 1
    assert first.file.read_bytes() != b"kept"
    assert second.file.read_bytes() == b"kept"


def test_an_empty_store_still_gives_a_report(open_store, tmp_path):
    observatory = Observatory(root=tmp_path, title=Text(en="Nothing yet"), languages=("en",))

    summary = write_report(open_store({}), observatory, out=tmp_path / "out.pdf")

    assert "Nothingyet" in text_of(summary.file)


def test_an_unknown_language_is_refused(open_store, observatory, tmp_path):
    with pytest.raises(PublicationError, match="'fr'"):
        write_report(open_store({}), observatory, out=tmp_path / "out.pdf", language="fr")


def test_characters_of_the_data_that_no_font_draws_are_counted(
    open_store, sample, observatory, tmp_path
):
    # U+10FFFD is private for ever, so no font draws it.
    sample["initiative"][0]["title_en"] = "Plan \U0010fffd and \U0010fffd"

    summary = write_report(open_store(sample), observatory, out=tmp_path / "out.pdf", language="en")

    assert summary.replaced == {"\U0010fffd": 2}
    assert "Plan[U+10FFFD]and[U+10FFFD]" in text_of(summary.file)


def test_characters_of_the_definition_that_no_font_draws_are_refused_at_once(
    open_store, observatory, tmp_path
):
    broken = msgspec.structs.replace(
        observatory,
        title=Text(en="Bad \U0010fffd"),
        institute=Text(zh="坏\U0010fffc"),
    )

    with pytest.raises(ManyProblems) as caught:
        write_report(open_store({}), broken, out=tmp_path / "out.pdf")

    first, second = caught.value.problems
    assert "U+10FFFD" in first.problem
    assert first.where == "observatory.toml, title"
    assert "U+10FFFC" in second.problem
    assert not (tmp_path / "out.pdf").exists()


def test_the_typesetter_says_which_characters_it_draws():
    assert drawable({"\U0010fffd", "\U0010fffc", "国", "é"}) == {"国", "é"}
    assert drawable(set()) == set()
