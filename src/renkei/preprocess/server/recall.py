"""What pre-processing does when a subject is recalled: its runs are out, its record is gone."""

from sqlalchemy import select

from renkei.consent.server.recall import SubjectRecalled, report_effect
from renkei.preprocess.server.files import forget_files
from renkei.preprocess.server.known import forget_steps
from renkei.preprocess.server.tables import PlanRun, RunState
from renkei.server.actor import system
from renkei.server.db import transaction
from renkei.server.events import on

FOLDER = "preprocess"


@on(SubjectRecalled)
async def withdraw_runs(event: SubjectRecalled) -> None:
    """Mark every run of the subject and clear what was measured; its bytes are erased already."""
    async with transaction(system("recall of a subject")) as session:
        runs = list(
            await session.scalars(
                select(PlanRun).where(PlanRun.subject_id == event.subject_id).with_for_update()
            )
        )
        for run in runs:
            run.state, run.record, run.views = RunState.RECALLED, None, None
        await session.flush()
        await forget_files(session, [run.id for run in runs])
        kept = await forget_steps(session, event.subject_id)
        for what, count in (("steps", kept), ("runs", len(runs))):
            await report_effect(
                session, recall_id=event.recall_id, folder=FOLDER, what=what, count=count
            )
