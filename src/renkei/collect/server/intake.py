"""Take DICOM files into a batch: bytes in storage, rows, audit and event in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from blake3 import blake3
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei import __version__, compute
from renkei.child import ChildCrashedError, ChildTimeoutError
from renkei.collect.kinds import DATA_TYPE, LIMIT
from renkei.collect.scans import DicomFacts, read_dicoms
from renkei.collect.server.batch import RETRIED
from renkei.collect.server.facts import ConflictingBytesError, count_instances, write_instance
from renkei.collect.server.hold import hold_file
from renkei.collect.server.permit import Gate, lock_batch
from renkei.collect.server.received import (
    BatchClosed,
    RecordReceived,
    SeriesReceived,
    SlideReceived,
)
from renkei.collect.server.tables import Batch, BatchFile, FileState
from renkei.consent.allow import Reason
from renkei.proof import digest
from renkei.server.audit import record
from renkei.server.lineage import record_run
from renkei.subjects.server.tables import Subject

__all__ = ["BatchClosed", "RecordReceived", "SeriesReceived", "SlideReceived", "Taken"]

CONFLICT = "conflict"
NOT_IN_MANIFEST = "not_in_manifest"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one file; the UIDs are those that it names, where it can be read."""

    state: FileState
    reason: str | None
    sop_class_uid: str | None = None
    sop_uid: str | None = None


async def take_dicom(session: AsyncSession, *, batch_id: UUID, data: bytes) -> Taken:
    """Take one DICOM file; see `take_dicoms`."""
    return (await take_dicoms(session, batch_id=batch_id, files=[data]))[0]


async def take_dicoms(
    session: AsyncSession, *, batch_id: UUID, files: Sequence[bytes]
) -> list[Taken]:
    """Take a group of DICOM files; what cannot be taken goes to quarantine with its reason.

    The same file again changes nothing.

    Raises:
        NoSuchBatchError: There is none, or none that the actor may see.
        BatchClosedError: It is closed.
    """
    read = await _read(files)
    batch = await lock_batch(session, batch_id=batch_id)
    hashes = [blake3(data).hexdigest() for data in files]
    group = _Group(session, batch, await _rows(session, batch, hashes, read))
    taken: dict[int, Taken] = {}
    # One order for every request, so that two of them never wait for each other crosswise.
    for index in sorted(range(len(files)), key=lambda i: _order(read[i], hashes[i])):
        taken[index] = await group.take(files[index], hashes[index], read[index])
    await count_instances(session, group.series)
    for subject_id, outputs in group.stored.items():
        await record_run(
            session,
            kind="collect.take",
            code=f"renkei {__version__}",
            parameters={"batch": str(batch.id)},
            inputs=[],
            outputs=outputs,
            subjects=[subject_id],
        )
    return [taken[index] for index in range(len(files))]


async def _read(files: Sequence[bytes]) -> list[DicomFacts | str]:
    """Read the files together; when one breaks the reader, read each in a process of its own."""
    small = [data if len(data) <= LIMIT["dicom"] else b"" for data in files]
    seconds = 30.0 + 2.0 * len(files)
    try:
        return await compute.run(read_dicoms, small, seconds=seconds)
    except (ChildCrashedError, ChildTimeoutError) as error:
        if len(files) == 1:
            return [error.code]
    return [(await _read([data]))[0] for data in small]


def _order(read: DicomFacts | str, blake3_hex: str) -> tuple[str, ...]:
    if isinstance(read, str):
        return ("", blake3_hex)
    return (read.patient_id, read.study_uid, read.series_uid, read.sop_uid, blake3_hex)


async def _rows(
    session: AsyncSession,
    batch: Batch,
    hashes: Sequence[str],
    read: Sequence[DicomFacts | str],
) -> list[BatchFile]:
    uids = [facts.sop_uid for facts in read if not isinstance(facts, str)]
    rows = await session.scalars(
        select(BatchFile)
        .where(
            BatchFile.batch_id == batch.id,
            BatchFile.kind == "dicom",
            or_(BatchFile.blake3.in_(hashes), BatchFile.sop_uid.in_(uids)),
        )
        .order_by(BatchFile.n)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(rows)


class _Group:
    """The files of one request, with what was found for all of them."""

    def __init__(self, session: AsyncSession, batch: Batch, rows: Sequence[BatchFile]) -> None:
        self.session = session
        self.batch = batch
        self.gate = Gate(session, batch)
        self.rows = rows
        self.series: set[UUID] = set()
        self.stored: dict[UUID, list[str]] = {}
        self.known: dict[UUID, dict[str, UUID]] = {}

    async def take(self, data: bytes, blake3_hex: str, read: DicomFacts | str) -> Taken:
        """Take one file."""
        same = [row for row in self.rows if row.blake3 == blake3_hex]
        row = next((r for r in same if r.state is not FileState.STORED), None)
        if row is None and same:
            return _taken(FileState.STORED, None, read)
        if row is None:
            return await self._stranger(data, read)
        if row.state is FileState.QUARANTINED and row.reason not in RETRIED:
            return _taken(row.state, row.reason, read)
        reason, subject_id = await self._store(row, data, read)
        if reason is not None:
            await self._hold(row, data, reason, subject_id)
            return _taken(FileState.QUARANTINED, reason, read)
        return _taken(FileState.STORED, None, read)

    async def _store(
        self, row: BatchFile, data: bytes, read: DicomFacts | str
    ) -> tuple[str | None, UUID | None]:
        subject = await self._admit(row, read)
        if isinstance(subject, str) or isinstance(read, str):
            return str(subject), None
        try:
            async with self.session.begin_nested():
                series = await write_instance(
                    self.session,
                    subject=subject,
                    facts=read,
                    data=data,
                    known=self.known.setdefault(subject.id, {}),
                )
        except ConflictingBytesError:
            return CONFLICT, subject.id
        self.series.add(series)
        row.state, row.reason, row.subject_id = FileState.STORED, None, subject.id
        row.sha256, row.parts = digest(data), 1
        self.stored.setdefault(subject.id, []).append(row.sha256)
        await record(self.session, "collect.take", row)
        return None, subject.id

    async def _admit(self, row: BatchFile, read: DicomFacts | str) -> Subject | str:
        if row.refused is not None or isinstance(read, str):
            return row.refused or str(read)
        if row.pseudonym is None or read.patient_id != row.pseudonym:
            return Reason.UNKNOWN_SUBJECT.value
        if row.sop_uid not in {None, read.sop_uid}:
            return NOT_IN_MANIFEST
        return await self.gate.admit(
            row.pseudonym, data_type=DATA_TYPE["dicom"], modality=read.modality
        )

    async def _stranger(self, data: bytes, read: DicomFacts | str) -> Taken:
        """Hold bytes that the manifest does not name; with a known UID they came damaged."""
        uid = None if isinstance(read, str) else read.sop_uid
        row = next((r for r in self.rows if uid is not None and r.sop_uid == uid), None)
        if row is None:
            reason = NOT_IN_MANIFEST
        elif row.state is FileState.STORED:
            row, reason = None, CONFLICT
        else:
            reason = "truncated" if len(data) < row.bytes else "hash_mismatch"
        await self._hold(row, data, reason, None)
        return _taken(FileState.QUARANTINED, reason, read)

    async def _hold(
        self, row: BatchFile | None, data: bytes, reason: str, subject_id: UUID | None
    ) -> None:
        await hold_file(
            self.session,
            batch=self.batch,
            row=row,
            kind="dicom",
            data=data,
            reason=reason,
            subject_id=subject_id,
        )


def _taken(state: FileState, reason: str | None, read: DicomFacts | str) -> Taken:
    if isinstance(read, str):
        return Taken(state, reason)
    return Taken(state, reason, read.sop_class_uid, read.sop_uid)
