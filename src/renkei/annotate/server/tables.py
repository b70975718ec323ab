"""Tables of annotating: tasks and attempts, what was drawn, compared, decided, signed."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    UniqueConstraint,
    false,
    or_,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from renkei.annotate.compare import Choice
from renkei.annotate.marks import MarkKind
from renkei.annotate.protocol import AttemptState, Part, TaskState
from renkei.annotate.server.reader_tables import Credential, GoldResult, Unexpected
from renkei.annotate.server.report_tables import Report, ReportSignature
from renkei.annotate.server.root_tables import AttemptRoot, ReturnedObject
from renkei.annotate.server.sight import (
    PLATFORM,
    after_comparing,
    candidates_of,
    in_review,
    tasks_of,
)
from renkei.annotate.strokes import START, Step
from renkei.imaging.outlines import Kind
from renkei.people.server.tables import User
from renkei.server.actor import Actor, Role
from renkei.server.db import Table
from renkei.subjects.server.tables import Series, Site, Slide, Subject

__all__ = [
    "AttemptRoot",
    "Credential",
    "GoldResult",
    "Report",
    "ReportSignature",
    "ReturnedObject",
    "Unexpected",
]
# A hidden case stands beside the open task of the same image.
_ENDED = text("state NOT IN ('signed', 'excluded', 'withdrawn') AND gold_label_id IS NULL")


class Origin(StrEnum):
    """How labels came to be."""

    DRAWN = "drawn"
    SETTLED = "settled"
    FUSED = "fused"
    CARRIED = "carried"
    IMPORTED = "imported"


class Arm(StrEnum):
    """What a person may start from: an empty canvas only, or labels that are proposed."""

    PLAIN = "plain"
    PREFILL = "prefill"


class ReasonCode(StrEnum):
    """Why an adjudicator decides so; `other` is said in words."""

    BOUNDARY = "boundary"
    MISSED = "missed"
    NOT_A_LESION = "not_a_lesion"
    ARTEFACT = "artefact"
    GUIDELINE = "guideline"
    OTHER = "other"


class _Case(Table):
    __abstract__ = True

    subject_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)


class Task(_Case):
    """One image to be read by a protocol; `image` is the header that the browser draws by.

    The signed labels of a `gold` task are put before readers again as hidden cases: those tasks
    name them as `gold_label_id`. `rounds` counts how often it is read.
    """

    __tablename__ = "annotate_task"
    __table_args__ = (
        Index("uq_open_series", "series_id", "vocabulary", unique=True, postgresql_where=_ENDED),
        Index("uq_open_slide", "slide_id", "vocabulary", unique=True, postgresql_where=_ENDED),
    )

    modality: Mapped[str]
    vocabulary: Mapped[str]
    protocol: Mapped[str]
    readers_left: Mapped[int]
    series_id: Mapped[UUID | None] = mapped_column(ForeignKey(Series.id), index=True, default=None)
    slide_id: Mapped[UUID | None] = mapped_column(ForeignKey(Slide.id), index=True, default=None)
    state: Mapped[TaskState] = mapped_column(default=TaskState.DRAFT, index=True)
    image: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    image_object_id: Mapped[UUID | None] = mapped_column(default=None)
    source_sha256: Mapped[str | None] = mapped_column(default=None)
    candidate_id: Mapped[UUID | None] = mapped_column(default=None)
    reason: Mapped[str | None] = mapped_column(default=None)
    rounds: Mapped[int] = mapped_column(default=1)
    gold_label_id: Mapped[UUID | None] = mapped_column(default=None)
    reread_of: Mapped[UUID | None] = mapped_column(default=None)
    gold: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show everybody the tasks in which they have a part, a hospital its own."""
        if actor.role in PLATFORM:
            return true()
        if actor.role is Role.HOSPITAL:
            return cls.site_id == actor.site
        return cls.id.in_(tasks_of(actor)) if actor.role is Role.READER else false()


class Attempt(_Case):
    """One person's part in a task; the alias is what the others see of them."""

    __tablename__ = "annotate_attempt"
    __table_args__ = (UniqueConstraint("task_id", "user_id"),)

    task_id: Mapped[UUID] = mapped_column(ForeignKey(Task.id), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)
    part: Mapped[Part]
    alias: Mapped[str]
    arm: Mapped[Arm] = mapped_column(default=Arm.PLAIN)
    state: Mapped[AttemptState] = mapped_column(default=AttemptState.ASSIGNED, index=True)
    lease: Mapped[UUID | None] = mapped_column(default=None)
    lease_until: Mapped[datetime | None] = mapped_column(default=None)
    base_label_id: Mapped[UUID | None] = mapped_column(default=None)
    label_id: Mapped[UUID | None] = mapped_column(default=None)
    last_seq: Mapped[int] = mapped_column(default=0)
    last_hash: Mapped[str] = mapped_column(default=START)
    active_s: Mapped[int] = mapped_column(default=0)
    visited: Mapped[list[Any]] = mapped_column(JSONB, default_factory=list)
    said: Mapped[dict[str, Any]] = mapped_column(JSONB, default_factory=dict)
    unreadable: Mapped[str | None] = mapped_column(default=None)
    note: Mapped[str] = mapped_column(default="")
    submitted_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show the own attempts; the others' only after comparing, and only to who judges."""
        if actor.role in PLATFORM:
            return true()
        if actor.role is not Role.READER:
            return false()
        return or_(cls.user_id == UUID(actor.id), after_comparing(cls.task_id, actor))


class _Drawn(_Case):
    __abstract__ = True

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey(Attempt.id), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id))

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show what somebody draws to nobody else."""
        if actor.role is Role.SYSTEM:
            return true()
        return cls.user_id == UUID(actor.id) if actor.role is Role.READER else false()


class Stroke(_Drawn):
    """One change of a mask, as packed runs, chained to the one before."""

    __tablename__ = "annotate_stroke"
    __table_args__ = (UniqueConstraint("attempt_id", "seq"),)

    seq: Mapped[int]
    previous: Mapped[str]
    hash: Mapped[str]
    runs: Mapped[bytes]
    step: Mapped[Step] = mapped_column(default=Step.DRAW)


class SlideElement(_Drawn):
    """One revision of one element, packed in pixels of level 0; deleting is a revision too."""

    __tablename__ = "annotate_element"
    __table_args__ = (UniqueConstraint("attempt_id", "element_id", "revision"),)

    element_id: Mapped[UUID]
    revision: Mapped[int]
    key: Mapped[str]
    kind: Mapped[Kind]
    shape: Mapped[bytes]
    parent: Mapped[UUID | None] = mapped_column(default=None)
    deleted: Mapped[bool] = mapped_column(default=False)


class MarkRevision(_Drawn):
    """One revision of one mark on a volume: places in mm, numbers as measured on the server."""

    __tablename__ = "annotate_mark"
    __table_args__ = (UniqueConstraint("attempt_id", "mark_id", "revision"),)

    mark_id: Mapped[UUID]
    revision: Mapped[int]
    kind: Mapped[MarkKind]
    key: Mapped[str]
    points: Mapped[list[Any]]
    answer: Mapped[str]
    text: Mapped[str]
    values: Mapped[dict[str, Any]]
    deleted: Mapped[bool] = mapped_column(default=False)


class Proposal(_Drawn):
    """What an assist proposed in an attempt: stroke `seq` holds it, `model` is a network's hash."""

    __tablename__ = "annotate_proposal"

    seq: Mapped[int]
    key: Mapped[str]
    assist: Mapped[str]
    version: Mapped[str]
    model: Mapped[str]
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB)
    voxels: Mapped[int]


class LabelVersion(_Case):
    """Finished labels: bytes in storage under the subject's key, named by their hash.

    `assisted` are the labels that an assist's proposal went into.
    """

    __tablename__ = "label_version"

    origin: Mapped[Origin]
    vocabulary: Mapped[str]
    hash: Mapped[str] = mapped_column(index=True)
    object_id: Mapped[UUID]
    sha256: Mapped[str]
    authors: Mapped[list[str]]
    absent: Mapped[list[str]]
    assisted: Mapped[list[str]] = mapped_column(default_factory=list)
    series_id: Mapped[UUID | None] = mapped_column(ForeignKey(Series.id), index=True, default=None)
    slide_id: Mapped[UUID | None] = mapped_column(ForeignKey(Slide.id), index=True, default=None)
    task_id: Mapped[UUID | None] = mapped_column(ForeignKey(Task.id), index=True, default=None)
    user_id: Mapped[UUID | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show own ones, a task's to who judges, what it proposes to all; a hospital its own."""
        if actor.role in PLATFORM:
            return true()
        if actor.role is Role.HOSPITAL:
            return cls.site_id == actor.site
        if actor.role is not Role.READER:
            return false()
        own = cls.user_id == UUID(actor.id)
        judged = cls.task_id.is_not(None) & after_comparing(cls.task_id, actor)
        return or_(own, judged, cls.id.in_(candidates_of(actor)))


class _OfTask(_Case):
    __abstract__ = True

    task_id: Mapped[UUID] = mapped_column(ForeignKey(Task.id), index=True)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show it after comparing to who judges, to the readers once signed."""
        if actor.role in PLATFORM:
            return true()
        return after_comparing(cls.task_id, actor) if actor.role is Role.READER else false()


class Comparison(_OfTask):
    """Two readings side by side; `results` as the library gives them.

    A task that is opened again compares those that stand once more: the newest counts.
    """

    __tablename__ = "comparison"

    a_label_id: Mapped[UUID] = mapped_column(ForeignKey(LabelVersion.id))
    b_label_id: Mapped[UUID] = mapped_column(ForeignKey(LabelVersion.id))
    agreed: Mapped[bool]
    results: Mapped[dict[str, Any]]
    sha256: Mapped[str]


class Dispute(_OfTask):
    """One thing that two readers see differently."""

    __tablename__ = "dispute"
    __table_args__ = (UniqueConstraint("comparison_id", "position"),)

    comparison_id: Mapped[UUID] = mapped_column(ForeignKey(Comparison.id), index=True)
    position: Mapped[int]
    key: Mapped[str]
    reason: Mapped[str]
    lesions_a: Mapped[list[int]]
    lesions_b: Mapped[list[int]]
    slice: Mapped[int | None] = mapped_column(default=None)


class Decision(_OfTask):
    """What an adjudicator decided and why; the newest counts, the older ones stay."""

    __tablename__ = "decision"

    dispute_id: Mapped[UUID] = mapped_column(ForeignKey(Dispute.id), index=True)
    choice: Mapped[Choice]
    code: Mapped[ReasonCode]
    reason: Mapped[str]
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id))


class Signature(_Case):
    """A signed note over labels; `number` counts within a hospital, each names the one before."""

    __tablename__ = "label_signature"
    __table_args__ = (UniqueConstraint("site_id", "number"),)

    task_id: Mapped[UUID] = mapped_column(ForeignKey(Task.id), index=True)
    label_id: Mapped[UUID] = mapped_column(ForeignKey(LabelVersion.id), unique=True)
    number: Mapped[int]
    hash: Mapped[str]
    signer_id: Mapped[UUID] = mapped_column(ForeignKey(User.id))
    note: Mapped[str]
    previous: Mapped[str]
    series_id: Mapped[UUID | None] = mapped_column(ForeignKey(Series.id), index=True, default=None)
    slide_id: Mapped[UUID | None] = mapped_column(ForeignKey(Slide.id), index=True, default=None)
    report_sha256: Mapped[str | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show it to everybody in the task, a hospital its own."""
        return _from_review(cls.task_id, cls.site_id, actor)


def _from_review(task_id: Mapped[UUID], site_id: Mapped[UUID], actor: Actor) -> ColumnElement[bool]:
    if actor.role in PLATFORM:
        return true()
    if actor.role is Role.HOSPITAL:
        return site_id == actor.site
    return in_review(task_id, actor) if actor.role is Role.READER else false()
