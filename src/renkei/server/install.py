"""Database, role and rights: what is there before the first table and after each migration."""

from collections.abc import Iterable

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from renkei.server.db import APP_ROLE, Table
from renkei.server.queue import schema

DATABASE = "renkei"


def create_database(server_url: str, name: str = DATABASE, *, template: str = "template1") -> str:
    """Create a database where there is none; return its address."""
    with psycopg.connect(plain_url(server_url), autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if known.fetchone() is None:
            command = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            connection.execute(command.format(sql.Identifier(name), sql.Identifier(template)))
    url = make_url(server_url).set(drivername="postgresql", database=name)
    return url.render_as_string(hide_password=False)


def drop_database(server_url: str, name: str) -> None:
    """Drop a database, with whoever is connected."""
    with psycopg.connect(plain_url(server_url), autocommit=True) as connection:
        command = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        connection.execute(command.format(sql.Identifier(name)))


def create_role(url: str) -> None:
    """Create the platform's own role, and let the owner's connections take it."""
    with psycopg.connect(plain_url(url), autocommit=True) as connection:
        # Two that begin at once would both find none; the lock ends with the connection.
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [APP_ROLE])
        known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE])
        if known.fetchone() is None:
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(APP_ROLE)))
            grant = sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(APP_ROLE))
            connection.execute(grant)


def grants() -> Iterable[str]:
    """Return the statements that give the role its rights; they may be run again.

    Tables that are only ever appended to (`append_only`) can be read and written, no more.
    """
    yield f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}"
    everything = "SELECT, INSERT, UPDATE, DELETE"
    yield f"GRANT {everything} ON ALL TABLES IN SCHEMA public TO {APP_ROLE}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}"
    for name in append_only_tables():
        yield f'REVOKE UPDATE, DELETE, TRUNCATE ON "{name}" FROM {APP_ROLE}'


def append_only_tables() -> list[str]:
    """Return the names of tables that the platform itself may not change."""
    classes = [mapper.class_ for mapper in Table.registry.mappers]
    return sorted(c.__tablename__ for c in classes if c.append_only)


def create_all(url: str) -> None:
    """Create every known table, the queue's too, in an empty database: for tests."""
    from sqlalchemy import create_engine

    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        cursor = connection.connection.cursor()
        cursor.execute(schema())
        Table.metadata.create_all(connection)
        for statement in grants():
            cursor.execute(statement)
    engine.dispose()


def plain_url(url: str) -> str:
    """Return the address as psycopg takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
