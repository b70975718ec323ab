"""Write the facts of what is taken: study, series, instance, rendition, slide, record."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.collect.kinds import MalformedError
from renkei.collect.scans import DicomFacts
from renkei.errors import DataRefusedError
from renkei.proof import digest
from renkei.server.storage import store
from renkei.subjects.server.tables import Instance, Rendition, Series, Source, Study, Subject

NIFTI = "nifti"


class ConflictingBytesError(DataRefusedError):
    """The same identifier came with other bytes, or for another subject."""


async def write_instance(
    session: AsyncSession,
    *,
    subject: Subject,
    facts: DicomFacts,
    data: bytes,
    known: dict[str, UUID],
) -> UUID:
    """Store one DICOM instance and return its series; the same bytes again change nothing.

    `known` are the series of this subject that were found in this transaction, by UID; this one is
    added. Other bytes count as another rendition only when the decoded frames are equal and the
    transfer syntax is not.

    Raises:
        ConflictingBytesError: A UID stands for something else at this hospital.
    """
    series = known.get(facts.series_uid)
    if series is None:
        series = await _series_of(session, subject, facts)
    instance, held = await _instance(
        session, subject, series, facts.sop_uid, facts.sop_class_uid, facts.number
    )
    await _rendition(
        session, subject, instance, data, facts.transfer_syntax, facts.pixel_sha256, held=held
    )
    known[facts.series_uid] = series
    return series


async def _series_of(session: AsyncSession, subject: Subject, facts: DicomFacts) -> UUID:
    study = await _study(
        session,
        subject,
        study_uid=facts.study_uid,
        date=facts.study_date,
        description=facts.study_description,
    )
    return await _series(
        session,
        subject,
        study_id=study,
        series_uid=facts.series_uid,
        modality=facts.modality,
        body_part=facts.body_part,
        description=facts.description,
        frame_of_reference_uid=facts.frame_of_reference_uid,
        kernel=facts.kernel,
        thickness_mm=facts.thickness_mm,
        manufacturer=facts.manufacturer,
        model=facts.model,
        source=Source.DICOM,
        synthetic=facts.synthetic,
        instances=0,
    )


async def write_nifti(
    session: AsyncSession, *, subject: Subject, modality: str, refers: dict[str, Any], data: bytes
) -> UUID:
    """Store a NIfTI file as a series of one instance and return the series.

    The format has no identifiers: they are derived from the bytes, below 2.25.

    Raises:
        ConflictingBytesError: The study that it names is another subject's.
    """
    uid = f"2.25.{int(digest(data)[:32], 16)}"
    if len(str(refers.get("study_uid", ""))) > 64:
        raise MalformedError("The study's identifier is too long.")
    study = await _study(
        session,
        subject,
        study_uid=str(refers.get("study_uid") or uid),
        date=None,
        description=None,
    )
    series = await _series(
        session,
        subject,
        study_id=study,
        series_uid=uid,
        modality=modality,
        body_part=refers.get("body_part"),
        description=None,
        source=Source.NIFTI,
        synthetic=False,
        instances=0,
    )
    instance, held = await _instance(session, subject, series, uid, None, 1)
    await _rendition(session, subject, instance, data, NIFTI, None, held=held)
    return series


async def count_instances(session: AsyncSession, series_ids: Iterable[UUID]) -> None:
    """Write how many instances each series holds.

    In one order, so that two requests never wait for each other crosswise.
    """
    for series_id in sorted(set(series_ids)):
        held = select(func.count()).where(Instance.series_id == series_id).scalar_subquery()
        await session.execute(
            update(Series)
            .where(Series.id == series_id)
            .values(instances=held)
            .execution_options(synchronize_session=False)
        )


async def _study(session: AsyncSession, subject: Subject, **values: Any) -> UUID:
    row = {"site_id": subject.site_id, "subject_id": subject.id, **values}
    await session.execute(insert(Study).values(row).on_conflict_do_nothing())
    found = await session.execute(
        select(Study.id, Study.subject_id).where(
            Study.site_id == subject.site_id, Study.study_uid == values["study_uid"]
        )
    )
    study_id, owner = found.one()
    if owner != subject.id:
        raise ConflictingBytesError("This study is on record for another subject.")
    return study_id


async def _series(
    session: AsyncSession, subject: Subject, *, study_id: UUID, **values: Any
) -> UUID:
    row = {"site_id": subject.site_id, "subject_id": subject.id, "study_id": study_id, **values}
    await session.execute(insert(Series).values(row).on_conflict_do_nothing())
    found = await session.execute(
        select(Series.id, Series.study_id).where(
            Series.site_id == subject.site_id, Series.series_uid == values["series_uid"]
        )
    )
    series_id, study = found.one()
    if study != study_id:
        raise ConflictingBytesError("This series is on record in another study.")
    return series_id


async def _instance(
    session: AsyncSession,
    subject: Subject,
    series_id: UUID,
    sop_uid: str,
    sop_class_uid: str | None,
    number: int | None,
) -> tuple[UUID, bool]:
    """Return the instance, and whether it was there before."""
    row = {
        "site_id": subject.site_id,
        "subject_id": subject.id,
        "series_id": series_id,
        "sop_uid": sop_uid,
        "sop_class_uid": sop_class_uid,
        "number": number,
    }
    new: UUID | None = await session.scalar(
        insert(Instance).values(row).on_conflict_do_nothing().returning(Instance.id)
    )
    if new is not None:
        return new, False
    found = await session.execute(
        select(Instance.id, Instance.series_id).where(
            Instance.site_id == subject.site_id, Instance.sop_uid == sop_uid
        )
    )
    instance_id, series = found.one()
    if series != series_id:
        raise ConflictingBytesError("This instance is on record in another series.")
    return instance_id, True


async def _rendition(
    session: AsyncSession,
    subject: Subject,
    instance_id: UUID,
    data: bytes,
    transfer_syntax: str,
    pixels: str | None,
    *,
    held: bool,
) -> None:
    sha256 = digest(data)
    if held and await _is_held(session, instance_id, sha256, transfer_syntax, pixels):
        return
    stored = await store(session, data, site_id=subject.site_id, subject_id=subject.id)
    row = {
        "site_id": subject.site_id,
        "subject_id": subject.id,
        "instance_id": instance_id,
        "sha256": sha256,
        "object_id": stored.id,
        "transfer_syntax": transfer_syntax,
        "pixel_sha256": pixels,
    }
    await session.execute(insert(Rendition).values(row).on_conflict_do_nothing())


async def _is_held(
    session: AsyncSession,
    instance_id: UUID,
    sha256: str,
    transfer_syntax: str,
    pixels: str | None,
) -> bool:
    rows = await session.scalars(select(Rendition).where(Rendition.instance_id == instance_id))
    held = list(rows)
    if any(row.sha256 == sha256 for row in held):
        return True
    if any(
        row.transfer_syntax == transfer_syntax or row.pixel_sha256 != pixels or pixels is None
        for row in held
    ):
        raise ConflictingBytesError("This instance is on record with other bytes.")
    return False
