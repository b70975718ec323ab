"""Release a held file: a person says that it is taken into its batch's facts after all."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei import __version__
from renkei.collect.kinds import DATA_TYPE
from renkei.collect.quarantine import HeldAct, HeldState, after
from renkei.collect.scans import DicomFacts
from renkei.collect.server.facts import ConflictingBytesError, count_instances, write_series
from renkei.collect.server.group import CONFLICT, copy_of
from renkei.collect.server.held import decide_held, find_held, line_of, repairs_of
from renkei.collect.server.instances import write_instances
from renkei.collect.server.intake import read_files
from renkei.collect.server.permit import Gate
from renkei.collect.server.received import SeriesReceived
from renkei.collect.server.tables import Batch, BatchFile, BatchState, FileState, Quarantine
from renkei.collect.server.upload import Upload, pseudonyms_of
from renkei.consent.allow import Reason
from renkei.errors import ConflictError, DataRefusedError
from renkei.proof import digest
from renkei.server.events import emit
from renkei.server.lineage import record_run
from renkei.server.storage import load
from renkei.subjects.server.tables import Subject


class StillRefusedError(ConflictError):
    """What speaks against the file is nothing that a person may overrule; `reason` names it."""


async def release_held(session: AsyncSession, *, held_id: UUID, why: str) -> Quarantine:
    """Take a held file into the facts; twice changes nothing.

    A person may overrule the manifest and a conflict of content. Consent, approval, agreement and
    readable bytes are asked again, and nobody overrules them.

    Raises:
        NoSuchHeldError: There is none, or none that the actor may see.
        AlreadyDecidedError: It was rejected, or erased by a recall.
        StillRefusedError: Something speaks against it that a release cannot change.
    """
    held = await find_held(session, held_id=held_id, lock=True)
    if held.state is HeldState.RELEASED:
        return held
    after(held.state, HeldAct.RELEASE)
    batch = (
        await session.scalars(
            select(Batch).where(Batch.id == held.batch_id).with_for_update(read=True)
        )
    ).one()
    row = await line_of(session, held)
    if row is not None and row.state is FileState.STORED and not held.part:
        raise _refused("already_stored")
    data = await load(session, held.object_id)
    if held.kind == "dicom":
        await _release_dicom(session, batch, held, row, data)
    elif row is not None:
        await _release_upload(session, batch, held, row, data)
    await decide_held(session, held, HeldAct.RELEASE, why)
    return held


def _refused(reason: str) -> StillRefusedError:
    return StillRefusedError(
        "A release cannot change what speaks against this file; repair or reject it.",
        reason=reason,
    )


async def _release_dicom(
    session: AsyncSession, batch: Batch, held: Quarantine, row: BatchFile | None, data: bytes
) -> None:
    facts = (await read_files([data]))[0]
    if isinstance(facts, str):
        raise _refused(facts)
    subject = await _admitted(session, batch, row, facts)
    try:
        series_id = await write_series(session, subject=subject, facts=facts)
    except ConflictingBytesError as error:
        raise _refused(CONFLICT) from error
    fits = await write_instances(
        session,
        subject=subject,
        series_id=series_id,
        copies=[copy_of(facts, data)],
        decided=True,
    )
    if not all(fits):
        raise _refused(CONFLICT)
    await count_instances(session, [series_id])
    held.subject_id = subject.id
    if row is not None:
        row.state, row.reason, row.subject_id = FileState.STORED, None, subject.id
        row.sha256, row.parts = digest(data), 1
    await _trace(session, held, digest(data), subject.id)
    # Closing announces what the manifest names; nobody else will announce this one.
    if row is None or batch.state is BatchState.CLOSED:
        await emit(session, SeriesReceived(series_id), site_id=batch.site_id)


async def _admitted(
    session: AsyncSession, batch: Batch, row: BatchFile | None, facts: DicomFacts
) -> Subject:
    named = facts.patient_id if row is None else row.pseudonym
    if named != facts.patient_id or named not in await pseudonyms_of(session, batch):
        raise _refused(Reason.UNKNOWN_SUBJECT.value)
    subject = await Gate(session, batch).admit(
        named,
        data_type=DATA_TYPE["dicom"],
        modality=facts.modality,
        body_part=facts.body_part,
    )
    if isinstance(subject, str):
        raise _refused(subject)
    return subject


async def _release_upload(
    session: AsyncSession, batch: Batch, held: Quarantine, row: BatchFile, data: bytes
) -> None:
    parts, refused, whose = row.parts, row.parts_refused, row.subject_id
    try:
        async with session.begin_nested():
            reason = await Upload(session, batch, row, data, decided=True).take()
    except DataRefusedError as error:
        code = CONFLICT if isinstance(error, ConflictingBytesError) else error.code
        raise _refused(code) from error
    if reason is not None:
        raise _refused(reason)
    held.subject_id = row.subject_id
    if held.part:
        row.parts, row.parts_refused, row.subject_id = parts + 1, refused - 1, whose
    else:
        row.state, row.reason, row.sha256 = FileState.STORED, None, digest(data)
    if held.subject_id is not None:
        await _trace(session, held, digest(data), held.subject_id)


async def _trace(session: AsyncSession, held: Quarantine, sha256: str, subject_id: UUID) -> None:
    repairs = await repairs_of(session, held_id=held.id)
    await record_run(
        session,
        kind="collect.release",
        code=f"renkei {__version__}",
        parameters={"quarantine": str(held.id)},
        inputs=[one.before_sha256 for one in repairs if one.before_sha256 != sha256],
        outputs=[sha256],
        subjects=[subject_id],
    )
