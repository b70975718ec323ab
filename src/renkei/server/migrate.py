"""Bring the database to this release's tables, and write the next migration."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.operations.ops import CreateTableOp, ExecuteSQLOp, MigrationScript
from alembic.runtime.migration import MigrationContext
from sqlalchemy import DDL, Connection, Engine, create_engine, inspect, make_url
from sqlalchemy.dialects import postgresql

from renkei.errors import UsageError
from renkei.server import install
from renkei.server.db import Table
from renkei.server.opening import locate
from renkei.server.rooms import ground, rooms
from renkei.settings import Settings


class NoMigrationsError(UsageError):
    """The folder of migrations is not there."""


def migrate(settings: Settings) -> str:
    """Run every migration that the database lacks, then give the platform's role its rights.

    Returns the address of the database as its owner.
    """
    url = locate(settings).url
    command.upgrade(config(url), "head")
    engine = _engine(url)
    with engine.begin() as connection:
        for statement in install.grants():
            connection.exec_driver_sql(statement)
    engine.dispose()
    return url


def write_migration(settings: Settings, message: str) -> None:
    """Write `migrations/versions/YYYY-MM-DD_<message>.py` from what the database lacks."""
    url = locate(settings).url
    setup = config(url)
    command.upgrade(setup, "head")
    command.revision(setup, message=message, autogenerate=True)


def drift(url: str) -> list[Any]:
    """Return how a database differs from the tables: empty when all is migrated."""
    load_tables()
    engine = _engine(url)
    with engine.connect() as connection:
        options = {"include_name": include_name, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        found = list(compare_metadata(context, Table.metadata))
    engine.dispose()
    return found


def load_tables() -> None:
    """Import every folder's tables."""
    ground()
    for _ in rooms("tables"):
        pass


def config(url: str) -> Config:
    """Return Alembic's settings for a database."""
    setup = Config()
    setup.set_main_option("script_location", str(folder()))
    setup.set_main_option("file_template", "%%(year)d-%%(month).2d-%%(day).2d_%%(slug)s")
    setup.attributes["url"] = url
    return setup


def folder() -> Path:
    """Return where the migrations lie: inside the package, else in the working tree."""
    package = Path(__file__).parents[1]
    for place in (package / "migrations", package.parents[1] / "migrations"):
        if (place / "env.py").is_file():
            return place
    raise NoMigrationsError("The migrations are missing from this installation; install it again.")


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Leave the queue's own tables alone."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


def add_rules(context: MigrationContext, _revision: object, scripts: list[MigrationScript]) -> None:
    """Add to a new migration what tables do not say: the queue, and triggers of new tables."""
    operations = scripts[0].upgrade_ops
    if operations is None:
        return
    created = [op.table_name for op in operations.ops if isinstance(op, CreateTableOp)]
    operations.ops.extend(ExecuteSQLOp(rule) for name in created for rule in rules(name))
    connection: Connection | None = context.connection
    if connection is not None and not inspect(connection).has_table("procrastinate_jobs"):
        operations.ops.insert(0, ExecuteSQLOp(QUEUE_SCHEMA))


# A mark: `render` writes the call that gives the schema instead of its 500 lines.
QUEUE_SCHEMA = "-- queue"


def rules(table_name: str) -> Iterator[str]:
    """Yield the statements that `event.listen(table, "after_create", DDL(…))` gives a table."""
    table = Table.metadata.tables[table_name]
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for listener in table.dispatch.after_create:
        if isinstance(listener, DDL):
            yield str(listener.against(table).compile(dialect=dialect))


def _engine(url: str) -> Engine:
    return create_engine(make_url(url).set(drivername="postgresql+psycopg"))
