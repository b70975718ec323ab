"""Draw: open an attempt under a lease, append strokes, replay them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.protocol import AttemptState, AttemptStateError, Part, TaskState
from renkei.annotate.server.find import (
    find_own,
    find_task,
    load_labels,
    move,
    move_part,
    words_of,
)
from renkei.annotate.server.tables import Arm, Attempt, Comparison, Stroke, Task
from renkei.annotate.strokes import (
    Canvas,
    Step,
    canvas_of,
    empty_canvas,
    replay,
    stroke_hash,
)
from renkei.annotate.view import geometry_of_header
from renkei.errors import ConflictError, NotFoundError
from renkei.server.audit import record
from renkei.server.db import actor_of

LEASE = timedelta(minutes=10)
WAITING = (AttemptState.RETURNED, AttemptState.OPEN, AttemptState.ASSIGNED, AttemptState.EXPIRED)


class LeaseHeldError(ConflictError):
    """Another window draws in this attempt."""


class StrokeGapError(ConflictError):
    """A stroke does not follow the last one that was saved; facts say which that is."""


class NothingWaitsError(NotFoundError):
    """No case waits for the actor."""


async def next_attempt(session: AsyncSession) -> Attempt:
    """Return the next attempt that waits for the actor: what was begun or came back first.

    Raises:
        NothingWaitsError: There is none.
    """
    reading = (TaskState.READY, TaskState.READING, TaskState.UNBLINDED, TaskState.AMENDING)
    judging = (TaskState.DISPUTED, TaskState.ADJUDICATING)
    rows = await session.execute(
        select(Attempt, Task.state)
        .join(Task, Task.id == Attempt.task_id)
        .where(Attempt.user_id == UUID(actor_of(session).id), Attempt.state.in_(WAITING))
        .order_by(Attempt.id)
    )
    fitting = [
        attempt
        for attempt, state in rows
        if (attempt.part is Part.READER and state in reading)
        or (attempt.part is Part.ADJUDICATOR and state in judging)
    ]
    if not fitting:
        raise NothingWaitsError("No case waits for you now; look again later.")
    return min(fitting, key=lambda attempt: WAITING.index(attempt.state))


async def open_attempt(
    session: AsyncSession, *, attempt_id: UUID, lease: UUID | None = None, take: bool = False
) -> Attempt:
    """Open an attempt for drawing in one window; `take` ends another window's lease.

    Raises:
        NoSuchAttemptError: There is none, or it is somebody else's.
        AttemptStateError: It was handed in.
        TaskStateError: The task is not being read, or has nothing to adjudicate.
        LeaseHeldError: Another window draws in it.
    """
    attempt = await find_own(session, attempt_id=attempt_id, lock=True)
    task = await find_task(session, task_id=attempt.task_id, lock=True)
    before = attempt.state
    attempt.state = move_part(attempt, "open")
    step = "open" if attempt.part is Part.READER else "adjudicate"
    task.state = move(task, step)
    now = datetime.now(UTC)
    held = attempt.lease is not None and attempt.lease != lease
    if held and not take and attempt.lease_until is not None and attempt.lease_until > now:
        raise LeaseHeldError("This case is open in another window; take it over to draw here.")
    attempt.lease = lease if lease is not None and lease == attempt.lease else uuid4()
    attempt.lease_until = now + LEASE
    if attempt.part is Part.ADJUDICATOR and attempt.base_label_id is None:
        newest = select(Comparison.a_label_id).where(Comparison.task_id == task.id)
        attempt.base_label_id = await session.scalar(newest.order_by(Comparison.id.desc()).limit(1))
        attempt.arm = Arm.PREFILL
    if before is not AttemptState.OPEN:
        await record(session, "annotate.open", attempt)
    return attempt


def check_lease(attempt: Attempt, lease: UUID) -> None:
    """Refuse a window that does not hold the lease, and renew it for the one that does.

    Raises:
        AttemptStateError: The attempt is not open.
        LeaseHeldError: Another window draws in it.
    """
    if attempt.state is not AttemptState.OPEN:
        raise AttemptStateError("Open the attempt before you draw.", state=attempt.state.value)
    if attempt.lease != lease:
        raise LeaseHeldError("This case was opened in another window; nothing was saved here.")
    attempt.lease_until = datetime.now(UTC) + LEASE


async def add_stroke(
    session: AsyncSession,
    *,
    attempt_id: UUID,
    lease: UUID,
    seq: int,
    previous: str,
    runs: bytes,
    step: Step = Step.DRAW,
) -> Stroke:
    """Append a stroke to the log; the same one again gives the same answer.

    Raises:
        NoSuchAttemptError: There is none, or it is somebody else's.
        AttemptStateError: The attempt is not open.
        LeaseHeldError: Another window draws in it.
        StrokeGapError: It does not follow the last one; facts give that one's number and hash.
    """
    attempt = await find_own(session, attempt_id=attempt_id, lock=True)
    check_lease(attempt, lease)
    if 1 <= seq <= attempt.last_seq:
        query = select(Stroke).where(Stroke.attempt_id == attempt.id, Stroke.seq == seq)
        known = (await session.scalars(query)).one()
        if known.hash == stroke_hash(str(attempt.id), seq, previous, runs):
            return known
    if seq != attempt.last_seq + 1 or previous != attempt.last_hash:
        raise StrokeGapError(
            "This stroke does not follow the last saved one: load the case again.",
            last_seq=attempt.last_seq,
            last_hash=attempt.last_hash,
        )
    return await append(session, attempt, runs, step)


async def append(
    session: AsyncSession, attempt: Attempt, runs: bytes, step: Step = Step.DRAW
) -> Stroke:
    """Write packed runs as the next stroke of a locked attempt."""
    seq = attempt.last_seq + 1
    stroke = Stroke(
        subject_id=attempt.subject_id,
        site_id=attempt.site_id,
        attempt_id=attempt.id,
        user_id=attempt.user_id,
        seq=seq,
        previous=attempt.last_hash,
        hash=stroke_hash(str(attempt.id), seq, attempt.last_hash, runs),
        runs=runs,
        step=step,
    )
    session.add(stroke)
    attempt.last_seq, attempt.last_hash = seq, stroke.hash
    await session.flush()
    return stroke


async def canvas_now(session: AsyncSession, attempt: Attempt, task: Task) -> Canvas:
    """Return what is drawn in an attempt: what it started from, and every stroke since.

    Raises:
        StrokesBrokenError: The strokes do not follow from each other.
    """
    words = words_of(task)
    if attempt.base_label_id is None:
        canvas = empty_canvas(geometry_of_header(task.image or {}).shape, words)
    else:
        canvas = canvas_of(await load_labels(session, label_id=attempt.base_label_id), words)
    query = select(Stroke.runs).where(Stroke.attempt_id == attempt.id).order_by(Stroke.seq)
    return replay(canvas, await session.scalars(query), words)
