"""Coded findings of a subject, read from the records that came along."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.select.recipe import Finding
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


async def findings_of(session: AsyncSession, subject_id: UUID) -> tuple[Finding, ...]:
    """Return the coded conditions of a subject, each once."""
    records = await session.scalars(
        select(Record.id).where(
            Record.subject_id == subject_id,
            Record.kind == RecordKind.FHIR,
            Record.object_id.is_not(None),
        )
    )
    found: set[Finding] = set()
    for record_id in records.all():
        found.update(conditions(json.loads(await record_file(session, record_id))))
    return tuple(sorted(found, key=lambda f: (f.scheme, f.value, f.polarity)))


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
