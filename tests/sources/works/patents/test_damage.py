"""Two hundred small damages: a record nobody touched is never lost without a word."""

from __future__ import annotations

import json
import random

import pytest

from armillary.errors import ArmillaryError
from armillary.model.provenance import Origin
from armillary.sources.works import read_works

_N_CASES = 200
_N_RECORDS = 8

LENS_HEAD = "#,Jurisdiction,Kind,Publication Number,Lens ID,Title,Priority Numbers,NPL Citations"
GOOGLE_HEAD = (
    "id,title,assignee,inventor/author,priority date,filing/creation date,publication date,"
    "grant date,result link,representative figure link"
)


def _lens(n):
    return f'{n},US,A1,US {4000000 + n} A1,L-{n:03},"Lamp, of kind {n}",US {n} A 20100101,Roe; 1986'


def _google(n):
    return f'US-{4000000 + n}-A1,"Lamp, of kind {n}",Acme,Jo Doe,2010-01-01,,2011-02-03,,u,f'


def _scope(n):
    return f'US{4000000 + n},04.08.2011,"Lamp, of kind {n}",[1{n} 14.08.2000 US],F02C 7/05,A,B,NA'


def _landscape(n):
    return f"{n},US{4000000 + n},A1,Lamp of kind {n},US1,2009-03-01T00:00:00Z,A,B | C,F02C,None,1"


def _bigquery(n):
    row = {
        "publication_number": f"US-{4000000 + n}-A1",
        "family_id": str(n),
        "title_localized": [{"text": f"Lamp of kind {n}", "language": "en"}],
        "priority_date": 20100101,
    }
    return json.dumps(row)


def _derwent(n):
    return (
        f"PT P\nPN US{4000000 + n}-A1\nTI Lamp of kind {n}\nGA G{n:03}\nPI US1    01 Jan 2010\nER\n"
    )


def _view(n):
    return f'"{4000000 + n}"\t"utility"\t"2011-08-23"\t"Lamp of kind {n}"\t"B2"\t"20"'


SCOPE_HEAD = (
    "Publication Number,Publication Date,Title,Priority Data,IPC,Applicants,Inventors,FP Image"
)
LANDSCAPE_HEAD = (
    "row no,publication number,kind code,title,priority document,earliest priority date,"
    "applicant,inventors,ipc classes,family members,family size"
)
VIEW_HEAD = '"patent_id"\t"patent_type"\t"patent_date"\t"patent_title"\t"wipo_kind"\t"num_claims"'
LAYOUTS = {
    "lens": (LENS_HEAD, _lens),
    "google": (f"search URL:,u\n{GOOGLE_HEAD}", _google),
    "patentscope": (SCOPE_HEAD, _scope),
    "landscape": (LANDSCAPE_HEAD, _landscape),
    "bigquery": ("", _bigquery),
    "derwent": ("FN Thomson\nVR 1.0", _derwent),
    "patentsview": (VIEW_HEAD, _view),
}


def damage(rng, line):  # noqa: PLR0911 - one line for each kind
    """Damage one record; the others are untouched."""
    kind = rng.randrange(7)
    at = rng.randrange(1, len(line))
    if kind == 0:
        return line[:at]
    if kind == 1:
        return line[:at] + rng.choice(["\x00", "\ufffd", '"', "\t", ",", ";", "\n"]) + line[at:]
    if kind == 2:
        return line[:at] + line[at + rng.randrange(1, 9) :]
    if kind == 3:
        return line.replace("20", rng.choice(["", "99", "-1", "0", "1e9", "²"]))
    if kind == 4:
        return line + line
    if kind == 5:
        return line[::-1]
    return "=cmd|' /C calc'!A0" * rng.randrange(1, 50)


@pytest.mark.parametrize("case", range(_N_CASES))
def test_no_untouched_record_is_lost_silently(tmp_path, case):
    rng = random.Random(case)  # noqa: S311 - a seed, not a secret
    name = list(LAYOUTS)[case % len(LAYOUTS)]
    head, write = LAYOUTS[name]
    lines = [write(n) for n in range(_N_RECORDS)]
    hurt = rng.randrange(_N_RECORDS)
    lines[hurt] = damage(rng, lines[hurt])
    end = ["EF"] if name == "derwent" else []
    file = tmp_path / "export"
    file.write_text("\n".join(([head] if head else []) + lines + end) + "\n", encoding="utf-8")
    origin = Origin(origin="0", source="s", file="export", title="t", sha256="0", bytes=1)

    try:
        reading = read_works(file, source="s", origin=origin)
    except ArmillaryError as error:
        refused = error
    else:
        refused = None
    if refused is not None:  # the whole file is refused, and says why
        assert refused.problem
        return

    works = reading.tables["work"].to_pylist()
    assert reading.n_read == reading.n_kept + reading.n_empty + len(reading.rejections)
    assert reading.tables["patent"].num_rows == len(works)
    titles = " ".join(str(w) for w in works)
    lost = [
        n
        for n in range(_N_RECORDS)
        if n != hurt and not any(mark in titles for mark in (f"of kind {n}'", f'of kind {n}"'))
    ]
    told = sum("quotation marks do not match" in r.reason for r in reading.rejections)
    merged = sum("differ" in r.reason for r in reading.rejections)
    # An unclosed quotation mark takes the lines after it along; the refusal names them all.
    assert not lost or told or merged, (name, lost, reading.rejections)
