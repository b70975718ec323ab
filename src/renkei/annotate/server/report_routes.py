"""Routes of reports: draft, assess, edit, sign, add, export."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.reports.build import SUFFIX, Form
from renkei.annotate.server.report_export import course_of_report, export_report, read_figure
from renkei.annotate.server.report_schemas import (
    AddendumIn,
    AssessIn,
    CourseOut,
    ReportDetail,
    ReportIn,
    ReportOut,
    ReportSignatureOut,
    ReportSignIn,
    RevisionIn,
)
from renkei.annotate.server.report_sign import (
    add_addendum,
    sign_report,
    signatures_of,
    withdraw_report,
)
from renkei.annotate.server.report_tables import Report
from renkei.annotate.server.report_wording import word_report
from renkei.annotate.server.reporting import assess_report, draft_report, edit_report, find_report
from renkei.annotate.server.schemas import ReasonIn
from renkei.server.actor import Permission
from renkei.server.db import actor_of
from renkei.server.web import Db, Number, Page, Params, gives, list_page, needs
from renkei.settings import load_settings

router = APIRouter()
READ = needs(Permission.ANNOTATE_READ)
REPORT = needs(Permission.ANNOTATE_REPORT)
REPORTS = {name: getattr(Report, name) for name in ReportOut.model_fields}
FILE = "application/octet-stream"


async def _shown(session: AsyncSession, report: Report) -> ReportDetail:
    rows = await signatures_of(session, report=report)
    answer = ReportDetail.model_validate(report)
    answer.mine = str(report.author_id) == actor_of(session).id
    answer.can_word = load_settings().report_endpoint is not None
    answer.signatures = [ReportSignatureOut.model_validate(row) for row in rows]
    return answer


@router.post("/tasks/{task_id}/reports", status_code=201, dependencies=REPORT)
async def draft(task_id: UUID, session: Db) -> ReportDetail:
    """Measure the labels of a task and draft a report."""
    return await _shown(session, await draft_report(session, task_id=task_id))


@router.get("/reports", dependencies=READ)
async def list_reports(session: Db, params: Params) -> Page[ReportOut]:
    """List reports."""
    return await list_page(session, select(Report), columns=REPORTS, params=params)


@router.get("/reports/{report_id}", dependencies=READ)
async def show_report(report_id: UUID, session: Db) -> ReportDetail:
    """Show a report."""
    return await _shown(session, await find_report(session, report_id=report_id))


@router.put("/reports/{report_id}", dependencies=REPORT)
async def edit(report_id: UUID, body: ReportIn, session: Db) -> ReportDetail:
    """Change the texts of an open report and confirm its sections."""
    report = await edit_report(
        session,
        report_id=report_id,
        revision=body.revision,
        text_ja=body.text_ja,
        text_en=body.text_en,
        confirmed=body.confirmed,
    )
    return await _shown(session, report)


@router.put("/reports/{report_id}/assessment", dependencies=REPORT)
async def assess(report_id: UUID, body: AssessIn, session: Db) -> ReportDetail:
    """Say how sure lesions are and which ones they were before; the texts are drafted anew."""
    report = await assess_report(
        session,
        report_id=report_id,
        revision=body.revision,
        certainty=body.certainty,
        links=body.links,
        recommendation=body.recommendation,
    )
    return await _shown(session, report)


@router.post("/reports/{report_id}/wording", dependencies=REPORT)
async def word(report_id: UUID, body: RevisionIn, session: Db) -> ReportDetail:
    """Let the endpoint of the settings word the draft; only what passes the check is taken."""
    report = await word_report(session, report_id=report_id, revision=body.revision)
    return await _shown(session, report)


@router.post("/reports/{report_id}/sign", dependencies=REPORT)
async def sign_text(report_id: UUID, body: ReportSignIn, session: Db) -> ReportDetail:
    """Sign a report as its first reader, who wrote it, or then as its second."""
    report = await sign_report(
        session, report_id=report_id, revision=body.revision, override=body.override
    )
    return await _shown(session, report)


@router.post("/reports/{report_id}/addenda", status_code=201, dependencies=REPORT)
async def add(report_id: UUID, body: AddendumIn, session: Db) -> ReportSignatureOut:
    """Add to a report that both readers have signed."""
    return ReportSignatureOut.model_validate(
        await add_addendum(session, report_id=report_id, text_ja=body.text_ja, text_en=body.text_en)
    )


@router.post("/reports/{report_id}/withdraw", dependencies=REPORT)
async def withdraw(report_id: UUID, body: ReasonIn, session: Db) -> ReportDetail:
    """Say that a report was entered in error; it stays readable."""
    report = await withdraw_report(session, report_id=report_id, reason=body.reason)
    return await _shown(session, report)


@router.get("/reports/{report_id}/figures/{number}", dependencies=READ, **gives("image/png"))
async def show_figure(report_id: UUID, number: Number, session: Db) -> Response:
    """Return one key image, counted from 1 as the text cites it."""
    data = await read_figure(session, report_id=report_id, number=number)
    return Response(data, media_type="image/png")


@router.get("/reports/{report_id}/course", dependencies=READ)
async def show_course(report_id: UUID, session: Db) -> CourseOut | None:
    """Show the subject's course up to this report by RECIST 1.1; nothing without an earlier one."""
    course = await course_of_report(session, report_id=report_id)
    return None if course is None else CourseOut(**course.to_json())


@router.get("/reports/{report_id}/export", dependencies=READ, **gives(FILE))
async def export_file(
    report_id: UUID,
    session: Db,
    format: Annotated[Form, Query(description="How the file is written.")],  # noqa: A002  its name in the address
) -> Response:
    """Return a report as a file."""
    data = await export_report(session, report_id=report_id, form=format)
    name = f'attachment; filename="report-{report_id}{SUFFIX[format]}"'
    return Response(data, media_type=FILE, headers={"Content-Disposition": name})
