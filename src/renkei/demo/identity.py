"""Write invented identities into scans that no longer carry any, as a hospital would hold them."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from pydicom import Dataset, dcmread
from pydicom.sequence import Sequence as Items

from renkei.demo.persons import Person

PRIVATE_GROUP, CREATOR = 0x0099, "RENKEI SAMPLE PACS 1.0"


def identified_series(
    files: Sequence[bytes], person: Person, *, series: int = 1, body_part: str | None = None
) -> list[bytes]:
    """Return one series as the hospital holds it: names, numbers, dates, private tags."""
    return [
        _identified(raw, person, series, number, body_part) for number, raw in enumerate(files, 1)
    ]


def _identified(
    raw: bytes, person: Person, series: int, number: int, body_part: str | None
) -> bytes:
    dataset = dcmread(io.BytesIO(raw))
    # One sample ends in zeros, which read as elements of a group that no file may hold.
    for tag in [tag for tag in dataset.keys() if tag.group == 0]:  # noqa: SIM118  a Dataset
        del dataset[tag]
    for keyword, value in identity_header(person, series).items():
        setattr(dataset, keyword, value)
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID
    dataset.SOPInstanceUID = person.uid(1, series, number)
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.InstanceNumber = number
    if body_part is not None:
        dataset.BodyPartExamined = body_part
    _private(dataset, person)
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=False)
    return around(out.getvalue(), person)


def around(raw: bytes, person: Person) -> bytes:
    """Return a file with the patient in its preamble and behind its end, as some exports do."""
    preamble = f"{person.latin[:60]:<64}{person.patient_id:<64}".encode("ascii")
    return preamble + raw[len(preamble) :] + person.kanji.encode("utf-8")


def identity_header(person: Person, series: int = 1) -> dict[str, Any]:
    """Return the elements that say whose an image is, where and when it was made."""
    hospital = person.hospital
    name = person.kanji.replace("^", "")
    other = Dataset()
    other.PatientID = person.patient_id.lstrip("0")
    other.TypeOfPatientID = "TEXT"
    day = f"{person.study:%Y%m%d}"
    days = ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate")
    return {
        "SpecificCharacterSet": ["", "ISO 2022 IR 87"],
        **dict.fromkeys(days, day),
        "PatientName": person.dicom_name,
        "PatientID": person.patient_id,
        "PatientBirthDate": f"{person.birth:%Y%m%d}",
        "PatientSex": person.sex,
        "PatientAge": f"{age_at(person):03d}Y",
        "PatientAddress": person.address,
        "PatientTelephoneNumbers": person.phone,
        "AccessionNumber": person.accession,
        "InstitutionName": hospital.name,
        "InstitutionAddress": hospital.address,
        "ReferringPhysicianName": f"={hospital.physician}",
        "StationName": f"CT{hospital.code}ROOM3",
        "StudyDescription": f"腹部CT {name} 様",
        "ImageComments": f"{name} 様 ID {person.patient_id}",
        "OtherPatientIDsSequence": Items([other]),
        "StudyInstanceUID": person.uid(1),
        "SeriesInstanceUID": person.uid(1, series),
        "FrameOfReferenceUID": person.uid(1, 0),
    }


def _private(dataset: Dataset, person: Person) -> None:
    block = dataset.private_block(PRIVATE_GROUP, CREATOR, create=True)
    block.add_new(0x01, "LO", person.kanji.replace("^", ""))
    block.add_new(0x02, "UN", person.patient_id.encode("ascii"))
    block.add_new(0x03, "LO", person.address)


def age_at(person: Person) -> int:
    """Return the age in whole years on the day of the examination."""
    before = (person.study.month, person.study.day) < (person.birth.month, person.birth.day)
    return person.study.year - person.birth.year - before


def identified_slide(raw: bytes, person: Person) -> bytes:
    """Return an SVS with the patient's number behind the scanner's own text, and trailing bytes.

    The description keeps its length: what was there is overwritten from the end.
    """
    mark = f"|Patient = {person.patient_id}|Name = {person.latin}".encode("ascii")
    at = raw.index(b"Aperio")
    end = raw.index(b"\x00", at)
    if end - at <= len(mark):
        raise ValueError(end - at)
    return raw[: end - len(mark)] + mark + raw[end:] + person.patient_id.encode("ascii")


def identified_table(rows: Iterable[dict[str, str]], persons: Sequence[Person]) -> bytes:
    """Return a hospital's CSV in cp932: the real columns with invented persons in front."""
    out = io.StringIO()
    writer: csv.DictWriter[str] | None = None
    for row, person in zip(rows, persons, strict=False):
        line = {
            "患者ID": person.patient_id,
            "氏名": person.kanji.replace("^", ""),
            "生年月日": person.birth.isoformat(),
            "検査日": person.study.isoformat(),
            "電話": person.phone,
            **row,
        }
        if writer is None:
            writer = csv.DictWriter(out, list(line), lineterminator="\r\n")
            writer.writeheader()
        writer.writerow(line)
    return out.getvalue().encode("cp932")


def identified_bundle(person: Person, condition: dict[str, str]) -> bytes:
    """Return a FHIR R4 bundle of one patient with a condition."""
    patient = {
        "resourceType": "Patient",
        "id": person.patient_id,
        "text": {"status": "generated", "div": f"<div>{person.kanji.replace('^', '')}</div>"},
        "identifier": [
            {"system": "urn:oid:" + person.hospital.uid_root, "value": person.patient_id}
        ],
        "name": [{"text": person.kanji.replace("^", " ")}, {"text": person.latin}],
        "telecom": [{"system": "phone", "value": person.phone}],
        "address": [{"text": person.address}],
        "gender": {"M": "male", "F": "female"}[person.sex],
        "birthDate": person.birth.isoformat(),
    }
    found = {
        "resourceType": "Condition",
        "id": f"c-{person.number}",
        "subject": {"reference": f"Patient/{person.patient_id}", "display": person.latin},
        "recordedDate": person.study.isoformat(),
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", **condition}]},
        "note": [{"text": f"{person.kanji.replace('^', '')} 様 連絡先 {person.phone}"}],
    }
    entries = [{"fullUrl": f"urn:uuid:{r['id']}", "resource": r} for r in (patient, found)]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    return json.dumps(bundle, ensure_ascii=False).encode()


def identified_vcf(person: Person) -> bytes:
    """Return a small VCF 4.2 whose sample and command line name the patient."""
    head = [
        "##fileformat=VCFv4.2",
        "##reference=GRCh38",
        "##contig=<ID=chr17,length=83257441>",
        f'##commandline="caller --sample {person.patient_id} --bam /data/{person.patient_id}.bam"',
        '##INFO=<ID=DP,Number=1,Type=Integer,Description="Depth">',
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
        f"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{person.patient_id}",
        "chr17\t7676154\t.\tG\tC\t50\tPASS\tDP=88\tGT\t0/1",
        "chr17\t7674220\t.\tC\tT\t61\tPASS\tDP=93\tGT\t0/1",
    ]
    return ("\n".join(head) + "\n").encode("ascii")


def identified_maf(raw: str, persons: Sequence[Person]) -> bytes:
    """Return a MAF whose tumour barcodes are the hospital's own numbers of these patients."""
    lines = raw.splitlines()
    start = next(i for i, line in enumerate(lines) if not line.startswith("#"))
    column = lines[start].split("\t").index("Tumor_Sample_Barcode")
    names: dict[str, str] = {}
    out = [*lines[: start + 1]]
    for line in lines[start + 1 :]:
        cells = line.split("\t")
        if cells[column] not in names and len(names) < len(persons):
            names[cells[column]] = persons[len(names)].patient_id
        if cells[column] in names:
            cells[column] = names[cells[column]]
            out.append("\t".join(cells))
    return ("\n".join(out) + "\n").encode()
