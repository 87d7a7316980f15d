"""Real exports of patents give the counts their sources state, field by field."""

from __future__ import annotations

import csv
import io
import os
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from armillary.analyses.topics.technology_fields import technology_fields
from armillary.evidence.conformance import conform
from armillary.model.codelists import ipc_concordance
from armillary.model.provenance import Origin
from armillary.sources.statistics import read_statistics
from armillary.sources.works import read_works
from armillary.sources.works.families import patent_families
from armillary.sources.works.merging import merge_works
from armillary.sources.works.patents.numbers import normalise

pytestmark = pytest.mark.shared

LENS = "exports/lens-patent-csv/jet-engines_lens-export_first1500.csv"
GOOGLE = "exports/google-patents-csv/gp-search-20240501-100105_first1500.csv"
RESAVED = "exports/google-patents-csv/gp-search_resaved-semicolon_first300.csv"
SCOPE = "exports/wipo-patentscope-csv/pizza_medium_first1000_CR-line-ends.csv"
LANDSCAPE = "exports/wipo-landscape-csv/ritonavir.csv"
THOMSON = "exports/thomson-innovation-xlsx/synbio.xlsx"
DERWENT = "exports/derwent-tagged/derwent_drones_1-500.ciw"
DRONES = "corpora/patents-drones-derwent/drones-derwent.parquet"
SYNBIO = "corpora/patents-synbio-thomson/synbio.parquet"
GENAI = "corpora/patents-genai-health-google/genai-health.parquet"
RECORDS = (0, 3, 57, 148, 271)


@pytest.fixture(scope="module")
def data():
    default = Path(__file__).parents[3] / "shared"
    folder = Path(os.environ.get("ARMILLARY_SHARED", default)) / "data"
    if not folder.is_dir():
        pytest.skip(f"real inputs are not at {folder}; set ARMILLARY_SHARED")
    return folder


@pytest.fixture(scope="module")
def read(data):
    held = {}

    def reading(path):
        if path not in held:
            file = data / path
            origin = Origin(
                origin=file.name, source="s", file=file.name, title="t", sha256="0", bytes=1
            )
            found = read_works(file, source="s", origin=origin)
            assert found.n_read == found.n_kept + found.n_empty + len(found.rejections)
            conform("patent", found.tables["patent"], where=file.name)
            held[path] = found
        return held[path]

    return reading


@pytest.mark.parametrize(
    ("path", "count"),
    [
        (LENS, 1500),
        (GOOGLE, 1500),
        (RESAVED, 300),
        (SCOPE, 1000),
        (LANDSCAPE, 804),
        (THOMSON, 644),
        (DERWENT, 500),
        (DRONES, 2691),
        (SYNBIO, 644),
    ],
)
def test_every_patent_of_a_real_file_is_kept_in_both_tables(read, path, count):
    reading = read(path)

    assert (reading.n_read, reading.n_kept, len(reading.rejections)) == (count, count, 0)
    assert reading.tables["work"].num_rows == reading.tables["patent"].num_rows == count


def raw_rows(data, path, *, encoding="utf-8-sig", skip=0, delimiter=","):
    text = (data / path).read_bytes().decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n", skip)[-1]
    return list(csv.reader(io.StringIO(lines), delimiter=delimiter))


def works_and_patents(reading):
    works = reading.tables["work"].to_pylist()
    return list(zip(works, reading.tables["patent"].to_pylist(), strict=True))


def test_ten_fields_of_lens_records_are_those_of_the_file(data, read):
    head, *rows = raw_rows(data, LENS)
    at = {name: place for place, name in enumerate(head)}
    for n in RECORDS:
        raw, (work, patent) = rows[n], works_and_patents(read(LENS))[n]
        assert work["native_id"] == raw[at["Lens ID"]]
        assert work["title"] == " ".join(raw[at["Title"]].split())
        assert patent["publication_number"] == raw[at["Publication Number"]]
        assert patent["kind"] == raw[at["Kind"]]
        assert patent["office"] == raw[at["Jurisdiction"]]
        assert (patent["publication_date"] or "") == raw[at["Publication Date"]]
        assert (patent["filing_date"] or "") == raw[at["Application Date"]]
        assert (patent["priority_date"] or "") == raw[at["Earliest Priority Date"]]
        assert "".join(patent["inventors"]) == raw[at["Inventors"]].replace(";;", "")
        assert ";;".join(patent["ipc"]) == raw[at["IPCR Classifications"]]
        assert str(patent["cited_by_count"]) == raw[at["Cited by Patent Count"]]


@pytest.mark.parametrize(("path", "skip", "delimiter"), [(GOOGLE, 1, ","), (RESAVED, 0, ";")])
def test_ten_fields_of_google_records_are_those_of_the_file(data, read, path, skip, delimiter):
    _, *rows = raw_rows(data, path, skip=skip, delimiter=delimiter)
    for n in RECORDS:
        raw, (work, patent) = rows[n], works_and_patents(read(path))[n]
        days = [raw[place] for place in (4, 5, 6, 7)]
        if delimiter == ";":
            days = ["-".join(reversed(day.split("/"))) for day in days]
        assert patent["publication_number"] == raw[0]
        assert patent["kind"] == raw[0].split("-")[2]
        assert patent["office"] == work["venue"] == raw[0][:2]
        assert work["title"] == " ".join(raw[1].split())
        assert patent["applicants"] == ([" ".join(raw[2].split())] if raw[2].strip() else [])
        assert ", ".join(patent["inventors"]).split() == raw[3].split()
        assert (patent["priority_date"] or "") == days[0]
        assert (patent["filing_date"] or "") == days[1]
        assert (patent["publication_date"] or "") == days[2]
        assert (patent["grant_date"] or "") == days[3]
        assert str(work["year"]) == days[0][:4]


def test_a_resaved_file_gives_what_the_download_gives(read):
    resaved, download = (works_and_patents(read(path)) for path in (RESAVED, GOOGLE))
    known = {work["native_id"]: (work, patent) for work, patent in download}
    same = [(one, known[one[0]["native_id"]]) for one in resaved if one[0]["native_id"] in known]

    assert len(same) == 300
    for (work, patent), (first, of_first) in same:
        assert work["year"] == first["year"]
        for name in ("priority_date", "filing_date", "publication_date", "grant_date", "number"):
            assert patent[name] == of_first[name]


def test_ten_fields_of_patentscope_records_are_those_of_the_file(data, read):
    _, *rows = raw_rows(data, SCOPE, encoding="mac_roman")
    for n in RECORDS:
        raw, (work, patent) = rows[n], works_and_patents(read(SCOPE))[n]
        raw = ["" if cell == "NA" else cell for cell in raw]
        told = re.findall(r"(\d\d)\.(\d\d)\.(\d{4})|(\d{4})-(\d\d)-(\d\d)T", raw[3])
        days = [f"{y or Y}-{m or M}-{d or D}" for d, m, y, Y, M, D in told]
        assert patent["publication_number"] == raw[0]
        assert patent["office"] == raw[0][:2].upper()
        assert patent["kind"] is None
        assert patent["publication_date"] == "-".join(reversed(raw[1].split(".")))
        assert work["title"] == " ".join(raw[2].split())
        assert (patent["priority_date"] or "") == min(days, default="")
        assert set(patent["ipc"]) == set(raw[4].split(";"))
        assert patent["applicants"] == list(dict.fromkeys(filter(None, raw[5].split(";"))))
        assert patent["inventors"] == list(dict.fromkeys(filter(None, raw[6].split(";"))))
        assert str(work["year"]) == (min(days, default="") or raw[1][-4:])[:4]


def test_ten_fields_of_landscape_records_are_those_of_the_file(data, read):
    _, *rows = raw_rows(data, LANDSCAPE)
    for n in RECORDS:
        raw, (work, patent) = rows[n], works_and_patents(read(LANDSCAPE))[n]
        raw = ["" if cell == "None" else cell for cell in raw]
        assert patent["publication_number"] == raw[1] + raw[2]
        assert work["title"] == " ".join(raw[3].split())
        assert patent["priority_number"] == raw[4]
        assert patent["priority_date"] == raw[6][:10]
        assert str(work["year"]) == raw[7]
        assert (patent["filing_date"] or "") == raw[8][:10]
        assert (patent["publication_date"] or "") == raw[9][:10]
        assert set(patent["ipc"]) == {c.strip() for c in raw[13].split("|") if c.strip()}
        assert set(patent["family_members"]) == {c.strip() for c in raw[14].split("|") if c.strip()}
        assert patent["family_size"] == min(int(raw[15]), int(raw[16]))
        assert patent["status"] == raw[18].lower()


def test_ten_fields_of_thomson_records_are_those_of_the_parquet_made_from_them(data, read):
    raw = {row["id"]: row for row in pq.read_table(data / SYNBIO).to_pylist()}
    pairs = works_and_patents(read(THOMSON))
    assert {work["native_id"] for work, _ in pairs} == raw.keys()
    for n in RECORDS:
        work, patent = pairs[n]
        row = raw[work["native_id"]]
        assert work["title"] == row["title"]
        assert (work["abstract"] or "").split() == (row["abstract"] or "").split()
        assert str(work["year"]) == str(row["priority_year"])
        assert patent["publication_date"][:4] == str(row["year"])
        assert set(work["countries"]) >= set(row["countries"])
        assert patent["ipc"] == row["ipc"]
        assert patent["cpc"] == row["cpc"]
        assert patent["cited_patents"] == row["references"]
        assert patent["cited_by"] == row["citing_patents"]
        assert patent["cited_by_count"] == row["cited_by_count"]
        assert patent["family_members"] == row["family_members"]


def test_ten_fields_of_derwent_records_are_those_of_the_file(data, read):
    text = (data / DERWENT).read_text(encoding="utf-8-sig")
    blocks = re.split(r"\nER\n", text)
    pairs = works_and_patents(read(DERWENT))
    for n in RECORDS:
        block, (work, patent) = blocks[n], pairs[n]

        def tag(name, block=block):
            found = re.search(rf"^{name} (.*(?:\n   .*)*)", block, re.MULTILINE)
            return found[1] if found else ""

        day = re.compile(r"(\d\d) ([A-Z][a-z]{2}) (\d{4})")
        months = "Jan,Feb,Mar,Apr,May,Jun,Jul,Aug,Sep,Oct,Nov,Dec".split(",")  # noqa: SIM905

        def days(said, day=day, months=months):
            return [f"{y}-{months.index(m) + 1:02}-{d}" for d, m, y in day.findall(said)]

        assert work["native_id"] == patent["family"] == tag("GA")
        assert work["title"] == " ".join(tag("TI").split())
        assert "; ".join(patent["family_members"]) == " ".join(tag("PN").split())
        assert patent["publication_number"] == tag("PN").split(";")[0]
        assert patent["priority_date"] == min(days(tag("PI")))
        assert patent["priority_number"] in tag("PI")
        assert patent["publication_date"] == min(days(tag("PD")))
        assert patent["filing_date"] in days(tag("AD"))
        assert [c.strip() for c in tag("IP").split(";")] == patent["ipc"]
        assert [c.strip() for c in tag("AU").split("\n") if c.strip()] == patent["inventors"]
        cited = re.findall(r"^\s{6,}([A-Z]{2}[0-9A-Z]+-[A-Z]\d?)", tag("CP"), re.MULTILINE)
        assert patent["cited_patents"] == list(dict.fromkeys(cited))


def test_removing_the_zero_joins_citations_of_drones(data, read):
    """450 citations match inside as written, by number without kind."""
    table = pq.read_table(data / DRONES, columns=["publication_numbers", "references"]).to_pydict()
    own = {n.split("-")[0] for numbers in table["publication_numbers"] for n in numbers or ()}
    cited = [n.split("-")[0] for numbers in table["references"] for n in numbers or ()]
    normal = {normalise(n).number for n in own}

    assert sum(n in own for n in cited) == 450
    # The stated 710 is not met by any way of counting we tried; removing the zero alone gives
    # 730, of them 708 that do not cite their own family, and the other rules three more.
    zero = re.compile(r"^(US(?:19|20)\d\d)0(\d{6})$")
    assert sum(zero.sub(r"\1\2", n) in own for n in cited) == 730
    assert sum((f.number if (f := normalise(n)) else "") in normal for n in cited) == 733


def test_families_of_real_corpora_are_whole(read):
    synbio = patent_families(read(THOMSON).tables["patent"]).to_pylist()
    drones = patent_families(read(DRONES).tables["patent"]).to_pylist()

    assert len({row["work"] for row in drones}) <= len(drones) == 2691
    assert len(synbio) == 644
    assert 50 < len({row["work"] for row in synbio}) < 644


def test_exports_that_share_no_publication_are_not_joined_to_each_other(read):
    works, patents = [], []
    for name, path in {"lens": LENS, "google": GOOGLE, "scope": SCOPE}.items():
        for held, table in ((works, "work"), (patents, "patent")):
            rows = read(path).tables[table]
            ids = [work.replace("s:", f"{name}:", 1) for work in rows["work"].to_pylist()]
            held.append(rows.set_column(rows.schema.get_field_index("work"), "work", [ids]))
    works, patents = pa.concat_tables(works), pa.concat_tables(patents)
    full = {}
    for row in patents.to_pylist():
        number = normalise(row["publication_number"])
        full.setdefault(number.full if number else row["work"], set()).add(row["work"])
    shared = [held for held in full.values() if len(held) > 1]

    alone = merge_works(works)
    whole = merge_works(works, patents=patents)

    assert alone.n_works == works.num_rows - sum(len(held) - 1 for held in shared)
    members = whole.tables["work_member"].to_pylist()
    held = {}
    for row in members:
        held.setdefault(row["work"], set()).add(row["member"])
    said = {row["work"]: row for row in patents.to_pylist()}
    for family in held.values():
        # What is joined states one priority, of one day, in one database.
        dates = {said[member]["priority_date"] for member in family}
        databases = {member.partition(":")[0] for member in family}
        assert len(dates) == 1 or family in shared, family
        assert len(databases) == 1 or family in shared, family
    assert whole.n_works < alone.n_works


def test_families_that_two_files_share_join_one_to_one(read):
    # The table holds the families of the tagged export too, under other ids.
    tables = []
    for name, path in {"tagged": DERWENT, "table": DRONES}.items():
        rows = read(path).tables["work"]
        ids = [work.replace("s:", f"{name}:", 1) for work in rows["work"].to_pylist()]
        tables.append(rows.set_column(rows.schema.get_field_index("work"), "work", [ids]))
    merged = merge_works(pa.concat_tables(tables))
    held = {}
    for row in merged.tables["work_member"].to_pylist():
        held.setdefault(row["work"], []).append(row["member"].partition(":")[0])

    pairs = [sorted(members) for members in held.values() if len(members) > 1]
    assert pairs == [["table", "tagged"]] * 500
    assert merged.n_works == 2691


@pytest.mark.parametrize(
    ("path", "least"),
    [(DRONES, 0.97), (THOMSON, 0.98), (LENS, 0.97), (SCOPE, 0.85), (LANDSCAPE, 1.0)],
)
def test_most_patents_with_a_code_are_given_a_technology_field(read, frame, rows, path, least):
    patents = read(path).tables["patent"]
    fields = technology_fields(frame(patents), frame(ipc_concordance()))
    coded = sum(
        bool(i) or bool(c)
        for i, c in zip(patents["ipc"].to_pylist(), patents["cpc"].to_pylist(), strict=True)
    )
    given = len({row[0] for row in rows(fields)})

    assert given / coded >= least


def test_wipo_statistics_are_observations_cell_by_cell(data):
    (file,) = (data / "exports/wipo-ipstats-csv").iterdir()
    origin = Origin(origin="o", source="s", file=file.name, title="t", sha256="0", bytes=1)
    reading = read_statistics(file, source="s", origin=origin, mapping=None)
    lines = file.read_text(encoding="utf-8").split("\n")
    rows = [row for row in csv.reader(lines[8:]) if any(row)]
    cells = [cell for row in rows for cell in row[4:]]

    found = reading.tables["observation"]
    values = found["OBS_VALUE"].to_pylist()
    assert reading.format == "WIPO statistics table"
    assert (len(rows), reading.n_kept, len(reading.rejections)) == (5920, len(cells), 0)
    assert sum(v is not None for v in values) == sum(c != "" for c in cells)
    assert sum(v or 0 for v in values) == sum(int(c) for c in cells if c)
    series = "OFFICE=CN;ORIGIN=RESIDENT;TECH_FIELD=F06"
    one = found.filter(pc.equal(found["DIMENSIONS"], series)).to_pylist()
    raw = next(r for r in rows if r[1] == "CN" and r[2] == "Resident" and r[3].startswith("6 -"))
    assert [o["OBS_TEXT"] for o in one] == raw[4:]
    assert {(o["UNIT_MEASURE"], o["REF_AREA"]) for o in one} == {("PATENTS", "CHN")}
