"""What a costly step gave is kept encrypted for its case, used again, and gone after a recall."""

import pytest
from sqlalchemy import func, select
from tests.preprocess.server.test_run import QUICK

from renkei import compute
from renkei.consent.server.recall import recall_subject
from renkei.consent.server.tables import RecallEffect, RecallKind
from renkei.preprocess.kept import unpack_dones
from renkei.preprocess.server import execute
from renkei.preprocess.server.plans import keep_plan
from renkei.preprocess.server.start import start_run
from renkei.preprocess.server.tables import PlanStep
from renkei.server.storage import ObjectErasedError, load

SLOW = QUICK.replace(
    'name = "window"\ninput = "ct_lps"',
    'name = "denoise"\ninput = "ct_lps"\noutput = "ct_denoised"\n'
    '[[step]]\nname = "window"\ninput = "ct_denoised"',
)


async def test_a_changed_last_step_takes_up_what_is_kept_and_a_recall_ends_it(
    session, ready, run_jobs, monkeypatch
) -> None:
    seen = []
    real = compute.run

    async def run(function, plan, given, scratch, known, codes, **limits):
        produced, added = await real(function, plan, given, scratch, known, codes, **limits)
        seen.append((set(known), set(added), set(produced.seconds)))
        return produced, added

    monkeypatch.setattr(execute.compute, "run", run)
    runs = []
    for low in (-900, -800):
        plan = await keep_plan(session, toml=f"{SLOW}params = {{ low = {low} }}\n")
        runs.append(await start_run(session, plan=plan, series_id=ready.id))
        await session.commit()
        await run_jobs()
    for one in runs:
        await session.refresh(one)
        assert one.state == "done", one.sentence
    (key,) = seen[0][1]
    lines = {"ct_lps", "ct_denoised", "ct_clipped"}
    assert seen == [(set(), {key}, lines), ({key}, set(), lines - {"ct_denoised"})]
    row = await session.scalar(select(PlanStep))
    assert (row.key, row.subject_id) == (key, runs[0].subject_id)
    assert unpack_dones(await load(session, row.object_id))[0].measures["sigma_before"] > 0
    await recall_subject(
        session, subject_id=row.subject_id, kind=RecallKind.WITHDRAWAL, reason="asked"
    )
    object_id = row.object_id
    await session.commit()
    await run_jobs()
    session.expunge_all()
    assert await session.scalar(select(func.count()).select_from(PlanStep)) == 0
    with pytest.raises(ObjectErasedError):
        await load(session, object_id)
    effect = select(RecallEffect.count).where(
        RecallEffect.folder == "preprocess", RecallEffect.what == "steps"
    )
    assert await session.scalar(effect) == 1
