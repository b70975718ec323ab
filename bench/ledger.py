"""How many records a second reach the signed log, from outbox to checkpoint."""

import asyncio
import sqlite3
import tempfile
import time
from pathlib import Path
from uuid import uuid4

from bench.measure import Row
from bench.platform import on_platform
from renkei.ledger.server import jobs
from renkei.ledger.server.anchor import anchor
from renkei.server.actor import system
from renkei.server.db import transaction

ANCHORS = 1000


async def _measure(_url, _curator):
    async with transaction(system("bench")) as session:
        for _ in range(ANCHORS):
            await anchor(session, kind="approval", key=f"approval/{uuid4()}", payload={"n": 1})
    started = time.perf_counter()
    await jobs.append()
    return ANCHORS / (time.perf_counter() - started)


def _sqlite_inserts():
    """Return how many rows a second SQLite takes, one commit for all: no tree, no signature."""
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder, "bench.sqlite"))
        connection.execute("CREATE TABLE entry (i INTEGER PRIMARY KEY, data BLOB)")
        started = time.perf_counter()
        rows = [(None, b"x" * 100) for _ in range(ANCHORS)]
        connection.executemany("INSERT INTO entry VALUES (?, ?)", rows)
        connection.commit()
        taken = time.perf_counter() - started
        connection.close()
    return ANCHORS / taken


def run():
    per_second, floor = asyncio.run(on_platform(_measure)), _sqlite_inserts()
    yield Row("ledger", "appends", per_second, "plain SQLite inserts", floor, "records/s")
