"""Findings come from codes, report texts and tables, each with its place."""

import json
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.select.server.findings import findings_of
from renkei.server.storage import store
from renkei.subjects.server.tables import Record, RecordKind, Subject

FHIR = json.dumps(
    {
        "resourceType": "Bundle",
        "entry": [
            {"resource": {"resourceType": "DiagnosticReport", "conclusion": "腹水は認めない。"}}
        ],
    }
)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (
            RecordKind.REPORT,
            "気胸なし。胸水あり。",
            {("J93", "absent", 0, 2), ("J90", "present", 5, 7)},
        ),
        (RecordKind.TABLE, "id,ICD-10\nP,J931\nP,none\n", {("J93.1", "present", None, None)}),
        (RecordKind.FHIR, FHIR, {("R18", "absent", None, None)}),
    ],
)
async def test_a_record_says_findings_and_where(
    session: AsyncSession, site_a: Any, kind: RecordKind, text: str, expected: set[Any]
) -> None:
    subject = Subject(site_id=site_a.id, pseudonym="F", age=50)
    session.add(subject)
    await session.flush()
    own = {"subject_id": subject.id, "site_id": site_a.id}
    kept = await store(session, text.encode(), **own)
    record = Record(kind=kind, format="x", sha256=kept.plain_sha256, object_id=kept.id, **own)
    session.add(record)
    await session.commit()
    found = await findings_of(session, subject.id)
    places = [f.evidence for f in found if f.evidence]
    assert {p.record for p in places} == {str(record.id)}
    assert len(places) == len(found)
    assert {
        (f.value, f.polarity, f.evidence.start, f.evidence.end) for f in found if f.evidence
    } == expected
