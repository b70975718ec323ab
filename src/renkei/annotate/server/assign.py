"""Hand out tasks: one image each, a team in which nobody checks their own work."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import SystemRandom
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.anchoring import reads_without
from renkei.annotate.protocol import AttemptState, Part, TaskState, check_team
from renkei.annotate.protocols import Protocol, load_protocol
from renkei.annotate.server.credential import NotAReaderError, check_credentials
from renkei.annotate.server.find import find_task, move
from renkei.annotate.server.gold import make_gold_task
from renkei.annotate.server.key import lot_key
from renkei.annotate.server.propose import case_of_image, case_of_task
from renkei.annotate.server.tables import Arm, Attempt, Task
from renkei.annotate.vocabulary import Geometry, load_vocabulary
from renkei.errors import ConflictError, DataRefusedError, NotFoundError
from renkei.people.server.tables import User
from renkei.server.actor import Role
from renkei.server.audit import record
from renkei.server.jobs import defer
from renkei.subjects.server.grant import end_grants, grant_view
from renkei.subjects.server.tables import Series, Slide, Subject

GRANT = timedelta(days=180)
GOLD_SHARE = 0.05
SIDES = ("A", "B", "C", "D", "E", "F", "G", "H")


class NoSuchImageError(NotFoundError):
    """There is no such series or slide, or none that the actor may see."""


class WithdrawnImageError(ConflictError):
    """The subject of an image has withdrawn; its bytes are erased."""


class TaskOpenError(ConflictError):
    """The image is being read for this vocabulary already."""


class WrongVocabularyError(DataRefusedError):
    """Masks are for series, polygons for slides."""


async def create_tasks(
    session: AsyncSession,
    *,
    protocol: str,
    vocabulary: str,
    readers: Sequence[UUID],
    adjudicator: UUID,
    series_ids: Sequence[UUID] = (),
    slide_ids: Sequence[UUID] = (),
) -> list[Task]:
    """Make a task for each image and let its team see it; the image is prepared by a job.

    Which reader is side A is drawn by lot for each task.

    Raises:
        NoSuchProtocolError: It is not installed.
        ReadersMissingError: The protocol needs another number of readers.
        RolesMixedError: Somebody has two parts.
        NotAReaderError: Somebody is no active reader.
        CredentialMissingError: Somebody may not read an image.
        NoSuchImageError: There is no such image.
        WithdrawnImageError: The subject of an image has withdrawn.
        TaskOpenError: An image is being read for this vocabulary.
    """
    way = load_protocol(protocol)
    check_team(way, [str(reader) for reader in readers], str(adjudicator))
    words = load_vocabulary(vocabulary)
    await check_readers(session, [*readers, adjudicator])
    polygons = words.terms[0].geometry is Geometry.POLYGON
    if (polygons and series_ids) or (not polygons and slide_ids):
        raise WrongVocabularyError(
            "This vocabulary is not for this kind of image; choose another one."
        )
    images = await images_of(session, series_ids, slide_ids)
    tasks = []
    for image in images:
        case = await case_of_image(session, image, words)
        await check_credentials(session, [*readers, adjudicator], case)
        task = await _insert(session, image, words.reference, way)
        team = list(readers)
        SystemRandom().shuffle(team)
        for alias, user_id in zip(SIDES, team, strict=False):
            await add_part(session, task, user_id, Part.READER, alias)
            await _hide_gold(session, task, user_id)
        await add_part(session, task, adjudicator, Part.ADJUDICATOR, "adjudicator")
        await record(session, "annotate.assign", task)
        await defer(session, "annotate.prepare", task_id=task.id)
        tasks.append(task)
    return tasks


async def _hide_gold(session: AsyncSession, task: Task, user_id: UUID) -> None:
    if reads_without(lot_key(), f"hidden {task.id}", str(user_id), share=GOLD_SHARE):
        gold = await make_gold_task(session, user_id=user_id, vocabulary=task.vocabulary)
        if gold is not None:
            await add_part(session, gold, user_id, Part.READER, SIDES[0])


async def add_approver(session: AsyncSession, *, task_id: UUID, user_id: UUID) -> Attempt:
    """Let one more person sign a task, for instance when the adjudicator drew in it.

    Raises:
        NotFoundError: There is no such task.
        NotAReaderError: The person is no active reader.
        TaskOpenError: The person has a part in this task already.
    """
    task = await find_task(session, task_id=task_id)
    await check_readers(session, [user_id])
    await check_no_part(session, task, user_id)
    await check_credentials(session, [user_id], await case_of_task(session, task))
    return await add_part(session, task, user_id, Part.APPROVER, "approver")


async def exclude_task(session: AsyncSession, *, task_id: UUID, reason: str) -> Task:
    """End a task without labels, with a reason, and close its views.

    Raises:
        NotFoundError: There is no such task.
        TaskStateError: It has ended.
    """
    task = await find_task(session, task_id=task_id, lock=True)
    task.state, task.reason = move(task, "exclude"), reason
    await close_views(session, task)
    await record(session, "annotate.exclude", task, why=reason)
    return task


async def close_views(session: AsyncSession, task: Task) -> int:
    """Take back what the team of a task sees of its image; return how many grants ended."""
    users = await session.scalars(select(Attempt.user_id).where(Attempt.task_id == task.id))
    return sum([await close_view(session, task, user_id) for user_id in list(users)])


async def close_view(session: AsyncSession, task: Task, user_id: UUID) -> int:
    """Take back what somebody sees of a task's image, unless another task shows it to them."""
    gone = [AttemptState.RELEASED, AttemptState.CANNOT_READ, AttemptState.DOUBTED]
    others = (
        select(Task.id)
        .join(Attempt, Attempt.task_id == Task.id)
        .where(
            Attempt.user_id == user_id,
            Attempt.state.not_in(gone),
            Task.id != task.id,
            Task.state.not_in([TaskState.EXCLUDED, TaskState.WITHDRAWN]),
            Task.series_id == task.series_id if task.series_id else Task.slide_id == task.slide_id,
        )
    )
    if await session.scalar(others.limit(1)) is not None:
        return 0
    return await end_grants(
        session, user_id=user_id, series_id=task.series_id, slide_id=task.slide_id
    )


async def check_readers(session: AsyncSession, users: Sequence[UUID]) -> None:
    """Refuse a team in which somebody is no active reader.

    Raises:
        NotAReaderError: Somebody is not.
    """
    query = select(User.id).where(User.id.in_(users), User.role == Role.READER, User.active)
    if len(list(await session.scalars(query))) != len(set(users)):
        raise NotAReaderError("Choose active readers.")


async def images_of(
    session: AsyncSession, series_ids: Sequence[UUID], slide_ids: Sequence[UUID]
) -> list[Series | Slide]:
    """Return series and slides.

    Raises:
        NoSuchImageError: There is none of one id, or none that the actor may see.
        WithdrawnImageError: The subject of one has withdrawn.
    """
    series = list(await session.scalars(select(Series).where(Series.id.in_(series_ids))))
    slides = list(await session.scalars(select(Slide).where(Slide.id.in_(slide_ids))))
    if len(series) != len(set(series_ids)) or len(slides) != len(set(slide_ids)):
        raise NoSuchImageError("There is no such series or slide; choose one from the list.")
    images: list[Series | Slide] = [*series, *slides]
    subjects = Subject.id.in_({image.subject_id for image in images})
    gone = select(Subject.id).where(subjects, Subject.withdrawn_at.is_not(None))
    if await session.scalar(gone.limit(1)) is not None:
        raise WithdrawnImageError("The subject of an image has withdrawn; choose other images.")
    return images


async def _insert(
    session: AsyncSession, image: Series | Slide, vocabulary: str, protocol: Protocol
) -> Task:
    of_series = isinstance(image, Series)
    row = insert(Task).values(
        subject_id=image.subject_id,
        site_id=image.site_id,
        series_id=image.id if of_series else None,
        slide_id=None if of_series else image.id,
        modality=image.modality if isinstance(image, Series) else "SM",
        vocabulary=vocabulary,
        protocol=protocol.name,
        state=TaskState.DRAFT,
        readers_left=protocol.readers,
    )
    task: Task | None = await session.scalar(row.on_conflict_do_nothing().returning(Task))
    if task is None:
        raise TaskOpenError(
            "This image is being read for this vocabulary already; wait for that task to end."
        )
    return task


async def check_no_part(session: AsyncSession, task: Task, user_id: UUID) -> None:
    """Refuse somebody who has a part in a task.

    Raises:
        TaskOpenError: They have one.
    """
    attempts = select(Attempt.id).where(Attempt.task_id == task.id, Attempt.user_id == user_id)
    if await session.scalar(attempts) is not None:
        raise TaskOpenError("This person has a part in the task already; choose somebody else.")


async def add_part(
    session: AsyncSession, task: Task, user_id: UUID, part: Part, alias: str
) -> Attempt:
    """Give somebody a part in a task, and let them see its image."""
    plain = reads_without(lot_key(), str(task.id), str(user_id))
    attempt = Attempt(
        subject_id=task.subject_id,
        site_id=task.site_id,
        task_id=task.id,
        user_id=user_id,
        part=part,
        alias=alias,
        arm=Arm.PLAIN if plain else Arm.PREFILL,
    )
    session.add(attempt)
    await session.flush()
    await grant_view(
        session,
        user_id=user_id,
        expires_at=datetime.now(UTC) + GRANT,
        series_id=task.series_id,
        slide_id=task.slide_id,
    )
    return attempt
