"""What steps give beside the results: transforms, maps of change, tables of growth."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import NotFoundError
from renkei.preprocess.case import Produced
from renkei.preprocess.server.tables import PlanRun, PlanRunFile
from renkei.server.storage import StoredObject, load, store

# Results with a place of their own in a run: its image, and the second of a pair.
PLACED = 2


class NoSuchRunFileError(NotFoundError):
    """The run has no such file, or none that the actor may see."""


async def keep_files(session: AsyncSession, run: PlanRun, produced: Produced) -> list[StoredObject]:
    """Store every file of a run."""
    kept = []
    for name, given in _named(produced).items():
        data = await asyncio.to_thread(given.read_bytes) if isinstance(given, Path) else given
        stored = await store(session, data, site_id=run.site_id, subject_id=run.subject_id)
        kept.append(stored)
        session.add(
            PlanRunFile(
                run_id=run.id,
                site_id=run.site_id,
                name=name,
                object_id=stored.id,
                sha256=stored.plain_sha256,
                size=stored.size,
            )
        )
    await session.flush()
    return kept


def _named(produced: Produced) -> Mapping[str, bytes | Path]:
    files: dict[str, bytes | Path] = dict(produced.files)
    for made in produced.made[PLACED:]:
        files[f"{made.name}{made.suffix}"] = made.data
    for made in produced.made[1:]:
        if made.labels is not None:
            files[f"{made.name}.labels.rlab"] = made.labels
    return files


async def forget_files(session: AsyncSession, run_ids: list[UUID]) -> None:
    """Strike the files of runs whose bytes were erased."""
    await session.execute(delete(PlanRunFile).where(PlanRunFile.run_id.in_(run_ids)))


async def find_files(session: AsyncSession, run_id: UUID) -> list[PlanRunFile]:
    """Return the files of a run, by name."""
    rows = select(PlanRunFile).where(PlanRunFile.run_id == run_id).order_by(PlanRunFile.name)
    return list(await session.scalars(rows))


async def read_file(session: AsyncSession, run_id: UUID, file_id: UUID) -> tuple[str, bytes]:
    """Return the name and the bytes of one file.

    Raises:
        NoSuchRunFileError: There is none, or none that the actor may see.
        ObjectErasedError: The subject's key was destroyed.
    """
    found = await session.get(PlanRunFile, file_id)
    if found is None or found.run_id != run_id:
        raise NoSuchRunFileError("There is no such file; choose one from the run's list.")
    return found.name, await load(session, found.object_id)
