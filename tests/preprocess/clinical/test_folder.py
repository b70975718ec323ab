"""A folder of a hospital's files to OMOP, FHIR and tables: rows in = rows out + left out."""

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from renkei.cli import app
from renkei.collect.kinds import MalformedError
from renkei.errors import DataRefusedError
from renkei.preprocess.clinical.bundle import read_fhir
from renkei.preprocess.clinical.concepts import FIRST_OWN, LAST_OWN
from renkei.preprocess.clinical.convert import convert_table, read_table
from renkei.preprocess.clinical.fhir import write_fhir
from renkei.preprocess.clinical.folder import convert_file, gather, map_folder
from renkei.preprocess.clinical.layout import BadLayoutError, TableLayout, read_layout
from renkei.preprocess.clinical.masters import Masters
from renkei.preprocess.clinical.omop import write_omop
from renkei.preprocess.clinical.seeds import seed

LAYOUT = """schema = "renkei.clinical/1"
[[table]]
file = "検査.csv"
domain = "measurement"
system = "jlac10"
columns = { subject = "患者", site = "施設", day = "検査日", code = "コード", \
value = "結果", unit = "単位" }
[[table]]
file = "person.csv"
domain = "person"
[[table]]
file = "disease.csv"
domain = "condition"
system = "icd10"
[[table]]
file = "image.csv"
domain = "image"
site = "A"
"""
LAB = """患者,施設,検査日,コード,結果,単位
P1,A,R5.6.1,3C015000002327101,88.4,μmol/L
P1,A,平成31年4月30日,3F077000002327101,<100,mg/dL
P2,B,2024-01-01,9N006000000000001,60,kg
P1,B,05/1/1,3D010000002327101,5.5,mmol/L
P3,B,2024-01-01,local-7,陽性,
"""
PERSON = "subject,site,sex,birth\nP1,A,男,S45.1.2\nP2,B,F,1980\nP3,B,,\n"
DISEASE = """subject,site,day,code,name,tnm,edition
P1,A,2024-01-01,C34.1,肺癌の疑い,cT1N0M0,8
P1,A,2024-02-01,C34.1,肺癌,pT2aN0M0,8
"""
IMAGE = """subject,day,study_uid,series_uid,modality
P1,2024-01-01,1.2,1.2.1,CT
P1,2024-01-01,1.2,1.2.2,CT
P1,2024-01-01,1.2,1.2.2,CT
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    source = tmp_path / "in"
    source.mkdir()
    (source / "検査.csv").write_text(LAB, "cp932")
    (source / "person.csv").write_text(PERSON, "utf-8")
    (source / "disease.csv").write_text(DISEASE, "utf-8-sig")
    (source / "image.csv").write_text(IMAGE, "utf-8")
    return source


@pytest.fixture
def frames(source: Path) -> dict[str, pl.DataFrame]:
    parts = [
        part
        for table in read_layout(LAYOUT)
        for part in convert_file(table, source=source, masters=Masters())
    ]
    return gather(parts)


def test_omop_has_every_field_a_concept_or_zero_and_the_raw(frames) -> None:
    made = write_omop(frames, Masters())
    fields = seed("omop54")
    for name, table in made.tables.items():
        own = fields.filter(pl.col("table") == name)
        assert table.columns == own["field"].to_list()
        needed = own.filter(pl.col("required") == "true")["field"]
        assert table.select(needed.to_list()).null_count().sum_horizontal().item() == 0
    labs = made.tables["measurement"]
    assert labs["measurement_source_value"].to_list()[0] == "3C015000002327101"
    assert labs["value_source_value"].to_list() == ["88.4", "<100", "60"]
    assert labs["unit_source_value"].to_list()[0] == "μmol/L"
    assert labs["value_as_number"][0] == pytest.approx(1.0, rel=1e-3)
    assert labs["unit_concept_id"].to_list() == [8840, 8840, 9529]
    assert labs["operator_concept_id"].to_list() == [4172703, 4171756, 4172703]
    assert labs["measurement_date"].to_list()[:2] == [date(2023, 6, 1), date(2019, 4, 30)]
    own = labs["measurement_source_concept_id"]
    assert own.is_between(FIRST_OWN, LAST_OWN).all()
    assert set(own) <= set(made.tables["concept"]["concept_id"])
    persons = made.tables["person"]
    assert persons.select("gender_concept_id", "year_of_birth").rows() == [
        (8507, 1970),
        (8532, 1980),
    ]


def test_no_row_is_lost_on_the_way_to_omop(frames) -> None:
    made = write_omop(frames, Masters())
    left = made.left_out
    for domain, table in [("measurement", "measurement"), ("image", "image_occurrence")]:
        lost = left.filter(pl.col("domain") == domain).height
        assert frames[domain].height == made.tables[table].height + lost
    why = left.select("domain", "row", "why").rows()
    assert ("measurement", 4, "day_missing") in why
    assert ("measurement", 5, "person_missing") in why  # P3 has no year of birth
    assert ("image", 3, "series_repeated") in why


def test_a_suspicion_is_no_diagnosis(frames) -> None:
    # An ICD-10 concept as Athena writes it, standing for itself.
    concept = {"concept_id": "45542411", "vocabulary_id": "ICD10", "concept_code": "C34.1"}
    athena = pl.DataFrame([concept | {"standard_concept": "S"}])
    table = write_omop(frames, Masters(concepts=athena)).tables["condition_occurrence"]
    assert table["condition_concept_id"].to_list() == [0, 45542411]
    assert table["condition_status_source_value"].to_list() == ["suspected", None]
    assert table["condition_source_value"].to_list() == ["C34.1", "C34.1"]


def test_a_code_that_leads_to_two_standard_concepts_has_none(frames) -> None:
    athena = pl.DataFrame(
        [
            {"concept_id": "1", "vocabulary_id": "ICD10", "concept_code": "C34.1"},
            {"concept_id": "2", "vocabulary_id": "SNOMED", "concept_code": "a"},
            {"concept_id": "3", "vocabulary_id": "SNOMED", "concept_code": "b"},
        ]
    ).with_columns(pl.Series("standard_concept", [None, "S", "S"]))
    two = pl.DataFrame({"concept_id_1": ["1", "1"], "concept_id_2": ["2", "3"]})
    for relations, expected in [(two, 0), (two.head(1), 2)]:
        masters = Masters(concepts=athena, relations=relations)
        table = write_omop(frames, masters).tables["condition_occurrence"]
        assert table["condition_concept_id"][1] == expected
        assert table["condition_source_concept_id"][1] == 1


def test_numbers_of_our_own_stay_when_the_earlier_table_is_given(frames) -> None:
    first = write_omop(frames, Masters()).tables["concept"]
    fewer = {**frames, "measurement": frames["measurement"].tail(3)}
    again = write_omop(fewer, Masters(concepts=first.cast(pl.String)))
    kept = {c: n for n, c in first.select("concept_id", "concept_code").iter_rows()}
    for number, raw in (
        again.tables["measurement"]
        .select("measurement_source_concept_id", "measurement_source_value")
        .iter_rows()
    ):
        assert number == kept[raw]


def test_a_drug_keeps_its_code_and_ends_where_it_began_when_nothing_is_said(frames) -> None:
    drugs = pl.DataFrame(
        {
            "subject": ["P1", "P2"],
            "site": ["A", "B"],
            "day": ["2024-01-01", "R6.2.1"],
            "end": ["2024-01-14", None],
            "code": ["1234567A8901", "1234567A8901"],
            "quantity": ["3", "2.5"],
            "unit": ["mg", "錠"],
        }
    )
    made = convert_table(drugs, TableLayout("d.csv", "drug", {}, "yj", "atc"), Masters())
    frames = {**frames, "drug": made}
    table = write_omop(frames, Masters()).tables["drug_exposure"]
    assert table["drug_exposure_end_date"].to_list() == [date(2024, 1, 14), date(2024, 2, 1)]
    assert table["verbatim_end_date"].to_list() == [date(2024, 1, 14), None]
    assert table["quantity"].to_list() == [3.0, None]  # a tablet is no UCUM unit
    assert table["dose_unit_source_value"].to_list() == ["mg", "錠"]
    assert table["drug_concept_id"].to_list() == [0, 0]
    assert table["drug_source_concept_id"].n_unique() == 1
    assert table["drug_source_value"].to_list() == ["1234567A8901"] * 2
    lines = write_fhir({"drug": made})["MedicationStatement.ndjson"].splitlines()
    one = json.loads(lines[0])
    assert one["effectivePeriod"] == {"start": "2024-01-01", "end": "2024-01-14"}
    assert one["medicationCodeableConcept"]["coding"][0]["system"].endswith("YJ-code")


# The elements that FHIR R4 (4.0.1) requires of each resource.
REQUIRED = {
    "Patient": (),
    "Observation": ("status", "code"),
    "Condition": ("subject",),
    "ImagingStudy": ("status", "subject"),
}


def test_fhir_has_what_r4_requires_and_reads_back_the_same(frames) -> None:
    files = write_fhir(frames)
    for name, data in files.items():
        kind = name.removesuffix(".ndjson")
        resources = [json.loads(line) for line in data.splitlines()]
        assert len({one["id"] for one in resources}) == len(resources)
        for one in resources:
            assert one["resourceType"] == kind
            assert all(one.get(field) for field in REQUIRED[kind])
            assert None not in one.values()
    observation = json.loads(files["Observation.ndjson"].splitlines()[1])
    assert observation["valueQuantity"]["comparator"] == "<"
    assert observation["valueQuantity"]["system"] == "http://unitsofmeasure.org"
    assert observation["code"]["coding"][0]["system"].endswith("master-JLAC10-17digits")
    conditions = [json.loads(line) for line in files["Condition.ndjson"].splitlines()]
    assert ["verificationStatus" in one for one in conditions] == [True, False]
    studies = [json.loads(line) for line in files["ImagingStudy.ndjson"].splitlines()]
    assert [s["uid"] for s in studies[0]["series"]] == ["1.2.1", "1.2.2", "1.2.2"]
    ((layout, back),) = [
        part for part in read_fhir(files["Observation.ndjson"]) if part[0].system == "jlac10"
    ]
    again = convert_table(back, layout, Masters())
    ours = frames["measurement"]
    assert again["value"].to_list() == ours["value"].to_list()
    assert again["unit"].to_list() == ours["unit"].to_list()
    assert again["subject"].to_list() == ours["subject"].to_list()


def test_a_real_bundle_becomes_measurements() -> None:
    ((layout, frame),) = [
        part
        for part in read_fhir(Path("samples/fhir/Bundle-lipids.json").read_bytes())
        if part[0].domain == "measurement"
    ]
    made = convert_table(frame, layout, Masters())
    assert made.select("code", "value", "unit").rows()[:2] == [
        ("35200-5", 6.3, "mmol/L"),
        ("35217-9", 1.3, "mmol/L"),
    ]
    assert made["code_status"].to_list() == ["mapped"] * 4


def test_the_command_writes_everything_or_nothing_and_the_same_bytes(source, tmp_path) -> None:
    (tmp_path / "layout.toml").write_text(LAYOUT, "utf-8")
    asked = ["preprocess", "map", str(source), "--layout", str(tmp_path / "layout.toml")]
    done = CliRunner().invoke(app, [*asked[:3], str(tmp_path / "one"), *asked[3:], "--json"])
    assert done.exit_code == 0, done.output
    lines = [json.loads(line) for line in done.output.splitlines()]
    (codes,) = [
        one
        for one in lines
        if (one["table"], one["column"], one["site"]) == ("measurement", "code", "all")
    ]
    assert (codes["rows"], codes["unmapped"]) == (5, 5)  # no map to LOINC is at hand
    record = json.loads((tmp_path / "one" / "map.json").read_text("utf-8"))
    assert set(record["inputs"]) == {"検査.csv", "person.csv", "disease.csv", "image.csv"}
    for name in record["outputs"]:
        assert (tmp_path / "one" / name).is_file()
    mapped = map_folder(source, read_layout(LAYOUT), Masters(), model="omop", form="parquet")
    assert mapped.files["map.json"] == (tmp_path / "one" / "map.json").read_bytes()
    again = CliRunner().invoke(app, [*asked[:3], str(tmp_path / "one"), *asked[3:]])
    assert again.exit_code != 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        'schema = "renkei.clinical/1"\n[[table]]\nfile = "a.csv"\ndomain = "dreams"\n',
        'schema = "renkei.clinical/1"\n[[table]]\nfile = "../a.csv"\ndomain = "person"\n',
        'schema = "renkei.clinical/1"\n[[table]]\nfile = "a"\ndomain = "person"\nx = 1\n',
        (
            'schema = "renkei.clinical/1"\n[[table]]\nfile = "a"\ndomain = "person"\n'
            "columns = { name = 'x' }\n"
        ),
    ],
)
def test_a_layout_that_cannot_be_followed_is_refused(text) -> None:
    with pytest.raises(BadLayoutError):
        read_layout(text)


def test_a_layout_names_its_targets() -> None:
    assert read_layout(LAYOUT)[0] == TableLayout(
        "検査.csv",
        "measurement",
        {
            "subject": "患者",
            "site": "施設",
            "day": "検査日",
            "code": "コード",
            "value": "結果",
            "unit": "単位",
        },
        "jlac10",
        "loinc",
    )


@pytest.mark.parametrize(
    "data",
    [
        b"no json",
        b"[1, 2]",
        b'{"resourceType": "Observation", "code": {"coding": 5}}',
        b'{"resourceType": "Bundle", "entry": 7}',
        b'{"resourceType": "ImagingStudy", "identifier": [{"system": "urn:dicom:uid"}]}',
    ],
)
def test_what_is_no_fhir_is_refused(data) -> None:
    with pytest.raises(MalformedError):
        read_fhir(data)


@pytest.mark.parametrize("data", [b"a,b\n1,2,3\n", b"", b"\x81\x00\xff"])
def test_what_is_no_table_is_refused(data, tmp_path) -> None:
    (tmp_path / "person.csv").write_bytes(data)
    with pytest.raises(DataRefusedError):
        read_table(tmp_path / "person.csv", TableLayout("person.csv", "person", {}))
