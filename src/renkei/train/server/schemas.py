"""What crosses the wire of training."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from renkei.server.web import In, Out
from renkei.train.server.tables import TrainState


class RunIn(In):
    """A new training run."""

    version_id: UUID
    recipe: str = Field(min_length=1, max_length=60)
    seed: int = Field(default=0, ge=0, le=2**31 - 1)
    structures: list[str] = Field(default_factory=list, max_length=100)


class RecipeOut(Out):
    """A way to train that is installed."""

    name: str
    version: str


class RunOut(Out):
    """A training run."""

    id: UUID
    version_id: UUID
    recipe: str
    seed: int
    structures: list[str]
    state: TrainState
    created_at: datetime


class StartedOut(Out):
    """The run and the job that does it."""

    run_id: UUID
    job_id: UUID


class JobOut(Out):
    """The job that does it."""

    job_id: UUID


class ModelOut(Out):
    """A model in a list."""

    id: UUID
    run_id: UUID
    version_id: UUID
    recipe: str
    sha256: str
    recalled_at: datetime | None
    created_at: datetime


class EvaluationOut(Out):
    """A report on one side."""

    id: UUID
    model_id: UUID
    version_id: UUID
    side: str
    sha256: str
    looks_left: int | None
    created_at: datetime


class EvaluationDetailOut(EvaluationOut):
    """A report with its figures."""

    report: dict[str, Any]


class ModelDetailOut(ModelOut):
    """A model with its facts and reports."""

    facts: dict[str, Any]
    looks_used: int
    evaluations: list[EvaluationDetailOut]
