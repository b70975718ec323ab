"""A worker that is killed while it writes to the log leaves each record there once."""

from sqlalchemy import func, select
from tests.collect.conftest import TODAY, opened, permitted, sending
from tests.committed import connection
from tests.ledger.server.test_anchor import enter
from tests.publish.server.conftest import add_case, draft, govern, plan, ready

from renkei.collect.server.batch import close_batch
from renkei.ledger.server.anchor import append_pending
from renkei.ledger.server.tables import Anchor, AnchorState, LogEntry
from renkei.ledger.server.trust import check_log
from renkei.publish.server.freeze import freeze_version

__all__ = ["add_case", "connection", "draft", "govern", "opened", "permitted", "plan", "ready"]
__all__ += ["TODAY", "sending"]


async def test_a_record_is_entered_once(session, killed) -> None:
    await enter(session, 1)
    await session.commit()
    assert (await killed("ledger.append")).inside > 0
    session.expire_all()
    assert (await session.scalars(select(Anchor.state))).one() is AnchorState.ANCHORED
    assert await session.scalar(select(func.count()).select_from(LogEntry)) == 1
    assert not (await check_log(session)).findings


async def test_what_a_batch_stands_on_is_announced_once(session, opened, sending, killed) -> None:
    batch = (await opened(sending)).batch
    await close_batch(session, batch_id=batch.id)
    await session.commit()
    assert (await killed("ledger.server.jobs.enter_governance")).inside > 0
    kinds = sorted(await session.scalars(select(Anchor.kind)))
    assert kinds == ["agreement", "approval", "consent"]


async def test_a_version_is_announced_once(session, draft, killed) -> None:
    await freeze_version(session, version_id=draft.id)
    await session.commit()
    assert (await killed("ledger.server.jobs.enter_version")).inside > 0
    assert list(await session.scalars(select(Anchor.kind))) == ["version"]
    assert await append_pending() == 1
