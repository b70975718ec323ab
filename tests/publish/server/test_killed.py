"""A worker that is killed while it freezes leaves a draft, or one frozen version."""

from sqlalchemy import func, select
from tests.committed import connection

from renkei.publish.server.tables import Product, Version, VersionCase, VersionState
from renkei.server.events import EventRow
from renkei.server.jobs import defer

__all__ = ["connection"]


async def test_a_version_is_frozen_once(session, draft, killed) -> None:
    await defer(session, "publish.freeze", version_id=draft.id)
    await session.commit()
    assert (await killed("publish.freeze")).inside > 0
    session.expire_all()
    assert (await session.scalars(select(Version.state))).one() is VersionState.FROZEN
    assert await session.scalar(select(func.count()).select_from(Product)) == 1
    assert await session.scalar(select(func.count()).select_from(VersionCase)) == 18
    assert list(await session.scalars(select(EventRow.name))).count("VersionFrozen") == 1
