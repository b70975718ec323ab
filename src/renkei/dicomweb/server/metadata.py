"""Attributes of objects below a root; each object is read once while they are kept."""

import json

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei import compute
from renkei.dicomweb.attributes import Attributes, placed, renamed
from renkei.dicomweb.frames import metadata
from renkei.dicomweb.server.below import Kept, Place, Scope, kept_at
from renkei.dicomweb.server.cache import Cache
from renkei.server.storage import ObjectErasedError, StoredObject, load_many

# Attributes of a series are read together, so they are kept together.
HEADERS: Cache[list[Attributes]] = Cache(64 << 20, lambda found: len(json.dumps(found)))


async def metadata_at(session: AsyncSession, scope: Scope, place: Place) -> list[Attributes]:
    """Return the attributes of every instance at an address, without bulk.

    Raises:
        NoSuchImageError: There is none below the root.
        ObjectErasedError: A subject's key was destroyed, also when its attributes are still kept.
    """
    kept = await kept_at(session, scope, place)
    ids = tuple(one.object_id for one in kept)
    erased = await session.scalar(
        select(StoredObject.id)
        .where(StoredObject.id.in_(ids), StoredObject.erased_at.is_not(None))
        .limit(1)
    )
    if erased is not None:
        raise ObjectErasedError("This data was erased; only the record of it is left.")

    async def make() -> list[Attributes]:
        return await compute.run(metadata, await load_many(session, ids), seconds=120.0)

    found = await HEADERS.get(ids, make)
    return [_told(scope, one, attributes) for one, attributes in zip(kept, found, strict=True)]


def _told(scope: Scope, one: Kept, attributes: Attributes) -> Attributes:
    if not scope.blind:
        return placed(attributes, one.url)
    named = attributes if one.made else renamed(attributes, scope.uid)
    return placed(named, one.url, scope.alias(one.subject_id))
