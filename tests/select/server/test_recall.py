"""After a recall the case is out, its numbers are gone, and the folder has reported."""

from sqlalchemy import select

from renkei.consent.server.recall import recall_subject
from renkei.consent.server.tables import RecallEffect, RecallKind
from renkei.select.server.judge import judge_case
from renkei.select.server.standing import standing
from renkei.select.server.tables import Verdict


async def test_a_recalled_subject_is_out_and_leaves_no_numbers(
    session, site_a, add_series, run_jobs
) -> None:
    kept, gone = await add_series(site_a, seed=3), await add_series(site_a, seed=7)
    for series in (kept, gone):
        await judge_case(series.id)
    kept_id, gone_id, subject_id = kept.id, gone.id, gone.subject_id
    await recall_subject(session, subject_id=subject_id, kind=RecallKind.WITHDRAWAL, reason="asked")
    await session.commit()
    await run_jobs()
    session.expire_all()
    assert await standing(session, kept_id) == "accept"
    assert await standing(session, gone_id) == "exclude"
    verdict = (await session.scalars(select(Verdict).where(Verdict.series_id == gone_id))).one()
    assert (verdict.metrics, verdict.stratum, verdict.facts, verdict.grades) == ([], {}, {}, {})
    effects = await session.execute(
        select(RecallEffect.what, RecallEffect.count).where(RecallEffect.folder == "select")
    )
    assert dict(effects.all()) == {"verdicts": 1, "overrides": 0, "fingerprints": 0}
    await judge_case(gone_id)
    assert await standing(session, gone_id) == "exclude"
