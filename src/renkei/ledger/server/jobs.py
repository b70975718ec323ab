"""Enter what waits, and listen to the steps before."""

from renkei.collect.server.received import BatchClosed
from renkei.ledger.server import recall
from renkei.ledger.server.anchor import APPEND_JOB, append_pending
from renkei.ledger.server.records import anchor_governance, anchor_version
from renkei.publish.server.freeze import VersionFrozen
from renkei.server.actor import system
from renkei.server.db import transaction
from renkei.server.events import on
from renkei.server.jobs import job

__all__ = ["recall"]


@job(APPEND_JOB, seconds=300)
async def append() -> None:
    """Enter every pending record; one that finds nothing to do is done."""
    await append_pending()


@on(BatchClosed, seconds=300)
async def enter_governance(event: BatchClosed) -> None:
    """Enter what a batch stands on."""
    async with transaction(system("batch closed")) as session:
        await anchor_governance(session, batch_id=event.batch_id)


@on(VersionFrozen)
async def enter_version(event: VersionFrozen) -> None:
    """Enter a frozen version."""
    async with transaction(system("version frozen")) as session:
        await anchor_version(session, version_id=event.version_id)
