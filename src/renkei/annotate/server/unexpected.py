"""Routes and verbs of unexpected findings: a reader raises, the hospital confirms the receipt."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.server.find import find_task
from renkei.annotate.server.reader_tables import Unexpected
from renkei.annotate.unexpected import Urgency, check_text, is_late
from renkei.errors import ConflictError, NotFoundError
from renkei.server.actor import Permission
from renkei.server.audit import record
from renkei.server.db import actor_of, as_system
from renkei.server.events import Event, emit
from renkei.server.web import Db, In, Out, Page, Params, list_page, needs
from renkei.subjects.server.tables import Subject

router = APIRouter(prefix="/findings")
READ = needs(Permission.ANNOTATE_READ)


class NoSuchFindingError(NotFoundError):
    """There is no such finding, or none that the actor may see."""


class ReceivedAlreadyError(ConflictError):
    """The receipt was confirmed before."""


@dataclass(frozen=True)
class FindingRaised(Event):
    """A reader saw something that matters for a patient; the hospital has to look."""

    finding_id: UUID


class FindingIn(In):
    """What was seen, without a word that tells who it is."""

    task_id: UUID
    urgency: Urgency
    text: Annotated[str, Field(min_length=10, max_length=2_000)]


class ReceiptIn(In):
    """What the hospital does about it."""

    answer: Annotated[str, Field(max_length=2_000)] = ""


class FindingOut(Out):
    """A finding by pseudonym; `late` when no receipt came in time."""

    id: UUID
    created_at: datetime
    task_id: UUID
    site_id: UUID
    pseudonym: str
    urgency: Urgency
    text: str
    received_at: datetime | None
    answer: str | None
    late: bool = False


COLUMNS: dict[str, Any] = {
    name: getattr(Unexpected, name) for name in FindingOut.model_fields if name != "late"
}


async def raise_finding(
    session: AsyncSession, *, task_id: UUID, urgency: Urgency, text: str
) -> Unexpected:
    """Send a finding to the hospital whose patient it is.

    Raises:
        NoSuchTaskError: There is none, or none that the actor may see.
        TextTellsWhoError: The text may tell who the patient is.
    """
    check_text(text)
    task = await find_task(session, task_id=task_id)
    with as_system(session, "pseudonym of a finding"):
        pseudonym = (await session.get_one(Subject, task.subject_id)).pseudonym
    row = Unexpected(
        subject_id=task.subject_id,
        site_id=task.site_id,
        task_id=task.id,
        user_id=UUID(actor_of(session).id),
        pseudonym=pseudonym,
        urgency=urgency,
        text=text,
    )
    session.add(row)
    await session.flush()
    await record(session, "annotate.finding", row)
    await emit(session, FindingRaised(row.id), site_id=task.site_id)
    return row


async def confirm_receipt(session: AsyncSession, *, finding_id: UUID, answer: str) -> Unexpected:
    """Confirm for the hospital that a finding arrived.

    Raises:
        NoSuchFindingError: There is none of its patients.
        ReceivedAlreadyError: It was confirmed before.
    """
    query = select(Unexpected).where(Unexpected.id == finding_id).with_for_update()
    row: Unexpected | None = await session.scalar(query)
    if row is None:
        raise NoSuchFindingError("There is no such finding; choose one from the list.")
    if row.received_at is not None:
        raise ReceivedAlreadyError("The receipt was confirmed before; nothing is left to do.")
    row.received_at, row.received_by = datetime.now(UTC), UUID(actor_of(session).id)
    row.answer = answer or None
    await session.flush()
    await record(session, "annotate.receipt", row)
    return row


def _shown(row: Unexpected) -> FindingOut:
    waits = row.received_at is None
    late = waits and is_late(row.urgency, row.created_at, datetime.now(UTC))
    return FindingOut.model_validate(row).model_copy(update={"late": late})


@router.get("", dependencies=READ)
async def list_findings(session: Db, params: Params) -> Page[FindingOut]:
    """List unexpected findings; without a receipt they grow old."""
    page = await list_page(session, select(Unexpected), columns=COLUMNS, params=params)
    if isinstance(page, Response):
        return page
    return Page[FindingOut](
        items=[_shown(row) for row in page.items], total=page.total, next=page.next
    )


@router.post("", status_code=201, dependencies=needs(Permission.ANNOTATE_LABEL))
async def post_finding(body: FindingIn, session: Db) -> FindingOut:
    """Send a finding that matters for the patient to the hospital, by pseudonym."""
    return _shown(
        await raise_finding(session, task_id=body.task_id, urgency=body.urgency, text=body.text)
    )


@router.post("/{finding_id}/receipt", dependencies=needs(Permission.ANNOTATE_RECEIVE))
async def post_receipt(finding_id: UUID, body: ReceiptIn, session: Db) -> FindingOut:
    """Confirm that a finding arrived."""
    return _shown(await confirm_receipt(session, finding_id=finding_id, answer=body.answer))
