"""Answer a recall: unlink what was committed to, and list the withdrawn cases for `verify`."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.consent.server.recall import SubjectRecalled, report_effect
from renkei.ledger.server.anchor import anchor
from renkei.ledger.server.tables import Anchor, WithdrawnCase
from renkei.proof import digest
from renkei.publish.server.manifest import version_manifest
from renkei.publish.server.tables import Version, VersionCase, VersionState
from renkei.server.actor import system
from renkei.server.db import transaction
from renkei.server.events import on


@on(SubjectRecalled, seconds=300)
async def withdraw(event: SubjectRecalled) -> None:
    """Delete the subject's salts, list the cases, and enter the recall; twice changes nothing."""
    async with transaction(system("subject recalled")) as session:
        salts = await forget_salts(session, subject_id=event.subject_id)
        roots = await withdraw_cases(
            session, subject_id=event.subject_id, recall_id=event.recall_id
        )
        payload = {
            "recall": str(event.recall_id),
            "cases_sha256": digest("\n".join(roots).encode()),
        }
        await anchor(session, kind="recall", key=f"recall/{event.recall_id}", payload=payload)
        for what, count in (("salts_deleted", salts), ("cases_withdrawn", len(roots))):
            await report_effect(
                session, recall_id=event.recall_id, folder="ledger", what=what, count=count
            )


async def forget_salts(session: AsyncSession, *, subject_id: UUID) -> int:
    """Delete payload and salt of every record about a subject; return how many it had."""
    held = select(Anchor.id).where(Anchor.subject_id == subject_id)
    count = len(list(await session.scalars(held)))
    await session.execute(
        update(Anchor).where(Anchor.subject_id == subject_id).values(payload=None, salt=None)
    )
    return count


async def withdraw_cases(session: AsyncSession, *, subject_id: UUID, recall_id: UUID) -> list[str]:
    """List the case roots of a subject in every frozen version; return them sorted."""
    rows = await session.execute(
        select(VersionCase.version_id, VersionCase.released_subject, VersionCase.site_id)
        .join(Version, Version.id == VersionCase.version_id)
        .where(VersionCase.subject_id == subject_id, Version.state == VersionState.FROZEN)
        .distinct()
    )
    for version_id, released, site_id in rows.all():
        manifest = await version_manifest(session, version_id=version_id)
        values = insert(WithdrawnCase).values(
            case_root=manifest.case_roots()[released].hex(),
            version_id=version_id,
            subject_id=subject_id,
            site_id=site_id,
            recall_id=recall_id,
        )
        await session.execute(values.on_conflict_do_nothing())
    found = select(WithdrawnCase.case_root).where(WithdrawnCase.subject_id == subject_id)
    return sorted(await session.scalars(found))
