"""What came of a joint research: the batches sent under its agreement, and the versions of it."""

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.collect.server.count import count_batches
from renkei.collect.server.tables import Batch, BatchFile
from renkei.consent.server.tables import Consent, Workspace
from renkei.consent.server.workspace import SHARED
from renkei.publish.server.schemas import JointBatchOut, JointOut, JointVersionOut
from renkei.publish.server.tables import Dataset, Version, VersionCase
from renkei.server.db import as_system
from renkei.subjects.server.tables import Series, Slide, Subject


async def count_joint(session: AsyncSession, workspace: Workspace) -> JointOut:
    """Count what came under the agreement; of people only how many, those withdrawn left out."""
    with as_system(session, SHARED):
        subjects = _subjects(workspace)
        return JointOut(
            patients=await _count(session, Subject.id.in_(subjects), Subject.id),
            series=await _count(session, Series.subject_id.in_(subjects), Series.id),
            slides=await _count(session, Slide.subject_id.in_(subjects), Slide.id),
            batches=await _batches(session, workspace),
            versions=await _versions(session, subjects),
        )


def _subjects(workspace: Workspace) -> Select[Any]:
    return (
        select(Consent.subject_id)
        .join(Subject, Subject.id == Consent.subject_id)
        .where(Consent.agreement_id == workspace.agreement_id, Subject.withdrawn_at.is_(None))
    )


async def _count(session: AsyncSession, where: Any, what: Any) -> int:
    return await session.scalar(select(func.count(what)).where(where)) or 0


async def _batches(session: AsyncSession, workspace: Workspace) -> list[JointBatchOut]:
    patients = (
        select(func.count(BatchFile.subject_id.distinct()))
        .where(BatchFile.batch_id == Batch.id)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Batch.id, Batch.created_at, Batch.state, patients)
        .where(Batch.agreement_id == workspace.agreement_id)
        .order_by(Batch.created_at.desc(), Batch.id)
    )
    found = rows.all()
    counts = await count_batches(session, [row[0] for row in found])
    return [
        JointBatchOut(
            id=batch_id,
            created_at=at,
            state=state,
            patients=people,
            sent=counts[batch_id].sent,
            stored=counts[batch_id].stored,
            held=sum(counts[batch_id].quarantined.values()),
        )
        for batch_id, at, state, people in found
    ]


async def _versions(session: AsyncSession, subjects: Select[Any]) -> list[JointVersionOut]:
    rows = await session.execute(
        select(
            Version.id,
            Dataset.name,
            Dataset.title_en,
            Dataset.title_ja,
            Version.number,
            Version.state,
            Version.frozen_at,
            func.count(VersionCase.id),
        )
        .join(Dataset, Dataset.id == Version.dataset_id)
        .join(VersionCase, VersionCase.version_id == Version.id)
        .where(VersionCase.subject_id.in_(subjects))
        .group_by(Version.id, Dataset.id)
        .order_by(Dataset.name, Version.created_at, Version.id)
    )
    return [
        JointVersionOut(
            id=version_id,
            dataset=name,
            title_en=english,
            title_ja=japanese,
            number=number,
            state=state,
            frozen_at=frozen_at,
            cases=cases,
        )
        for version_id, name, english, japanese, number, state, frozen_at, cases in rows
    ]
