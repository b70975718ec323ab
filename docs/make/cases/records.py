"""A good and a bad case of each metric of records: tables, FHIR, variants, reports."""  # noqa: INP001

import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from drawing import Side, table

from renkei.select.case import Case
from renkei.select.metric import Measured, Metric, measure
from renkei.select.records import fhir, genes, report
from renkei.select.records import table as tables
from renkei.select.reports import findings_in, spoken_for

RULES = """\
schema = "renkei.table/1"
column = [
  { name = "time", type = "integer", range = [0, 2000] },
  { name = "status", allowed = ["0", "1"] },
  { name = "age", type = "number", range = [18, 100] },
  { name = "sex", allowed = ["1", "2"] },
]
"""
VCF = """\
##fileformat=VCFv4.2
##contig=<ID=chr1,length=248956422>
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1
chr1\t100\t.\tA\tG\t.\tPASS\t.\tGT\t0/1
chr1\t200\t.\tC\tA\t.\tPASS\t.\tGT\t1/1
chr1\t300\t.\tC\tT,<DEL>\t.\tPASS\t.\tGT\t1|2
"""
SHOWN = {
    "table": ("inst", "time", "status", "age", "sex"),
    "vcf": ("#CHROM", "POS", "REF", "ALT", "S1"),
    "maf": ("Hugo_Symbol", "Chromosome", "Start_Position", "Reference_Allele", "Tumor_Seq_Allele2"),
}
SHORT = {
    "Hugo_Symbol": "gene",
    "Chromosome": "chrom",
    "Start_Position": "start",
    "Reference_Allele": "ref",
    "Tumor_Seq_Allele2": "alt",
}
WIDTHS = {"maf": [0.27, 0.17, 0.26, 0.14, 0.14]}
Rows = list[list[str]]
Change = tuple[int, str, str]


def measured(metric: Metric, files: dict[str, str]) -> Measured:
    """Measure the first of some files, which lie in one folder."""
    with TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in files]
        for path, text in zip(paths, files.values(), strict=True):
            path.write_text(text, "utf-8")
        case = Case(metric.name.upper(), instances=1, parts=lambda: iter(paths[:1]))
        return measure(case, metric)[0]


def changed(rows: Rows, changes: Sequence[Change]) -> Rows:
    """Return a header and its rows with some cells changed; rows count from 1 below the header."""
    made = [list(row) for row in rows]
    for row, column, value in changes:
        made[row][rows[0].index(column)] = value
    return made


def columns_of(metric: Metric, what: str, ja: str, rows: Rows, files: dict[str, str]) -> Side:
    """Return a table whose cells are marked where the metric says that a fault lies."""
    found = measured(metric, files)
    names = SHOWN[metric.name]
    at = [rows[0].index(name) for name in names]
    cells = [[row[i] for i in at] for row in rows[1:]]
    marked = [
        (place.row - 1, names.index(place.column))
        for place in found.places
        if place.row and place.column in names
    ]
    head = [SHORT.get(name, name) for name in names]
    widths = WIDTHS.get(metric.name, [0.98 / len(names)] * len(names))
    drawn = table(cells, head=head, marked=marked, widths=widths, size=9)
    return Side(what, ja, found, drawn, height=3.1)


def clinical() -> tuple[Side, Side]:
    """Show a table, and the same with cells that break its rules."""
    lines = Path("samples/clinical/lung.csv").read_text("utf-8").splitlines()[:7]
    rows = [line.split(",") for line in lines]

    def side(what: str, ja: str, changes: Sequence[Change]) -> Side:
        made = changed(rows, changes)
        text = "\n".join(",".join(row) for row in made)
        files = {"lung.csv": text, "lung.rules.toml": RULES}
        return columns_of(tables.METRIC, what, ja, made, files)

    return (
        side("Every cell keeps the rules", "全てのセルが規則どおり", []),
        side(
            "Three cells break them",
            "三つのセルが規則に反する",
            [(2, "age", "740"), (4, "time", "soon"), (5, "sex", "F")],
        ),
    )


def variants() -> tuple[Side, Side]:
    """Show a VCF, and the same with faults."""
    head, *body = VCF.splitlines()[2:]
    start = VCF[: VCF.index(head)]
    rows = [line.split("\t") for line in (head, *body)]

    def side(what: str, ja: str, changes: Sequence[Change]) -> Side:
        made = changed(rows, changes)
        text = start + "\n".join("\t".join(row) for row in made) + "\n"
        return columns_of(genes.VARIANTS, what, ja, made, {"some.vcf": text})

    return (
        side("Three sound variants", "正しい三つの変異", []),
        side(
            "No such contig, no change, no such allele",
            "ない染色体・変化なし・ないアレル",
            [(1, "#CHROM", "chr9"), (2, "ALT", "C"), (3, "S1", "1|4")],
        ),
    )


def mutations() -> tuple[Side, Side]:
    """Show rows of a real MAF, and the same with faults."""
    text = Path("samples/genomics/example_multisample.maf").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")][:6]
    rows = [line.split("\t") for line in lines]

    def side(what: str, ja: str, changes: Sequence[Change]) -> Side:
        made = changed(rows, changes)
        joined = "\n".join("\t".join(row) for row in made) + "\n"
        return columns_of(genes.MUTATIONS, what, ja, made, {"some.maf": joined})

    before = rows[3][rows[0].index("Reference_Allele")]
    return (
        side("Five real mutations", "実際の五つの変異", []),
        side(
            "A wrong base, no change, no chromosome",
            "ない塩基・変化なし・ない染色体",
            [
                (1, "Reference_Allele", "Q"),
                (3, "Tumor_Seq_Allele2", before),
                (5, "Chromosome", "chr77"),
            ],
        ),
    )


def bundle() -> tuple[Side, Side]:
    """Show a FHIR bundle, and the same with faults."""
    patient = {"resourceType": "Patient", "id": "p1", "birthDate": "1950-02-01"}
    seen = {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "code": {"text": "Hb"},
        "subject": {"reference": "Patient/p1"},
    }
    ill = {
        "resourceType": "Condition",
        "id": "c1",
        "subject": {"reference": "Patient/p1"},
        "onsetDateTime": "2020-03-01",
        "abatementDateTime": "2021-05-01",
    }

    def side(what: str, ja: str, resources: list[dict]) -> Side:
        said = {"resourceType": "Bundle", "entry": [{"resource": one} for one in resources]}
        found = measured(fhir.METRIC, {"bundle.json": json.dumps(said)})
        faulty = {place.row: place.code for place in found.places}
        rows = [
            (f"{key}: {_short(value)}", faulty.get(n, "") if i == 0 else "")
            for n, one in enumerate(resources, 1)
            for i, (key, value) in enumerate(one.items())
            if key != "id"
        ]
        starts = [i for i, (text, _) in enumerate(rows) if text.startswith("resourceType")]
        marked = [(starts[row - 1], 1) for row in faulty if row]
        drawn = table(rows, head=("entry", "fault"), marked=marked, widths=(0.66, 0.32), size=7)
        return Side(what, ja, found, drawn)

    return (
        side("References resolve, dates in order", "参照も日付の順も正しい", [patient, seen, ill]),
        side(
            "A lost reference, an end before its start",
            "ない患者への参照・始まりより前の終わり",
            [
                patient,
                {**seen, "subject": {"reference": "Patient/p9"}},
                {**ill, "abatementDateTime": "2019-05-01"},
            ],
        ),
    )


def _short(value: object) -> str:
    return ", ".join(str(v) for v in value.values()) if isinstance(value, dict) else str(value)


def reports() -> tuple[Side, Side]:
    """Show a report that denies and one that finds."""

    def side(what: str, ja: str, text: str) -> Side:
        found = measured(report.METRIC, {"report.txt": text})
        said = spoken_for(findings_in(text))
        lines = [(line, "") for line in text.splitlines()]
        rows = [*lines, ("", ""), *((text[slice(*one.span)], one.polarity) for one in said)]
        marked = [(i, 1) for i, (_, polarity) in enumerate(rows) if polarity == "present"]
        drawn = table(rows, marked=marked, widths=(0.72, 0.26), size=9)
        return Side(what, ja, found, drawn, ("uncertain", "historic", "absent"), height=3.1)

    return (
        side(
            "A report that denies",
            "否定している所見文",
            "No pneumothorax.\n胸水は認めない。",
        ),
        side(
            "A report that finds",
            "異常を述べる所見文",
            "Small left pleural effusion.\n右肺に気胸を認める。\n肺炎の疑い。",
        ),
    )


CASES = {
    tables.METRIC: clinical,
    fhir.METRIC: bundle,
    genes.VARIANTS: variants,
    genes.MUTATIONS: mutations,
    report.METRIC: reports,
}
