"""The live stream over a real socket: what arrives, what is replayed, what is never told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx2
import pytest
from sqlalchemy import update
from tests.committed import address, connection

from renkei.collect.server.received import SeriesReceived
from renkei.people.server.tables import ApiToken
from renkei.server import stream
from renkei.server.actor import Role, system
from renkei.server.db import transaction
from renkei.server.events import emit

__all__ = ["address", "connection"]
Told = dict[str, str]


async def happen(site: UUID) -> str:
    """Let something happen at a hospital; return the event's id."""
    async with transaction(system("test")) as session:
        return str((await emit(session, SeriesReceived(uuid4()), site_id=site)).id)


@asynccontextmanager
async def following(
    address: str, client: httpx2.AsyncClient, **more: str
) -> AsyncIterator[Callable[[], Awaitable[Told | None]]]:
    """Open the stream; the function returns the next event, or None at the end."""
    headers = {"Authorization": client.headers["Authorization"], **more}
    before = len(stream._streams)
    async with (
        httpx2.AsyncClient(base_url=address, timeout=20) as web,
        web.stream("GET", "/api/v1/events", headers=headers) as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        async with asyncio.timeout(10):
            while len(stream._streams) == before:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        lines = answer.aiter_lines()

        async def told() -> Told | None:
            found: Told = {}
            async with asyncio.timeout(20):
                async for line in lines:
                    name, _, value = line.partition(": ")
                    if not line and found:
                        return found
                    if name in {"id", "event", "data"}:
                        found[name] = value
            return None

        yield told


async def test_an_event_arrives_and_anothers_hospitals_does_not(
    address: str, client_for: Callable, site_a, site_b
) -> None:
    hospital = await client_for(Role.HOSPITAL, site=site_a)
    async with following(address, hospital) as told:
        await happen(site_b.id)
        mine = await happen(site_a.id)
        first = await told()
    assert first is not None
    assert (first["id"], first["event"]) == (mine, "SeriesReceived")


async def test_the_platforms_people_are_told_of_every_hospital(
    address: str, client_for: Callable, site_a, site_b
) -> None:
    curator = await client_for(Role.CURATOR)
    async with following(address, curator) as told:
        for site in (site_b, site_a):
            happened = await happen(site.id)
            assert (await told() or {})["id"] == happened


async def test_what_was_missed_is_replayed_after_the_last_event_that_was_seen(
    address: str, client_for: Callable, site_a, site_b
) -> None:
    hospital = await client_for(Role.HOSPITAL, site=site_a)
    seen = await happen(site_a.id)
    missed = [await happen(site_a.id) for _ in range(3)]
    await happen(site_b.id)
    async with following(address, hospital, **{"Last-Event-ID": seen}) as told:
        assert [(await told() or {})["id"] for _ in missed] == missed
        later = await happen(site_a.id)
        assert (await told() or {})["id"] == later


async def test_a_stream_ends_with_the_sign_in_that_opened_it(
    address: str, client_for: Callable, site_a, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "ASK_AGAIN_SECONDS", 0.3)
    hospital = await client_for(Role.HOSPITAL, site=site_a)
    async with following(address, hospital) as told:
        await asyncio.sleep(0.7)  # asked twice, and still signed in
        happened = await happen(site_a.id)
        assert (await told() or {})["id"] == happened
        async with transaction(system("test")) as session:
            past = datetime.now(UTC) - timedelta(seconds=1)
            await session.execute(update(ApiToken).values(expires_at=past))
        assert await told() is None
    refused = await hospital.get("/api/v1/events")
    assert refused.status_code == 401


@pytest.mark.parametrize("header", [None, "Bearer rk_unknown"])
async def test_nobody_else_hears_anything(address: str, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    async with httpx2.AsyncClient(base_url=address) as web:
        answer = await web.get("/api/v1/events", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
