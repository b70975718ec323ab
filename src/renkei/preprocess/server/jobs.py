"""What pre-processing does in the background: carry runs out, and answer recalls."""

from uuid import UUID

from renkei import child
from renkei.preprocess.server import recall
from renkei.preprocess.server.execute import SECONDS, execute_run
from renkei.server.jobs import job

__all__ = ["recall", "run"]

child.preload("renkei.preprocess.case")


@job("preprocess.run", seconds=SECONDS + 60)
async def run(run_id: UUID) -> None:
    """Carry a run out."""
    await execute_run(run_id)
