"""Remove bodies that no row names: a worker was killed between the body and the commit."""

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import obstore
from sqlalchemy import select

from renkei.log import get_logger
from renkei.server import vault
from renkei.server.actor import system
from renkei.server.db import transaction
from renkei.server.runner import every
from renkei.server.storage import StoredObject

log = get_logger(__name__)
# No transaction lives that long: a younger body may still get its row.
DAYS_TO_WAIT = 1
PAGE = 1000
_BODY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}")


@every(seconds=6 * 3600)
async def sweep_bodies() -> int:
    """Remove bodies of more than a day without a row; return how many."""
    return await remove_orphans(before=datetime.now(UTC) - timedelta(days=DAYS_TO_WAIT))


async def remove_orphans(*, before: datetime) -> int:
    """Remove bodies written before then that no row names; return how many."""
    removed = 0
    pages = _old_pages(before)
    while (page := await asyncio.to_thread(next, pages, None)) is not None:
        async with transaction(system("sweep of storage")) as session:
            rows = await session.scalars(
                select(StoredObject.path).where(StoredObject.path.in_(page))
            )
            orphans = sorted(set(page) - set(rows))
        if orphans:
            await obstore.delete_async(vault.current().objects, orphans)
            removed += len(orphans)
    if removed:
        log.info("bodies_swept", count=removed)
    return removed


def _old_pages(before: datetime) -> Iterator[list[str]]:
    """Yield the paths of old bodies by the page; what is no body of ours is left alone."""
    for page in obstore.list(vault.current().objects, chunk_size=PAGE):
        old = [
            found["path"]
            for found in page
            if found["last_modified"] < before and _BODY.fullmatch(found["path"])
        ]
        if old:
            yield old
