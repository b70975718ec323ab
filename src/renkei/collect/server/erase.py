"""Erase single objects that lie under a batch's key."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.server.storage import StoredObject


async def erase_objects(session: AsyncSession, object_ids: Sequence[UUID]) -> int:
    """Destroy the data keys of these objects; return how many were still readable.

    Only for objects of a batch: a subject's are erased together, by the subject's key.
    """
    if not object_ids:
        return 0
    erased = await session.scalars(
        update(StoredObject)
        .where(
            StoredObject.id.in_(object_ids),
            StoredObject.subject_id.is_(None),
            StoredObject.erased_at.is_(None),
        )
        .values(wrapped=None, erased_at=datetime.now(UTC))
        .returning(StoredObject.id)
    )
    return len(list(erased))
