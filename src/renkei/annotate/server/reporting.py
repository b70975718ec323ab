"""Reports: drafted from measured facts, edited by a person section by section, checked."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.facts import Facts
from renkei.annotate.protocol import TaskState, TaskStateError
from renkei.annotate.reports.check import check_report
from renkei.annotate.reports.draft import draft
from renkei.annotate.reports.sections import LANGUAGES, Language, sections_of
from renkei.annotate.reports.status import ReportState
from renkei.annotate.server.find import find_label, find_task, words_of
from renkei.annotate.server.report_facts import examined_on, facts_of_report, newest_prior
from renkei.annotate.server.report_tables import Report
from renkei.annotate.server.tables import Task
from renkei.errors import ConflictError, NotFoundError
from renkei.server.audit import record
from renkei.server.db import actor_of

OPEN = frozenset({ReportState.DRAFT, ReportState.PRELIMINARY})


class NoSuchReportError(NotFoundError):
    """There is no such report, or none that the actor may see."""


class ReportSignedError(ConflictError):
    """A signed report does not change."""


class ReportChangedError(ConflictError):
    """Somebody else changed the report; facts give its revision."""


async def draft_report(session: AsyncSession, *, task_id: UUID) -> Report:
    """Measure the proposed or signed labels of a task and draft a report in both languages.

    Raises:
        NoSuchTaskError: There is none, or none that the actor may see.
        TaskStateError: The task has no labels to report yet.
    """
    task = await find_task(session, task_id=task_id)
    if task.state not in {TaskState.REVIEW, TaskState.SIGNED}:
        raise TaskStateError(
            "A report follows the agreed labels; finish the reading first.", state=task.state.value
        )
    label = await find_label(session, label_id=task.candidate_id)
    date, _ = await examined_on(session, task)
    prior = await newest_prior(session, task=task, date=date)
    report = Report(
        subject_id=task.subject_id,
        site_id=task.site_id,
        task_id=task.id,
        label_id=label.id,
        facts={},
        text_ja="",
        text_en="",
        problems=[],
        author_id=UUID(actor_of(session).id),
        prior_id=prior.id if prior else None,
    )
    write_texts(report, task, await facts_of_report(session, task=task, report=report))
    session.add(report)
    await session.flush()
    await record(session, "annotate.report", report)
    return report


async def edit_report(
    session: AsyncSession,
    *,
    report_id: UUID,
    revision: int,
    text_ja: str,
    text_en: str,
    confirmed: list[str],
) -> Report:
    """Change the texts of an open report and say which sections were read.

    Whoever edits last is its author; what one reader has signed is a draft again.

    Raises:
        NoSuchReportError: There is none, or none that the actor may see.
        ReportSignedError: Both readers have signed it.
        ReportChangedError: It was changed since `revision`.
    """
    report = await open_report(session, report_id=report_id, revision=revision)
    task = await find_task(session, task_id=report.task_id)
    facts = await facts_of_report(session, task=task, report=report)
    report.text_ja, report.text_en = text_ja, text_en
    report.problems = problems_of(facts, texts_of(report))
    there = sections_of(text_ja, "ja").keys() | sections_of(text_en, "en").keys()
    report.confirmed = sorted(set(confirmed) & there)
    report.state, report.sha256 = ReportState.DRAFT, None
    report.revision, report.author_id = revision + 1, UUID(actor_of(session).id)
    await session.flush()
    await record(session, "annotate.edit_report", report)
    return report


async def assess_report(
    session: AsyncSession,
    *,
    report_id: UUID,
    revision: int,
    certainty: dict[str, int],
    links: dict[str, str | None],
    recommendation: str,
) -> Report:
    """Say how sure each lesion is, which one it was before, and what to do; draft the texts anew.

    Raises:
        NoSuchReportError: There is none, or none that the actor may see.
        ReportSignedError: Both readers have signed it.
        ReportChangedError: It was changed since `revision`.
        NotAPriorError: A link names no lesion of the prior.
    """
    report = await open_report(session, report_id=report_id, revision=revision)
    task = await find_task(session, task_id=report.task_id)
    report.certainty, report.links, report.recommendation = certainty, links, recommendation
    write_texts(report, task, await facts_of_report(session, task=task, report=report))
    report.state, report.sha256, report.confirmed = ReportState.DRAFT, None, []
    report.revision, report.author_id = revision + 1, UUID(actor_of(session).id)
    await session.flush()
    await record(session, "annotate.assess_report", report)
    return report


async def find_report(session: AsyncSession, *, report_id: UUID, lock: bool = False) -> Report:
    """Return a report.

    Raises:
        NoSuchReportError: There is none, or none that the actor may see.
    """
    query = select(Report).where(Report.id == report_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    report: Report | None = await session.scalar(query)
    if report is None:
        raise NoSuchReportError("There is no such report; choose one from the list.")
    return report


async def open_report(session: AsyncSession, *, report_id: UUID, revision: int) -> Report:
    """Return a report that may still change, locked.

    Raises:
        NoSuchReportError: There is none, or none that the actor may see.
        ReportSignedError: Both readers have signed it, or it was an error.
        ReportChangedError: It was changed since `revision`.
    """
    report = await find_report(session, report_id=report_id, lock=True)
    if report.state not in OPEN:
        raise ReportSignedError("A signed report does not change; add an addendum.")
    if report.revision != revision:
        raise ReportChangedError(
            "Somebody changed this report; load it again.", revision=report.revision
        )
    return report


def write_texts(report: Report, task: Task, facts: Facts) -> None:
    """Draft both texts of a report from facts."""
    report.facts = facts.to_json()
    report.text_ja = draft(facts, "ja", study=study_of(task, "ja"))
    report.text_en = draft(facts, "en", study=study_of(task, "en"))
    report.problems = problems_of(facts, texts_of(report))


def texts_of(report: Report) -> dict[Language, str]:
    """Return both texts by language."""
    return {"ja": report.text_ja, "en": report.text_en}


def problems_of(facts: Facts, texts: dict[Language, str]) -> list[dict[str, Any]]:
    """Return what the texts say other than the facts, as JSON values."""
    return [
        {"language": language, **asdict(problem)}
        for language in LANGUAGES
        for problem in check_report(texts[language], facts, language)
    ]


def study_of(task: Task, language: Language) -> str:
    """Return how a report names the examination."""
    words = words_of(task)
    return f"{task.modality} ({words.ja if language == 'ja' else words.en})"
