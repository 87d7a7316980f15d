"""Real registers give the counts their sources state."""

from __future__ import annotations

import datetime
import functools
import os
import random
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from armillary.errors import SourceError
from armillary.evidence.conformance import conform
from armillary.evidence.search import Document, Search, build_search, documents
from armillary.model.provenance import Origin, Reading
from armillary.sources.policies import read_policies

pytestmark = pytest.mark.shared
TODAY = datetime.date(2026, 1, 1)


@pytest.fixture(scope="module")
def data() -> Path:
    default = Path(__file__).parents[3] / "shared"
    folder = Path(os.environ.get("ARMILLARY_SHARED", default)) / "data"
    if not folder.is_dir():
        pytest.skip(f"real inputs are not at {folder}; set ARMILLARY_SHARED")
    return folder


@pytest.fixture(scope="module")
def read(data: Path) -> Callable[..., Reading]:
    @functools.cache
    def reading(path: str, *, source: str = "s", beside: str = "", codebook: str = "") -> Reading:
        file = data / "policies" / path
        origin = Origin(
            origin=file.name, source=source, file=file.name, title="t", sha256="0", bytes=1
        )
        found = read_policies(
            file,
            source=source,
            origin=origin,
            codebook=data / "policies" / codebook if codebook else None,
            companions=[data / "policies" / beside] if beside else [],
            today=TODAY,
        )
        assert found.n_read == found.n_kept + found.n_empty + len(found.rejections)
        for name, table in found.tables.items():
            conform(name, table, where=file.name)
        return found

    return reading


@pytest.mark.parametrize(
    ("year", "n_rows", "n_initiatives", "n_areas"),
    [(2019, 7_706, 5_663, 67), (2021, 9_498, 6_961, 62)],
)
def test_stip_rows_are_joined_to_initiatives(read, year, n_rows, n_initiatives, n_areas):
    reading = read(
        f"stip/STIP_Survey-{year}.csv.gz", codebook="stip/2021_STIP_survey_codebook.xlsx"
    )

    initiatives = reading.tables["initiative"]
    assert (reading.n_read, reading.n_kept, reading.rejections) == (n_rows, n_initiatives, ())
    assert pa.compute.sum(initiatives["n_rows"]).as_py() == n_rows
    assert len(set(initiatives["area_name"].to_pylist())) == n_areas
    assert initiatives["REF_AREA"].null_count == 0
    codes = reading.tables["initiative_facet"].to_pylist()
    assert len({f["code"] for f in codes if f["facet"] == "instrument"}) == 28
    assert all(f["name_en"] != f["code"] for f in codes if f["facet"] != "tag")


def test_initiatives_of_two_surveys_are_told_by_their_number(read):
    first, second = (
        set(read(f"stip/STIP_Survey-{y}.csv.gz").tables["initiative"]["native_id"].to_pylist())
        for y in (2019, 2021)
    )

    assert (len(first & second), len(second - first), len(first - second)) == (4_427, 2_534, 1_236)


@pytest.mark.parametrize(
    ("place", "n_documents", "n_numbers", "n_undated"),
    [
        ("state_council", 5_781, 5_308, 52),
        ("shanghai", 9_100, 5_909, 24),
        ("guangdong", 4_678, 4_423, 0),
    ],
)
def test_lists_of_documents_get_their_numbers(read, place, n_documents, n_numbers, n_undated):
    dates = f"china_policy_documents/{place}_dates.xlsx"
    numbers = f"china_policy_documents/{place}_document_numbers.xlsx"

    reading = read(dates, beside=numbers)
    found = reading.tables["initiative"]

    assert found.num_rows == n_documents
    assert n_documents - found["document_number"].null_count == n_numbers
    assert found["date"].null_count == n_undated
    assert max(filter(None, found["date"].to_pylist())) < "2024"
    assert read(numbers, beside=dates).n_kept == 0


def test_the_institutes_own_table_is_read(read):
    found = read("cistrat_policy_table.csv").tables["initiative"]

    assert found["date"].to_pylist() == ["2023-08", "2022-03", "2023-01", "2023-10"]


def test_a_protected_workbook_is_told(read, data):
    (protected,) = (data / "indicators/china_yearbook_raw").glob("*.xls")

    with pytest.raises(SourceError, match="protected by a password"):
        read(os.path.relpath(protected, data / "policies"))


@pytest.fixture(scope="module")
def corpus(read) -> list[Document]:
    readings = [
        read("stip/STIP_Survey-2021.csv.gz", source="stip"),
        read(
            "china_policy_documents/state_council_dates.xlsx",
            source="council",
            beside="china_policy_documents/state_council_document_numbers.xlsx",
        ),
    ]
    initiatives, facets = (
        pa.concat_tables([r.tables[name] for r in readings])
        for name in ("initiative", "initiative_facet")
    )
    return documents(initiatives, facets, registers={"stip": ["stip"], "council": ["council"]})


@pytest.fixture(scope="module")
def search(corpus, tmp_path_factory) -> Search:
    path = tmp_path_factory.mktemp("search") / "search.sqlite"
    build_search(path, corpus)
    return Search(path)


FIELDS = [
    "title_en", "title_zh", "title_original", "issuer_en", "issuer_zh", "highlights_en",
    "highlights_zh", "document_number",
]  # fmt: skip


def plain(text: str) -> str:
    """Fold independently of the index."""
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return text if text.isascii() else "".join(c for c in text if not unicodedata.combining(c))


@pytest.fixture(scope="module")
def texts(corpus) -> list[tuple[str, str]]:
    """Each document with all its text; a line for each field."""
    return [
        (d.id, "\n".join(plain(getattr(d, f) or "").replace("\n", " ") for f in FIELDS))
        for d in corpus
    ]


def drawn(rng: random.Random, texts: list[str], pattern: str, n: int) -> list[str]:
    found: list[str] = []
    while len(found) < n:
        parts = re.findall(pattern, rng.choice(texts))
        if parts:
            found.append(rng.choice(parts))
    return found


def test_a_chinese_query_finds_what_reading_every_text_finds(corpus, search, texts):
    rng = random.Random(7)  # noqa: S311 - a seed, not a secret
    titles = [d.title_zh for d in corpus if d.title_zh]
    queries = [
        run[start : start + rng.randint(1, 6)]
        for run in drawn(rng, titles, r"[\u4e00-\u9fff]{2,}", 60)
        for start in [rng.randrange(len(run))]
    ]

    for query in queries:
        expected = {name for name, text in texts if query in text}
        found = search.find(query, limit=1_000)
        assert found.total == len(expected) > 0
        assert {hit.id for hit in found.hits} <= expected


def test_an_english_query_finds_what_reading_every_text_finds(corpus, search, texts):
    rng = random.Random(7)  # noqa: S311 - a seed, not a secret
    highlights = [d.highlights_en for d in corpus if d.highlights_en]
    queries = [
        query
        for query in drawn(rng, highlights, r"\b[^\W_]{2,}(?:[ ,-]+[^\W_]{2,}){0,2}\b", 60)
        if query.isascii()
    ]

    for query in queries:
        words = re.split(r"[^a-z0-9]+", query.lower())
        whole = re.compile(r"(?<![^\W_])" + r"[\W_]+".join(words) + r"(?![^\W_])")
        expected = {
            name
            for name, text in texts
            if words[0] in text and any(map(whole.search, text.split("\n")))
        }
        found = search.find(f'"{query}"', limit=1_000)
        assert found.total == len(expected) > 0
        assert {hit.id for hit in found.hits} <= expected
