"""Where an adjudicator starts from: one reading, or a fusion that is offered, never the truth."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from renkei import compute
from renkei.annotate.fusing import fuse_packed
from renkei.annotate.protocol import NotYourPartError, Part
from renkei.annotate.server.adjudicate import find_comparison
from renkei.annotate.server.agree import readings
from renkei.annotate.server.draw import check_lease
from renkei.annotate.server.find import find_label, find_own, find_task, label_bytes
from renkei.annotate.server.keep import Made, keep_label, target_of
from renkei.annotate.server.tables import Attempt, LabelVersion, Origin, Task
from renkei.errors import ConflictError, DataRefusedError
from renkei.server.audit import record

SECONDS = 300.0


class Start(StrEnum):
    """What the canvas of an adjudicator begins with."""

    A = "a"
    B = "b"
    MAJORITY = "majority"
    STAPLE = "staple"


class DrawnAlreadyError(ConflictError):
    """Something was drawn, which another start would take away."""


class OnlyVolumesFusedError(DataRefusedError):
    """Outlines of slides are not fused."""


async def start_from(
    session: AsyncSession, *, attempt_id: UUID, lease: UUID, start: Start
) -> Attempt:
    """Let an adjudicator's empty canvas begin with a reading or a fusion of all.

    Raises:
        NoSuchAttemptError: There is none, or it is somebody else's.
        NotYourPartError: The actor does not adjudicate this task.
        DrawnAlreadyError: Something was drawn.
        OnlyVolumesFusedError: It is a slide.
    """
    attempt = await find_own(session, attempt_id=attempt_id, lock=True)
    check_lease(attempt, lease)
    if attempt.part is not Part.ADJUDICATOR:
        raise NotYourPartError("Only the adjudicator of a task chooses what to begin with.")
    if attempt.last_seq > 0:
        raise DrawnAlreadyError("Something is drawn here already; go on from it.")
    task = await find_task(session, task_id=attempt.task_id)
    if task.slide_id is not None:
        raise OnlyVolumesFusedError("Take one reading of the slide and correct it.")
    comparison = await find_comparison(session, task_id=task.id)
    if start is Start.A:
        attempt.base_label_id = comparison.a_label_id
    elif start is Start.B:
        attempt.base_label_id = comparison.b_label_id
    else:
        attempt.base_label_id = (await _fused(session, task, attempt, start)).id
    await session.flush()
    await record(session, "annotate.start", attempt, why=start.value)
    return attempt


async def _fused(session: AsyncSession, task: Task, attempt: Attempt, start: Start) -> LabelVersion:
    labels = [one.label_id for one in await readings(session, task)]
    packed = [await label_bytes(session, label_id=label) for label in labels]
    data, found = await compute.run(
        fuse_packed, packed, task.vocabulary, start.value, seconds=SECONDS
    )
    authors = {a for one in labels for a in (await find_label(session, label_id=one)).authors}
    label = await keep_label(
        session,
        target_of(task),
        Made(data, found, ()),
        origin=Origin.FUSED,
        authors=sorted(authors),
    )
    label.user_id = attempt.user_id
    return label
