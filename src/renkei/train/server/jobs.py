"""The jobs of training; listens to recalls."""

from uuid import UUID

from renkei.server.jobs import job
from renkei.train.server import recall
from renkei.train.server.look import score_sealed
from renkei.train.server.train import SECONDS, do_run

__all__ = ["look", "recall", "run"]


@job("train.run", seconds=SECONDS + 300)
async def run(run_id: UUID) -> None:
    """Train a model; a run that is done stays as it is."""
    await do_run(run_id)


@job("train.look", seconds=SECONDS + 300)
async def look(model_id: UUID) -> None:
    """Score a model on the sealed part of its version; the look is counted first."""
    await score_sealed(model_id)
