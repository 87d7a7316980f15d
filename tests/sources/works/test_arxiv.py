from __future__ import annotations

import json

import pytest

from armillary.sources.works.arxiv import identifier

HEADER = "\tabstract\tarxiv_id\tauthor_text\tcategories\tcreated\tdoi\ttitle\tupdated"


@pytest.mark.parametrize(
    ("written", "created", "restored"),
    [
        ("704.0492", "2007-04-03", "0704.0492"),
        ("704.049", "2007-04-03", "0704.0490"),
        ("1912.0909399999998", "2019-12-19", "1912.09094"),
        ("1801.0904600000001", "2018-01-27", "1801.09046"),
        ("1412.7172", "2014-12-22", "1412.7172"),
        ("1501.00001", "", "1501.00001"),
        ("1709.0102399999998", "2017-08-31", "1709.01024"),
        ("hep-th/9901001", "1999-01-04", "hep-th/9901001"),
        ("1709.01024", "2019-08-31", None),
        ("1713.01024", "", None),
        ("703.0001", "2007-03-01", None),
        ("1801.090461", "2018-01-27", None),
        ("1801.0", "2018-01-27", None),
        ("", "", None),
    ],
)
def test_identifiers_are_restored_only_where_that_is_certain(written, created, restored):
    assert identifier(written, created=created) == restored


def test_a_row_gives_every_field_and_the_file_says_what_was_restored(read):
    reading = read(
        f"{HEADER}\n"
        '7\t"We ""see"" it. "\t910.2465\tE Mossel, O Tamuz\tmath.CO,econ.TH\t2009-10-13\t'
        "10.1000/A\tSocial choice\t2011-04-14\n"
        "8\tx\t1801.123456\tA Lee\tcs.DL\t2018-01-02\t\tOther\t\n"
    )

    works = reading.tables["work"].to_pylist()
    assert reading.format == (
        "arXiv archive TSV (1 damaged identifiers restored; 1 identifiers left as written)"
    )
    assert [work["native_id"] for work in works] == ["0910.2465", "1801.123456"]
    assert works[0]["abstract"] == 'We "see" it.'
    assert works[0]["authors"] == ["E Mossel", "O Tamuz"]
    assert works[0]["classes"] == ["math.CO", "econ.TH"]
    assert (works[0]["year"], works[0]["date"]) == (2009, "2009-10-13")


def test_the_snapshot_in_json_lines_is_dated_by_its_first_version(read):
    record = {
        "id": "0704.0001",
        "authors": "C. Bal\\'azs, E. L. Berger",
        "title": "Diphoton\n  production",
        "doi": None,
        "categories": "hep-ph cs.DL",
        "abstract": "  A fully\ndifferential calculation",
        "versions": [
            {"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"},
            {"version": "v2", "created": "Tue, 24 Jul 2008 20:10:27 GMT"},
        ],
        "authors_parsed": [["Balázs", "C.", ""], ["Berger", "E. L.", ""]],
    }

    reading = read(f"{json.dumps(record)}\n{{broken\n")

    (work,) = reading.tables["work"].to_pylist()
    assert reading.format == "arXiv metadata JSON"
    assert (work["native_id"], work["date"]) == ("0704.0001", "2007-04-02")
    assert work["authors"] == ["Balázs, C.", "Berger, E. L."]
    assert (work["title"], work["classes"]) == ("Diphoton production", ["hep-ph", "cs.DL"])
    assert [r.locator for r in reading.rejections] == ["line 2"]
