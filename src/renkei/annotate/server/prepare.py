"""Prepare a task: read its image once, so that the browser gets slabs and every save is checked."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from renkei import compute
from renkei.annotate.outline_files import PREAMBLE, is_dicom
from renkei.annotate.protocol import TaskState
from renkei.annotate.server.assign import close_views
from renkei.annotate.server.find import find_task, image_files, move
from renkei.annotate.server.tables import Task
from renkei.annotate.view import prepare_image
from renkei.errors import DataRefusedError
from renkei.proof import canonical, digest
from renkei.server.actor import system
from renkei.server.audit import record
from renkei.server.db import transaction
from renkei.server.keys import ObjectErasedError
from renkei.server.storage import load_range, store
from renkei.subjects.server.files import NoSuchFileError, series_renditions
from renkei.subjects.server.tables import Slide

REASON = system("prepare an image for reading")
SECONDS = 600.0
# What another try does not mend: the bytes make no image, are gone, or their key is destroyed.
UNREADABLE = (DataRefusedError, NoSuchFileError, ObjectErasedError)


async def prepare_task(task_id: UUID) -> None:
    """Bring a task from draft to ready; an image that cannot be read excludes it, with the code."""
    try:
        async with transaction(REASON) as session:
            task = await find_task(session, task_id=task_id)
            if task.state is not TaskState.DRAFT:
                return
            if task.slide_id is not None:
                slide = await session.get_one(Slide, task.slide_id)
                first = await load_range(session, slide.object_id, 0, PREAMBLE)
                _prepare_slide(task, slide, dicom=is_dicom(first))
                return
            files, source, modality = await image_files(session, task)
            source_sha256 = await source_hash(session, task)
        header, voxels = await compute.run(prepare_image, files, source, modality, seconds=SECONDS)
    except UNREADABLE as error:
        await _exclude(task_id, error.code)
        return
    async with transaction(REASON) as session:
        task = await find_task(session, task_id=task_id, lock=True)
        if task.state is not TaskState.DRAFT:
            return
        kept = await store(session, voxels, site_id=task.site_id, subject_id=task.subject_id)
        task.image, task.image_object_id = header, kept.id
        task.source_sha256 = source_sha256
        task.state = move(task, "prepare")


async def _exclude(task_id: UUID, code: str) -> None:
    async with transaction(REASON) as session:
        task = await find_task(session, task_id=task_id, lock=True)
        if task.state is TaskState.DRAFT:
            task.state, task.reason = move(task, "exclude"), code
            await close_views(session, task)
            await record(session, "annotate.exclude", task, why=code)


async def source_hash(session: AsyncSession, task: Task) -> str:
    """Return the hash over the bytes of a task's image."""
    if task.slide_id is not None:
        return (await session.get_one(Slide, task.slide_id)).sha256
    rows = await series_renditions(session, task.series_id or task.id)
    return digest(canonical([row.sha256 for row in rows]))


def _prepare_slide(task: Task, slide: Slide, *, dicom: bool) -> None:
    task.image = {
        "width": slide.width,
        "height": slide.height,
        "mpp": slide.mpp,
        "modality": "SM",
        "dicom": dicom,
    }
    task.source_sha256 = slide.sha256
    task.state = move(task, "prepare")
