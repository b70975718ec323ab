"""What is looked at beside a task's image: its study's other series, and the study before it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.protocol import TaskState
from renkei.annotate.server.find import find_task
from renkei.annotate.server.tables import Task
from renkei.dicomweb.server.views import decoded_series
from renkei.dicomweb.slabs import Slabs
from renkei.errors import NotFoundError
from renkei.proof import canonical, digest
from renkei.server.db import as_system
from renkei.subjects.server.tables import Series, Source, Study

SHOWN = ("CT", "MR", "PT", "NM")
ENDED = frozenset({TaskState.EXCLUDED, TaskState.WITHDRAWN})
MOST_SERIES = 24
MOST_STUDIES = 20
KEY_LETTERS = 24
# A scout is one or two pictures and makes no stack.
LEAST_SLICES = 3


class NoSuchContextError(NotFoundError):
    """The task has no such series beside its image."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A series beside the task's image.

    `key` names it within its task only, so that nobody recognises a patient by it. `frame` is 0
    for the frame of reference of the task's image, another number for another, None if unknown.
    """

    key: str
    series: Series
    prior: bool
    days_before: int | None
    frame: int | None


async def list_context(session: AsyncSession, *, task_id: UUID) -> list[Beside]:
    """Return the series beside a task's image: of its own study, then of the one before it.

    Whoever sees the task sees these for as long as it runs; they tell nothing of other readers.

    Raises:
        NoSuchTaskError: There is no such task, or none that the actor may see.
    """
    task = await find_task(session, task_id=task_id)
    if task.series_id is None or task.state in ENDED:
        return []
    with as_system(session, "what is read beside a task's image"):
        own = await session.get_one(Series, task.series_id)
        study = await session.get_one(Study, own.study_id)
        current = [one for one in await _of_study(session, study.id) if one.id != own.id]
        before, prior = await _study_before(session, study, own.modality)
    days = (study.date - before.date).days if before and before.date and study.date else None
    frames = _frames(own, [*current, *prior])
    found = chain(
        (_beside(task, one, frames, prior=False) for one in current),
        (_beside(task, one, frames, prior=True, days=days) for one in prior),
    )
    return list(found)[:MOST_SERIES]


async def context_slabs(session: AsyncSession, *, task_id: UUID, key: str) -> Slabs:
    """Return a series beside a task's image, cut into slabs.

    Raises:
        NoSuchTaskError: There is no such task, or none that the actor may see.
        NoSuchContextError: It has no such series beside it.
        DataRefusedError: The files make no volume.
    """
    for one in await list_context(session, task_id=task_id):
        if one.key == key:
            with as_system(session, "what is read beside a task's image"):
                return await decoded_series(session, one.series)
    raise NoSuchContextError("The task has no such series beside its image; ask for the list.")


def _beside(
    task: Task, series: Series, frames: dict[str, int], *, prior: bool, days: int | None = None
) -> Beside:
    key = digest(canonical([str(task.id), str(series.id)]))[:KEY_LETTERS]
    frame = frames.get(series.frame_of_reference_uid or "")
    return Beside(key, series, prior, days, frame)


def _frames(own: Series, others: Sequence[Series]) -> dict[str, int]:
    """Number the frames of reference, the own one 0, so that no UID leaves."""
    uids: Iterator[str | None] = (one.frame_of_reference_uid for one in (own, *others))
    known = list(dict.fromkeys(uid for uid in uids if uid))
    first = 0 if own.frame_of_reference_uid else 1
    return {uid: number for number, uid in enumerate(known, start=first)}


async def _of_study(session: AsyncSession, study_id: UUID) -> list[Series]:
    rows = await session.scalars(
        select(Series)
        .where(
            Series.study_id == study_id,
            Series.modality.in_(SHOWN),
            or_(Series.source == Source.NIFTI, Series.instances >= LEAST_SLICES),
        )
        .order_by(Series.id)
    )
    return list(rows)


async def _study_before(
    session: AsyncSession, study: Study, modality: str
) -> tuple[Study | None, list[Series]]:
    """Return the newest earlier study of the subject with this modality, else with any image."""
    if study.date is None:
        return None, []
    studies = await session.scalars(
        select(Study)
        .where(Study.subject_id == study.subject_id, Study.date < study.date)
        .order_by(Study.date.desc(), Study.id)
        .limit(MOST_STUDIES)
    )
    second: tuple[Study | None, list[Series]] = (None, [])
    for one in list(studies):
        series = await _of_study(session, one.id)
        if any(each.modality == modality for each in series):
            return one, series
        if series and second[0] is None:
            second = one, series
    return second
