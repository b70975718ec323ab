"""The queue of signed labels whose vocabulary has a newer version, and carrying them over."""

from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei import compute
from renkei.annotate.carrying import carry_packed
from renkei.annotate.migrate import Migration, NotCarriedError, migrate
from renkei.annotate.protocol import AttemptState, Part, TaskState, TaskStateError
from renkei.annotate.server.assign import add_part
from renkei.annotate.server.find import find_label, find_task, label_bytes
from renkei.annotate.server.keep import Made, keep_label, target_of
from renkei.annotate.server.schemas import TaskOut
from renkei.annotate.server.tables import Attempt, Origin, Task
from renkei.annotate.vocabulary import Vocabulary, load_vocabulary, vocabularies
from renkei.server.actor import Permission
from renkei.server.audit import record
from renkei.server.web import Db, Out, needs

router = APIRouter(prefix="/migrations")
ASSIGN = needs(Permission.ANNOTATE_ASSIGN)
MOST = 500
SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A signed task of an older version and what of its labels goes over."""

    task: Task
    new: Vocabulary
    plan: Migration


class WaitingOut(Out):
    """Signed labels of an older version; `whole` can be carried over without reading again."""

    task_id: UUID
    modality: str
    old: str
    new: str
    carried: list[str]
    reread: list[str]
    dropped: list[str]
    unread: list[str]
    whole: bool


async def waiting_tasks(session: AsyncSession) -> list[Waiting]:
    """Return the signed tasks of older versions that stand in no newer one yet, oldest first."""
    newest = {words.name: load_vocabulary(words.name) for words in vocabularies()}
    older = [words for words in vocabularies() if words.version < newest[words.name].version]
    if not older:
        return []
    query = (
        select(Task)
        .where(Task.state == TaskState.SIGNED, Task.gold_label_id.is_(None))
        .where(Task.vocabulary.in_([words.reference for words in older]))
        .order_by(Task.id)
        .limit(MOST)
    )
    found = []
    for task in await session.scalars(query):
        old = load_vocabulary(task.vocabulary)
        new = newest[old.name]
        if not await _stands(session, task, new):
            found.append(Waiting(task, new, migrate([t.key for t in old.terms], old, new)))
    return found


async def carry_task(session: AsyncSession, *, task_id: UUID) -> Task:
    """Carry signed labels over to the newest version; they wait there for a new signature.

    Raises:
        NoSuchTaskError: There is none.
        TaskStateError: It does not wait in the queue.
        NotCarriedError: A label was split or is new and must be read.
    """
    task = await find_task(session, task_id=task_id, lock=True)
    waits = {one.task.id: one for one in await waiting_tasks(session)}
    if task.id not in waits:
        raise TaskStateError("This task does not wait for a newer vocabulary.")
    if task.slide_id is not None:
        raise NotCarriedError("Outlines of slides are read again; hand the slide out.")
    new = waits[task.id].new
    label = await find_label(session, label_id=task.candidate_id)
    packed = await label_bytes(session, label_id=label.id)
    data, found, absent = await compute.run(
        carry_packed, packed, task.vocabulary, new.reference, seconds=SECONDS
    )
    carried = Task(
        subject_id=task.subject_id,
        site_id=task.site_id,
        series_id=task.series_id,
        modality=task.modality,
        vocabulary=new.reference,
        protocol=task.protocol,
        readers_left=0,
        state=TaskState.REVIEW,
        image=task.image,
        image_object_id=task.image_object_id,
        source_sha256=task.source_sha256,
    )
    session.add(carried)
    await session.flush()
    made = Made(data, found, tuple(absent))
    row = await keep_label(
        session, target_of(carried), made, origin=Origin.CARRIED, authors=label.authors
    )
    carried.candidate_id = row.id
    for part in await _judges(session, task):
        await add_part(session, carried, part.user_id, part.part, part.alias)
    await record(session, "annotate.carry", carried)
    return carried


async def _stands(session: AsyncSession, task: Task, new: Vocabulary) -> bool:
    image = Task.series_id == task.series_id if task.series_id else Task.slide_id == task.slide_id
    ended = [TaskState.EXCLUDED, TaskState.WITHDRAWN]
    query = select(Task.id).where(image, Task.vocabulary == new.reference)
    query = query.where(Task.state.not_in(ended), Task.gold_label_id.is_(None))
    return await session.scalar(query.limit(1)) is not None


async def _judges(session: AsyncSession, task: Task) -> list[Attempt]:
    query = select(Attempt).where(
        Attempt.task_id == task.id,
        Attempt.part.in_([Part.ADJUDICATOR, Part.APPROVER]),
        Attempt.state.not_in([AttemptState.RELEASED, AttemptState.CANNOT_READ]),
    )
    return list(await session.scalars(query))


@router.get("", dependencies=ASSIGN)
async def list_migrations(session: Db) -> list[WaitingOut]:
    """List signed labels whose vocabulary has a newer version."""
    return [
        WaitingOut(
            task_id=one.task.id,
            modality=one.task.modality,
            old=one.task.vocabulary,
            new=one.new.reference,
            carried=list(one.plan.carried.values()),
            reread=list(one.plan.reread),
            dropped=list(one.plan.dropped),
            unread=list(one.plan.unread),
            whole=one.plan.whole and one.task.slide_id is None,
        )
        for one in await waiting_tasks(session)
    ]


@router.post("/{task_id}/carry", status_code=201, dependencies=ASSIGN)
async def post_carry(task_id: UUID, session: Db) -> TaskOut:
    """Carry signed labels over to the newest version, where they wait for a signature."""
    return TaskOut.model_validate(await carry_task(session, task_id=task_id))
