"""Elements on a slide: one row per revision of an element, nothing is overwritten."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.elements import Row, pack_rings, unpack_rings
from renkei.annotate.server.draw import check_lease
from renkei.annotate.server.find import find_own, find_task, words_of
from renkei.annotate.server.tables import Attempt, SlideElement, Task
from renkei.annotate.slides import OutlineRefusedError, check_outline, element_name
from renkei.errors import ConflictError, UsageError
from renkei.imaging.outlines import Outline

DEEPEST = 16


class RevisionConflictError(ConflictError):
    """The element was changed elsewhere; facts give its newest revision."""


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
    parent: UUID | None = None,
    deleted: bool = False,
) -> SlideElement:
    """Write one revision of an element; the same one again gives the same answer.

    Raises:
        NoSuchAttemptError: There is none, or it is somebody else's.
        NotASlideError: The task is not on a slide.
        LeaseHeldError: Another window draws in it.
        OutlineRefusedError: It is no element on this slide, or lies in itself.
        RevisionConflictError: It does not follow the newest revision.
    """
    attempt = await find_own(session, attempt_id=attempt_id, lock=True)
    check_lease(attempt, lease)
    task = await find_task(session, task_id=attempt.task_id)
    _check(task, [outline])
    await _check_parent(session, attempt, element_id, parent)
    values = _values(outline, parent, deleted=deleted)
    newest = await _newest(session, attempt, element_id)
    last = newest.revision if newest else 0
    same = newest is not None and all(getattr(newest, name) == v for name, v in values.items())
    if newest is not None and same and revision == last:
        return newest
    if revision != last + 1:
        raise RevisionConflictError(
            "This polygon was changed elsewhere; load the case again.", last_revision=last
        )
    element = SlideElement(**_owner(attempt), element_id=element_id, revision=revision, **values)
    session.add(element)
    await session.flush()
    return element


async def put_outlines(
    session: AsyncSession, attempt: Attempt, task: Task, outlines: Sequence[Outline]
) -> None:
    """Write the outlines of a file at once; one that is there already stays as it is.

    Raises:
        NotASlideError: The task is not on a slide.
        OutlineRefusedError: One of them is no element on this slide.
    """
    _check(task, outlines)
    names = {o.id: uuid5(attempt.id, element_name(o)) for o in outlines if o.id}
    rows = {}
    for outline in outlines:
        own = uuid5(attempt.id, element_name(outline))
        parent = names.get(outline.parent)
        values = _values(outline, None if parent == own else parent)
        rows[own] = {**_owner(attempt), "element_id": own, "revision": 1, **values}
    there = await session.scalars(
        select(SlideElement.element_id).where(SlideElement.attempt_id == attempt.id).distinct()
    )
    for known in there:
        rows.pop(known, None)
    if rows:
        await session.execute(insert(SlideElement), list(rows.values()))


async def rows_now(session: AsyncSession, attempt: Attempt) -> list[Row]:
    """Return the newest revision of each element that is not deleted, in the order of their ids."""
    found = await session.execute(
        select(
            SlideElement.element_id,
            SlideElement.revision,
            SlideElement.key,
            SlideElement.kind,
            SlideElement.parent,
            SlideElement.shape,
            SlideElement.deleted,
        )
        .where(SlideElement.attempt_id == attempt.id)
        .ext(distinct_on(SlideElement.element_id))
        .order_by(SlideElement.element_id, SlideElement.revision.desc())
    )
    return [Row(*row[:6]) for row in found if not row[6]]


async def elements_now(session: AsyncSession, attempt: Attempt) -> list[Outline]:
    """Return what an attempt draws on its slide as outlines."""
    return [
        Outline(
            row.key,
            unpack_rings(row.shape),
            None,
            row.kind,
            str(row.element_id),
            str(row.parent or ""),
        )
        for row in await rows_now(session, attempt)
    ]


def _values(outline: Outline, parent: UUID | None, *, deleted: bool = False) -> dict[str, Any]:
    return {
        "key": outline.name,
        "kind": outline.kind,
        "parent": parent,
        "shape": pack_rings(outline.rings),
        "deleted": deleted,
    }


def _owner(attempt: Attempt) -> dict[str, Any]:
    return {
        "subject_id": attempt.subject_id,
        "site_id": attempt.site_id,
        "attempt_id": attempt.id,
        "user_id": attempt.user_id,
    }


def _check(task: Task, outlines: Sequence[Outline]) -> None:
    if task.slide_id is None or task.image is None:
        raise NotASlideError("Polygons are drawn on slides; draw strokes on a volume.")
    words, width, height = words_of(task), task.image["width"], task.image["height"]
    for outline in outlines:
        check_outline(outline, words, width, height)


async def _newest(session: AsyncSession, attempt: Attempt, element_id: UUID) -> SlideElement | None:
    found: SlideElement | None = await session.scalar(
        select(SlideElement)
        .where(SlideElement.attempt_id == attempt.id, SlideElement.element_id == element_id)
        .order_by(SlideElement.revision.desc())
        .limit(1)
    )
    return found


async def _check_parent(
    session: AsyncSession, attempt: Attempt, element_id: UUID, parent: UUID | None
) -> None:
    above = parent
    for _ in range(DEEPEST):
        if above is None:
            return
        row = await _newest(session, attempt, above)
        if row is None or above == element_id:
            break
        above = row.parent
    raise OutlineRefusedError("An element lies in a region of the same reading, not in itself.")
