"""Routes of annotating: tasks and vocabularies here, drawing and judging beside."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Response
from sqlalchemy import case, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.protocol import TaskState
from renkei.annotate.server.amending import router as amending_router
from renkei.annotate.server.assign import add_approver, create_tasks, exclude_task
from renkei.annotate.server.assisting import router as assisting_router
from renkei.annotate.server.blind import hidden_header, hidden_image, hidden_images
from renkei.annotate.server.computing import router as computing_router
from renkei.annotate.server.context_routes import router as context_router
from renkei.annotate.server.drawing import router as drawing_router
from renkei.annotate.server.export import read_slab
from renkei.annotate.server.find import find_task
from renkei.annotate.server.judging import router as judging_router
from renkei.annotate.server.leaving import router as leaving_router
from renkei.annotate.server.mark_routes import router as mark_router
from renkei.annotate.server.migration import router as migration_router
from renkei.annotate.server.monai import router as monai_router
from renkei.annotate.server.progress import router as progress_router
from renkei.annotate.server.readers import router as readers_router
from renkei.annotate.server.report_routes import router as report_router
from renkei.annotate.server.root_routes import router as root_router
from renkei.annotate.server.schemas import (
    ApproverIn,
    PartOut,
    ReasonIn,
    TaskDetail,
    TaskOut,
    TasksIn,
    VocabularyOut,
)
from renkei.annotate.server.slide import router as slide_router
from renkei.annotate.server.tables import Attempt, Task
from renkei.annotate.server.times import router as times_router
from renkei.annotate.server.unexpected import router as unexpected_router
from renkei.annotate.vocabulary import load_vocabulary, vocabularies
from renkei.server.actor import Permission, Role
from renkei.server.db import actor_of
from renkei.server.web import Db, Number, Page, Params, gives, list_page, needs

router = APIRouter(prefix="/annotate", tags=["annotate"])
router.include_router(drawing_router)
router.include_router(computing_router)
router.include_router(assisting_router)
router.include_router(monai_router)
router.include_router(progress_router)
router.include_router(slide_router)
router.include_router(judging_router)
router.include_router(report_router)
router.include_router(mark_router)
router.include_router(context_router)
router.include_router(root_router)
router.include_router(leaving_router)
router.include_router(readers_router)
router.include_router(times_router)
router.include_router(amending_router)
router.include_router(unexpected_router)
router.include_router(migration_router)
READ = needs(Permission.ANNOTATE_READ)
ASSIGN = needs(Permission.ANNOTATE_ASSIGN)
GZIP = {"Content-Encoding": "gzip"}
# A task moves through these by what the other reader does, so readers see them as one.
BLIND = (TaskState.READY, TaskState.READING, TaskState.COMPARING)


def _columns(session: AsyncSession) -> dict[str, Any]:
    columns: dict[str, Any] = {name: getattr(Task, name) for name in TaskOut.model_fields}
    if actor_of(session).role is Role.READER:
        blind = [state.value for state in BLIND]
        # A hidden case is never told from one that still waits for the other reader.
        unseen = Task.state.in_(blind) | Task.gold_label_id.is_not(None)
        columns["state"] = case((unseen, literal(TaskState.READING.value)), else_=Task.state)
        columns["protocol"] = case(
            (Task.gold_label_id.is_not(None), literal("double")), else_=Task.protocol
        )
    return columns | hidden_images(session, Task, Task.id)


def _shown(session: AsyncSession, task: Task) -> TaskState:
    if actor_of(session).role is not Role.READER:
        return task.state
    blind = task.state in BLIND or task.gold_label_id is not None
    return TaskState.READING if blind else task.state


def _out(session: AsyncSession, task: Task) -> TaskOut:
    """Return a task as the actor may know it: a hidden case looks like any other."""
    hidden = actor_of(session).role is Role.READER and task.gold_label_id is not None
    seen = {"state": _shown(session, task)}
    more = {"protocol": "double"} if hidden else {}
    hidden_ids = hidden_image(session, task, task.id)
    return TaskOut.model_validate(task).model_copy(update={**seen, **more, **hidden_ids})


@router.get("/tasks", dependencies=READ)
async def list_tasks(session: Db, params: Params) -> Page[TaskOut]:
    """List the tasks in which the actor has a part."""
    columns = _columns(session)
    page = await list_page(session, select(Task), columns=columns, params=params)
    if isinstance(page, Response):
        return page
    items = [_out(session, task) for task in page.items]
    return Page[TaskOut](items=items, total=page.total, next=page.next)


@router.post("/tasks", status_code=201, dependencies=ASSIGN)
async def hand_out_tasks(body: TasksIn, session: Db) -> list[TaskOut]:
    """Make a task for each image and let its team see it."""
    tasks = await create_tasks(
        session,
        protocol=body.protocol,
        vocabulary=body.vocabulary,
        readers=body.readers,
        adjudicator=body.adjudicator,
        series_ids=body.series_ids,
        slide_ids=body.slide_ids,
    )
    return [TaskOut.model_validate(task) for task in tasks]


@router.get("/tasks/{task_id}", dependencies=READ)
async def show_task(task_id: UUID, session: Db) -> TaskDetail:
    """Show a task with its image's header and the parts that the actor may see."""
    task = await find_task(session, task_id=task_id)
    rows = await session.scalars(
        select(Attempt).where(Attempt.task_id == task.id).order_by(Attempt.alias)
    )
    hidden = actor_of(session).role is Role.READER and task.gold_label_id is not None
    return TaskDetail(
        **_out(session, task).model_dump(),
        image=hidden_header(session, task),
        candidate_id=task.candidate_id,
        reason=None if hidden else task.reason,
        parts=[PartOut.model_validate(row) for row in rows],
    )


@router.post("/tasks/{task_id}/approvers", status_code=201, dependencies=ASSIGN)
async def let_approve(task_id: UUID, body: ApproverIn, session: Db) -> PartOut:
    """Let one more person sign a task."""
    return PartOut.model_validate(
        await add_approver(session, task_id=task_id, user_id=body.user_id)
    )


@router.post("/tasks/{task_id}/exclude", dependencies=ASSIGN)
async def exclude(task_id: UUID, body: ReasonIn, session: Db) -> TaskOut:
    """End a task without labels."""
    return TaskOut.model_validate(await exclude_task(session, task_id=task_id, reason=body.reason))


@router.get(
    "/tasks/{task_id}/slabs/{number}", dependencies=READ, **gives("application/octet-stream")
)
async def show_slab(task_id: UUID, number: Number, session: Db) -> Response:
    """Return one slab of the image, int16 little-endian, gzipped."""
    data = await read_slab(session, task_id=task_id, number=number)
    return Response(data, media_type="application/octet-stream", headers=GZIP)


@router.get("/vocabularies", dependencies=READ)
async def list_vocabularies() -> list[VocabularyOut]:
    """List the vocabularies that there are."""
    return [VocabularyOut.model_validate(words) for words in vocabularies()]


@router.get("/vocabularies/{name}", dependencies=READ)
async def show_vocabulary(name: Annotated[str, Path(max_length=80)]) -> VocabularyOut:
    """Show the newest version of a vocabulary, or `name@version`."""
    return VocabularyOut.model_validate(load_vocabulary(name))
