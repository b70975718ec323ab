"""Credentials: what a reader may read; without one nobody reads, decides or signs."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.protocol import AttemptState, TaskState
from renkei.annotate.server.reader_tables import Credential, GoldResult
from renkei.annotate.server.tables import Attempt, Task
from renkei.annotate.team import Candidate, Case, Hindrance, hindrances
from renkei.errors import DataRefusedError, ForbiddenError
from renkei.people.server.tables import User
from renkei.server.actor import Role
from renkei.server.audit import record
from renkei.server.db import as_system
from renkei.subjects.counting import wilson

BUSY = (AttemptState.ASSIGNED, AttemptState.OPEN, AttemptState.RETURNED)
GONE = (TaskState.SIGNED, TaskState.EXCLUDED, TaskState.WITHDRAWN)
# Below this many hidden cases a share says nothing.
FEWEST = 5
WORDS = {
    Hindrance.NO_CREDENTIAL: "Somebody of the team has no credential; give one first.",
    Hindrance.EXPIRED: "A credential has run out; renew it or choose somebody else.",
    Hindrance.PAUSED: "A reader is paused; choose somebody else.",
    Hindrance.MODALITY: "A reader has no credential for this modality; choose somebody else.",
    Hindrance.LABELS: "A reader has no credential for these labels; choose somebody else.",
    Hindrance.BROUGHT_IT: "Somebody of the team brought this image; choose somebody else.",
    Hindrance.TREATS_THERE: "Somebody of the team works at this hospital; choose somebody else.",
    Hindrance.HAS_A_PART: "Somebody has a part in this task already; choose somebody else.",
}


class NotAReaderError(DataRefusedError):
    """Only active readers take part in tasks."""


class CredentialMissingError(ForbiddenError):
    """Somebody may not read this; facts name the person and why."""


async def set_credential(session: AsyncSession, *, user_id: UUID, **fields: Any) -> Credential:
    """Give a reader a credential, or replace the one they have.

    Raises:
        NotAReaderError: There is no such active reader.
    """
    user = select(User.id).where(User.id == user_id, User.role == Role.READER, User.active)
    if await session.scalar(user) is None:
        raise NotAReaderError("Choose an active reader.")
    known = await session.scalar(select(Credential).where(Credential.user_id == user_id))
    if known is None:
        known = Credential(user_id=user_id, **fields)
    else:
        for name, value in fields.items():
            setattr(known, name, value)
    await record(session, "annotate.credential", known)
    await session.flush()
    return known


async def pause_reader(session: AsyncSession, *, user_id: UUID, why: str | None) -> Credential:
    """Stop giving a reader new cases, with a reason; without one they are given cases again.

    Raises:
        CredentialMissingError: The reader has no credential.
    """
    known = await session.scalar(select(Credential).where(Credential.user_id == user_id))
    if known is None:
        raise CredentialMissingError("This reader has no credential; give one first.")
    known.paused_at = datetime.now(UTC) if why else None
    known.paused_why = why
    await session.flush()
    await record(session, "annotate.pause" if why else "annotate.resume", known, why=why)
    return known


async def candidates(session: AsyncSession, users: Iterable[UUID] | None = None) -> list[Candidate]:
    """Return every active reader, or these, with credential, load and skill."""
    query = select(User.id, Credential).outerjoin(Credential, Credential.user_id == User.id)
    query = query.where(User.role == Role.READER, User.active)
    if users is not None:
        query = query.where(User.id.in_(list(users)))
    rows = (await session.execute(query.order_by(User.id))).all()
    loads, skills = await _loads(session), await _skills(session)
    return [_candidate(user, row, loads, skills) for user, row in rows]


async def check_credentials(session: AsyncSession, users: Sequence[UUID], case: Case) -> None:
    """Refuse a team of which somebody may not read a case; a full desk is the coordinator's choice.

    Raises:
        CredentialMissingError: facts name the person and why.
    """
    now = datetime.now(UTC)
    for one in await candidates(session, users):
        for why in hindrances(one, case, now):
            if why in WORDS:
                raise CredentialMissingError(WORDS[why], user=one.user, why=why.value)


async def snapshot(session: AsyncSession, *, user_id: UUID, case: Case) -> dict[str, Any]:
    """Return what a signer's credential says at this moment, to be signed along.

    Raises:
        CredentialMissingError: It does not cover the case today.
    """
    with as_system(session, "credential of a signer"):
        found = await candidates(session, [user_id])
    # What keeps new cases away does not take back a part that somebody has.
    asked = (Hindrance.NO_CREDENTIAL, Hindrance.EXPIRED, Hindrance.MODALITY, Hindrance.LABELS)
    for one in found:
        for why in hindrances(one, case, datetime.now(UTC)):
            if why in asked:
                raise CredentialMissingError(
                    "Your credential does not cover this case; ask for one.", why=why.value
                )
        return {
            "modalities": sorted(one.modalities),
            "groups": sorted(one.groups),
            "valid_until": one.valid_until.isoformat() if one.valid_until else None,
        }
    raise NotAReaderError("Only an active reader signs labels.")


def _candidate(
    user: UUID, row: Credential | None, loads: dict[UUID, int], skills: dict[UUID, float]
) -> Candidate:
    if row is None:
        return Candidate(str(user), load=loads.get(user, 0))
    return Candidate(
        user=str(user),
        credited=True,
        modalities=frozenset(row.modalities),
        groups=frozenset(row.groups),
        languages=frozenset(row.languages),
        sites=frozenset(row.sites),
        valid_until=row.valid_until,
        paused=row.paused_at is not None,
        load=loads.get(user, 0),
        most=row.most_open,
        skill=skills.get(user),
    )


async def _loads(session: AsyncSession) -> dict[UUID, int]:
    query = (
        select(Attempt.user_id, func.count())
        .join(Task, Task.id == Attempt.task_id)
        .where(Attempt.state.in_(BUSY), Task.state.not_in(GONE))
        .group_by(Attempt.user_id)
    )
    return {user: int(n) for user, n in (await session.execute(query)).all()}


async def _skills(session: AsyncSession) -> dict[UUID, float]:
    passed = func.count().filter(GoldResult.passed)
    query = select(GoldResult.user_id, passed, func.count()).group_by(GoldResult.user_id)
    rows = (await session.execute(query)).all()
    return {user: wilson(int(p), int(n))[0] for user, p, n in rows if n >= FEWEST}
