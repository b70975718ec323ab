"""Bodies without a row: a killed worker leaves them, the sweep removes them and nothing else."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import obstore
import pytest
from sqlalchemy import select

from renkei.server import vault
from renkei.server.storage import StoredObject, load, store
from renkei.server.sweep import remove_orphans, sweep_bodies


def paths() -> set[str]:
    return {one["path"] for page in obstore.list(vault.current().objects) for one in page}


class KilledError(Exception):
    """The worker dies before its commit."""


async def store_and_die(session, site_id) -> None:
    async with session.begin_nested():
        await store(session, uuid4().bytes, site_id=site_id)
        raise KilledError


async def test_a_body_without_a_row_goes_and_all_others_stay(session, site_a):
    before = paths()
    kept = await store(session, b"kept", site_id=site_a.id)
    for _ in range(3):
        with pytest.raises(KilledError):
            await store_and_die(session, site_a.id)
    objects = vault.current().objects
    await obstore.put_async(objects, "backups/note.txt", b"another's")
    orphans = paths() - before - {kept.path, "backups/note.txt"}
    assert len(orphans) == 3
    rows = await session.scalars(select(StoredObject.path).where(StoredObject.path.in_(orphans)))
    assert list(rows) == []

    # They are young: the transaction may still be running.
    assert await sweep_bodies() == 0
    assert orphans <= paths()

    assert await remove_orphans(before=datetime.now(UTC) + timedelta(minutes=1)) >= 3
    assert not orphans & paths()
    assert {kept.path, "backups/note.txt"} <= paths()
    assert await load(session, kept.id) == b"kept"
    assert await remove_orphans(before=datetime.now(UTC) + timedelta(minutes=1)) == 0
    await obstore.delete_async(objects, "backups/note.txt")
