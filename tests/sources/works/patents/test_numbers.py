from __future__ import annotations

import pytest

from armillary.sources.works.patents.numbers import normalise, taken_apart

SAME = {
    "US2007093945": ["US20070093945", "US 2007/0093945 A1", "US2007093945-A1", "us2007093945"],
    "US8001762": ["US 8001762 B2", "US08001762", "US-8,001,762-B2"],
    "WO1995027654": ["WO9527654-A1", "WO 95/27654", "WO 1995/027654 A1"],
    "WO2002014184": ["WO0214184A2", "WO02014184", "WO2002014184"],
    "EP784692": ["EP0784692", "EP 784692 A1", "EP784692"],
    "JP1998507077": ["JPH10507077A", "JP10507077-A", "JP H10-507077 A"],
    "JP1985012345": ["JPS60012345A", "JP60012345A"],
    "JP2017071285": ["JP2017071285-A", "JP 2017-071285 A"],
    "JP3049185": ["JP3049185B2", "JP 3049185 B2"],
    "CN101440091": ["CN101440091A", "CN-101440091-B"],
    "DE10131036": ["DE10131036A1"],
    "USRE12345": ["USRE12345E", "US RE12345 E1"],
    "TW536742": ["TW536742-U"],
    "EP1357170": ["EP 1357170 B9 20061018"],
    "IN496MUM2008": ["IN00496MUM2008A"],
    "KR20070093945": ["KR20070093945A"],
}
NONE = ["", "Smith, 2005", "10.1002/asi", "W123", "Science 301, US", "US", "2005", None]


@pytest.mark.parametrize(("number", "written"), [(n, w) for n, ws in SAME.items() for w in ws])
def test_a_publication_number_has_one_form(number, written):
    found = normalise(written)

    assert found is not None
    assert found.number == number


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_publication_number_stays_out(text):
    assert normalise(text) is None


def test_columns_are_normalised_as_single_numbers_are(frame, rows):
    texts = [w for ws in SAME.values() for w in ws] + [t or "" for t in NONE]
    table = frame({"at": list(range(len(texts))), "text": texts})

    apart = taken_apart(table)
    found = dict(rows(apart.select("at", number=apart.office + apart.serial)))

    for at, text in enumerate(texts):
        single = normalise(text)
        assert found.get(at) == (single.number if single else None), text
