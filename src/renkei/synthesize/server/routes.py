"""Routes of synthesis: sets, their gates and cases."""

from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import NotFoundError
from renkei.plugins import collect
from renkei.server.actor import Permission, Role
from renkei.server.db import actor_of
from renkei.server.jobs import defer
from renkei.server.web import Db, Page, Params, list_page, needs
from renkei.synthesize.generators import GENERATORS
from renkei.synthesize.server.schemas import (
    CaseOut,
    GeneratorOut,
    SetDetailOut,
    SetIn,
    SetOut,
    StartedOut,
)
from renkei.synthesize.server.synthesize import open_set
from renkei.synthesize.server.tables import SyntheticCase, SyntheticSet

router = APIRouter(prefix="/synthesize", tags=["synthesize"])
VIEW = needs(Permission.SYNTHESIZE_VIEW)


@router.get("/generators", dependencies=VIEW)
async def list_generators() -> list[GeneratorOut]:
    """List the ways to synthesise that are installed."""
    return [
        GeneratorOut(name=g.name, version=g.version, params=dict(g.params))
        for g in collect(GENERATORS, "generators")
    ]


@router.get("/sets", dependencies=VIEW)
async def list_sets(session: Db, params: Params) -> Page[SetOut]:
    """List synthetic sets."""
    columns = {
        "version_id": SyntheticSet.version_id,
        "generator": SyntheticSet.generator,
        "organ": SyntheticSet.organ,
        "state": SyntheticSet.state,
        "sha256": SyntheticSet.sha256,
        "created_at": SyntheticSet.created_at,
    }
    return await list_page(session, select(SyntheticSet), columns=columns, params=params)


@router.post("/sets", status_code=202, dependencies=needs(Permission.SYNTHESIZE_RUN))
async def start_set(body: SetIn, session: Db) -> StartedOut:
    """Begin to synthesise a set on the train side of a frozen version."""
    row = await open_set(session, **body.model_dump())
    job = await defer(session, "synthesize.run", set_id=row.id)
    return StartedOut(set_id=row.id, job_id=job.id)


@router.get("/sets/{set_id}", dependencies=VIEW)
async def get_set(set_id: UUID, session: Db) -> SetDetailOut:
    """Return a set with its parameters and gate."""
    row = await _set(session, set_id)
    document = row.document or {}
    return SetDetailOut(
        **SetOut.model_validate(row).model_dump(),
        params=row.params,
        params_sha256=row.params_sha256,
        gate=document.get("gate"),
        # A small count of refused parents could point at one hospital's case.
        rejected={} if actor_of(session).role is Role.HOSPITAL else document.get("rejected", {}),
    )


@router.get("/sets/{set_id}/cases", dependencies=VIEW)
async def list_cases(set_id: UUID, session: Db, params: Params) -> Page[CaseOut]:
    """List the cases of a set."""
    await _set(session, set_id)
    columns = {
        "name": SyntheticCase.name,
        "seed": SyntheticCase.seed,
        "image_sha256": SyntheticCase.image_sha256,
        "created_at": SyntheticCase.created_at,
    }
    query = select(SyntheticCase).where(SyntheticCase.set_id == set_id)
    return await list_page(session, query, columns=columns, params=params)


async def _set(session: AsyncSession, set_id: UUID) -> SyntheticSet:
    found: SyntheticSet | None = await session.scalar(
        select(SyntheticSet).where(SyntheticSet.id == set_id)
    )
    if found is None:
        raise NotFoundError("There is no such synthetic set; choose one from the list.")
    return found
