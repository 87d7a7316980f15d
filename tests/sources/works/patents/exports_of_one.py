"""The same invention as each database would export it, written by hand."""

from __future__ import annotations

import io
import json
import zipfile

LENS_CSV = """"#",Jurisdiction,Kind,Publication Number,Lens ID,Publication Date,Publication Year,\
Application Number,Application Date,Priority Numbers,Earliest Priority Date,Title,Applicants,\
Inventors,Type,Simple Family Size,Extended Family Size,Cited by Patent Count,CPC Classifications,\
IPCR Classifications,NPL Resolved External Id(s),NPL Citations
1,US,A1,US 2011/0185700 A1,122-778,2011-08-04,2011,US 65784810 A,2010-01-29,\
US 65784810 A 20100129;;US 11 A 20090301,2009-03-01,Flying Lamp,ACME INC;;BOLT AG,ROE JANE;;DOE JO,\
Patent Application,3,4,8,F02C7/055;;Y02T10/12,F02C7/05,10.1016/0010-2180(86)90003-9,\
"Roe, Lamps; of old, 1986;;None"
"""
GOOGLE_CSV = """search URL:,https://patents.google.com/?q=lamp
id,title,assignee,inventor/author,priority date,filing/creation date,publication date,grant date,\
result link,representative figure link
US-2011185700-A1,Flying Lamp ,"Acme, Inc.","Jane Roe, Jo Doe",2009-03-01,2010-01-29,2011-08-04,,u,
US-8001762-B2,Granted Lamp,Acme,Jo Doe,2006-08-04,2007-08-03,2011-08-23,2011-08-23,u,
"""
GOOGLE_RESAVED = """id;title;assignee;inventor/author;priority date;filing/creation date;\
publication date;grant date;result link;representative figure link
US-2011185700-A1;Flying Lamp, red ;Acme, Inc.;Jane R\ufffde, Jo Doe;\
01/03/2009;29/01/2010;04/08/2011;;u;
"""
PATENTSCOPE = """Publication Number,Publication Date,Title,Priority Data,IPC,Applicants,Inventors,\
FP Image
US20110185700,04.08.2011,Flying Lamp,"[60/225,166 29.01.2010 US, 11 2009-03-01T23:59:59.000Z US]",\
F02C 7/05;F02C 7/05,NA,Roe Jané;Doe Jo,NA
WO2002014184,21.02.2002,Lamp,NA,B65D 85/36,ACME,"ROE, JANE",NA
"""
LANDSCAPE = """row no,publication number,kind code,title,priority document,priority country,\
earliest priority date,application date,publication date,applicant,inventors,ipc classes,\
family members,family size,family size,wo in family,grant or application type families
1,US2011185700,A1,Flying Lamp,US20090000011,US,2009-03-01T00:00:00Z,2010-01-29T00:00:00Z,\
2011-08-04T00:00:00Z,ACME,ROE JANE    US | DOE JO,F02C00705 | A61K031426,\
WO2002014184A2 | EP1A1  ,5,2,No,Application
2,CN1247554,C,Lamp of old,CN1,CN,None,None,None,None,None,None,None,1,1,No,Grant
"""
INNOVATION_CSV = """Publication Number,Title - DWPI,Abstract,Assignee/Applicant,Inventor,\
Application Number,Application Date,Publication Date,Priority Number,Priority Date,IPC - Current,\
CPC - Current,DWPI Accession Number,INPADOC Family Members,Cited Refs - Patent,\
Cited Refs - Non-patent,Citing Patents,Count of Citing Patents,Claims Count,Dead/Alive
US20110185700A1,Flying lamp for night,A lamp flies.,ACME INC | BOLT AG,"Roe, Jane | Doe, Jo",\
US2010657848A,2010-01-29,2011-08-04,US200911A | US2010657848A,2009-03-01 | 2010-01-29,F02C000705,\
F02C 7/055 | Y02T 10/12,2011J12345,US20110185700A1 | WO2002014184A2,US8001762B2,\
"Roe, Lamps; of old, 1986",US9000000B2,1,20,Alive
"""
LENS_JSON = {
    "total": 1,
    "data": [
        {
            "lens_id": "122-778",
            "jurisdiction": "US",
            "doc_number": "20110185700",
            "kind": "A1",
            "date_published": "2011-08-04",
            "publication_type": "PATENT_APPLICATION",
            "biblio": {
                "application_reference": {
                    "jurisdiction": "US",
                    "doc_number": "65784810",
                    "kind": "A",
                    "date": "2010-01-29",
                },
                "priority_claims": {
                    "claims": [
                        {"jurisdiction": "US", "doc_number": "65784810", "date": "2010-01-29"},
                        {"jurisdiction": "US", "doc_number": "11", "date": "2009-03-01"},
                    ],
                    "earliest_claim": {"date": "2009-03-01"},
                },
                "invention_title": [
                    {"text": "Lampe", "lang": "fr"},
                    {"text": "Flying Lamp", "lang": "en"},
                ],
                "parties": {
                    "applicants": [{"extracted_name": {"value": "ACME INC"}}],
                    "inventors": [{"extracted_name": {"value": "ROE JANE"}}],
                },
                "classifications_ipcr": {"classifications": [{"symbol": "F02C7/05"}]},
                "classifications_cpc": {"classifications": [{"symbol": "F02C7/055"}]},
                "references_cited": {
                    "citations": [
                        {
                            "patcit": {
                                "document_id": {
                                    "jurisdiction": "US",
                                    "doc_number": "8001762",
                                    "kind": "B2",
                                }
                            }
                        },
                        {
                            "nplcit": {
                                "text": "Roe, Lamps, 1986",
                                "external_ids": ["10.1016/ab", "a123"],
                            }
                        },
                    ]
                },
                "cited_by": {"patent_count": 8},
            },
            "families": {
                "simple_family": {
                    "size": 2,
                    "members": [
                        {
                            "document_id": {
                                "jurisdiction": "WO",
                                "doc_number": "2002014184",
                                "kind": "A2",
                            }
                        }
                    ],
                }
            },
        }
    ],
}
BIGQUERY = {
    "publication_number": "US-2011185700-A1",
    "application_number": "US-65784810-A",
    "country_code": "US",
    "kind_code": "A1",
    "family_id": "42",
    "title_localized": [{"text": "Flying Lamp", "language": "en"}],
    "abstract_localized": [{"text": "A lamp flies.", "language": "en"}],
    "publication_date": "20110804",
    "filing_date": 20100129,
    "grant_date": 0,
    "priority_date": 20090301,
    "priority_claim": [
        {"publication_number": "", "application_number": "US-65784810-A", "filing_date": 20100129},
        {"publication_number": "", "application_number": "US-11-A", "filing_date": 20090301},
    ],
    "assignee_harmonized": [{"name": "ACME INC", "country_code": "US"}],
    "inventor_harmonized": [{"name": "ROE JANE", "country_code": "US"}],
    "ipc": [{"code": "F02C7/05"}],
    "cpc": [{"code": "F02C7/055"}],
    "citation": [
        {"publication_number": "US-8001762-B2", "npl_text": ""},
        {"publication_number": "", "npl_text": "Roe, Lamps, 1986"},
    ],
}
PATENTSVIEW = {
    "g_patent": """"patent_id"\t"patent_type"\t"patent_date"\t"patent_title"\t\
"wipo_kind"\t"num_claims"
"8001762"\t"utility"\t"2011-08-23"\t"Granted ""Lamp"\""\t"B2"\t"20"
"RE12345"\t"reissue"\t"1999-01-05"\t"Old lamp"\t"E"\t"2"
""",
    "g_application": """"application_id"\t"patent_id"\t"patent_application_type"\t"filing_date"
"11890290"\t"8001762"\t"11"\t"2007-08-03"
""",
    "g_cpc_current": """"patent_id"\t"cpc_sequence"\t"cpc_section"\t"cpc_subclass"\t"cpc_group"
"8001762"\t"1"\t"Y"\t"Y02T"\t"Y02T10/12"
"8001762"\t"0"\t"F"\t"F02C"\t"F02C7/08"
""",
    "g_us_patent_citation": """"patent_id"\t"citation_sequence"\t"citation_patent_id"
"8001762"\t"0"\t"5480107"
""",
    "g_other_reference": """"patent_id"\t"other_reference_sequence"\t"other_reference_text"
"8001762"\t"0"\t"Roe, Lamps, 1986"
"999"\t"0"\t"Of another patent"
""",
    "g_assignee_disambiguated": """"patent_id"\t"assignee_sequence"\t\
"disambig_assignee_organization"
"8001762"\t"0"\t"Acme Inc."
""",
    "g_patent_abstract": """"patent_id"\t"patent_abstract"
"8001762"\t"A lamp flies."
""",
}
PATENTSVIEW_BEFORE = {
    "patent": "id\ttype\tnumber\tcountry\tdate\tabstract\ttitle\tkind\tnum_claims\n"
    '8001762\tutility\t8001762\tUS\t2011-08-23\tA "lamp flies.\tGranted Lamp\tB2\t20\n',
    "uspatentcitation": "uuid\tpatent_id\tcitation_id\tdate\n1\t8001762\t5480107\t1996-01-02\n",
    "otherreference": "uuid\tpatent_id\ttext\tsequence\n1\t8001762\tRoe, Lamps, 1986\t0\n",
}


def json_lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


def zipped(members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text if isinstance(text, bytes) else text.encode())
    return packed.getvalue()


def workbook(rows):
    """Make the smallest workbook that holds rows of texts and numbers."""
    lines = []
    for r, row in enumerate(rows, start=1):
        cells = []
        for c, value in enumerate(row):
            place = f"{chr(65 + c)}{r}"
            if isinstance(value, str):
                cells.append(f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>')
            else:
                cells.append(f'<c r="{place}"><v>{value}</v></c>')
        lines.append(f'<row r="{r}">{"".join(cells)}</row>')
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    spread = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
            '<Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{spread}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{spread}.worksheet+xml"/>'
            "</Types>",
            "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="a" '
            f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'<workbook {main} xmlns:r="{office}"><sheets>'
            '<sheet name="s" sheetId="1" r:id="b"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
            f'<Relationship Id="b" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
            "</Relationships>",
            "xl/worksheets/sheet1.xml": f"<worksheet {main}><sheetData>{''.join(lines)}"
            "</sheetData></worksheet>",
        }
    )


WORKBOOK_ROWS = [
    ["publication_number", "title_original_english_cleaned", "priority_date_earliest",
     "publication_date", "inpadoc_family_member_numbers", "priority_numbers", "priority_dates"],
    ["US20110185700A1", "Flying Lamp", "2009-03-01", "2011-08-04",
     "US20110185700A1; WO2002014184A2", "US2010657848A; US200911A", "2010-01-29; 2009-03-01"],
    ["EP784692A1", "NA", "1994-10-07", "1997-07-23", "NA", "NA", "NA"],
]  # fmt: skip
