"""Reports: drafted from measured facts, edited by a person, checked, signed by another."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei import compute
from renkei.annotate.check import check_report
from renkei.annotate.facts import Facts, facts_of_slide
from renkei.annotate.protocol import SignerIsAuthorError, TaskState, TaskStateError
from renkei.annotate.report import LANGUAGES, Language, draft, report_hash
from renkei.annotate.server.find import find_label, find_task, image_files, words_of
from renkei.annotate.server.tables import LabelVersion, Report, ReportState, Task
from renkei.annotate.slides import from_elements
from renkei.annotate.work import measure_packed
from renkei.errors import ConflictError, DataRefusedError, NotFoundError
from renkei.server.audit import record
from renkei.server.db import actor_of
from renkei.server.storage import load

SECONDS = 120.0


class NoSuchReportError(NotFoundError):
    """There is no such report, or none that the actor may see."""


class ReportSignedError(ConflictError):
    """A signed report does not change."""


class ReportChangedError(ConflictError):
    """Somebody else changed the report; facts give its revision."""


class ReportContradictsError(DataRefusedError):
    """The text says other than the facts, and no reason was given to sign it all the same."""


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
    facts = await _measure(session, task, label)
    texts: dict[Language, str] = {
        language: draft(facts, language, study=_study(task, language)) for language in LANGUAGES
    }
    report = Report(
        subject_id=task.subject_id,
        site_id=task.site_id,
        task_id=task.id,
        label_id=label.id,
        facts=facts.to_json(),
        text_ja=texts["ja"],
        text_en=texts["en"],
        problems=_problems(facts, texts),
        author_id=UUID(actor_of(session).id),
    )
    session.add(report)
    await session.flush()
    await record(session, "annotate.report", report)
    return report


async def edit_report(
    session: AsyncSession, *, report_id: UUID, revision: int, text_ja: str, text_en: str
) -> Report:
    """Change the texts of a draft; whoever edits last is its author.

    Raises:
        NoSuchReportError: There is none, or none that the actor may see.
        ReportSignedError: It is signed.
        ReportChangedError: It was changed since `revision`.
    """
    report = await find_report(session, report_id=report_id, lock=True)
    if report.state is ReportState.SIGNED:
        raise ReportSignedError("A signed report does not change; draft a new one.")
    if report.revision != revision:
        raise ReportChangedError(
            "Somebody changed this report; load it again.", revision=report.revision
        )
    task = await find_task(session, task_id=report.task_id)
    facts = await _measure(session, task, await find_label(session, label_id=report.label_id))
    report.text_ja, report.text_en = text_ja, text_en
    report.problems = _problems(facts, {"ja": text_ja, "en": text_en})
    report.revision, report.author_id = revision + 1, UUID(actor_of(session).id)
    await session.flush()
    await record(session, "annotate.edit_report", report)
    return report


async def sign_report(
    session: AsyncSession, *, report_id: UUID, revision: int, override: str | None = None
) -> Report:
    """Sign a report after measuring again; what contradicts the facts needs a reason.

    Raises:
        NoSuchReportError: There is none, or none that the actor may see.
        ReportSignedError: It is signed.
        ReportChangedError: It was changed since the actor read it.
        SignerIsAuthorError: The actor wrote it.
        ReportContradictsError: The text says other than the facts; they are listed.
    """
    report = await find_report(session, report_id=report_id, lock=True)
    if report.state is ReportState.SIGNED:
        raise ReportSignedError("This report is signed; draft a new one.")
    if report.revision != revision:
        raise ReportChangedError(
            "Somebody changed this report; load it again.", revision=report.revision
        )
    if report.author_id == UUID(actor_of(session).id):
        raise SignerIsAuthorError("You wrote this report; somebody else signs it.")
    task = await find_task(session, task_id=report.task_id)
    facts = await _measure(session, task, await find_label(session, label_id=report.label_id))
    texts = {"ja": report.text_ja, "en": report.text_en}
    problems = _problems(facts, {"ja": report.text_ja, "en": report.text_en})
    if problems and not override:
        raise ReportContradictsError(
            "The text says other than the labels: correct it, or say why you sign all the same.",
            problems=len(problems),
        )
    report.problems, report.override = problems, override
    report.facts, report.sha256 = facts.to_json(), report_hash(facts, texts)
    report.state, report.signer_id = ReportState.SIGNED, UUID(actor_of(session).id)
    report.signed_at = datetime.now(UTC)
    await session.flush()
    await record(session, "annotate.sign_report", report, why=override)
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


async def _measure(session: AsyncSession, task: Task, label: LabelVersion) -> Facts:
    data = await load(session, label.object_id)
    if task.slide_id is None:
        image = await image_files(session, task)
        return await compute.run(measure_packed, data, task.vocabulary, image, seconds=SECONDS)
    body = json.loads(data)
    return facts_of_slide(
        from_elements(body["elements"]),
        words_of(task),
        labels=label.hash,
        mpp=(task.image or {}).get("mpp"),
        absent=body["absent"],
    )


def _problems(facts: Facts, texts: dict[Language, str]) -> list[dict[str, Any]]:
    return [
        {"language": language, **asdict(problem)}
        for language, text in texts.items()
        for problem in check_report(text, facts, language)
    ]


def _study(task: Task, language: Language) -> str:
    words = words_of(task)
    return f"{task.modality} ({words.ja if language == 'ja' else words.en})"
