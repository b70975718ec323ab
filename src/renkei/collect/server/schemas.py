"""What the routes of intake take and give."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from renkei.collect.quarantine import HeldAct, HeldState, RepairKind
from renkei.collect.server.tables import BatchState, FileState
from renkei.server.web import In, Out

Why = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class OpenedOut(Out):
    """An open batch: which files have not come, and where DICOM is to be sent."""

    id: UUID
    missing: list[int]
    stow_root: str


class CountsOut(Out):
    """What became of a batch: sent = stored + quarantined + missing; missing is 0 once closed."""

    sent: int
    stored: int
    quarantined: dict[str, int]
    missing: int
    parts_refused: dict[str, int]


class BatchOut(CountsOut):
    """A batch as a list shows it."""

    id: UUID
    created_at: datetime
    site_id: UUID
    state: BatchState
    approval_id: UUID | None
    agreement_id: UUID | None
    opened_by: str


class FileOut(Out):
    """A file of a manifest and where it ended."""

    id: UUID
    batch_id: UUID
    n: int
    kind: str
    bytes: int
    pseudonym: str | None
    sop_uid: str | None
    state: FileState
    reason: str | None
    subject_id: UUID | None
    sha256: str | None
    parts: int
    parts_refused: int


class QuarantineOut(Out):
    """Bytes that could not be taken, and why."""

    id: UUID
    created_at: datetime
    batch_id: UUID
    site_id: UUID
    kind: str
    reason: str
    bytes: int
    n: int | None
    part: bool
    subject_id: UUID | None
    state: HeldState


class DecideIn(In):
    """Why a held file is released or rejected."""

    why: Why


class RepairIn(In):
    """How a held file is repaired, and why; `pseudonym` for the repair `subject`."""

    kind: RepairKind
    why: Why
    pseudonym: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None


class RepairOut(Out):
    """One repair: the hashes before and after, by whom and why."""

    created_at: datetime
    kind: RepairKind
    why: str
    by: str
    before_sha256: str
    after_sha256: str


class DifferenceOut(Out):
    """One element that differs from the copy on record."""

    element: str
    on_record: str | None
    came: str | None
    relevant: bool


class ConflictOut(Out):
    """A held copy beside the one on record."""

    pixels_equal: bool | None
    differences: list[DifferenceOut]


class SaidOut(Out):
    """What a held image says of itself."""

    sop_uid: str
    modality: str
    patient_id: str
    transfer_syntax: str


class HeldOut(QuarantineOut):
    """A held file: what can be done, what was done, and how it differs from what is on record."""

    why: str | None
    decided_by: str | None
    decided_at: datetime | None
    acts: list[HeldAct]
    repairs: list[RepairOut]
    unreadable: str | None
    said: SaidOut | None
    conflict: ConflictOut | None
