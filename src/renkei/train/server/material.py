"""What a run may read of a version: lawful subjects only, files checked by their hash."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.consent.allow import Use
from renkei.consent.server.allow import allow_many
from renkei.errors import ForbiddenError
from renkei.people.server.tables import Organisation, OrganisationKind
from renkei.publish.server.files import VersionFile, file_contents, frozen_version, version_files
from renkei.publish.server.manifest import line_of
from renkei.server.db import actor_of
from renkei.train.material import Material


class UseNotAllowedError(ForbiddenError):
    """For some subjects of the version this use is not allowed now; open a successor version."""


async def load_material(
    session: AsyncSession, *, version_id: UUID, sides: Sequence[str]
) -> tuple[Material, list[VersionFile]]:
    """Load the files of some sides of a frozen version, without recalled subjects.

    Raises:
        NotFoundError: There is no such version that the actor may see.
        NotFrozenError: It is a draft.
        UseNotAllowedError: Consent, contract or approval of a subject do not allow it now.
    """
    version = await frozen_version(session, version_id=version_id)
    everything = await version_files(session, version_id=version_id, sealed="test" in sides)
    files = [file for file in everything if file.split in sides]
    await require_allowed(session, {file.subject_id for file in files})
    content = await file_contents(session, files)
    lines = tuple(line_of(file.line) for file in files)
    return Material(version.version_hash or "", lines, content), files


async def require_allowed(session: AsyncSession, subjects: set[UUID]) -> None:
    """Ask for every subject whether training on it is allowed today.

    Raises:
        UseNotAllowedError: It is not for some; the facts say why and for how many.
    """
    decisions = await allow_many(
        session, subject_ids=sorted(subjects), use=Use.TRAIN, at=datetime.now(UTC).date()
    )
    refused = [str(d.reasons[0]) for d in decisions.values() if not d.allowed]
    if refused:
        counts = {reason: refused.count(reason) for reason in sorted(set(refused))}
        raise UseNotAllowedError(
            "For some subjects of the version this use is not allowed now; use the next version.",
            **counts,
        )


async def owner_of_products(session: AsyncSession) -> UUID:
    """Return whose key guards what belongs to no single subject: the actor's, or the operator's.

    Raises:
        UseNotAllowedError: There is no operator yet.
    """
    mine = actor_of(session).organisation
    if mine is not None:
        return mine
    found = await session.scalar(
        select(Organisation.id)
        .where(Organisation.kind == OrganisationKind.OPERATOR)
        .order_by(Organisation.id)
        .limit(1)
    )
    if found is None:
        raise UseNotAllowedError("There is no operator who could hold the product; add one first.")
    return found
