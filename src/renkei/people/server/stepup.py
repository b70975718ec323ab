"""Prove once more who one is, by a one-time code, before something that cannot be undone."""

import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from renkei.errors import ConflictError, ForbiddenError, NotFoundError
from renkei.people.onetime import new_seed, step_of
from renkei.people.secret import hash_secret
from renkei.people.server.signin import COOKIE, current_user
from renkei.people.server.tables import SecondFactor, StepUp, User
from renkei.server import vault
from renkei.server.actor import system
from renkei.server.audit import record
from renkei.server.db import actor_of, transaction

FRESH = timedelta(minutes=5)
MOST_FAILURES = 5
PAUSE = timedelta(minutes=5)


class SecondFactorThereError(ConflictError):
    """A second factor stands already."""


class NoSecondFactorError(NotFoundError):
    """The user has no second factor."""


class CodeRefusedError(ForbiddenError):
    """The one-time code does not fit."""


class TooManyCodesError(ForbiddenError):
    """Too many codes were wrong; none is taken for a while."""


class StepUpNeededError(ForbiddenError):
    """This asks for a one-time code that is not older than five minutes."""


async def begin_factor(session: AsyncSession) -> tuple[User, bytes]:
    """Give the signed-in user a new seed, which counts once a code of it was confirmed.

    Raises:
        SecondFactorThereError: One is confirmed; only the operator takes it away.
    """
    user = await current_user(session)
    known = await session.scalar(select(SecondFactor).where(SecondFactor.user_id == user.id))
    if known is not None and known.confirmed_at is not None:
        raise SecondFactorThereError(
            "You have an authenticator already; the operator removes it if you lost it."
        )
    seed = new_seed()
    if known is None:
        known = SecondFactor(user_id=user.id, wrapped=b"")
        session.add(known)
    known.wrapped = vault.wrap(seed, vault.current().platform_key, owner=_owner(user.id))
    await session.flush()
    return user, seed


async def confirm_factor(session: AsyncSession, *, code: str) -> SecondFactor:
    """Confirm a new second factor by its first code.

    Raises:
        NoSecondFactorError: None was begun.
        CodeRefusedError: The code does not fit.
    """
    factor = await _checked(session, code)
    if factor.confirmed_at is None:
        factor.confirmed_at = datetime.now(UTC)
        await session.flush()
        await record(session, "people.second_factor", factor)
    return factor


async def step_up(session: AsyncSession, request: HTTPConnection, *, code: str) -> datetime:
    """Prove oneself by a code; return until when that counts for this sign-in alone.

    Raises:
        NoSecondFactorError: None is confirmed.
        CodeRefusedError: The code does not fit, or was used before.
        TooManyCodesError: Five codes were wrong.
    """
    factor = await _checked(session, code, confirmed=True)
    row = StepUp(user_id=factor.user_id, secret_sha256=_secret_of(request))
    session.add(row)
    await session.flush()
    await record(session, "people.step_up", row)
    return row.created_at + FRESH


async def fresh_until(session: AsyncSession, request: HTTPConnection) -> datetime | None:
    """Return until when this sign-in's last proof counts; None where it does not."""
    query = (
        select(StepUp.created_at)
        .where(StepUp.secret_sha256 == _secret_of(request))
        .where(StepUp.user_id == UUID(actor_of(session).id))
        .order_by(StepUp.id.desc())
    )
    newest = await session.scalar(query.limit(1))
    until = None if newest is None else newest + FRESH
    return until if until is not None and until > datetime.now(UTC) else None


async def check_fresh(session: AsyncSession, request: HTTPConnection) -> None:
    """Refuse whoever has not proved themselves within five minutes.

    Raises:
        StepUpNeededError: A one-time code is missing or too old.
    """
    if await fresh_until(session, request) is None:
        raise StepUpNeededError("Enter a one-time code of your authenticator first.")


async def has_factor(session: AsyncSession) -> bool:
    """Tell whether the signed-in user has a confirmed second factor."""
    user_id = UUID(actor_of(session).id)
    query = select(SecondFactor.confirmed_at).where(SecondFactor.user_id == user_id)
    return await session.scalar(query) is not None


async def remove_factor(session: AsyncSession, *, user_id: UUID) -> None:
    """Take a lost second factor away, so that the user sets up another.

    Raises:
        NoSecondFactorError: There is none.
    """
    known = await session.scalar(select(SecondFactor).where(SecondFactor.user_id == user_id))
    if known is None:
        raise NoSecondFactorError("This user has no authenticator; there is nothing to remove.")
    await record(session, "people.remove_factor", known)
    await session.execute(delete(StepUp).where(StepUp.user_id == user_id))
    await session.delete(known)
    await session.flush()


async def _checked(session: AsyncSession, code: str, *, confirmed: bool = False) -> SecondFactor:
    user_id = UUID(actor_of(session).id)
    factor = await session.scalar(select(SecondFactor).where(SecondFactor.user_id == user_id))
    if factor is None or (confirmed and factor.confirmed_at is None):
        raise NoSecondFactorError("Set up an authenticator first.")
    now = datetime.now(UTC)
    if factor.paused_until is not None and factor.paused_until > now:
        raise TooManyCodesError("Too many codes were wrong; wait five minutes and try again.")
    seed = vault.unwrap(factor.wrapped, vault.current().platform_key, owner=_owner(user_id))
    step = step_of(seed, code, time.time(), after=factor.last_step)
    if step is None:
        await _count_failure(factor.id)
        raise CodeRefusedError("The code does not fit or was used; wait for the next one.")
    # In one statement, so that of two requests with one code only the first is taken.
    taken = await session.scalar(
        update(SecondFactor)
        .where(SecondFactor.id == factor.id, SecondFactor.last_step < step)
        .values(last_step=step, failures=0, paused_until=None)
        .returning(SecondFactor.id)
    )
    if taken is None:
        raise CodeRefusedError("The code was used; wait for the next one.")
    return factor


async def _count_failure(factor_id: UUID) -> None:
    """Write a failure down in a transaction of its own: the request's own is rolled back."""
    async with transaction(system("a wrong one-time code")) as session:
        factor = await session.get_one(SecondFactor, factor_id, with_for_update=True)
        factor.failures += 1
        if factor.failures >= MOST_FAILURES:
            factor.failures, factor.paused_until = 0, datetime.now(UTC) + PAUSE


def _owner(user_id: UUID) -> str:
    return f"second factor of {user_id}"


def _secret_of(request: HTTPConnection) -> str:
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    proof = bearer.strip() if scheme.lower() == "bearer" else request.cookies.get(COOKIE, "")
    return hash_secret(proof)
