from __future__ import annotations

RECORD = """PMID- 33465792
OWN - NLM
STAT- Publisher
DP  - 2021 Nov-Dec
TI  - Switching of therapies in
      women.
LID - 10.1055/S-0040 [doi]
LID - e123 [pii]
AB  - OBJECTIVE: To study
      reasons.
FAU - de Medeiros, Luana
AU  - de Medeiros L
AD  - Faculty of Pharmacy, Campinas, SP, Brazil. luana@unicamp.br.
FAU - Smith, Ann
AU  - Smith A
AD  - Harvard, Boston, MA 02115
CN  - Study Group
LA  - eng
PT  - Journal Article
PT  - Review
JT  - Revista
MH  - Breast/*pathology
OT  - *cancer
OT  - hormones
SO  - Rev. 2021
"""


def test_a_tagged_record_gives_every_field(read):
    reading = read(f"\n{RECORD}\n")

    assert reading.format == "PubMed tagged"
    (work,) = reading.tables["work"].to_pylist()
    assert (work["native_id"], work["doi"]) == ("33465792", "10.1055/s-0040")
    assert (work["title"], work["type"]) == ("Switching of therapies in women.", "review")
    assert work["abstract"] == "OBJECTIVE: To study reasons."
    assert (work["year"], work["date"], work["language"]) == (2021, "2021", "en")
    assert work["authors"] == ["de Medeiros, Luana", "Smith, Ann", "Study Group"]
    assert work["organisations"] == [
        "Faculty of Pharmacy, Campinas, SP, Brazil.",
        "Harvard, Boston, MA 02115",
    ]
    assert work["countries"] == ["Brazil"]
    assert (work["keywords"], work["classes"]) == (["cancer", "hormones"], ["Breast"])
    assert work["cited_as"] == ["PMID 33465792"]
    assert work["references"] is None


def test_a_translated_title_is_in_english_whatever_the_text(read):
    text = RECORD.replace("Switching of", "[Switching of").replace("LA  - eng", "LA  - chi")

    assert read(text).tables["work"]["language"].to_pylist() == ["en"]


def test_a_record_without_its_number_line_is_refused_and_its_neighbours_kept(read):
    headless = RECORD.partition("\n")[2]

    reading = read(f"{RECORD}\n{headless}\n{RECORD.replace('33465792', '7')}")

    assert reading.tables["work"]["native_id"].to_pylist() == ["33465792", "7"]
    assert [r.locator for r in reading.rejections] == ["line 27"]
