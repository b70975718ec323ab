"""Routes about readers: credentials, skill on hidden cases, pausing, proposed teams."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.server.assign import images_of
from renkei.annotate.server.credential import candidates, pause_reader, set_credential
from renkei.annotate.server.gold import passes, set_gold
from renkei.annotate.server.propose import propose_teams
from renkei.annotate.server.reader_tables import Credential
from renkei.annotate.server.schemas import Key
from renkei.annotate.skill import Verdict, judge
from renkei.annotate.team import Candidate
from renkei.people.server.tables import User
from renkei.server.actor import Permission
from renkei.server.web import Db, In, Out, needs
from renkei.subjects.counting import wilson

router = APIRouter()
ASSIGN = needs(Permission.ANNOTATE_ASSIGN)
Keys = Annotated[list[Key], Field(max_length=50, default_factory=list)]


class CredentialIn(In):
    """What a reader may read; no `groups` means every label."""

    modalities: Annotated[list[Key], Field(min_length=1, max_length=50)]
    groups: Keys
    languages: Keys
    sites: Annotated[list[UUID], Field(max_length=200, default_factory=list)]
    valid_until: datetime | None = None
    most_open: Annotated[int, Field(ge=1, le=10_000)] = 50


class PauseIn(In):
    """Why a reader gets no new cases; without a reason they get cases again."""

    why: Annotated[str, Field(min_length=1, max_length=500)] | None = None


class GoldIn(In):
    """Whether signed labels are used as a hidden case."""

    gold: bool


class ProposeIn(In):
    """Images that need teams."""

    series_ids: Annotated[list[UUID], Field(max_length=500, default_factory=list)]
    slide_ids: Annotated[list[UUID], Field(max_length=500, default_factory=list)]
    vocabulary: Key
    protocol: Key = "double"


class ReaderOut(Out):
    """A reader with credential, load, and how hidden cases went."""

    user_id: UUID
    name: str
    credited: bool
    modalities: list[str]
    groups: list[str]
    languages: list[str]
    sites: list[str]
    valid_until: datetime | None
    most_open: int
    load: int
    paused_why: str | None
    hidden: int
    passed: int
    interval: tuple[float, float] | None
    verdict: Verdict


class ProposalOut(Out):
    """Somebody who may read an image, with what speaks for them."""

    user: UUID
    load: int
    skill: float | None
    speaks: bool


class TeamOut(Out):
    """A proposed team: readers first, then who decides; `others` counts why others are left out."""

    image_id: UUID
    members: list[ProposalOut]
    others: dict[str, int]
    short: int


@router.get("/readers", dependencies=ASSIGN)
async def list_readers(session: Db) -> list[ReaderOut]:
    """List the active readers with what they may read and how they do."""
    people = await candidates(session)
    names = {user.id: user.name for user in await session.scalars(select(User))}
    return [await _reader(session, one, names[UUID(one.user)]) for one in people]


@router.put("/readers/{user_id}/credential", dependencies=ASSIGN)
async def put_credential(user_id: UUID, body: CredentialIn, session: Db) -> ReaderOut:
    """Give a reader a credential, or replace the one they have."""
    fields = body.model_dump(exclude={"sites"})
    fields["sites"] = [str(site) for site in body.sites]
    await set_credential(session, user_id=user_id, **fields)
    return await _one(session, user_id)


@router.put("/readers/{user_id}/pause", dependencies=ASSIGN)
async def put_pause(user_id: UUID, body: PauseIn, session: Db) -> ReaderOut:
    """Stop giving a reader new cases, or begin again."""
    await pause_reader(session, user_id=user_id, why=body.why)
    return await _one(session, user_id)


@router.put("/tasks/{task_id}/gold", status_code=204, dependencies=ASSIGN)
async def put_gold(task_id: UUID, body: GoldIn, session: Db) -> None:
    """Use the signed labels of a task as a hidden case, or no longer."""
    await set_gold(session, task_id=task_id, gold=body.gold)


@router.post("/teams", dependencies=ASSIGN)
async def post_teams(body: ProposeIn, session: Db) -> list[TeamOut]:
    """Propose a team for each image; nothing is handed out."""
    images = await images_of(session, body.series_ids, body.slide_ids)
    teams = await propose_teams(
        session, images=images, vocabulary=body.vocabulary, protocol=body.protocol
    )
    return [TeamOut.model_validate(team) for team in teams]


async def _one(session: AsyncSession, user_id: UUID) -> ReaderOut:
    [one] = await candidates(session, [user_id])
    user = await session.get_one(User, user_id)
    return await _reader(session, one, user.name)


async def _reader(session: AsyncSession, one: Candidate, name: str) -> ReaderOut:
    results = await passes(session, UUID(one.user))
    why = select(Credential.paused_why).where(Credential.user_id == UUID(one.user))
    return ReaderOut(
        user_id=UUID(one.user),
        name=name,
        credited=one.credited,
        modalities=sorted(one.modalities),
        groups=sorted(one.groups),
        languages=sorted(one.languages),
        sites=sorted(one.sites),
        valid_until=one.valid_until,
        most_open=one.most,
        load=one.load,
        paused_why=await session.scalar(why),
        hidden=len(results),
        passed=sum(results),
        interval=wilson(sum(results), len(results)) if results else None,
        verdict=judge(results),
    )
