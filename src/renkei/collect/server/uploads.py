"""Resumable uploads (tus 1.0): the bytes of everything that is not DICOM.

The metadata name the batch and the manifest's number `n`. Clients also send filename
and filetype; nobody reads them: files lie under random names in the hospital's own folder.
"""

import asyncio
import mmap
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from tuspyserver import create_tus_router

from renkei.collect.kinds import DAYS_TO_KEEP, LIMIT
from renkei.collect.server.permit import lock_batch
from renkei.collect.server.upload import find_upload, take_upload
from renkei.errors import TooLargeError, UsageError
from renkei.server.actor import Permission
from renkei.server.db import transaction
from renkei.server.storage import LARGE, Plain
from renkei.server.web import current_actor, needs
from renkei.settings import load_settings

MOST_METADATA = 2000
Completed = Callable[[str, dict[str, str]], Awaitable[None]]
Prepared = Callable[[dict[str, str], dict[str, object]], Awaitable[None]]


class UploadRefusedError(UsageError):
    """The upload does not say what it is."""


class UploadTooLargeError(TooLargeError):
    """The upload is larger than the manifest or the limit of its kind says."""


async def folder_of_site(request: Request) -> Callable[[dict[str, str]], dict[str, str]]:
    """Keep each hospital's half-sent files apart: another's are not there."""
    actor = await current_actor(request)
    folder = load_settings().data.absolute() / "uploads" / str(actor.site)
    await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
    return lambda _metadata: {"files_dir": str(folder)}


async def before_upload(request: Request) -> Prepared:
    """Refuse before a byte is kept: unknown batch or number, too long, or joined from parts."""
    actor = await current_actor(request)

    async def check(metadata: dict[str, str], upload: dict[str, object]) -> None:
        if "upload-concat" in request.headers or int(request.headers.get("content-length", 0)):
            raise UploadRefusedError("Uploads are created empty and sent in one piece or resumed.")
        batch_id, n = _target(metadata)
        size = upload["size"]
        if not isinstance(size, int) or upload["defer_length"]:
            raise UploadRefusedError("An upload must say its length.")
        async with transaction(actor) as session:
            await lock_batch(session, batch_id=batch_id)
            row = await find_upload(session, batch_id=batch_id, n=n)
        if size > min(LIMIT[row.kind], row.bytes):
            raise UploadTooLargeError("The upload is longer than its manifest says.")

    return check


async def after_upload(request: Request) -> Completed:
    """Take the whole file into its batch; the half-sent copy goes away in any case."""
    actor = await current_actor(request)

    async def take(path: str, metadata: dict[str, str]) -> None:
        batch_id, n = _target(metadata)
        file = Path(path)
        try:
            data = await asyncio.to_thread(bytes_of, file)
            async with transaction(actor) as session:
                await take_upload(session, batch_id=batch_id, n=n, data=data)
        finally:
            await asyncio.to_thread(_remove, file)

    return take


def bytes_of(file: Path) -> Plain:
    """Return a file's bytes; a large one is mapped, so that it is never in memory whole."""
    if file.stat().st_size <= LARGE:
        return file.read_bytes()
    with file.open("rb") as opened:
        return mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)


def _remove(file: Path) -> None:
    for path in (file, file.with_name(f"{file.name}.info")):
        path.unlink(missing_ok=True)


def _target(metadata: dict[str, str]) -> tuple[UUID, int]:
    try:
        return UUID(metadata["batch"]), int(metadata["n"])
    except (KeyError, ValueError) as error:
        raise UploadRefusedError("An upload names its batch and its number n.") from error


# The library's annotations know neither requests nor coroutines; it takes both.
_HOOKS: dict[str, Any] = {
    "file_dep": folder_of_site,
    "pre_create_dep": before_upload,
    "upload_complete_dep": after_upload,
}
router = APIRouter(dependencies=needs(Permission.COLLECT_SEND), max_body_size=max(LIMIT.values()))
router.include_router(
    create_tus_router(
        prefix="uploads",
        max_size=max(LIMIT.values()),
        days_to_keep=DAYS_TO_KEEP,
        tags=["collect"],
        **_HOOKS,
    )
)
