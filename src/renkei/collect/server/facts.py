"""Write the facts of what is taken: study and series, and a NIfTI file as one of them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.collect.kinds import MalformedError
from renkei.collect.scans import DicomFacts
from renkei.collect.server.instances import Copy, write_instances
from renkei.errors import DataRefusedError
from renkei.proof import digest
from renkei.subjects.server.tables import Instance, Series, Source, Study, Subject

NIFTI = "nifti"


class ConflictingBytesError(DataRefusedError):
    """The same identifier came with other bytes, or for another subject."""


async def write_series(session: AsyncSession, *, subject: Subject, facts: DicomFacts) -> UUID:
    """Return the series that an instance belongs to; it and its study are written when new.

    Raises:
        ConflictingBytesError: A UID stands for something else at this hospital.
    """
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
    copy = Copy(uid, None, 1, NIFTI, None, data)
    if None in await write_instances(session, subject=subject, series_id=series, copies=[copy]):
        raise ConflictingBytesError("This instance is on record with other bytes.")
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
