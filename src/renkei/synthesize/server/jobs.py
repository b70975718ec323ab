"""The jobs of synthesis; listens to recalls."""

from uuid import UUID

from renkei.server.jobs import job
from renkei.synthesize.server import recall
from renkei.synthesize.server.synthesize import SECONDS, do_set

__all__ = ["recall", "run"]


@job("synthesize.run", seconds=SECONDS + 300)
async def run(set_id: UUID) -> None:
    """Synthesise a set; one that is made stays as it is."""
    await do_set(set_id)
