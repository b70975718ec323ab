"""A worker that is killed while it carries out a plan leaves one image with its lineage."""

from uuid import UUID

from sqlalchemy import func, select
from tests.committed import connection
from tests.preprocess.server.test_run import QUICK

from renkei.preprocess.server.plans import keep_plan
from renkei.preprocess.server.start import start_run
from renkei.server.lineage import Run
from renkei.server.storage import StoredObject

__all__ = ["connection"]


async def test_a_run_is_carried_out_once(session, ready, killed) -> None:
    run = await start_run(session, plan=await keep_plan(session, toml=QUICK), series_id=ready.id)
    await session.commit()
    before = set(await session.scalars(select(StoredObject.id)))
    made = await session.scalar(select(func.count()).select_from(Run))
    assert (await killed("preprocess.run")).inside > 0
    await session.refresh(run)
    assert run.state == "done"
    # Image, labels and pictures, made by one run of the line: a second one would store others.
    pictures = {UUID(one) for _, one in run.views["layers"]}
    named = {run.image_object_id, run.label_object_id} | pictures
    assert set(await session.scalars(select(StoredObject.id))) == before | named
    assert await session.scalar(select(func.count()).select_from(Run)) == made + 1
