"""The files of one request: each finds its place and is stored, or is held with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from renkei.collect.kinds import DATA_TYPE
from renkei.collect.scans import DicomFacts
from renkei.collect.server.batch import RETRIED
from renkei.collect.server.facts import ConflictingBytesError, write_series
from renkei.collect.server.hold import hold_file
from renkei.collect.server.instances import Copy, write_instances
from renkei.collect.server.permit import Gate
from renkei.collect.server.tables import Batch, BatchFile, FileState
from renkei.consent.allow import Reason
from renkei.server.audit import record_many
from renkei.subjects.server.tables import Subject

CONFLICT = "conflict"
NOT_IN_MANIFEST = "not_in_manifest"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one file; the UIDs are those that it names, where it can be read."""

    state: FileState
    reason: str | None
    sop_class_uid: str | None = None
    sop_uid: str | None = None


@dataclass(frozen=True, slots=True)
class Came:
    """One file of a request: its place there, its bytes, and what was read in it."""

    index: int
    data: bytes
    blake3: str
    read: DicomFacts | str

    @property
    def uid(self) -> str:
        """Return what it is about: the instance, else these bytes."""
        return self.blake3 if isinstance(self.read, str) else self.read.sop_uid


@dataclass(frozen=True, slots=True)
class Fitting:
    """A file that has its series."""

    series_id: UUID
    subject: Subject
    row: BatchFile
    came: Came
    copy: Copy


class Group:
    """The files of one request, with what was found for all of them."""

    def __init__(self, session: AsyncSession, batch: Batch, rows: Sequence[BatchFile]) -> None:
        self.session = session
        self.batch = batch
        self.gate = Gate(session, batch)
        self.rows = rows
        self.series: set[UUID] = set()
        self.stored: dict[UUID, list[str]] = {}
        self.known: dict[tuple[UUID, str, str], UUID | None] = {}

    async def take(self, came: Sequence[Came]) -> dict[int, Taken]:
        """Take files of distinct instances; return what became of each."""
        taken: dict[int, Taken] = {}
        fitting: dict[UUID, list[Fitting]] = {}
        for one in came:
            same = [row for row in self.rows if row.blake3 == one.blake3]
            row = next((r for r in same if r.state is not FileState.STORED), None)
            if row is None and same:
                taken[one.index] = _taken(FileState.STORED, None, one.read)
            elif row is None:
                taken[one.index] = await self._stranger(one.data, one.read)
            elif row.state is FileState.QUARANTINED and row.reason not in RETRIED:
                taken[one.index] = _taken(row.state, row.reason, one.read)
            else:
                found = await self._place(row, one)
                if isinstance(found, Fitting):
                    fitting.setdefault(found.series_id, []).append(found)
                else:
                    taken[one.index] = found
        for series_id, files in fitting.items():
            taken |= await self._store(series_id, files)
        return taken

    async def _place(self, row: BatchFile, one: Came) -> Fitting | Taken:
        """Return the series that a file goes to, or hold it with the reason why it cannot."""
        subject, read = await self._admit(row, one.read), one.read
        if isinstance(subject, str) or isinstance(read, str):
            return await self._refuse(row, one, str(subject), None)
        key = (subject.id, read.study_uid, read.series_uid)
        if key not in self.known:
            self.known[key] = await self._series(subject, read)
        series_id = self.known[key]
        if series_id is None:
            return await self._refuse(row, one, CONFLICT, subject.id)
        return Fitting(series_id, subject, row, one, copy_of(read, one.data))

    async def _series(self, subject: Subject, read: DicomFacts) -> UUID | None:
        try:
            async with self.session.begin_nested():
                return await write_series(self.session, subject=subject, facts=read)
        except ConflictingBytesError:
            return None

    async def _store(self, series_id: UUID, files: Sequence[Fitting]) -> dict[int, Taken]:
        subject = files[0].subject
        copies = [file.copy for file in files]
        stands = await write_instances(
            self.session, subject=subject, series_id=series_id, copies=copies
        )
        self.series.add(series_id)
        taken, kept = {}, []
        for file, sha256 in zip(files, stands, strict=True):
            one, row = file.came, file.row
            if sha256 is None:
                taken[one.index] = await self._refuse(row, one, CONFLICT, subject.id)
                continue
            row.state, row.reason, row.subject_id = FileState.STORED, None, subject.id
            row.sha256, row.parts = sha256, 1
            self.stored.setdefault(subject.id, []).append(sha256)
            taken[one.index] = _taken(FileState.STORED, None, one.read)
            kept.append(row)
        await record_many(self.session, "collect.take", kept)
        return taken

    async def _refuse(
        self, row: BatchFile, one: Came, reason: str, subject_id: UUID | None
    ) -> Taken:
        await self._hold(row, one.data, reason, subject_id)
        return _taken(FileState.QUARANTINED, reason, one.read)

    async def _admit(self, row: BatchFile, read: DicomFacts | str) -> Subject | str:
        if row.refused is not None or isinstance(read, str):
            return row.refused or str(read)
        if row.pseudonym is None or read.patient_id != row.pseudonym:
            return Reason.UNKNOWN_SUBJECT.value
        if row.sop_uid not in {None, read.sop_uid}:
            return NOT_IN_MANIFEST
        return await self.gate.admit(
            row.pseudonym,
            data_type=DATA_TYPE["dicom"],
            modality=read.modality,
            body_part=read.body_part,
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


def copy_of(facts: DicomFacts, data: bytes) -> Copy:
    """Return a read file as the copy of its instance that is written."""
    return Copy(
        sop_uid=facts.sop_uid,
        sop_class_uid=facts.sop_class_uid,
        number=facts.number,
        transfer_syntax=facts.transfer_syntax,
        pixel_sha256=facts.pixel_sha256,
        data=data,
        header_sha256=facts.header_sha256,
    )


def _taken(state: FileState, reason: str | None, read: DicomFacts | str) -> Taken:
    if isinstance(read, str):
        return Taken(state, reason)
    return Taken(state, reason, read.sop_class_uid, read.sop_uid)
