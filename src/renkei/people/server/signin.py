"""Signing in, and who a request is from."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection
from starlette.responses import Response

from renkei.errors import ForbiddenError, UnauthenticatedError
from renkei.people.secret import hash_secret, new_secret
from renkei.people.server.organisation import actor_of_user, normal_email
from renkei.people.server.password import password_fits
from renkei.people.server.tables import ApiToken, SignIn, User
from renkei.server.actor import Actor
from renkei.server.audit import record
from renkei.server.db import actor_of
from renkei.settings import load_settings

COOKIE = "renkei_session"
CSRF_HEADER = "x-csrf-token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class SignInRefusedError(UnauthenticatedError):
    """Address and password do not fit."""


class SignInEndedError(UnauthenticatedError):
    """The sign-in or token has ended or was never given."""


class CsrfRefusedError(ForbiddenError):
    """The request does not carry the token of its sign-in."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new sign-in; `secret` goes into the cookie and is kept nowhere."""

    user: User
    secret: str
    csrf_token: str
    expires_at: datetime


async def sign_in(session: AsyncSession, *, email: str, password: str) -> SignedIn:
    """Sign in by address and password.

    Raises:
        SignInRefusedError: They do not fit, or the user is kept out.
    """
    user = await session.scalar(select(User).where(User.email == normal_email(email)))
    fits = await password_fits(password, user.password_hash if user else None)
    if user is None or not fits or not user.active:
        raise SignInRefusedError("Address and password do not fit; try again.")
    return await open_sign_in(session, user=user)


async def open_sign_in(session: AsyncSession, *, user: User) -> SignedIn:
    """Open a sign-in for a user who has proved who it is."""
    secret, csrf = new_secret(), new_secret()
    ends = datetime.now(UTC) + timedelta(hours=load_settings().session_hours)
    row = SignIn(
        user_id=user.id, token_sha256=hash_secret(secret), csrf_token=csrf, expires_at=ends
    )
    session.add(row)
    await session.flush()
    await record(session, "people.sign_in", user)
    return SignedIn(user, secret, csrf, ends)


async def sign_out(session: AsyncSession, *, secret: str) -> None:
    """End a sign-in; one that has ended stays ended."""
    row = await session.scalar(select(SignIn).where(SignIn.token_sha256 == hash_secret(secret)))
    if row is not None and row.ended_at is None:
        row.ended_at = datetime.now(UTC)
        await session.flush()
        await record(session, "people.sign_out", row)


def set_cookie(response: Response, signed: SignedIn, *, secure: bool) -> None:
    """Put a sign-in into the browser, out of reach of scripts and of other sites."""
    response.set_cookie(
        COOKIE,
        signed.secret,
        expires=signed.expires_at,
        httponly=True,
        samesite="lax",
        secure=secure,
    )


async def csrf_token_of(session: AsyncSession, request: HTTPConnection) -> str | None:
    """Return the token that changing requests of this browser must carry; None without a cookie."""
    secret = request.cookies.get(COOKIE, "")
    found: str | None = await session.scalar(
        select(SignIn.csrf_token).where(SignIn.token_sha256 == hash_secret(secret))
    )
    return found


async def current_user(session: AsyncSession) -> User:
    """Return the user who acts in this session.

    Raises:
        SignInEndedError: The system acts.
    """
    try:
        user_id = UUID(actor_of(session).id)
    except ValueError as error:
        raise SignInEndedError("Nobody is signed in; sign in first.") from error
    user = await session.scalar(select(User).where(User.id == user_id))
    if user is None:
        raise SignInEndedError("Nobody is signed in; sign in first.")
    return user


async def actor_of_request(request: HTTPConnection, session: AsyncSession) -> Actor | None:
    """Return who the request is from; None when it carries no proof at all.

    A bearer token counts before the cookie. Runs in a session of the system.

    Raises:
        SignInEndedError: The cookie or token is unknown, expired or ended.
        CsrfRefusedError: A changing request by cookie lacks its token.
    """
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if bearer and scheme.lower() == "bearer":
        user = await _user_of_token(session, bearer.strip())
        return actor_of_user(user)
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return None
    found = await session.execute(
        select(SignIn, User)
        .join(User, User.id == SignIn.user_id)
        .where(
            SignIn.token_sha256 == hash_secret(cookie),
            SignIn.ended_at.is_(None),
            SignIn.expires_at > datetime.now(UTC),
            User.active,
        )
    )
    row = found.one_or_none()
    if row is None:
        raise SignInEndedError("The sign-in has ended; sign in again.")
    method = request.scope.get("method", "GET")
    if method not in SAFE and request.headers.get(CSRF_HEADER) != row[0].csrf_token:
        raise CsrfRefusedError("The request lacks the token of its sign-in; load the page again.")
    return actor_of_user(row[1])


async def _user_of_token(session: AsyncSession, secret: str) -> User:
    user = await session.scalar(
        select(User)
        .join(ApiToken, ApiToken.user_id == User.id)
        .where(
            ApiToken.token_sha256 == hash_secret(secret),
            ApiToken.revoked_at.is_(None),
            ApiToken.expires_at > datetime.now(UTC),
            User.active,
        )
    )
    if user is None:
        raise SignInEndedError("The token is unknown, expired or revoked; make a new one.")
    return user
