"""A worker that is killed while it synthesises leaves one set with its cases."""

from sqlalchemy import func, select
from tests.committed import connection
from tests.publish.server.conftest import add_case, govern, plan
from tests.synthesize.server.test_synthesize import frozen

from renkei.server.jobs import defer
from renkei.synthesize.server.synthesize import open_set
from renkei.synthesize.server.tables import SetState, SyntheticCase, SyntheticSet

__all__ = ["add_case", "connection", "frozen", "govern", "plan"]


async def test_a_set_is_made_once(session, frozen, killed) -> None:
    row = await open_set(session, version_id=frozen.id, generator="procedural_lesion", count=2)
    await defer(session, "synthesize.run", set_id=row.id)
    await session.commit()
    assert (await killed("synthesize.run")).inside > 0
    session.expire_all()
    assert (await session.scalars(select(SyntheticSet.state))).one() is SetState.PASSED
    assert await session.scalar(select(func.count()).select_from(SyntheticCase)) == 2
