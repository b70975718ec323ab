"""What a list page costs over 100,000 series: the page by HTTP beside its statements alone."""

import asyncio
import time

import httpx2
import psycopg
from sqlalchemy import insert, select

from bench.measure import Row
from bench.platform import on_platform
from renkei import http
from renkei.people.server.organisation import actor_of_user
from renkei.people.server.token import make_token
from renkei.server.actor import system
from renkei.server.db import transaction
from renkei.subjects.server.tables import Series, Site, Source, Study, Subject

ROWS, PAGES = 100_000, 20


async def _fill():
    async with transaction(system("bench")) as session:
        site = (await session.scalars(select(Site.id))).one()
        subject = Subject(site_id=site, pseudonym="BENCH-1")
        session.add(subject)
        await session.flush()
        ids = {"site_id": site, "subject_id": subject.id}
        study = await session.scalar(
            insert(Study).values(**ids, study_uid="2.25.1", date=None).returning(Study.id)
        )
        base = {**ids, "study_id": study, "modality": "CT", "body_part": "ABDOMEN"}
        for start in range(0, ROWS, 5000):
            rows = [
                {**base, "series_uid": f"2.25.{n}", "source": Source.DICOM, "instances": n % 500,
                 "synthetic": False}
                for n in range(start, start + 5000)
            ]  # fmt: skip
            await session.execute(insert(Series), rows)


async def _measure(url, curator):
    await _fill()
    async with transaction(actor_of_user(curator)) as session:
        _, secret = await make_token(session, name="bench", days=1)
    return await _pages(secret), _plain_pages(url)


async def _pages(secret):
    """Return the milliseconds of one page by HTTP, of 50 rows with the total, in mid-list."""
    headers = {"Authorization": f"Bearer {secret}"}
    transport = httpx2.ASGITransport(http.build())
    async with httpx2.AsyncClient(transport=transport, base_url="http://b", headers=headers) as c:
        after, taken = None, []
        for _ in range(PAGES):
            query = {"limit": 50, "sort": "-instances"} | ({"after": after} if after else {})
            started = time.perf_counter()
            answer = await c.get("/api/v1/subjects/series", params=query)
            taken.append(time.perf_counter() - started)
            after = answer.raise_for_status().json()["next"]
    return sorted(taken)[len(taken) // 2] * 1e3


def _plain_pages(url):
    """Return the milliseconds of the same rows and their count by SQL alone."""
    with psycopg.connect(url) as connection:
        taken = []
        for n in range(PAGES):
            started = time.perf_counter()
            query = "SELECT * FROM series ORDER BY instances DESC, id LIMIT 50 OFFSET %s"
            connection.execute(query, (n * 50,)).fetchall()
            connection.execute("SELECT count(*) FROM series").fetchall()
            taken.append(time.perf_counter() - started)
    return sorted(taken)[len(taken) // 2] * 1e3


def run():
    page, plain = asyncio.run(on_platform(_measure))
    yield Row(
        "list", f"page of 50 over {ROWS:,} series", page, "psycopg, the same SQL", plain, "ms"
    )
