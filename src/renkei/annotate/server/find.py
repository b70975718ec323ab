"""Find and lock the rows that verbs change, and move them by the table of transitions."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.protocol import (
    AttemptMove,
    AttemptState,
    Move,
    TaskState,
    move_attempt,
    move_task,
)
from renkei.annotate.server.tables import Attempt, LabelVersion, Task
from renkei.annotate.vocabulary import Vocabulary, load_vocabulary
from renkei.errors import NotFoundError
from renkei.imaging.labels import LabelSet, unpack
from renkei.server.db import actor_of
from renkei.server.storage import load
from renkei.subjects.server.files import series_files
from renkei.subjects.server.tables import Series

ImageFiles = tuple[list[bytes], str, str]


class NoSuchTaskError(NotFoundError):
    """There is no such task, or none that the actor may see."""


class NoSuchAttemptError(NotFoundError):
    """There is no such attempt, or none of the actor's own."""


class NoSuchLabelError(NotFoundError):
    """There are no such labels, or none that the actor may see."""


async def find_task(session: AsyncSession, *, task_id: UUID, lock: bool = False) -> Task:
    """Return a task.

    Raises:
        NoSuchTaskError: There is none, or none that the actor may see.
    """
    query = select(Task).where(Task.id == task_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    task: Task | None = await session.scalar(query)
    if task is None:
        raise NoSuchTaskError("There is no such task; choose one from the list.")
    return task


async def find_own(session: AsyncSession, *, attempt_id: UUID, lock: bool = False) -> Attempt:
    """Return an attempt of the actor's own.

    Raises:
        NoSuchAttemptError: There is none, or it is somebody else's.
    """
    query = select(Attempt).where(
        Attempt.id == attempt_id, Attempt.user_id == UUID(actor_of(session).id)
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    attempt: Attempt | None = await session.scalar(query)
    if attempt is None:
        raise NoSuchAttemptError("There is no such attempt of yours; take the next case.")
    return attempt


async def find_label(session: AsyncSession, *, label_id: UUID | None) -> LabelVersion:
    """Return labels.

    Raises:
        NoSuchLabelError: There are none, or none that the actor may see.
    """
    found = None
    if label_id is not None:
        found = await session.scalar(select(LabelVersion).where(LabelVersion.id == label_id))
    if found is None:
        raise NoSuchLabelError("There are no such labels; choose some from the list.")
    return found


async def label_bytes(session: AsyncSession, *, label_id: UUID | None) -> bytes:
    """Return the stored bytes of labels: packed masks, or the JSON of a slide's elements.

    Raises:
        NoSuchLabelError: There are none, or none that the actor may see.
        ObjectErasedError: The subject's key was destroyed.
    """
    return await load(session, (await find_label(session, label_id=label_id)).object_id)


async def load_labels(session: AsyncSession, *, label_id: UUID) -> LabelSet:
    """Return the masks of labels of a volume.

    Raises:
        NoSuchLabelError: There are none, or none that the actor may see.
        ObjectErasedError: The subject's key was destroyed.
    """
    return unpack(await label_bytes(session, label_id=label_id))


async def image_files(session: AsyncSession, task: Task) -> ImageFiles:
    """Return the files of a task's series, what they are, and the modality."""
    series = await session.scalar(select(Series).where(Series.id == task.series_id))
    if series is None:
        raise NoSuchTaskError("The image of this task is no longer there; exclude the task.")
    return await series_files(session, series.id), series.source.value, series.modality


def words_of(task: Task) -> Vocabulary:
    """Return the vocabulary version that a task is bound to."""
    return load_vocabulary(task.vocabulary)


def move(task: Task, step: str) -> TaskState:
    """Return the state of a task after a move.

    Raises:
        TaskStateError: It cannot be done from where the task stands.
    """
    return move_task(task.state, Move(step))


def move_part(attempt: Attempt, step: str) -> AttemptState:
    """Return the state of an attempt after a move.

    Raises:
        AttemptStateError: It cannot be done from where the attempt stands.
    """
    return move_attempt(attempt.state, AttemptMove(step))
