"""The facts of a report: measured from its labels, with what a person said and what came before."""

import json
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei import compute
from renkei.annotate.facts import Facts, facts_of_slide
from renkei.annotate.reports.follow import compare_with_prior
from renkei.annotate.reports.status import CLOSED
from renkei.annotate.server.find import find_label, image_files, words_of
from renkei.annotate.server.report_tables import Report
from renkei.annotate.server.tables import LabelVersion, Task
from renkei.annotate.slides import from_elements
from renkei.annotate.work import measure_packed
from renkei.server.db import as_system
from renkei.server.storage import load
from renkei.subjects.server.tables import Series, Slide, Study, Subject

SECONDS = 120.0


async def facts_of_report(session: AsyncSession, *, task: Task, report: Report) -> Facts:
    """Measure a report's labels again, and add what its author said of them.

    Raises:
        NoSuchLabelError: The labels are gone, or the actor may not see them.
        NotAPriorError: A link names no lesion of the prior.
    """
    label = await find_label(session, label_id=report.label_id)
    facts = await _measured(session, task, label)
    prior = await prior_of(session, report)
    if prior is not None:
        facts = compare_with_prior(facts, Facts.from_json(prior.facts), links=report.links)
    lesions = tuple(
        replace(one, certainty=int(report.certainty.get(one.name, one.certainty)))
        for one in facts.lesions
    )
    return replace(facts, lesions=lesions, recommendation=report.recommendation)


async def prior_of(session: AsyncSession, report: Report) -> Report | None:
    """Return the report that this one is compared with."""
    if report.prior_id is None:
        return None
    with as_system(session, "prior of a report"):
        found: Report | None = await session.scalar(
            select(Report).where(
                Report.id == report.prior_id, Report.subject_id == report.subject_id
            )
        )
    return found if found is not None and found.facts else None


async def newest_prior(session: AsyncSession, *, task: Task, date: str) -> Report | None:
    """Return the newest signed report of the same subject and vocabulary before a day."""
    name = task.vocabulary.partition("@")[0]
    rows = await reports_of(session, task=task)
    earlier = [r for r in rows if _date(r) and _date(r) < date]
    same = [r for r in earlier if r.facts["vocabulary"].partition("@")[0] == name]
    return max(same, key=lambda row: (_date(row), row.id), default=None)


async def reports_of(session: AsyncSession, *, task: Task) -> list[Report]:
    """Return the signed reports of a task's subject, whoever read them, the earliest first."""
    # A reader has no part in the other tasks, and the prior is what this one is read against.
    with as_system(session, "reports of one subject"):
        query = select(Report).where(Report.subject_id == task.subject_id, Report.state.in_(CLOSED))
        rows = [row for row in await session.scalars(query) if row.facts]
    return sorted(rows, key=lambda row: (_date(row), row.id))


def _date(report: Report) -> str:
    return str(report.facts.get("date", ""))


async def examined_on(session: AsyncSession, task: Task) -> tuple[str, str]:
    """Return the day of the examination, if known, and the subject's sex: F, M or nothing."""
    with as_system(session, "facts of an examination"):
        sex = await session.scalar(select(Subject.sex).where(Subject.id == task.subject_id))
        day = None
        if task.series_id is not None:
            query = select(Study.date).join(Series, Series.study_id == Study.id)
            day = await session.scalar(query.where(Series.id == task.series_id))
    return day.isoformat() if day else "", sex if sex in {"F", "M"} else ""


async def mpp_of(session: AsyncSession, task: Task) -> float | None:
    """Return the µm per pixel of a task's slide."""
    found: float | None = await session.scalar(select(Slide.mpp).where(Slide.id == task.slide_id))
    return (task.image or {}).get("mpp") or found


async def _measured(session: AsyncSession, task: Task, label: LabelVersion) -> Facts:
    data = await load(session, label.object_id)
    date, sex = await examined_on(session, task)
    if task.slide_id is None:
        image = await image_files(session, task)
        facts = await compute.run(measure_packed, data, task.vocabulary, image, seconds=SECONDS)
    else:
        body: dict[str, Any] = json.loads(data)
        facts = facts_of_slide(
            from_elements(body["elements"]),
            words_of(task),
            labels=label.hash,
            mpp=await mpp_of(session, task),
            absent=body["absent"],
        )
    return replace(facts, date=date, sex=sex)
