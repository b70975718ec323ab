"""What the database costs: a list page over 100,000 series, ledger appends a second."""

import asyncio
import sqlite3
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import psycopg
from sqlalchemy import insert, select

from bench.measure import Row
from renkei import http
from renkei.ledger.server.anchor import anchor
from renkei.people.server.organisation import actor_of_user, add_organisation, add_user
from renkei.people.server.tables import OrganisationKind
from renkei.people.server.token import make_token
from renkei.server.actor import Role, system
from renkei.server.db import transaction
from renkei.server.jobs import JobRun
from renkei.server.migrate import migrate
from renkei.server.opening import opened
from renkei.settings import Settings
from renkei.subjects.server.site import add_site
from renkei.subjects.server.tables import Series, Source, Study, Subject

ROWS, PAGES = 100_000, 20
ANCHORS = 1000


async def _fill(session):
    hospital = await add_organisation(session, kind=OrganisationKind.HOSPITAL, name="Bench")
    operator = await add_organisation(session, kind=OrganisationKind.OPERATOR, name="Operator")
    await session.flush()
    await add_site(session, organisation_id=hospital.id, code="X")
    user = await add_user(
        session,
        organisation_id=operator.id,
        email="curator@bench.example",
        name="Curator",
        role=Role.CURATOR,
    )
    subject = Subject(site_id=hospital.id, pseudonym="BENCH-1")
    session.add(subject)
    await session.flush()
    ids = {"site_id": hospital.id, "subject_id": subject.id}
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
    return user


async def _measure(folder):
    settings = Settings(data=folder)
    url = migrate(settings)
    async with opened(settings):
        async with transaction(system("bench")) as session:
            user = await _fill(session)
        async with transaction(actor_of_user(user)) as session:
            _, secret = await make_token(session, name="bench", days=1)
        page = await _pages(secret)
        plain = _plain_pages(url)
        per_second = await _appends()
    return page, plain, per_second


async def _pages(secret):
    """Return the milliseconds of one page over HTTP, of 50 rows with total, in mid-list."""
    import httpx2

    headers = {"Authorization": f"Bearer {secret}"}
    transport = httpx2.ASGITransport(http.build())
    async with httpx2.AsyncClient(transport=transport, base_url="http://b", headers=headers) as c:
        after, taken = None, []
        for _ in range(PAGES):
            query = {"limit": 50, "sort": "-instances"} | ({"after": after} if after else {})
            started = time.perf_counter()
            answer = await c.get("/api/v1/subjects/series", params=query)
            taken.append(time.perf_counter() - started)
            after = answer.json()["next"]
    return sorted(taken)[len(taken) // 2] * 1e3


def _plain_pages(url):
    """Return the milliseconds of the same page by SQL alone, with its count."""
    with psycopg.connect(url) as connection:
        taken = []
        for n in range(PAGES):
            started = time.perf_counter()
            query = "SELECT * FROM series ORDER BY instances DESC, id LIMIT 50 OFFSET %s"
            connection.execute(query, (n * 50,)).fetchall()
            connection.execute("SELECT count(*) FROM series").fetchall()
            taken.append(time.perf_counter() - started)
    return sorted(taken)[len(taken) // 2] * 1e3


async def _appends():
    """Return how many records a second reach the signed log, from outbox to checkpoint."""
    from renkei.ledger.server import jobs

    async with transaction(system("bench")) as session:
        for _ in range(ANCHORS):
            await anchor(session, kind="approval", key=f"approval/{uuid4()}", payload={"n": 1})
    started = time.perf_counter()
    await jobs.append()
    taken = time.perf_counter() - started
    async with transaction(system("bench")) as session:
        assert await session.scalar(select(JobRun.id).limit(1)) is not None
    return ANCHORS / taken


def _sqlite_inserts(folder):
    """Return how many rows a second SQLite takes, one commit for all, as a floor."""
    with sqlite3.connect(Path(folder, "bench.sqlite")) as connection:
        connection.execute("CREATE TABLE entry (i INTEGER PRIMARY KEY, data BLOB)")
        started = time.perf_counter()
        rows = [(None, b"x" * 100) for _ in range(ANCHORS)]
        connection.executemany("INSERT INTO entry VALUES (?, ?)", rows)
        connection.commit()
    return ANCHORS / (time.perf_counter() - started)


def run():
    with tempfile.TemporaryDirectory(prefix="rk") as folder:
        page, plain, per_second = asyncio.run(_measure(Path(folder, "d")))
        floor = _sqlite_inserts(folder)
    case = f"page of 50 over {ROWS:,} series"
    yield Row("list", case, page, "the same SQL in psql's place", plain, "ms")
    yield Row("ledger", "appends", per_second, "plain SQLite inserts", floor, "records/s")
