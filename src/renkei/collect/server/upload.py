"""Take the other kinds: NIfTI, slides, tables, FHIR, gene files, labels, reports."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from blake3 import blake3
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei import __version__, compute
from renkei.collect.claims import Claim
from renkei.collect.kinds import DATA_TYPE, LIMIT
from renkei.collect.part import Part, Sent
from renkei.collect.parting import part_file
from renkei.collect.scans import read_nifti_modality, read_slide
from renkei.collect.server.batch import RETRIED
from renkei.collect.server.bind import Unbound, bind_label
from renkei.collect.server.facts import ConflictingBytesError, count_instances, write_nifti
from renkei.collect.server.genes import is_gene_code
from renkei.collect.server.group import CONFLICT
from renkei.collect.server.hold import hold_file, hold_part
from renkei.collect.server.intake import Taken
from renkei.collect.server.permit import Gate, lock_batch
from renkei.collect.server.received import RecordReceived, SlideReceived
from renkei.collect.server.tables import Batch, BatchFile, FileState
from renkei.consent.allow import Reason
from renkei.errors import DataRefusedError, NotFoundError
from renkei.proof import digest
from renkei.server.audit import record
from renkei.server.events import emit
from renkei.server.lineage import record_run
from renkei.server.storage import Plain, store
from renkei.subjects.server.tables import Record, RecordKind, Slide, Subject


class NoSuchBatchFileError(NotFoundError):
    """The manifest has no upload of that number."""


async def take_upload(session: AsyncSession, *, batch_id: UUID, n: int, data: Plain) -> Taken:
    """Take the file that the manifest numbers `n`; what cannot be taken goes to quarantine.

    The same file again changes nothing.

    Raises:
        NoSuchBatchError: There is none, or none that the actor may see.
        BatchClosedError: It is closed.
        NoSuchBatchFileError: The manifest has no such number, or it is a DICOM file's.
    """
    batch = await lock_batch(session, batch_id=batch_id)
    row = await find_upload(session, batch_id=batch_id, n=n)
    waits = row.state is FileState.EXPECTED or row.reason in RETRIED
    if not waits:
        return Taken(row.state, row.reason)
    reason = await asyncio.to_thread(_bytes_differ, row, data) or row.refused
    if reason is None:
        try:
            async with session.begin_nested():
                reason = await Upload(session, batch, row, data).take()
        except DataRefusedError as error:
            reason = CONFLICT if isinstance(error, ConflictingBytesError) else error.code
    if reason is not None:
        await session.refresh(row)
        await hold_file(session, batch=batch, row=row, kind=row.kind, data=data, reason=reason)
        return Taken(FileState.QUARANTINED, reason)
    sha256 = await asyncio.to_thread(digest, data)
    row.state, row.reason, row.sha256 = FileState.STORED, None, sha256
    await record(session, "collect.take", row)
    return Taken(FileState.STORED, None)


async def find_upload(session: AsyncSession, *, batch_id: UUID, n: int) -> BatchFile:
    """Return the manifest's line of an upload, locked.

    Raises:
        NoSuchBatchFileError: The manifest has no such number, or it is a DICOM file's.
    """
    row = await session.scalar(
        select(BatchFile)
        .where(BatchFile.batch_id == batch_id, BatchFile.n == n, BatchFile.kind != "dicom")
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NoSuchBatchFileError("The manifest has no such upload.")
    return row


def _bytes_differ(row: BatchFile, data: Plain) -> str | None:
    if len(data) > LIMIT[row.kind]:
        return "too_large"
    if blake3(data).hexdigest() == row.blake3:
        return None if data else "empty_file"
    return "truncated" if len(data) < row.bytes else "hash_mismatch"


class Upload:
    """One file on its way into storage; each step returns the reason why not, or None."""

    def __init__(
        self,
        session: AsyncSession,
        batch: Batch,
        row: BatchFile,
        data: Plain,
        *,
        decided: bool = False,
    ) -> None:
        self.session = session
        self.batch = batch
        self.row = row
        self.data = data
        # A person releases it: what the manifest said of consents may be out of date by now.
        self.decided = decided
        self.gate = Gate(session, batch)
        # Whose share of the file counts as an individual identification code.
        self.codes: set[str] = set()
        self.refers: dict[str, Any] | None = row.refers

    async def take(self) -> str | None:
        """Take it as what it was sent as."""
        if self.row.kind == "nifti":
            return await self._nifti()
        if self.row.kind == "slide":
            return await self._slide()
        return await self._parts()

    async def _nifti(self) -> str | None:
        refers = self.row.refers or {}
        modality = await compute.run(
            read_nifti_modality, self.data[:], refers.get("modality"), seconds=60.0
        )
        subject = await self._subject(modality)
        if isinstance(subject, str):
            return subject
        series = await write_nifti(
            self.session, subject=subject, modality=modality, refers=refers, data=self.data[:]
        )
        await count_instances(self.session, [series])
        await self._lineage(subject.id, digest(self.data))
        return None

    async def _slide(self) -> str | None:
        subject = await self._subject("SM")
        if isinstance(subject, str):
            return subject
        with tempfile.TemporaryDirectory() as folder:
            # A name of ours: the sender's never reaches the file system.
            path = Path(folder, "slide.svs")
            await asyncio.to_thread(path.write_bytes, self.data)
            facts = await compute.run(read_slide, str(path), seconds=120.0)
        stored = await store(
            self.session, self.data, site_id=subject.site_id, subject_id=subject.id
        )
        values = insert(Slide).values(
            subject_id=subject.id,
            site_id=subject.site_id,
            sha256=stored.plain_sha256,
            object_id=stored.id,
            width=facts.width,
            height=facts.height,
            mpp=facts.mpp,
        )
        fresh = await self.session.scalar(values.on_conflict_do_nothing().returning(Slide.id))
        if fresh is not None:
            await emit(self.session, SlideReceived(fresh), site_id=subject.site_id)
        await self._lineage(subject.id, stored.plain_sha256)
        return None

    async def _subject(self, modality: str | None) -> Subject | str:
        if self.row.pseudonym is None:
            return Reason.UNKNOWN_SUBJECT.value
        subject = await self.gate.admit(
            self.row.pseudonym, data_type=DATA_TYPE[self.row.kind], modality=modality
        )
        if isinstance(subject, Subject):
            self.row.subject_id, self.row.parts = subject.id, 1
        return subject

    async def _parts(self) -> str | None:
        known = await pseudonyms_of(self.session, self.batch)
        sent = Sent(self.data[:], self.row.pseudonym, frozenset(known))
        parts = await compute.run(part_file, self.row.kind, sent, seconds=120.0)
        admitted: list[tuple[Part, Subject]] = []
        refused: list[tuple[Part, str]] = []
        for part in parts:
            reason = None if self.decided or known[part.pseudonym] else Reason.NO_CONSENT.value
            code = await is_gene_code(
                self.session,
                site_id=self.batch.site_id,
                pseudonym=part.pseudonym,
                told=part.genes,
                data=part.data,
            )
            if code:
                self.codes.add(part.pseudonym)
            subject = reason or await self.gate.admit(
                part.pseudonym, data_type=DATA_TYPE[self.row.kind], gene_codes=code
            )
            if isinstance(subject, Subject) and part.claim is not None:
                unbound = await self._bind(part.claim, subject)
                subject = unbound or subject
            if isinstance(subject, str):
                refused.append((part, subject))
            else:
                admitted.append((part, subject))
        if not admitted:
            return refused[0][1]
        if len(parts) > 1:
            await self._keep_original()
        for part, subject in admitted:
            await self._write(part, subject)
        for part, reason in refused:
            await hold_part(
                self.session,
                batch=self.batch,
                row=self.row,
                data=part.data,
                reason=reason,
                subject_id=None,
            )
        self.row.parts = len(admitted)
        self.row.subject_id = admitted[0][1].id if len(parts) == 1 else None
        return None

    async def _keep_original(self) -> None:
        original = await store(
            self.session, self.data, site_id=self.batch.site_id, batch_id=self.batch.id
        )
        self.row.original_id = original.id

    async def _bind(self, claim: Claim, subject: Subject) -> str | None:
        found = await bind_label(self.session, subject=subject, claim=claim, refers=self.row.refers)
        if isinstance(found, Unbound):
            return found.value
        self.refers = found
        return None

    async def _write(self, part: Part, subject: Subject) -> None:
        stored = await store(
            self.session,
            part.data,
            site_id=subject.site_id,
            subject_id=subject.id,
            genome=part.pseudonym in self.codes,
        )
        values = insert(Record).values(
            subject_id=subject.id,
            site_id=subject.site_id,
            kind=RecordKind(self.row.kind),
            format=part.format,
            sha256=stored.plain_sha256,
            date=part.date,
            data=dict(part.summary),
            object_id=stored.id,
            refers=self.refers,
            gene_code=part.pseudonym in self.codes,
        )
        fresh = await self.session.scalar(values.on_conflict_do_nothing().returning(Record.id))
        if fresh is not None:
            await emit(self.session, RecordReceived(fresh), site_id=subject.site_id)
        await self._lineage(subject.id, stored.plain_sha256)

    async def _lineage(self, subject_id: UUID, sha256: str) -> None:
        # A split file is no input: its subjects would all be taken for those of each part.
        await record_run(
            self.session,
            kind="collect.take",
            code=f"renkei {__version__}",
            parameters={"batch": str(self.batch.id), "n": self.row.n},
            inputs=[],
            outputs=[sha256],
            subjects=[subject_id],
        )


async def pseudonyms_of(session: AsyncSession, batch: Batch) -> dict[str, bool]:
    """Return whom the manifest names, each with whether there is a consent."""
    subjects = await session.scalar(select(Batch.manifest["subjects"]).where(Batch.id == batch.id))
    return {s["pseudonym"]: s["consent"] is not None for s in subjects or []}
