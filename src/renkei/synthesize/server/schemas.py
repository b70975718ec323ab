"""What crosses the wire of synthesis."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from renkei.server.web import In, Out
from renkei.synthesize.server.tables import SetState

Word = Annotated[str, Field(min_length=1, max_length=60)]
Figure = Annotated[float, Field(ge=-1e9, le=1e9)]


class SetIn(In):
    """A wish for synthetic cases."""

    version_id: UUID
    generator: str = Field(default="procedural_lesion", min_length=1, max_length=60)
    count: int = Field(default=1, ge=1, le=10_000)
    organ: str = Field(default="liver", min_length=1, max_length=60)
    seed: int = Field(default=0, ge=0, le=2**31 - 1)
    params: dict[Word, Figure] = Field(default_factory=dict, max_length=50)


class GeneratorOut(Out):
    """A way to synthesise that is installed, with what its parameters are unless they are said."""

    name: str
    version: str
    params: dict[str, float]


class StartedOut(Out):
    """The set and the job that makes it."""

    set_id: UUID
    job_id: UUID


class SetOut(Out):
    """A synthetic set in a list."""

    id: UUID
    version_id: UUID
    generator: str
    organ: str
    seed: int
    wished: int
    made: int | None
    state: SetState
    sha256: str | None
    recalled_at: datetime | None
    created_at: datetime


class SetDetailOut(SetOut):
    """A set with parameters and gate."""

    params: dict[str, Any]
    params_sha256: str
    gate: dict[str, Any] | None
    rejected: dict[str, int]


class CaseOut(Out):
    """A synthetic case; a hospital sees those of its own parents."""

    id: UUID
    set_id: UUID
    parent_id: UUID
    name: str
    seed: int
    image_sha256: str
    label_sha256: str
    lesions: list[dict[str, Any]]
    created_at: datetime
