"""What the routes of pre-processing take and give."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from renkei.preprocess.held import Kind
from renkei.preprocess.server.tables import RunState
from renkei.preprocess.step import Finding, Takes
from renkei.server.web import In, Out

Times = Annotated[list[UUID], Field(min_length=1, max_length=20)]
PlanText = Annotated[str, StringConstraints(max_length=100_000, strip_whitespace=False)]


class PlanIn(In):
    """A plan as TOML."""

    toml: PlanText


class PlanOut(Out):
    """A plan as lists show it; `roles` are its inputs with their modality, `many` time series."""

    id: UUID
    created_at: datetime
    name: str
    version: str
    sha256: str
    roles: dict[str, str]
    many: list[str]


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


class ViewsOut(Out):
    """Pictures of one run or preview: PNG layers of one size, all slices under each other.

    `mm` is what one pixel covers, 0 where that is not known.
    """

    slices: int
    height: int
    width: int
    mm: float
    layers: list[str]


class TimeOut(Out):
    """One scan of a time series; `day` counts from its first."""

    series_id: UUID
    day: int
    label_sha256: str | None


class RunFileOut(Out):
    """A file that a step gave beside the results; `size` is in bytes."""

    id: UUID
    name: str
    sha256: str
    size: int


class RunDetailOut(RunOut):
    """A run with its provenance; `times` are the scans of a time series, oldest first."""

    by: str
    sentence: str | None
    record: dict[str, Any] | None
    image_object_id: UUID | None
    label_object_id: UUID | None
    pair_image_sha256: str | None
    label_source_sha256: str | None
    signature_id: UUID | None
    times: list[TimeOut]
    views: ViewsOut | None


class ParamOut(Out):
    """One parameter of a step: `count` numbers make a list, 0 any many."""

    name: str
    kind: Literal["number", "text", "flag"]
    default: Any
    low: float | None
    high: float | None
    choices: list[str]
    count: int
    unit: str


class PlanStepOut(Out):
    """A step that plans may hold; `fits` says that it learns from the training part."""

    name: str
    version: str
    takes: Takes
    on: Kind
    interpolates: bool
    fits: bool
    params: list[ParamOut]


class DraftInputOut(Out):
    """One input of a draft."""

    role: str
    modality: str
    series: bool


class DraftStepOut(Out):
    """One step of a draft."""

    name: str
    input: list[str]
    to: str | None
    output: str
    params: dict[str, Any]


class DraftOut(Out):
    """A plan as a form holds it, wrong values and all."""

    name: str
    version: str
    description: str
    inputs: list[DraftInputOut]
    steps: list[DraftStepOut]
    results: list[str]


class WrongOut(Out):
    """The first thing that is wrong with a plan, and its line where that is known."""

    code: str
    sentence: str
    line: int | None


class PlanCheckedOut(Out):
    """What a plan's text holds, and what is wrong with it."""

    draft: DraftOut | None
    wrong: WrongOut | None


class PlanPreviewIn(In):
    """Try a plan's text on one case: a series for each input, or the scans of a time series."""

    toml: PlanText
    series_ids: Annotated[list[UUID], Field(min_length=1, max_length=20)]


class PlanPreviewOut(Out):
    """What a plan would make of a case; `pictures` holds each layer of `views` in base64."""

    finding: Finding
    code: str | None
    sentence: str | None
    steps: list[dict[str, Any]]
    measures: dict[str, float]
    views: ViewsOut | None
    pictures: dict[str, str]


class SpreadOut(Out):
    """The histogram of a cohort; `least` and `most` are its 10 and 90 percentile over images."""

    low: float
    high: float
    shares: list[float]
    least: list[float]
    most: list[float]
    means: list[float]


class HistogramPairOut(Out):
    """One input of a plan and what became of it."""

    role: str
    result: str
    before: SpreadOut
    after: SpreadOut


class HistogramsOut(Out):
    """Histograms before and after a plan, over its newest runs."""

    runs: int
    pairs: list[HistogramPairOut]


class StartIn(In):
    """Run a plan, by name or id, on series.

    `pairs` names the second series of each, `times` the other scans of the same patient over time.
    """

    plan: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    series_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)]
    pairs: Annotated[dict[UUID, UUID], Field(default_factory=dict, max_length=1000)]
    times: Annotated[dict[UUID, Times], Field(default_factory=dict, max_length=1000)]
    with_labels: bool = True


class StartOut(Out):
    """The runs that were queued or stand already, and how many series were refused by reason."""

    runs: list[UUID]
    refused: dict[str, int]
