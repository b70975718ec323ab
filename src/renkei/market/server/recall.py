"""Answer a recall: no key from now on, a notice to each holder, the patient's fee taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.consent.server.recall import SubjectRecalled, report_effect
from renkei.errors import NotFoundError
from renkei.market.journal import withdrawal
from renkei.market.server.post import post
from renkei.market.server.tables import (
    DeliveryFile,
    EntryKind,
    JournalEntry,
    Licence,
    RecallNotice,
    Release,
    Settlement,
)
from renkei.market.settle import patient_part
from renkei.publish.server.tables import VersionCase
from renkei.server.actor import system
from renkei.server.audit import record
from renkei.server.db import actor_of, transaction
from renkei.server.events import Event, emit, on


@dataclass(frozen=True)
class HolderTold(Event):
    """A licensee was told to destroy what it holds of a case."""

    notice_id: UUID
    licence_id: UUID


class NotToldError(NotFoundError):
    """There is no such notice, or none for the actor."""


@on(SubjectRecalled, seconds=300)
async def withdraw(event: SubjectRecalled) -> None:
    """Stop releases, tell the holders, take the fee back; a second run changes nothing."""
    async with transaction(system("subject recalled")) as session:
        done = await withdraw_subject(
            session, subject_id=event.subject_id, recall_id=event.recall_id
        )
        for what, count in done.items():
            await report_effect(
                session, recall_id=event.recall_id, folder="market", what=what, count=count
            )


async def withdraw_subject(
    session: AsyncSession, *, subject_id: UUID, recall_id: UUID
) -> dict[str, int]:
    """Return how many delivered files were stopped, holders told and fees taken back."""
    files = list(
        await session.scalars(
            select(DeliveryFile).where(DeliveryFile.subject_id == subject_id).with_for_update()
        )
    )
    for file in files:
        file.withdrawn = True
    cases = await session.execute(
        select(Licence, VersionCase.site_id, VersionCase.made)
        .join(VersionCase, VersionCase.version_id == Licence.version_id)
        .where(VersionCase.subject_id == subject_id, VersionCase.synthetic.is_(False))
        .distinct()
    )
    told = taken = 0
    for licence, site_id, made in cases.all():
        held = await _held(session, licence, files)
        told += await _tell(session, licence, held, subject_id, site_id, recall_id)
        taken += await _take_back(session, licence, site_id, recall_id, made=made)
    return {"files_stopped": len(files), "holders_told": told, "fees_taken_back": taken}


async def _held(
    session: AsyncSession, licence: Licence, files: Sequence[DeliveryFile]
) -> list[DeliveryFile]:
    """Return those of the files whose key went out under the licence."""
    released = select(Release.delivery_file_id).where(Release.licence_id == licence.id)
    ids = set(await session.scalars(released))
    return [file for file in files if file.id in ids]


async def _tell(
    session: AsyncSession,
    licence: Licence,
    files: Sequence[DeliveryFile],
    subject_id: UUID,
    site_id: UUID,
    recall_id: UUID,
) -> int:
    if not files:
        return 0
    row = insert(RecallNotice).values(
        recall_id=recall_id,
        licence_id=licence.id,
        organisation_id=licence.organisation_id,
        subject_id=subject_id,
        site_id=site_id,
        files=[{"path": f.path, "sha256": f.sha256, "case": f.case_root} for f in files],
    )
    notice = await session.scalar(row.on_conflict_do_nothing().returning(RecallNotice))
    if notice is not None:
        await record(session, "market.tell", notice)
        await emit(session, HolderTold(notice.id, licence.id))
    return 1


async def _take_back(
    session: AsyncSession, licence: Licence, site_id: UUID, recall_id: UUID, *, made: bool
) -> int:
    """Post the patient's part of what the hospital got; the next settlement distributes it."""
    known = await session.scalar(
        select(func.count())
        .select_from(JournalEntry)
        .where(JournalEntry.recall_id == recall_id, JournalEntry.licence_id == licence.id)
    )
    settlements = await session.scalars(
        select(Settlement).where(Settlement.licence_id == licence.id)
    )
    amount = 0
    for settlement in settlements:
        weight = settlement.weights.get(str(site_id))
        if weight is not None and (not made or settlement.rule["counts_made"]):
            paid = int(settlement.parts[str(site_id)])
            amount += patient_part(paid, int(weight["patients"]))
    if amount and not known:
        await post(
            session,
            kind=EntryKind.WITHDRAWAL,
            period=f"{datetime.now(UTC):%Y-%m}",
            licence_id=licence.id,
            lines=withdrawal(str(licence.id), str(site_id), amount),
            site_id=site_id,
            recall_id=recall_id,
        )
    return 1 if amount else 0


async def confirm_destroyed(session: AsyncSession, *, notice_id: UUID) -> RecallNotice:
    """Write down that the licensee destroyed what the notice names.

    Raises:
        NotToldError: There is no such notice for the actor.
    """
    notice = await session.get(RecallNotice, notice_id)
    if notice is None:
        raise NotToldError("There is no such notice; choose one from the list.")
    if notice.destroyed_at is None:
        notice.destroyed_by, notice.destroyed_at = actor_of(session).id, datetime.now(UTC)
        await record(session, "market.destroyed", notice)
    return notice
