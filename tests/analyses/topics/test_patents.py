from __future__ import annotations

import pyarrow as pa
import pytest

from armillary.analyses.topics.applicants import applicant_key, plain_applicant
from armillary.analyses.topics.patents import cluster_patents, patent_indicators
from armillary.analyses.topics.technology_fields import technology_fields
from armillary.model.codelists import codes, ipc_concordance

NAMES = {
    "SORAA LASER DIODE": [
        "SORAA LASER DIODE INC (SORA-Non-standard)",
        "Soraa Laser Diode, Inc.",
        "SORAA LASER DIODE CO., LTD.",
    ],
    "SIEMENS": ["Siemens AG", "SIEMENS A.G.", "Siemens Aktiengesellschaft (SIEI-C)"],
    "UNIV DE MONTREAL": ["Université de Montréal", "UNIV DE MONTREAL (UYMO-C)"],
    "华为技术": ["华为技术有限公司"],
    "SAS": ["SAS"],
}


@pytest.mark.parametrize(("key", "name"), [(k, n) for k, ns in NAMES.items() for n in ns])
def test_an_applicant_has_one_spelling(key, name):
    if name.startswith("Siemens Akt"):
        key = "SIEMENS AKTIENGESELLSCHAFT"

    assert plain_applicant(name) == key


def test_columns_of_applicants_are_written_as_single_names_are(frame, rows):
    names = [n for ns in NAMES.values() for n in ns] + ["", "  ", "Ørsted A/S", "A. B. Co & Co KG"]
    table = frame({"at": list(range(len(names))), "name": names})

    found = dict(rows(table.select("at", key=applicant_key(table.name))))

    assert found == {at: plain_applicant(name) for at, name in enumerate(names)}


def fields_of(frame, rows, *pairs, **options):
    """Return the technology fields of patents, each given as IPC and CPC codes."""
    texts = pa.list_(pa.string())
    columns = {
        "work": [f"p{n}" for n in range(len(pairs))],
        "ipc": pa.array([ipc for ipc, _ in pairs], texts),
        "cpc": pa.array([cpc for _, cpc in pairs], texts),
    }
    found = technology_fields(frame(pa.table(columns)), frame(ipc_concordance()), **options)
    fields = {work: {} for work in columns["work"]}
    for work, field, _, share in rows(found):
        fields[work][field] = round(share, 6)
    return list(fields.values())


def test_codes_of_the_classification_give_technology_fields(frame, rows):
    said = [
        (["B64C-039/02"], {"F32": 1}),
        (["G01N-033/50", "G01N-021/00"], {"F11": 0.5, "F10": 0.5}),
        (["A61K 8/11"], {"F14": 1}),
        (["A61K031426"], {"F16": 1}),
        (["C07D41700"], {"F14": 1}),
        (["C07D 417/00", "A61K 31/426"], {"F16": 1}),
        (["C07D 417/00", "A61K 8/11"], {"F14": 1}),
        (["H04N 21/00", "H04L 1/00"], {"F04": 1}),
        (["Z99Z 1/00", "B01D 1/00", "nonsense", ""], {}),
        ([], {}),
    ]

    found = fields_of(frame, rows, *((ipc, None) for ipc, _ in said))

    assert found == [fields for _, fields in said]


def test_cooperative_codes_speak_where_international_ones_are_absent(frame, rows):
    found = fields_of(
        frame, rows, (None, ["F02C7/055", "Y02T10/12"]), (["F02C7/055"], ["A47B1/00"])
    )

    assert found == [{"F27": 1}, {"F27": 1}]


def test_medicines_may_be_left_among_organic_chemistry(frame, rows):
    codes_ = ["C07D 417/00", "A61K 31/426"]

    found = fields_of(frame, rows, (codes_, None), without_medicines=False)

    assert found == [{"F14": 0.5, "F16": 0.5}]


def test_every_entry_of_the_concordance_is_a_field_of_a_sector():
    entries = ipc_concordance().to_pylist()

    assert {e["field"] for e in entries} == {c for c in codes("CL_TECH_FIELD") if c[0] == "F"}
    assert len({e["sector"] for e in entries}) == 5


TEXTS = pa.list_(pa.string())
LISTS = ("applicants", "ipc", "cpc", "cited_literature")
COLUMNS = {
    "work": ["p1", "p2", "p3", "p4"],
    "applicants": [["Acme Inc", "ACME CORP"], ["Acme", "Bolt AG"], [], ["Bolt"]],
    "office": ["US", "US", "EP", "US"],
    "ipc": [["B64C 1/00"], ["B64C 1/00", "G02B 1/00"], None, ["G02B 1/00"]],
    "cpc": [None, None, None, None],
    "family_size": [1, 3, None, 9],
    "status": ["grant", "application", None, "grant"],
    "cited_literature": [["x"], [], None, ["y"]],
}
PATENTS = pa.table(
    {
        name: pa.array(held, TEXTS) if name in LISTS else pa.array(held)
        for name, held in COLUMNS.items()
    }
)
MEMBERS = {"corpus": ["c"] * 3, "cluster": ["T1"] * 3, "work": ["p1", "p2", "p3"]}


def test_a_cluster_knows_its_applicants_offices_and_fields(frame, rows):
    found = rows(
        cluster_patents(frame(PATENTS), frame(MEMBERS), concordance=frame(ipc_concordance()))
    )

    assert [row[2:] for row in found] == [
        ("applicant", "ACME", 1, 2.0, 1.0),
        ("applicant", "BOLT", 2, 1.0, 0.5),
        ("field", "F32", 1, 1.5, 0.75),
        ("field", "F09", 2, 0.5, 0.25),
        ("office", "US", 1, 2.0, pytest.approx(2 / 3)),
        ("office", "EP", 2, 1.0, pytest.approx(1 / 3)),
        ("sector", "SEC_ME", 1, 1.5, 0.75),
        ("sector", "SEC_IN", 2, 0.5, 0.25),
    ]


def test_indicators_rest_on_the_patents_that_state_them(frame, rows):
    links = frame({"patent": ["p1", "p1", "p4"], "work": ["w1", "w2", "w1"], "rule": ["doi"] * 3})

    found = rows(
        patent_indicators(
            frame(PATENTS),
            frame(MEMBERS),
            science_links=links,
            concordance=frame(ipc_concordance()),
        )
    )

    assert {row[2]: (round(row[3], 6), row[5]) for row in found} == {
        "applicant_concentration": (round(5 / 9, 6), 3),
        "family_size": (2.0, 2),
        "field_concentration": (0.625, 3),
        "grant_share": (0.5, 2),
        "patents": (3.0, 3),
        "science_citations": (1.0, 2),
        "science_share": (0.5, 2),
    }
