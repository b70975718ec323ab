"""Alembic's way in: all folders' tables, one transaction."""

from alembic import context
from sqlalchemy import create_engine, make_url

from renkei.server import migrate
from renkei.server.db import Table


def run() -> None:
    """Run the migrations on the database that the caller named."""
    migrate.load_tables()
    url = make_url(context.config.attributes["url"]).set(drivername="postgresql+psycopg")
    engine = create_engine(url)
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Table.metadata,
            include_name=migrate.include_name,
            process_revision_directives=migrate.add_rules,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
