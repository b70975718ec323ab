"""After a recall a run has no numbers, its bytes cannot be read, and the folder has reported."""

import pytest
from sqlalchemy import select
from tests.preprocess.server.test_run import QUICK

from renkei.consent.server.recall import recall_subject
from renkei.consent.server.tables import RecallEffect, RecallKind
from renkei.preprocess.server.execute import execute_run
from renkei.preprocess.server.plans import keep_plan
from renkei.preprocess.server.start import start_run
from renkei.preprocess.server.tables import PlanRun
from renkei.server.storage import ObjectErasedError, load


async def test_a_recalled_subject_leaves_no_run(session, ready, run_jobs) -> None:
    plan = await keep_plan(session, toml=QUICK)
    run = await start_run(session, plan=plan, series_id=ready.id)
    run_id, subject_id = run.id, run.subject_id
    await session.commit()
    await run_jobs()
    await recall_subject(session, subject_id=subject_id, kind=RecallKind.WITHDRAWAL, reason="asked")
    await session.commit()
    await run_jobs()
    session.expunge_all()
    found = await session.get_one(PlanRun, run_id)
    assert (found.state, found.record) == ("recalled", None)
    with pytest.raises(ObjectErasedError):
        await load(session, found.image_object_id)
    effect = await session.scalar(
        select(RecallEffect.count).where(
            RecallEffect.folder == "preprocess", RecallEffect.what == "runs"
        )
    )
    assert effect == 1
    await execute_run(run_id)
    assert (await session.get_one(PlanRun, run_id)).state == "recalled"
