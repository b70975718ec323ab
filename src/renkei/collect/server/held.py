"""Find and repair what is in quarantine; reject it for good."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei import __version__, compute
from renkei.collect.kinds import LIMIT
from renkei.collect.quarantine import HeldAct, HeldState, RepairKind, after
from renkei.collect.repairs import NotRepairableError, add_meta, name_subject
from renkei.collect.server.erase import erase_objects
from renkei.collect.server.tables import Batch, BatchFile, Quarantine, Repair
from renkei.collect.server.upload import pseudonyms_of
from renkei.errors import NotFoundError, TooLargeError
from renkei.proof import digest
from renkei.server.audit import record
from renkei.server.db import actor_of
from renkei.server.lineage import record_run
from renkei.server.storage import load, store

SECONDS = 60.0


class NoSuchHeldError(NotFoundError):
    """There is no such file in quarantine, or none that the actor may see."""


class ResentTooLargeError(TooLargeError):
    """The file that was sent again is larger than its kind may be."""


async def find_held(session: AsyncSession, *, held_id: UUID, lock: bool = False) -> Quarantine:
    """Return a held file; `lock` keeps a second person out until the end of the transaction.

    Raises:
        NoSuchHeldError: There is none, or none that the actor may see.
    """
    query = select(Quarantine).where(Quarantine.id == held_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    held = await session.scalar(query)
    if held is None:
        raise NoSuchHeldError("There is no such file in quarantine; choose one from the list.")
    return held


async def repairs_of(session: AsyncSession, *, held_id: UUID) -> list[Repair]:
    """Return what was repaired, oldest first."""
    rows = await session.scalars(
        select(Repair).where(Repair.quarantine_id == held_id).order_by(Repair.id)
    )
    return list(rows)


async def line_of(session: AsyncSession, held: Quarantine) -> BatchFile | None:
    """Return the manifest's line of a held file, locked; None for one that stands in none."""
    if held.n is None:
        return None
    row: BatchFile | None = await session.scalar(
        select(BatchFile)
        .where(BatchFile.batch_id == held.batch_id, BatchFile.n == held.n)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return row


async def repair_held(
    session: AsyncSession,
    *,
    held_id: UUID,
    kind: RepairKind,
    why: str,
    pseudonym: str | None = None,
    data: bytes | None = None,
) -> Quarantine:
    """Repair a held file and keep what it was; the same repair again changes nothing.

    `pseudonym` says whose it is (SUBJECT), `data` are the bytes that were sent again (RESEND).

    Raises:
        NoSuchHeldError: There is none, or none that the actor may see.
        AlreadyDecidedError: It was released, rejected or erased.
        NotRepairableError: The repair does not fit the file.
        ResentTooLargeError: What was sent again is over the limit of its kind.
    """
    held = await find_held(session, held_id=held_id, lock=True)
    state = after(held.state, HeldAct.REPAIR)
    before = await load(session, held.object_id)
    repaired = await _repaired(session, held, kind, before, pseudonym, data)
    if repaired == before and kind is not RepairKind.SUBJECT:
        return held
    stored = await store(session, repaired, site_id=held.site_id, batch_id=held.batch_id)
    repair = Repair(
        quarantine_id=held.id,
        site_id=held.site_id,
        kind=kind,
        why=why,
        by=actor_of(session).id,
        before_sha256=digest(before),
        after_sha256=digest(repaired),
        before_id=held.object_id,
    )
    session.add(repair)
    held.object_id, held.state = stored.id, state
    await session.flush()
    if repaired != before:
        await record_run(
            session,
            kind="collect.repair",
            code=f"renkei {__version__}",
            parameters={"repair": kind.value, "quarantine": str(held.id)},
            inputs=[digest(before)],
            outputs=[digest(repaired)],
            subjects=[] if held.subject_id is None else [held.subject_id],
        )
    await record(session, "collect.repair", held, why=why)
    return held


async def _repaired(
    session: AsyncSession,
    held: Quarantine,
    kind: RepairKind,
    before: bytes,
    pseudonym: str | None,
    data: bytes | None,
) -> bytes:
    if kind is RepairKind.RESEND:
        if not data:
            raise NotRepairableError("Send the file's bytes again.")
        if len(data) > LIMIT[held.kind]:
            raise ResentTooLargeError("The file is larger than its kind may be.")
        return data
    if kind is RepairKind.META:
        if held.kind != "dicom":
            raise NotRepairableError("Only a DICOM file has file meta.")
        return await compute.run(add_meta, before, seconds=SECONDS)
    batch = (await session.scalars(select(Batch).where(Batch.id == held.batch_id))).one()
    if pseudonym is None or pseudonym not in await pseudonyms_of(session, batch):
        raise NotRepairableError("Choose a subject whom this batch's manifest names.")
    line = await line_of(session, held)
    if line is not None and not held.part:
        line.pseudonym = pseudonym
    if held.kind != "dicom":
        if line is None or held.part:
            raise NotRepairableError("The share of one subject cannot be given to another.")
        return before
    return await compute.run(name_subject, before, pseudonym, seconds=SECONDS)


async def reject_held(session: AsyncSession, *, held_id: UUID, why: str) -> Quarantine:
    """Erase the bytes for good; the row stays, so that counts close. Twice changes nothing.

    Raises:
        NoSuchHeldError: There is none, or none that the actor may see.
        AlreadyDecidedError: It was released, or erased by a recall.
    """
    held = await find_held(session, held_id=held_id, lock=True)
    if held.state is not HeldState.REJECTED:
        await decide_held(session, held, HeldAct.REJECT, why)
    return held


async def decide_held(session: AsyncSession, held: Quarantine, act: HeldAct, why: str) -> None:
    """Write down who decided what, and erase the held bytes with those before their repairs."""
    held.state = after(held.state, act)
    held.why, held.decided_by, held.decided_at = why, actor_of(session).id, datetime.now(UTC)
    await session.flush()
    repairs = await repairs_of(session, held_id=held.id)
    own = {held.object_id, *(repair.before_id for repair in repairs)}
    # The same bytes may be held for another reason too, under one object.
    others = await session.scalars(
        select(Quarantine.object_id).where(
            Quarantine.object_id.in_(own),
            Quarantine.id != held.id,
            Quarantine.state.in_([HeldState.HELD, HeldState.REPAIRED]),
        )
    )
    await erase_objects(session, sorted(own - set(others)))
    await record(session, f"collect.{act.value}", held, why=why)
