"""Take DICOM files into a batch: bytes in storage, rows, audit and event in one transaction."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from blake3 import blake3
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei import __version__, compute
from renkei.child import ChildCrashedError, ChildTimeoutError
from renkei.collect.kinds import LIMIT
from renkei.collect.scans import DicomFacts, read_dicoms
from renkei.collect.server.facts import count_instances
from renkei.collect.server.group import Came, Group, Taken
from renkei.collect.server.permit import lock_batch
from renkei.collect.server.received import (
    BatchClosed,
    RecordReceived,
    SeriesReceived,
    SlideReceived,
)
from renkei.collect.server.tables import Batch, BatchFile
from renkei.server.lineage import record_run

__all__ = ["BatchClosed", "RecordReceived", "SeriesReceived", "SlideReceived", "Taken"]


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
    read = await read_files(files)
    batch = await lock_batch(session, batch_id=batch_id)
    hashes = [blake3(data).hexdigest() for data in files]
    group = Group(session, batch, await _rows(session, batch, hashes, read))
    # One order for every request, so that two of them never wait for each other crosswise.
    order = sorted(range(len(files)), key=lambda i: _order(read[i], hashes[i]))
    came = [Came(i, files[i], hashes[i], read[i]) for i in order]
    taken: dict[int, Taken] = {}
    for distinct in _rounds(came):
        taken |= await group.take(distinct)
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


async def read_files(files: Sequence[bytes]) -> list[DicomFacts | str]:
    """Read the files together; when one breaks the reader, read each in a process of its own."""
    small = [data if len(data) <= LIMIT["dicom"] else b"" for data in files]
    seconds = 30.0 + 2.0 * len(files)
    try:
        return await compute.run(read_dicoms, small, seconds=seconds)
    except (ChildCrashedError, ChildTimeoutError) as error:
        if len(files) == 1:
            return [error.code]
    return [(await read_files([data]))[0] for data in small]


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


def _rounds(came: list[Came]) -> Iterator[list[Came]]:
    """Yield the files in groups without two of one instance, so that the first of them stands."""
    while came:
        seen: set[str] = set()
        now: list[Came] = []
        later: list[Came] = []
        for one in came:
            (later if one.uid in seen else now).append(one)
            seen.add(one.uid)
        yield now
        came = later
