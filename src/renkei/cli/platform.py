"""`renkei serve · work · migrate`: the verbs that open the database."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from renkei.plugins import need_extra
from renkei.settings import Settings, load_settings

Config = Annotated[Path | None, typer.Option("--config", help="Read this file of settings.")]
Data = Annotated[Path | None, typer.Option("--data", help="Folder for database, objects, keys.")]


def ready(config: Path | None, **flags: object) -> Settings:
    """Return the settings of a verb that opens the database."""
    need_extra("server", "fastapi", "sqlalchemy")
    return load_settings(config, **flags)


def serve(
    *,
    both: Annotated[bool, typer.Option("--all", help="Run a worker in the same process.")] = False,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 = a free one.")] = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Start the web server; with --all the worker too."""
    settings = ready(config, host=host, port=port, data=data)
    from renkei import http, worker
    from renkei.server.migrate import migrate as bring

    bring(settings)
    beside = (lambda engine: worker.run(engine, settings)) if both else None
    asyncio.run(http.serve(settings, beside=beside))


def work(*, data: Data = None, config: Config = None) -> None:
    """Start a worker."""
    settings = ready(config, data=data)
    from renkei import worker

    asyncio.run(worker.work(settings))


def migrate(*, data: Data = None, config: Config = None) -> None:
    """Bring the database to this release's tables."""
    settings = ready(config, data=data)
    from renkei.server.migrate import migrate as bring

    bring(settings)
    typer.echo("The database has this release's tables.")
