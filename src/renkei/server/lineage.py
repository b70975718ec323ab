"""Lineage: which bytes came from which, by what, and whose they are."""

import platform
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, false, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from renkei import __version__
from renkei.proof import canonical, digest
from renkei.server.actor import Actor, Role
from renkei.server.db import Table


class _LineageTable(Table):
    __abstract__ = True

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Hide lineage from licensees; the others ask by a hash or subject that they may see."""
        return false() if actor.role is Role.LICENSEE else true()


class Run(_LineageTable):
    """One run of a piece of code with its parameters; the digest makes writing it repeatable."""

    __tablename__ = "lineage_run"

    kind: Mapped[str]
    code: Mapped[str]
    parameters: Mapped[dict[str, Any]]
    environment: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(unique=True)


class _Edge(_LineageTable):
    __abstract__ = True

    run_id: Mapped[UUID] = mapped_column(ForeignKey(Run.id), index=True)
    sha256: Mapped[str] = mapped_column(index=True)


class RunInput(_Edge):
    """Bytes that a run read."""

    __tablename__ = "lineage_input"
    __table_args__ = (UniqueConstraint("run_id", "sha256"),)


class RunOutput(_Edge):
    """Bytes that a run wrote."""

    __tablename__ = "lineage_output"
    __table_args__ = (UniqueConstraint("run_id", "sha256"),)


class HashSubject(_LineageTable):
    """A subject whose data is in these bytes."""

    __tablename__ = "lineage_subject"
    __table_args__ = (UniqueConstraint("sha256", "subject_id"),)

    sha256: Mapped[str]
    subject_id: Mapped[UUID] = mapped_column(index=True)


@dataclass(frozen=True, slots=True)
class Touched:
    """Something that a subject's data is in: the bytes and the run that wrote them."""

    sha256: str
    run_id: UUID
    kind: str
    at: datetime


async def record_run(
    session: AsyncSession,
    *,
    kind: str,
    code: str,
    parameters: dict[str, Any],
    inputs: list[str],
    outputs: list[str],
    subjects: list[UUID],
) -> Run:
    """Write down that `code` made `outputs` from `inputs`; the same facts again change nothing.

    The outputs belong to `subjects` and to every subject of the inputs.
    """
    inputs, outputs = sorted(set(inputs)), sorted(set(outputs))
    facts = {"kind": kind, "code": code, "parameters": parameters, "in": inputs, "out": outputs}
    values = {
        "kind": kind,
        "code": code,
        "parameters": parameters,
        "environment": {"renkei": __version__, "python": platform.python_version()},
        "digest": digest(canonical(facts)),
    }
    run: Run | None = await session.scalar(
        insert(Run).values(values).on_conflict_do_nothing().returning(Run)
    )
    if run is None:
        found = await session.scalars(select(Run).where(Run.digest == values["digest"]))
        return found.one()
    for table, hashes in ((RunInput, inputs), (RunOutput, outputs)):
        if hashes:
            rows = [{"run_id": run.id, "sha256": sha} for sha in hashes]
            await session.execute(insert(table).values(rows))
    inherited = await session.scalars(
        select(HashSubject.subject_id).where(HashSubject.sha256.in_(inputs)).distinct()
    )
    if len(set(subjects)) == 1:  # of several, nobody could say whose an input is
        await own(session, inputs, subjects)
    await own(session, outputs, [*subjects, *inherited])
    return run


async def own(session: AsyncSession, hashes: list[str], subjects: list[UUID]) -> None:
    """Say whose data is in these bytes; the same fact again changes nothing."""
    rows = [{"sha256": h, "subject_id": s} for h in hashes for s in sorted(set(subjects))]
    for start in range(0, len(rows), 5000):
        part = insert(HashSubject).values(rows[start : start + 5000])
        await session.execute(part.on_conflict_do_nothing())


async def touched_by(session: AsyncSession, subject_id: UUID) -> list[Touched]:
    """Return everything that runs wrote with a subject's data in it, oldest first."""
    rows = await session.execute(
        select(RunOutput.sha256, Run.id, Run.kind, Run.created_at)
        .join(Run, Run.id == RunOutput.run_id)
        .join(HashSubject, HashSubject.sha256 == RunOutput.sha256)
        .where(HashSubject.subject_id == subject_id)
        .order_by(Run.id)
    )
    return [Touched(*row) for row in rows]


async def subjects_of(session: AsyncSession, sha256: str) -> list[UUID]:
    """Return the subjects whose data is in these bytes."""
    found = await session.scalars(
        select(HashSubject.subject_id)
        .where(HashSubject.sha256 == sha256)
        .order_by(HashSubject.subject_id)
    )
    return list(found)
