"""Findings of a subject: codes and report texts of the records that came along."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.select.facts import Evidence, Finding
from renkei.select.records.report import findings_of_text
from renkei.select.records.table import CODES
from renkei.subjects.server.files import record_file
from renkei.subjects.server.tables import Record, RecordKind

# FHIR names code systems by address; recipes by the short name that people use.
SCHEMES = {
    "http://hl7.org/fhir/sid/icd-10": "ICD-10",
    "http://hl7.org/fhir/sid/icd-10-cm": "ICD-10-CM",
    "http://snomed.info/sct": "SNOMED-CT",
}
POLARITIES = {
    "refuted": "absent",
    "entered-in-error": "absent",
    "unconfirmed": "uncertain",
    "provisional": "uncertain",
    "differential": "uncertain",
}


# How hospitals head a column of ICD-10 codes.
ICD_COLUMN = re.compile(r"icd[-_ ]?10|病名コード", re.IGNORECASE)
READ = (RecordKind.FHIR, RecordKind.REPORT, RecordKind.TABLE)


async def findings_of(session: AsyncSession, subject_id: UUID) -> tuple[Finding, ...]:
    """Return what the records of a subject say: each finding once, with the first place of it.

    FHIR conditions, the text of reports and of FHIR's, and columns of ICD-10 codes are read.
    """
    records = await session.execute(
        select(Record.id, Record.kind)
        .where(
            Record.subject_id == subject_id,
            Record.kind.in_(READ),
            Record.object_id.is_not(None),
        )
        .order_by(Record.id)
    )
    found: dict[Finding, None] = {}
    for record_id, kind in records.all():
        data = await record_file(session, record_id)
        found.update(dict.fromkeys(findings_in_record(kind, data, str(record_id))))
    return tuple(sorted(found, key=lambda f: (f.scheme, f.value, f.polarity)))


def findings_in_record(kind: RecordKind, data: bytes, record: str) -> Iterator[Finding]:
    """Yield the findings of one record."""
    if kind is RecordKind.FHIR:
        said = json.loads(data)
        for one in conditions(said):
            yield replace(one, evidence=Evidence(record))
        for text in report_texts(said):
            # A span would not lie in the file: its text stands inside JSON.
            for one in findings_of_text(text, record):
                yield replace(one, evidence=Evidence(record))
    elif kind is RecordKind.REPORT:
        yield from findings_of_text(data.decode("utf-8", "replace"), record)
    else:
        yield from codes_of_table(data.decode("utf-8", "replace"), record)


def codes_of_table(text: str, record: str) -> Iterator[Finding]:
    """Yield the codes in the columns of ICD-10 of a table, with their rows from 1."""
    rows = csv.DictReader(io.StringIO(text), restkey="")
    columns = [name for name in rows.fieldnames or () if ICD_COLUMN.search(name)]
    for number, row in enumerate(rows, 1):
        for column in columns:
            code = (row[column] or "").strip().upper()
            if re.fullmatch(CODES["ICD-10"], code):
                # Japan writes J931 where WHO writes J93.1.
                dotted = code if "." in code or len(code) < 4 else f"{code[:3]}.{code[3:]}"
                yield Finding("ICD-10", dotted, evidence=Evidence(record, row=number))


def report_texts(resource: Any) -> Iterator[str]:
    """Yield the conclusions of the DiagnosticReports in a FHIR resource or Bundle."""
    if isinstance(resource, list):
        for item in resource:
            yield from report_texts(item)
    if not isinstance(resource, dict):
        return
    if resource.get("resourceType") == "DiagnosticReport":
        if isinstance(resource.get("conclusion"), str):
            yield resource["conclusion"]
        return
    for key in ("entry", "resource"):
        yield from report_texts(resource.get(key))


def conditions(resource: Any) -> Iterator[Finding]:
    """Yield the findings of a FHIR resource or Bundle (R4 Condition), with their polarity."""
    if isinstance(resource, list):
        for item in resource:
            yield from conditions(item)
    if not isinstance(resource, dict):
        return
    if resource.get("resourceType") != "Condition":
        for key in ("entry", "resource"):
            yield from conditions(resource.get(key))
        return
    status = _codes(resource.get("verificationStatus"))
    polarity = next((POLARITIES[code] for _, code in status if code in POLARITIES), "present")
    clinical = {code for _, code in _codes(resource.get("clinicalStatus"))}
    if polarity == "present" and clinical & {"inactive", "resolved", "remission"}:
        polarity = "historic"
    for system, code in _codes(resource.get("code")):
        yield Finding(SCHEMES.get(system, system), code, polarity)


def _codes(concept: Any) -> list[tuple[str, str]]:
    if not isinstance(concept, dict):
        return []
    codings = concept.get("coding")
    if not isinstance(codings, list):
        return []
    return [
        (str(c.get("system", "")), str(c["code"]))
        for c in codings
        if isinstance(c, dict) and c.get("code")
    ]
