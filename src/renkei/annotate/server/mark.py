"""Marks on a volume: one row per revision, its numbers taken here, nothing overwritten."""

import asyncio
from collections import defaultdict
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei import compute
from renkei.annotate.mark_files import marks_csv, report_of_marks
from renkei.annotate.marking import MOST_MARKS, answered_twice, check_mark
from renkei.annotate.marks import (
    Mark,
    MarkRefusedError,
    mark_of,
    measured,
    needs_voxels,
    region_of,
)
from renkei.annotate.server.blind import check_may_name
from renkei.annotate.server.draw import check_lease
from renkei.annotate.server.element import RevisionConflictError
from renkei.annotate.server.find import find_label, find_own, find_task, load_labels, words_of
from renkei.annotate.server.tables import Attempt, MarkRevision, Task
from renkei.annotate.view import geometry_of_header
from renkei.annotate.vocabulary import load_vocabulary
from renkei.errors import UsageError
from renkei.imaging.labels import read_marks
from renkei.server.audit import record
from renkei.server.storage import load, load_range
from renkei.subjects.server.files import series_files
from renkei.subjects.server.tables import Series

SECONDS = 120.0


class VolumeNeededError(UsageError):
    """Marks are set on volumes."""


async def put_mark(
    session: AsyncSession,
    *,
    attempt_id: UUID,
    lease: UUID,
    mark_id: UUID,
    revision: int,
    mark: Mark,
    deleted: bool = False,
) -> MarkRevision:
    """Measure a mark and write its revision; the same one again gives the same answer.

    Raises:
        NoSuchAttemptError: There is none, or it is somebody else's.
        VolumeNeededError: The task is not on a volume.
        LeaseHeldError: Another window draws in it.
        MarkRefusedError: It does not fit the image or the vocabulary.
        RevisionConflictError: It does not follow the newest revision.
    """
    attempt = await find_own(session, attempt_id=attempt_id, lock=True)
    check_lease(attempt, lease)
    task = await find_task(session, task_id=attempt.task_id)
    if task.image is None or "shape" not in task.image:
        raise VolumeNeededError("Marks are set on volumes; outline areas on a slide.")
    grid = geometry_of_header(task.image)
    check_mark(mark, words_of(task), grid)
    rows = {row.mark_id: row for row in await _newest(session, attempt)}
    known = rows.pop(mark_id, None)
    if known is not None and known.revision == revision and _same(known, mark, deleted=deleted):
        return known
    if revision != (known.revision if known else 0) + 1:
        raise RevisionConflictError(
            "This mark was changed elsewhere; load the case again.",
            last_revision=known.revision if known else 0,
        )
    others = [mark_of_row(row) for row in rows.values() if not row.deleted]
    if not deleted and answered_twice(mark, others, grid):
        raise MarkRefusedError("This question is answered already; change that answer.")
    if not deleted and len(others) >= MOST_MARKS:
        raise MarkRefusedError(f"A reading has at most {MOST_MARKS} marks; delete some first.")
    found = await _measured(session, task, mark)
    row = MarkRevision(
        subject_id=attempt.subject_id,
        site_id=attempt.site_id,
        attempt_id=attempt.id,
        user_id=attempt.user_id,
        mark_id=mark_id,
        revision=revision,
        kind=mark.kind,
        key=mark.key,
        points=[list(place) for place in mark.points],
        answer=mark.answer,
        text=mark.text,
        values=dict(found.values),
        deleted=deleted,
    )
    session.add(row)
    await session.flush()
    return row


async def marks_now(session: AsyncSession, attempt: Attempt) -> list[MarkRevision]:
    """Return the newest revision of each mark that is not deleted, in the order they were set."""
    return [row for row in await _newest(session, attempt) if not row.deleted]


async def marks_in(session: AsyncSession, *, label_id: UUID) -> list[Mark]:
    """Return the marks of finished labels.

    Raises:
        NoSuchLabelError: There are none, or none that the actor may see.
        VolumeNeededError: They are a slide's.
        ObjectErasedError: The subject's key was destroyed.
    """
    label = await find_label(session, label_id=label_id)
    if label.series_id is None:
        raise VolumeNeededError("Marks are set on volumes; a slide has outlines.")
    packed = await load(session, label.object_id)
    return [mark_of(row) for row in await asyncio.to_thread(read_marks, packed)]


async def export_marks(session: AsyncSession, *, label_id: UUID, kind: str) -> bytes:
    """Return the marks of finished labels as `csv`, or as a structured report (`sr`).

    Raises:
        NoSuchLabelError: There are none, or none that the actor may see.
        VolumeNeededError: They are a slide's.
        ImageHiddenError: A report would name the image to a reader before the labels are signed.
        StructuredRefusedError: The image is no DICOM, or nothing was measured.
        ObjectErasedError: The subject's key was destroyed.
    """
    marks = await marks_in(session, label_id=label_id)
    label = await find_label(session, label_id=label_id)
    if kind == "sr":
        await check_may_name(session, label)
    series = await session.scalar(select(Series).where(Series.id == label.series_id))
    modality = series.modality if series else ""
    words = load_vocabulary(label.vocabulary)
    labels = await load_labels(session, label_id=label_id)
    await record(session, "annotate.export", label, why=f"marks {kind}")
    if kind == "csv":
        return marks_csv(marks, words, labels.geometry, modality=modality).encode("utf-8-sig")
    files = await series_files(session, label.series_id) if label.series_id else []
    return await compute.run(
        report_of_marks,
        [mark.to_json() for mark in marks],
        label.vocabulary,
        labels.geometry,
        files,
        modality,
        label.hash,
        seconds=SECONDS,
    )


def mark_of_row(row: MarkRevision) -> Mark:
    """Return the mark of a row."""
    points = tuple((float(x), float(y), float(z)) for x, y, z in row.points)
    return Mark(row.kind, row.key, points, row.answer, row.text, row.values)


async def _newest(session: AsyncSession, attempt: Attempt) -> list[MarkRevision]:
    query = select(MarkRevision).where(MarkRevision.attempt_id == attempt.id)
    newest: dict[UUID, MarkRevision] = {}
    for row in await session.scalars(query.order_by(MarkRevision.id)):
        newest[row.mark_id] = row  # a later revision keeps the place of the first
    return list(newest.values())


def _same(row: MarkRevision, mark: Mark, *, deleted: bool) -> bool:
    known = mark_of_row(row)
    fields = (known.kind, known.key, known.points, known.answer, known.text, row.deleted)
    return fields == (mark.kind, mark.key, mark.points, mark.answer, mark.text, deleted)


async def _measured(session: AsyncSession, task: Task, mark: Mark) -> Mark:
    grid = geometry_of_header(task.image or {})
    if not needs_voxels(mark):
        return measured(mark, grid)
    at = await asyncio.to_thread(region_of, mark, grid)
    return measured(mark, grid, await _values_at(session, task, at))


async def _values_at(
    session: AsyncSession, task: Task, at: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return the image's values at voxels (n, 3), read slice by slice so that few are held."""
    image = task.image or {}
    if task.image_object_id is None:
        raise VolumeNeededError("The image of this task is not ready; try again in a moment.")
    _, height, width = image["shape"]
    size = 2 * height * width
    found = np.empty(len(at), dtype=np.float64)
    of_slice: dict[int, list[int]] = defaultdict(list)
    for n, z in enumerate(at[:, 0].tolist()):
        of_slice[z].append(n)
    for z, members in of_slice.items():
        raw = await load_range(session, task.image_object_id, z * size, (z + 1) * size)
        plane = np.frombuffer(raw, dtype="<i2").reshape(height, width)
        found[members] = plane[at[members, 1], at[members, 2]]
    return np.asarray(found * float(image["slope"]) + float(image["intercept"]))
