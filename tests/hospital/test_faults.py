"""The tool and the real platform while something breaks: in the end both manifests agree."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from contextlib import asynccontextmanager, contextmanager, suppress

import psycopg
import pytest
from blake3 import blake3
from sqlalchemy import func, select
from tests.collect.conftest import ct_slice, permit
from tests.conftest import _token_of
from tests.hospital.pacs import free_port
from tests.hospital.site_made import SITE, make_site, read_through
from tests.shape.source import ROOT

from renkei.client import Client
from renkei.collect.server.tables import Batch, BatchFile, FileState
from renkei.errors import RenkeiError
from renkei.hospital import transfer
from renkei.hospital.send import send
from renkei.hospital.vault import NewItem, opened
from renkei.people.server.tables import Organisation, OrganisationKind
from renkei.proof import digest
from renkei.server import db
from renkei.server.actor import Role, system
from renkei.server.audit import AuditRow
from renkei.server.events import EventRow
from renkei.server.install import plain_url
from renkei.server.storage import StoredObject, load
from renkei.subjects.server.tables import Instance, Record, Rendition
from renkei.subjects.server.tables import Site as SiteRow

SLICES, REPORTS, KILLS = 24, 4, 14
DATA_TYPES = ["image", "report"]


class Platforms:
    """The process that platforms are forked from, and the port that they all answer at."""

    def __init__(self):
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-W", "ignore", "-m", "tests.receiver"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )  # fmt: skip
        assert self._line() == "ready"

    def _line(self):
        line = self.process.stdout.readline()
        assert line, "the platforms' own process ended"
        return line.strip()

    @contextmanager
    def one(self, order):
        """Have one platform answer; it is killed at the end if it did not kill itself."""
        order = {**order, "port": self.port}
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        pid = int(self._line())
        ended = []
        try:
            yield ended
        finally:
            if not order.get("die_at"):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            ended.append(self._line())


@pytest.fixture(scope="module")
def platforms():
    made = Platforms()
    yield made
    made.process.kill()
    made.process.communicate()


@pytest.fixture
async def order(fresh_database, tmp_path):
    """Put the hospital and its permission on record; say where the platforms find them."""
    async with db.current().sessions(info={"actor": system("test")}) as session:
        organisation = Organisation(kind=OrganisationKind.HOSPITAL, name="Hospital", id=SITE)
        session.add(organisation)
        await session.flush()
        session.add(SiteRow(id=SITE, code="A", name="Hospital", country="JP", region=None))
        await permit(session, SITE)
        await session.commit()
    url = fresh_database.url.render_as_string(hide_password=False)
    return {"url": plain_url(url), "data": str(tmp_path / "data")}


@pytest.fixture
async def sender(order, platforms, tmp_path, monkeypatch):
    """Return a function that sends the outbox of a hospital to an address, in small requests."""
    site = make_site(
        tmp_path / "site", server=platforms.address, approval="EC-1", agreement="AG-1",
        connections=2,
    )  # fmt: skip
    fill(site)
    monkeypatch.setattr(transfer, "GROUP_FILES", 1)
    monkeypatch.setattr(transfer, "CHUNK", 60_000)
    hospital = type("Hospital", (), {"id": SITE})
    token = (await _token_of(Role.HOSPITAL, hospital))["Authorization"].removeprefix("Bearer ")

    def run(address=platforms.address):
        with opened(site.folder) as vault, Client(address, token) as client:
            return send(site, vault, client)

    run.site = site
    return run


def fill(site):
    """Put clean files of two subjects into the outbox, as the tool leaves them there."""
    files = []
    with opened(site.folder) as vault:
        people = [vault.assign(site.key(), patient)[0] for patient in ("1", "2")]
        consent = {"basis": "opt_in", "version": "1", "commercial": True, "data_types": DATA_TYPES}
        for patient in ("1", "2"):
            vault.note_facts(patient, {"adult": True}, json.dumps(consent))
        for n in range(SLICES):
            made = ct_slice(
                people[n % 2], series=f"2.25.7{n % 2}", study=f"2.25.8{n % 2}", number=n
            )
            files.append((f"{n}.dcm", "dicom", made, people[n % 2]))
        for n in range(REPORTS):
            made = f"No lesion seen, {n}. ".encode() * 9000
            files.append((f"{n}.txt", "report", made, people[n % 2]))
        for name, kind, data, subject in files:
            (site.outbox / name).write_bytes(data)
            vault.keep(name, NewItem(
                name=name, kind=kind, blake3=blake3(data).hexdigest(), sha256=digest(data),
                bytes=len(data), subject=subject, subjects=(subject,), sop_uid=None, refers=None,
                counts={}, reasons=(),
            ))  # fmt: skip
    read_through(site)


async def agree(site):
    """Check that both sides hold the same files, each once."""
    with opened(site.folder) as vault:
        (batch,) = vault.batches()
        manifest, items = vault.manifest(batch["id"]), vault.items_of(batch["id"])
    assert batch["state"] == "closed"
    assert batch["answer"]["quarantined"] == {}
    assert batch["answer"]["stored"] == len(items) == SLICES + REPORTS
    async with db.transaction(system("test")) as session:
        held = (await session.scalars(select(Batch))).one()
        assert held.manifest_sha256 == digest(manifest)
        rows = list(await session.scalars(select(BatchFile)))
        assert {row.state for row in rows} == {FileState.STORED}
        assert {(row.n, row.sha256) for row in rows} == {(i.n, i.sha256) for i in items}
        for table, count in ((Instance, SLICES), (Rendition, SLICES), (Record, REPORTS)):
            assert await session.scalar(select(func.count()).select_from(table)) == count
        # What came damaged before is kept too, as the batch's and nobody's.
        query = select(StoredObject).where(StoredObject.subject_id.is_not(None))
        stored = list(await session.scalars(query))
        assert sorted(o.plain_sha256 for o in stored) == sorted(i.sha256 for i in items)
        for one in stored:
            assert digest(await load(session, one.id)) == one.plain_sha256
        takes = select(func.count()).where(AuditRow.action == "collect.take")
        assert await session.scalar(takes) == len(items)
        names = list(await session.scalars(select(EventRow.name)))
        told = {"RecordReceived": REPORTS, "SeriesReceived": 2, "BatchClosed": 1}
        assert {name: names.count(name) for name in told} == told


async def ends(sender, order, platforms):
    """Send to a platform that is well, and compare."""
    with platforms.one(order):
        (found,) = await asyncio.to_thread(sender)
    assert found.sent == found.stored == SLICES + REPORTS
    await agree(sender.site)


async def test_a_receiver_killed_again_and_again(sender, order, platforms):
    chance = random.Random(4)
    for _ in range(KILLS):
        dying = {**order, "die_at": chance.randint(2, 7), "delay": chance.uniform(0, 0.12)}
        with platforms.one(dying) as ended, pytest.raises(RenkeiError):
            await asyncio.to_thread(sender)
        assert ended == ["ended -9"]
    await ends(sender, order, platforms)


async def test_a_line_cut_in_the_midst_of_files(sender, order, platforms):
    with platforms.one(order):
        for most in (150_000, 190_000, 230_000):
            async with relay(platforms.port, most) as address:
                with pytest.raises(RenkeiError):
                    await asyncio.to_thread(sender, address)
    await ends(sender, order, platforms)


@asynccontextmanager
async def relay(port, most):
    """Pass bytes on to the platform, and cut every connection when so many have gone."""
    left = most

    async def pump(reader, writer, *, counted):
        nonlocal left
        with suppress(OSError):
            while left > 0 and (data := await reader.read(4096)):
                left -= len(data) if counted else 0
                writer.write(data)
                await writer.drain()
        writer.transport.abort()

    async def answer(reader, writer):
        with suppress(OSError):
            there = await asyncio.open_connection("127.0.0.1", port)
            await asyncio.gather(
                pump(reader, there[1], counted=True), pump(there[0], writer, counted=False)
            )
        writer.transport.abort()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_database_that_goes_away_and_comes_back(sender, order, platforms, fresh_database):
    name = fresh_database.url.database
    with platforms.one(order):
        sending = asyncio.create_task(asyncio.to_thread(sender))
        async with asyncio.timeout(30):
            while await rows_of(BatchFile, FileState.STORED) < 5:  # noqa: ASYNC110  another process
                await asyncio.sleep(0.02)
        await fresh_database.core.dispose()
        cut_off(fresh_database, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        cut_off(fresh_database, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                f"WHERE datname = '{name}'")  # fmt: skip
        with pytest.raises(RenkeiError):
            await sending
        cut_off(fresh_database, f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        (found,) = await asyncio.to_thread(sender)
    assert found.stored == SLICES + REPORTS
    await agree(sender.site)


def cut_off(engine, statement):
    """Say it to the server as its owner, from another database."""
    url = engine.url.set(database="postgres", query={"host": engine.url.query["host"]})
    with psycopg.connect(
        plain_url(url.render_as_string(hide_password=False)), autocommit=True
    ) as c:
        c.execute(statement)


async def rows_of(table, state):
    async with db.transaction(system("test")) as session:
        return await session.scalar(select(func.count()).where(table.state == state))


async def test_a_platform_whose_disk_takes_no_more(sender, order, platforms):
    with platforms.one({**order, "largest_file": 100_000}), pytest.raises(RenkeiError):
        await asyncio.to_thread(sender)
    assert await rows_of(BatchFile, FileState.QUARANTINED) == 0
    await ends(sender, order, platforms)
