"""What the routes of pre-processing take and give."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from renkei.preprocess.server.tables import RunState
from renkei.server.web import In, Out


class PlanIn(In):
    """A plan as TOML."""

    toml: Annotated[str, StringConstraints(max_length=100_000, strip_whitespace=False)]


class PlanOut(Out):
    """A plan as lists show it; `roles` are its inputs with their modality."""

    id: UUID
    created_at: datetime
    name: str
    version: str
    sha256: str
    roles: dict[str, str]


class PlanDetailOut(PlanOut):
    """A plan with its text."""

    toml: str


class RunOut(Out):
    """A run as lists show it."""

    id: UUID
    created_at: datetime
    plan_id: UUID
    plan: str
    site_id: UUID
    site: str | None
    subject_id: UUID
    pseudonym: str | None
    series_id: UUID
    pair_series_id: UUID | None
    state: RunState
    finding: str | None
    code: str | None
    image_sha256: str | None
    label_sha256: str | None
    ended_at: datetime | None


class RunDetailOut(RunOut):
    """A run with its provenance: every step's parameters, measures and verdict."""

    by: str
    sentence: str | None
    record: dict[str, Any] | None
    image_object_id: UUID | None
    label_object_id: UUID | None
    pair_image_sha256: str | None
    label_source_sha256: str | None
    signature_id: UUID | None
    has_preview: bool


class StartIn(In):
    """Run a plan, by name or id, on series; `pairs` names the second series of each."""

    plan: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    series_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)]
    pairs: Annotated[dict[UUID, UUID], Field(default_factory=dict, max_length=1000)]
    with_labels: bool = True


class StartOut(Out):
    """The runs that were queued or stand already, and how many series were refused by reason."""

    runs: list[UUID]
    refused: dict[str, int]
