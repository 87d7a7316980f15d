from __future__ import annotations

EXPORT = """FN Thomson Reuters Web of Science
VR 1.0
PT P
PN US2017104972-A1; WO2017062725-A1
TI Lamp that flies.
AU NOVOTNY V J
   RUDY P
AE SORAA LASER DIODE INC (SORA-Non-standard)
GA 201728877S
AB    NOVELTY - The lamp flies.
   USE - Light (claimed).
MC W06-B01A
IP B64C-039/02; B64D-047/02
PD US2017104972-A1   13 Apr 2017   B64C-039/02   201731   Pages: 10   English
   WO2017062725-A1   06 Apr 2017   B64C-039/02   201728      English
AD US2017104972-A1    US198782    06 Oct 2016
PI US198782P    08 Oct 2015
   US198783    06 Oct 2016
DS WO2017062725-A1: 
{tabs}      (National): AE; AG
CP    WO2017062725-A1
      US5008821-A   MICRO CHEM INC (MICR-Non-standard)   PRATT W C
      US20070093945-A1      
   US2017104972-A1
      US5008821-A   MICRO CHEM INC (MICR-Non-standard)   PRATT W C
CR    WO2017062725-A1
      KRISSA W: "Lamps in the air", 27 March 2015
UT DIIDW:201728877S
ER

EF
""".replace("{tabs}", "\t\t")


def test_a_family_is_one_work_dated_by_its_earliest_priority(read):
    reading = read(EXPORT)

    assert reading.format == "Derwent tagged"
    assert reading.tables["work"].to_pylist() == [
        {
            "work": "lab:201728877S",
            "source": "lab",
            "origin": "0123456789abcdef",
            "locator": "line 3",
            "native_id": "201728877S",
            "type": "patent",
            "title": "Lamp that flies.",
            "abstract": "NOVELTY - The lamp flies. USE - Light (claimed).",
            "language": None,
            "year": 2015,
            "date": "2017-04-06",
            "venue": "US",
            "doi": None,
            "keywords": None,
            "authors": ["NOVOTNY V J", "RUDY P"],
            "organisations": ["SORAA LASER DIODE INC (SORA-Non-standard)"],
            "countries": ["US", "WO"],
            "classes": ["B64C-039/02", "B64D-047/02"],
            "cited_as": ["US2017104972-A1", "WO2017062725-A1"],
            "references": [
                "US5008821-A",
                "US20070093945-A1",
                'KRISSA W: "Lamps in the air", 27 March 2015',
            ],
            "cited_by_count": None,
        }
    ]


def test_without_a_priority_the_date_of_filing_gives_the_year(read):
    start, end = EXPORT.index("PI "), EXPORT.index("DS ")

    (work,) = read(EXPORT[:start] + EXPORT[end:]).tables["work"].to_pylist()

    assert work["year"] == 2016
