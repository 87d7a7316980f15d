from __future__ import annotations

import pytest

WOS = """
@article{ WOS:000001,
Author = {Kepler, Johannes Max and Brahe, Tycho},
Title = {{Orbits of \\& planets measured
   twice}},
Journal = {{ASTRONOMIA NOVA}},
Year = {{2009}},
Volume = {{3}},
Pages = {{21-29}},
Month = {{DEC 15}},
Abstract = {{About orbits.}},
Type = {{Article; Early Access}},
Language = {{English}},
Affiliation = {{Kepler, JM (Corresponding Author), Univ Graz, A-8010 Graz, Austria.
   Kepler, Johannes Max; Brahe, Tycho, Uraniborg Obs, Pittsburgh, PA 15219 USA.
   Brahe, Tycho, Univ Graz, A-8010 Graz, Austria.}},
DOI = {{10.1000/Orbits.1}},
Keywords = {{orbit; ellipse}},
Keywords-Plus = {{NOT OURS}},
Web-of-Science-Categories  = {{Astronomy \\& Astrophysics; History}},
Cited-References = {{Copernicus N, 1543, REVOLUTIONIBUS, V1, P1.
   Maestlin M, 1596, J STARS, V2, P7, DOI {[}10.1000/Stars.7, 10.1000/s7].}},
Number-of-Cited-References = {{2}},
Times-Cited = {{12}},
Journal-ISO = {{Astron. Nova}},
Unique-ID = {{WOS:000001}},
}
"""
SCOPUS_NEW = """Scopus
EXPORT DATE: 08 July 2023

@ARTICLE{Haseli202079,
	author = {Haseli, Gholamreza and Sheikh, Reza},
	title = {Base criterion, its use and its limits},
	year = {2020},
	journal = {Journal of Deciding},
	doi = {10.1000/abc},
	url = {https://www.scopus.com/inward/record.uri?eid=2-s2.0-850&doi=10.1000%2fabc},
	affiliations = {Shahrood University, Shahrood, Iran; Nihini College, Kolkata, India},
	abstract = {[No abstract available]},
	author_keywords = {criterion; limits},
	language = {English},
	type = {Conference paper},
	source = {Scopus},
	note = {Cited by: 52; All Open Access, Green Open Access}
}
"""
SCOPUS_OLD = """
@ARTICLE{Roy1991,
author={Roy, B.},
title={Outranking},
journal={Deciding},
year={1991},
note={cited By 0},
url={https://www.scopus.com/inward/record.uri?eid=2-s2.0-1&md5=1},
affiliation={Univ Paris, Paris, France},
references={Bernoulli, D., Exposition (1738) Comm., 5, pp. 1-2; Li, A., (1990) A &amp; B},
document_type={Article},
source={Scopus},
}
"""


def test_a_web_of_science_entry_gives_every_field(read):
    reading = read("\ufeff" + WOS)

    assert reading.format == "Web of Science BibTeX"
    assert (reading.n_read, reading.unit_read) == (1, "entries")
    assert reading.tables["work"].to_pylist() == [
        {
            "work": "lab:WOS:000001",
            "source": "lab",
            "origin": "0123456789abcdef",
            "locator": "line 2",
            "native_id": "WOS:000001",
            "type": "article",
            "title": "Orbits of & planets measured twice",
            "abstract": "About orbits.",
            "language": "en",
            "year": 2009,
            "date": "2009-12-15",
            "venue": "ASTRONOMIA NOVA",
            "doi": "10.1000/orbits.1",
            "keywords": ["orbit", "ellipse"],
            "authors": ["Kepler, Johannes Max", "Brahe, Tycho"],
            "organisations": [
                "Univ Graz, A-8010 Graz, Austria.",
                "Uraniborg Obs, Pittsburgh, PA 15219 USA.",
            ],
            "countries": ["Austria", "USA"],
            "classes": ["Astronomy & Astrophysics", "History"],
            "cited_as": ["Kepler JM, 2009, ASTRON NOVA, V3, P21"],
            "references": [
                "Copernicus N, 1543, REVOLUTIONIBUS, V1, P1",
                "Maestlin M, 1596, J STARS, V2, P7, DOI [10.1000/Stars.7, 10.1000/s7]",
            ],
            "cited_by_count": 12,
        }
    ]


def test_single_and_double_braces_give_the_same_work(read):
    single = WOS.replace("{{", "{").replace("}}", "}")

    assert read(single).tables["work"].equals(read(WOS).tables["work"])


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_line_ends_change_nothing(read, line_end):
    assert read(WOS.replace("\n", line_end)).tables["work"].equals(read(WOS).tables["work"])


def test_scopus_hides_its_count_in_a_note_and_its_id_in_an_address(read):
    reading = read(SCOPUS_NEW)

    (work,) = reading.tables["work"].to_pylist()
    assert reading.format == "Scopus BibTeX"
    assert (work["native_id"], work["cited_by_count"]) == ("2-s2.0-850", 52)
    assert (work["type"], work["date"], work["abstract"]) == ("proceedings", "2020", None)
    assert (work["countries"], work["keywords"]) == (["Iran", "India"], ["criterion", "limits"])
    assert work["references"] is None
    assert work["cited_as"] == [
        "Haseli, G., Base criterion, its use and its limits (2020) Journal of Deciding",
        "Haseli G., Base criterion, its use and its limits, Journal of Deciding, (2020)",
    ]


def test_scopus_references_are_split_and_an_entity_does_not_split_them(read):
    (work,) = read(SCOPUS_OLD).tables["work"].to_pylist()

    assert work["references"] == [
        "Bernoulli, D., Exposition (1738) Comm., 5, pp. 1-2",
        "Li, A., (1990) A & B",
    ]
    assert work["cited_by_count"] == 0


def test_any_other_bibtex_is_read_without_taking_keys_for_ids(read):
    reading = read(
        "@inproceedings{smith2020,\n title={=Cmd|x!A1 and <i>html</i>},\n"
        ' author={Smith, Ann and {ACME Ltd} and others},\n booktitle="Proc. of X",\n'
        " year=2020, month=7, keywords={one, two},\n url={https://doi.org/10.1000/Q},\n"
        " langid={english}\n}\n"
    )

    (work,) = reading.tables["work"].to_pylist()
    assert reading.format == "BibTeX"
    assert (work["native_id"], work["type"]) == ("10.1000/q", "proceedings")
    assert work["title"] == "=Cmd|x!A1 and <i>html</i>"
    assert work["authors"] == ["Smith, Ann", "ACME Ltd"]
    assert (work["date"], work["venue"]) == ("2020-07", "Proc. of X")
    assert (work["keywords"], work["language"]) == (["one", "two"], "en")


def test_an_entry_that_lacks_everything_is_refused_with_its_line(read):
    reading = read("@misc{a,\n year={2001}\n}\n@misc{b,\n title={T}\n}\n")

    assert reading.n_kept == 1
    assert [r.locator for r in reading.rejections] == ["line 1"]
