"""The workbook of a topic map, opened again by another library."""

from __future__ import annotations

import io
import zipfile

import pytest
from python_calamine import CalamineWorkbook
from tests.publications.conftest import sample_rows, store_of
from tests.publications.topic_report_rows import topic_observatory, topic_rows

from armillary.errors import PublicationError
from armillary.model.columns import columns_of, tables
from armillary.publications import topic_sheets
from armillary.publications.topic_sheet_words import CODES, COLUMNS, NOTES, SHEETS, WORDS
from armillary.publications.topic_sheets import topic_workbook

_DRAWN = {"corpus", "x", "y", "radius"}


@pytest.fixture(scope="module")
def observatory(tmp_path_factory):
    return topic_observatory(tmp_path_factory.mktemp("observatory"))


@pytest.fixture(scope="module")
def books(tmp_path_factory, observatory):
    store = store_of(sample_rows() | topic_rows(), tmp_path_factory.mktemp("store"))
    made = {
        language: topic_workbook(store, observatory, topics="map", language=language)
        for language in ("en", "zh")
    }
    store.close()
    return made


def opened(content):
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def written(value):
    """Return a value of the store as a cell holds it."""
    if value is None:
        return ""
    return "; ".join(value) if isinstance(value, list) else value


@pytest.mark.parametrize("table", sorted(set(topic_rows()) & set(SHEETS) - {"completeness"}))
def test_a_sheet_equals_its_table_to_the_last_digit(books, table):
    names = [c.column for c in columns_of(table) if c.column not in _DRAWN]
    expected = sorted(
        [[written(row.get(name)) for name in names] for row in topic_rows()[table]], key=str
    )

    head, *rows = opened(books["en"])[SHEETS[table][0].en]

    assert head == [COLUMNS[name].en for name in names]
    assert sorted(rows, key=str) == [[_as_read(cell) for cell in row] for row in expected]


def _as_read(cell):
    """Numbers come back as floats, and truths as truths."""
    return float(cell) if isinstance(cell, int) and not isinstance(cell, bool) else cell


def test_no_text_becomes_a_formula_or_a_link(books):
    with zipfile.ZipFile(io.BytesIO(books["en"])) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        texts = [archive.read(name).decode() for name in sheets]

    assert not any("<f>" in text or "hyperlink" in text for text in texts)
    assert "=cmd|' /C calc'!A0" in {row[1] for row in opened(books["en"])["Topics"]}


def test_both_languages_have_the_same_sheets_and_numbers(books):
    english, chinese = (opened(books[language]) for language in ("en", "zh"))

    assert len(english) == len(chinese)
    for one, other in zip(list(english.values())[1:-2], list(chinese.values())[1:-2], strict=True):
        assert one[1:] == other[1:]
    assert "新兴技术" in chinese


def test_the_first_sheet_lists_the_others_and_says_what_to_mind(books):
    sheets = opened(books["en"])
    first, *others = sheets
    told = [cell for row in sheets[first] for cell in row if cell]

    assert set(others) <= set(told)
    assert any("missing, never zero" in text for text in told)
    assert any("2" * 64 in text for text in told)


def test_without_a_backtest_the_first_sheet_says_so(open_store, observatory):
    rows = sample_rows() | {name: h for name, h in topic_rows().items() if "backtest" not in name}

    sheets = opened(topic_workbook(open_store(rows), observatory, topics="map"))

    assert "Backtest" not in sheets
    assert any(row[1].startswith("Not backtested") for row in next(iter(sheets.values())))


def test_a_table_too_long_for_a_sheet_is_left_to_the_data_pack(
    open_store, observatory, monkeypatch
):
    monkeypatch.setattr(topic_sheets, "_MOST_ROWS", 8)

    sheets = opened(topic_workbook(open_store(topic_rows()), observatory, topics="map"))

    assert "Topics by year" not in sheets
    assert "Topics" in sheets
    told = {row[1] for row in next(iter(sheets.values()))}
    said = "Topics by year: 40 rows are too many for a sheet."
    assert f"{said} They stand in the data pack, table cluster_year." in told


def test_the_codebook_names_every_column_that_is_shown(books):
    sheets = opened(books["en"])
    head, *rows = sheets["Columns"]

    told = {(row[0], row[1]) for row in rows}
    shown = {(name, column) for name, held in list(sheets.items())[1:-2] for column in held[0]}
    assert told == shown
    assert head[:4] == ["Sheet", "Head", "Table in the data pack", "Column"]


def test_codes_are_explained_in_the_language_of_the_book(books):
    rows = opened(books["zh"])["代码说明"]

    assert ["判断", "grows", "确有增长"] in rows
    assert ["榜单", "rising topics", "上升主题"] in rows


def test_the_same_store_gives_the_same_bytes_in_any_order(open_store, observatory, books):
    rows = {name: list(reversed(held)) for name, held in topic_rows().items()}

    again = topic_workbook(open_store(sample_rows() | rows), observatory, topics="map")

    assert again == books["en"]


def test_every_word_is_there_in_both_languages():
    texts = [*COLUMNS.values(), *WORDS.values(), *NOTES]
    texts += [text for pair in SHEETS.values() for text in pair]

    assert all(text.en and text.zh for text in texts)
    names = [name for name, _ in SHEETS.values()]
    assert all(len(name.en) <= 31 for name in names)
    assert len({name.zh for name in names}) == len({name.en for name in names}) == len(names)
    shown = {c.column for name in SHEETS for c in columns_of(name)} - _DRAWN
    assert shown <= COLUMNS.keys()
    assert set(SHEETS) <= set(tables())
    assert {column for column, _ in CODES} <= COLUMNS.keys()


def test_an_unknown_map_or_language_is_refused(open_store, observatory):
    with pytest.raises(PublicationError, match="'other'"):
        topic_workbook(open_store({}), observatory, topics="other")
    with pytest.raises(PublicationError, match="'fr'"):
        topic_workbook(open_store({}), observatory, topics="map", language="fr")
