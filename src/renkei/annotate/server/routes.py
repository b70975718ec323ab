"""Routes of annotating: tasks and vocabularies here, drawing and judging beside."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Response
from sqlalchemy import case, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.protocol import TaskState
from renkei.annotate.server.assign import add_approver, create_tasks, exclude_task
from renkei.annotate.server.drawing import router as drawing_router
from renkei.annotate.server.export import read_slab
from renkei.annotate.server.find import find_task
from renkei.annotate.server.judging import router as judging_router
from renkei.annotate.server.schemas import (
    ApproverIn,
    PartOut,
    ReasonIn,
    TaskDetail,
    TaskOut,
    TasksIn,
    ToolOut,
    VocabularyOut,
)
from renkei.annotate.server.tables import Attempt, Task
from renkei.annotate.tools import TOOLS
from renkei.annotate.vocabulary import load_vocabulary, vocabularies
from renkei.server.actor import Permission, Role
from renkei.server.db import actor_of
from renkei.server.web import Db, Number, Page, Params, gives, list_page, needs

router = APIRouter(prefix="/annotate", tags=["annotate"])
router.include_router(drawing_router)
router.include_router(judging_router)
READ = needs(Permission.ANNOTATE_READ)
ASSIGN = needs(Permission.ANNOTATE_ASSIGN)
GZIP = {"Content-Encoding": "gzip"}
# A task moves through these by what the other reader does, so readers see them as one.
BLIND = (TaskState.READY, TaskState.READING, TaskState.COMPARING)


def _columns(session: AsyncSession) -> dict[str, Any]:
    columns: dict[str, Any] = {name: getattr(Task, name) for name in TaskOut.model_fields}
    if actor_of(session).role is Role.READER:
        blind = [state.value for state in BLIND]
        columns["state"] = case(
            (Task.state.in_(blind), literal(TaskState.READING.value)), else_=Task.state
        )
    return columns


def _shown(session: AsyncSession, task: Task) -> TaskState:
    blind = actor_of(session).role is Role.READER and task.state in BLIND
    return TaskState.READING if blind else task.state


@router.get("/tasks", dependencies=READ)
async def list_tasks(session: Db, params: Params) -> Page[TaskOut]:
    """List the tasks in which the actor has a part."""
    columns = _columns(session)
    page = await list_page(session, select(Task), columns=columns, params=params)
    if isinstance(page, Response):
        return page
    items = [
        TaskOut.model_validate(task).model_copy(update={"state": _shown(session, task)})
        for task in page.items
    ]
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
    return TaskDetail(
        **TaskOut.model_validate(task).model_dump(exclude={"state"}),
        state=_shown(session, task),
        image=task.image,
        candidate_id=task.candidate_id,
        reason=task.reason,
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


@router.get("/tools", dependencies=READ)
async def list_tools() -> list[ToolOut]:
    """List the computing tools."""
    return [ToolOut.model_validate(tool) for tool in TOOLS]
