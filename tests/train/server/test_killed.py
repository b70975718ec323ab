"""A worker that is killed while it trains or looks leaves one model and one counted look."""

from sqlalchemy import func, select
from tests.committed import connection

from renkei.server.jobs import defer
from renkei.train.server.tables import Evaluation, Look, Model
from renkei.train.server.train import open_run

__all__ = ["connection"]


async def test_a_model_is_trained_once_and_a_look_is_counted_once(session, frozen, killed) -> None:
    run = await open_run(session, version_id=frozen.id, recipe="voxel_forest")
    await defer(session, "train.run", run_id=run.id)
    await session.commit()
    assert (await killed("train.run")).inside > 0
    model_id = (await session.scalars(select(Model.id))).one()
    await defer(session, "train.look", model_id=model_id)
    await session.commit()
    assert (await killed("train.look")).inside > 1
    assert await session.scalar(select(func.count()).select_from(Look)) == 1
    sides = sorted(await session.scalars(select(Evaluation.side)))
    assert sides == ["test", "validation"]
