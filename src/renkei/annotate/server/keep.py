"""Keep finished labels: bytes under the subject's key, a row, and what they came from."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei import __version__
from renkei.annotate.server.tables import Attempt, LabelVersion, Origin, Proposal, Task
from renkei.server.lineage import record_run
from renkei.server.storage import store
from renkei.subjects.server.files import series_renditions
from renkei.subjects.server.tables import Slide


@dataclass(frozen=True, slots=True)
class Made:
    """Labels as bytes, their hash, and the labels that were said to be absent."""

    data: bytes
    hash: str
    absent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """Which image labels belong to, and by which vocabulary."""

    subject_id: UUID
    site_id: UUID
    vocabulary: str
    series_id: UUID | None = None
    slide_id: UUID | None = None
    task_id: UUID | None = None


def target_of(task: Task) -> Target:
    """Return the target of a task's labels."""
    return Target(
        subject_id=task.subject_id,
        site_id=task.site_id,
        vocabulary=task.vocabulary,
        series_id=task.series_id,
        slide_id=task.slide_id,
        task_id=task.id,
    )


async def keep_label(
    session: AsyncSession, target: Target, made: Made, *, origin: Origin, authors: list[str]
) -> LabelVersion:
    """Store labels under the subject's key and write down what they came from."""
    kept = await store(session, made.data, site_id=target.site_id, subject_id=target.subject_id)
    label = LabelVersion(
        subject_id=target.subject_id,
        site_id=target.site_id,
        series_id=target.series_id,
        slide_id=target.slide_id,
        task_id=target.task_id,
        origin=origin,
        vocabulary=target.vocabulary,
        hash=made.hash,
        object_id=kept.id,
        sha256=kept.plain_sha256,
        authors=authors,
        absent=list(made.absent),
    )
    session.add(label)
    await session.flush()
    await record_run(
        session,
        kind="annotate.label",
        code=f"renkei.annotate {__version__}",
        parameters={"vocabulary": target.vocabulary, "origin": origin.value},
        inputs=await _sources(session, target),
        outputs=[kept.plain_sha256],
        subjects=[target.subject_id],
    )
    return label


async def assisted_keys(session: AsyncSession, attempt: Attempt) -> list[str]:
    """Return the labels of an attempt that an assist's proposal went into."""
    query = select(Proposal.key).where(Proposal.attempt_id == attempt.id).distinct()
    return sorted(await session.scalars(query))


async def _sources(session: AsyncSession, target: Target) -> list[str]:
    if target.series_id is None:
        return list(await session.scalars(select(Slide.sha256).where(Slide.id == target.slide_id)))
    return [row.sha256 for row in await series_renditions(session, target.series_id)]
