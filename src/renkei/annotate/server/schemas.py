"""What crosses the wire: tasks, attempts, strokes, polygons, decisions, signatures, reports."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from renkei.annotate.assertion import Said
from renkei.annotate.compare import Choice
from renkei.annotate.protocol import AttemptState, Part, TaskState
from renkei.annotate.protocols import MOST_READERS
from renkei.annotate.server.tables import Arm, Origin, ReasonCode
from renkei.annotate.strokes import Step
from renkei.imaging.outlines import Kind
from renkei.server.web import In, Out

Text = Annotated[str, Field(min_length=1, max_length=2_000)]
Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Key = Annotated[str, Field(min_length=1, max_length=60)]
Count = Annotated[int, Field(ge=1, le=2**31 - 1)]
Pixel = Annotated[float, Field(ge=-1e6, le=1e7)]
Point = Annotated[list[Pixel], Field(min_length=2, max_length=2)]
Ring = Annotated[list[Point], Field(max_length=20_000)]


class TasksIn(In):
    """Hand out tasks for images to a team."""

    series_ids: Annotated[list[UUID], Field(max_length=500, default_factory=list)]
    slide_ids: Annotated[list[UUID], Field(max_length=500, default_factory=list)]
    vocabulary: Key
    protocol: Key = "double"
    readers: Annotated[list[UUID], Field(min_length=1, max_length=MOST_READERS)]
    adjudicator: UUID


class ApproverIn(In):
    """One more person who may sign."""

    user_id: UUID


class ReasonIn(In):
    """Why."""

    reason: Text


class TaskOut(Out):
    """A task as everybody in it may know it."""

    id: UUID
    created_at: datetime
    series_id: UUID | None
    slide_id: UUID | None
    modality: str
    vocabulary: str
    protocol: str
    state: TaskState


class PartOut(Out):
    """Somebody's part; readers see only their own before the task is compared."""

    id: UUID
    part: Part
    alias: str
    state: AttemptState
    label_id: UUID | None


class TaskDetail(TaskOut):
    """A task with its image's header and the parts that the actor may see."""

    image: dict[str, Any] | None
    candidate_id: UUID | None
    reason: str | None
    parts: list[PartOut]


class AttemptOut(Out):
    """An attempt of the actor's own."""

    id: UUID
    task_id: UUID
    part: Part
    arm: Arm
    state: AttemptState
    last_seq: int
    last_hash: str
    said: dict[str, Any]
    submitted_at: datetime | None


class OpenedOut(AttemptOut):
    """An attempt that is open here: who holds the lease may draw."""

    lease: UUID
    lease_until: datetime


class OpenIn(In):
    """Open an attempt; `take` ends another window's lease."""

    lease: UUID | None = None
    take: bool = False


class RunIn(In):
    """`length` voxels from `start` went from one label number to another."""

    group: Key
    start: Annotated[int, Field(ge=0, le=2**53)]
    length: Annotated[int, Field(ge=1, le=2**53)]
    old: Annotated[int, Field(ge=0, le=255)]
    new: Annotated[int, Field(ge=0, le=255)]


class StrokeIn(In):
    """The next stroke, after the one whose hash is `previous`."""

    lease: UUID
    seq: Count
    previous: Hash
    runs: Annotated[list[RunIn], Field(min_length=1, max_length=100_000)]
    step: Step = Step.DRAW


class SavedOut(Out):
    """What was saved: name the hash as `previous` of the next stroke."""

    seq: int
    hash: str


class OutlineOut(Out):
    """An element of a reading: its class and its rings in pixels of the slide."""

    key: str
    kind: Kind = Kind.POLYGON
    rings: list[list[tuple[float, float]]]


class SaidIn(In):
    """What is said of one label."""

    said: Said
    reason: Annotated[str, Field(max_length=500)] = ""


class SubmitIn(In):
    """Hand in an attempt with what is said of each label."""

    lease: UUID
    said: Annotated[dict[Key, SaidIn], Field(max_length=200, default_factory=dict)]


class LeaseIn(In):
    """The lease of the window that acts."""

    lease: UUID


class DecisionIn(In):
    """Decide a dispute."""

    choice: Choice
    code: ReasonCode = ReasonCode.OTHER
    reason: Text


class DecisionOut(Out):
    """A decision."""

    id: UUID
    created_at: datetime
    choice: Choice
    code: ReasonCode
    reason: str


class DisputeOut(Out):
    """A dispute with the decision that counts."""

    id: UUID
    position: int
    key: str
    reason: str
    lesions_a: list[int]
    lesions_b: list[int]
    slice: int | None
    decision: DecisionOut | None = None


class ComparisonOut(Out):
    """Two readings side by side."""

    id: UUID
    created_at: datetime
    task_id: UUID
    a_label_id: UUID
    b_label_id: UUID
    agreed: bool
    results: dict[str, Any]
    disputes: Annotated[list[DisputeOut], Field(default_factory=list)]


class LabelOut(Out):
    """Finished labels."""

    id: UUID
    created_at: datetime
    task_id: UUID | None
    series_id: UUID | None
    slide_id: UUID | None
    origin: Origin
    vocabulary: str
    hash: str
    absent: list[str]


class SignatureOut(Out):
    """A signature over labels."""

    id: UUID
    created_at: datetime
    task_id: UUID
    label_id: UUID
    series_id: UUID | None
    slide_id: UUID | None
    number: int
    hash: str
    note: str
    report_sha256: str | None


class ImportIn(In):
    """Make labels of a file that a hospital sent along."""

    record_id: UUID
    vocabulary: Key
    values: Annotated[dict[int, Key], Field(max_length=200)] | None = None


class LevelOut(Out):
    """One answer that a question allows."""

    key: str
    ja: str
    en: str


class QuestionOut(Out):
    """What a class asks."""

    levels: list[LevelOut]
    ordered: bool
    per_slice: bool


class TermOut(Out):
    """One label of a vocabulary, as the workbench draws it."""

    key: str
    number: int
    ja: str
    en: str
    colour: str
    geometry: str
    group: str
    kind: str
    side: str
    required: bool
    question: QuestionOut | None
    measured_by: list[str]


class VocabularyOut(Out):
    """A vocabulary version."""

    reference: str
    name: str
    version: int
    ja: str
    en: str
    groups: list[str]
    terms: list[TermOut]
