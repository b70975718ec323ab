"""What the routes of intake take and give."""

from datetime import datetime
from uuid import UUID

from renkei.collect.server.tables import BatchState, FileState
from renkei.server.web import Out


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
