"""A person decides otherwise: with a reason, and with a second person for what was excluded."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import ConflictError, ForbiddenError, NotFoundError
from renkei.select.server.judge import of_case
from renkei.select.server.tables import Override, OverrideState, Verdict
from renkei.select.verdict import Outcome
from renkei.server.audit import record
from renkei.server.db import actor_of
from renkei.server.events import Event, emit


class NotJudgedError(NotFoundError):
    """There is no such case, or none that is judged and that the actor may see."""


class NothingToOverrideError(ConflictError):
    """The case stands so already."""


class WithdrawnCaseError(ConflictError):
    """The subject has withdrawn; nobody can take the case in again."""


class NoSuchOverrideError(NotFoundError):
    """There is no such decision, or none that the actor may see."""


class NotWaitingError(ConflictError):
    """The decision does not wait for a second person."""


class SamePersonError(ForbiddenError):
    """The second person must be another one."""


@dataclass(frozen=True)
class CaseOverridden(Event):
    """A person's decision stands in place of the machine's."""

    override_id: UUID


async def override_case(
    session: AsyncSession, *, case_id: UUID, outcome: Outcome, reason: str
) -> Override:
    """Decide otherwise than the verdict; what was excluded waits for a second person.

    Raises:
        NotJudgedError: There is no verdict on such a case.
        NothingToOverrideError: It stands so already.
        WithdrawnCaseError: The subject has withdrawn.
    """
    verdict = await _lock(session, case_id)
    if verdict.recalled_at is not None:
        raise WithdrawnCaseError("The subject has withdrawn; the case stays out.")
    if verdict.standing == outcome:
        raise NothingToOverrideError("The case stands so already; choose another outcome.")
    needs_two = verdict.standing is Outcome.EXCLUDE
    decision = Override(
        verdict_id=verdict.id,
        subject_id=verdict.subject_id,
        site_id=verdict.site_id,
        outcome=outcome,
        reason=reason,
        by=actor_of(session).id,
        state=OverrideState.WAITING if needs_two else OverrideState.STANDING,
    )
    await _replace(session, verdict, only=OverrideState.WAITING if needs_two else None)
    session.add(decision)
    await session.flush()
    await record(session, "select.override", decision, why=reason)
    if not needs_two:
        await _settle(session, verdict, decision)
    return decision


async def confirm_override(session: AsyncSession, *, override_id: UUID) -> Override:
    """Agree, as a second person, that an excluded case is taken in.

    Raises:
        NoSuchOverrideError: There is none, or none that the actor may see.
        NotWaitingError: It waits for nobody.
        SamePersonError: The actor is the one who decided.
    """
    decision = await session.scalar(
        select(Override)
        .where(Override.id == override_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if decision is None:
        raise NoSuchOverrideError("There is no such decision; choose one from the case.")
    if decision.state is not OverrideState.WAITING:
        raise NotWaitingError("This decision does not wait for a second person; nothing is to do.")
    if decision.by == actor_of(session).id:
        raise SamePersonError("Ask a colleague: the second person must be another one.")
    verdict = await session.get_one(Verdict, decision.verdict_id)
    if verdict.recalled_at is not None:
        raise WithdrawnCaseError("The subject has withdrawn; the case stays out.")
    await _replace(session, verdict, only=OverrideState.STANDING)
    decision.state = OverrideState.STANDING
    decision.confirmed_by = actor_of(session).id
    decision.confirmed_at = datetime.now(UTC)
    await session.flush()
    await record(session, "select.confirm", decision)
    await _settle(session, verdict, decision)
    return decision


async def _lock(session: AsyncSession, case_id: UUID) -> Verdict:
    found = await session.scalar(
        select(Verdict)
        .where(of_case(case_id), Verdict.current)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotJudgedError("There is no judged series or slide of that id; judge it first.")
    return found


async def _replace(session: AsyncSession, verdict: Verdict, *, only: OverrideState | None) -> None:
    old = update(Override).where(
        Override.verdict_id == verdict.id, Override.state != OverrideState.UNDONE
    )
    if only is not None:
        old = old.where(Override.state == only)
    await session.execute(old.values(state=OverrideState.REPLACED))


async def _settle(session: AsyncSession, verdict: Verdict, decision: Override) -> None:
    verdict.standing = decision.outcome
    await session.flush()
    await emit(session, CaseOverridden(decision.id), site_id=verdict.site_id)
