"""Real exports give the counts their sources state."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from armillary.evidence.conformance import conform
from armillary.model.provenance import Origin, Reading
from armillary.sources.works import read_works
from armillary.sources.works.citations import resolve_citations

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def data() -> Path:
    default = Path(__file__).parents[3] / "shared"
    folder = Path(os.environ.get("ARMILLARY_SHARED", default)) / "data"
    if not folder.is_dir():
        pytest.skip(f"real inputs are not at {folder}; set ARMILLARY_SHARED")
    return folder


@pytest.fixture(scope="module")
def read(data: Path) -> Callable[[str | Path], Reading]:
    def reading(path: str | Path) -> Reading:
        file = data / path
        origin = Origin(
            origin=file.name, source="s", file=file.name, title="t", sha256="0", bytes=1
        )
        found = read_works(file, source="s", origin=origin)
        assert found.n_read == found.n_kept + found.n_empty + len(found.rejections)
        conform("work", found.tables["work"], where=file.name)
        return found

    return reading


@pytest.mark.parametrize(
    ("path", "name", "count"),
    [
        ("exports/wos-tagged/alfalfa_5001-5035.txt", "Web of Science tagged", 35),
        ("exports/wos-tagged/alfalfa_first350.txt", "Web of Science tagged", 350),
        ("exports/wos-tagged/breast-cancer_demo_2021.txt", "Web of Science tagged", 10),
        ("exports/wos-tab/ble_2026-04-02_1-1000.txt", "Web of Science tab-delimited", 1000),
        ("exports/wos-tab/tobler_savedrecs.txt", "Web of Science tab-delimited", 81),
        ("exports/scopus-csv/tobler_scopus.csv", "Scopus CSV", 81),
        ("exports/wos-bib/electre_wos.bib", "Web of Science BibTeX", 236),
        ("exports/wos-bib/ahp-neural_wos_29.bib", "Web of Science BibTeX", 29),
        ("exports/scopus-bib/electre_scopus.bib", "Scopus BibTeX", 263),
        ("exports/scopus-bib/scopus_small.bib", "Scopus BibTeX", 24),
        ("exports/ris/tobler_scopus.ris", "RIS", 81),
        ("exports/ris/tobler_wos_savedrecs.ris", "RIS", 81),
        ("exports/pubmed-nbib/mcda_pubmed_335.txt", "PubMed tagged", 335),
        ("exports/pubmed-nbib/breast-cancer_demo_2021.nbib", "PubMed tagged", 10),
        ("exports/pubmed-xml/pubmed_result_93.xml", "PubMed XML", 93),
        ("exports/dimensions-csv/dimensions_publications_2025-10-14.csv", "Dimensions CSV", 126),
        (
            "exports/lens-scholar-csv/tobler_lens-export.csv",
            "Lens scholarly CSV (1 without a title)",
            252,
        ),
        ("exports/google-scholar-pop-csv/tobler_PoPCites.csv", "Publish or Perish CSV", 829),
        ("exports/cnki-estudy/cnki_demo_202101.txt", "CNKI E-Study", 20),
        (
            "exports/arxiv-archive-tsv/econ.TH.tsv",
            "arXiv archive TSV (146 damaged identifiers restored)",
            361,
        ),
        ("exports/derwent-tagged/derwent_drones_1-500.ciw", "Derwent tagged", 500),
        ("exports/openalex-json/openalex_works_sample3.json", "OpenAlex JSON", 3),
        ("corpora/robotics-icra-iros/robotics.parquet", "Parquet table", 35_796),
        (
            "corpora/acl-anthology-2019/acl-anthology.parquet",
            "Parquet table (532 damaged DOIs left out)",
            48_272,
        ),
        (
            "corpora/arxiv-cs-1993-2019/arxiv-cs.parquet",
            "Parquet table (1 damaged DOIs left out)",
            54_981,
        ),
        ("corpora/wos-alfalfa-2009-2020/alfalfa.parquet", "Parquet table", 5035),
        ("corpora/wos-bluetooth-low-energy-2026/ble.parquet", "Parquet table", 4071),
        ("corpora/patents-drones-derwent/drones-derwent.parquet", "Parquet table", 2691),
        (
            "corpora/patents-synbio-thomson/synbio.parquet",
            "Parquet table (60 without a title)",
            644,
        ),
    ],
)
def test_every_record_of_a_real_file_is_kept(read, path, name, count):
    reading = read(path)

    assert reading.format == name
    assert (reading.n_read, reading.n_kept) == (count, count)


def test_a_real_file_with_one_id_twice_keeps_it_once(read):
    reading = read("corpora/patents-genai-health-google/genai-health.parquet")

    assert (reading.n_read, reading.n_kept, reading.n_empty) == (7022, 7021, 1)


def test_real_tables_without_references_say_that_they_have_none(read):
    works = read("exports/wos-tab/ble_2026-04-02_1-1000.txt").tables["work"]

    assert works["references"].null_count == 1000


def test_eleven_tagged_files_give_the_works_of_the_parquet_table(data, read, tmp_path):
    archive = data / "corpora/wos-alfalfa-2009-2020/original-tagged-11-files.tar.zst"
    with pa.input_stream(str(archive), compression="zstd") as stream:
        unpacked = io.BytesIO(stream.read())
    with tarfile.open(fileobj=unpacked) as tar:
        tar.extractall(tmp_path, filter="data")
    columns = ["work", "year", "doi", "title", "venue", "type", "cited_by_count"]

    files = sorted(tmp_path.rglob("*.txt"))

    tagged = pa.concat_tables([read(file).tables["work"] for file in files])

    parquet = read("corpora/wos-alfalfa-2009-2020/alfalfa.parquet").tables["work"]
    assert len(files) == 11
    assert tagged.num_rows == 5035
    assert tagged.select(columns).sort_by("work").equals(parquet.select(columns).sort_by("work"))


@pytest.mark.parametrize(
    ("path", "pairs"),
    [
        # 12,886 references hold the DOI of a work inside; second DOIs and distinct pairs
        # make the difference.
        ("corpora/wos-alfalfa-2009-2020/alfalfa.parquet", 12_914),
        # 688 pairs match as 728 references once the zero is removed; 22 are self-citations,
        # 3 more are found by spelling.
        ("corpora/patents-drones-derwent/drones-derwent.parquet", 669),
    ],
)
def test_citations_inside_real_corpora_are_found(read, frame, rows, path, pairs):
    works = read(path).tables["work"]

    assert len(rows(resolve_citations(frame(works)))) == pairs
