"""What was sent: batches, their files, and what could not be taken."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, ForeignKey, UniqueConstraint, false, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from renkei.collect.quarantine import HeldState, RepairKind
from renkei.consent.server.tables import Agreement, Approval
from renkei.server.actor import Actor, Role
from renkei.server.db import Table
from renkei.subjects.server.tables import EVERYTHING, Site, Subject


class BatchState(StrEnum):
    """A batch takes files until it is closed."""

    OPEN = "open"
    CLOSED = "closed"


class FileState(StrEnum):
    """A file of a manifest is expected, and then stored or in quarantine."""

    EXPECTED = "expected"
    STORED = "stored"
    QUARANTINED = "quarantined"


class Batch(Table):
    """One sending of one hospital, with the sender's manifest."""

    __tablename__ = "batch"
    __table_args__ = (UniqueConstraint("site_id", "manifest_sha256"),)

    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    # Up to 256 MB: never read along with the row.
    manifest: Mapped[dict[str, Any]] = mapped_column(JSONB, deferred=True)
    manifest_sha256: Mapped[str]
    approval_id: Mapped[UUID | None] = mapped_column(ForeignKey(Approval.id))
    agreement_id: Mapped[UUID | None] = mapped_column(ForeignKey(Agreement.id))
    opened_by: Mapped[str]
    state: Mapped[BatchState] = mapped_column(default=BatchState.OPEN)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a hospital its own batches."""
        return _by_site(cls.site_id, actor)


class BatchFile(Table):
    """One file of a manifest and where it ended; `n` is the sender's number.

    `refused` is why none of its bytes can be taken, where the manifest alone says so. A file of
    several subjects is stored in `parts`; those of subjects who may not be taken are in quarantine,
    and the original is kept under the batch's key until the batch is closed.
    """

    __tablename__ = "batch_file"
    __table_args__ = (UniqueConstraint("batch_id", "n"),)

    batch_id: Mapped[UUID] = mapped_column(ForeignKey(Batch.id), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    n: Mapped[int]
    kind: Mapped[str]
    blake3: Mapped[str]
    bytes: Mapped[int] = mapped_column(BigInteger)
    pseudonym: Mapped[str | None]
    sop_uid: Mapped[str | None]
    refers: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    refused: Mapped[str | None] = mapped_column(default=None)
    subject_id: Mapped[UUID | None] = mapped_column(
        ForeignKey(Subject.id), default=None, index=True
    )
    state: Mapped[FileState] = mapped_column(default=FileState.EXPECTED)
    reason: Mapped[str | None] = mapped_column(default=None)
    sha256: Mapped[str | None] = mapped_column(default=None)
    parts: Mapped[int] = mapped_column(default=0)
    parts_refused: Mapped[int] = mapped_column(default=0)
    original_id: Mapped[UUID | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Follow the batch."""
        return _by_site(cls.site_id, actor)


class Quarantine(Table):
    """Bytes that could not be taken, under the batch's key, why, and what a person decided.

    `n` is the file's number where it stands in the manifest; `part` = one subject's share of it.
    `object_id` are the bytes after the last repair; `blake3` is of those that came.
    """

    __tablename__ = "quarantine"
    __table_args__ = (UniqueConstraint("batch_id", "blake3", "reason"),)

    batch_id: Mapped[UUID] = mapped_column(ForeignKey(Batch.id), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    kind: Mapped[str]
    reason: Mapped[str]
    blake3: Mapped[str]
    bytes: Mapped[int] = mapped_column(BigInteger)
    object_id: Mapped[UUID]
    n: Mapped[int | None] = mapped_column(default=None)
    part: Mapped[bool] = mapped_column(default=False)
    subject_id: Mapped[UUID | None] = mapped_column(
        ForeignKey(Subject.id), default=None, index=True
    )
    state: Mapped[HeldState] = mapped_column(default=HeldState.HELD)
    why: Mapped[str | None] = mapped_column(default=None)
    decided_by: Mapped[str | None] = mapped_column(default=None)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Follow the batch."""
        return _by_site(cls.site_id, actor)


class Repair(Table):
    """One repair of held bytes: the hashes before and after, by whom and why."""

    __tablename__ = "quarantine_repair"
    append_only: ClassVar[bool] = True

    quarantine_id: Mapped[UUID] = mapped_column(ForeignKey(Quarantine.id), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    kind: Mapped[RepairKind]
    why: Mapped[str]
    by: Mapped[str]
    before_sha256: Mapped[str]
    after_sha256: Mapped[str]
    before_id: Mapped[UUID]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Follow the batch."""
        return _by_site(cls.site_id, actor)


def _by_site(column: InstrumentedAttribute[UUID], actor: Actor) -> ColumnElement[bool]:
    if actor.role in EVERYTHING:
        return true()
    return column == actor.site if actor.role is Role.HOSPITAL else false()
