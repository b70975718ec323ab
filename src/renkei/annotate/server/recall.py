"""What annotating does when a subject is recalled: views close, drawings go, labels are listed."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.protocol import TaskState
from renkei.annotate.server.assign import close_views
from renkei.annotate.server.find import move
from renkei.annotate.server.report_tables import Report, ReportSignature
from renkei.annotate.server.tables import (
    GoldResult,
    LabelVersion,
    MarkRevision,
    SlideElement,
    Stroke,
    Task,
    Unexpected,
)
from renkei.consent.server.recall import SubjectRecalled, report_effect
from renkei.server.actor import system
from renkei.server.audit import record
from renkei.server.db import transaction
from renkei.server.events import on

FOLDER = "annotate"
ERASED = "(erased)"


@on(SubjectRecalled)
async def withdraw_tasks(event: SubjectRecalled) -> None:
    """End the subject's tasks, delete strokes and texts; labels in storage lost their key."""
    async with transaction(system("recall of a subject")) as session:
        counts = {"tasks_closed": await _close(session, event.subject_id)}
        for what, table in (
            ("strokes_deleted", Stroke),
            ("polygons_deleted", SlideElement),
            ("marks_deleted", MarkRevision),
        ):
            counts[what] = await _delete(session, table, event.subject_id)
        counts["findings_cleared"] = await _clear_findings(session, event.subject_id)
        counts["reports_cleared"] = await _clear_reports(session, event.subject_id)
        labels = select(func.count()).select_from(LabelVersion)
        labels = labels.where(LabelVersion.subject_id == event.subject_id)
        counts["label_versions"] = await session.scalar(labels) or 0
        for what, count in counts.items():
            await report_effect(
                session, recall_id=event.recall_id, folder=FOLDER, what=what, count=count
            )


async def _close(session: AsyncSession, subject_id: UUID) -> int:
    query = select(Task).where(Task.subject_id == subject_id, Task.state != TaskState.WITHDRAWN)
    tasks = list(await session.scalars(query.with_for_update()))
    for task in tasks:
        task.state = move(task, "withdraw")
        task.image, task.image_object_id = None, None
        await close_views(session, task)
        await record(session, "annotate.withdraw", task)
    return len(tasks)


async def _delete(session: AsyncSession, table: Any, subject_id: UUID) -> int:
    gone = delete(table).where(table.subject_id == subject_id).returning(table.id)
    return len(list(await session.scalars(gone)))


async def _clear_findings(session: AsyncSession, subject_id: UUID) -> int:
    """Take away what was written of the subject, and how readers did on hidden cases of it."""
    results = select(GoldResult).where(GoldResult.subject_id == subject_id)
    for result in await session.scalars(results):
        result.results = {}
    rows = list(
        await session.scalars(
            select(Unexpected).where(Unexpected.subject_id == subject_id, Unexpected.text != ERASED)
        )
    )
    for row in rows:
        row.text, row.answer = ERASED, None
    return len(rows)


async def _clear_reports(session: AsyncSession, subject_id: UUID) -> int:
    reports = list(
        await session.scalars(
            select(Report).where(Report.subject_id == subject_id, Report.text_ja != ERASED)
        )
    )
    for report in reports:
        report.text_ja = report.text_en = ERASED
        report.facts, report.problems = {}, []
        report.certainty, report.links = {}, {}
    added = select(ReportSignature).where(ReportSignature.subject_id == subject_id)
    for row in await session.scalars(added.where(ReportSignature.text_ja != "")):
        row.text_ja = row.text_en = ERASED
    return len(reports)
