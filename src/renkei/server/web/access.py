"""Who asks, whether their role may, and the session that is theirs."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from typing import Annotated, Any

from fastapi import Depends
from fastapi.routing import iter_route_contexts
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.routing import BaseRoute

from renkei.errors import ForbiddenError, UnauthenticatedError
from renkei.server.actor import Actor, Permission, system
from renkei.server.db import transaction

SignIn = Callable[[Request, AsyncSession], Awaitable[Actor | None]]


class Needs:
    """The dependency that a route names its permissions with; tests walk over it."""

    def __init__(self, permissions: Iterable[Permission]) -> None:
        self.permissions = frozenset(permissions)

    async def __call__(self, request: Request) -> None:
        """Refuse whoever is not signed in or lacks one of the permissions."""
        actor = await current_actor(request)
        if not all(actor.may(permission) for permission in self.permissions):
            raise ForbiddenError("Your role may not do this.")


class Public:
    """The dependency of a route that answers everybody, in a session of the system."""

    async def __call__(self, request: Request) -> None:
        """Let everybody in."""
        request.state.actor = system("public route")


def needs(*permissions: Permission) -> list[Any]:
    """Return the dependencies of a route for signed-in users who hold all these permissions."""
    return [Depends(Needs(permissions))]


def public() -> list[Any]:
    """Return the dependencies of a route for everybody; its `Db` acts as the system."""
    return [Depends(Public())]


async def current_actor(request: Request) -> Actor:
    """Return who asks.

    Raises:
        UnauthenticatedError: Nobody is signed in.
    """
    known: Actor | None = getattr(request.state, "actor", None)
    if known is not None:
        return known
    actor = await _ask(request)
    request.state.actor = actor
    return actor


async def is_still(request: Request, actor: Actor) -> bool:
    """Tell whether the sign-in of a long request is good for the same actor today."""
    try:
        return await _ask(request) == actor
    except UnauthenticatedError:
        return False


async def _ask(request: Request) -> Actor:
    sign_in: SignIn = request.app.state.sign_in
    async with transaction(system("sign-in check")) as session:
        actor = await sign_in(request, session)
    if actor is None:
        raise UnauthenticatedError("Sign in first.")
    return actor


async def open_session(request: Request) -> AsyncIterator[AsyncSession]:
    """Open the request's transaction as its actor; commit before the answer leaves.

    Raises:
        ForbiddenError: The route names no permission.
    """
    actor: Actor | None = getattr(request.state, "actor", None)
    if actor is None:
        raise ForbiddenError("This route names no permission, so it is closed.")
    async with transaction(actor) as session:
        yield session


# With the default scope the commit would come after the answer: a failed one still said 201.
Db = Annotated[AsyncSession, Depends(open_session, scope="function")]


def route_permissions(
    routes: Iterable[BaseRoute],
) -> Iterator[tuple[str, str, frozenset[Permission] | None]]:
    """Yield method, path and permissions of each route of an app; None = public.

    Raises:
        ForbiddenError: A route names neither.
    """
    for context in iter_route_contexts(list(routes)):
        dependant = getattr(context, "dependant", None)
        if dependant is None:
            continue
        calls = [dependency.call for dependency in dependant.dependencies]
        asked = [call.permissions for call in calls if isinstance(call, Needs)]
        if not asked and not any(isinstance(call, Public) for call in calls):
            raise ForbiddenError(f"{context.path} names no permission.")
        for method in sorted(context.methods or ()):
            yield method, str(context.path), frozenset().union(*asked) if asked else None
