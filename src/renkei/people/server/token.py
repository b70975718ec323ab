"""API tokens: a program's way in, for the rights of the user who made it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import NotFoundError, UsageError
from renkei.people.secret import TOKEN_PREFIX, hash_secret, new_secret
from renkei.people.server.signin import current_user
from renkei.people.server.tables import ApiToken
from renkei.server.audit import record

LONGEST_DAYS = 366


class NoSuchTokenError(NotFoundError):
    """There is no such token, or none of the actor."""


class TermTooLongError(UsageError):
    """A token lives 1 to 366 days."""


async def make_token(session: AsyncSession, *, name: str, days: int) -> tuple[ApiToken, str]:
    """Make a token for the signed-in user; the secret is shown now and never again.

    Raises:
        TermTooLongError: Not within 1 to 366 days.
    """
    if not 1 <= days <= LONGEST_DAYS:
        raise TermTooLongError("A token lives 1 to 366 days; choose within.")
    user = await current_user(session)
    secret = new_secret(TOKEN_PREFIX)
    token = ApiToken(
        user_id=user.id,
        name=name,
        token_sha256=hash_secret(secret),
        expires_at=datetime.now(UTC) + timedelta(days=days),
    )
    session.add(token)
    await session.flush()
    await record(session, "people.token", token)
    return token, secret


async def revoke_token(session: AsyncSession, *, token_id: UUID) -> ApiToken:
    """End a token now.

    Raises:
        NoSuchTokenError: There is none, or none of the actor.
    """
    token = await session.scalar(select(ApiToken).where(ApiToken.id == token_id))
    if token is None:
        raise NoSuchTokenError("There is no such token of yours; choose one from the list.")
    if token.revoked_at is None:
        token.revoked_at = datetime.now(UTC)
        await session.flush()
        await record(session, "people.revoke_token", token)
    return token
