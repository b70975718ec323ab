"""Routes of the ground: jobs with progress, cancel and retry; the live stream; the audit trail."""

from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy import select

from renkei.errors import NotFoundError
from renkei.server.actor import Permission, Role
from renkei.server.audit import AuditRow
from renkei.server.jobs import JobRun, JobState, cancel_job, retry_job
from renkei.server.stream import follow
from renkei.server.web.access import Db, current_actor, is_still, needs
from renkei.server.web.lists import Page, Params, list_page
from renkei.server.web.schema import Out

router = APIRouter(tags=["server"])


class JobOut(Out):
    """A job as its owner sees it."""

    id: UUID
    name: str
    state: JobState
    done: int
    total: int | None
    attempts: int
    error: str | None
    sentence: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


class AuditOut(Out):
    """One line of the audit trail."""

    id: UUID
    created_at: datetime
    action: str
    actor_id: str
    role: Role
    table_name: str
    row_id: UUID
    subject_id: UUID | None
    why: str | None
    trace_id: str | None


JOB_COLUMNS = {name: getattr(JobRun, name) for name in JobOut.model_fields}
AUDIT_COLUMNS = {name: getattr(AuditRow, name) for name in AuditOut.model_fields}


@router.get("/jobs", dependencies=needs(Permission.JOBS_VIEW))
async def list_jobs(session: Db, params: Params) -> Page[JobOut]:
    """List jobs, newest first."""
    return await list_page(session, select(JobRun), columns=JOB_COLUMNS, params=params)


@router.get("/jobs/{job_id}", dependencies=needs(Permission.JOBS_VIEW))
async def show_job(job_id: UUID, session: Db) -> JobOut:
    """Show one job."""
    run = await session.get(JobRun, job_id)
    if run is None:
        raise NotFoundError("There is no such job; choose one from the list.")
    return JobOut.model_validate(run)


@router.post("/jobs/{job_id}/cancel", dependencies=needs(Permission.JOBS_CONTROL))
async def cancel(job_id: UUID, session: Db) -> JobOut:
    """Take a job out of the queue, or end it."""
    return JobOut.model_validate(await cancel_job(session, run_id=job_id))


@router.post("/jobs/{job_id}/retry", dependencies=needs(Permission.JOBS_CONTROL))
async def retry(job_id: UUID, session: Db) -> JobOut:
    """Run a failed or cancelled job again."""
    return JobOut.model_validate(await retry_job(session, run_id=job_id))


@router.get(
    "/events",
    dependencies=needs(Permission.EVENTS_FOLLOW),
    response_class=EventSourceResponse,
)
async def stream_events(
    request: Request, last_event_id: Annotated[UUID | None, Header()] = None
) -> AsyncIterator[ServerSentEvent]:
    """Stream what happens until the sign-in ends; an event only says what to re-read."""
    actor = await current_actor(request)
    async for event in follow(actor, last=last_event_id, still=partial(is_still, request, actor)):
        yield event


@router.get("/audit", dependencies=needs(Permission.AUDIT_VIEW))
async def list_audit(session: Db, params: Params) -> Page[AuditOut]:
    """List who did what, newest first."""
    return await list_page(session, select(AuditRow), columns=AUDIT_COLUMNS, params=params)
