"""Assists on the platform: which ones there are, and one proposal as one stroke of an attempt."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import numpy as np
from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei import compute
from renkei.annotate.assist import assists
from renkei.annotate.assistant import (
    MOST_EXAMPLES,
    MOST_POINTS,
    Assist,
    AssistNeeds,
    AssistRefusedError,
    Voxel,
)
from renkei.annotate.assisting import Kept, ask
from renkei.annotate.server.computing import MOST_RUNS, TooScatteredError
from renkei.annotate.server.draw import append, canvas_now, check_lease
from renkei.annotate.server.find import find_own, find_task, label_bytes, words_of
from renkei.annotate.server.schemas import AttemptOut, Key
from renkei.annotate.server.tables import Arm, Attempt, Proposal, Signature, Task
from renkei.annotate.strokes import difference, pack_table
from renkei.errors import ForbiddenError
from renkei.plugins import by_name
from renkei.server.actor import Permission
from renkei.server.audit import record
from renkei.server.storage import load
from renkei.server.web import Db, In, Out, needs

SECONDS = 300.0
router = APIRouter()
LABEL = needs(Permission.ANNOTATE_LABEL)
Place = Annotated[list[Annotated[int, Field(ge=0, le=2**20)]], Field(min_length=3, max_length=3)]


class NoProposalsError(ForbiddenError):
    """This case is read without proposals, so that their pull on readers can be measured."""


class AssistOut(Out):
    """An assist and what it works from beside the image."""

    name: str
    ja: str
    en: str
    needs: list[AssistNeeds]


class AssistIn(In):
    """Ask an assist for one label; points are (z, y, x) in voxels."""

    lease: UUID
    assist: Key
    key: Key
    points: Annotated[list[Place], Field(max_length=MOST_POINTS, default_factory=list)]


@router.get("/attempts/{attempt_id}/assists", dependencies=LABEL)
async def list_assists(attempt_id: UUID, session: Db) -> list[AssistOut]:
    """List the assists for an attempt; none where it is read without proposals."""
    attempt = await find_own(session, attempt_id=attempt_id)
    task = await find_task(session, task_id=attempt.task_id)
    return [
        AssistOut(name=one.name, ja=one.ja, en=one.en, needs=sorted(one.needs))
        for one in assists_for(attempt, task)
    ]


def assists_for(attempt: Attempt, task: Task) -> list[Assist]:
    """Return the assists that know a task's image; none on the arm without proposals."""
    if attempt.arm is Arm.PLAIN or task.image is None:
        return []
    modality = task.image["modality"]
    return [one for one in assists() if not one.modalities or modality in one.modalities]


@router.post("/attempts/{attempt_id}/assists", dependencies=LABEL)
async def ask_assist(attempt_id: UUID, body: AssistIn, session: Db) -> AttemptOut:
    """Draw what an assist proposes for one label, as one stroke; what is drawn already stays."""
    points = [(z, y, x) for z, y, x in body.points]
    return AttemptOut.model_validate(
        await draw_proposal(
            session,
            attempt_id=attempt_id,
            lease=body.lease,
            assist=body.assist,
            key=body.key,
            points=points,
        )
    )


async def draw_proposal(
    session: AsyncSession,
    *,
    attempt_id: UUID,
    lease: UUID,
    assist: str,
    key: str,
    points: Sequence[Voxel] = (),
) -> Attempt:
    """Add what an assist proposes to one label of an attempt; other labels keep their voxels.

    Raises:
        NoSuchAttemptError: There is none, or it is somebody else's.
        LeaseHeldError: Another window draws in it.
        NoProposalsError: The attempt is on the arm without proposals.
        NoSuchPluginError: There is no such assist.
        UnknownTermError: The label is not in the vocabulary.
        AssistRefusedError: It does not know such images, or lacks what it works from.
        TooScatteredError: The answer is in more pieces than one stroke may have.
    """
    attempt = await find_own(session, attempt_id=attempt_id, lock=True)
    check_lease(attempt, lease)
    task = await find_task(session, task_id=attempt.task_id)
    if attempt.arm is Arm.PLAIN:
        raise NoProposalsError(
            "This case is read without proposals, so that we learn what they change: draw it."
        )
    chosen, words = by_name(assists(), assist), words_of(task)
    term = words.term(key)
    bits = await ask_for(session, task, chosen, key, points)
    before = await canvas_now(session, attempt, task)
    group = before[term.group]
    found = np.unpackbits(np.frombuffer(bits, np.uint8), count=group.size).astype(bool)
    after = {**before, term.group: group.copy()}
    after[term.group][found.reshape(group.shape) & (group == 0)] = term.number
    runs = difference(before, after, words)
    if len(runs) > MOST_RUNS:
        raise TooScatteredError("The proposal is in too many small pieces; draw this label.")
    if len(runs):
        await append(session, attempt, pack_table(runs, words, group.size))
    added = int(runs[:, 2].sum())
    await note_proposal(session, attempt, chosen, key, points, voxels=added)
    return attempt


async def ask_for(
    session: AsyncSession, task: Task, assist: Assist, key: str, points: Sequence[Voxel]
) -> bytes:
    """Return the mask that an assist proposes for a label as packed bits in scan order.

    Raises:
        AssistRefusedError: It does not know such images, or lacks what it works from.
    """
    learns = AssistNeeds.EXAMPLES in assist.needs
    examples = await _examples(session, task) if learns else []
    image = await kept_image(session, task)
    asked = (ask, assist.name, key, image, tuple(points), examples)
    return await compute.run(*asked, seconds=SECONDS)


async def note_proposal(
    session: AsyncSession,
    attempt: Attempt,
    assist: Assist,
    key: str,
    points: Sequence[Voxel],
    *,
    voxels: int,
) -> None:
    """Write down what an assist proposed, up to the newest stroke of the attempt."""
    proposal = Proposal(
        subject_id=attempt.subject_id,
        site_id=attempt.site_id,
        attempt_id=attempt.id,
        user_id=attempt.user_id,
        seq=attempt.last_seq,
        key=key,
        assist=assist.name,
        version=assist.version,
        model=assist.model,
        parameters={"points": [list(point) for point in points]},
        voxels=voxels,
    )
    session.add(proposal)
    await session.flush()
    await record(session, "annotate.assist", attempt, why=assist.name)


async def kept_image(session: AsyncSession, task: Task) -> Kept:
    """Return the image of a task as an assist takes it.

    Raises:
        AssistRefusedError: The task is on a slide.
    """
    if task.image is None or task.image_object_id is None:
        raise AssistRefusedError("An assist works on a series of slices; this task has none.")
    return Kept(task.image, await load(session, task.image_object_id))


async def _examples(session: AsyncSession, task: Task) -> list[tuple[Kept, bytes]]:
    """Return signed cases of the same vocabulary that the actor may see, the newest first."""
    rows = await session.execute(
        select(Task, Signature.label_id)
        .join(Signature, Signature.task_id == Task.id)
        .where(
            Task.vocabulary == task.vocabulary,
            Task.modality == task.modality,
            Task.id != task.id,
            Task.image_object_id.is_not(None),
        )
        .order_by(Signature.id.desc())
        .limit(MOST_EXAMPLES)
    )
    return [
        (await kept_image(session, one), await label_bytes(session, label_id=label_id))
        for one, label_id in rows.all()
    ]
