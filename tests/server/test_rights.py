"""Rights by construction: every shape of statement, two hospitals, one table."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from renkei.server.actor import PERMISSIONS, Actor, Permission, Role
from renkei.server.db import RightsMissingError, Table
from renkei.server.jobs import JobRun
from renkei.server.keys import OwnerKey, SiteKey
from renkei.server.storage import StoredObject, store

A, B = uuid4(), uuid4()


def hospital(site: UUID) -> Actor:
    return Actor(str(site), Role.HOSPITAL, site, site)


@pytest.fixture
async def rows(session: AsyncSession) -> dict[UUID, UUID]:
    """Add one object for each hospital; return their ids."""
    return {s: (await store(session, b"x", site_id=s, subject_id=uuid4())).id for s in (A, B)}


OBJECT = aliased(StoredObject)
SECOND = aliased(StoredObject)
INNER = select(StoredObject).subquery()
SHAPES = {
    "entity": select(StoredObject.site_id),
    "whole entity": select(StoredObject).with_only_columns(StoredObject.site_id),
    "alias": select(OBJECT.site_id),
    "subquery": select(INNER.c.site_id),
    "alias of a subquery": select(aliased(StoredObject, INNER).site_id),
    "cte": select(select(StoredObject.site_id).cte().c.site_id),
    "union": select(StoredObject.site_id).union(select(OBJECT.site_id)),
    "join": select(OwnerKey.site_id).join(StoredObject, StoredObject.key_id == OwnerKey.id),
    "joined only": select(SiteKey.site_id).join(OBJECT, OBJECT.site_id == SiteKey.site_id),
    "outer join": select(SiteKey.site_id).outerjoin(OBJECT, OBJECT.site_id == SiteKey.site_id),
    "joined twice": select(OBJECT.site_id).join(SECOND, SECOND.key_id == OBJECT.key_id),
    "in": select(SiteKey.site_id).where(SiteKey.site_id.in_(select(StoredObject.site_id))),
    "exists": select(SiteKey.site_id).where(
        exists().where(StoredObject.site_id == SiteKey.site_id)
    ),
    "group": select(StoredObject.site_id).group_by(StoredObject.site_id),
    "update": update(StoredObject).values(size=5).returning(StoredObject.site_id),
    "delete": delete(StoredObject).returning(StoredObject.site_id),
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_each_hospital_reaches_its_own_rows_in_every_shape_of_statement(
    session: AsyncSession, as_actor, rows: dict[UUID, UUID], shape: str
) -> None:
    for site in (B, A):  # the second must not be given what was cached for the first
        with as_actor(session, hospital(site)):
            found = (await session.execute(SHAPES[shape])).scalars().all()
            assert set(found) == {site}


async def test_the_system_sees_both(session: AsyncSession, rows: dict[UUID, UUID]) -> None:
    assert await session.scalar(select(func.count()).select_from(StoredObject)) == 2


async def test_get_finds_nothing_of_another_hospital(
    session: AsyncSession, as_actor, rows: dict[UUID, UUID]
) -> None:
    with as_actor(session, hospital(A)):
        assert await session.get(StoredObject, rows[A]) is not None
        assert await session.get(StoredObject, rows[B]) is None


async def test_insert_from_select_copies_only_what_the_actor_sees(
    session: AsyncSession, as_actor, rows: dict[UUID, UUID]
) -> None:
    chosen = select(StoredObject.path, StoredObject.path, StoredObject.site_id)
    with as_actor(session, hospital(A)):
        names = ["name", "actor_id", "site_id"]
        source = chosen.add_columns(func.jsonb_build_object(), func.lower("WAITING"))
        values = insert(JobRun).from_select(
            [*names, "arguments", "state", "attempts", "done"],
            source.add_columns(func.length(""), func.length("")),
        )
        await session.execute(values)
        assert await session.scalar(select(func.count()).select_from(JobRun)) == 1


async def test_a_session_without_an_actor_runs_nothing(session: AsyncSession) -> None:
    del session.info["actor"]
    with pytest.raises(KeyError):
        await session.scalar(select(StoredObject))


def test_a_table_that_does_not_say_who_may_see_it_fails() -> None:
    with pytest.raises(RightsMissingError):
        Table.visible_to(hospital(A))


def test_every_table_says_who_may_see_it() -> None:
    classes = [mapper.class_ for mapper in Table.registry.mappers]
    assert len(classes) > 10
    for role in Role:
        for cls in classes:
            assert isinstance(cls.visible_to(Actor(str(A), role, A, A)), ColumnElement)


def test_the_system_holds_every_permission_and_no_role_is_forgotten() -> None:
    assert PERMISSIONS.keys() == set(Role)
    assert PERMISSIONS[Role.SYSTEM] == set(Permission)
    for permission in Permission:
        assert permission.name.lower() == permission.value.replace(".", "_").replace("-", "_")
