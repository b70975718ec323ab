"""What intake does when a subject is recalled: its held bytes are erased too."""

from uuid import UUID

from sqlalchemy import and_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.collect.quarantine import TRANSITIONS, HeldAct, after
from renkei.collect.server.erase import erase_objects
from renkei.collect.server.tables import Batch, BatchFile, Quarantine, Repair
from renkei.consent.server.recall import SubjectRecalled, report_effect
from renkei.server.actor import system
from renkei.server.db import transaction
from renkei.server.events import on
from renkei.subjects.server.tables import Subject

FOLDER = "collect"


@on(SubjectRecalled)
async def erase_held(event: SubjectRecalled) -> None:
    """Erase what lies in quarantine for the subject, and originals that hold a share of it."""
    async with transaction(system("recall of a subject")) as session:
        subject = (
            await session.scalars(select(Subject).where(Subject.id == event.subject_id))
        ).one()
        held = await _erase_held(session, subject)
        originals = await erase_objects(session, await _originals(session, subject))
        files = await session.scalars(
            update(BatchFile)
            .where(BatchFile.subject_id == event.subject_id, BatchFile.refers.is_not(None))
            .values(refers=None)
            .returning(BatchFile.id)
        )
        done = {
            "quarantine_erased": held,
            "originals_erased": originals,
            "references_cleared": len(list(files)),
        }
        for what, count in done.items():
            await report_effect(
                session, recall_id=event.recall_id, folder=FOLDER, what=what, count=count
            )


async def _erase_held(session: AsyncSession, subject: Subject) -> int:
    """Erase what is held of the subject, also from before its repairs."""
    rows = await _held(session, subject)
    before = await session.scalars(
        select(Repair.before_id).where(Repair.quarantine_id.in_([row.id for row in rows]))
    )
    for row in rows:
        if HeldAct.ERASE in TRANSITIONS[row.state]:
            row.state = after(row.state, HeldAct.ERASE)
    await session.flush()
    return await erase_objects(session, sorted({*(row.object_id for row in rows), *before}))


async def _held(session: AsyncSession, subject: Subject) -> list[Quarantine]:
    own = await session.scalars(select(Quarantine).where(Quarantine.subject_id == subject.id))
    # What was refused before its subject was looked up is found by its line in the manifest.
    by_line = await session.scalars(
        select(Quarantine)
        .join(
            BatchFile,
            and_(BatchFile.batch_id == Quarantine.batch_id, BatchFile.n == Quarantine.n),
        )
        .where(BatchFile.site_id == subject.site_id, BatchFile.pseudonym == subject.pseudonym)
    )
    return list({row.id: row for row in [*own, *by_line]}.values())


async def _originals(session: AsyncSession, subject: Subject) -> list[UUID]:
    """Return the originals of every batch whose manifest names the subject."""
    named = Batch.manifest["subjects"].contains([{"pseudonym": subject.pseudonym}])
    rows = await session.scalars(
        select(BatchFile.original_id)
        .join(Batch, Batch.id == BatchFile.batch_id)
        .where(Batch.site_id == subject.site_id, BatchFile.original_id.is_not(None), named)
    )
    return [row for row in rows if row is not None]
