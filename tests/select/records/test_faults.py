"""Injected faults are found in the row where they lie, and clean records stay clean."""

import json
import random
import time
from pathlib import Path

import pytest

from renkei.select.case import Case
from renkei.select.judge import judge_record
from renkei.select.metric import measure
from renkei.select.recipe import load_recipe
from renkei.select.records import fhir, genes, table
from renkei.select.records.frame import frame_of
from renkei.select.records.rules import BadRulesError, parse_rules
from renkei.select.records.table import check_text

LUNG = Path("samples/clinical/lung.csv").read_text("utf-8")
RULES = parse_rules("""
schema = "renkei.table/1"
sex = "sex"
age = "age"
missing_by = "inst"
column = [
  { name = "time", type = "integer", range = [0, 2000] },
  { name = "status", allowed = ["0", "1"] },
  { name = "age", type = "number", range = [18, 100], missing_max = 0.1 },
  { name = "sex", allowed = ["1", "2"] },
  { name = "ph.karno", pattern = '\\d+\\.0', bands = [{ range = [30, 100], least_age = 18 }] },
]
""")
BAD = {
    "time": [("soon", "wrong_type"), ("-5", "out_of_range"), ("1.5", "wrong_type")],
    "status": [("7", "not_allowed")],
    "age": [("740", "out_of_range"), ("x", "wrong_type")],
    "sex": [("F", "not_allowed")],
    "ph.karno": [("ninety", "wrong_pattern"), ("5.0", "out_of_band")],
}
VCF = (
    "##fileformat=VCFv4.2\n##contig=<ID=chr1,length=248956422>\n"
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1\n"
    "chr1\t100\t.\tA\tG\t.\tPASS\t.\tGT\t0/1\n"
    "chr1\t200\t.\tC\tA\t.\tPASS\t.\tGT\t1/1\n"
    "chr1\t300\t.\tC\tT,<DEL>\t.\tPASS\t.\tGT\t1|2"
)


def test_five_hundred_injected_faults_are_found_and_no_other() -> None:
    choose = random.Random(5)
    assert check_text(LUNG, RULES).faults == ()
    header, *rows = [line.split(",") for line in LUNG.splitlines()]
    found = 0
    for _ in range(500):
        column = choose.choice(list(BAD))
        value, code = choose.choice(BAD[column])
        number = choose.randrange(len(rows))
        damaged = [row.copy() for row in rows]
        damaged[number][header.index(column)] = value
        text = "\n".join(",".join(row) for row in [header, *damaged])
        faults = check_text(text, RULES).faults
        assert {f.rows for f in faults} == {(number + 1,)}, (column, value)
        found += any(f.code == code and f.column == column for f in faults)
    assert found == 500


def test_dates_joins_units_codes_and_missing_values() -> None:
    rules = parse_rules("""
schema = "renkei.table/1"
missing_by = "site"
order = [{ first = "born", then = "seen" }]
join = [{ column = "id", table = "subjects.csv", to = "id" }]
column = [
  { name = "id", unique = true },
  { name = "born", type = "date" }, { name = "seen", type = "date" },
  { name = "icd", code = "ICD-10" }, { name = "test", code = "LOINC" },
  { name = "value", type = "number", unit = "mg/dL", unit_column = "unit", missing_max = 0.5 },
]
""")
    header = "id,site,born,seen,icd,test,value,unit"
    clean = [f"{n},A,1950-01-0{n % 9 + 1},2020/02/01,J93.1,2345-7,90,mg/dL" for n in range(20)]
    people = frame_of(["id", *map(str, range(20))], ",")[0]
    assert check_text("\n".join([header, *clean]), rules, lambda _: people).faults == ()
    bad = [
        *clean[:14],
        "14,B,2021-01-01,2020-01-01,J93.1,2345-7,,",
        "99,B,1950-02-30,2020-01-01,93,2345,,",
        *(f"{n},B,1950-01-01,2020-01-01,J931,2345-7,,mg/dL" for n in (17, 18, 18)),
        "19,A,1950-01-01,2020-01-01,J93,2345-7,5,mmol/L",
        "x,A",
    ]
    faults = check_text("\n".join([header, *bad]), rules, lambda _: people).faults
    assert {(f.code, f.column, f.rows) for f in faults} == {
        ("ragged_row", "", (21,)),
        ("order", "born > seen", (15,)),
        ("wrong_type", "born", (16,)),
        ("no_code", "icd", (16,)),
        ("no_code", "test", (16,)),
        ("no_partner", "id", (16,)),
        ("repeated", "id", (18, 19)),
        ("wrong_unit", "value", (20,)),
        ("missing_at_site", "value", (15, 16, 17, 18, 19)),
    }


def test_samples_hold_no_fault() -> None:
    assert genes.look_maf(Path("samples/genomics/example_multisample.maf")).faults == ()
    for path in Path("samples/fhir").glob("*.json"):
        assert fhir.look(path).faults == (), path.name
    clean = genes.check_vcf(VCF)
    assert clean.faults == ()
    assert clean.facts == {"samples": 1.0, "ti_tv": 1.0, "het_share": 0.6667}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("chr1\t100", "chr9\t100", "unknown_contig"),
        ("chr1\t100", "chr1\t948956422", "behind_contig"),
        ("chr1\t100", "chr1\tx", "wrong_type"),
        ("0/1", "0/2", "no_such_allele"),
        ("A\tG", "A\tA", "no_change"),
        ("A\tG", "A\tQ", "no_bases"),
        ("chr1\t200\t.\tC\tA", "chr1\t100\t.\tA\tG", "repeated"),
        ("\tGT\t1/1", "\tGT", "ragged_row"),
        ("##fileformat", "#fileformat", "no_vcf_header"),
    ],
)
def test_a_fault_of_a_vcf_is_named(old: str, new: str, code: str) -> None:
    assert [f.code for f in genes.check_vcf(VCF.replace(old, new)).faults] == [code]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda o: o.pop("status"), "element_missing"),
        (lambda o: o.update(subject={"reference": "#nobody"}), "reference_lost"),
        (lambda o: o.update(subject={"reference": "Observation/gone"}), "reference_lost"),
        (lambda o: o.update(effectivePeriod={"start": "2020-02", "end": "2020-01"}), "order"),
        (lambda o: o.update(id="hdlcholesterol"), "repeated"),
    ],
)
def test_a_fault_of_fhir_is_named(change, code) -> None:  # type: ignore[no-untyped-def]
    bundle = json.loads(Path("samples/fhir/Bundle-lipids.json").read_text("utf-8"))
    change(bundle["entry"][1]["resource"])
    assert code in [f.code for f in fhir.check_fhir(bundle).faults]


def test_a_fault_of_a_maf_is_named() -> None:
    lines = Path("samples/genomics/example_multisample.maf").read_text("utf-8").splitlines()
    cells = lines[1].split("\t")
    cells[5] = "-3"
    faults = genes.check_maf("\n".join([lines[0], "\t".join(cells), *lines[2:]])).faults
    assert [(f.code, f.rows) for f in faults] == [("wrong_type", (1,))]


def test_two_hundred_thousand_rows_take_a_second() -> None:
    header, *rows = LUNG.splitlines()
    text = f"{header}\n" + "\n".join((rows * 1000)[:200_000])
    started = time.process_time()
    assert check_text(text, RULES).faults == ()
    assert time.process_time() - started < 3  # under 1 s on an idle machine


def test_the_metric_says_shares_and_rows_but_no_values(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,v\n1,2\n2,secret\n3,4\n")
    rules = 'schema = "renkei.table/1"\ncolumn = [{ name = "v", type = "number" }]\n'
    (tmp_path / "t.rules.toml").write_text(rules)
    case = Case("TABLE", parts=lambda: iter((tmp_path / "t.csv",)))
    [found] = measure(case, table.METRIC)
    assert (round(found.value or 0, 3), found.n, found.codes) == (0.333, 3, ("wrong_type",))
    assert (found.places[0].row, found.places[0].column) == (2, "v")
    assert "secret" not in repr(found)


@pytest.mark.parametrize("data", [b"", b"\x00\xff", b"[" * 5000, b"a,a\n1,2", b"{}", b"\n\n"])
def test_bad_records_get_a_verdict(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    for kind in ("TABLE", "FHIR", "VCF", "MAF", "REPORT"):
        judge_record(path, kind, load_recipe("ct_abdomen"))


def test_rules_that_cannot_be_read_say_why() -> None:
    with pytest.raises(BadRulesError, match="colour"):
        parse_rules('schema = "renkei.table/1"\ncolour = 3')
