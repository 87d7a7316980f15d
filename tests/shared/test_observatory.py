"""The acceptance observatory as a whole, built once under hard limits, then questioned."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import psutil
import pyarrow.parquet as pq
import pytest
from pypdf import PdfReader

from armillary.publications.site.linkcheck import check_links

pytestmark = [pytest.mark.shared, pytest.mark.xdist_group("acceptance")]

REPOSITORY = Path(__file__).parents[2]
SHARED = Path(os.environ.get("ARMILLARY_SHARED", REPOSITORY.parent / "shared"))
BUILD = "from armillary.cli import main; main()"
# A machine that others use at the same time may be given longer.
LIMIT_SECONDS = float(os.environ.get("ARMILLARY_BUILD_SECONDS", "300"))
LIMIT_BYTES = 4 * 2**30
TENTH = 0.05  # half of the last printed digit of a score
EXACT = 1e-9
CODES = {"GII_INPUT": "IN", "GII_OUTPUT": "OUT"}


def resident(process: psutil.Process) -> int:
    """Return the memory a process and all it started hold, in bytes."""
    total = 0
    for one in (process, *process.children(recursive=True)):
        try:
            total += one.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


def build(folder: Path) -> tuple[str, float]:
    """Build an observatory within the limits; return what it said, and its seconds."""
    begun, peak = time.monotonic(), 0
    log = folder.with_suffix(".log")
    with log.open("wb") as out:
        child = subprocess.Popen(
            [sys.executable, "-c", BUILD, "build", str(folder)],
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        watched = psutil.Process(child.pid)
        while child.poll() is None:
            seconds, peak = time.monotonic() - begun, max(peak, resident(watched))
            if seconds > LIMIT_SECONDS or peak > LIMIT_BYTES:
                for one in (*watched.children(recursive=True), watched):
                    one.kill()
                child.wait()
                pytest.fail(f"stopped after {seconds:.0f} s at {peak / 2**30:.2f} GiB")
            time.sleep(0.05)
    said = log.read_text(encoding="utf-8")
    assert child.returncode == 0, said
    return said, time.monotonic() - begun


@pytest.fixture(scope="module")
def observatory(tmp_path_factory) -> Path:
    if not (SHARED / "data" / "indicators").is_dir():
        pytest.skip("the shared inputs are absent: set ARMILLARY_SHARED to their folder")
    home = tmp_path_factory.mktemp("acceptance")
    folder = home / "repository" / "acceptance"
    shutil.copytree(
        REPOSITORY / "acceptance", folder, ignore=shutil.ignore_patterns(".*", "public")
    )
    (home / "shared").symlink_to(SHARED.resolve(), target_is_directory=True)
    build(folder)
    return folder


@pytest.fixture(scope="module")
def rows(observatory):
    def of(table: str, **wanted: object) -> list[dict[str, object]]:
        found = pq.read_table(observatory / "public" / "data" / f"{table}.parquet").to_pylist()
        return [r for r in found if all(r[name] == value for name, value in wanted.items())]

    return of


@pytest.fixture(scope="module")
def published(rows):
    """Scores as printed, by economy and code of the framework."""
    return {
        (r["REF_AREA"], CODES.get(r["INDICATOR"], r["INDICATOR"])): r["OBS_VALUE"]
        for r in rows("observation", DATAFLOW="GII_SCORE")
    }


@pytest.fixture(scope="module")
def gaps(rows, published):
    """Distance of every recomputed node from the published one, by level of the tree."""
    groups = {r["code"] for r in rows("framework", index="gii2019", kind="aggregate")}
    found = defaultdict(dict)
    for row in rows("score", index="gii2019"):
        key = row["unit"], row["code"]
        if row["code"] in groups and published[key] is not None:
            found["GII" if row["code"] == "GII" else "node"][key] = abs(
                row["score"] - published[key]
            )
    return found


# The published tree is printed to one decimal. A node recomputed from printed indicators may
# therefore lie 0.05 + 0.05 from the printed node and agree with it to the last digit: that is
# the one limit that holds for all. Seen are 0.0833 (one node: 6.2 of Uruguay; the next are
# 0.0800) and, for the index itself, 0.0524: four economies lie between 0.0500 and 0.0524. All
# round to 0.08 and 0.05 at two decimals. The half weights do not explain the rest: turning any
# single weight between 1 and 0.5 takes the index 0.10 or further from the published one.
def test_every_published_node_is_within_the_rounding_of_printed_scores(gaps):
    everything = {**gaps["GII"], **gaps["node"]}

    assert len(everything) == 3_995
    assert max(everything.values()) <= 2 * TENTH
    assert round(max(everything.values()), 2) <= 0.08
    assert [key for key, gap in everything.items() if gap > 0.08 + EXACT] == [("URY", "6.2")]


def test_every_economy_has_its_published_index(gaps):
    beyond = {unit for (unit, _), gap in gaps["GII"].items() if gap > TENTH + EXACT}

    assert len(gaps["GII"]) == 129
    assert max(gaps["GII"].values()) <= 0.0525
    assert beyond == {"BGR", "CIV", "NIC", "TUR"}


def test_from_its_two_halves_the_index_is_the_published_one_to_the_digit(published):
    economies = {area for area, code in published if code == "GII"}

    worst = max(
        abs((published[e, "IN"] + published[e, "OUT"]) / 2 - published[e, "GII"]) for e in economies
    )

    assert worst <= TENTH + EXACT


# The values are printed to one decimal as well, some of indicators that stay below 1: what their
# rounding can do to an index is far more than half a digit.
@pytest.mark.parametrize("index", ["gii2019_raw", "gii2019_audit"])
def test_from_raw_values_every_economy_has_its_index_within_three_tenths(rows, published, index):
    shift, scale = {"gii2019_raw": (0.0, 1.0), "gii2019_audit": (1.0, 0.99)}[index]
    gaps = [
        abs((row["score"] - shift) / scale - published[row["unit"], "GII"])
        for row in rows("score", index=index, code="GII")
    ]

    assert len(gaps) == 129
    assert max(gaps) <= 0.3


def test_no_choice_of_the_audit_is_left_out_of_its_tables(rows):
    paths = {"aggregate.level.1", "impute", "weight.node.IN", "weight.node.OUT"}

    drawn = rows("audit_replicate", index="gii2019_audit")
    overall = rows("audit_sensitivity", index="gii2019_audit", unit="_T")
    ranks = rows("audit_rank", index="gii2019_audit")

    assert len(drawn) == 4_000
    assert {row["path"] for row in overall} == paths
    assert sum(row["shapley"] for row in overall) == pytest.approx(1, abs=0.01)
    assert len(ranks) == 129
    assert all(row["rank_best"] <= row["rank"] <= row["rank_worst"] for row in ranks)


@pytest.mark.parametrize(
    ("source", "first"),
    [("activity", 2010), ("funds", 2010), ("personnel", 2010), ("intensity", 2011),
     ("applications", 2010), ("grants", 2010)],
)  # fmt: skip
def test_every_province_is_there_in_every_year(rows, source, first):
    seen = {(r["REF_AREA"], r["TIME_PERIOD"]) for r in rows("observation", source=source)}
    areas = {area for area, _ in seen}

    assert len(areas) == 32
    assert seen == {(area, str(year)) for area in areas for year in range(first, 2024)}


def test_the_performers_of_2022_add_up_to_the_published_total(rows):
    gerd = {
        r["SECT_PERF"]: r["OBS_VALUE"]
        for r in rows("observation", source="bulletins", REF_AREA="CHN", TIME_PERIOD="2022",
                      INDICATOR="GERD", TYPE_RD="_T", SECT_FUND="_T", DIMENSIONS="")
    }  # fmt: skip
    share = rows("derived_observation", analysis="performers", operation="share", code="BES",
                 TIME_PERIOD="2022")  # fmt: skip

    assert gerd.pop("_T") == 30782.9
    assert sorted(gerd) == ["BES", "GOV", "HES", "_O"]
    assert sum(gerd.values()) == pytest.approx(30782.9, abs=EXACT)
    assert [round(r["OBS_VALUE"], 1) for r in share] == [77.6]


def test_every_record_is_accounted_for(rows):
    for reading in rows("reading"):
        parts = reading["n_kept"] + reading["n_empty"] + reading["n_rejected"]
        assert reading["n_read"] == parts, reading

    assert len(rows("work", source="robotics")) == 35_796
    stip = rows("initiative", source="stip2021")
    assert (len(stip), sum(r["n_rows"] for r in stip)) == (6_961, 9_498)
    assert len(rows("initiative", source="council")) == 5_781


def test_the_growing_topics_are_those_known_to_have_grown(rows):
    growing = [r for r in rows("cluster", corpus="robotics") if r["growing_rank"] is not None]
    labels = [r["label"] for r in growing]

    assert any("deep learning" in label for label in labels)
    assert any("reinforcement learning" in label for label in labels)
    assert not any("SLAM" in label for label in labels)


def test_the_lists_of_a_corpus_without_references_say_what_they_lack(rows):
    rules = {r["list"]: r for r in rows("topic_list_rule", corpus="robotics")}

    assert rules["rising topics"]["n_entries"] >= 10
    assert rules["rising terms"]["n_entries"] == 40
    assert all("reference" in r["why_not_en"] for name, r in rules.items() if "front" in name)


def test_the_lists_of_robotics_stand_beside_a_backtest_whose_controls_pass(rows):
    controls = rows("backtest_control", corpus="robotics", list="rising terms")
    gated = [r for r in controls if r["passes"] is not None]

    assert len(gated) == 3
    assert all(r["passes"] for r in gated)


def test_no_link_is_broken(observatory):
    check_links(observatory / "public" / "site")


@pytest.mark.parametrize(
    ("language", "word"), [("en", "Global Innovation Index"), ("zh", "全球创新指数")]
)
def test_both_reports_open_and_speak_their_language(observatory, language, word):
    pages = PdfReader(observatory / "public" / f"report-{language}.pdf").pages
    text = "".join("".join(page.extract_text().split()) for page in pages[:20])

    assert len(pages) > 20
    assert word.replace(" ", "") in text


def test_a_second_build_does_nothing_at_once(observatory):
    before = {
        path: path.stat().st_mtime_ns
        for path in (observatory / "public").glob("*")
        if path.is_file()
    }

    said, seconds = build(observatory)

    assert "Nothing has changed: no work done." in said
    assert seconds < 2
    assert before == {path: path.stat().st_mtime_ns for path in before}
