import pytest

from armillary.errors import SourceError

GENERIC = """<?xml version="1.0"?>
<m:GenericData xmlns:m="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"
 xmlns:g="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/generic"
 xmlns:c="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common">
<m:Header><m:Structure structureID="S" dimensionAtObservation="TIME_PERIOD"><c:Structure>
<Ref agencyID="OECD" id="MSTI" version="1.0"/></c:Structure></m:Structure></m:Header>
<m:DataSet structureRef="S">
<g:Series><g:SeriesKey><g:Value id="REF_AREA" value="DEU"/><g:Value id="MEASURE" value="G"/>
<g:Value id="FREQ" value="A"/></g:SeriesKey>
<g:Attributes><g:Value id="UNIT_MEASURE" value="EUR"/>
<g:Value id="UNIT_MULT" value="6"/></g:Attributes>
<g:Obs><g:ObsDimension value="2020"/><g:ObsValue value="1.5"/>
<g:Attributes><g:Value id="OBS_STATUS" value="B"/>
<g:Value id="CONF_STATUS" value="N"/></g:Attributes></g:Obs>
<g:Obs><g:ObsDimension value="2021"/><g:ObsValue value="NaN"/></g:Obs>
</g:Series></m:DataSet></m:GenericData>"""
SPECIFIC = """<?xml version="1.0"?>
<m:StructureSpecificData xmlns:m="http://www.sdmx.org/resources/sdmxml/schemas/v3_0/message"
 xmlns:c="http://www.sdmx.org/resources/sdmxml/schemas/v3_0/common">
<m:Header><m:Structure structureID="S" dimensionAtObservation="TIME_PERIOD">
<c:StructureUsage>urn:sdmx:x.Dataflow=ESTAT:RD_E(1.0)</c:StructureUsage>
</m:Structure></m:Header>
<m:DataSet structureRef="S"><Group REF_AREA="LU" TITLE="x" UNIT_MEASURE="EUR"/>
<Series geo="LU" SECT_PERF="BES"><Obs TIME_PERIOD="2020" OBS_VALUE="3" OBS_STATUS="ep"/></Series>
<Series geo="EL" SECT_PERF="TOTAL"><Comp id="COMMENT"><Value>one</Value></Comp>
<Obs TIME_PERIOD="2020" OBS_VALUE="4"/></Series>
</m:DataSet></m:StructureSpecificData>"""
CSV = (
    "STRUCTURE,STRUCTURE_ID,ACTION,REF_AREA,MEASURE,UNIT_MEASURE,TIME_PERIOD,OBS_VALUE,OBS_STATUS,"
    "UNIT_MULT\ndataflow,OECD:MSTI(1.0),I,FRA,G,{0},2021,12.4,P,6\n"
    "dataflow,OECD:MSTI(1.0),I,FRA,G,{1},2021,2.2,,0\n"
)


def test_generic_messages_keep_keys_units_flags_and_places(read, rows_of):
    reading = read(GENERIC)

    assert reading.format == "SDMX-ML (generic)"
    columns = ("DATAFLOW", "INDICATOR", "REF_AREA", "TIME_PERIOD", "DIMENSIONS", "OBS_VALUE")
    assert rows_of(reading, *columns, "OBS_STATUS", "OBS_FLAG", "UNIT_MULT", "locator") == [
        ("OECD:MSTI(1.0)", "G", "DEU", "2020", "FREQ=A", 1.5, "B", "B; CONF_STATUS=N", 6,
         "Series 1, Obs 1"),
        ("OECD:MSTI(1.0)", "G", "DEU", "2021", "FREQ=A", None, "O", None, 6, "Series 1, Obs 2"),
    ]  # fmt: skip


def test_structure_specific_messages_are_read_without_their_structure(read, rows_of):
    reading = read(SPECIFIC)

    assert rows_of(reading, "DATAFLOW", "REF_AREA", "SECT_PERF", "OBS_VALUE", "OBS_STATUS") == [
        ("ESTAT:RD_E(1.0)", "LUX", "BES", 3.0, "E"),
        ("ESTAT:RD_E(1.0)", "GRC", "_T", 4.0, "A"),
    ]


def test_sdmx_csv_uses_the_unit_as_a_dimension_only_where_it_must(read, rows_of):
    both = read(CSV.format("EUR", "PT_GDP"))
    assert rows_of(both, "DIMENSIONS", "OBS_VALUE", "OBS_STATUS", "UNIT_MULT") == [
        ("PRICE_BASE=_U;UNIT_MEASURE=EUR", 12.4, "P", 6),
        ("PRICE_BASE=_Z;UNIT_MEASURE=PT_GDP", 2.2, "A", 0),
    ]

    one = read("\n".join(CSV.format("EUR", "").splitlines()[:2]))
    assert rows_of(one, "DIMENSIONS", "locator") == [("", "line 2")]

    same = CSV.format("EUR", "EUR") + "dataflow,OECD:MSTI(1.0),I,DEU,G,EUR,2021,1,,6\n"
    assert [r.locator for r in read(same).rejections] == ["line 2", "line 3"]


def test_sdmx_csv_with_labels_keeps_the_codes(read, rows_of):
    inside = (
        "STRUCTURE[|];STRUCTURE_ID;ACTION;REF_AREA: Area;TIME_PERIOD: Time;OBS_VALUE: Value\n"
        "dataflow;A:B(1.0): Name;I;FRA: France;2021;12,4\n"
    )
    beside = (
        "STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,ACTION,REF_AREA,Reference area,TIME_PERIOD,Time,"
        "OBS_VALUE,Observation value\ndataflow,A:B(1.0),Name,I,FRA,France,2021,2021,12.4,\n"
    )

    for text in (inside, beside):
        assert rows_of(read(text), "REF_AREA", "TIME_PERIOD", "OBS_VALUE", "DIMENSIONS") == [
            ("FRA", "2021", 12.4, "")
        ]


def test_a_mapping_may_say_which_component_is_what(read, rows_of):
    mapping = """\
layout = "sdmx"
[columns]
REF_AREA = "DIM_1"
INDICATOR = "DIM_2"
TIME_PERIOD = "DIM_3"
OBS_VALUE = "OBS_VALUE2"
"""
    text = (
        "STRUCTURE,STRUCTURE_ID,ACTION,OBS_VALUE1,OBS_VALUE2,DIM_2,DIM_1,DIM_3\n"
        "dataflow,E:N(1.6.0),I,12.4,12.5,B,FRA,2014-01\n"
    )

    reading = read(text, mapping)

    assert rows_of(reading, "REF_AREA", "INDICATOR", "TIME_PERIOD", "OBS_VALUE") == [
        ("FRA", "B", "2014-01", 12.5)
    ]
    with pytest.raises(SourceError, match="its measures: OBS_VALUE1, OBS_VALUE2"):
        read(text)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (GENERIC[:900], "cut off or damaged"),
        (GENERIC.split("<m:DataSet", maxsplit=1)[0] + "</m:GenericData>", "no observations"),
        (
            '<m:Structure xmlns:m="http://www.sdmx.org/x"><m:Structures/></m:Structure>',
            "structures, not data",
        ),
        ('{"header": {}, "dataSets": []}', "JSON"),
        ("<rss><channel/></rss>", "neither SDMX-ML nor a web page"),
        ("area,year,value\nCHN,2020,1\n", "needs a mapping"),
    ],
)
def test_what_holds_no_sdmx_data_is_said_so(read, content, problem):
    with pytest.raises(SourceError, match=problem):
        read(content)


def test_an_answer_that_data_come_later_is_repeated_and_may_be_tried_again(read):
    footer = (
        '<f:Footer xmlns:f="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message/footer">'
        '<f:Message code="413"><T>ready later at http://e.eu/x</T></f:Message></f:Footer>'
    )
    text = GENERIC.split("<m:DataSet", maxsplit=1)[0] + footer + "</m:GenericData>"

    with pytest.raises(SourceError, match="ready later") as caught:
        read(text)

    assert caught.value.retry


def test_an_error_of_the_agency_is_repeated(read):
    text = (
        '<m:Error xmlns:m="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"'
        ' xmlns:c="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common">'
        '<m:ErrorMessage code="100"><c:Text>NoRecordsFound</c:Text></m:ErrorMessage></m:Error>'
    )

    with pytest.raises(SourceError, match="an error instead of data: NoRecordsFound"):
        read(text)


@pytest.mark.parametrize(
    "declared",
    [
        '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY x "&b;&b;&b;&b;">',
        '<!ENTITY x SYSTEM "file:///etc/hostname">',
        '<!ENTITY % far SYSTEM "http://127.0.0.1:9/x.dtd">%far;<!ENTITY x "y">',
    ],
)
def test_a_document_type_is_refused_before_any_entity_is_expanded(read, declared):
    text = GENERIC.replace('<?xml version="1.0"?>', f"<!DOCTYPE m [{declared}]>").replace(
        "<m:Header>", "<m:Header><m:ID>&x;</m:ID>"
    )

    with pytest.raises(SourceError, match=r"document type|damaged"):
        read(text)


def test_xml_nested_beyond_reason_is_refused(read):
    text = GENERIC.replace("<m:Header>", "<m:Header>" + "<x>" * 5000 + "</x>" * 5000)

    with pytest.raises(SourceError, match="damaged"):
        read(text)


def test_what_a_data_set_says_holds_for_all_its_observations(read, rows_of):
    unit = '<g:Attributes><g:Value id="UNIT_MULT" value="3"/></g:Attributes><g:Series>'
    generic = GENERIC.replace("<g:Series>", unit, 1).replace(
        '<g:Value id="UNIT_MULT" value="6"/>', ""
    )
    specific = SPECIFIC.replace(
        '<m:DataSet structureRef="S">',
        '<m:DataSet structureRef="S" UNIT_MULT="3" OBS_STATUS="P" KEYWORDS="x">',
    )

    assert rows_of(read(generic), "UNIT_MULT") == [(3,), (3,)]
    assert rows_of(read(specific), "UNIT_MULT", "OBS_STATUS", "DIMENSIONS") == [
        (3, "E", ""),
        (3, "P", ""),
    ]


def test_codes_with_leading_zeros_stay_as_they_are(read, rows_of):
    text = (
        "STRUCTURE,STRUCTURE_ID,ACTION,REF_AREA,PRODUCT,TIME_PERIOD,OBS_VALUE\n"
        "dataflow,A:B(1.0),I,FRA,007,2021,12.40\ndataflow,A:B(1.0),D,FRA,008,2021,1\n"
    )

    reading = read(text)

    assert rows_of(reading, "DIMENSIONS", "OBS_TEXT") == [("PRODUCT=007", "12.40")]
    assert [(r.locator, r.reason) for r in reading.rejections] == [
        ("line 3", "the row asks to delete an observation")
    ]
