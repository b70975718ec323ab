"""The jobs of publishing; listens to recalls."""

from uuid import UUID

from renkei.publish.server import recall
from renkei.publish.server.freeze import freeze_version
from renkei.server.actor import system
from renkei.server.db import transaction
from renkei.server.jobs import job

__all__ = ["freeze", "recall"]


@job("publish.freeze", seconds=900)
async def freeze(version_id: UUID) -> None:
    """Freeze a draft; ended in the middle it leaves a draft, run again it changes nothing."""
    async with transaction(system("freeze of a version")) as session:
        await freeze_version(session, version_id=version_id)
