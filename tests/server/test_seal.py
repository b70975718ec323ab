"""The audit: written with what it tells, changed by nobody unnoticed."""

from uuid import uuid4

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.proof.merkle import leaf_hash, root
from renkei.server import seal
from renkei.server.actor import Actor, Role, system
from renkei.server.audit import AuditRow, record
from renkei.server.audit_check import check_audit
from renkei.server.db import Engine, transaction
from renkei.server.install import plain_url
from renkei.server.jobs import JobRun


async def _write(rows: int) -> None:
    async with transaction(system("test")) as session:
        for n in range(rows):
            run = JobRun(name=f"n{n}", arguments={}, actor_id="a", site_id=uuid4())
            await record(session, "test.write", run, why="because")


async def _check(signer: seal.Signer) -> dict[str, int]:
    async with transaction(system("test")) as session:
        return dict((await check_audit(session, signer)).findings)


def _as_owner(engine: Engine, statement: str) -> None:
    owner = plain_url(engine.url.set(query={"host": engine.url.query["host"]}).render_as_string())
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(statement)


async def test_a_sealed_audit_is_intact_and_grows(fresh_database: Engine, signer) -> None:
    for rows in (3, 1, 5):
        await _write(rows)
        assert await seal.seal_audit() == rows
    assert await seal.seal_audit() == 0
    async with transaction(system("test")) as session:
        check = await check_audit(session, signer)
    assert (check.sealed, check.checkpoints, check.intact) == (9, 3, True)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        (
            "UPDATE audit SET why = 'other' WHERE id = (SELECT max(id::text)::uuid FROM audit)",
            "row_changed",
        ),
        ("DELETE FROM audit WHERE id = (SELECT min(id::text)::uuid FROM audit)", "row_missing"),
        (
            "UPDATE audit_leaf SET leaf = decode(repeat('00', 32), 'hex') WHERE index = 1",
            "root_differs",
        ),
        ("DELETE FROM audit_leaf WHERE index = 1", "leaf_missing"),
        (
            "DELETE FROM audit_leaf WHERE index > 3; DELETE FROM audit_checkpoint WHERE size > 4",
            "cut_off",
        ),
        (
            "UPDATE audit_checkpoint SET note = replace(note, E'\\n8\\n', E'\\n7\\n')",
            "signature_wrong",
        ),
        (
            "UPDATE audit SET created_at = created_at - interval '2 h'; DELETE FROM audit_leaf",
            "row_unsealed",
        ),
    ],
)
async def test_the_owner_of_the_database_cannot_change_it_unnoticed(
    fresh_database: Engine, signer, statement: str, code: str
) -> None:
    for _ in range(2):
        await _write(4)
        await seal.seal_audit()
    _as_owner(fresh_database, statement)
    assert code in await _check(signer)


@pytest.mark.parametrize(
    "verb", ["UPDATE audit SET why = ''", "DELETE FROM audit", "TRUNCATE audit"]
)
async def test_the_platforms_own_role_may_not_touch_a_row(session: AsyncSession, verb: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        await session.execute(text(verb))
    await session.rollback()


async def test_a_rolled_back_transaction_leaves_no_trace(session: AsyncSession) -> None:
    await record(session, "test.write", JobRun(name="n", arguments={}, actor_id="a"))
    await session.rollback()
    assert list(await session.scalars(select(AuditRow))) == []


async def test_a_hospital_sees_what_was_done_with_its_rows_alone(
    session: AsyncSession, as_actor
) -> None:
    mine, other = uuid4(), uuid4()
    for site in (mine, other):
        run = JobRun(name="n", arguments={}, actor_id="a", site_id=site)
        await record(session, "test.write", run)
    await session.commit()
    with as_actor(session, Actor("a", Role.HOSPITAL, mine, mine)):
        assert [row.site_id for row in await session.scalars(select(AuditRow))] == [mine]
    with as_actor(session, Actor("l", Role.LICENSEE, other)):
        assert list(await session.scalars(select(AuditRow))) == []


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_the_growing_tree_has_the_root_of_rfc_6962(data: list[bytes]) -> None:
    leaves = [leaf_hash(item) for item in data]
    tree = seal.Frontier()
    for leaf in leaves:
        tree = seal.Frontier(tree.size, tree.packed())
        tree.append(leaf)
    assert tree.root() == root(leaves)
