"""Let an endpoint word a draft, where the settings name one; off by default."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from renkei import compute
from renkei.annotate.reports.outside import SECONDS, word_draft
from renkei.annotate.reports.status import ReportState
from renkei.annotate.server.find import find_task
from renkei.annotate.server.report_facts import facts_of_report
from renkei.annotate.server.report_tables import Report
from renkei.annotate.server.reporting import open_report, problems_of, texts_of
from renkei.errors import UsageError
from renkei.server.audit import record
from renkei.server.db import actor_of
from renkei.settings import load_settings


class NoWriterError(UsageError):
    """No endpoint for drafts is set."""


async def word_report(session: AsyncSession, *, report_id: UUID, revision: int) -> Report:
    """Replace both texts of an open report by an endpoint's wording that passed the check.

    Raises:
        NoWriterError: The settings name no endpoint.
        NoSuchReportError: There is none, or none that the actor may see.
        ReportSignedError: Both readers have signed it.
        ReportChangedError: It was changed since `revision`.
        WriterUnreachableError: The endpoint does not answer as it should.
        WordingRefusedError: Its text does not say exactly the facts.
    """
    settings = load_settings()
    if settings.report_endpoint is None or settings.report_model is None:
        raise NoWriterError("No endpoint for drafts is set; the draft from the template stands.")
    report = await open_report(session, report_id=report_id, revision=revision)
    task = await find_task(session, task_id=report.task_id)
    facts = await facts_of_report(session, task=task, report=report)
    report.text_ja, report.text_en = [
        await compute.run(
            word_draft,
            facts,
            language,
            endpoint=settings.report_endpoint,
            model=settings.report_model,
            key=settings.report_key,
            seconds=2 * SECONDS,
        )
        for language in ("ja", "en")
    ]
    report.problems = problems_of(facts, texts_of(report))
    report.state, report.sha256, report.confirmed = ReportState.DRAFT, None, []
    report.revision, report.author_id = revision + 1, UUID(actor_of(session).id)
    await session.flush()
    await record(session, "annotate.word_report", report, why=settings.report_model)
    return report
