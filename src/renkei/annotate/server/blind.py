"""What a reader is told of an image: aliases of their own part, so that no case is known again.

A hidden case and a re-read are tasks of their own on the same image, so nothing that leaves may
name it twice alike. Only signed labels are given out in files that name it.
"""

from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import SQLColumnExpression, Uuid, case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.protocol import TaskState
from renkei.annotate.server.tables import LabelVersion, Signature, Task
from renkei.dicomweb.alias import alias_of, alias_of_id
from renkei.errors import ForbiddenError
from renkei.server.actor import Role
from renkei.server.db import actor_of

HEX_OF_UUID = 32


class ImageHiddenError(ForbiddenError):
    """The file would say whose image it is before the labels are signed."""


class Pictured(Protocol):
    """A row that names its image."""

    @property
    def series_id(self) -> UUID | None:
        """Return the series."""

    @property
    def slide_id(self) -> UUID | None:
        """Return the slide."""


def is_blind(session: AsyncSession) -> bool:
    """Tell whether the actor must not know an image again."""
    return actor_of(session).role is Role.READER


def hidden_image(
    session: AsyncSession, row: Pictured, task_id: UUID | None
) -> dict[str, UUID | None]:
    """Return what the image of a row is called for a reader; nothing to change for others."""
    if not is_blind(session):
        return {}
    root = _root(session, task_id)
    return {
        name: None if image is None else alias_of_id(root, image)
        for name, image in (("series_id", row.series_id), ("slide_id", row.slide_id))
    }


def hidden_images(
    session: AsyncSession,
    rows: type[Task | LabelVersion | Signature],
    task_id: SQLColumnExpression[Any],
) -> dict[str, SQLColumnExpression[Any]]:
    """Return the columns that say the same to a list's filters and to its file."""
    if not is_blind(session):
        return {}
    return {
        name: _alias(session, task_id, column)
        for name, column in (("series_id", rows.series_id), ("slide_id", rows.slide_id))
    }


def hidden_header(session: AsyncSession, task: Task) -> dict[str, Any] | None:
    """Return the header of a task's image, for a reader with aliases for its UIDs."""
    header = task.image
    if header is None or "sop_uids" not in header or not is_blind(session):
        return header
    root, frame = _root(session, task.id), header.get("frame_of_reference_uid")
    return {
        **header,
        "sop_uids": [alias_of(root, uid) if uid else uid for uid in header["sop_uids"]],
        "frame_of_reference_uid": alias_of(root, frame) if frame else frame,
    }


async def check_may_name(session: AsyncSession, label: LabelVersion) -> None:
    """Refuse a reader a file that names the image, unless the labels' task is signed.

    Raises:
        ImageHiddenError: It is not.
    """
    if not is_blind(session):
        return
    state = await session.scalar(select(Task.state).where(Task.id == label.task_id))
    if state is not TaskState.SIGNED:
        raise ImageHiddenError(
            "This file names the image, which stays hidden until the labels are signed; "
            "take another format."
        )


def _root(session: AsyncSession, task_id: UUID | None) -> str:
    return f"{task_id}/{actor_of(session).id}"


def _alias(
    session: AsyncSession, task_id: SQLColumnExpression[Any], column: SQLColumnExpression[Any]
) -> SQLColumnExpression[Any]:
    text = func.concat(task_id, "/", actor_of(session).id, "/", column)
    digest = func.encode(func.sha256(func.convert_to(text, "UTF8")), "hex")
    return case((column.is_not(None), cast(func.left(digest, HEX_OF_UUID), Uuid)))
