"""Hand out reports: key images, PDF, DICOM, FHIR, JSON, Markdown, and the course over time."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei import compute
from renkei.annotate.facts import Facts
from renkei.annotate.reports.build import Form, draw_figures, write_dicom, write_text
from renkei.annotate.reports.course import Course, course_of
from renkei.annotate.reports.seal import Part
from renkei.annotate.reports.status import ReportState, Written
from renkei.annotate.server.find import find_label, find_task, image_files
from renkei.annotate.server.report_facts import reports_of
from renkei.annotate.server.report_sign import ReportOpenError, check_signatures, signatures_of
from renkei.annotate.server.report_tables import Report
from renkei.annotate.server.reporting import NoSuchReportError, find_report, study_of, texts_of
from renkei.annotate.server.tables import Task
from renkei.errors import UsageError
from renkei.imaging.structured import Reader
from renkei.server.actor import Role
from renkei.server.audit import record
from renkei.server.db import actor_of, as_system
from renkei.server.storage import load
from renkei.subjects.server.tables import Subject

SECONDS = 120.0


class NotAReportFormError(UsageError):
    """A report on this image cannot be written in this format."""


async def read_figures(session: AsyncSession, *, report_id: UUID) -> tuple[bytes, ...]:
    """Return the key images of a report as PNG, in the order of its lesions.

    Raises:
        NoSuchReportError: There is none, or none that the actor may see.
    """
    report = await find_report(session, report_id=report_id)
    return await _figures(session, report, await find_task(session, task_id=report.task_id))


async def read_figure(session: AsyncSession, *, report_id: UUID, number: int) -> bytes:
    """Return one key image, counted from 1 as the text cites it.

    Raises:
        NoSuchReportError: There is no such report, or no such figure in it.
    """
    figures = await read_figures(session, report_id=report_id)
    if not 1 <= number <= len(figures):
        raise NoSuchReportError("The report has no such figure; its lesions are counted from 1.")
    return figures[number - 1]


async def export_report(session: AsyncSession, *, report_id: UUID, form: Form) -> bytes:
    """Return a report as a file; a signed one is checked against its signatures first.

    Raises:
        NoSuchReportError: There is none, or none that the actor may see.
        ReportOpenError: DICOM and FHIR say who answers for a report; nobody has signed it.
        NotAReportFormError: A slide has no structured report of voxels.
        SignatureBrokenError: The report is not the one that was signed.
    """
    report = await find_report(session, report_id=report_id)
    if report.state is ReportState.DRAFT and form in {Form.DICOM, Form.FHIR}:
        raise ReportOpenError("Nobody has signed this report; sign it as its first reader.")
    if report.sha256 is not None:
        await check_signatures(session, report=report)
    task = await find_task(session, task_id=report.task_id)
    written = await _written(session, report, task, with_figures=form is Form.PDF)
    await record(session, "annotate.export_report", report, why=form.value)
    if form is not Form.DICOM:
        return await compute.run(write_text, report.facts, written, form.value, seconds=SECONDS)
    if task.series_id is None:
        raise NotAReportFormError("A report on a slide has no structured report; take FHIR.")
    packed, image = await _labels(session, report), await image_files(session, task)
    signed = written.issued if report.state is not ReportState.PRELIMINARY else ""
    reader = Reader(written.readers[-1] if written.readers else "", signed)
    return await compute.run(
        write_dicom, packed, report.facts, image, report.sha256 or "", reader, seconds=SECONDS
    )


async def course_of_report(session: AsyncSession, *, report_id: UUID) -> Course | None:
    """Return the subject's course up to this report by RECIST 1.1; None without an earlier one.

    Raises:
        NoSuchReportError: There is none, or none that the actor may see.
    """
    report = await find_report(session, report_id=report_id)
    task = await find_task(session, task_id=report.task_id)
    own = Facts.from_json(report.facts)
    name = own.vocabulary.partition("@")[0]
    earlier = [Facts.from_json(row.facts) for row in await reports_of(session, task=task)]
    by_day = {
        facts.date: facts
        for facts in earlier
        if facts.date and facts.date < own.date and facts.vocabulary.partition("@")[0] == name
    }
    if not by_day:
        return None
    return course_of([*(by_day[day] for day in sorted(by_day)), own])


async def _written(
    session: AsyncSession, report: Report, task: Task, *, with_figures: bool
) -> Written:
    rows = await signatures_of(session, report=report)
    readers = [row for row in rows if row.part is not Part.ADDENDUM]
    figures = await _figures(session, report, task) if with_figures else ()
    return Written(
        id=str(report.id),
        state=report.state,
        subject=await _subject(session, report),
        study=study_of(task, "ja"),
        issued=rows[-1].created_at.isoformat(timespec="seconds") if rows else "",
        readers=tuple(_code(row.signer_id) for row in readers),
        texts=texts_of(report),
        sha256=report.sha256 or "",
        addenda=tuple((r.text_ja, r.text_en) for r in rows if r.part is Part.ADDENDUM),
        figures=figures,
    )


async def _subject(session: AsyncSession, report: Report) -> str:
    """Return the hospital's pseudonym; a reader sees one that holds for this task alone."""
    if actor_of(session).role is Role.READER:
        return f"T-{report.task_id.hex[-8:]}"
    with as_system(session, "pseudonym for a report"):
        query = select(Subject.pseudonym).where(Subject.id == report.subject_id)
        return await session.scalar(query) or ""


def _code(user: UUID) -> str:
    # The end of a UUIDv7 is random; its beginning is a time.
    return f"R-{user.hex[-8:]}"


async def _labels(session: AsyncSession, report: Report) -> bytes:
    label = await find_label(session, label_id=report.label_id)
    return await load(session, label.object_id)


async def _figures(session: AsyncSession, report: Report, task: Task) -> tuple[bytes, ...]:
    if task.series_id is None or not report.facts.get("lesions"):
        return ()
    packed, image = await _labels(session, report), await image_files(session, task)
    return await compute.run(draw_figures, packed, report.facts, image, seconds=SECONDS)
