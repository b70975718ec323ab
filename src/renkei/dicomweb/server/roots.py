"""Open, find and close roots."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from renkei.dicomweb.server.tables import Purpose, Root, RootImage
from renkei.errors import NotFoundError, UsageError
from renkei.people.secret import hash_secret, new_secret
from renkei.people.server.organisation import actor_of_user
from renkei.people.server.tables import User
from renkei.server.actor import Actor, system
from renkei.server.audit import record
from renkei.server.db import transaction
from renkei.subjects.server.tables import Series, Slide, Source

COOKIE = "renkei_root"
HOURS = 8
MOST_IMAGES = 1_000
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class NoSuchRootError(NotFoundError):
    """There is no such root, none that is still open, or none of the actor's own."""


class NoSuchImageError(NotFoundError):
    """There is no such image, or none below this root."""


class EmptyRootError(UsageError):
    """A root is for at least one series or slide."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A new root; `secret` goes into the cookie of its path and is kept nowhere."""

    root: Root
    secret: str

    @property
    def path(self) -> str:
        """Return where the root's images lie."""
        return f"/dicom-web/{self.root.id}"


async def grant_root(
    session: AsyncSession,
    *,
    user_id: UUID,
    purpose: Purpose = Purpose.VIEW,
    series_ids: Sequence[UUID] = (),
    slide_ids: Sequence[UUID] = (),
    expires_at: datetime | None = None,
    labels: Sequence[str] = (),
) -> Opened:
    """Open a root for a user over images that the actor may see; eight hours unless said.

    The user sees below it only what their own rights still show when they ask. `labels` are the
    names that its viewer offers.

    Raises:
        EmptyRootError: No image is named, or too many.
        NoSuchImageError: One of them does not exist, or the actor may not see it.
    """
    if not 1 <= len(series_ids) + len(slide_ids) <= MOST_IMAGES:
        raise EmptyRootError(f"Name 1 to {MOST_IMAGES} series or slides.")
    series = list(await session.scalars(select(Series).where(Series.id.in_(set(series_ids)))))
    slides = list(await session.scalars(select(Slide).where(Slide.id.in_(set(slide_ids)))))
    if len(series) != len(set(series_ids)) or len(slides) != len(set(slide_ids)):
        raise NoSuchImageError("There is no such series or slide; choose one from the list.")
    secret = new_secret()
    root = Root(
        user_id=user_id,
        purpose=purpose,
        secret_sha256=hash_secret(secret),
        expires_at=expires_at or datetime.now(UTC) + timedelta(hours=HOURS),
        labels=list(labels),
    )
    session.add(root)
    await session.flush()
    for one in series:
        study_id = one.study_id if one.source is Source.DICOM else None
        session.add(_image(root, one, series_id=one.id, study_id=study_id))
    for slide in slides:
        session.add(_image(root, slide, slide_id=slide.id))
    await session.flush()
    await record(session, "dicomweb.open", root, why=purpose)
    return Opened(root, secret)


def _image(root: Root, of: Series | Slide, **which: UUID | None) -> RootImage:
    own: dict[str, Any] = {
        "root_id": root.id,
        "subject_id": of.subject_id,
        "site_id": of.site_id,
        **which,
    }
    return RootImage(**own)


async def find_root(session: AsyncSession, *, root_id: UUID) -> Root:
    """Return an open root of the actor's.

    Raises:
        NoSuchRootError: There is none.
    """
    root = await session.scalar(
        select(Root).where(
            Root.id == root_id, Root.closed_at.is_(None), Root.expires_at > func.clock_timestamp()
        )
    )
    if root is None:
        raise NoSuchRootError("There is no such root; open the case again.")
    return root


async def close_root(session: AsyncSession, *, root_id: UUID) -> None:
    """Close a root of the actor's before its time; one that is closed stays closed.

    Raises:
        NoSuchRootError: There is none.
    """
    root = await session.scalar(select(Root).where(Root.id == root_id))
    if root is None:
        raise NoSuchRootError("There is no such root; it has ended, or was another's.")
    if root.closed_at is None:
        root.closed_at = datetime.now(UTC)
        await session.flush()
        await record(session, "dicomweb.close", root)


async def close_roots_of(session: AsyncSession, *, subject_id: UUID) -> int:
    """Close every root that shows a subject; return how many were open."""
    showing = select(RootImage.root_id).where(RootImage.subject_id == subject_id)
    closed = await session.scalars(
        update(Root)
        .where(Root.id.in_(showing), Root.closed_at.is_(None))
        .values(closed_at=func.now())
        .returning(Root.id)
    )
    return len(list(closed))


async def actor_by_root(request: Request) -> None:
    """Let a read below a root act as its holder, by the cookie of the root's path.

    A request with a token, or whose cookie is not of an open root, goes on to the ordinary sign-in.
    """
    secret = request.cookies.get(COOKIE)
    if not secret or request.method not in SAFE or "authorization" in request.headers:
        return
    actor = await _holder(request.path_params.get("root"), secret)
    if actor is not None:
        request.state.actor = actor


async def _holder(root_id: object, secret: str) -> Actor | None:
    async with transaction(system("root of a view")) as session:
        user = await session.scalar(
            select(User)
            .join(Root, Root.user_id == User.id)
            .where(
                Root.secret_sha256 == hash_secret(secret),
                Root.closed_at.is_(None),
                Root.expires_at > func.clock_timestamp(),
                User.active,
            )
            .where(Root.id == _uuid(root_id))
        )
        return None if user is None else actor_of_user(user)


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


def set_cookie(response: Response, opened: Opened, *, secure: bool) -> None:
    """Give the holder of a new root the cookie of its path."""
    response.set_cookie(
        COOKIE,
        opened.secret,
        expires=opened.root.expires_at,
        path=opened.path,
        httponly=True,
        samesite="strict",
        secure=secure,
    )
