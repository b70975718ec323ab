"""Polygons on a slide: one row per revision of an element, nothing is overwritten."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.server.draw import check_lease
from renkei.annotate.server.find import find_own, find_task, words_of
from renkei.annotate.server.tables import Attempt, SlideElement
from renkei.annotate.slides import check_outline
from renkei.errors import ConflictError, UsageError
from renkei.imaging.outlines import Outline, Ring


class RevisionConflictError(ConflictError):
    """The polygon was changed elsewhere; facts give its newest revision."""


class NotASlideError(UsageError):
    """Polygons are drawn on slides."""


async def put_element(
    session: AsyncSession,
    *,
    attempt_id: UUID,
    lease: UUID,
    element_id: UUID,
    revision: int,
    outline: Outline,
    deleted: bool = False,
) -> SlideElement:
    """Write one revision of a polygon; the same one again gives the same answer.

    Raises:
        NoSuchAttemptError: There is none, or it is somebody else's.
        NotASlideError: The task is not on a slide.
        LeaseHeldError: Another window draws in it.
        OutlineRefusedError: It is no polygon on this slide.
        RevisionConflictError: It does not follow the newest revision.
    """
    attempt = await find_own(session, attempt_id=attempt_id, lock=True)
    check_lease(attempt, lease)
    task = await find_task(session, task_id=attempt.task_id)
    if task.slide_id is None or task.image is None:
        raise NotASlideError("Polygons are drawn on slides; draw strokes on a volume.")
    check_outline(outline, words_of(task), task.image["width"], task.image["height"])
    rings = [[[x, y] for x, y in ring] for ring in outline.rings]
    mine = select(SlideElement).where(
        SlideElement.attempt_id == attempt.id, SlideElement.element_id == element_id
    )
    newest = await session.scalar(mine.order_by(SlideElement.revision.desc()).limit(1))
    last = newest.revision if newest else 0
    same = newest is not None and (newest.key, newest.rings, newest.deleted) == (
        outline.name,
        rings,
        deleted,
    )
    if newest is not None and same and revision == last:
        return newest
    if revision != last + 1:
        raise RevisionConflictError(
            "This polygon was changed elsewhere; load the case again.", last_revision=last
        )
    element = SlideElement(
        subject_id=attempt.subject_id,
        site_id=attempt.site_id,
        attempt_id=attempt.id,
        user_id=attempt.user_id,
        element_id=element_id,
        revision=revision,
        key=outline.name,
        rings=rings,
        deleted=deleted,
    )
    session.add(element)
    await session.flush()
    return element


async def elements_now(session: AsyncSession, attempt: Attempt) -> list[SlideElement]:
    """Return the newest revision of each polygon that is not deleted, in the order drawn."""
    rows = await session.scalars(
        select(SlideElement)
        .where(SlideElement.attempt_id == attempt.id)
        .ext(distinct_on(SlideElement.element_id))
        .order_by(SlideElement.element_id, SlideElement.revision.desc())
    )
    return sorted((row for row in rows if not row.deleted), key=lambda row: row.element_id.hex)


def outline_of(element: SlideElement) -> Outline:
    """Return the polygon of a row."""
    return Outline(element.key, tuple(_ring(ring) for ring in element.rings))


def _ring(points: list[list[float]]) -> Ring:
    return tuple((float(x), float(y)) for x, y in points)
