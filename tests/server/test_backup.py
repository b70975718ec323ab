"""A platform that was backed up and brought back: the same rows, the same bytes, no erased ones."""

import os
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from shutil import copytree
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.people.server.tables import Organisation, OrganisationKind
from renkei.server import db, install, postgres, vault
from renkei.server.actor import system
from renkei.server.audit import AuditRow, record
from renkei.server.backup import (
    BackupExistsError,
    DumpFailedError,
    NoBackupError,
    NotEmptyError,
    make_backup,
    restore_backup,
)
from renkei.server.keys import ObjectErasedError, OwnerKey
from renkei.server.storage import erase_subject, load, store
from renkei.server.vault import KeyDoesNotFitError
from renkei.settings import Settings

NAME = "架空病院"
BYTES = os.urandom(200_000)


@pytest.fixture
def platform(server_url: str, template: str, tmp_path: Path):
    """Return a function that gives a platform of its own: a database and a data folder."""
    made = []

    def make(*, full: bool = False) -> Settings:
        name = f"backup_{uuid4().hex[:12]}"
        made.append(name)
        source = {"template": template} if full else {}
        url = install.create_database(server_url, name, **source)
        return Settings(data=tmp_path / name, database_url=url)

    yield make
    vault.use(None)
    for name in made:
        install.drop_database(server_url, name)


@asynccontextmanager
async def inside(settings: Settings) -> AsyncIterator[AsyncSession]:
    """Work in a platform as its server does."""
    vault.open_vault(settings)
    engine = db.Engine.start(str(settings.database_url))
    try:
        async with db.transaction(system("test")) as session:
            yield session
    finally:
        await engine.stop()


@pytest.fixture
async def filled(platform: Callable[..., Settings]):
    """Fill a platform with two subjects' bytes and a row."""
    settings = platform(full=True)
    gone, stays = uuid4(), uuid4()
    async with inside(settings) as session:
        row = Organisation(kind=OrganisationKind.HOSPITAL, name=NAME)
        session.add(row)
        await session.flush()
        await record(session, "test.make", row)
        objects = [
            (await store(session, BYTES, site_id=row.id, subject_id=one)).id
            for one in (gone, stays)
        ]
    return settings, gone, objects


async def test_rows_and_bytes_are_back_and_the_audit_cannot_be_changed(filled, platform, tmp_path):
    old, _, objects = filled
    assert make_backup(old, tmp_path / "out") == 2
    new = platform()
    copytree(old.data / "keys", new.data / "keys")
    assert restore_backup(new, tmp_path / "out") == 2
    async with inside(new) as session:
        assert await session.scalar(select(Organisation.name)) == NAME
        assert await session.scalar(select(func.count()).select_from(AuditRow)) == 1
        assert [await load(session, one) for one in objects] == [BYTES, BYTES]
    async with inside(new) as session:
        with pytest.raises(Exception, match="permission denied"):
            await session.execute(AuditRow.__table__.delete())
        await session.rollback()


async def test_what_was_erased_later_stays_erased_with_the_later_keys(filled, platform, tmp_path):
    old, gone, (erased, kept) = filled
    make_backup(old, tmp_path / "before")
    async with inside(old) as session:
        await erase_subject(session, gone)
    make_backup(old, tmp_path / "after")
    new = platform()
    copytree(old.data / "keys", new.data / "keys")
    restore_backup(new, tmp_path / "before", keys=tmp_path / "after" / "keys.dump")
    async with inside(new) as session:
        assert await load(session, kept) == BYTES
        with pytest.raises(ObjectErasedError):
            await load(session, erased)


async def test_the_dump_of_the_rows_holds_no_key(filled, tmp_path):
    old, _, _ = filled
    async with inside(old) as session:
        wrapped = list(await session.scalars(select(OwnerKey.wrapped)))
    assert len(wrapped) == 2
    make_backup(old, tmp_path / "out")

    def holds(name: str) -> list[bool]:
        command = [postgres.program("pg_restore"), "--file=-", tmp_path / "out" / name]
        text = subprocess.run(command, check=True, capture_output=True).stdout
        assert b"owner_key" in text
        return [key.hex().encode() in text for key in wrapped]

    assert holds("database.dump") == [False, False]
    assert holds("keys.dump") == [True, True]


async def test_a_backup_is_refused_where_something_is_or_no_key_fits(filled, platform, tmp_path):
    old, _, _ = filled
    make_backup(old, tmp_path / "out")
    with pytest.raises(BackupExistsError):
        make_backup(old, tmp_path / "out")
    with pytest.raises(NotEmptyError):
        restore_backup(old, tmp_path / "out")
    with pytest.raises(NoBackupError):
        restore_backup(platform(), tmp_path / "nothing")
    with pytest.raises(KeyDoesNotFitError):
        restore_backup(platform(), tmp_path / "out")


def test_a_dump_that_is_none_is_refused(platform, tmp_path):
    for name in ("database.dump", "keys.dump"):
        (tmp_path / name).write_bytes(b"nothing")
    with pytest.raises(DumpFailedError):
        restore_backup(platform(), tmp_path)
