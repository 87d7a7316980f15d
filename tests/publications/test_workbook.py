"""The workbook, opened again by another library."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from python_calamine import CalamineWorkbook

from armillary.analyses.index.audit import audit
from armillary.analyses.index.compute import compute, inputs_of
from armillary.analyses.index.raw_values import raw_values
from armillary.errors import PublicationError
from armillary.evidence.duckdb import DuckDBStore
from armillary.model.columns import from_columns
from armillary.model.indicators import Framework, Node
from armillary.model.methods import MinMax
from armillary.model.observatory import Text
from armillary.model.recipe import Audit, IndexRecipe, Variation
from armillary.publications.workbook import Contents, workbook
from armillary.publications.workbook_words import ABOUT, COLUMNS, HOW, SHEETS, VALUES

FRAMEWORK = Framework(
    (
        Node(code="I", name_en="Index", name_zh="指数"),
        Node(code="P1", name_en="=Pillar", name_zh="支柱一", parent="I", weight=2),
        Node(code="P2", name_en="Pillar two", name_zh="支柱二", parent="I"),
        *(Node(code=f"A{n}", name_en=f"a{n}", name_zh=f"甲{n}", parent="P1") for n in range(3)),
        *(Node(code=f"B{n}", name_en=f"b{n}", name_zh=f"乙{n}", parent="P2") for n in range(2)),
    )
)
RECIPE = IndexRecipe(
    period=2023,
    minimum_coverage=0.5,
    normalise=MinMax(range=(1, 100)),
    audit=Audit(
        replicates=50,
        rows=16,
        vary={
            "weight": Variation(spread=0.25),
            "normalise": Variation(
                choices=({"method": "minmax", "range": (1, 100)}, {"method": "zscore"})
            ),
        },
    ),
)


@pytest.fixture(scope="module")
def tables():
    random = np.random.default_rng(5)
    cells = [(leaf.code, f"U{u:02}") for leaf in FRAMEWORK.leaves for u in range(9)]
    values = random.lognormal(2, 1, len(cells)).tolist()
    values[4] = None
    same = dict.fromkeys(("SECT_PERF", "SECT_FUND", "TYPE_RD", "FORD", "SEX", "PRICE_BASE"), "_Z")
    same |= {"source": "s", "origin": "o", "DATAFLOW": "D", "DIMENSIONS": "", "VINTAGE": "v"}
    same |= {"TIME_PERIOD": "2023", "OBS_STATUS": "A", "UNIT_MEASURE": "N", "UNIT_MULT": 0}
    observations = from_columns(
        "observation",
        {key: [one] * len(cells) for key, one in same.items()}
        | {
            "INDICATOR": [code for code, _ in cells],
            "REF_AREA": [unit for _, unit in cells],
            "locator": [f"A{n}" for n in range(len(cells))],
            "OBS_VALUE": values,
        },
    )
    store = DuckDBStore({})
    held = store.lend("observation", observations)
    made = compute(held, index="i", framework=FRAMEWORK, recipe=RECIPE)
    raw = raw_values(held, framework=FRAMEWORK, recipe=RECIPE, where="i")
    made |= audit(inputs_of(raw, FRAMEWORK), RECIPE, index="i")[0]
    store.close()
    return made


def contents(tables):
    return Contents(
        title=Text("=Title", "标题"),
        tables=tables,
        names={"U01": Text("=cmd|' /C calc'!A0", "甲国"), "U02": Text("@Second")},
        licence="+CC BY 4.0",
        files=("data.csv (SHA-256 0123…)",),
        notes=("-a note",),
    )


def opened(content):
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_every_number_is_that_of_the_store_to_its_last_digit(tables):
    sheets = opened(workbook(contents(tables)))
    store = {(row["unit"], row["code"]): row for row in tables["score"].to_pylist()}

    compared = 0
    for name, column in (("Scores", "score"), ("Raw data", "value"), ("Treated data", "treated")):
        codes, _, *rows = sheets[name]
        for row in rows:
            for code, cell in zip(codes[3:], row[3:], strict=True):
                wanted = store[row[1], code][column]
                assert cell == ("" if wanted is None else wanted)
                compared += 1
    assert compared == 9 * (8 + 5 + 5)
    head, *rows = sheets["Importance"]
    for row, wanted in zip(rows, tables["audit_importance"].to_pylist(), strict=True):
        assert row[head.index("Importance")] == wanted["importance"]


def test_the_ranking_is_in_order_with_its_intervals(tables):
    head, *rows = opened(workbook(contents(tables)))["Ranking"]
    intervals = {row["unit"]: row for row in tables["rank_interval"].to_pylist()}

    ranks = [row[0] for row in rows]
    assert ranks == sorted(ranks)
    assert len(rows) == 9
    assert head[:5] == ["Rank", "Unit", "Name", "Period", "Score"]
    for row in rows:
        low = row[head.index("Rank, better end")]
        assert low == intervals[row[1]]["rank_low"]


def test_flags_stand_where_raw_values_do(tables):
    sheets = opened(workbook(contents(tables)))

    empty = {
        (r, c)
        for r, row in enumerate(sheets["Raw data"][2:])
        for c, cell in enumerate(row)
        if cell == ""
    }
    missing = {
        (r, c)
        for r, row in enumerate(sheets["Flags of raw data"][2:])
        for c, cell in enumerate(row)
        if cell == "M"
    }
    assert len(empty) == 1
    assert empty == missing


def test_no_text_becomes_a_formula_or_a_link(tables):
    content = workbook(contents(tables))

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [n for n in archive.namelist() if n.startswith("xl/worksheets/")]
        texts = [archive.read(name).decode() for name in sheets]
    assert not any("<f>" in text or "hyperlink" in text for text in texts)
    ranking = opened(content)["Ranking"]
    assert "=cmd|' /C calc'!A0" in {row[2] for row in ranking}
    assert "=Pillar" in ranking[0]


def test_the_same_contents_give_the_same_bytes(tables):
    one, other = (workbook(contents(tables), language="zh") for _ in range(2))

    assert one == other


def test_both_languages_have_the_same_sheets_and_numbers(tables):
    english, chinese = (opened(workbook(contents(tables), language=one)) for one in ("en", "zh"))

    names = {text.en: text.zh for text in SHEETS.values()}
    assert [names[name] for name in english] == list(chinese)
    assert english["Scores"][2][3:] == chinese["得分"][2][3:]
    assert chinese["得分"][1][3] == "指数"
    assert chinese["排名"][0][0] == "排名"
    expected = {"Read me", "Ranking", "Raw data", "Treatment", "Framework", "Recipe", "Sensitivity"}
    assert expected - {"Treatment"} <= english.keys()


def test_every_word_is_there_in_both_languages():
    texts = [*SHEETS.values(), *COLUMNS.values(), *VALUES.values(), *ABOUT.values(), *HOW]

    assert all(text.en and text.zh for text in texts)
    assert all(len(text.en) <= 31 and len(text.zh) <= 31 for text in SHEETS.values())


def test_every_column_of_every_sheet_has_words(tables):
    shown = set(SHEETS) & tables.keys() - {"recipe"}

    columns = {name for table in shown for name in tables[table].column_names}
    assert columns - {"index", "position", "name_en", "name_zh"} <= COLUMNS.keys()


def test_another_language_is_refused(tables):
    with pytest.raises(PublicationError, match="'fr'"):
        workbook(contents(tables), language="fr")


def test_headers_stay_in_sight_and_scores_have_colours(tables):
    content = workbook(contents(tables))

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        ranking = archive.read("xl/worksheets/sheet2.xml").decode()
    assert 'state="frozen"' in ranking
    assert ranking.count("<colorScale>") == 3
    assert "<autoFilter" in ranking


def test_the_change_between_editions_has_a_sheet(tables):
    movement = from_columns(
        "movement",
        {
            "index": ["i"],
            "TIME_PERIOD": ["2023"],
            "unit": ["U01"],
            "factor": ["own_data"],
            "rank_change": [1.0 / 3],
            "score_change": [-0.1],
        },
    )

    sheets = opened(workbook(contents(tables | {"movement": movement}), language="zh"))

    assert sheets["变动分解"][1] == ["2023", "U01", "甲国", "自身数据", 1.0 / 3, -0.1]
