"""Routes of the second factor: set up an authenticator, prove oneself, take a lost one away."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field

from renkei.people.onetime import address_of, seed_text
from renkei.people.server.stepup import (
    begin_factor,
    confirm_factor,
    fresh_until,
    has_factor,
    remove_factor,
    step_up,
)
from renkei.server.actor import Permission
from renkei.server.web import Db, In, Out, needs

router = APIRouter()
OWN = needs(Permission.PEOPLE_VIEW)


class CodeIn(In):
    """A one-time code."""

    code: Annotated[str, Field(pattern=r"^\d{6}$")]


class FactorOut(Out):
    """Whether there is a second factor, and until when its last proof counts here."""

    confirmed: bool
    fresh_until: datetime | None


class SeedOut(Out):
    """A new seed, shown this once."""

    secret: str
    address: str


@router.get("/second-factor", dependencies=OWN)
async def get_factor(request: Request, session: Db) -> FactorOut:
    """Tell whether an authenticator is set up, and whether a proof still counts."""
    return FactorOut(
        confirmed=await has_factor(session), fresh_until=await fresh_until(session, request)
    )


@router.post("/second-factor", status_code=201, dependencies=OWN)
async def post_factor(session: Db) -> SeedOut:
    """Begin to set up an authenticator; the secret is shown this once."""
    user, seed = await begin_factor(session)
    return SeedOut(secret=seed_text(seed), address=address_of(seed, user.email))


@router.post("/second-factor/confirm", dependencies=OWN)
async def post_confirm(body: CodeIn, request: Request, session: Db) -> FactorOut:
    """Confirm an authenticator by its first code."""
    await confirm_factor(session, code=body.code)
    return FactorOut(confirmed=True, fresh_until=await fresh_until(session, request))


@router.post("/step-up", dependencies=OWN)
async def post_step_up(body: CodeIn, request: Request, session: Db) -> FactorOut:
    """Prove oneself by a one-time code; it counts for five minutes in this sign-in."""
    return FactorOut(confirmed=True, fresh_until=await step_up(session, request, code=body.code))


@router.delete(
    "/users/{user_id}/second-factor",
    status_code=204,
    dependencies=needs(Permission.PEOPLE_MANAGE),
)
async def delete_factor(user_id: UUID, session: Db) -> None:
    """Take a lost authenticator away."""
    await remove_factor(session, user_id=user_id)
