from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.consent.server.recall import recall_subject
from renkei.consent.server.tables import RecallEffect, RecallKind
from renkei.publish.server.files import version_files
from renkei.publish.server.freeze import freeze_version
from renkei.publish.server.manifest import version_manifest
from renkei.publish.server.tables import (
    Product,
    Version,
    VersionCase,
    VersionRecall,
    VersionState,
)


async def subjects(session: AsyncSession, version_id) -> set:
    query = select(VersionCase.subject_id).where(VersionCase.version_id == version_id)
    return set(await session.scalars(query))


async def effects(session: AsyncSession) -> dict[str, int]:
    rows = await session.scalars(select(RecallEffect).where(RecallEffect.folder == "publish"))
    return {row.what: row.count for row in rows}


@pytest.fixture
async def recalled(session: AsyncSession, draft: Version, run_jobs: Callable) -> tuple:
    """Freeze the draft, recall one of its subjects, and let everybody act."""
    version = await freeze_version(session, version_id=draft.id)
    subject = next(f.subject_id for f in await version_files(session, version_id=version.id))
    await recall_subject(
        session, subject_id=subject, kind=RecallKind.WITHDRAWAL, reason="asked for"
    )
    version_id = version.id
    await session.commit()
    await run_jobs()
    session.expire_all()
    return version_id, subject


async def test_a_successor_without_the_subject_is_drafted_and_the_version_stays(
    session: AsyncSession, recalled: tuple
) -> None:
    version_id, subject = recalled
    version = await session.get_one(Version, version_id)
    manifest = await version_manifest(session, version_id=version_id)
    assert manifest.id == version.version_hash
    successor = (
        await session.scalars(select(Version).where(Version.parent_id == version_id))
    ).one()
    assert successor.state is VersionState.DRAFT
    assert await subjects(session, successor.id) == await subjects(session, version_id) - {subject}
    note = (await session.scalars(select(VersionRecall))).one()
    assert (note.subject_id, note.successor_id) == (subject, successor.id)
    assert await effects(session) == {"versions": 1, "draft_cases": 0, "products": 1}


async def test_nothing_of_the_subject_is_delivered_listed_or_known_any_more(
    session: AsyncSession, recalled: tuple
) -> None:
    version_id, subject = recalled
    files = await version_files(session, version_id=version_id, sealed=True)
    assert subject not in {file.subject_id for file in files}
    product = (await session.scalars(select(Product))).one()
    assert (product.listable, product.why_not) == (False, "subject_recalled")
    case = (
        await session.scalars(select(VersionCase).where(VersionCase.subject_id == subject))
    ).one()
    assert case.facts == {}


async def test_the_frozen_successor_is_a_major_step_and_keeps_the_sides(
    session: AsyncSession, recalled: tuple
) -> None:
    version_id, _ = recalled
    successor = await session.scalar(select(Version.id).where(Version.parent_id == version_id))
    frozen = await freeze_version(session, version_id=successor)
    assert frozen.number == "2.0.0"

    async def sides(one) -> dict:
        rows = await session.execute(
            select(VersionCase.subject_id, VersionCase.split).where(VersionCase.version_id == one)
        )
        return dict(rows.all())

    before, after = await sides(version_id), await sides(successor)
    assert {s: before[s] for s in after} == after


async def test_an_open_draft_just_loses_the_subject(
    session: AsyncSession, draft: Version, run_jobs: Callable
) -> None:
    draft_id = draft.id
    subject = min(await subjects(session, draft_id))
    await recall_subject(session, subject_id=subject, kind=RecallKind.LEAK, reason="a leak")
    await session.commit()
    await run_jobs()
    session.expire_all()
    assert subject not in await subjects(session, draft_id)
    assert await effects(session) == {"versions": 0, "draft_cases": 1, "products": 0}
