"""Clinical files of one invented patient in the formats of Japanese hospitals."""

import io
import json
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

PATIENT_ID = "0090417723"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(
    sheets: Sequence[Sequence[Sequence[str | int | float]]],
    *,
    merged: Sequence[str] = (),
    from_1904: bool = False,
) -> bytes:
    """Write an .xlsx by hand: text as inline strings, numbers as numbers, merges on sheet 1."""
    names = range(1, len(sheets) + 1)
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" '
        f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">'
        f'<workbookPr date1904="{int(from_1904)}"/><sheets>'
        + "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="r{n}"/>' for n in names)
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">'
        + "".join(
            f'<Relationship Id="r{n}" Type="{_RELATIONS}/worksheet" Target="worksheets/s{n}.xml"/>'
            for n in names
        )
        + "</Relationships>",
    }
    for n, rows in enumerate(sheets, start=1):
        merges = "".join(f'<mergeCell ref="{ref}"/>' for ref in merged) if n == 1 else ""
        body = "".join(_row(i, row) for i, row in enumerate(rows, start=1))
        parts[f"xl/worksheets/s{n}.xml"] = (
            f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData>'
            + (f"<mergeCells>{merges}</mergeCells>" if merges else "")
            + "</worksheet>"
        )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def _row(number: int, cells: Sequence[str | int | float]) -> str:
    out = ""
    for n, cell in enumerate(cells):
        at = f'r="{chr(65 + n)}{number}"'
        if isinstance(cell, str):
            out += f'<c {at} t="inlineStr"><is><t>{escape(cell)}</t></is></c>' if cell else ""
        else:
            out += f"<c {at}><v>{cell}</v></c>"
    return f'<row r="{number}">{out}</row>'


def segment(name: str, fields: dict[int, str]) -> str:
    """Return one HL7 segment with fields at their numbers."""
    return "|".join([name, *(fields.get(n, "") for n in range(1, max(fields) + 1))])


SEGMENTS = (
    "MSH|^~\\&|ZHIS|架空病院|GW|F001|20230405102030||ORU^R01|ZCTRL77|P|2.5||||||~ISO IR87",
    segment("PID", {
        1: "1", 3: f"{PATIENT_ID}^^^ZISSUER^PI",
        5: "渡邉^真之介^^^^^L^I~ワタナベ^シンノスケ^^^^^L^P", 7: "19520318", 8: "M",
        11: "^^架空区^東京都^1000001^JPN^H^見本町4-5-6", 13: "^PRN^PH^^^^^^^^^090-5551-7345",
        18: "ACC77123",
    }),
    segment("NK1", {1: "1", 2: "渡邉^花乃", 4: "架空市9-9", 5: "03-5550-9911"}),
    segment("PV1", {
        1: "1", 2: "I", 3: "7E^701^1", 7: "ZDOC9^一ノ宮^剛", 19: "VIS88231", 44: "20230401",
        45: "20230420",
    }),
    segment("IN1", {1: "1", 2: "06139999", 36: "77-881234"}),
    segment("ORC", {1: "RE", 2: "ORD55219", 12: "ZDOC7^二ノ宮^進"}),
    segment("OBR", {
        1: "1", 2: "ORD55219", 3: "FIL9911", 4: "3A010^総蛋白^JC10", 7: "20230405101010",
        16: "ZDOC9^三ノ宮^律", 22: "20230405", 25: "F",
    }),
    segment("OBX", {
        1: "1", 2: "NM", 3: "3A0100000023271^総蛋白^JC10", 5: "7.2", 6: "g/dL^^UCUM", 7: "6.5-8.0",
        8: "N", 11: "F", 14: "20230405101010", 16: "ZOBS^四ノ宮^稔",
    }),
    segment("OBX", {1: "2", 2: "SN", 3: "5C070^CRP^JC10", 5: "<^0.05", 6: "mg/dL", 11: "F"}),
    segment("OBX", {
        1: "3", 2: "TX", 3: "9A100^所見^JC10", 11: "F",
        5: "渡辺さん、令和5年4月1日の前回と\\.br\\著変なし。三ノ宮へ連絡",
    }),
    segment("OBX", {1: "4", 2: "ED", 3: "PDF^報告書^L", 5: "^application^pdf^Base64^WkF0dGFjaG1l"}),
    segment("NTE", {1: "1", 3: "高瀬川先生に報告 090-5551-7345"}),
    segment("DG1", {1: "1", 3: "K358^急性虫垂炎^I10", 5: "20230401", 16: "ZDOC8^五ノ宮^学"}),
    segment("RXE", {2: "620003477^アムロジピン^HOT9", 3: "1", 5: "TAB^錠^MR9P"}),
    "ZZ1|1|Zsegment-Eiche",
)  # fmt: skip
MESSAGE = "\r".join(SEGMENTS) + "\r"
EF = (
    "131234567\t0090417723\t20230420\t20230401\t33\t0001\t001\t641300\t160218510\tK7181\t"
    "虫垂切除術 渡辺様\t1\t回\t6740\t0\t6740\t000000000000\t6740\t0\t0\t1\t06139999\t1112\t"
    "20230402\t01\t090\tZDR123\tWARD7\t1\t0\t1\n"
)
FORM1 = (
    "131234567\t0090417723\t20230401\t0\t0\tA000020\t20230401\t0\t19520318\t1\t1000001\n"
    "131234567\t0090417723\t20230401\t0\t0\tA000030\t20230401\t0\t20230401\t20230420\t1\n"
    "131234567\t0090417723\t20230401\t0\t0\tA006010\t20230401\t0\tK358\t急性虫垂炎 渡辺様\n"
)
PERSON = {
    "resourceType": "Patient",
    "id": "Zp-991",
    "text": {"status": "generated", "div": "<div>Znarrative-Ulme</div>"},
    "identifier": [
        {"system": "urn:oid:1.2.392.100495.20.3.51.11312345678", "value": PATIENT_ID},
    ],
    "name": [{"family": "渡邉", "given": ["真之介"]}],
    "contact": [{"name": {"family": "Zkontakt"}, "telecom": [{"value": "0455559911"}]}],
    "extension": [{"url": "http://zkaku.example/e", "valueString": "Zext-Linde"}],
    "address": [{"line": ["見本町4-5-6"], "city": "架空区"}],
    "birthDate": "1952-03-18",
    "contained": [{"resourceType": "Organization", "name": "Zcontained-Klinik"}],
}
RESULT = {
    "resourceType": "Observation",
    "id": "Zo-1",
    "status": "final",
    "code": {
        "coding": [
            {"system": "http://zkakuhospital.example.jp/codes", "code": "L1"},
            {"system": "http://loinc.org", "code": "2160-0"},
        ],
        "text": "Cre 架空区在住 Zkontakt様依頼",
    },
    "performer": [{"reference": "Practitioner/d", "display": "Zperformer"}],
    "encounter": {"reference": "Encounter/7", "display": "Zencounter-Ward"},
    "note": [{"text": "Znote-Fichte"}],
    "valueAttachment": {"data": "WmF0dGFjaA=="},
    "effectiveDateTime": "2023-04-05",
    "valueString": "Zperformer に連絡。値は正常。",
    "onsetAge": {"value": 97, "unit": "a"},
}
BUNDLE = json.dumps(
    {"resourceType": "Bundle", "entry": [{"resource": PERSON}, {"resource": RESULT}]},
    ensure_ascii=False,
)
