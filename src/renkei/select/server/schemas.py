"""What the routes of selection take and give."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from renkei.select.server.tables import OverrideState
from renkei.select.verdict import Outcome
from renkei.server.web import In, Out

Why = Annotated[str, StringConstraints(min_length=3, max_length=2000)]


class CaseOut(Out):
    """A judged series or slide as lists show it; `id` is the series' or slide's."""

    id: UUID
    verdict_id: UUID
    created_at: datetime
    kind: str
    site_id: UUID
    site: str | None
    subject_id: UUID
    pseudonym: str | None
    made: bool
    modality: str
    body_part: str | None
    kernel: str | None
    outcome: Outcome
    standing: Outcome
    reason_codes: list[str]
    nearest: float | None
    recipe_sha256: str


class OverrideOut(Out):
    """A person's decision."""

    id: UUID
    created_at: datetime
    outcome: Outcome
    reason: str
    by: str
    by_name: str | None = None
    state: OverrideState
    confirmed_by: str | None
    confirmed_by_name: str | None = None
    confirmed_at: datetime | None


class CaseDetailOut(CaseOut):
    """A case with every number that its verdict rests on, and who decided what."""

    reasons: list[dict[str, Any]]
    metrics: list[dict[str, Any]]
    stratum: dict[str, str]
    by: str
    recipe: str | None
    recipe_id: UUID | None
    overrides: list[OverrideOut]


class OverrideIn(In):
    """Decide otherwise than the verdict."""

    outcome: Outcome
    reason: Why


class RecipeIn(In):
    """A recipe as TOML."""

    toml: Annotated[str, StringConstraints(max_length=200_000, strip_whitespace=False)]


class RecipeOut(Out):
    """A recipe as lists show it."""

    id: UUID
    created_at: datetime
    name: str
    version: str
    sha256: str
    in_force: bool


class RecipeDetailOut(RecipeOut):
    """A recipe with its text."""

    toml: str


class JudgeIn(In):
    """Which cases to judge again, by the recipe in force; None judges all."""

    case_ids: Annotated[list[UUID], Field(max_length=1000)] | None = None


class JudgeOut(Out):
    """How many jobs were queued."""

    queued: int


class BoxOut(Out):
    """Counts of one unit: assessed = selected + review + excluded."""

    unit: str
    assessed: int
    selected: int
    review: int
    excluded: int
    first_reason: dict[str, int]
    all_reasons: dict[str, int]


class FlowOut(Out):
    """The flow of cases through selection, and its chart as Vega-Lite."""

    boxes: list[BoxOut]
    chart: dict[str, Any]
