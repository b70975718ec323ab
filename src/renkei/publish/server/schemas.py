"""What crosses the wire of publishing."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from renkei.collect.server.tables import BatchState
from renkei.publish.server.tables import ProductKind, VersionState
from renkei.server.web import In, Out


class DatasetIn(In):
    """A new dataset."""

    name: str = Field(min_length=1, max_length=60, pattern=r"^[a-z0-9][a-z0-9-]*$")
    title_en: str = Field(min_length=1, max_length=200)
    title_ja: str = Field(min_length=1, max_length=200)
    description: str = Field(default="", max_length=4000)


class DatasetOut(Out):
    """A dataset in a list."""

    id: UUID
    name: str
    title_en: str
    title_ja: str
    description: str
    created_at: datetime


class DraftIn(In):
    """How a draft divides its patients."""

    train: float = Field(default=0.7, ge=0, le=1)
    validation: float = Field(default=0.15, ge=0, le=1)
    test: float = Field(default=0.15, ge=0, le=1)
    sealed: bool = True


class FillIn(In):
    """Which ready cases to take."""

    modality: str = Field(default="CT", min_length=2, max_length=16)
    limit: int | None = Field(default=None, ge=1, le=1_000_000)


class FilledOut(Out):
    """How many came in; asked = added + the rejected."""

    asked: int
    added: int
    rejected: dict[str, int]


class VersionOut(Out):
    """A version in a list."""

    id: UUID
    dataset_id: UUID
    dataset: str
    number: str
    state: VersionState
    version_hash: str | None
    sealed: bool
    patients: int
    cases: int
    made: int
    recalled: int
    created_at: datetime
    frozen_at: datetime | None


class VersionDetailOut(VersionOut):
    """A version with what was counted and checked."""

    parent_id: UUID | None
    successor_id: UUID | None
    shares: dict[str, float]
    sides: dict[str, int]
    root: str | None
    header: dict[str, Any] | None
    audit: dict[str, Any] | None
    flow: dict[str, Any] | None


class CaseOut(Out):
    """A case of a version; a hospital sees its own."""

    id: UUID
    subject_id: UUID
    site_id: UUID
    series_id: UUID
    released_subject: str
    released_case: str
    split: str | None
    made: bool
    synthetic: bool
    image_sha256: str
    label_sha256: str | None
    image_size: int


class JobOut(Out):
    """The job that does it."""

    job_id: UUID


class ProductOut(Out):
    """Something that may be listed."""

    id: UUID
    kind: ProductKind
    name: str
    hash: str
    version_id: UUID
    listable: bool
    why_not: str | None
    created_at: datetime


class FlowOut(Out):
    """The boxes of the flow and their chart (Vega-Lite)."""

    boxes: list[dict[str, Any]]
    chart: dict[str, Any]


class AxisOut(Out):
    """One axis of representation and its chart (Vega-Lite); a hidden figure is None."""

    name: str
    patients: int
    rows: list[dict[str, Any]]
    distance: float | None
    divergence_bits: float | None
    coverage: float | None
    effective_patients: float | None
    representative_subsample: float | None
    chart: dict[str, Any]


class RepresentOut(Out):
    """Who is represented; made and synthetic cases are not counted."""

    patients: int
    not_counted: int
    reference: str
    axes: list[AxisOut]


class DiffOut(Out):
    """What changed between two versions, as the number of its subjects."""

    step: str
    added: int
    removed: int
    changed: int
    moved: int
    files: dict[str, int]


class JointBatchOut(Out):
    """A batch that came under a joint research: sent = stored + held + not yet here."""

    id: UUID
    created_at: datetime
    state: BatchState
    patients: int
    sent: int
    stored: int
    held: int


class JointVersionOut(Out):
    """A version with cases of a joint research; `cases` counts those alone."""

    id: UUID
    dataset: str
    title_en: str
    title_ja: str
    number: str
    state: VersionState
    frozen_at: datetime | None
    cases: int


class JointOut(Out):
    """What came of a joint research."""

    patients: int
    series: int
    slides: int
    batches: list[JointBatchOut]
    versions: list[JointVersionOut]
