"""Grants: a task lets a user see one series or slide until it ends."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import NotFoundError, UsageError
from renkei.server.audit import record
from renkei.subjects.server.tables import Grant, Series, Slide


class NothingToGrantError(UsageError):
    """A grant is for one series or one slide."""


class NoSuchImageError(NotFoundError):
    """There is no such series or slide, or none that the actor may see."""


async def grant_view(
    session: AsyncSession,
    *,
    user_id: UUID,
    expires_at: datetime,
    series_id: UUID | None = None,
    slide_id: UUID | None = None,
) -> Grant:
    """Let a user see a series or a slide; a second grant moves the end of the first.

    Raises:
        NothingToGrantError: Neither or both are named.
        NoSuchImageError: There is none, or none that the actor may see.
    """
    if (series_id is None) == (slide_id is None):
        raise NothingToGrantError("Name one series or one slide.")
    image = await session.scalar(
        select(Series).where(Series.id == series_id)
        if series_id
        else select(Slide).where(Slide.id == slide_id)
    )
    if image is None:
        raise NoSuchImageError("There is no such series or slide; choose one from the list.")
    row = insert(Grant).values(
        user_id=user_id,
        site_id=image.site_id,
        subject_id=image.subject_id,
        expires_at=expires_at,
        series_id=series_id,
        slide_id=slide_id,
    )
    found = await session.scalars(
        row.on_conflict_do_update(
            index_elements=["user_id", "series_id", "slide_id"], set_={"expires_at": expires_at}
        ).returning(Grant),
        execution_options={"populate_existing": True},
    )
    grant = found.one()
    await record(session, "subjects.grant", grant)
    return grant


async def end_grants(
    session: AsyncSession,
    *,
    user_id: UUID,
    series_id: UUID | None = None,
    slide_id: UUID | None = None,
) -> int:
    """Take back what a user may see of a series or slide; return how many grants ended."""
    ended = await session.scalars(
        delete(Grant)
        .where(Grant.user_id == user_id, Grant.series_id == series_id, Grant.slide_id == slide_id)
        .returning(Grant.id)
    )
    return len(list(ended))
