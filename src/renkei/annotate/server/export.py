"""Hand out what the browser draws by, and labels in the formats of the outside world."""

import asyncio
import gzip
import json
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from renkei import compute
from renkei.annotate.files import OF_SLIDES, WITH_IMAGE, Format
from renkei.annotate.outline_files import MOST_HEADER
from renkei.annotate.server.adjudicate import find_comparison
from renkei.annotate.server.blind import check_may_name
from renkei.annotate.server.draw import canvas_now
from renkei.annotate.server.find import (
    NoSuchTaskError,
    find_label,
    find_own,
    find_task,
    label_bytes,
    words_of,
)
from renkei.annotate.slides import export_elements
from renkei.annotate.vocabulary import UnknownTermError, Vocabulary
from renkei.annotate.work import difference_of, export_packed, group_of
from renkei.errors import UsageError
from renkei.imaging.outlines import Scale
from renkei.server.audit import record
from renkei.server.storage import load, load_range
from renkei.subjects.server.files import series_files
from renkei.subjects.server.tables import Slide

SECONDS = 300.0
FAST = 1  # level of gzip: masks are runs of equal bytes, more gains nothing


class NotAnExportError(UsageError):
    """These labels cannot be written in this format."""


async def read_slab(session: AsyncSession, *, task_id: UUID, number: int) -> bytes:
    """Return one slab of a task's image, int16 little-endian, gzipped.

    Raises:
        NoSuchTaskError: There is no such task, or its image is not ready, or no such slab.
    """
    task = await find_task(session, task_id=task_id)
    image = task.image
    if image is None or task.image_object_id is None:
        raise NoSuchTaskError("The image of this task is not ready; try again in a moment.")
    z, y, x = image["shape"]
    start, stop = number * image["slab"], min((number + 1) * image["slab"], z)
    if not 0 <= start < z:
        raise NoSuchTaskError("The image has no such slab; its header says how many there are.")
    raw = await load_range(session, task.image_object_id, start * y * x * 2, stop * y * x * 2)
    return await asyncio.to_thread(gzip.compress, raw, FAST, mtime=0)


async def read_mask(session: AsyncSession, *, attempt_id: UUID, group: str) -> bytes:
    """Return what the actor's own attempt draws in a group, one byte per voxel, gzipped.

    Raises:
        NoSuchAttemptError: There is none, or it is somebody else's.
        UnknownTermError: The vocabulary has no such group.
    """
    attempt = await find_own(session, attempt_id=attempt_id)
    task = await find_task(session, task_id=attempt.task_id)
    _check_group(words_of(task), group)
    canvas = await canvas_now(session, attempt, task)
    return await asyncio.to_thread(gzip.compress, canvas[group].tobytes(), FAST, mtime=0)


async def read_compared(session: AsyncSession, *, task_id: UUID, side: str, group: str) -> bytes:
    """Return reading A, reading B or their difference in a group, gzipped.

    In the difference 1 is only A, 2 only B, 3 both the same, 4 another label.

    Raises:
        NoComparisonError: There is none, or none that the actor may see yet.
        UnknownTermError: The vocabulary has no such group.
    """
    comparison = await find_comparison(session, task_id=task_id)
    task = await find_task(session, task_id=task_id)
    _check_group(words_of(task), group)
    a = await label_bytes(session, label_id=comparison.a_label_id)
    b = await label_bytes(session, label_id=comparison.b_label_id)
    if side == "difference":
        raw = await asyncio.to_thread(difference_of, a, b, task.vocabulary, group)
    else:
        raw = await asyncio.to_thread(group_of, a if side == "a" else b, task.vocabulary, group)
    return await asyncio.to_thread(gzip.compress, raw, FAST, mtime=0)


async def read_compared_outlines(
    session: AsyncSession, *, task_id: UUID, side: str
) -> list[dict[str, Any]]:
    """Return the polygons of reading A or B of a slide, each with its class and rings.

    Raises:
        NoComparisonError: There is none, or none that the actor may see yet.
        NotAnExportError: The task is on a volume; its readings are masks.
    """
    comparison = await find_comparison(session, task_id=task_id)
    task = await find_task(session, task_id=task_id)
    if task.slide_id is None:
        raise NotAnExportError("This task is on a volume: ask for its masks.")
    label = comparison.a_label_id if side == "a" else comparison.b_label_id
    elements: list[dict[str, Any]] = json.loads(await label_bytes(session, label_id=label))[
        "elements"
    ]
    return elements


def _check_group(words: Vocabulary, group: str) -> None:
    if group not in words.groups:
        raise UnknownTermError(
            "The vocabulary of this task has no such group; take one that it lists."
        )


async def export_label(session: AsyncSession, *, label_id: UUID, kind: Format) -> bytes:
    """Return labels as NIfTI, DICOM SEG, packed; of a slide as GeoJSON, COCO or ANN.

    Raises:
        NoSuchLabelError: There are none, or none that the actor may see.
        NotAnExportError: The format is a slide's and this is a volume, or the other way.
        ImageHiddenError: The file would name the image to a reader before the labels are signed.
        ImageNeededError: ANN of a slide that is not DICOM.
        OverlapError: The format cannot hold labels that share voxels.
        ObjectErasedError: The subject's key was destroyed.
    """
    label = await find_label(session, label_id=label_id)
    data = await load(session, label.object_id)
    if (label.slide_id is not None) != (kind in OF_SLIDES):
        raise NotAnExportError("Slides are exported as GeoJSON, COCO, ANN; volumes as NIfTI, SEG.")
    if kind in WITH_IMAGE:
        await check_may_name(session, label)
    await record(session, "annotate.export", label, why=kind.value)
    if label.slide_id is not None:
        slide = await session.get_one(Slide, label.slide_id)
        scale = Scale(slide.width, slide.height, slide.mpp)
        most = MOST_HEADER if kind is Format.ANN else 0
        head = await load_range(session, slide.object_id, 0, most)
        return await compute.run(export_elements, data, kind.value, scale, head, seconds=SECONDS)
    files: list[bytes] = []
    if kind in WITH_IMAGE and label.series_id is not None:
        files = await series_files(session, label.series_id)
    return await compute.run(
        export_packed, data, kind.value, files, tuple(label.assisted), seconds=SECONDS
    )
