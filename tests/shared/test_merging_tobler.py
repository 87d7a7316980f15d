"""One author's works in overlapping exports: every join was read by eye, and every near miss."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pytest

from armillary.model.provenance import Origin
from armillary.sources.works import read_works
from armillary.sources.works.merging import merge_works

pytestmark = pytest.mark.shared

# Scopus EID (without 2-s2.0-) = Web of Science UT (without WOS:), by reading both exports.
# The last word on two of them is an expert's: a DOI that moved to another publisher with a title
# that runs on, and a rejoinder that Scopus calls by that word alone.
GOLD = """
0001301652=A1966ZH15800011 0001433378=A1995TR74900005 0001486444=A1962CGJ6200004
0001894148=A1957CGJ9000002 0002215487=A1986A167200003 0002297073=A1971K216200042
0004257559=A1991GP40800007 0014045410=A19678872400007 0018290953=A1979GG28300006
0018658346=A1979HS22400003 0018659851=A1979HS22400001 0018676784=A1979GJ42700003
0018728902=A1979GQ04300001 0019679445=A1981MR64200004 0019707458=A1981LA95000001
0020680392=A1983QS40300009 0020699706=A1983QL64400006 0020700330=A1983QG00100001
0020898239=A1983ACE0300007 0022268505=A1985AMY3200007 0022589162=A1986A897300011
0022693286=A1986C194900002 0022697781=A1986C194900004 0023331556=A1987H038400005
0026681232=A1992JD67500008 0028570489=A1994NV78800002 0028810059=A1995QG18400006
0041806125=A1971J198300031 0342914548=A1982PU66500012 18944372076=000189291300004
28344451497=000221906300009 70350446751=A1964CBV2500003 75249096350=000273942200006
84945650388=A1984TP37700001 84945687182=A1962CBV2100007 84948884081=A1960CBD8700007
84953205071=000369149300009 84977316165=A1978FJ18800006 84977359146=A1986E330300007
84977368248=A1985AMR6200007 84977386434=A1978EX40600004 84977395520=A1973Q268100005
84977414359=A1975AY91000006 84981761229=A1969Y593300003 84989499834=A1971Y057300007
84989559783=A1972Z098900002 85008409788=000078178100006 85016520957=000425064400008
"""


@pytest.fixture(scope="module")
def read():
    default = Path(__file__).parents[3] / "shared"
    folder = Path(os.environ.get("ARMILLARY_SHARED", default)) / "data" / "exports"

    def reading(path, source):
        origin = Origin(origin=source, source=source, file=path, title="t", sha256="0", bytes=1)
        return read_works(folder / path, source=source, origin=origin).tables["work"]

    return reading


def members(merged):
    found = {}
    for row in merged.tables["work_member"].to_pylist():
        found.setdefault(row["work"], []).append(row["member"])
    return [sorted(held) for held in found.values()]


def test_scopus_and_web_of_science_agree_with_what_was_read(read):
    works = pa.concat_tables(
        [
            read("scopus-csv/tobler_scopus.csv", "scopus"),
            read("wos-tab/tobler_savedrecs.txt", "wos"),
        ]
    )
    gold = {
        (f"scopus:2-s2.0-{eid}", f"wos:WOS:{ut}")
        for eid, ut in (pair.split("=") for pair in GOLD.split())
    }

    found = {tuple(held) for held in members(merge_works(works)) if len(held) > 1}

    assert len(found & gold) / len(found) >= 0.97
    assert len(found & gold) / len(gold) >= 0.95


def test_the_same_records_in_another_format_are_the_same_works(read):
    works = pa.concat_tables(
        [
            read("scopus-csv/tobler_scopus.csv", "csv"),
            read("ris/tobler_scopus.ris", "ris"),
            read("wos-tab/tobler_savedrecs.txt", "tab"),
            read("ris/tobler_wos_savedrecs.ris", "wris"),
        ]
    )

    found = members(merge_works(works))

    lone = [held for held in found if len(held) % 2]
    assert len(found) <= 119
    assert lone == []


def test_six_exports_of_one_author_are_far_fewer_works(read):
    works = pa.concat_tables(
        [
            read("scopus-csv/tobler_scopus.csv", "scopus"),
            read("wos-tab/tobler_savedrecs.txt", "wos"),
            read("ris/tobler_scopus.ris", "scopusris"),
            read("ris/tobler_wos_savedrecs.ris", "wosris"),
            read("lens-scholar-csv/tobler_lens-export.csv", "lens"),
            read("google-scholar-pop-csv/tobler_PoPCites.csv", "pop"),
        ]
    )

    merged = merge_works(works)

    assert merged.n_records == 1405
    assert 930 <= merged.n_works <= 950
