"""What the migrations make of an empty database is what the tables say."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from renkei.server import install
from renkei.server.migrate import drift, migrate
from renkei.settings import Settings

TRIGGERS = """
SELECT c.relname, t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal ORDER BY 1, 2
"""
RIGHTS = """
SELECT table_name, privilege_type FROM information_schema.role_table_grants
WHERE grantee = %s AND table_name <> 'alembic_version' ORDER BY 1, 2
"""


@pytest.fixture
def migrated(server_url: str, template: str) -> Iterator[str]:
    """Run every migration on an empty database; return its address."""
    name = f"migrated_{uuid4().hex[:12]}"
    url = install.create_database(server_url, name)
    yield migrate(Settings(database_url=url))
    install.drop_database(server_url, name)


def rows(url: str, query: str, *values: str) -> list[tuple[str, ...]]:
    with psycopg.connect(install.plain_url(url)) as connection:
        return connection.execute(query, values).fetchall()


def execute(url: str, statement: str) -> None:
    with psycopg.connect(install.plain_url(url), autocommit=True) as connection:
        connection.execute(statement)


def test_a_migrated_database_has_no_drift_and_each_change_by_hand_is_drift(migrated: str) -> None:
    assert drift(migrated) == []
    execute(migrated, "ALTER TABLE subject ADD COLUMN by_hand text")
    assert [change[0] for change in drift(migrated)] == ["remove_column"]
    execute(
        migrated, "ALTER TABLE subject DROP COLUMN by_hand, ALTER COLUMN sex TYPE integer USING 0"
    )
    assert [change[0][0] for change in drift(migrated)] == ["modify_type"]


def test_migrating_again_changes_nothing(migrated: str) -> None:
    migrate(Settings(database_url=migrated))
    assert drift(migrated) == []


def test_triggers_and_rights_are_those_that_the_suite_runs_on(
    migrated: str, server_url: str, template: str
) -> None:
    clone = f"clone_{uuid4().hex[:12]}"
    made = install.create_database(server_url, clone, template=template)
    try:
        triggers = rows(made, TRIGGERS)
        assert len(triggers) > 3
        assert rows(migrated, TRIGGERS) == triggers
        rights = rows(made, RIGHTS, install.APP_ROLE)
        assert len(rights) > 100
        assert rows(migrated, RIGHTS, install.APP_ROLE) == rights
    finally:
        install.drop_database(server_url, clone)
