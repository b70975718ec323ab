"""The files of a frozen version, as delivery, training and verification need them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import ConflictError, NotFoundError
from renkei.publish.server.tables import (
    Version,
    VersionCase,
    VersionRecall,
    VersionState,
)
from renkei.server.storage import load_many


class NotFrozenError(ConflictError):
    """The version is still a draft; freeze it first."""


@dataclass(frozen=True, slots=True)
class VersionFile:
    """One file of a version: its path in the manifest and the stored object with its bytes."""

    path: str
    role: str
    split: str
    case_id: UUID
    subject_id: UUID
    site_id: UUID
    released_subject: str
    object_id: UUID
    sha256: str
    size: int
    line: dict[str, Any]


async def frozen_version(session: AsyncSession, *, version_id: UUID) -> Version:
    """Return a frozen version.

    Raises:
        NotFoundError: There is none that the actor may see.
        NotFrozenError: It is a draft.
    """
    version = await session.scalar(select(Version).where(Version.id == version_id))
    if version is None:
        raise NotFoundError("There is no such version; choose one from the list.")
    if version.state is not VersionState.FROZEN:
        raise NotFrozenError("This version is a draft; freeze it first.")
    return version


async def version_files(
    session: AsyncSession, *, version_id: UUID, sealed: bool = False
) -> list[VersionFile]:
    """Return the files of a frozen version, sorted by path.

    Recalled subjects are left out always, the test part of a sealed version unless `sealed` asks
    for it, which only a licence for that part, or the scorer, may do.

    Raises:
        NotFoundError: There is no such version that the actor may see.
        NotFrozenError: It is a draft.
    """
    version = await frozen_version(session, version_id=version_id)
    recalled = set(
        await session.scalars(
            select(VersionRecall.subject_id).where(VersionRecall.version_id == version_id)
        )
    )
    cases = await session.scalars(select(VersionCase).where(VersionCase.version_id == version_id))
    found = []
    for case in cases:
        if case.subject_id in recalled:
            continue
        if version.sealed and case.split == "test" and not sealed:
            continue
        found += [_file(case, line) for line in case.lines or []]
    return sorted(found, key=lambda file: file.path)


def _file(case: VersionCase, line: dict[str, Any]) -> VersionFile:
    by_role = {
        "image": case.image_object_id,
        "labels": case.label_object_id,
        "facts": case.facts_object_id,
    }
    object_id = by_role.get(line["role"])
    if object_id is None:
        raise NotFoundError(
            "The version names a file that has no stored object; restore it from a backup."
        )
    return VersionFile(
        path=line["path"],
        role=line["role"],
        split=line["split"],
        case_id=case.id,
        subject_id=case.subject_id,
        site_id=case.site_id,
        released_subject=case.released_subject,
        object_id=object_id,
        sha256=line["sha256"],
        size=line["size"],
        line=line,
    )


async def file_contents(session: AsyncSession, files: Sequence[VersionFile]) -> dict[str, bytes]:
    """Return the plain bytes of files by their paths in the manifest.

    Raises:
        ObjectErasedError: The key to one was destroyed.
    """
    bodies = await load_many(session, [file.object_id for file in files])
    return {file.path: body for file, body in zip(files, bodies, strict=True)}
