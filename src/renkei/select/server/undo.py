"""Take one's own decision back at once: what stood before stands again."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import ConflictError, ForbiddenError
from renkei.select.server.override import CaseOverridden, NoSuchOverrideError
from renkei.select.server.tables import Override, OverrideState, Verdict
from renkei.select.verdict import Outcome
from renkei.server.audit import record
from renkei.server.db import actor_of
from renkei.server.events import emit

# Longer, and it would be a new decision, which wants a reason and perhaps a second person.
WITHIN = timedelta(minutes=5)


class NotOwnDecisionError(ForbiddenError):
    """Only the person who decided takes the decision back."""


class TooLateToUndoError(ConflictError):
    """The decision was made too long ago, was confirmed, or another one came after it."""


async def undo_override(session: AsyncSession, *, override_id: UUID) -> Override:
    """Take back one's own newest decision; it stays in the history as undone.

    Raises:
        NoSuchOverrideError: There is none, or none that the actor may see.
        NotOwnDecisionError: Somebody else decided.
        TooLateToUndoError: Minutes have passed, or others have built on it.
    """
    decision = await session.scalar(select(Override).where(Override.id == override_id))
    if decision is None:
        raise NoSuchOverrideError("There is no such decision; choose one from the case.")
    if decision.by != actor_of(session).id:
        raise NotOwnDecisionError("Only the person who decided can take it back.")
    verdict = await session.get_one(Verdict, decision.verdict_id, with_for_update=True)
    rows = await session.scalars(
        select(Override)
        .where(Override.verdict_id == verdict.id, Override.state != OverrideState.UNDONE)
        .order_by(Override.id)
        .execution_options(populate_existing=True)
    )
    *earlier, newest = rows.all()
    late = datetime.now(UTC) - decision.created_at > WITHIN
    if late or newest.id != decision.id or decision.confirmed_by or not verdict.current:
        raise TooLateToUndoError("It is too late to undo this; decide anew with a reason.")
    before, stood = stood_before(verdict.outcome, earlier)
    decision.state = OverrideState.UNDONE
    if stood is not None:
        stood.state = OverrideState.STANDING
    if verdict.recalled_at is None:
        verdict.standing = before
    await session.flush()
    await record(session, "select.undo", decision)
    await emit(session, CaseOverridden(decision.id), site_id=verdict.site_id)
    return decision


def stood_before(outcome: Outcome, earlier: Sequence[Override]) -> tuple[Outcome, Override | None]:
    """Return what stood after earlier decisions, oldest first, and the decision behind it.

    What was decided about an excluded case stood only once a second person had agreed.
    """
    standing, stood = outcome, None
    for decision in earlier:
        if standing is not Outcome.EXCLUDE or decision.confirmed_by is not None:
            standing, stood = decision.outcome, decision
    return standing, stood
