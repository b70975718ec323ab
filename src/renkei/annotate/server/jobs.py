"""What annotating does by itself: prepare images, compare readings, answer recalls."""

from uuid import UUID

from renkei.annotate.server import recall
from renkei.annotate.server.agree import compare_task
from renkei.annotate.server.leave import expire_idle
from renkei.annotate.server.prepare import prepare_task
from renkei.annotate.server.submit import AttemptsSubmitted
from renkei.server.events import on
from renkei.server.jobs import job
from renkei.server.runner import every

__all__ = ["compare", "expire", "prepare", "recall"]


@job("annotate.prepare", seconds=900)
async def prepare(task_id: UUID) -> None:
    """Read the image of a task once, for the browser and for every check."""
    await prepare_task(task_id)


@on(AttemptsSubmitted, seconds=900)
async def compare(event: AttemptsSubmitted) -> None:
    """Compare the readings of a task when all are in."""
    await compare_task(event.task_id)


@every(seconds=3600)
async def expire() -> int:
    """Put what nobody has drawn in for two weeks into the coordinator's queue."""
    return await expire_idle()
