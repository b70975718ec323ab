"""The manifest of a version, from its rows: lines, salts, header, id."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.proof.version import FileLine, VersionManifest, build_version
from renkei.publish.cases import Case
from renkei.publish.server.files import frozen_version
from renkei.publish.server.tables import VersionCase

NAMES = {"image": "image.nii.gz", "labels": "labels.rlab", "facts": "case.json"}


def line_of(row: dict[str, Any]) -> FileLine:
    """Return a stored line as the manifest's own type."""
    return FileLine(**(row | {"sources": tuple(row.get("sources", ()))}))


def row_of(line: FileLine) -> dict[str, Any]:
    """Return a line as it is stored."""
    found: dict[str, Any] = {name: getattr(line, name) for name in line.__slots__}
    return found | {"sources": list(line.sources)}


def path_of(case: VersionCase, role: str) -> str:
    """Return the path of a file of a case."""
    return f"{case.released_subject}/{case.released_case}/{NAMES[role]}"


def manifest_of(header: dict[str, Any], cases: Sequence[VersionCase]) -> VersionManifest:
    """Build the manifest of cases whose lines stand."""
    return build_version(
        header,
        [line_of(row) for case in cases for row in case.lines or []],
        {case.released_subject: bytes.fromhex(case.salt) for case in cases},
    )


async def cases_of_version(session: AsyncSession, version_id: UUID) -> list[VersionCase]:
    """Return the cases of a version that the actor may see, by their released names."""
    found = await session.scalars(
        select(VersionCase)
        .where(VersionCase.version_id == version_id)
        .order_by(VersionCase.released_case)
    )
    return list(found)


async def version_manifest(session: AsyncSession, *, version_id: UUID) -> VersionManifest:
    """Return the whole manifest of a frozen version, salts and sealed part included.

    Only an actor who sees every case gets one whose id is the version's.

    Raises:
        NotFoundError: There is no such version that the actor may see.
        NotFrozenError: It is a draft.
    """
    version = await frozen_version(session, version_id=version_id)
    return manifest_of(version.header or {}, await cases_of_version(session, version_id))


def as_case(row: VersionCase) -> Case:
    """Return a row as the library reads cases."""
    return Case(
        name=row.released_case,
        subject=row.released_subject,
        image=path_of(row, "image"),
        image_sha256=row.image_sha256,
        labels=path_of(row, "labels") if row.label_object_id else None,
        split=row.split,
        facts=row.facts,
    )
