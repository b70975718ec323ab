"""Fixtures of the whole suite: the real embedded PostgreSQL, two hospitals, real sign-ins."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from tests.killed import deadly_workers, killed

from renkei import http, worker
from renkei.server import db, events, install, postgres, runner, seal, vault
from renkei.server.actor import Actor, Role, system
from renkei.server.jobs import RUN_TASK
from renkei.server.rooms import ground, rooms
from renkei.settings import Settings

__all__ = ["deadly_workers", "killed"]
TEMPLATE = "template_renkei"
# A machine that is busy with other tests is slow; that says nothing of an example.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")


@dataclass(frozen=True)
class Site:
    """A hospital of the tests: its organisation's and site's id, and its name."""

    id: UUID
    name: str


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """One server for all workers of a run, in a short path; it stops with the last of them."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    folder = Path(tempfile.gettempdir(), f"rk-{run[:8]}", "pg")
    yield postgres.start(folder)
    postgres.stop(folder)
    if not postgres.is_running(folder):
        shutil.rmtree(folder.parent, ignore_errors=True)


@pytest.fixture(scope="session")
def template(server_url: str) -> str:
    """Create every table once per worker; return the database to clone."""
    ground()
    for _ in rooms("tables"):
        pass
    install.create_role(server_url)
    name = f"{TEMPLATE}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    install.create_all(install.create_database(server_url, name))
    return name


@pytest.fixture(scope="session")
def database(server_url: str, template: str) -> Iterator[str]:
    """Return the address of this worker's database; tests leave nothing in it."""
    name = f"renkei_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    yield install.create_database(server_url, name, template=template)
    install.drop_database(server_url, name)


@pytest.fixture
async def fresh_database(server_url: str, template: str) -> AsyncIterator[db.Engine]:
    """Open a database of this test alone, for what must really be committed."""
    name = f"fresh_{uuid4().hex[:12]}"
    engine = db.Engine.start(install.create_database(server_url, name, template=template))
    yield engine
    await engine.stop()
    install.drop_database(server_url, name)


@pytest.fixture(scope="session")
async def core(database: str) -> AsyncIterator[AsyncEngine]:
    """Open the worker's database as the platform's own role."""
    engine = db.Engine.start(database)
    db.use(None)
    yield engine.core
    await engine.stop()


@pytest.fixture
async def connection(core: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Open the outer transaction: every session of the test works inside, nothing stays."""
    async with core.connect() as connection:
        outer = await connection.begin()
        sessions = db.session_maker(connection, join_transaction_mode="create_savepoint")
        db.use(db.Engine(core.url, core, sessions))
        yield connection
        db.use(None)
        await outer.rollback()


@pytest.fixture(autouse=True)
def open_vault(tmp_path: Path) -> Iterator[vault.Vault]:
    """Give each test an object store and a platform key of its own."""
    yield vault.open_vault(Settings(data=tmp_path / "data"))
    vault.use(None)


@pytest.fixture
async def session(connection: AsyncConnection) -> AsyncIterator[AsyncSession]:
    """Open a session of the system; `as_actor` makes it somebody else's."""
    async with db.current().sessions(info={"actor": system("test")}) as session:
        yield session


@pytest.fixture
def as_actor() -> Callable[[AsyncSession, Actor], object]:
    """Return a context manager in which a session is somebody else's."""

    @contextmanager
    def become(session: AsyncSession, actor: Actor) -> Iterator[AsyncSession]:
        before = session.info["actor"]
        session.expunge_all()
        session.info["actor"] = actor
        try:
            yield session
        finally:
            session.expunge_all()
            session.info["actor"] = before

    return become


async def _add_site(session: AsyncSession, name: str, code: str) -> Site:
    from renkei.people.server.tables import Organisation, OrganisationKind
    from renkei.subjects.server import tables

    organisation = Organisation(kind=OrganisationKind.HOSPITAL, name=name)
    session.add(organisation)
    await session.flush()
    session.add(tables.Site(id=organisation.id, code=code, name=name, country="JP", region=None))
    await session.commit()
    return Site(organisation.id, name)


@pytest.fixture
async def site_a(session: AsyncSession) -> Site:
    """Add the first hospital."""
    return await _add_site(session, "Hospital A", "A")


@pytest.fixture
async def site_b(session: AsyncSession) -> Site:
    """Add the second hospital."""
    return await _add_site(session, "Hospital B", "B")


@pytest.fixture(scope="session")
def app() -> http.App:
    """Build the whole app once per worker: laying out its routes costs more than most tests."""
    return http.build()


@pytest.fixture
async def client_for(
    app: http.App, connection: AsyncConnection
) -> AsyncIterator[Callable[..., Awaitable[httpx2.AsyncClient]]]:
    """Return a function that signs a real user of a role in, and gives the client.

    `client.actor` of the answer is who it acts as; a hospital's user needs `site`.
    """
    opened: list[httpx2.AsyncClient] = []

    async def sign_in(role: Role, *, site: Site | None = None) -> httpx2.AsyncClient:
        headers = await _token_of(role, site)
        client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app, raise_app_exceptions=False),
            base_url="http://test",
            headers=headers,
        )
        opened.append(client)
        return client

    yield sign_in
    for client in opened:
        await client.aclose()


async def _token_of(role: Role, site: Site | None) -> dict[str, str]:
    from renkei.people.server.organisation import actor_of_user
    from renkei.people.server.tables import Organisation, OrganisationKind, User
    from renkei.people.server.token import make_token

    kinds = {Role.HOSPITAL: OrganisationKind.HOSPITAL, Role.LICENSEE: OrganisationKind.LICENSEE}
    async with db.transaction(system("test")) as session:
        organisation = site.id if site is not None else None
        if organisation is None:
            row = Organisation(kind=kinds.get(role, OrganisationKind.OPERATOR), name=f"Of {role}")
            session.add(row)
            await session.flush()
            organisation = row.id
        email = f"{role}-{uuid4().hex[:8]}@example.org"
        user = User(organisation_id=organisation, email=email, name=f"A {role}", role=role)
        session.add(user)
        await session.flush()
        actor = actor_of_user(user)
    async with db.transaction(actor) as session:
        _, secret = await make_token(session, name="test", days=1)
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def run_jobs(connection: AsyncConnection) -> Callable[[], Awaitable[int]]:
    """Return a function that works off the queue in this process, and says how many jobs ran."""
    worker.load_jobs()

    async def drain() -> int:
        ran = 0
        while row := await _take(connection):
            task, arguments = row
            if task == RUN_TASK:
                await runner.execute(UUID(arguments["run_id"]))
            else:
                await events.dispatch(arguments["event_id"])
            ran += 1
        return ran

    return drain


async def _take(connection: AsyncConnection) -> tuple[str, dict[str, str]] | None:
    found = await connection.execute(
        text(
            "UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = (SELECT id FROM "
            "procrastinate_jobs WHERE status = 'todo' ORDER BY id LIMIT 1) "
            "RETURNING task_name, args"
        )
    )
    row = found.one_or_none()
    return None if row is None else (row.task_name, row.args)


@pytest.fixture
def signer(tmp_path: Path) -> Iterator[seal.Signer]:
    """Let this test seal the audit."""
    yield seal.install(tmp_path / "data")
    seal.uninstall()
