"""Routes of what may be done besides: begin from a fusion, verify, amend, read again."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from renkei.annotate.server.amend import begin_amendment, read_again
from renkei.annotate.server.schemas import AttemptOut, PartOut, TaskOut
from renkei.annotate.server.start import Start, start_from
from renkei.annotate.server.verify import verify_signature
from renkei.server.actor import Permission
from renkei.server.web import Db, In, Out, needs

router = APIRouter()
ASSIGN = needs(Permission.ANNOTATE_ASSIGN)


class AmendIn(In):
    """Who amends signed labels, and why."""

    user_id: UUID
    reason: Annotated[str, Field(min_length=1, max_length=2_000)]


class StartIn(In):
    """What to begin with."""

    lease: UUID
    start: Start


class VerifiedOut(Out):
    """What a signature states, and which of it no longer fits; nothing broken means intact."""

    signature_id: UUID
    broken: list[str]
    statement: dict[str, Any] | None


@router.get("/signatures/{signature_id}/verify", dependencies=needs(Permission.ANNOTATE_READ))
async def verify(signature_id: UUID, session: Db) -> VerifiedOut:
    """Compute anew everything that a signature is bound to."""
    return VerifiedOut.model_validate(await verify_signature(session, signature_id=signature_id))


@router.post("/tasks/{task_id}/amend", status_code=201, dependencies=ASSIGN)
async def amend(task_id: UUID, body: AmendIn, session: Db) -> PartOut:
    """Open signed labels to somebody; the signed version stays."""
    return PartOut.model_validate(
        await begin_amendment(session, task_id=task_id, user_id=body.user_id, reason=body.reason)
    )


@router.post("/tasks/{task_id}/read-again", status_code=201, dependencies=ASSIGN)
async def post_read_again(task_id: UUID, session: Db) -> TaskOut:
    """Have a signed case read again, 28 days later at the earliest."""
    return TaskOut.model_validate(await read_again(session, task_id=task_id))


@router.post("/attempts/{attempt_id}/start", dependencies=needs(Permission.ANNOTATE_ADJUDICATE))
async def start(attempt_id: UUID, body: StartIn, session: Db) -> AttemptOut:
    """Begin an adjudicator's canvas with a reading, or with a fusion of all."""
    return AttemptOut.model_validate(
        await start_from(session, attempt_id=attempt_id, lease=body.lease, start=body.start)
    )
