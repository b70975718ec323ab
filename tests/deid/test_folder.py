"""One folder of all that a hospital has: an answer for each file, and nobody in the output."""

import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pydicom
from tests.deid.clinical import BUNDLE, EF, FORM1, MESSAGE, PATIENT_ID, workbook
from tests.deid.planted import SAMPLES, plant, stands
from typer.testing import CliRunner

from renkei.deid import PseudonymKey, pseudonym
from renkei.deid.commands import app

MAPPING = (
    'id = "患者ID"\nnames = ["氏名", "カナ"]\nbirths = ["生年月日"]\ndates = ["検査日"]\n'
    'keep = ["値", "所見"]\n'
)
COLUMNS = ["患者ID", "氏名", "カナ", "生年月日", "検査日", "値", "所見", "住所", "電話"]
TABLES = {
    "labs_渡邉.csv": (
        "cp932", "8813312", "左右田", "ソウダ", "S27.3.18", "表計算市1-2", "03-5551-0001",
        "左右田先生",
    ),
    "utf8.csv": (
        "utf-8-sig", "8823312", "御手洗", "ミタライ", "昭和三十年一月二日", "卓上市3-4",
        "06-5551-0002",
        "Mitarai",
    ),
    "tabs.tsv": (
        "utf-8", "8833312", "小鳥遊", "タカナシ", "1961/7/8", "欄外市5-6", "011-555-0003", "ﾀｶﾅｼ",
    ),
}  # fmt: skip
SSMIX = (
    f"ssmix/009/041/{PATIENT_ID}/20230405/OML-11/"
    f"{PATIENT_ID}_20230405_OML-11_ORD55219_20230405102030123_01_"
)
MESSAGE_MARKERS = (
    "渡邉", "真之介", "シンノスケ", "見本町4-5-6", "090-5551-7345", "ACC77123", "花乃", "架空市9-9",
    "03-5550-9911", "一ノ宮", "VIS88231", "77-881234", "ORD55219", "二ノ宮", "三ノ宮", "FIL9911",
    "四ノ宮", "WkF0dGFjaG1l", "高瀬川", "五ノ宮", "Zsegment-Eiche", "ZCTRL77", "ZISSUER", "ZDOC9",
)  # fmt: skip
VCF = (
    b"##fileformat=VCFv4.2\n##source=/home/zvcfuser/run.sh\n##SAMPLE=<ID=ZVCFSAMPLE>\n"
    b"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tZVCFSAMPLE\n"
    b"1\t5\t.\tA\tG\t9\tPASS\tBAM=/data/zvcfbam/x.bam\tGT\t0/1\n"
)
MAF = (
    b"Hugo_Symbol\tTumor_Sample_Barcode\tBAM_File\tCenter\n"
    b"TP53\tZMAFBARCODE-01\t/data/zmafbam.bam\tZMAFCENTER\n"
)
OTHER = {
    "bundle.json": (
        BUNDLE.encode(),
        ("Znarrative-Ulme", "Zkontakt", "Zext-Linde", "Zcontained-Klinik", "zkakuhospital",
         "Zperformer", "Zencounter-Ward", "Znote-Fichte", "Zp-991", "Zo-1", "11312345678"),
    ),
    "dpc/FF1_131234567_2304.txt": (FORM1.encode("cp932"), ("19520318", "1000001")),
    "dpc/EFn_131234567_2304.txt": (
        EF.encode("cp932"), ("131234567", "06139999", "ZDR123", "WARD7", "641300", "渡辺様"),
    ),
    "genes/ZVCFNAME.vcf.gz": (
        gzip.compress(VCF),
        ("zvcfuser", "ZVCFSAMPLE", "zvcfbam"),
    ),
    "genes/x.maf": (
        MAF,
        ("ZMAFBARCODE", "zmafbam", "ZMAFCENTER"),
    ),
}  # fmt: skip


def build(folder: Path) -> list[str]:
    """Write the folder; return the markers, each seen in the bytes that hold it."""
    dicom = plant(SAMPLES / "mr_dicom" / "brain_002.dcm")
    (folder / "IM_渡邉.dcm").write_bytes(dicom.data)
    markers = list(dicom.markers)
    for name, (codec, patient, *found) in TABLES.items():
        family, kana, birth, place, phone, told = found
        cells = [
            patient,
            family,
            kana,
            birth,
            "令和5年4月1日",
            "1.5",
            told + " 著変なし",
            place,
            phone,
        ]
        mark = "\t" if name.endswith("tsv") else ","
        text = f"{mark.join(COLUMNS)}\r\n{mark.join(cells)}\r\n"
        (folder / name).write_bytes(text.encode(codec))
        assert all(m in (folder / name).read_bytes().decode(codec) for m in (patient, *found))
        markers += (patient, *found)
    cells = ["7731199", "五百旗頭", "イオキベ", 19000, 45017, 2, "Iokibe", "升目市", "0455550004"]
    rows = [COLUMNS, cells]
    (folder / "sheet.xlsx").write_bytes(workbook([rows, [["Zsheet-Two"]]]))
    markers += ["五百旗頭", "イオキベ", "Iokibe", "升目市", "0455550004", "7731199", "Zsheet-Two"]
    for flag in "10":
        path = folder / f"{SSMIX}{flag}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(MESSAGE.encode("iso2022_jp_ext"))
        assert all(m in path.read_bytes().decode("iso2022_jp_ext") for m in MESSAGE_MARKERS)
    markers += MESSAGE_MARKERS
    for name, (data, found) in OTHER.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        plain = gzip.decompress(data) if name.endswith("gz") else data
        assert [m for m in found if not stands(plain, m)] == []
        markers += found
    (folder / "letter.pdf").write_bytes(b"%PDF-1.7 \0 Zletter-Espe")
    return list(dict.fromkeys([*markers, "ZVCFNAME", "Zletter-Espe"]))


def values(path: Path) -> Iterator[str]:
    """Yield what an output says once decoded."""
    data = path.read_bytes()
    if path.suffix == ".dcm":
        dataset = pydicom.dcmread(io.BytesIO(data), stop_before_pixels=True)
        yield from (str(e.value) for e in dataset.iterall())
    elif path.suffix == ".json":
        yield json.dumps(json.loads(data), ensure_ascii=False)
    else:
        yield data.decode("utf-8")


def test_every_file_gets_an_answer_and_no_marker_is_left(tmp_path):
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    markers = build(source)
    assert len(markers) >= 120
    key, columns = tmp_path / "key.json", tmp_path / "columns.toml"
    PseudonymKey({1: bytes(range(32))}).write(key)
    columns.write_text(MAPPING, "utf-8")
    command = [str(source), "--out", str(out), "--key", str(key), "--columns", str(columns)]
    answer = CliRunner().invoke(app, ["run", *command, "--json"])
    assert answer.exit_code == 0, answer.output
    lines = [json.loads(line) for line in answer.stdout.splitlines()]
    files = [p for p in source.rglob("*") if p.is_file()]
    assert len(lines) == len(files) == 13
    held = [line["reasons"] for line in lines if line["state"] == "held"]
    assert sorted(held) == [["unknown_format"], ["withdrawn_in_storage"]]
    outputs = [p for p in out.rglob("*") if p.is_file()]
    assert len(outputs) == len(files) - len(held) == 11
    said = {p: "\n".join([p.name, *values(p)]).lower() for p in outputs}
    left = [
        (marker, path.name)
        for path, text in said.items()
        for marker in markers
        if marker.lower() in text or stands(path.read_bytes(), marker)
    ]
    assert left == []


def test_one_key_joins_the_patient_over_all_formats(tmp_path):
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    build(source)
    key = PseudonymKey({1: bytes(range(32))})
    key.write(tmp_path / "key.json")
    command = [str(source), "--out", str(out), "--key", str(tmp_path / "key.json"), "--json"]
    answer = CliRunner().invoke(app, ["run", *command])
    found = [json.loads(line) for line in answer.stdout.splitlines()]
    subject = pseudonym(key, "patient", PATIENT_ID)
    kinds = sorted(line["kind"] for line in found if line["subject"] == subject)
    assert kinds == ["dicom", "fhir", "fhir", "table", "table"]
