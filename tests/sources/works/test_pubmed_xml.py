from __future__ import annotations

import pytest

from armillary.errors import SourceError

HEAD = (
    '<?xml version="1.0"?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD" "https://x.dtd">\n'
    "<PubmedArticleSet>\n"
)
RECORD = """<PubmedArticle>
<MedlineCitation><PMID Version="1">101</PMID>
<Article><Journal><JournalIssue><PubDate><Year>2019</Year><Month>01</Month><Day>5</Day></PubDate>
</JournalIssue><Title>Journal of Cells</Title></Journal>
<ArticleTitle>A <i>bold</i> title &amp; more.</ArticleTitle>
<ELocationID EIdType="doi">10.1000/X</ELocationID>
<Abstract><AbstractText Label="AIM">To see.</AbstractText><AbstractText>Seen.</AbstractText>
</Abstract>
<AuthorList><Author><LastName>Yang</LastName><ForeName>Bi</ForeName><AffiliationInfo>
<Affiliation>Dept, Chongqing, China. Electronic address: a@b.cn.</Affiliation></AffiliationInfo>
</Author><Author><CollectiveName>The Group</CollectiveName></Author></AuthorList>
<Language>eng</Language>
<PublicationTypeList><PublicationType>Journal Article</PublicationType></PublicationTypeList>
</Article>
<MeshHeadingList><MeshHeading><DescriptorName>Animals</DescriptorName>
<QualifierName>x</QualifierName></MeshHeading></MeshHeadingList>
<KeywordList><Keyword>cells</Keyword></KeywordList>
</MedlineCitation>
<PubmedData><ArticleIdList><ArticleId IdType="doi">10.1000/x</ArticleId></ArticleIdList>
<ReferenceList><Reference><Citation>Nature. 2000;1:2</Citation><ArticleIdList>
<ArticleId IdType="pubmed">99</ArticleId><ArticleId IdType="doi">10.1000/n</ArticleId>
</ArticleIdList></Reference></ReferenceList></PubmedData>
</PubmedArticle>
"""
TAIL = "</PubmedArticleSet>\n"


def test_a_record_gives_every_field(read):
    reading = read(HEAD + RECORD + TAIL)

    assert reading.format == "PubMed XML"
    (work,) = reading.tables["work"].to_pylist()
    assert (work["native_id"], work["locator"]) == ("101", "line 4")
    assert (work["title"], work["doi"]) == ("A bold title & more.", "10.1000/x")
    assert (work["year"], work["date"]) == (2019, "2019-01-05")
    assert work["abstract"] == "AIM: To see. Seen."
    assert work["authors"] == ["Yang, Bi", "The Group"]
    assert work["organisations"] == ["Dept, Chongqing, China."]
    assert (work["countries"], work["classes"]) == (["China"], ["Animals"])
    assert (work["keywords"], work["language"]) == (["cells"], "en")
    assert work["references"] == ["Nature. 2000;1:2, PMID 99, DOI 10.1000/n"]
    assert work["cited_as"] == ["PMID 101"]


def test_a_damaged_record_is_refused_and_no_other(read):
    broken = RECORD.replace("101", "102").replace("</ArticleTitle>", "</ArticleTit")
    headless = RECORD.replace("101", "103").replace("<PubmedArticle>", "<Pubmed")
    cut = RECORD.replace("101", "104").replace("</PubmedArticle>", "")

    reading = read(HEAD + RECORD + broken + headless + cut + RECORD.replace("101", "105") + TAIL)

    assert reading.tables["work"]["native_id"].to_pylist() == ["101", "105"]
    assert [r.reason.split(":")[0] for r in reading.rejections] == [
        "the record is damaged",
        "the text stands outside any record; the beginning of one may be damaged",
        "the record has no </PubmedArticle>, so it was cut short; download the file again",
    ]


def test_a_file_cut_short_says_so(read):
    assert read(HEAD + RECORD).format == "PubMed XML (cut short: its last tag is missing)"


def test_entities_are_refused_before_they_can_grow(read):
    bomb = '<!DOCTYPE PubmedArticleSet [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>\n'

    with pytest.raises(SourceError, match="declares entities"):
        read(f'<?xml version="1.0"?>\n{bomb}<PubmedArticleSet>\n{RECORD}{TAIL}')


def test_an_entity_without_declaration_takes_only_its_record(read):
    reading = read(HEAD + RECORD.replace("To see", "&lol;") + RECORD.replace("101", "9") + TAIL)

    assert (reading.n_kept, len(reading.rejections)) == (1, 1)


def test_a_book_is_a_book(read):
    book = (
        "<PubmedBookArticle><BookDocument><PMID>7</PMID><Book><BookTitle>Drugs</BookTitle>"
        "<PubDate><Year>2006</Year></PubDate></Book><ArticleTitle>Aspirin</ArticleTitle>"
        "</BookDocument></PubmedBookArticle>\n"
    )

    (work,) = read(HEAD + book + TAIL).tables["work"].to_pylist()

    assert (work["type"], work["title"], work["venue"]) == ("book", "Aspirin", "Drugs")
    assert (work["year"], work["references"]) == (2006, None)
